/* hourglass/net.h: graph, plan, model: from text to numbers.
 *
 *     #include <hourglass/net.h>
 *     #include <stdio.h>
 *     int main(void) {
 *         hg_model *m = NULL;
 *         hg_plan *p = NULL;
 *         float x[784] = {0}, y[784];
 *         if (hg_model_open(&m, "model.safetensors", NULL)) return 1;
 *         if (hg_plan_open(&p, m, &(hg_plan_options){.batch = 1}, NULL) || hg_forward(p, "x", "y", 1, x, y)) return 1;
 *         printf("%.3f\n", (double)y[406]), hg_plan_close(&p), hg_model_close(&m);
 *     }
 *
 * A graph is text. A model is a graph and its weights. A plan is a model laid out in memory for a
 * stated batch; a run is one walk along it. */
#ifndef HOURGLASS_NET_H
#define HOURGLASS_NET_H

#include <hourglass/base.h>

/* ---- Graph: the text, parsed, with every shape solved ------------------------------------------ */

typedef struct hg_graph hg_graph;

typedef struct hg_graph_options {
    hg_shape input; /* instead of the `input` line's shape, where h is not 0 */
    size_t code;    /* instead of the size of the line that gives z, where not 0 */
} hg_graph_options;

/* name: for messages ("conv.hg"). Errors name the line: "conv.hg:3: conv: …". */
hg_status hg_graph_parse(hg_graph **g, const char *text, const char *name, const hg_graph_options *o, hg_error *e);
/* A preset ("conv") or a file that holds the text. */
hg_status hg_graph_open(hg_graph **g, const char *preset_or_path, const hg_graph_options *o, hg_error *e);
void hg_graph_close(hg_graph **g);

const char *hg_graph_text(const hg_graph *g); /* as parsed, with the options written in; owned by g */
bool hg_graph_shape(const hg_graph *g, const char *value,
                    hg_shape *s); /* "x", "z", "y", any name; false: no such value */
size_t hg_graph_parameters(const hg_graph *g);
/* Whether z comes out of `nested`, so that a code may be cut to its first values: what is missing is 0. */
bool hg_graph_is_nested(const hg_graph *g);
/* What training asks of a graph beyond its text, or HG_MODEL: it names a code, z (without one a model can neither
 * encode, decode nor be compared with PCA; the error names the line), and y is of x's shape. */
hg_status hg_graph_check(const hg_graph *g, hg_error *e);

size_t hg_presets(void);
const char *hg_preset_name(size_t i);
const char *hg_preset_text(const char *name); /* NULL: none of that name */

/* The lines that a graph may have: "conv KxK CHANNELS …", and what it does; i < hg_usages(). */
size_t hg_usages(void);
const char *hg_usage(size_t i, const char **help);

/* ---- Model: graph + weights, and the file they live in ------------------------------------------ */

typedef struct hg_model hg_model;

/* What was done to stored data before it became x: kept with the model. */
typedef struct hg_preprocess {
    float scale, offset; /* value = stored * scale + offset */
    float low, high;     /* the stored numbers that are black and white, as in hg_set; 0, 0: not known */
    char stored[12];     /* "bytes", "integers" or "floats", as in hg_set; "": not known */
    char trained_on[128];
} hg_preprocess;

/* Fresh weights, U(±1/sqrt(fan_in)), by seed. Takes the graph over (g becomes NULL), also on failure. */
hg_status hg_model_make(hg_model **m, hg_graph **g, uint64_t seed, hg_error *e);
/* A model file, or a run folder that holds one. */
hg_status hg_model_open(hg_model **m, const char *path, hg_error *e);
void hg_model_close(hg_model **m);
/* safetensors; temp file, sync, rename. The same model gives the same bytes. */
hg_status hg_model_save(const hg_model *m, const char *path, hg_error *e);

const hg_graph *hg_model_graph(const hg_model *m);
hg_real *hg_model_weights(hg_model *m, size_t *n); /* one block of n values, in the graph's order; owned by m */
hg_preprocess *hg_model_preprocess(hg_model *m);
void hg_model_sha256(const hg_model *m, char hex[65]); /* of the block's little-endian bytes */

/* ---- Plan ------------------------------------------------------------------------------------- */

typedef struct hg_plan hg_plan;

typedef struct hg_plan_options {
    size_t batch;   /* the most samples a call may bring */
    bool train;     /* gradients too */
    size_t threads; /* 0: one per processor; 1: the caller alone */
    size_t micro;   /* samples walked at a time, 0: chosen for the cache; never changes a bit of the result */
    uint64_t seed;  /* of dropout, noise and sampling */
    size_t memory;  /* most bytes that plan and weights may take, 0: any: it then walks fewer samples at a time,
                       and recomputes where that does not do */
    bool recompute; /* values are computed again on the way back instead of being kept: less memory, more work (Chen et
                       al. 2016); never changes a bit of the result */
    /* hourglass/base.h; HG_USAGE where the processor lacks what it needs. bf16 asks Linux for the tiles of AMX where
     * there are some: alternate signal stacks smaller than getauxval(AT_MINSIGSTKSZ) are refused from then on; where
     * the calling thread has one already the tiles are, and other kernels, with other bits, do the work. */
    hg_precision precision;
    bool pin; /* each thread but the caller stays on one processor, where the system lets it; never changes a bit */
} hg_plan_options;

/* The model must outlive the plan. Several plans may share it, one for each of several threads, which may open and
 * close them at any time: those that infer in one precision also share the weights in the order of the kernels, so all
 * but the first open in microseconds. Only this call allocates. HG_USAGE when `memory` is too little for the batch. */
hg_status hg_plan_open(hg_plan **p, hg_model *m, const hg_plan_options *o, hg_error *e);
void hg_plan_close(hg_plan **p);

/* in [n * size of `from`] -> out [n * size of `to`], n <= batch, at inference (no dropout, no noise,
 * a VAE's z is its mean). ("x","z") encodes, ("z","y") decodes. HG_USAGE: `to` cannot be had from `from`. Any value
 * that the text names will do; an `up` without a name may be walked as one with the convolution behind it, and is no
 * value then.
 * size: what goes in and what comes out stand in the call, as in the sentence. */
hg_status hg_forward(hg_plan *p, const char *from, const char *to, size_t n, const hg_real *in, hg_real *out);

typedef struct hg_losses {
    size_t n;
    struct {
        const char *name; /* "mse y x" */
        double value;     /* with its factor */
    } part[8];
    double total;
} hg_losses;
/* One training walk over n samples, 1 to the plan's batch: the losses (mean over the samples) and the gradient
 * of the whole batch. t: what the loss holds against the output in x's place, NULL: x itself (it differs when x was
 * corrupted). step: counts the steps since the start, for the random numbers.
 * size: called once a step by those who train; a struct would only be filled and emptied. */
void hg_gradient(hg_plan *p, size_t n, const hg_real *x, const hg_real *t, uint32_t step, hg_losses *losses);
/* The same losses without gradients, at inference. */
void hg_losses_of(hg_plan *p, size_t n, const hg_real *x, const hg_real *t, hg_losses *losses);

/* One block in the order of the weights; owned by the plan; NULL without train. */
hg_real *hg_plan_gradient(hg_plan *p);
/* To be called after the weights changed: packs them anew for the kernels, for this plan if it trains, else for all
 * plans of the model that infer in its precision, also those opened later. None of these may be at work meanwhile. */
void hg_plan_refresh(hg_plan *p);

size_t hg_plan_memory(const hg_plan *p); /* bytes, beside the weights; packed ones that are shared count in full */
/* The table that `hourglass models plan` prints: shapes, parameters, FLOPs, memory. malloc; caller frees. */
char *hg_plan_describe(const hg_plan *p, bool json);

#endif
