/* models.h: the standing models, and what a bench wants to know of them. */
#ifndef HG_BENCH_MODELS_H
#define HG_BENCH_MODELS_H

#include <hourglass/net.h>

enum { HG__MOST_MODELS = 32, HG__LABEL = 23 };
typedef struct hg__bench_list {
    const char *name[HG__MOST_MODELS];
    char label[HG__MOST_MODELS][HG__LABEL]; /* what rows call it: the last part of a path, cut where it is long */
    size_t n;
} hg__bench_list;
hg__bench_list hg__bench_models(const char *only); /* "": all presets */

/* What hg__graph_named finds and hg_graph_check lets pass: it has x, z and y. The caller closes it. */
hg_status hg__bench_graph(hg_graph **g, const char *name, hg_error *e);
/* The same with fresh weights. */
hg_status hg__bench_model(hg_model **m, const char *name, hg_error *e);

/* The status of opening a model; where memory is short, *e advises what bench can do: its batch is fixed. */
hg_status hg__bench_opened(hg_status s, const char *name, size_t batch, hg_error *e);

/* The operations of a training step for one sample, as the plan counts them. */
hg_status hg__bench_cost(const hg_plan *p, double *training, hg_error *e);

/* n samples of a value that the model has, in [0,1]; malloc, caller frees. */
hg_status hg__bench_values(float **out, const hg_model *m, const char *value, size_t n, hg_error *e);

#endif
