/* dense.c: every output from every input. y = act(x W + b), W [in][out].
 *
 * W is large, so in training the plan calls for the whole batch, in parts, and W's gradient is not kept per shard:
 * `weights` makes some of its rows, each a sum over the samples in order; b's comes with the last. */
#include "net/op.h"

enum { MANY = 256 };

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

static hg__needs needs(const hg__setup *s)
{
    size_t in = in_size(s->node), out = out_size(s->node);
    return (hg__needs){.packed = s->k->pack_size(in, out) + (s->train ? s->k->pack_size(out, in) : 0)};
}

/* W for the way forwards, its transpose behind it for the way back. */
static real *packed_back(const hg__call *c) { return c->packed + c->k->pack_size(in_size(c->node), out_size(c->node)); }

static void pack(const hg__call *c, size_t part, size_t parts)
{
    size_t in = in_size(c->node), out = out_size(c->node);
    hg__pack there = {.k = in, .n = out, .part = part, .parts = parts, .b = c->w[0], .row_step = out, .col_step = 1};
    hg__pack back = {.k = out, .n = in, .part = part, .parts = parts, .b = c->w[0], .row_step = 1, .col_step = out};
    there.packed = c->packed, back.packed = packed_back(c);
    c->k->pack(&there);
    if (c->both) c->k->pack(&back);
}

/* Of n things, where this call's part starts; next: where the part behind it does. */
static size_t share(const hg__call *c, size_t n, size_t next)
{
    return c->parts ? n * (c->part + next) / c->parts : n * next;
}

/* Where the columns of a product are many, a part is some of them, so that a thread reads only its weights; else it
 * is some of the samples. */
static void product(const hg__call *c, hg__gemm g)
{
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
    size_t in = in_size(c->node), out = out_size(c->node);
    product(c, (hg__gemm){.m = c->n,
                          .n = out,
                          .runs = 1,
                          .run = in,
                          .a = c->x[0],
                          .a_step = in,
                          .b = c->packed,
                          .c = c->y,
                          .c_step = out,
                          .bias = c->w[1],
                          .act = c->node->attr.act,
                          .slope = c->node->attr.slope});
}

static void backward(const hg__call *c)
{
    size_t in = in_size(c->node), out = out_size(c->node);
    const hg__attr *a = &c->node->attr;
    if (!c->dy_passed) c->k->act_grad(a->act, a->slope, c->n * out, c->y, c->dy);
    if (c->dx[0])
        product(c, (hg__gemm){.m = c->n,
                              .n = in,
                              .runs = 1,
                              .run = out,
                              .a = c->dy,
                              .a_step = out,
                              .b = packed_back(c),
                              .c = c->dx[0],
                              .c_step = in,
                              .add = c->dx_add[0]});
}

static void weights(const hg__call *c)
{
    size_t in = in_size(c->node), out = out_size(c->node), from = share(c, in, 0), upto = share(c, in, 1);
    c->k->gemm_t(&(hg__gemm_t){.m = c->n,
                               .n = out,
                               .runs = 1,
                               .run = upto - from,
                               .a = c->x[0] + from,
                               .a_step = in,
                               .d = c->dy,
                               .d_step = out,
                               .c = c->dw[0] + from * out,
                               .c_step = out});
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
