/* deconv.c: transposed convolution. Its output is the big side: it scatters forwards and gathers its gradient. */
#include "net/ops/correlate.h"

/* The least output of an axis; the output padding adds up to stride - 1 to it. Much padding makes it 0 or less. */
static ptrdiff_t least(hg__axis a, size_t in)
{
    size_t whole = (in - 1) * a.stride + a.dilation * (a.k - 1) + 1;
    return (ptrdiff_t)whole - (ptrdiff_t)(2 * a.pad);
}

static size_t at_least_1(ptrdiff_t size) { return size > 1 ? (size_t)size : 1; }

/* The target and what has to be padded to reach it. */
static bool land(ptrdiff_t lowest, size_t stride, size_t target, size_t *out, size_t *pad)
{
    ptrdiff_t missing = (ptrdiff_t)target - lowest;
    if (!target || missing < 0 || missing >= (ptrdiff_t)stride) return false;
    *out = target;
    *pad = (size_t)missing;
    return true;
}

static hg_status solve(hg__node *node, hg_error *e)
{
    hg__attr *a = &node->attr;
    hg_shape in = node->in[0];
    hg_status s = hg__correlate_check(node, e);
    if (s) return s;
    ptrdiff_t h = least(hg__axis_y(a), in.h), w = least(hg__axis_x(a), in.w);
    bool told = a->to.h && a->to.w, natural = !a->pad_given && !told;
    size_t to_h = told ? a->to.h : at_least_1(h), to_w = told ? a->to.w : at_least_1(w);
    node->shape.c = a->size.c;
    /* With the default padding the output is the input times the stride, where that can be reached. */
    if (natural && land(h, a->sh, in.h * a->sh, &node->shape.h, &a->oph)) to_h = in.h * a->sh;
    if (natural && land(w, a->sw, in.w * a->sw, &node->shape.w, &a->opw)) to_w = in.w * a->sw;
    if (!land(h, a->sh, to_h, &node->shape.h, &a->oph) || !land(w, a->sw, to_w, &node->shape.w, &a->opw))
        return hg__line_fail(
            e, node,
            "%zux%zu cannot be reached from %zux%zu with kernel %zux%zu and stride %zux%zu; %zux%zu to %zux%zu can",
            to_h, to_w, in.h, in.w, a->kh, a->kw, a->sh, a->sw, at_least_1(h), at_least_1(w),
            at_least_1(h + (ptrdiff_t)a->sh - 1), at_least_1(w + (ptrdiff_t)a->sw - 1));
    hg__correlate_params(node, a->size.c, in.c);
    return hg__correlate_fits(node, e);
}

static size_t macs(const hg__node *node)
{
    const hg__attr *a = &node->attr;
    return hg_shape_size(node->in[0]) * a->kh * a->kw * node->shape.c / a->groups;
}

static hg__needs needs(const hg__setup *s) { return hg__correlate_needs(s, false); }
static void open(const hg__setup *s, void *table) { hg__correlate_open(s, false, table); }
static void pack(const hg__call *c, size_t part, size_t parts)
{
    if (!part) hg__correlate_pack(c);
    (void)parts;
}

static void forward(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    hg__correlate_scatter(c,
                          &(hg__side){.in = c->x[0], .out = c->y, .bias = c->w[1], .act = a->act, .slope = a->slope});
}

static void backward(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    hg_shape y = c->node->shape;
    if (a->bias) c->k->act_bias_grad(a->act, a->slope, c->n * y.h * y.w, y.c, c->y, c->dy, c->dw[1], c->dw_add);
    else c->k->act_grad(a->act, a->slope, c->n * hg_shape_size(y), c->y, c->dy);
    hg__correlate_weights(c, c->dy, c->x[0], c->dw[0]);
    if (c->dx[0])
        hg__correlate_gather(c, &(hg__side){.in = c->dy, .out = c->dx[0], .add = c->dx_add[0], .framed = true});
}

const hg__op hg__op_deconv = {
    .name = "deconv",
    .usage = "deconv KxK CHANNELS [/STRIDE] [pPAD|valid] [dDILATION] [gGROUPS] [to HxW] [nobias] [ACTIVATION]",
    .help = "transposed convolution; lands on input times stride unless told",
    .words = HG__WORD_KERNEL | HG__WORD_SIZE | HG__WORD_STRIDE | HG__WORD_PAD | HG__WORD_DILATION | HG__WORD_GROUPS |
             HG__WORD_TO | HG__WORD_BIAS | HG__WORD_ACT,
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
