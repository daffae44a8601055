/* study.h: a study on disk, shared by any number of processes: SQLite in WAL mode with a busy timeout, every change in
 * one BEGIN IMMEDIATE transaction, in the schema of Optuna's RDB storage (version 12, alembic v3.0.0.d), so that Optuna
 * opens a study and goes on with it; trials that it ran are part of the history. What Optuna has no column for (space,
 * settings, run folders, seconds) is in its user and system attributes, under names that begin with "hourglass:".
 *
 * A worker holds one study handle. Whatever it was told before a kill -9 is there afterwards. A trial whose process is
 * gone becomes free to be resumed: at once where that process ran on this machine, and otherwise when it has given no
 * sign of life for a minute (trial_heartbeats). */
#ifndef HG_TUNE_STUDY_H
#define HG_TUNE_STUDY_H

#include "tune/scheduler.h"

typedef struct hg__study hg__study;

typedef struct hg__study_options {
    const char *name;                           /* of the study within the file; NULL: "hourglass" */
    const char *objective[HG__MOST_OBJECTIVES]; /* "val_mse", "code", "bytes", … */
    bool maximize[HG__MOST_OBJECTIVES];
    size_t objectives;
    const char *settings; /* JSON: all that a second worker needs to go on: data, template, search, options … */
} hg__study_options;

/* Opens the file, making it and the study where they are not there yet. An existing study with another space or other
 * objectives is refused: HG_MODEL. HG_DATA: no SQLite file, or no study in a schema that is known. */
hg_status hg__study_open(hg__study **s, const char *path, const hg__space *space, const hg__study_options *o,
                         hg_error *e);
/* Is nothing there yet? Also an empty file or database is nothing: what is left where a beginning was cut short. */
bool hg__study_is_missing(const char *path);
/* Opens the study that is there and that Hourglass began, to read it or to go on. name: NULL: "hourglass". */
hg_status hg__study_read(hg__study **s, const char *path, const char *name, hg_error *e);
void hg__study_close(hg__study **s);

const char *hg__study_settings(const hg__study *s); /* the JSON, as it was when opened or last settled; owned */
const hg__space *hg__study_space(const hg__study *s);
size_t hg__study_objectives(const hg__study *s);
const char *hg__study_objective(const hg__study *s, size_t i);

/* How long the path is without its ending: of "a/digits.db" 8. */
size_t hg__study_stem(const char *path);
/* "digits.runs/trial-0007" beside the file digits.db, into out[n]; ending: "", ".hg", "-seed2" … */
const char *hg__study_run(const hg__study *s, size_t number, const char *ending, char *out, size_t n);

/* All trials as they stand now, by number. Valid until the next call of any kind, or the close. */
hg_status hg__study_history(hg__study *s, const hg__history **h, hg_error *e);

/* ---- The rest is for workers. Each is one transaction. ---- */

enum { HG__NO_TRIAL = SIZE_MAX - 1 };

typedef struct hg__study_chooser {
    void *ctx;
    /* What to do next, of a history without free trials: a PRUNED trial's number to promote it, HG__NEW_TRIAL, or
     * HG__NO_TRIAL: nothing now. */
    size_t (*choose)(void *ctx, const hg__history *h);
    /* The point of the new trial; false: there is none left. */
    bool (*draw)(void *ctx, const hg__history *h, size_t number, double *point);
} hg__study_chooser;

typedef struct hg__taken {
    size_t number; /* HG__NO_TRIAL: none */
    bool fresh;    /* new, not resumed */
    bool promoted; /* it stood still, and has earned more epochs */
    bool waits;    /* none, but others are still at work, and what they find may change that */
    double point[HG__MOST_DIMENSIONS];
} hg__taken;

/* In one transaction: a trial whose process is gone, else what `choose` says. It becomes RUNNING and this worker's. */
hg_status hg__study_take(hg__study *s, const hg__study_chooser *c, hg__taken *taken, hg_error *e);
typedef struct hg__study_row {
    size_t epoch;
    double value;   /* the first objective */
    double seconds; /* of training so far */
} hg__study_row;
/* A row of by_epoch, and a heartbeat. Another process may have taken the trial over, if this one slept for long:
 * HG_FAILED, here and in the calls that follow. */
hg_status hg__study_epoch(hg__study *s, size_t number, const hg__study_row *row, hg_error *e);
hg_status hg__study_beat(hg__study *s, size_t number, hg_error *e);
/* A figure beside the objectives: an attribute "hourglass:NAME" of the trial. */
hg_status hg__study_note(hg__study *s, size_t number, const char *name, double value, hg_error *e);
/* NaN: none of that name. */
hg_status hg__study_noted(hg__study *s, size_t number, const char *name, double *value, hg_error *e);
typedef struct hg__study_verdict {
    hg__trial_state state;
    const double *objective; /* [objectives], or NULL where state is PRUNED or FAIL */
    const char *failure;     /* why it failed, or NULL */
} hg__study_verdict;
hg_status hg__study_tell(hg__study *s, size_t number, const hg__study_verdict *v, hg_error *e);
/* Lets go of a trial that is not finished: the next worker resumes it. */
hg_status hg__study_release(hg__study *s, size_t number, hg_error *e);

/* Changes the settings' object `part` in the values given, a JSON object, and nothing else: what other processes
 * changed stays. hg__study_settings are then as they stand in the file. */
hg_status hg__study_settle(hg__study *s, const char *part, const char *values, hg_error *e);
/* Adds to the seconds of wall time that were spent on the study, and tells their sum. */
hg_status hg__study_spend(hg__study *s, double seconds, double *sum, hg_error *e);

#endif
