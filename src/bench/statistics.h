/* statistics.h: many measurements in a few numbers. A percentile lies between two of the sorted values where it
 * falls between them (linear interpolation, as in NumPy). */
#ifndef HG_BENCH_STATISTICS_H
#define HG_BENCH_STATISTICS_H

#include <stddef.h>

void hg__sort(double *x, size_t n); /* least first */

/* x sorted, n >= 1, part in [0,1]: 0.99 is the 99th percentile. */
double hg__percentile(const double *x, size_t n, double part);

enum { HG__DECILES = 11 };                                            /* the least, nine deciles, the greatest */
void hg__deciles(const double *x, size_t n, double out[HG__DECILES]); /* x sorted, n >= 1 */

/* These two sort x. spread: the width of the middle half, as a part of the median; 0 where the median is 0. */
double hg__median(double *x, size_t n);
double hg__spread(double *x, size_t n);

#endif
