/* avx2.c: the kernel text for one ISA; built with that ISA's compiler options. */
#include "kern/isa/avx2.h"

#define HG__SET hg__kernels_avx2
#define HG__SET_NAME "avx2"
#include "kern/isa/table.h"
