/* pool.c: maxpool and avgpool. A window that sticks out of the image at the right or the bottom still gives an
 * output, so 7 pooled by 2 gives 4 and nothing is thrown away; `valid` takes only windows that lie inside. Taps
 * outside the image do not count: the maximum ignores them, the average divides by the taps inside. */
#include "net/op.h"

/* How many windows fit along one side. The last one must begin on a real pixel. */
static size_t count_windows(size_t size, size_t kernel, size_t stride, size_t pad, bool inside)
{
    size_t slack = size + 2 * pad - kernel;
    size_t count = (inside ? slack : slack + stride - 1) / stride + 1;
    return (count - 1) * stride >= size + pad ? count - 1 : count;
}

static hg_status check_window(const hg__node *node, hg_error *e)
{
    const hg__attr *a = &node->attr;
    hg_shape in = node->in[0];
    if (!a->kh || !a->kw) return hg__line_fail(e, node, "wants a kernel; usage: %s", node->op->usage);
    if (!a->sh || !a->sw) return hg__line_fail(e, node, "stride %zux%zu must be at least 1x1", a->sh, a->sw);
    if (a->ph >= a->kh || a->pw >= a->kw)
        return hg__line_fail(e, node,
                             "padding %zux%zu must be smaller than the kernel %zux%zu, or a window holds no pixel",
                             a->ph, a->pw, a->kh, a->kw);
    if (a->kh <= in.h + 2 * a->ph && a->kw <= in.w + 2 * a->pw) return HG_OK;
    if (!a->ph && !a->pw)
        return hg__line_fail(e, node, "kernel %zux%zu is larger than the %zux%zu input", a->kh, a->kw, in.h, in.w);
    return hg__line_fail(e, node, "kernel %zux%zu is larger than the %zux%zu input padded by %zux%zu", a->kh, a->kw,
                         in.h, in.w, a->ph, a->pw);
}

static hg_status solve(hg__node *node, hg_error *e)
{
    hg__attr *a = &node->attr;
    hg_shape in = node->in[0];
    bool stride_given = a->sh || a->sw;
    if (!stride_given) a->sh = a->kh, a->sw = a->kw;
    hg_status s = check_window(node, e);
    if (s) return s;
    bool inside = a->pad_given && !a->ph && !a->pw;
    size_t h = count_windows(in.h, a->kh, a->sh, a->ph, inside);
    size_t w = count_windows(in.w, a->kw, a->sw, a->pw, inside);
    node->shape = (hg_shape){h, w, in.c};
    return HG_OK;
}

static hg__window window_of(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    hg_shape in = c->node->in[0], out = c->node->shape;
    return (hg__window){.n = c->n,
                        .h = in.h,
                        .w = in.w,
                        .c = in.c,
                        .oh = out.h,
                        .ow = out.w,
                        .kh = a->kh,
                        .kw = a->kw,
                        .sh = a->sh,
                        .sw = a->sw,
                        .ph = a->ph,
                        .pw = a->pw};
}

/* Where each maximum was found: one int32_t a value, in slots of `real`. */
static hg__needs max_needs(const hg__setup *s)
{
    size_t bytes = hg_shape_size(s->node->shape) * sizeof(int32_t);
    return (hg__needs){.keep = s->train ? (bytes + sizeof(real) - 1) / sizeof(real) : 0};
}

static int32_t *places_of(const hg__call *c) { return c->train ? (int32_t *)(void *)c->keep : NULL; }

static void max_forward(const hg__call *c)
{
    hg__window w = window_of(c);
    c->k->pool_max(&w, c->x[0], c->y, places_of(c));
}

static void max_backward(const hg__call *c)
{
    hg__window w = window_of(c);
    if (c->dx[0]) c->k->pool_max_grad(&w, places_of(c), c->dy, c->dx[0], c->dx_add[0]);
}

static void average_forward(const hg__call *c)
{
    hg__window w = window_of(c);
    c->k->pool_avg(&w, c->x[0], c->y);
}

static void average_backward(const hg__call *c)
{
    hg__window w = window_of(c);
    if (c->dx[0]) c->k->pool_avg_grad(&w, c->dy, c->dx[0], c->dx_add[0]);
}

const hg__op hg__op_maxpool = {
    .name = "maxpool",
    .usage = "maxpool KERNEL [/STRIDE] [pPADDING | valid]",
    .help = "the largest value of each window; stride = kernel; windows may stick out, unless valid",
    .words = HG__WORD_KERNEL | HG__WORD_STRIDE | HG__WORD_PAD,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = solve,
    .needs = max_needs,
    .forward = max_forward,
    .backward = max_backward,
};

const hg__op hg__op_avgpool = {
    .name = "avgpool",
    .usage = "avgpool KERNEL [/STRIDE] [pPADDING | valid]",
    .help = "the mean of each window; stride = kernel; windows may stick out, unless valid",
    .words = HG__WORD_KERNEL | HG__WORD_STRIDE | HG__WORD_PAD,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = solve,
    .forward = average_forward,
    .backward = average_backward,
};
