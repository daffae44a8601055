/* avx512.c: the kernel text for one ISA; built with that ISA's compiler options. */
#include "kern/isa/avx512.h"

#define HG__SET hg__kernels_avx512
#define HG__SET_NAME "avx512"
#include "kern/isa/table.h"
