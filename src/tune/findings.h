/* findings.h: what came out of a study: its trials counted, ordered and judged once, for the page, the table and the
 * JSON document. */
#ifndef HG_TUNE_FINDINGS_H
#define HG_TUNE_FINDINGS_H

#include "base/text.h"
#include "tune/importance.h"
#include "tune/study.h"

#include <jansson.h>

enum { HG__TRIAL_STATES = HG__TRIAL_WAITING + 1 };

typedef struct hg__findings {
    /* The caller's; all but h may be NULL, and what is NULL is left out. */
    const hg__history *h;
    const char *path;                           /* the study's file */
    const char *objective[HG__MOST_OBJECTIVES]; /* names */
    const json_t *settings;                     /* an object: what hg__study_settings gives */
    double best_sd;                             /* of the best trial's value between seeds; NaN: not repeated */
    const char *command;                        /* that trains the best trial anew */

    /* What hg__findings_open fills in. A place is one in h->trial. */
    size_t *
        order; /* [h->n] places: the complete trials with a value, the best first, then the others with one, the rest */
    size_t ranked;         /* those with a value */
    size_t *front, fronts; /* [fronts] the Pareto front, by the first objective */
    size_t best;           /* of the first objective; HG__NO_TRIAL: no trial is complete */
    size_t count[HG__TRIAL_STATES];
    size_t too_large; /* of those that failed: they were not trained, for their model is larger than allowed */
    double seconds;   /* of training, all trials' together */
    hg__importance importance;
} hg__findings;

/* Close it also on failure. HG_MEMORY. */
hg_status hg__findings_open(hg__findings *f, hg_error *e);
void hg__findings_close(hg__findings *f);

/* The first objective of a complete trial; of another one, the best that it had after any of its epochs. NaN: none. */
double hg__findings_value(const hg__history *h, const hg__trial *t);
/* "complete", "pruned", "failed", "running", "waiting". */
const char *hg__findings_state(hg__trial_state state);
const char *hg__findings_name(const hg__findings *f, size_t objective); /* "objective" where it has no name */
/* "12 complete, 45 pruned, 2 failed, 1 too large": what there is of them. */
void hg__findings_counts(hg__text *t, const hg__findings *f);
/* "lr=0.0013 batch=64": the whole point in the order of the space; what is not given is left out. */
void hg__findings_point(hg__text *t, const hg__space *space, const double *point);
/* {"lr": 0.0013, "batch": "64"}: a choice as its text, null for what is not given. NULL: out of memory. */
json_t *hg__findings_point_json(const hg__space *space, const double *point);

/* The document that --json prints; `top`: how many of the best trials. NULL: out of memory. */
json_t *hg__findings_json(const hg__findings *f, size_t top);
/* The tables for people: counts, the best trials, the front, the importances. */
void hg__findings_text(hg__text *t, const hg__findings *f, size_t top);

#endif
