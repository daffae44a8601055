/* conv.c: convolution. Its input is the big side: it gathers forwards and scatters its gradient. */
#include "net/ops/correlate.h"

static bool slide(const hg__axis *a, size_t in, size_t *out)
{
    size_t reach = a->dilation * (a->k - 1) + 1;
    if (in + 2 * a->pad < reach) return false;
    *out = (in + 2 * a->pad - reach) / a->stride + 1;
    return true;
}

static hg_status solve(hg__node *node, hg_error *e)
{
    hg_shape in = node->in[0];
    hg_status s = hg__correlate_check(node, e);
    if (s) return s;
    const hg__attr *a = &node->attr;
    hg__axis y = hg__axis_y(a), x = hg__axis_x(a);
    node->shape.c = a->size.c;
    if (!slide(&y, in.h, &node->shape.h) || !slide(&x, in.w, &node->shape.w))
        return hg__line_fail(e, node, "kernel %zux%zu is larger than the %zux%zu input", y.dilation * (y.k - 1) + 1,
                             x.dilation * (x.k - 1) + 1, in.h, in.w);
    hg__correlate_params(node, in.c, a->size.c);
    return hg__correlate_fits(node, e);
}

static size_t macs(const hg__node *node)
{
    const hg__attr *a = &node->attr;
    return hg_shape_size(node->shape) * a->kh * a->kw * node->in[0].c / a->groups;
}

static hg__needs needs(const hg__setup *s) { return hg__correlate_needs(s, true); }
static void open(const hg__setup *s, void *table) { hg__correlate_open(s, true, table); }
static void pack(const hg__call *c, size_t part, size_t parts)
{
    if (!part) hg__correlate_pack(c);
    (void)parts;
}

static void forward(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    hg__correlate_gather(c, &(hg__side){.in = c->x[0], .out = c->y, .bias = c->w[1], .act = a->act, .slope = a->slope});
}

static void backward(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    hg_shape y = c->node->shape;
    if (a->bias) c->k->act_bias_grad(a->act, a->slope, c->n * y.h * y.w, y.c, c->y, c->dy, c->dw[1], c->dw_add);
    else c->k->act_grad(a->act, a->slope, c->n * hg_shape_size(y), c->y, c->dy);
    hg__correlate_weights(c, c->x[0], c->dy, c->dw[0]);
    if (c->dx[0]) hg__correlate_scatter(c, &(hg__side){.in = c->dy, .out = c->dx[0], .add = c->dx_add[0]});
}

const hg__op hg__op_conv = {
    .name = "conv",
    .usage = "conv KxK CHANNELS [/STRIDE] [pPAD|valid] [dDILATION] [gGROUPS] [nobias] [ACTIVATION]",
    .help = "convolution; padding keeps the size unless given",
    .words = HG__WORD_KERNEL | HG__WORD_SIZE | HG__WORD_STRIDE | HG__WORD_PAD | HG__WORD_DILATION | HG__WORD_GROUPS |
             HG__WORD_BIAS | HG__WORD_ACT,
    .flags = HG__OP_NEEDS_X | HG__OP_NEEDS_Y,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = solve,
    .macs = macs,
    .needs = needs,
    .open = open,
    .pack = pack,
    .forward = forward,
    .backward = backward,
};
