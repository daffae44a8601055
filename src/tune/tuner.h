/* tuner.h: one worker of a study: it takes a trial, trains it from rung to rung, tells what came of it, and takes the
 * next, until the trials or the budget are used up. Any number of workers, in as many processes, share a study; each
 * sees what the others are at, waits for those whose news may make work, and takes over what a dead one left. */
#ifndef HG_TUNE_TUNER_H
#define HG_TUNE_TUNER_H

#include "tune/tune_rows.h"

#include <hourglass/train.h>

/* What is heard when a trial stops. The history is as of then. */
typedef struct hg__tuner_news {
    const hg__history *h;
    size_t number, best; /* best: HG__NO_TRIAL: none is complete yet */
    double sd;           /* of the first objective over the seeds; NaN: one seed */
} hg__tuner_news;

typedef struct hg__tuner_listener {
    void *ctx;
    void (*begun)(void *ctx, size_t number, const hg__taken *taken);
    void (*progress)(void *ctx, const hg_progress *p);
    void (*told)(void *ctx, const hg__tuner_news *news);
    void (*say)(void *ctx, const char *line); /* what training of a trial says */
    int (*signal)(void *ctx);                 /* as hg_train_listener's */
} hg__tuner_listener;

typedef struct hg__tuner {
    const hg__tune_options *o;
    const hg_train_options *train; /* of every trial, where its point says nothing else; threads: this worker's */
    const hg_set *set;
    const char *data; /* as hg_train_listener's */
    hg__study *study;
    const hg__tuner_listener *l; /* every call is set */
    size_t jobs;                 /* workers that share this call's wall time, for the budget */
    bool keep_runs; /* else what cannot be gone on with keeps no checkpoint, and what is not best no model */
} hg__tuner;

/* HG_INTERRUPTED, HG_TERMINATED: stopped by the listener's signal; the running trial is saved, and free for the next
 * worker. The budget's end is HG_OK, likewise. HG_FAILED: trial after trial fails, and none is good. */
hg_status hg__tuner_work(const hg__tuner *t, hg_error *e);

/* The complete trial with the least first objective, or HG__NO_TRIAL. */
size_t hg__tuner_best(const hg__history *h);
/* Was it not trained because its model is larger than allowed? Such do not count as trials. */
bool hg__trial_is_too_large(const hg__trial *t);
/* The options of a trial's training: `base` with the point's values. *text: owns the texts; free it after. */
hg_status hg__trial_options(hg_train_options *o, char **text, const hg__space *space, const double *point, hg_error *e);

#endif
