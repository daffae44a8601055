/* page.h: the parts of the report's page. Each writes its section, or nothing when the folder has nothing for it. */
#ifndef HG_REPORT_PAGE_H
#define HG_REPORT_PAGE_H

#include "base/text.h"

#include <hourglass/record.h>
#include <jansson.h>

enum { HG__MOST_OTHER_EVALUATIONS = 16 };

typedef struct hg__page {
    hg_run *run;
    json_t *config, *env, *eval, *doctor;      /* NULL: not in the folder */
    json_t *other[HG__MOST_OTHER_EVALUATIONS]; /* eval-SOURCE.json, in the order of their names */
    size_t others;
    bool is_stale; /* eval.json is of earlier weights than the folder's, so `eval` is NULL */
    hg_epoch *row; /* [n] */
    size_t n;
    size_t best; /* which row; n: none */
} hg__page;

void hg__page_summary(hg__text *t, const hg__page *p);
void hg__page_doctor(hg__text *t, const hg__page *p);
void hg__page_training(hg__text *t, const hg__page *p);
void hg__page_evaluation(hg__text *t, const hg__page *p);
void hg__page_samples(hg__text *t, const hg__page *p);
void hg__page_model(hg__text *t, const hg__page *p);
void hg__page_settings(hg__text *t, const hg__page *p);

/* The model's and the data's name, wherever the folder says them; NULL: nowhere. */
const char *hg__page_model_name(const hg__page *p);
const char *hg__page_data_name(const hg__page *p);
/* "Test MSE", "Validation MSE" …: which split the figures are of, into out[n]. */
const char *hg__page_mse_title(const hg__page *p, char *out, size_t n);
/* A text of a JSON object, NULL where there is none; a number, NaN where there is none. */
const char *hg__page_text(const json_t *object, const char *name);
double hg__page_number(const json_t *object, const char *name);
/* A number of the evaluation ("mse") or of PCA beside it; NaN where there is none. */
double hg__page_figure(const hg__page *p, const char *name);
double hg__page_pca_figure(const hg__page *p, const char *name);
/* The sheet samples/NAME as a figure; false, and nothing written, when there is none. */
bool hg__page_sheet(hg__text *t, const hg__page *p, const char *name, const char *caption);

#endif
