/* statistics.c: see statistics.h. */
#include "bench/statistics.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void hg__sort(double *x, size_t n) { qsort(x, n, sizeof *x, compare); }

double hg__percentile(const double *x, size_t n, double part)
{
    double at = part * (double)(n - 1);
    size_t below = (size_t)at, above = below + 1 < n ? below + 1 : below;
    return x[below] + (at - (double)below) * (x[above] - x[below]);
}

void hg__deciles(const double *x, size_t n, double out[HG__DECILES])
{
    for (size_t i = 0; i < HG__DECILES; i++) out[i] = hg__percentile(x, n, (double)i / 10);
}

double hg__median(double *x, size_t n)
{
    hg__sort(x, n);
    return hg__percentile(x, n, 0.5);
}

double hg__spread(double *x, size_t n)
{
    double median = hg__median(x, n);
    return median > 0 ? (hg__percentile(x, n, 0.75) - hg__percentile(x, n, 0.25)) / median : 0;
}
