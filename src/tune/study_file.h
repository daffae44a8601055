/* study_file.h: an open study: what the files study*.c share. */
#ifndef HG_TUNE_STUDY_FILE_H
#define HG_TUNE_STUDY_FILE_H

#include "tune/database.h"
#include "tune/study.h"

#include <jansson.h>

struct hg__study {
    hg__database d;
    int64_t id; /* its study_id */
    hg__space space;
    size_t objectives;
    char objective[HG__MOST_OBJECTIVES][64];
    char *settings;
    char worker[512]; /* who this process is: host, name space of process numbers, number, start */
    hg__history history;
};

/* ---- study_space.c: a space as JSON ---- */

json_t *hg__study_space_json(const hg__space *space); /* NULL: out of memory */
/* path: the study's file, for messages. Close the space also on failure. */
hg_status hg__study_space_read(hg__space *space, const json_t *document, const char *path, hg_error *e);
/* The dimension as Optuna's distribution; malloc, NULL: out of memory. A choice that reads as a number is one. */
char *hg__study_distribution(const hg__dimension *d);
/* A parameter's value as Optuna stored it, with its distribution, in this dimension; NaN: it has no place there. */
double hg__study_value(const hg__dimension *d, double value, const char *distribution);

/* ---- study_history.c ---- */

hg_status hg__study_load(hg__study *s, hg_error *e); /* s->history anew */
void hg__study_forget(hg__study *s);
const char *hg__study_state(hg__trial_state state); /* as in Optuna's column */

/* ---- study_worker.c: who works on a trial ---- */

void hg__study_worker(char *out, size_t n); /* this process */
/* Is the process that left this name gone? silent: seconds since its last sign of life. */
bool hg__study_worker_gone(const char *worker, double silent);

#endif
