/* layer.c: see layer.h. It does for one op what a plan does for all, and like a plan it knows ops only by op.h. Where
 * an op makes both gradients in one call, the weights' is timed without the input's, and the input's is the rest. */
#include "bench/layer.h"

#include "bench/peak.h"
#include "bench/rows.h"

#include <stdio.h>

enum { LAYER = 1 }; /* the node behind the input */

static size_t padded(size_t elements) { return hg__align(elements * sizeof(real)); }

static real *take(hg__layer *l, size_t elements)
{
    real *p = hg__arena_take(&l->arena, elements * sizeof(real));
    hg__fill(p, elements);
    return p;
}

static size_t room_for(const hg__node *node, const hg__needs *needs, size_t n)
{
    size_t in = padded(n * hg_shape_size(node->in[0])), out = padded(n * hg_shape_size(node->shape));
    size_t room = 2 * in + 2 * out + hg__align(needs->table) + padded(needs->packed) + padded(n * needs->keep) +
                  padded(needs->scratch);
    for (size_t i = 0; i < node->params; i++) room += 2 * padded(node->param[i].size);
    return room;
}

static void place(hg__layer *l, const hg__setup *s, const hg__needs *needs, void *table)
{
    const hg__node *node = s->node;
    size_t in = s->micro * hg_shape_size(node->in[0]), out = s->micro * hg_shape_size(node->shape);
    l->call = (hg__call){.node = node,
                         .k = s->k,
                         .table = table,
                         .packed = take(l, needs->packed),
                         .n = s->micro,
                         .batch = s->micro,
                         .train = true,
                         .both = true,
                         .x = {take(l, in)},
                         .y = take(l, out),
                         .dy = take(l, out),
                         .dx = {take(l, in)},
                         .keep = take(l, s->micro * needs->keep),
                         .scratch = take(l, needs->scratch)};
    for (size_t i = 0; i < node->params; i++) {
        l->call.w[i] = take(l, node->param[i].size);
        l->call.dw[i] = take(l, node->param[i].size);
    }
}

hg_status hg__layer_open(hg__layer *l, const char *line, hg_shape in, size_t n, hg_error *e)
{
    char text[256];
    snprintf(text, sizeof text, "input %zux%zux%zu -> x\n%s -> y\nloss l1 y\n", in.h, in.w, in.c, line);
    hg__setup setup = {.micro = n, .train = true};
    hg_status s = hg_graph_parse(&l->g, text, "layer", NULL, e);
    if (!s) s = hg__kernels_choose(&setup.k, HG_PRECISION_F32, e);
    if (s) return s;
    setup.node = &l->g->node[LAYER];
    const hg__op *op = setup.node->op;
    hg__needs needs = op->needs ? op->needs(&setup) : (hg__needs){0};
    s = hg__arena_open(&l->arena, room_for(setup.node, &needs, n), e);
    if (s) return s;
    void *table = hg__arena_take(&l->arena, needs.table);
    place(l, &setup, &needs, table);
    if (op->open) op->open(&setup, table);
    if (op->pack) op->pack(&l->call, 0, 1);
    l->work = 2.0 * (double)(op->macs ? op->macs(setup.node) : 0) * (double)n;
    return HG_OK;
}

void hg__layer_close(hg__layer *l)
{
    hg__arena_close(&l->arena);
    hg_graph_close(&l->g);
}

static void run_forward(void *ctx)
{
    const hg__call *c = ctx;
    c->node->op->forward(c);
}

static void run_backward(void *ctx)
{
    const hg__call *c = ctx;
    c->node->op->backward(c);
}

static void run_weights(void *ctx)
{
    const hg__call *c = ctx;
    c->node->op->weights(c);
}

void hg__layer_times(hg__layer *l, double seconds[HG__PASSES])
{
    hg__call c = l->call;
    seconds[HG__PASS_FORWARD] = hg__best_time(run_forward, &c);
    double backward = hg__best_time(run_backward, &c);
    if (c.node->op->weights) {
        seconds[HG__PASS_INPUT_GRADIENT] = backward;
        seconds[HG__PASS_WEIGHT_GRADIENT] = hg__best_time(run_weights, &c);
        return;
    }
    c.dx[0] = NULL;
    seconds[HG__PASS_WEIGHT_GRADIENT] = hg__best_time(run_backward, &c);
    double rest = backward - seconds[HG__PASS_WEIGHT_GRADIENT];
    seconds[HG__PASS_INPUT_GRADIENT] = rest > 0.01 * backward ? rest : 0.01 * backward;
}
