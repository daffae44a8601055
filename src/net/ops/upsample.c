/* upsample.c: larger images from smaller ones: up (nearest), bilinear (half-pixel centres, as PyTorch with
 * align_corners=False) and shuffle (channels become pixels). All are linear and without weights. */
#include "net/op.h"

/* The output's height and width from "2", "2x3" or "to 27x27". */
static hg_status solve_scale(hg__node *node, hg_error *e)
{
    const hg__attr *a = &node->attr;
    hg_shape in = node->in[0];
    bool factor = a->kh || a->kw, to = a->to.h || a->to.w;
    if (factor == to) return hg__line_fail(e, node, "wants either a factor or a size; usage: %s", node->op->usage);
    if (factor && (!a->kh || !a->kw))
        return hg__line_fail(e, node, "factor %zux%zu must be at least 1x1", a->kh, a->kw);
    if (to && (!a->to.h || !a->to.w))
        return hg__line_fail(e, node, "size %zux%zu must be at least 1x1", a->to.h, a->to.w);
    node->shape = factor ? (hg_shape){in.h * a->kh, in.w * a->kw, in.c} : (hg_shape){a->to.h, a->to.w, in.c};
    return HG_OK;
}

static hg_status up_solve(hg__node *node, hg_error *e)
{
    hg_status s = solve_scale(node, e);
    if (s) return s;
    hg_shape in = node->in[0], out = node->shape;
    if (out.h % in.h || out.w % in.w)
        return hg__line_fail(e, node, "%zux%zu is not a whole multiple of the %zux%zu input; use 'bilinear to %zux%zu'",
                             out.h, out.w, in.h, in.w, out.h, out.w);
    return HG_OK;
}

static void up_forward(const hg__call *c)
{
    hg_shape in = c->node->in[0], out = c->node->shape;
    c->k->nearest(c->n, in, out.h / in.h, out.w / in.w, c->x[0], c->y);
}

static void up_backward(const hg__call *c)
{
    hg_shape in = c->node->in[0], out = c->node->shape;
    if (c->dx[0]) c->k->nearest_grad(c->n, in, out.h / in.h, out.w / in.w, c->dy, c->dx[0], c->dx_add[0]);
}

static void bilinear_forward(const hg__call *c)
{
    hg_shape out = c->node->shape;
    c->k->bilinear(c->n, c->node->in[0], out.h, out.w, c->x[0], c->y);
}

static void bilinear_backward(const hg__call *c)
{
    hg_shape out = c->node->shape;
    if (c->dx[0]) c->k->bilinear_grad(c->n, c->node->in[0], out.h, out.w, c->dy, c->dx[0], c->dx_add[0]);
}

static size_t factor_of(const hg__node *node) { return (size_t)node->attr.value; }

static hg_status shuffle_solve(hg__node *node, hg_error *e)
{
    hg_shape in = node->in[0];
    double value = node->attr.value;
    if (value < 0) return hg__line_fail(e, node, "wants a factor; usage: %s", node->op->usage);
    if (value < 1 || value > 4096 || value != (double)factor_of(node))
        return hg__line_fail(e, node, "factor %g must be a whole number from 1 to 4096", value);
    size_t r = factor_of(node);
    if (in.c % (r * r))
        return hg__line_fail(e, node, "the input's %zu channels are not a multiple of %zu (%zux%zu)", in.c, r * r, r,
                             r);
    node->shape = (hg_shape){in.h * r, in.w * r, in.c / (r * r)};
    return HG_OK;
}

static void shuffle_forward(const hg__call *c)
{
    c->k->shuffle(c->n, c->node->in[0], factor_of(c->node), c->x[0], c->y, false);
}

static void shuffle_backward(const hg__call *c)
{
    if (c->dx[0]) c->k->unshuffle(c->n, c->node->in[0], factor_of(c->node), c->dy, c->dx[0], c->dx_add[0]);
}

const hg__op hg__op_up = {
    .name = "up",
    .usage = "up FACTOR | up to HxW",
    .help = "repeats every pixel, by whole factors (2, or 2x3)",
    .words = HG__WORD_KERNEL | HG__WORD_TO,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = up_solve,
    .forward = up_forward,
    .backward = up_backward,
};

const hg__op hg__op_bilinear = {
    .name = "bilinear",
    .usage = "bilinear FACTOR | bilinear to HxW",
    .help = "bilinear resizing to any size, half-pixel centres",
    .words = HG__WORD_KERNEL | HG__WORD_TO,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = solve_scale,
    .forward = bilinear_forward,
    .backward = bilinear_backward,
};

const hg__op hg__op_shuffle = {
    .name = "shuffle",
    .usage = "shuffle FACTOR",
    .help = "pixel shuffle: r*r channels become r x r pixels, in PyTorch's order",
    .words = HG__WORD_VALUE,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = shuffle_solve,
    .forward = shuffle_forward,
    .backward = shuffle_backward,
};
