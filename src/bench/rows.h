/* rows.h: the rows of the kernel table that are no products, in bytes read and written a second. */
#ifndef HG_BENCH_ROWS_H
#define HG_BENCH_ROWS_H

#include "kern/kernels.h"

size_t hg__row_count(void);
const char *hg__row_name(size_t i);
/* Bytes a second on one thread; 0: no memory. */
double hg__row_rate(size_t i, const hg__kernels *k);

void hg__fill(float *x, size_t n); /* n values in (-0.5, 0.5), always the same */

#endif
