/* evaluation.h: the figures of one model on one set of samples, beside PCA and the published rows. */
#ifndef HG_CLI_EVALUATION_H
#define HG_CLI_EVALUATION_H

#include "base/text.h"
#include "cli/progress.h"
#include "cli/subject.h"

#include <hourglass/eval.h>

/* Of the samples of one class; means. */
typedef struct hg__class_figures {
    size_t n;
    double mse, ssim;
} hg__class_figures;

/* A model of one code length, to stand beside a code that was cut to it. */
typedef struct hg__beside {
    const char *path; /* as typed; borrowed */
    char model[128];
    hg_metrics figures;
} hg__beside;

/* The code cut to its first k values, on the same samples. */
typedef struct hg__cut {
    size_t k;
    hg_metrics ours;
    hg_pca_metrics pca; /* where has_pca */
    bool has_pca;
    hg__beside *beside; /* or NULL; owned */
} hg__cut;

typedef struct hg__evaluation {
    const char *source, *split; /* as printed; borrowed */
    const char *model;
    size_t n, code, parameters, classes, worst;
    hg_shape shape;
    float *t, *y;                  /* [n * shape size] originals and reconstructions (clipped), in [0,1]; owned */
    hg_sample_metrics *each;       /* [n], owned */
    uint32_t *by_mse;              /* [n] samples, the worst first; owned */
    int32_t *label;                /* [n] or NULL; owned */
    hg__class_figures *by_class;   /* [classes], with labels; owned */
    const char *const *class_name; /* [classes] or NULL; borrowed from the set */
    const char *const *file;       /* by number in the set, or NULL; borrowed from it */
    const uint32_t *index;         /* [n] the samples' numbers in their set, or NULL: 0 … n-1; borrowed */
    char weights_sha256[65];       /* of the model */
    const char *noise;             /* what corrupted its input, or NULL; borrowed */
    float *input;                  /* with noise: [n * shape size] the corrupted input, clipped; owned */
    double input_mse;              /* … and how far it is from the originals; NaN without noise */
    hg_metrics ours;
    hg_pca_metrics pca;
    bool has_pca;
    hg_likelihood likelihood; /* n is 0 where it was not measured; else of binary pixels, … */
    bool is_drawn;            /* … which were drawn by their values, as these are not all 0 or 1 */
    hg__cut *cut;             /* [cuts] by rising k, or NULL; owned */
    size_t cuts;
} hg__evaluation;

/* index [n]: the samples, or NULL for all. */
typedef struct hg__evaluation_work {
    const hg__subject *subject;
    const hg_set *set;
    const uint32_t *index;
    size_t n;
    hg__walk walk;
    const char *noise; /* the text of walk.noise */
} hg__evaluation_work;
/* Runs the set, whose values are in [0,1], through the model and measures. */
hg_status hg__evaluation_open(hg__evaluation *v, const hg__evaluation_work *w, hg_error *e);
void hg__evaluation_close(hg__evaluation *v);

/* Adds the likelihood of a VAE by so many samples of each picture; seed: of them, and of the pixels where they are
 * drawn. HG_MODEL: the model has none. */
hg_status hg__evaluation_likelihood(hg__evaluation *v, const hg__subject *s, const hg_likelihood_work *how,
                                    hg_error *e);

/* ---- evaluation_codes.c: the same samples with the code cut ---- */

/* Measures the code at the lengths that `list` names ("8,16,32"; "all": a dozen up to the whole), and at those of the
 * `besides` models, which stand beside it. HG_USAGE for a list that is none, or a model whose code cannot be cut. */
typedef struct hg__cuts_wanted {
    const char *list;
    const char *const *beside; /* [besides] run folders or model files */
    size_t besides;
    const hg__console *console; /* shows how far it is */
} hg__cuts_wanted;
hg_status hg__evaluation_cut(hg__evaluation *v, const hg__evaluation_work *w, const hg__cuts_wanted *wanted,
                             hg_error *e);
/* PCA at the same lengths; p has the components of the longest. */
hg_status hg__evaluation_cut_pca(hg__evaluation *v, const hg_pca *p, const hg_set *test, const hg__console *console,
                                 hg_error *e);
json_t *hg__evaluation_cuts_json(const hg__evaluation *v); /* NULL: out of memory */
void hg__evaluation_cuts_print(hg__text *out, const hg__evaluation *v);

/* ---- shared by the two ---- */

json_t *hg__pca_json(const hg_pca_metrics *m);
/* What w's walk gives, clipped, into y [n * shape size], and its figures. */
hg_status hg__evaluation_walk(const hg__evaluation *v, const hg__evaluation_work *w, float *y, hg_metrics *m,
                              hg_error *e);

static inline uint32_t hg__evaluation_index(const hg__evaluation *v, uint32_t i) { return v->index ? v->index[i] : i; }

/* The document of `eval --json` and of eval.json; NULL: out of memory. */
json_t *hg__evaluation_json(const hg__evaluation *v);
/* The table for people. */
void hg__evaluation_print(hg__text *out, const hg__evaluation *v);

/* The next published row, from *at on, that applies to this data, split and code length; NULL: no more. */
const hg_published *hg__evaluation_published(const hg__evaluation *v, size_t *at);

#endif
