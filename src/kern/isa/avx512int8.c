/* avx512int8.c: the kernel text for one ISA, with products in int8 over it; built with that ISA's compiler options. */
#include "kern/isa/avx512.h"
#include "kern/sets.h"

#define HG__SET hg__kernels_avx512int8
#define HG__SET_NAME "avx512int8"
#define HG__HALF_SET hg__kernels_avx2
#define HG__INT8
#include "kern/isa/table.h"
