/* sampler.h: which point to try next. A sampler is a const struct in its own file and a line in sampler.c's
 * list. It is a pure function of the history, the trial's number and the study's seed: so one worker repeats a study,
 * and many workers, whose trials have different numbers, never draw the same random numbers. */
#ifndef HG_TUNE_SAMPLER_H
#define HG_TUNE_SAMPLER_H

#include "base/random.h"
#include "tune/history.h"

typedef struct hg__sampler {
    const char *name, *help, *source; /* "tpe", one line, the paper */
    /* Fills point[h->space->n] for trial `number`, whose own row of the history is not looked at. Trials without a
     * point (NaN) count for nothing. False: the space is used up (grid). */
    bool (*sample)(const hg__history *h, size_t number, uint64_t seed, double *point);
} hg__sampler;

/* grid: every combination once; a range of reals, or a log range, is cut to 5 values, its ends among them. random:
 * independent, uniform (log-uniform, each choice alike). sobol: a scrambled low-discrepancy sequence (Joe & Kuo 2008,
 * Owen 1998). tpe: Parzen estimators of good and bad points (Bergstra et al. 2011). */
extern const hg__sampler hg__sampler_grid, hg__sampler_random, hg__sampler_sobol, hg__sampler_tpe;

size_t hg__samplers(void);
const hg__sampler *hg__sampler_at(size_t i);
const hg__sampler *hg__sampler_named(const char *name); /* NULL: none */

#endif
