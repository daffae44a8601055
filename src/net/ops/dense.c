/* dense.c: every output from every input. y = act(x W + b), W [in][out].
 *
 * W is large, so in training the plan calls for the whole batch, in parts, and W's gradient is not kept per shard:
 * `weights` makes some rows or columns of it, each element a sum over the samples in order; b's comes with the last. */
#include "net/op.h"

enum {
    MANY = 256, /* columns of a product */
    WIDE = 32,  /* columns that are packed as they are used, and that a gradient is shared by; so many … */
    DEEP = 320, /* … rows of them at a time: they stay near */
};

static size_t in_size(const hg__node *node) { return hg_shape_size(node->in[0]); }
static size_t out_size(const hg__node *node) { return hg_shape_size(node->shape); }

static hg_status solve(hg__node *node, hg_error *e)
{
    const hg__attr *a = &node->attr;
    if (!hg_shape_size(a->size)) return hg__line_fail(e, node, "wants a size, such as 32 or 7x7x64");
    node->shape = a->size;
    size_t in = in_size(node), out;
    if (!hg__mul(a->size.h, a->size.w, &out) || !hg__mul(out, a->size.c, &out))
        return hg__line_fail(e, node, "the size overflows");
    hg__param_add(
        node, (hg__param){.name = "weight", .dims = 2, .dim = {in, out}, .fan_in = in, .decays = true, .whole = true});
    if (a->bias) hg__param_add(node, (hg__param){.name = "bias", .dims = 1, .dim = {out}, .fan_in = in, .whole = true});
    return HG_OK;
}

static size_t macs(const hg__node *node) { return in_size(node) * out_size(node); }

/* Where the columns are many, training packs them a few at a time, as it uses them, into a buffer that stays near: W is
 * read once for it, and no copy of it goes to memory and back. Not what rounds its operands: it converts the samples
 * for each few columns anew. */
static bool packs_ahead(const hg__kernels *k, bool train, size_t columns)
{
    return !train || columns < MANY || k->precision != HG_PRECISION_F32;
}

static hg__needs needs(const hg__setup *s)
{
    size_t in = in_size(s->node), out = out_size(s->node), there = s->k->pack_size(in, out);
    if (!s->train) return (hg__needs){.packed = there};
    return (hg__needs){.packed = (packs_ahead(s->k, true, out) ? there : 0) +
                                 (packs_ahead(s->k, true, in) ? s->k->pack_size(out, in) : 0)};
}

/* W as a product's B: for the way forwards, and its transpose for the way back. */
static hg__pack pack_there(const hg__call *c)
{
    size_t in = in_size(c->node), out = out_size(c->node);
    return (hg__pack){.k = in, .n = out, .b = c->w[0], .row_step = out, .col_step = 1, .packed = c->packed};
}

static hg__pack pack_back(const hg__call *c)
{
    size_t in = in_size(c->node), out = out_size(c->node);
    size_t before = packs_ahead(c->k, true, out) ? c->k->pack_size(in, out) : 0;
    return (hg__pack){.k = out, .n = in, .b = c->w[0], .row_step = 1, .col_step = out, .packed = c->packed + before};
}

static void pack(const hg__call *c, size_t part, size_t parts)
{
    hg__pack ways[] = {pack_there(c), pack_back(c)};
    for (size_t i = 0; i < (c->both ? 2 : 1); i++) {
        ways[i].part = part, ways[i].parts = parts;
        if (packs_ahead(c->k, c->both, ways[i].n)) c->k->pack(&ways[i]);
    }
}

/* Of n things, where this call's part starts; next: where the part behind it does. */
static size_t share(const hg__call *c, size_t n, size_t next)
{
    return c->parts ? n * (c->part + next) / c->parts : n * next;
}

/* How many times WIDE columns there are. The last few join those before them: alone they would be a narrow product,
 * which sums in another order or rounds otherwise. */
static size_t times_of(size_t columns) { return (columns + WIDE / 2) / WIDE; }

/* The columns from … to-1, K's blocks in order. */
static void multiply_columns(const hg__call *c, const hg__gemm *all, const hg__pack *w, size_t from, size_t to)
{
    real b[DEEP * (WIDE + WIDE / 2)] __attribute__((aligned(64)));
    const size_t blocks = (w->k + DEEP - 1) / DEEP;
    for (size_t i = 0; i < blocks; i++) {
        size_t k = w->k * i / blocks, deep = w->k * (i + 1) / blocks - k;
        hg__pack pack = {.k = deep, .n = to - from, .row_step = w->row_step, .col_step = w->col_step, .packed = b};
        hg__gemm g = *all;
        pack.b = w->b + k * w->row_step + from * w->col_step;
        g.n = to - from, g.run = deep, g.a += k, g.b = b, g.c += from;
        g.bias = g.bias ? g.bias + from : NULL;
        g.add = all->add || i;
        if (i + 1 < blocks) g.act = HG__ACT_NONE;
        c->k->pack(&pack);
        c->k->gemm(&g);
    }
}

/* Where the columns of a product are many, a part is some of them, so that a thread reads only its weights; else it
 * is some of the samples. */
static void product(const hg__call *c, hg__gemm g, const hg__pack *w)
{
    g.n = w->n, g.runs = 1, g.run = w->k, g.b = w->packed;
    if (!packs_ahead(c->k, c->both, g.n)) {
        size_t times = times_of(g.n), last = share(c, times, 1);
        for (size_t i = share(c, times, 0); i < last; i++)
            multiply_columns(c, &g, w, i * WIDE, i + 1 < times ? (i + 1) * WIDE : g.n);
        return;
    }
    if (g.n >= MANY) {
        g.part = c->part, g.parts = c->parts;
    } else {
        size_t from = share(c, c->n, 0);
        g.m = share(c, c->n, 1) - from;
        g.a += from * g.a_step, g.c += from * g.c_step;
    }
    c->k->gemm(&g);
}

static void forward(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    hg__gemm g = {.m = c->n, .a = c->x[0], .a_step = in_size(c->node), .c = c->y, .c_step = out_size(c->node)};
    g.bias = c->w[1], g.act = a->act, g.slope = a->slope;
    hg__pack w = pack_there(c);
    product(c, g, &w);
}

static void backward(const hg__call *c)
{
    size_t in = in_size(c->node), out = out_size(c->node);
    const hg__attr *a = &c->node->attr;
    if (!c->dy_passed) c->k->act_grad(a->act, a->slope, c->n * out, c->y, c->dy);
    if (!c->dx[0]) return;
    hg__pack w = pack_back(c);
    hg__gemm g = {.m = c->n, .a = c->dy, .a_step = out, .c = c->dx[0], .c_step = in, .add = c->dx_add[0]};
    product(c, g, &w);
}

/* A part is some of the rows, or of the columns where these are many and more. */
static void weights(const hg__call *c)
{
    size_t in = in_size(c->node), out = out_size(c->node);
    hg__gemm_t g = {.m = c->n, .n = out, .runs = 1, .run = in, .a = c->x[0], .a_step = in, .d = c->dy, .d_step = out};
    g.c = c->dw[0], g.c_step = out;
    if (out > in && out >= MANY) {
        size_t times = times_of(out), from = share(c, times, 0) * WIDE, upto = share(c, times, 1);
        g.n = (upto < times ? upto * WIDE : out) - from;
        g.d += from, g.c += from;
    } else {
        size_t from = share(c, in, 0);
        g.run = share(c, in, 1) - from;
        g.a += from, g.c += from * out;
    }
    if (g.n && g.run) c->k->gemm_t(&g);
    bool last = !c->parts || c->part + 1 == c->parts;
    if (c->dw[1] && last) c->k->act_bias_grad(HG__ACT_NONE, 0, c->n, out, c->dy, c->dy, c->dw[1], false);
}

const hg__op hg__op_dense = {
    .name = "dense",
    .usage = "dense N|HxWxC [nobias] [ACTIVATION]",
    .help = "fully connected layer",
    .words = HG__WORD_SIZE | HG__WORD_BIAS | HG__WORD_ACT,
    .flags = HG__OP_NEEDS_X | HG__OP_NEEDS_Y | HG__OP_SPLITS,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = solve,
    .macs = macs,
    .needs = needs,
    .pack = pack,
    .forward = forward,
    .backward = backward,
    .weights = weights,
};
