/* precision_here.h: whether this processor has what a precision needs; says so loudly where it has not. */
#ifndef HG_TESTS_PRECISION_HERE_H
#define HG_TESTS_PRECISION_HERE_H

#include "kern/kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static inline bool precision_is_here(hg_precision precision)
{
    const hg__kernels *k = NULL;
    if (!hg__kernels_choose(&k, precision, NULL)) return true;
    print_message("# SKIPPED: this processor has no %s\n",
                  precision == HG_PRECISION_BF16 ? "AVX-512-BF16" : "AVX-512-VNNI");
    return false;
}

#endif
