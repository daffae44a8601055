/* tune_best.h: the best trial of a study, and the call of `hourglass train` that trains it anew, on training and
 * validation data together. */
#ifndef HG_CLI_TUNE_BEST_H
#define HG_CLI_TUNE_BEST_H

#include "cli/tune_study.h"

enum { HG__MOST_ARGUMENTS = 200 };

typedef struct hg__tune_best {
    size_t number; /* HG__NO_TRIAL: none is complete; then the rest is empty */
    size_t epoch;  /* its best; 0: none was told */
    double value, sd;
    char *graph, *options;              /* as they were filled; owned */
    char *argument[HG__MOST_ARGUMENTS]; /* "hourglass", "train", … and NULL; owned */
    int arguments;
} hg__tune_best;

/* Close in any case. */
hg_status hg__tune_best_open(hg__tune_best *b, hg__tune_study *s, hg_error *e);
void hg__tune_best_close(hg__tune_best *b);
/* Writes the trial's graph anew where it went with the run folders: the call reads it. */
hg_status hg__tune_best_restore(const hg__tune_best *b, const hg__tune_study *s, hg_error *e);
/* The call as a shell reads it. */
void hg__tune_best_command(const hg__tune_best *b, hg__text *out);

/* Trains it, and reads the test part, once. What eval says goes to call->out; with --json into *test. */
hg_status hg__tune_best_retrain(const hg__tune_best *b, hg__call *call, json_t **test, hg_error *e);

#endif
