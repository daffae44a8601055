/* optimizers.h: how a gradient becomes a step, over one stretch of the weight block. */
#ifndef HG_TRAIN_OPTIMIZERS_H
#define HG_TRAIN_OPTIMIZERS_H

#include "kern/kernels.h"

#include <hourglass/train.h>

enum { HG__MOST_STATE = 2 };

/* What is the same for all stretches of one step. */
typedef struct hg__stride {
    const hg__kernels *k;
    const hg_train_options *o;
    double lr, beta2, momentum;
    double correct1, correct2; /* 1 - beta^t: Adam's correction of the means that began at 0 */
} hg__stride;

/* One stretch: gradient [n], weights [n], state blocks [n]. decay: 0 where it must not apply. */
typedef struct hg__stretch_work {
    size_t n;
    real *g;
    real *w, *state[HG__MOST_STATE];
    double decay;
} hg__stretch_work;

typedef struct hg__optimizer {
    const char *name, *help;
    double beta2, momentum;            /* where the user gives none */
    const char *state[HG__MOST_STATE]; /* names of the state blocks, each as large as the weights; NULL: fewer */
    void (*step)(const hg__stride *s, const hg__stretch_work *w);
} hg__optimizer;

extern const hg__optimizer hg__optimizers[];                /* ends with a row without a name */
const hg__optimizer *hg__optimizer_named(const char *name); /* NULL: none */

/* Puts the optimiser's own defaults where beta2 and momentum are not given. */
void hg__optimizer_settle(hg_train_options *o);

/* step: counted from 0 since the start. */
hg__stride hg__stride_at(const hg__kernels *k, const hg_train_options *o, double lr, size_t step);

#endif
