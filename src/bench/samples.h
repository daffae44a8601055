/* samples.h: what a bench has measured: the samples of its rows, and the figures that come of them. */
#ifndef HG_BENCH_SAMPLES_H
#define HG_BENCH_SAMPLES_H

#include "base/fail.h"
#include "kern/kernels.h"

/* One line of the result. */
typedef struct hg__figure {
    const char *bench, *unit; /* "kernels", "GFLOP/s" */
    char row[160];            /* "conv 32->64 3x3/2" */
    char variant[32];         /* "avx512", "2 threads"; may be "" */
    double median, spread;
    double share; /* of what the machine can do at most; 0: there is no such measure */
} hg__figure;

/* Its variant: "1 thread", "2 threads, bf16". */
void hg__figure_threads(hg__figure *f, size_t threads, hg_precision precision);

typedef struct hg__figures {
    hg__figure *at; /* [n], owned */
    size_t n, room;
    bool failed; /* memory was short: a figure is missing */
} hg__figures;

void hg__figures_add(hg__figures *list, hg__figure f);
void hg__figures_close(hg__figures *list);
hg_status hg__figures_done(const hg__figures *list, hg_error *e); /* HG_MEMORY when a figure is missing */

/* The samples of `rows` rows, one a round. */
typedef struct hg__samples {
    double *at; /* [rows][rounds], owned; behind it [rounds] to work in */
    size_t rows, rounds;
} hg__samples;

hg_status hg__samples_open(hg__samples *s, size_t rows, size_t rounds, hg_error *e);
void hg__samples_close(hg__samples *s);
double *hg__samples_of(const hg__samples *s, size_t row); /* [rounds] */
double hg__samples_median(const hg__samples *s, size_t row);
double hg__samples_spread(const hg__samples *s, size_t row);
/* The median of row a divided by row b, round by round. */
double hg__samples_ratio(const hg__samples *s, size_t a, size_t b);

#endif
