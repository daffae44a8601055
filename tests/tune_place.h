/* tune_place.h: histories that tests fill by hand. */
#ifndef HG_TEST_TUNE_PLACE_H
#define HG_TEST_TUNE_PLACE_H

#include "base/random.h"
#include "tune/history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tune_place {
    hg__space space;
    hg__history h;
    hg__random r;
} tune_place;

/* A dimension more; a choice has its texts, which stay the caller's. */
static inline void tune_dimension(tune_place *p, const char *name, hg__dimension d)
{
    snprintf(d.name, sizeof d.name, "%s", name);
    p->space.dimension[p->space.n++] = d;
}

/* n trials that wait, each at a random point, with room for so many epochs. */
static inline void tune_open(tune_place *p, size_t n, size_t epochs, size_t objectives)
{
    p->h = (hg__history){.space = &p->space, .n = n, .objectives = objectives};
    p->h.trial = calloc(n + 1, sizeof *p->h.trial);
    if (!p->h.trial) abort();
    for (size_t i = 0; i < n; i++) {
        hg__trial *t = &p->h.trial[i];
        t->number = i, t->state = HG__TRIAL_WAITING;
        t->by_epoch = calloc(epochs + 1, sizeof *t->by_epoch);
        if (!t->by_epoch) abort();
        for (size_t k = 0; k < HG__MOST_DIMENSIONS; k++) t->point[k] = (double)NAN;
        for (size_t k = 0; k < p->space.n; k++)
            t->point[k] = hg__dimension_from_unit(&p->space.dimension[k], hg__random_uniform(&p->r));
        for (size_t k = 0; k < HG__MOST_OBJECTIVES; k++) t->objective[k] = (double)NAN;
    }
}

static inline void tune_close(tune_place *p)
{
    for (size_t i = 0; i < p->h.n; i++) free(p->h.trial[i].by_epoch);
    free(p->h.trial);
}

/* As training does it: a loss that falls by the epoch to `end`; pruned after fewer epochs than all. */
static inline void tune_train(hg__trial *t, double end, size_t epochs, size_t of)
{
    for (size_t i = 0; i < epochs; i++) t->by_epoch[i] = end * (1 + 4 * exp(-.45 * (double)(i + 1)));
    t->epochs = epochs, t->seconds = 3.7 * (double)epochs;
    t->state = epochs < of ? HG__TRIAL_PRUNED : HG__TRIAL_COMPLETE;
    if (epochs == of) t->objective[0] = t->by_epoch[epochs - 1];
}

#endif
