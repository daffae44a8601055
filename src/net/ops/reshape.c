/* reshape.c: reshape, flatten and slice: the same values in another shape, or some of the channels. */
#include "net/op.h"

static hg_status reshape_solve(hg__node *node, hg_error *e)
{
    hg_shape in = node->in[0], out = node->attr.size;
    size_t size = 0;
    if (!node->attr.size_length) return hg__line_fail(e, node, "wants a size; usage: %s", node->op->usage);
    bool fits = hg__mul(out.h, out.w, &size) && hg__mul(size, out.c, &size);
    if (!fits || size != hg_shape_size(in))
        return hg__line_fail(e, node, "%zux%zux%zu does not hold the %zu values of the %zux%zux%zu input", out.h, out.w,
                             out.c, hg_shape_size(in), in.h, in.w, in.c);
    node->shape = out;
    return HG_OK;
}

static hg_status flatten_solve(hg__node *node, hg_error *e)
{
    (void)e;
    node->shape = (hg_shape){1, 1, hg_shape_size(node->in[0])};
    return HG_OK;
}

static void copy_forward(const hg__call *c) { c->k->copy(c->n * hg_shape_size(c->node->shape), c->x[0], c->y, false); }

static void copy_backward(const hg__call *c)
{
    if (c->dx[0]) c->k->copy(c->n * hg_shape_size(c->node->shape), c->dy, c->dx[0], c->dx_add[0]);
}

static hg_status slice_solve(hg__node *node, hg_error *e)
{
    const hg__attr *a = &node->attr;
    hg_shape in = node->in[0];
    if (!a->from && !a->upto) return hg__line_fail(e, node, "wants a range of channels; usage: %s", node->op->usage);
    if (a->from >= a->upto) return hg__line_fail(e, node, "%zu..%zu holds no channel", a->from, a->upto);
    if (a->upto > in.c)
        return hg__line_fail(e, node, "%zu..%zu reaches beyond the input's %zu channels", a->from, a->upto, in.c);
    node->shape = (hg_shape){in.h, in.w, a->upto - a->from};
    return HG_OK;
}

static void slice_forward(const hg__call *c)
{
    hg_shape in = c->node->in[0], out = c->node->shape;
    c->k->copy2d(c->n * in.h * in.w, out.c, c->x[0] + c->node->attr.from, in.c, c->y, out.c, false);
}

/* Where dx is written first, the channels that were cut away get a gradient of zero: each pixel is a row
 * that is put into a frame of zeros. */
static void slice_backward(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    hg_shape in = c->node->in[0], out = c->node->shape;
    size_t rows = c->n * in.h * in.w;
    if (!c->dx[0]) return;
    if (c->dx_add[0]) c->k->copy2d(rows, out.c, c->dy, out.c, c->dx[0] + a->from, in.c, true);
    else c->k->pad(rows, (hg_shape){1, out.c, 1}, 0, a->from, 0, in.c - a->upto, c->dy, c->dx[0]);
}

const hg__op hg__op_reshape = {
    .name = "reshape",
    .usage = "reshape HxWxC | reshape C",
    .help = "the same values as another shape",
    .words = HG__WORD_SIZE,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = reshape_solve,
    .forward = copy_forward,
    .backward = copy_backward,
};

const hg__op hg__op_flatten = {
    .name = "flatten",
    .usage = "flatten",
    .help = "the same values as one vector",
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = flatten_solve,
    .forward = copy_forward,
    .backward = copy_backward,
};

const hg__op hg__op_slice = {
    .name = "slice",
    .usage = "slice FROM..TO",
    .help = "the channels FROM to TO (not included), counted from 0",
    .words = HG__WORD_RANGE,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = slice_solve,
    .forward = slice_forward,
    .backward = slice_backward,
};
