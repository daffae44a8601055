/* objective.h: what a trial is judged by: figures of its trained model, by name. Less is better in all of them. */
#ifndef HG_TUNE_OBJECTIVE_H
#define HG_TUNE_OBJECTIVE_H

#include "tune/study.h"

typedef struct hg__measured {
    double val_mse, val_loss; /* of the epoch that was best on the validation data, whose model the run keeps */
    double code;              /* values of z */
    double parameters;
    double bytes;        /* of the model file */
    double milliseconds; /* to encode and decode one sample on one thread: a median */
    double seconds;      /* of training */
} hg__measured;

typedef struct hg__objective {
    const char *name, *help;
    size_t offset; /* in hg__measured */
} hg__objective;

extern const hg__objective hg__objectives[];                /* ends with a row without a name */
const hg__objective *hg__objective_named(const char *name); /* NULL: none */
double hg__objective_of(const hg__objective *o, const hg__measured *m);

/* "val_mse,parameters" into o->objective, which point to names of the table. The first must be one that every epoch
 * tells, val_mse or val_loss. HG_USAGE names `where`. */
hg_status hg__objectives_parse(hg__study_options *o, const char *text, const char *where, hg_error *e);

/* Looks at a run that was trained. clock: milliseconds are wanted too; else NaN. HG_DATA, HG_MODEL, HG_MEMORY. */
hg_status hg__measure(hg__measured *m, const char *run, bool clock, hg_error *e);

#endif
