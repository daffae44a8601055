/* literature.h: published protocols trained anew, and what came of them beside what was published. */
#ifndef HG_BENCH_LITERATURE_H
#define HG_BENCH_LITERATURE_H

#include "base/text.h"
#include "bench/protocols.h"
#include "bench/units.h"

enum { HG__MOST_PROTOCOLS = 16 };

typedef enum hg__length {
    HG__QUICK,   /* an epoch of the built-in digits: shows that it works, and compares with nothing */
    HG__DEFAULT, /* as long as published, or as long as an hour allows */
    HG__FULL,    /* as long as published */
} hg__length;

typedef struct hg__literature_options {
    hg__length length;
    const char *only; /* the one protocol, or "": all */
    const char *out;  /* the folder that keeps the runs, or "": a temporary one */
    size_t threads;   /* 0: one per processor */
    uint64_t seed;
    bool offline;
    const hg_train_listener *listener;        /* of every training */
    void (*say)(void *ctx, const char *line); /* which protocol begins; ctx is the listener's */
} hg__literature_options;

/* A protocol and its results; figures that were not measured are NaN. */
typedef struct hg__literature_row {
    hg__protocol protocol;
    size_t epochs, code, parameters;
    hg_train_result train;
    const char *noise, *data; /* "mnist" or "mnist-binarised" */
    double seconds;           /* training and measuring */
    double ours, pca, floor;  /* in the protocol's metric */
    size_t pca_k;             /* 0: PCA was not measured */
    hg__units all, all_pca;   /* the same figures in every unit */
    hg__units all_input;      /* with noise: of the corrupted input, as if it were a reconstruction */
    hg_likelihood likelihood; /* of a VAE */
    char picture[600];        /* a sheet of test pictures and their reconstructions */
} hg__literature_row;

typedef struct hg__literature {
    hg__literature_options o;
    size_t n, n_train, n_test, threads;
    hg__literature_row row[HG__MOST_PROTOCOLS];
    hg__unit_frame frame; /* of the test pictures */
    hg__units mean_image; /* what the mean of the training pictures is worth; its nll: of pixels drawn apart */
    char source[128];
    char folder[512]; /* of the runs */
    int litter;       /* a temporary folder is noted */
} hg__literature;

/* Trains and measures. HG_USAGE: no protocol of that name; otherwise what training can meet. Close it in any case:
 * that removes a temporary folder. */
hg_status hg__literature_open(hg__literature *l, const hg__literature_options *o, hg_error *e);
void hg__literature_close(hg__literature *l);

void hg__literature_text(hg__text *t, const hg__literature *l);
json_t *hg__literature_json(const hg__literature *l); /* NULL: out of memory */
/* One self-contained page, with sheets and curves. */
hg_status hg__literature_page(const hg__literature *l, const char *path, bool force, hg_error *e);

#endif
