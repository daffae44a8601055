/* dropout.c: dropout and noise, which act in training only and copy at inference. Every number drawn is a pure
 * function of (seed, step, node, sample, element), so a batch may be cut anywhere. */
#include "base/random.h"
#include "net/op.h"

static const char *const kinds[] = {"gaussian", NULL};

static size_t values_of(const hg__call *c) { return c->n * hg_shape_size(c->node->shape); }

static hg__draw draw_of(const hg__call *c, uint32_t purpose)
{
    return (hg__draw){.seed = c->seed,
                      .purpose = purpose | c->id << 8,
                      .step = c->step,
                      .first = c->first,
                      .n = c->n,
                      .size = hg_shape_size(c->node->shape)};
}

static hg_status dropout_solve(hg__node *node, hg_error *e)
{
    double rate = node->attr.value;
    if (rate == -1) return hg__line_fail(e, node, "wants a rate; usage: %s", node->op->usage);
    if (rate < 0 || rate >= 1) return hg__line_fail(e, node, "rate %g must be at least 0 and below 1", rate);
    node->shape = node->in[0];
    return HG_OK;
}

/* The uniform numbers, which decide what is dropped both ways. */
static hg__needs dropout_needs(const hg__setup *s)
{
    return (hg__needs){.keep = s->train ? hg_shape_size(s->node->shape) : 0};
}

static void dropout_forward(const hg__call *c)
{
    hg__draw d = draw_of(c, HG__FOR_DROPOUT);
    if (!c->train) {
        c->k->copy(values_of(c), c->x[0], c->y, false);
        return;
    }
    c->k->draw_uniform(&d, c->keep);
    c->k->dropout(values_of(c), (real)c->node->attr.value, c->keep, c->x[0], c->y, false);
}

static void dropout_backward(const hg__call *c)
{
    if (c->dx[0]) c->k->dropout(values_of(c), (real)c->node->attr.value, c->keep, c->dy, c->dx[0], c->dx_add[0]);
}

static hg_status noise_solve(hg__node *node, hg_error *e)
{
    double deviation = node->attr.value;
    if (deviation == -1) return hg__line_fail(e, node, "wants a standard deviation; usage: %s", node->op->usage);
    if (deviation < 0) return hg__line_fail(e, node, "standard deviation %g must be at least 0", deviation);
    node->shape = node->in[0];
    return HG_OK;
}

static hg__needs noise_needs(const hg__setup *s)
{
    return (hg__needs){.scratch = s->train ? s->micro * hg_shape_size(s->node->shape) : 0};
}

static void noise_forward(const hg__call *c)
{
    hg__draw d = draw_of(c, HG__FOR_NOISE);
    c->k->copy(values_of(c), c->x[0], c->y, false);
    if (!c->train) return;
    c->k->draw_normal(&d, c->scratch);
    c->k->scale(values_of(c), (real)c->node->attr.value, c->scratch, c->y, true);
}

static void noise_backward(const hg__call *c)
{
    if (c->dx[0]) c->k->copy(values_of(c), c->dy, c->dx[0], c->dx_add[0]);
}

const hg__op hg__op_dropout = {
    .name = "dropout",
    .usage = "dropout RATE",
    .help = "in training, sets a share of the values to 0 and scales up the rest",
    .words = HG__WORD_VALUE,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = dropout_solve,
    .needs = dropout_needs,
    .forward = dropout_forward,
    .backward = dropout_backward,
};

const hg__op hg__op_noise = {
    .name = "noise",
    .usage = "noise gaussian DEVIATION",
    .help = "in training, adds normal noise of that standard deviation",
    .kinds = kinds,
    .words = HG__WORD_KIND | HG__WORD_VALUE,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = noise_solve,
    .needs = noise_needs,
    .forward = noise_forward,
    .backward = noise_backward,
};
