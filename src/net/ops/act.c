/* act.c: an activation as an op of its own, where it could not be taken into the op before it. */
#include "net/op.h"

static hg_status solve(hg__node *node, hg_error *e)
{
    (void)e;
    node->shape = node->in[0];
    return HG_OK;
}

static void forward(const hg__call *c)
{
    c->k->act(c->node->attr.act, c->node->attr.slope, c->n * hg_shape_size(c->node->shape), c->x[0], c->y);
}

static void backward(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    size_t n = c->n * hg_shape_size(c->node->shape);
    if (!c->dx[0]) return;
    c->k->act_grad(a->act, a->slope, n, hg__act_needs_input(a->act) ? c->x[0] : c->y, c->dy);
    c->k->copy(n, c->dy, c->dx[0], c->dx_add[0]);
}

const hg__op hg__op_act = {
    .name = "act",
    .usage = "relu | leaky[=0.01] | elu[=1] | gelu | silu | tanh | sigmoid | softplus",
    .help = "activation; also the last word of a layer's line",
    .words = HG__WORD_ACT,
    .flags = HG__OP_NEEDS_X | HG__OP_NEEDS_Y,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = solve,
    .forward = forward,
    .backward = backward,
};
