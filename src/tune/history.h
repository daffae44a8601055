/* history.h: the trials of a study, as samplers, schedulers and reports see them. Read-only; study.c fills it. */
#ifndef HG_TUNE_HISTORY_H
#define HG_TUNE_HISTORY_H

#include "tune/space.h"

enum { HG__MOST_OBJECTIVES = 4 };

/* Names as in Optuna's `trialstate`. PRUNED also is a trial that waits for its promotion. */
typedef enum hg__trial_state {
    HG__TRIAL_RUNNING,
    HG__TRIAL_COMPLETE,
    HG__TRIAL_PRUNED,
    HG__TRIAL_FAIL,
    HG__TRIAL_WAITING
} hg__trial_state;

typedef struct hg__trial {
    size_t number; /* counted from 0 within the study */
    hg__trial_state state;
    double point[HG__MOST_DIMENSIONS];     /* NaN: not given */
    double objective[HG__MOST_OBJECTIVES]; /* NaN: none yet */
    double *by_epoch;                      /* [epochs] the first objective after epoch 1, 2, …; NaN: not reported */
    size_t epochs;                         /* how many epochs it trained */
    double seconds;                        /* of training */
    char run[512];                         /* its run folder; "": none */
    char failure[256];                     /* why it failed; "" */
} hg__trial;

typedef struct hg__history {
    const hg__space *space;
    hg__trial *trial; /* [n] by number */
    size_t n;
    size_t objectives;
    bool maximize[HG__MOST_OBJECTIVES];
} hg__history;

/* The first objective after so many epochs, so that less is better; NaN: not reached, or not finite. */
double hg__trial_loss(const hg__history *h, const hg__trial *t, size_t epoch);
/* The best of its epochs up to `epoch` (running minimum): what schedulers compare. NaN: none. */
double hg__trial_best_until(const hg__history *h, const hg__trial *t, size_t epoch);

/* Objective i of a trial so that less is better; NaN: none. */
double hg__trial_objective(const hg__history *h, const hg__trial *t, size_t i);

/* Is a better than b in one objective, and worse in none? Both have all objectives. */
bool hg__trial_dominates(const hg__history *h, const hg__trial *a, const hg__trial *b);

#endif
