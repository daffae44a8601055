/* avx512bf16.c: the kernel text for one ISA, with products in bf16 over it; built with that ISA's compiler options. */
#include "kern/isa/avx512.h"
#include "kern/sets.h"

#define HG__SET hg__kernels_avx512bf16
#define HG__SET_NAME "avx512bf16"
#define HG__HALF_SET hg__kernels_avx2
#define HG__BF16
#include "kern/isa/table.h"
