/* trial.h: a worker and the trial in its hands: what tuner.c and trial.c share. */
#ifndef HG_TUNE_TRIAL_H
#define HG_TUNE_TRIAL_H

#include "tune/sampler.h"
#include "tune/tuner.h"

typedef struct hg__worker {
    const hg__tuner *t;
    const hg__sampler *sampler;
    const hg__scheduler *scheduler;
    hg__schedule_options schedule;
    size_t objectives;
    double budget; /* seconds; 0: none */
    double clock;  /* when the time spent was last told … */
    double spent;  /* … and how much it was then */
    bool used_up;  /* the sampler has no more points */
    bool is_over;  /* the budget is used up */
    int signal;    /* that the listener told; 0: none */
} hg__worker;

/* What a trial's training came to. */
typedef enum hg__outcome { HG__TRIAL_ENDED, HG__TRIAL_STANDS, HG__TRIAL_STOPPED, HG__TRIAL_LOST } hg__outcome;

/* Trains the trial, measures it and tells the study. HG_OK: whatever came of it is told, or it is free again (STOPPED:
 * by a signal or the budget; LOST: another process has it). Other failures are not the trial's own. */
hg_status hg__trial_run(hg__worker *w, const hg__taken *taken, hg__outcome *outcome, hg_error *e);

/* Adds the time since the last call to the study's. */
hg_status hg__worker_spend(hg__worker *w, hg_error *e);
/* Keeps of a trial's run folders only what is small. models: the model goes as well. */
void hg__trial_slim(const hg__study *s, size_t number, size_t repeats, bool models);
/* Removes the run folders: an earlier study of the file's name may have left some. */
void hg__trial_clear(const hg__study *s, size_t number, size_t repeats);

#endif
