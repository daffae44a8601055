/* study.h: a study on disk, shared by any number of processes: SQLite in WAL mode with a busy timeout, every change in
 * one BEGIN IMMEDIATE transaction, in the schema of Optuna's RDB storage (version 12, alembic v3.0.0.d), so that Optuna
 * opens a study and goes on with it. What Optuna has no column for (template, options, run folders, seconds) is in its
 * user and system attributes, under names that begin with "hourglass:".
 *
 * A worker holds one study handle. Whatever it was told before a kill -9 is there afterwards; a trial whose process is
 * gone (no heartbeat for a while: trial_heartbeats) becomes free to be resumed. */
#ifndef HG_TUNE_STUDY_H
#define HG_TUNE_STUDY_H

#include "tune/history.h"

typedef struct hg__study hg__study;

typedef struct hg__study_options {
    const char *name;                           /* of the study within the file; NULL: "hourglass" */
    const char *objective[HG__MOST_OBJECTIVES]; /* "val_mse", "code", "bytes", … */
    bool maximize[HG__MOST_OBJECTIVES];
    size_t objectives;
    const char
        *settings; /* JSON: all that a second worker needs to go on: data, template, search, options, sampler … */
} hg__study_options;

/* Opens the file, making it and the study where they are not there yet. An existing study with another space or other
 * objectives is refused: HG_MODEL. HG_DATA: no SQLite file, or no study in a schema that is known. */
hg_status hg__study_open(hg__study **s, const char *path, const hg__space *space, const hg__study_options *o,
                         hg_error *e);
/* Opens what is there, to read: report, best. */
hg_status hg__study_read(hg__study **s, const char *path, const char *name, hg_error *e);
void hg__study_close(hg__study **s);

const char *hg__study_settings(const hg__study *s); /* the JSON; owned */
const hg__space *hg__study_space(const hg__study *s);
const char *hg__study_objective(const hg__study *s, size_t i);

/* All trials as they stand now. Valid until the next call or the close. */
hg_status hg__study_history(hg__study *s, const hg__history **h, hg_error *e);

/* The rest is for workers. Each is one transaction. */
typedef size_t hg__study_choose(void *ctx, const hg__history *h); /* a number to promote, or HG__NEW_TRIAL */
/* In one transaction: a trial whose process is gone, else the one that `choose` promotes, else a new one, which becomes
 * RUNNING and this worker's. *fresh: it is new and has no point yet. */
hg_status hg__study_take(hg__study *s, hg__study_choose *choose, void *ctx, size_t *number, bool *fresh, hg_error *e);
hg_status hg__study_point(hg__study *s, size_t number, const double *point, const char *run, hg_error *e);
/* A row of by_epoch, and a heartbeat. */
hg_status hg__study_epoch(hg__study *s, size_t number, size_t epoch, double value, double seconds, hg_error *e);
hg_status hg__study_beat(hg__study *s, size_t number, hg_error *e);
/* objective: [objectives], or NULL where state is PRUNED or FAIL. */
hg_status hg__study_tell(hg__study *s, size_t number, hg__trial_state state, const double *objective,
                         const char *failure, hg_error *e);

#endif
