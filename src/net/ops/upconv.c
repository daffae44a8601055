/* upconv.c: see upconv.h. It is no op of the list: no line of text gives it, the plan makes it of two (net/fuse.h).
 * The sums of taps lie in `packed`, before what the kernels read. Their gradients are added up over the batch, and of
 * these `weights` makes those of the taps: each is in as many sums as there are phases. */
#include "net/ops/upconv.h"

#include "base/arena.h"
#include "net/ops/correlate.h"

enum {
    FEW = 4,           /* channels: products for the gradient of the weights had better run along those of the input */
    MOST_MOVES = 4096, /* of taps into their sums, for a pair of channels: short ones are found slower than added */
};

/* One axis of the pair: the convolution's kernel and padding, the up's factor. */
typedef struct axis {
    size_t k, factor, pad;
} axis;

/* From the attributes of the transposed convolution. */
static axis axis_of(hg__axis a)
{
    size_t k = a.k - a.stride + 1;
    return (axis){.k = k, .factor = a.stride, .pad = k - 1 - a.pad};
}

static axis axis_y(const hg__node *node) { return axis_of(hg__axis_y(&node->attr)); }
static axis axis_x(const hg__node *node) { return axis_of(hg__axis_x(&node->attr)); }

/* How far the copies of a pixel have passed where tap 0 falls: (phase - pad) mod factor. */
static size_t passed(axis a, size_t phase) { return (phase + a.pad * (a.factor - 1)) % a.factor; }

/* Into which of a phase's sums a tap goes: floor((phase + tap - pad) / factor), counted from that of tap 0. */
static size_t sum_of(axis a, size_t phase, size_t tap) { return (passed(a, phase) + tap) / a.factor; }

/* Which tap of the transposed convolution that sum is. */
static size_t turned_tap(axis a, size_t phase, size_t tap)
{
    return a.k - 1 + passed(a, phase) - a.factor * sum_of(a, phase, tap);
}

static bool begins_sum(axis a, size_t phase, size_t tap)
{
    return !tap || sum_of(a, phase, tap) != sum_of(a, phase, tap - 1);
}

static size_t sums_of(axis a, size_t phase) { return sum_of(a, phase, a.k - 1) + 1; }

static size_t channels_of(const hg__node *node) { return node->in[0].c * node->shape.c; }

/* Where the sum of a tap begins, in the order of W that correlate.h has for this node. */
static size_t find_sum(const hg__node *node, size_t phase, size_t tap)
{
    const hg__correlate g = hg__correlate_of(node, false);
    const axis y = axis_of(g.y), x = axis_of(g.x);
    return hg__correlate_tap(&g, turned_tap(y, phase / x.factor, tap / x.k),
                             turned_tap(x, phase % x.factor, tap % x.k)) *
           channels_of(node);
}

/* From a tap, [in][out], to a sum, or back. */
static void move(const hg__call *c, const real *from, real *to, bool back, bool add)
{
    const size_t in = c->node->in[0].c, out = c->node->shape.c;
    if (c->node->attr.by_phase) c->k->copy(in * out, from, to, add);
    for (size_t o = 0; o < out && !c->node->attr.by_phase; o++)
        if (back) c->k->copy2d(in, 1, from + o * in, 1, to + o, out, add);
        else c->k->copy2d(in, 1, from + o, out, to + o * in, 1, add);
}

/* The kernel's taps, [k][k][in][out], into their sums. */
static void sum_taps(const hg__call *c, const real *taps, real *sums)
{
    const axis y = axis_y(c->node), x = axis_x(c->node);
    for (size_t phase = 0; phase < y.factor * x.factor; phase++)
        for (size_t tap = 0; tap < y.k * x.k; tap++) {
            bool begins = begins_sum(y, phase / x.factor, tap / x.k) && begins_sum(x, phase % x.factor, tap % x.k);
            move(c, taps + tap * channels_of(c->node), sums + find_sum(c->node, phase, tap), false, !begins);
        }
}

/* A share of the taps. */
static void weights(const hg__call *c)
{
    const axis y = axis_y(c->node), x = axis_x(c->node);
    const size_t taps = y.k * x.k, size = channels_of(c->node);
    for (size_t tap = taps * c->part / c->parts; tap < taps * (c->part + 1) / c->parts; tap++)
        for (size_t phase = 0; phase < y.factor * x.factor; phase++)
            move(c, c->sums + find_sum(c->node, phase, tap), c->dw[0] + tap * size, true, phase != 0);
}

static size_t sums_size(const hg__node *node)
{
    return hg__align(node->attr.kh * node->attr.kw * channels_of(node) * sizeof(real)) / sizeof(real);
}

/* The call as the transposed convolution sees it. */
static hg__call with_sums(const hg__call *c)
{
    hg__call inner = *c;
    inner.w[0] = c->packed, inner.packed = c->packed + sums_size(c->node);
    return inner;
}

static hg__needs needs(const hg__setup *s)
{
    hg__needs n = hg__correlate_needs(s, false);
    n.packed += sums_size(s->node);
    n.sums = s->train ? sums_size(s->node) : 0;
    return n;
}

static void open(const hg__setup *s, void *table) { hg__correlate_open(s, false, table); }

static void pack(const hg__call *c, size_t part, size_t parts)
{
    (void)parts;
    if (part) return;
    hg__call inner = with_sums(c);
    sum_taps(c, c->w[0], inner.w[0]);
    hg__correlate_pack(&inner);
}

static void forward(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    hg__call inner = with_sums(c);
    hg__correlate_scatter(&inner,
                          &(hg__side){.in = c->x[0], .out = c->y, .bias = c->w[1], .act = a->act, .slope = a->slope});
}

static void backward(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    hg_shape y = c->node->shape;
    hg__call inner = with_sums(c);
    if (a->bias) c->k->act_bias_grad(a->act, a->slope, c->n * y.h * y.w, y.c, c->y, c->dy, c->dw[1], c->dw_add);
    else c->k->act_grad(a->act, a->slope, c->n * hg_shape_size(y), c->y, c->dy);
    hg__correlate_weights(&inner, c->dy, c->x[0], c->sums);
    if (c->dx[0])
        hg__correlate_gather(
            &inner, &(hg__side){.in = c->dy, .out = c->dx[0], .add = c->dx_add[0], .framed = !c->node->attr.by_phase});
}

static const hg__op upconv = {
    .name = "up and conv",
    .flags = HG__OP_NEEDS_X | HG__OP_NEEDS_Y,
    .needs = needs,
    .open = open,
    .pack = pack,
    .forward = forward,
    .backward = backward,
    .weights = weights,
};

/* The products along an axis of `size` outputs. */
static size_t products(axis a, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++) n += sums_of(a, i % a.factor);
    return n;
}

/* A rule of counted work alone, so that neither the batch nor the kernel set changes what is computed: one sample has
 * to save more products than there are additions to make the sums, and these may not be many of few channels. */
static bool pays(const hg__node *both)
{
    axis y = axis_y(both), x = axis_x(both);
    hg_shape s = both->shape;
    size_t together = products(y, s.h) * products(x, s.w), apart = s.h * y.k * s.w * x.k;
    size_t moves = y.k * y.factor * x.k * x.factor;
    return together + moves < apart && moves <= MOST_MOVES * channels_of(both);
}

bool hg__upconv_make(const hg__node *up, const hg__node *conv, hg__node *both)
{
    hg__node n = *conv;
    hg__attr *a = &n.attr;
    if (a->sh * a->sw * a->dh * a->dw * a->groups != 1) return false;
    a->sh = up->shape.h / up->in[0].h, a->sw = up->shape.w / up->in[0].w;
    a->ph = a->kh - 1 - a->ph, a->pw = a->kw - 1 - a->pw;
    a->kh += a->sh - 1, a->kw += a->sw - 1;
    a->by_phase = n.shape.c > FEW;
    n.op = &upconv, n.input[0] = up->input[0], n.in[0] = up->in[0], n.param[0].whole = true;
    bool phases_have_pixels = n.shape.h >= a->sh && n.shape.w >= a->sw;
    if (!hg__correlate_suits(a) || !phases_have_pixels || !pays(&n)) return false;
    if (hg__correlate_fits(&n, NULL) || sums_size(&n) > INT32_MAX) return false;
    *both = n;
    return true;
}
