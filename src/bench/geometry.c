/* geometry.c: see geometry.h. The sizes of random images and dense layers are drawn so that their logarithm is uniform;
 * channels, kernels and strides are uniform themselves. */
#include "bench/geometry.h"

#include "base/random.h"
#include "bench/models.h"
#include "net/plan.h"
#include "net/sketch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_IMAGES = 16, DENSE_SAMPLES = 128, MOST_MACS = 200 << 20, MOST_VALUES = 8 << 20 };

/* ---- Random ones ------------------------------------------------------------------------------------ */

static size_t log_uniform(hg__random *r, double low, double high)
{
    return (size_t)(low * pow((high + 1) / low, hg__random_uniform(r)));
}

/* values: a sample's input and output. */
static bool is_bound_by_arithmetic(size_t n, size_t macs, size_t values, size_t weights)
{
    return 2 * n * macs >= HG__BOUND * sizeof(real) * (n * values + weights);
}

static bool draw_dense(hg__random *r, hg__geometry *g)
{
    size_t from = log_uniform(r, 1, 4096), to = log_uniform(r, 1, 4096);
    *g = (hg__geometry){.in = {1, 1, from}, .n = DENSE_SAMPLES};
    snprintf(g->line, sizeof g->line, "dense %zu", to);
    return is_bound_by_arithmetic(g->n, from * to, from + to, from * to);
}

/* false: too much work or memory, or too little work for the memory; draw again. */
static bool draw_window(hg__random *r, hg__geometry *g)
{
    bool transposed = hg__random_below(r, 2);
    size_t stride = 1 + hg__random_below(r, 3), kernel = 1 + hg__random_below(r, 7);
    size_t big = log_uniform(r, 7, 128), small = (big + stride - 1) / stride;
    size_t from = 1 + hg__random_below(r, 256), to = 1 + hg__random_below(r, 256), side = transposed ? small : big;
    size_t macs = small * small * kernel * kernel * from * to, values = (big + 6) * (big + 6) * (from + to);
    if (macs > MOST_MACS || values > MOST_VALUES || side < kernel || (transposed && kernel < stride)) return false;
    g->in = (hg_shape){side, side, from};
    for (g->n = MOST_IMAGES; g->n > 1 && (g->n * macs > MOST_MACS || g->n * values > MOST_VALUES);) g->n /= 2;
    snprintf(g->line, sizeof g->line, "%s %zux%zu %zu /%zu", transposed ? "deconv" : "conv", kernel, kernel, to,
             stride);
    size_t in = side * side * from, out = (transposed ? big * big : small * small) * to;
    return is_bound_by_arithmetic(g->n, macs, in + out, kernel * kernel * from * to);
}

hg__geometry hg__geometry_at(uint64_t seed, uint64_t index)
{
    hg__random r = hg__random_at(seed, HG__FOR_BENCH, 0, index);
    hg__geometry g = {0};
    bool dense = !hg__random_below(&r, 5);
    while (!(dense ? draw_dense : draw_window)(&r, &g)) {}
    return g;
}

/* ---- A model's -------------------------------------------------------------------------------------- */

/* A node's line, that has the same shapes when it stands behind an input alone. */
static bool write_line(const hg__node *node, bool dense, hg__geometry *g)
{
    hg__text t = {0};
    hg__node bare = *node;
    bare.attr.act = HG__ACT_NONE, bare.attr.oph = bare.attr.opw = 0;
    if (dense) bare.attr.size = (hg_shape){1, 1, hg_shape_size(node->shape)};
    hg__node_write(&t, &bare);
    if (node->attr.oph + node->attr.opw) hg__text_add(&t, " to %zux%zu", node->shape.h, node->shape.w);
    if (!t.failed) snprintf(g->line, sizeof g->line, "%s", t.at);
    hg__text_close(&t);
    return *g->line;
}

/* images: samples of a layer that is not dense. */
static bool geometry_of(const hg__node *node, size_t images, hg__geometry *g)
{
    const bool dense = !(node->op->words & HG__WORD_KERNEL);
    const hg_shape in = node->in[0];
    *g = (hg__geometry){.in = dense ? (hg_shape){1, 1, hg_shape_size(in)} : in, .n = dense ? DENSE_SAMPLES : images};
    return write_line(node, dense, g);
}

static bool is_new(const hg__geometry *list, size_t n, const hg__geometry *g)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i].line, g->line) && !memcmp(&list[i].in, &g->in, sizeof g->in)) return false;
    return true;
}

static hg_status list_layers(const hg_graph *g, size_t images, hg__geometry **list, size_t *n, hg_error *e)
{
    *list = calloc(g->nodes, sizeof **list);
    if (!*list) return hg__fail_memory(e, "bench", g->nodes * sizeof **list);
    for (const hg__node *node = g->node; node < g->node + g->nodes; node++) {
        if (!node->op->macs) continue;
        if (!geometry_of(node, images, &(*list)[*n])) return hg__fail_memory(e, "bench", sizeof **list);
        *n += is_new(*list, *n, &(*list)[*n]);
    }
    return HG_OK;
}

hg_status hg__geometries_of(hg__geometry **list, size_t *n, const char *model, hg_error *e)
{
    hg_model *m = NULL;
    hg_plan *p = NULL;
    const hg_plan_options o = {.batch = DENSE_SAMPLES, .train = true, .threads = 1};
    hg_status s = hg__bench_model(&m, model, e);
    if (!s) s = hg__plan_sketch(&p, m, &o, e);
    *list = NULL, *n = 0;
    if (!s) s = list_layers(p->g, p->micro, list, n, e);
    if (!s && !*n) s = hg__fail(e, HG_MODEL, model, "has no convolution and no dense layer to measure");
    hg_plan_close(&p);
    hg_model_close(&m);
    return s;
}
