/* tiles_in_c.c: the kernel set amxbf16 on tiles in plain C, for processors that have none. */
#include "tiles_in_c.h"
#include "kern/isa/avx512.h"
#include "kern/sets.h"

#define HG__SET hg__kernels_tiles_in_c
#define HG__SET_NAME "amxbf16 in C"
#define HG__HALF_SET hg__kernels_avx2
#define HG__BF16
#define HG__AMX
extern const hg__kernels HG__SET;
#include "kern/isa/table.h"
