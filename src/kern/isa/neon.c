/* neon.c: the kernel text for one ISA; built with that ISA's compiler options. */
#include "kern/isa/neon.h"

#define HG__SET hg__kernels_neon
#define HG__SET_NAME "neon"
#include "kern/isa/table.h"
