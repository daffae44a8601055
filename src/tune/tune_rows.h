/* tune_rows.h: the options of a study as a table, beside those of the training that it varies. */
#ifndef HG_TUNE_TUNE_ROWS_H
#define HG_TUNE_TUNE_ROWS_H

#include "base/option.h"
#include "tune/objective.h"

typedef struct hg__tune_options {
    const char *search; /* "lr={1e-4..1e-2} batch={64,128}", or NULL */
    const char *sampler, *pruner;
    const char *objective; /* "val_mse,parameters" */
    size_t min_epochs;     /* to the first rung */
    size_t factor;
    size_t repeats;        /* seeds a trial */
    size_t max_parameters; /* 0: any */
    double max_mb;         /* of the model file, in 1e6 bytes; 0: any */
    size_t trials;         /* 0: DEFAULT_TRIALS, or without end where there is a budget */
    const char *budget;    /* "30m", or NULL */
} hg__tune_options;

extern const hg__option hg__tune_rows[];

/* What an option allows only together with others, HG_USAGE: objectives, budget, and a first rung within the epochs. */
hg_status hg__tune_check(const hg__tune_options *o, size_t epochs, hg_error *e);
/* "90s", "30m", "2h", "1.5d"; a bare number is of seconds. HG_USAGE. */
hg_status hg__duration_parse(double *seconds, const char *text, const char *where, hg_error *e);
/* How many trials the study is to have; 0: no limit. */
size_t hg__tune_trials(const hg__tune_options *o);

#endif
