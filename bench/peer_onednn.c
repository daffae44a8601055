/* peer_onednn.c: layers in oneDNN 2.x (its C API), on one thread, every operand in the layout that oneDNN itself would
 * choose, which costs nothing here.
 *
 *     peer_onednn
 *
 * Says its version in a line, and then answers every line of standard input, a layer
 *
 *     conv|deconv|dense SAMPLES HEIGHT WIDTH CHANNELS KERNEL OUTPUTS STRIDE
 *
 * with the GFLOP/s of its three passes: forwards, input gradient, weight gradient; 0: oneDNN has none. */
#include <dnnl.h>
#include <omp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT, PASSES, STRETCHES = 5, OPERANDS = 3 };
static const double stretch = 0.0004; /* seconds */

typedef struct layer {
    char kind[16];
    dnnl_dim_t n, h, w, c, kernel, outputs, stride;
} layer;

/* What the three passes are described from. */
typedef struct shapes {
    dnnl_memory_desc_t source, weights, target;
    dnnl_dims_t stride, left, right;
    double work;
} shapes;

/* The operation descriptor of any kind of layer. */
typedef union operation {
    dnnl_convolution_desc_t conv;
    dnnl_deconvolution_desc_t deconv;
    dnnl_inner_product_desc_t dense;
} operation;

static void describe(dnnl_memory_desc_t *d, int dims, const dnnl_dims_t size)
{
    dnnl_memory_desc_init_by_tag(d, dims, size, dnnl_f32, dnnl_format_tag_any);
}

static void find_dense(const layer *l, shapes *s)
{
    dnnl_dim_t in = l->h * l->w * l->c;
    describe(&s->source, 2, (dnnl_dims_t){l->n, in});
    describe(&s->weights, 2, (dnnl_dims_t){l->outputs, in});
    describe(&s->target, 2, (dnnl_dims_t){l->n, l->outputs});
    s->work = 2.0 * (double)(l->n * in * l->outputs);
}

/* Padding as hourglass has it: a convolution keeps the size, divided by the stride; the other multiplies it. */
static void find_window(const layer *l, bool transposed, shapes *s)
{
    dnnl_dim_t pad = (l->kernel - 1) / 2, big[2], small[2];
    for (int i = 0; i < 2; i++) {
        dnnl_dim_t in = i ? l->w : l->h;
        big[i] = transposed ? in * l->stride : in;
        small[i] = transposed ? in : (in + 2 * pad - l->kernel) / l->stride + 1;
        s->stride[i] = l->stride, s->left[i] = pad;
        s->right[i] = (small[i] - 1) * l->stride + l->kernel - big[i] - pad;
    }
    const dnnl_dim_t *in = transposed ? small : big, *out = transposed ? big : small;
    describe(&s->source, 4, (dnnl_dims_t){l->n, l->c, in[0], in[1]});
    describe(&s->weights, 4, (dnnl_dims_t){l->outputs, l->c, l->kernel, l->kernel});
    describe(&s->target, 4, (dnnl_dims_t){l->n, l->outputs, out[0], out[1]});
    s->work = 2.0 * (double)(l->n * small[0] * small[1] * l->kernel * l->kernel * l->c * l->outputs);
}

static dnnl_status_t describe_conv(operation *o, const shapes *s, int pass)
{
    const dnnl_alg_kind_t how = dnnl_convolution_direct;
    if (pass == FORWARD)
        return dnnl_convolution_forward_desc_init(&o->conv, dnnl_forward_training, how, &s->source, &s->weights, NULL,
                                                  &s->target, s->stride, s->left, s->right);
    if (pass == INPUT_GRADIENT)
        return dnnl_convolution_backward_data_desc_init(&o->conv, how, &s->source, &s->weights, &s->target, s->stride,
                                                        s->left, s->right);
    return dnnl_convolution_backward_weights_desc_init(&o->conv, how, &s->source, &s->weights, NULL, &s->target,
                                                       s->stride, s->left, s->right);
}

static dnnl_status_t describe_deconv(operation *o, const shapes *s, int pass)
{
    const dnnl_alg_kind_t how = dnnl_deconvolution_direct;
    if (pass == FORWARD)
        return dnnl_deconvolution_forward_desc_init(&o->deconv, dnnl_forward_training, how, &s->source, &s->weights,
                                                    NULL, &s->target, s->stride, s->left, s->right);
    if (pass == INPUT_GRADIENT)
        return dnnl_deconvolution_backward_data_desc_init(&o->deconv, how, &s->source, &s->weights, &s->target,
                                                          s->stride, s->left, s->right);
    return dnnl_deconvolution_backward_weights_desc_init(&o->deconv, how, &s->source, &s->weights, NULL, &s->target,
                                                         s->stride, s->left, s->right);
}

static dnnl_status_t describe_dense(operation *o, const shapes *s, int pass)
{
    if (pass == FORWARD)
        return dnnl_inner_product_forward_desc_init(&o->dense, dnnl_forward_training, &s->source, &s->weights, NULL,
                                                    &s->target);
    if (pass == INPUT_GRADIENT)
        return dnnl_inner_product_backward_data_desc_init(&o->dense, &s->source, &s->weights, &s->target);
    return dnnl_inner_product_backward_weights_desc_init(&o->dense, &s->source, &s->weights, NULL, &s->target);
}

typedef dnnl_status_t describer(operation *o, const shapes *s, int pass);

/* ---- One pass --------------------------------------------------------------------------------------- */

typedef struct runner {
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    dnnl_exec_arg_t arg[OPERANDS];
} runner;

static const struct {
    dnnl_query_t query;
    int arg;
} operands[PASSES][OPERANDS] = {
    [FORWARD] = {{dnnl_query_src_md, DNNL_ARG_SRC},
                 {dnnl_query_weights_md, DNNL_ARG_WEIGHTS},
                 {dnnl_query_dst_md, DNNL_ARG_DST}},
    [INPUT_GRADIENT] = {{dnnl_query_diff_src_md, DNNL_ARG_DIFF_SRC},
                        {dnnl_query_weights_md, DNNL_ARG_WEIGHTS},
                        {dnnl_query_diff_dst_md, DNNL_ARG_DIFF_DST}},
    [WEIGHT_GRADIENT] = {{dnnl_query_src_md, DNNL_ARG_SRC},
                         {dnnl_query_diff_weights_md, DNNL_ARG_DIFF_WEIGHTS},
                         {dnnl_query_diff_dst_md, DNNL_ARG_DIFF_DST}},
};

static bool open_operands(runner *r, const_dnnl_primitive_desc_t chosen, dnnl_engine_t engine, int pass)
{
    for (int i = 0; i < OPERANDS; i++) {
        const dnnl_memory_desc_t *d = dnnl_primitive_desc_query_md(chosen, operands[pass][i].query, 0);
        void *data = NULL;
        if (dnnl_memory_create(&r->arg[i].memory, d, engine, DNNL_MEMORY_ALLOCATE)) return false;
        r->arg[i].arg = operands[pass][i].arg;
        dnnl_memory_get_data_handle(r->arg[i].memory, &data);
        float *x = data;
        for (size_t k = 0; k < dnnl_memory_desc_get_size(d) / sizeof *x; k++) x[k] = (float)(k % 64) / 64;
    }
    return true;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double time_of(const runner *r, size_t times)
{
    double start = now();
    for (size_t i = 0; i < times; i++) dnnl_primitive_execute(r->primitive, r->stream, OPERANDS, r->arg);
    dnnl_stream_wait(r->stream);
    return (now() - start) / (double)times;
}

/* As hg__best_time: the best of a few stretches. */
static double best_time(const runner *r)
{
    time_of(r, 1);
    size_t times = 1 + (size_t)(stretch / time_of(r, 1));
    double best = time_of(r, times);
    for (int i = 1; i < STRETCHES; i++) {
        double time = time_of(r, times);
        if (time < best) best = time;
    }
    return best;
}

static void close_runner(runner *r)
{
    for (int i = 0; i < OPERANDS; i++) dnnl_memory_destroy(r->arg[i].memory);
    dnnl_primitive_destroy(r->primitive);
    dnnl_stream_destroy(r->stream);
}

/* Operations a second; 0: there is no such primitive. hint: of the forward pass. */
static double rate_of(const shapes *s, dnnl_primitive_desc_t chosen, dnnl_engine_t engine, int pass)
{
    runner r = {0};
    double rate = 0;
    dnnl_stream_create(&r.stream, engine, dnnl_stream_default_flags);
    if (!dnnl_primitive_create(&r.primitive, chosen) && open_operands(&r, chosen, engine, pass))
        rate = s->work / best_time(&r);
    close_runner(&r);
    return rate;
}

static void measure(const layer *l, dnnl_engine_t engine)
{
    bool dense = !strcmp(l->kind, "dense"), transposed = !strcmp(l->kind, "deconv");
    describer *of_kind = dense ? describe_dense : transposed ? describe_deconv : describe_conv;
    dnnl_primitive_desc_t forward = NULL;
    double rate[PASSES] = {0};
    shapes s = {0};
    if (dense) find_dense(l, &s);
    else find_window(l, transposed, &s);
    for (int pass = 0; pass < PASSES; pass++) {
        operation o;
        dnnl_primitive_desc_t chosen = NULL;
        if (of_kind(&o, &s, pass)) continue;
        if (dnnl_primitive_desc_create(&chosen, &o, NULL, engine, forward)) continue;
        rate[pass] = rate_of(&s, chosen, engine, pass);
        if (pass == FORWARD) forward = chosen;
        else dnnl_primitive_desc_destroy(chosen);
    }
    dnnl_primitive_desc_destroy(forward);
    printf("%.2f %.2f %.2f\n", 1e-9 * rate[0], 1e-9 * rate[1], 1e-9 * rate[2]);
    fflush(stdout);
}

static bool read_layer(const char *line, layer *l)
{
    dnnl_dim_t *const field[] = {&l->n, &l->h, &l->w, &l->c, &l->kernel, &l->outputs, &l->stride};
    size_t length = strcspn(line, " ");
    if (length >= sizeof l->kind) return false;
    snprintf(l->kind, sizeof l->kind, "%.*s", (int)length, line);
    line += length;
    for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
        char *end = NULL;
        *field[i] = strtol(line, &end, 10);
        if (end == line || *field[i] < 1) return false;
        line = end;
    }
    return true;
}

int main(void)
{
    const dnnl_version_t *v = dnnl_version();
    dnnl_engine_t engine = NULL;
    char line[256];
    omp_set_num_threads(1);
    if (dnnl_engine_create(&engine, dnnl_cpu, 0)) return fputs("peer_onednn: no engine\n", stderr), 1;
    printf("oneDNN %d.%d.%d\n", v->major, v->minor, v->patch);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        layer l = {0};
        if (!read_layer(line, &l)) return fputs("peer_onednn: no layer\n", stderr), 1;
        measure(&l, engine);
    }
    return 0;
}
