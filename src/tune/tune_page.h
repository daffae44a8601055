/* tune_page.h: a study as one self-contained HTML page without a script, in the look of the run's report. What a study
 * has not is left out; of very many trials or dimensions a part is drawn, and the page says which, so that it stays
 * below 1.5 MB. Whatever comes from outside goes through hg__markup_escape. */
#ifndef HG_TUNE_TUNE_PAGE_H
#define HG_TUNE_TUNE_PAGE_H

#include "tune/findings.h"
#include "tune/plot.h"

void hg__tune_page(hg__text *t, const hg__findings *o);

/* ---- its sections, each of which writes nothing where there is nothing to show ---- */

enum { HG__PAGE_DIMENSIONS = 24 }; /* that drawings show at most: those that matter most */

void hg__tune_page_history(hg__text *t, const hg__findings *o);    /* values by trial, values by epoch */
void hg__tune_page_front(hg__text *t, const hg__findings *o);      /* several objectives */
void hg__tune_page_importance(hg__text *t, const hg__findings *o); /* what each dimension decides */
void hg__tune_page_parallel(hg__text *t, const hg__findings *o);   /* all dimensions at once */
void hg__tune_page_slices(hg__text *t, const hg__findings *o);     /* one dimension at a time */
void hg__tune_page_trials(hg__text *t, const hg__findings *o);     /* the table */

/* The dimensions that drawings show, in the order of the space, into shown; tells how many. */
size_t hg__tune_page_dimensions(const hg__findings *o, size_t shown[HG__PAGE_DIMENSIONS]);
/* The axis of hg__findings_value over all trials; false: none has a value. Fails like hg__text_add. */
bool hg__tune_page_values(hg__text *t, const hg__findings *o, hg__axis *a, size_t *beyond);
/* The shade of the i-th of n by rank: 0, the best, to HG__SHADES - 1. */
size_t hg__tune_page_shade(size_t i, size_t n);
/* The ramp of shades from "best" to "worst", for a caption. */
extern const char hg__tune_page_ramp[];

#endif
