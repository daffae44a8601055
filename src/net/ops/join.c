/* join.c: add and concat: two to four values become one, for skips and branches. Both only copy; the plan adds
 * up the gradients of a value that is used more than once. */
#include "net/op.h"

static size_t values_of(const hg__call *c) { return c->n * hg_shape_size(c->node->shape); }

static hg_status add_solve(hg__node *node, hg_error *e)
{
    hg_shape a = node->in[0];
    for (size_t i = 1; i < node->inputs; i++) {
        hg_shape b = node->in[i];
        if (!hg_shape_equal(a, b))
            return hg__line_fail(e, node, "input %zu is %zux%zux%zu, but the first is %zux%zux%zu", i + 1, b.h, b.w,
                                 b.c, a.h, a.w, a.c);
    }
    node->shape = a;
    return HG_OK;
}

static void add_forward(const hg__call *c)
{
    c->k->sum2(values_of(c), c->x[0], c->x[1], c->y);
    for (size_t i = 2; i < c->node->inputs; i++) c->k->copy(values_of(c), c->x[i], c->y, true);
}

static void add_backward(const hg__call *c)
{
    for (size_t i = 0; i < c->node->inputs; i++)
        if (c->dx[i]) c->k->copy(values_of(c), c->dy, c->dx[i], c->dx_add[i]);
}

static hg_status concat_solve(hg__node *node, hg_error *e)
{
    node->shape = node->in[0];
    for (size_t i = 1; i < node->inputs; i++) {
        hg_shape a = node->in[0], b = node->in[i];
        if (a.h != b.h || a.w != b.w)
            return hg__line_fail(e, node, "input %zu is %zux%zu pixels, but the first is %zux%zu", i + 1, b.h, b.w, a.h,
                                 a.w);
        node->shape.c += b.c;
    }
    return HG_OK;
}

static void concat_forward(const hg__call *c)
{
    hg_shape out = c->node->shape;
    real *y = c->y;
    for (size_t i = 0; i < c->node->inputs; y += c->node->in[i++].c) {
        size_t channels = c->node->in[i].c;
        c->k->copy2d(c->n * out.h * out.w, channels, c->x[i], channels, y, out.c, false);
    }
}

static void concat_backward(const hg__call *c)
{
    hg_shape out = c->node->shape;
    const real *dy = c->dy;
    for (size_t i = 0; i < c->node->inputs; dy += c->node->in[i++].c) {
        size_t channels = c->node->in[i].c;
        if (c->dx[i]) c->k->copy2d(c->n * out.h * out.w, channels, dy, out.c, c->dx[i], channels, c->dx_add[i]);
    }
}

const hg__op hg__op_add = {
    .name = "add",
    .usage = "add NAME NAME [NAME [NAME]]",
    .help = "the sum of values of equal shape",
    .words = HG__WORD_INPUTS,
    .least_inputs = 2,
    .most_inputs = HG__MOST_INPUTS,
    .solve = add_solve,
    .forward = add_forward,
    .backward = add_backward,
};

const hg__op hg__op_concat = {
    .name = "concat",
    .usage = "concat NAME NAME [NAME [NAME]]",
    .help = "the channels of values of equal height and width, one after the other",
    .words = HG__WORD_INPUTS,
    .least_inputs = 2,
    .most_inputs = HG__MOST_INPUTS,
    .solve = concat_solve,
    .forward = concat_forward,
    .backward = concat_backward,
};
