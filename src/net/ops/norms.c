/* norms.c: batchnorm, layernorm and groupnorm: values are brought to mean 0 and variance 1 over a group, then
 * scaled and shifted per channel. A group is a channel over the whole batch (batch norm, Ioffe & Szegedy 2015), all
 * values of a sample (layer norm, Ba et al. 2016), or some channels of a sample (group norm, Wu & He 2018).
 * Only batch norm makes samples depend on each other, and only in training: at inference it uses the running
 * statistics, which are frozen params. */
#include "net/op.h"

static const real EPSILON = (real)1e-5, MOMENTUM = (real)0.1;

enum { SCALE, SHIFT, RUNNING_MEAN, RUNNING_VAR };

static void add_params(hg__node *node)
{
    size_t c = node->in[0].c;
    node->shape = node->in[0];
    hg__param_add(node, (hg__param){.name = "scale", .dims = 1, .dim = {c}, .fill = 1});
    hg__param_add(node, (hg__param){.name = "shift", .dims = 1, .dim = {c}});
}

static hg_status layer_solve(hg__node *node, hg_error *e)
{
    (void)e;
    node->attr.groups = 1;
    add_params(node);
    return HG_OK;
}

/* The number of groups is given as "8" or "g8". */
static hg_status group_solve(hg__node *node, hg_error *e)
{
    hg__attr *a = &node->attr;
    size_t channels = node->in[0].c;
    double groups = a->groups ? (double)a->groups : a->value;
    if (groups < 0) return hg__line_fail(e, node, "wants the number of groups; usage: %s", node->op->usage);
    if (groups < 1 || groups > (double)channels || groups != (double)(size_t)groups || channels % (size_t)groups)
        return hg__line_fail(e, node, "%g groups do not divide the input's %zu channels", groups, channels);
    a->groups = (size_t)groups;
    add_params(node);
    return HG_OK;
}

static hg_status batch_solve(hg__node *node, hg_error *e)
{
    (void)e;
    size_t c = node->in[0].c;
    add_params(node);
    hg__param_add(node, (hg__param){.name = "running_mean", .dims = 1, .dim = {c}, .frozen = true});
    hg__param_add(node, (hg__param){.name = "running_var", .dims = 1, .dim = {c}, .fill = 1, .frozen = true});
    return HG_OK;
}

/* statistics: a mean for each group, then the istds. */
static hg__norm norm_of(const hg__call *c, size_t groups, real *statistics)
{
    hg_shape s = c->node->shape;
    return (hg__norm){.n = c->n,
                      .pixels = s.h * s.w,
                      .c = s.c,
                      .groups = groups,
                      .epsilon = EPSILON,
                      .x = c->x[0],
                      .scale = c->w[SCALE],
                      .shift = c->w[SHIFT],
                      .y = c->y,
                      .mean = statistics,
                      .istd = statistics + c->n * groups};
}

static void add_gradients(hg__norm *w, const hg__call *c)
{
    w->dy = c->dy;
    w->dx = c->dx[0];
    w->dx_add = c->dx_add[0];
    w->dscale = c->dw[SCALE];
    w->dshift = c->dw[SHIFT];
    w->dw_add = c->dw_add;
}

static hg__needs sample_needs(const hg__setup *s)
{
    size_t statistics = 2 * s->node->attr.groups;
    return (hg__needs){.keep = s->train ? statistics : 0, .scratch = s->micro * statistics};
}

static void sample_forward(const hg__call *c)
{
    hg__norm w = norm_of(c, c->node->attr.groups, c->train ? c->keep : c->scratch);
    c->k->norm(&w);
}

static void sample_backward(const hg__call *c)
{
    hg__norm w = norm_of(c, c->node->attr.groups, c->keep);
    add_gradients(&w, c);
    c->k->norm_grad(&w);
}

/* keep is counted per sample, but the whole batch shares the first sample's. */
static hg__needs batch_needs(const hg__setup *s)
{
    size_t c = s->node->shape.c;
    return (hg__needs){.keep = s->train ? 2 * c : 0, .scratch = c};
}

static hg__norm batch_norm_of(const hg__call *c)
{
    hg__norm w = norm_of(c, 1, c->keep);
    w.istd = c->keep + c->node->shape.c;
    return w;
}

static void batch_forward(const hg__call *c)
{
    if (c->train) {
        hg__norm w = batch_norm_of(c);
        c->k->norm_batch(&w);
        c->k->norm_running(&w, MOMENTUM, c->w[RUNNING_MEAN], c->w[RUNNING_VAR]);
        return;
    }
    hg__norm w = norm_of(c, 1, c->scratch);
    w.mean = c->w[RUNNING_MEAN];
    w.istd = c->scratch;
    c->k->norm_istd(w.c, EPSILON, c->w[RUNNING_VAR], c->scratch);
    c->k->norm_apply(&w);
}

static void batch_backward(const hg__call *c)
{
    hg__norm w = batch_norm_of(c);
    add_gradients(&w, c);
    c->k->norm_batch_grad(&w);
}

const hg__op hg__op_batchnorm = {
    .name = "batchnorm",
    .usage = "batchnorm",
    .help = "each channel to mean 0 and variance 1 over the batch; at inference by running statistics",
    .flags = HG__OP_COUPLES | HG__OP_NEEDS_X,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = batch_solve,
    .needs = batch_needs,
    .forward = batch_forward,
    .backward = batch_backward,
};

const hg__op hg__op_layernorm = {
    .name = "layernorm",
    .usage = "layernorm",
    .help = "each sample to mean 0 and variance 1",
    .flags = HG__OP_NEEDS_X,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = layer_solve,
    .needs = sample_needs,
    .forward = sample_forward,
    .backward = sample_backward,
};

const hg__op hg__op_groupnorm = {
    .name = "groupnorm",
    .usage = "groupnorm GROUPS",
    .help = "each of a sample's groups of channels to mean 0 and variance 1",
    .words = HG__WORD_GROUPS | HG__WORD_VALUE,
    .flags = HG__OP_NEEDS_X,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = group_solve,
    .needs = sample_needs,
    .forward = sample_forward,
    .backward = sample_backward,
};
