/* generic.c: the kernel text for one ISA; built with that ISA's compiler options. */
#include "kern/isa/generic.h"

#define HG__SET hg__kernels_generic
#define HG__SET_NAME "generic"
#include "kern/isa/table.h"
