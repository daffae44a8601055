/* avx512.c: the kernel text for one ISA; built with that ISA's compiler options. */
#include "kern/isa/avx512.h"
#include "kern/sets.h"

#define HG__SET hg__kernels_avx512
#define HG__SET_NAME "avx512"
#define HG__HALF_SET hg__kernels_avx2
#include "kern/isa/table.h"
