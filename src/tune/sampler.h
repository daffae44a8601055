/* sampler.h: which point to try next. A sampler is a const struct in its own file and a line in sampler.c's
 * list. It is a pure function of the history and the random stream, which is that of (seed, trial number): so
 * one worker repeats a study, and many workers never draw the same numbers. */
#ifndef HG_TUNE_SAMPLER_H
#define HG_TUNE_SAMPLER_H

#include "base/random.h"
#include "tune/history.h"

typedef struct hg__sampler {
    const char *name, *help, *source; /* "tpe", one line, the paper */
    /* Fills point[space->n] for trial `number`. False: the space is used up (grid). */
    bool (*sample)(const hg__history *h, size_t number, hg__random *r, double *point);
} hg__sampler;

extern const hg__sampler hg__sampler_grid, hg__sampler_random, hg__sampler_sobol, hg__sampler_tpe;

size_t hg__samplers(void);
const hg__sampler *hg__sampler_at(size_t i);
const hg__sampler *hg__sampler_named(const char *name); /* NULL: none */

#endif
