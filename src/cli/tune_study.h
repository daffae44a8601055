/* tune_study.h: a study as the command line speaks of it: begun from options, or gone on with from its own settings. */
#ifndef HG_CLI_TUNE_STUDY_H
#define HG_CLI_TUNE_STUDY_H

#include "cli/command.h"
#include "cli/source_options.h"
#include "tune/tuner.h"

/* The command's struct. */
typedef struct hg__tune_values {
    hg__common common;
    const char *model, *study, *out;
    size_t jobs;
    bool keep_runs, retrain;
    hg__tune_options tune;
    hg_train_options train;
    hg__source_options source;
} hg__tune_values;

/* An open study, and its settings in place of the command's own. */
typedef struct hg__tune_study {
    hg__study *study;
    hg__tune_values v;
    char path[512];
    const char *spec; /* the data */
    hg_set *set;
    char *data;       /* config.json's "data" */
    json_t *settings; /* texts of v point into it */
} hg__tune_study;

/* Opens study and data. What was typed and is not the study's own is refused, HG_USAGE; --trials and --budget may
 * change. Close in any case. */
hg_status hg__tune_study_open(hg__tune_study *s, hg__call *call, hg_error *e);
/* The study at `path` with its settings but without its data, to look at it. Close in any case. */
hg_status hg__tune_study_look(hg__tune_study *s, const char *path, hg_error *e);
void hg__tune_study_close(hg__tune_study *s);
/* Another handle on the file, for a process that was forked: SQLite's must not be carried along. */
hg_status hg__tune_study_again(hg__tune_study *s, hg_error *e);

/* Does the file hold holes, which only a study fills? Of a pipe: false, and nothing is read. */
bool hg__tune_is_template(const char *model);

#endif
