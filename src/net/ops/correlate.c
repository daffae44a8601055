/* correlate.c: see correlate.h. The index tables are made once, in two passes over the same code: the first
 * counts, the second fills. */
#include "net/ops/correlate.h"

#include "base/arena.h"

/* The pixels of the big side whose position modulo the stride is (ry, rx), and the taps that reach them. */
typedef struct phase {
    size_t qh, qw;          /* pixels in the phase, rows and columns */
    size_t taps, runs, run; /* a row of the product: runs of `run` elements of the framed small side */
    int32_t *row, *c_row;   /* [micro * qh * qw] */
    int32_t *a_run;         /* [runs] */
    int32_t *pack_row;      /* [taps * small c / groups]: where in a group's W row k of the product's B begins */
} phase;

typedef struct table {
    hg__correlate g;
    size_t micro;
    hg__frame big_frame, small_frame;
    size_t runs, run;
    int32_t *row, *a_run; /* gather: [micro * small pixels], [runs] */
    phase *phase;         /* [sh * sw] */
} table;

/* Hands out pieces of a table; without memory it only counts. */
typedef struct bump {
    char *at;
    size_t used;
} bump;

static void *take(bump *b, size_t bytes)
{
    void *p = b->at ? b->at + b->used : NULL;
    b->used += hg__align(bytes);
    return p;
}

static size_t most(ptrdiff_t a, size_t b) { return a > (ptrdiff_t)b ? (size_t)a : b; }
static size_t big_c(const hg__correlate *g) { return g->big.c / g->groups; }
static size_t small_c(const hg__correlate *g) { return g->small.c / g->groups; }
static size_t group_weights(const hg__correlate *g) { return g->y.k * g->x.k * big_c(g) * small_c(g); }

hg__axis hg__axis_y(const hg__attr *a) { return (hg__axis){a->kh, a->sh, a->dh, a->ph}; }
hg__axis hg__axis_x(const hg__attr *a) { return (hg__axis){a->kw, a->sw, a->dw, a->pw}; }

hg__correlate hg__correlate_of(const hg__node *node, bool big_is_input)
{
    const hg__attr *a = &node->attr;
    hg_shape in = node->in[0], out = node->shape;
    return (hg__correlate){.big = big_is_input ? in : out,
                           .small = big_is_input ? out : in,
                           .y = hg__axis_y(a),
                           .x = hg__axis_x(a),
                           .groups = a->groups};
}

/* One axis of a phase: the offsets, in small pixels, of the taps that meet big pixels r, r + stride, …, in
 * rising order. tap[i] is their kernel position. */
static size_t axis_taps(const hg__axis *a, size_t r, ptrdiff_t *offset, size_t *tap)
{
    size_t n = 0;
    for (size_t i = a->k; i-- > 0;) {
        ptrdiff_t at = (ptrdiff_t)(r + a->pad) - (ptrdiff_t)(i * a->dilation);
        if (at % (ptrdiff_t)a->stride) continue;
        if (offset) offset[n] = at / (ptrdiff_t)a->stride;
        if (tap) tap[n] = i;
        n++;
    }
    return n;
}

static size_t axis_pixels(size_t size, size_t stride, size_t r) { return r < size ? (size - r - 1) / stride + 1 : 0; }

enum { MOST_KERNEL = 64, MOST_STRIDE = 64 }; /* checked by solve */

/* How far an axis of the small side must be framed for all phases. */
static void frame_small(const hg__axis *a, size_t big, size_t small, size_t *before, size_t *behind)
{
    for (size_t r = 0; r < a->stride; r++) {
        ptrdiff_t offset[MOST_KERNEL];
        size_t n = axis_taps(a, r, offset, NULL), pixels = axis_pixels(big, a->stride, r);
        if (!n || !pixels) continue;
        *before = most(-offset[0], *before);
        *behind = most(offset[n - 1] + (ptrdiff_t)pixels - (ptrdiff_t)small, *behind);
    }
}

/* How far the last window reaches over the end of the big side. */
static size_t frame_big(const hg__axis *a, size_t big, size_t small)
{
    size_t reach = (small - 1) * a->stride + (a->k - 1) * a->dilation + 1;
    return most((ptrdiff_t)reach - (ptrdiff_t)(a->pad + big), 0);
}

static void find_frames(table *t)
{
    const hg__correlate *g = &t->g;
    hg__frame *f = &t->small_frame;
    t->big_frame = (hg__frame){.top = g->y.pad,
                               .left = g->x.pad,
                               .bottom = frame_big(&g->y, g->big.h, g->small.h),
                               .right = frame_big(&g->x, g->big.w, g->small.w)};
    *f = (hg__frame){0};
    frame_small(&g->y, g->big.h, g->small.h, &f->top, &f->bottom);
    frame_small(&g->x, g->big.w, g->small.w, &f->left, &f->right);
}

static bool is_framed(hg__frame f) { return f.top || f.left || f.bottom || f.right; }

static hg_shape framed(hg_shape s, hg__frame f)
{
    return (hg_shape){f.top + s.h + f.bottom, f.left + s.w + f.right, s.c};
}

static void build_gather(table *t, bump *b)
{
    const hg__correlate *g = &t->g;
    hg_shape f = framed(g->big, t->big_frame);
    size_t pixels = g->small.h * g->small.w;
    bool rows_run = g->groups == 1 && g->x.dilation == 1; /* a kernel row is one run */
    t->runs = rows_run ? g->y.k : g->y.k * g->x.k;
    t->run = rows_run ? g->x.k * g->big.c : big_c(g);
    t->row = take(b, t->micro * pixels * sizeof *t->row);
    t->a_run = take(b, t->runs * sizeof *t->a_run);
    if (!b->at) return;
    for (size_t i = 0; i < t->micro * pixels; i++) {
        size_t image = i / pixels, y = i % pixels / g->small.w, x = i % g->small.w;
        t->row[i] = (int32_t)(((image * f.h + y * g->y.stride) * f.w + x * g->x.stride) * f.c);
    }
    for (size_t r = 0; r < t->runs; r++) {
        size_t ky = rows_run ? r : r / g->x.k, kx = rows_run ? 0 : r % g->x.k;
        t->a_run[r] = (int32_t)((ky * g->y.dilation * f.w + kx * g->x.dilation) * f.c);
    }
}

/* Both axes of one phase. */
typedef struct taps {
    size_t ry, rx, ny, nx;
    ptrdiff_t oy[MOST_KERNEL], ox[MOST_KERNEL];
    size_t ky[MOST_KERNEL], kx[MOST_KERNEL];
} taps;

static void find_taps(const hg__correlate *g, size_t index, taps *a)
{
    a->ry = index / g->x.stride, a->rx = index % g->x.stride;
    a->ny = axis_taps(&g->y, a->ry, a->oy, a->ky);
    a->nx = axis_taps(&g->x, a->rx, a->ox, a->kx);
}

static bool taps_touch(const taps *a)
{
    for (size_t i = 1; i < a->nx; i++)
        if (a->ox[i] != a->ox[i - 1] + 1) return false;
    return true;
}

static void fill_phase_rows(const table *t, phase *p, const taps *a)
{
    const hg__correlate *g = &t->g;
    hg_shape f = framed(g->small, t->small_frame);
    size_t pixels = p->qh * p->qw;
    for (size_t i = 0; i < t->micro * pixels; i++) {
        size_t image = i / pixels, y = i % pixels / p->qw, x = i % p->qw;
        p->row[i] = (int32_t)(((image * f.h + y) * f.w + x) * f.c);
        p->c_row[i] =
            (int32_t)(((image * g->big.h + a->ry + y * g->y.stride) * g->big.w + a->rx + x * g->x.stride) * g->big.c);
    }
}

static void fill_phase_taps(const table *t, phase *p, const taps *a)
{
    const hg__correlate *g = &t->g;
    hg_shape f = framed(g->small, t->small_frame);
    bool rows_run = p->runs == a->ny && p->runs != p->taps;
    for (size_t i = 0; i < p->taps; i++) {
        size_t y = i / a->nx, x = i % a->nx;
        size_t at_y = (size_t)(a->oy[y] + (ptrdiff_t)t->small_frame.top),
               at_x = (size_t)(a->ox[x] + (ptrdiff_t)t->small_frame.left);
        int32_t at = (int32_t)((at_y * f.w + at_x) * f.c);
        if (!rows_run) p->a_run[i] = at;
        else if (!x) p->a_run[y] = at;
        for (size_t o = 0; o < small_c(g); o++)
            p->pack_row[i * small_c(g) + o] = (int32_t)((a->ky[y] * g->x.k + a->kx[x]) * big_c(g) * small_c(g) + o);
    }
}

static void build_phase(const table *t, phase *counted, size_t index, bump *b)
{
    const hg__correlate *g = &t->g;
    taps a;
    find_taps(g, index, &a);
    phase p = {.qh = axis_pixels(g->big.h, g->y.stride, a.ry),
               .qw = axis_pixels(g->big.w, g->x.stride, a.rx),
               .taps = a.ny * a.nx};
    bool rows_run = g->groups == 1 && taps_touch(&a) && a.nx > 1;
    p.runs = rows_run ? a.ny : p.taps;
    p.run = rows_run ? a.nx * g->small.c : small_c(g);
    p.row = take(b, t->micro * p.qh * p.qw * sizeof *p.row);
    p.c_row = take(b, t->micro * p.qh * p.qw * sizeof *p.c_row);
    p.a_run = take(b, p.runs * sizeof *p.a_run);
    p.pack_row = take(b, p.taps * small_c(g) * sizeof *p.pack_row);
    if (!b->at) return;
    fill_phase_rows(t, &p, &a);
    fill_phase_taps(t, &p, &a);
    *counted = p;
}

static table build(const hg__setup *s, bool big_is_input, bump *b)
{
    table t = {.g = hg__correlate_of(s->node, big_is_input), .micro = s->micro};
    table *kept = take(b, sizeof t);
    size_t phases = t.g.y.stride * t.g.x.stride;
    t.phase = take(b, phases * sizeof *t.phase);
    find_frames(&t);
    build_gather(&t, b);
    for (size_t i = 0; i < phases; i++) build_phase(&t, b->at ? &t.phase[i] : NULL, i, b);
    if (kept) *kept = t;
    return t;
}

void hg__correlate_open(const hg__setup *s, bool big_is_input, void *memory)
{
    build(s, big_is_input, &(bump){.at = memory});
}

static size_t phase_taps(const hg__correlate *g, size_t index)
{
    taps a;
    find_taps(g, index, &a);
    return a.ny * a.nx;
}

static size_t packed_gather(const hg__kernels *k, const hg__correlate *g)
{
    return hg__align(k->pack_size(g->y.k * g->x.k * big_c(g), small_c(g)) * sizeof(real)) / sizeof(real);
}

static size_t packed_phase(const hg__kernels *k, const hg__correlate *g, size_t index)
{
    size_t deep = phase_taps(g, index) * small_c(g);
    return deep ? hg__align(k->pack_size(deep, big_c(g)) * sizeof(real)) / sizeof(real) : 0;
}

hg__needs hg__correlate_needs(const hg__setup *s, bool big_is_input)
{
    bump count = {0};
    table t = build(s, big_is_input, &count);
    const hg__correlate *g = &t.g;
    bool gathers = s->train || big_is_input, scatters = s->train || !big_is_input;
    hg__needs n = {.table = count.used};
    if (gathers) n.packed += g->groups * packed_gather(s->k, g);
    for (size_t i = 0; scatters && i < g->y.stride * g->x.stride; i++) n.packed += g->groups * packed_phase(s->k, g, i);
    size_t big = is_framed(t.big_frame) ? hg_shape_size(framed(g->big, t.big_frame)) : 0;
    size_t small = is_framed(t.small_frame) ? hg_shape_size(framed(g->small, t.small_frame)) : 0;
    if (!gathers) big = 0;
    if (!scatters) small = 0;
    n.scratch = s->micro * (big > small ? big : small);
    return n;
}

static void pack_scatter(const hg__call *c, const table *t, real *to)
{
    const hg__correlate *g = &t->g;
    for (size_t i = 0; i < g->y.stride * g->x.stride; i++)
        for (size_t group = 0; group < g->groups; group++) {
            size_t size = packed_phase(c->k, g, i), deep = t->phase[i].taps * small_c(g);
            if (deep)
                c->k->pack(&(hg__pack){.k = deep,
                                       .n = big_c(g),
                                       .b = c->w[0] + group * group_weights(g),
                                       .row = t->phase[i].pack_row,
                                       .col_step = small_c(g),
                                       .packed = to});
            to += size;
        }
}

void hg__correlate_pack(const hg__call *c, bool gathers, bool scatters)
{
    const table *t = c->table;
    const hg__correlate *g = &t->g;
    real *to = c->packed;
    for (size_t group = 0; gathers && group < g->groups; group++, to += packed_gather(c->k, g))
        c->k->pack(&(hg__pack){.k = g->y.k * g->x.k * big_c(g),
                               .n = small_c(g),
                               .b = c->w[0] + group * group_weights(g),
                               .row_step = small_c(g),
                               .col_step = 1,
                               .packed = to});
    if (scatters) pack_scatter(c, t, to);
}

/* One side in its frame: a copy in the scratch, or the side itself where it needs no frame. */
static const real *frame_side(const hg__call *c, hg_shape s, hg__frame f, const real *in)
{
    if (!is_framed(f)) return in;
    c->k->pad(c->n, s, f.top, f.left, f.bottom, f.right, in, c->scratch);
    return c->scratch;
}

void hg__correlate_gather(const hg__call *c, const hg__side *s)
{
    const table *t = c->table;
    const hg__correlate *g = &t->g;
    bool at_hand = s->framed && is_framed(t->big_frame);
    const real *a = at_hand ? c->scratch : frame_side(c, g->big, t->big_frame, s->in);
    for (size_t group = 0; group < g->groups; group++)
        c->k->gemm(&(hg__gemm){.m = c->n * g->small.h * g->small.w,
                               .n = small_c(g),
                               .runs = t->runs,
                               .run = t->run,
                               .a = a + group * big_c(g),
                               .a_row = t->row,
                               .a_run = t->a_run,
                               .b = c->packed + group * packed_gather(c->k, g),
                               .c = s->out + group * small_c(g),
                               .c_step = g->small.c,
                               .bias = s->bias ? s->bias + group * small_c(g) : NULL,
                               .act = s->act,
                               .slope = s->slope,
                               .add = s->add});
}

void hg__correlate_scatter(const hg__call *c, const hg__side *s)
{
    const table *t = c->table;
    const hg__correlate *g = &t->g;
    const real *a = frame_side(c, g->small, t->small_frame, s->in);
    /* What costs more than a comparison goes over all phases at once: in one of them a row may be a single pixel. */
    bool late = s->act > HG__ACT_LEAKY;
    const real *b = c->packed + (c->both ? g->groups * packed_gather(c->k, g) : 0); /* inference packs one of the two */
    for (size_t i = 0; i < g->y.stride * g->x.stride; i++) {
        const phase *p = &t->phase[i];
        for (size_t group = 0; group < g->groups; group++, b += packed_phase(c->k, g, i))
            c->k->gemm(&(hg__gemm){.m = c->n * p->qh * p->qw,
                                   .n = big_c(g),
                                   .runs = p->runs,
                                   .run = p->run,
                                   .a = a + group * small_c(g),
                                   .a_row = p->row,
                                   .a_run = p->a_run,
                                   .b = b,
                                   .c = s->out + group * big_c(g),
                                   .c_row = p->c_row,
                                   .bias = s->bias ? s->bias + group * big_c(g) : NULL,
                                   .act = late ? HG__ACT_NONE : s->act,
                                   .slope = s->slope,
                                   .add = s->add});
    }
    if (late) c->k->act(s->act, s->slope, c->n * hg_shape_size(g->big), s->out, s->out);
}

void hg__correlate_weights(const hg__call *c, const real *big, const real *small, real *dw)
{
    const table *t = c->table;
    const hg__correlate *g = &t->g;
    const real *a = frame_side(c, g->big, t->big_frame, big);
    for (size_t group = 0; group < g->groups; group++)
        c->k->gemm_t(&(hg__gemm_t){.m = c->n * g->small.h * g->small.w,
                                   .n = small_c(g),
                                   .runs = t->runs,
                                   .run = t->run,
                                   .a = a + group * big_c(g),
                                   .a_row = t->row,
                                   .a_run = t->a_run,
                                   .d = small + group * small_c(g),
                                   .d_step = g->small.c,
                                   .c = dw + group * group_weights(g),
                                   .c_step = small_c(g),
                                   .add = c->dw_add,
                                   .sample = g->small.h * g->small.w});
}

hg_status hg__correlate_check(hg__node *node, hg_error *e)
{
    hg__attr *a = &node->attr;
    if (!a->kh || !a->kw) return hg__line_fail(e, node, "wants a kernel and channels, such as 3x3 32");
    if (a->kh > MOST_KERNEL || a->kw > MOST_KERNEL)
        return hg__line_fail(e, node, "kernel %zux%zu is larger than %d", a->kh, a->kw, MOST_KERNEL);
    if (!a->plain || !a->size.c)
        return hg__line_fail(e, node, "wants a number of channels behind the kernel, such as 3x3 32");
    if (!a->sh) a->sh = a->sw = 1;
    if (!a->sw) return hg__line_fail(e, node, "the stride must be at least 1");
    if (a->sh > MOST_STRIDE || a->sw > MOST_STRIDE)
        return hg__line_fail(e, node, "stride %zux%zu is larger than %d", a->sh, a->sw, MOST_STRIDE);
    if (!a->dh) a->dh = a->dw = 1;
    if (!a->dw) return hg__line_fail(e, node, "the dilation must be at least 1");
    if (!a->groups) a->groups = 1;
    if (node->in[0].c % a->groups || a->size.c % a->groups)
        return hg__line_fail(e, node, "%zu groups divide neither %zu nor %zu channels evenly", a->groups, node->in[0].c,
                             a->size.c);
    if (!a->pad_given) a->ph = a->dh * (a->kh - 1) / 2, a->pw = a->dw * (a->kw - 1) / 2;
    if (a->ph > a->dh * (a->kh - 1) || a->pw > a->dw * (a->kw - 1))
        return hg__line_fail(e, node, "padding %zux%zu is more than the kernel reaches", a->ph, a->pw);
    return HG_OK;
}

void hg__correlate_params(hg__node *node, size_t big, size_t small)
{
    const hg__attr *a = &node->attr;
    /* As PyTorch counts it: for a transposed convolution the channels of its output stand in. */
    size_t fan_in = a->kh * a->kw * big / a->groups;
    hg__param_add(node, (hg__param){.name = "weight",
                                    .dims = 4,
                                    .fan_in = fan_in,
                                    .decays = true,
                                    .dim = {a->groups * a->kh, a->kw, big / a->groups, small / a->groups}});
    if (a->bias) hg__param_add(node, (hg__param){.name = "bias", .dims = 1, .dim = {a->size.c}, .fan_in = fan_in});
}

/* A frame is at most as wide as the kernel reaches, on each side. */
hg_status hg__correlate_fits(const hg__node *node, hg_error *e)
{
    const hg__attr *a = &node->attr;
    const hg_shape sides[] = {node->in[0], node->shape};
    size_t reach_h = a->dh * (a->kh - 1), reach_w = a->dw * (a->kw - 1), n;
    for (size_t i = 0; i < 2; i++) {
        bool fits = hg__mul(sides[i].h + 2 * reach_h, sides[i].w + 2 * reach_w, &n) && hg__mul(n, sides[i].c, &n);
        if (!fits || n > INT32_MAX / 2)
            return hg__line_fail(e, node, "reaches over %zux%zu pixels around %zux%zux%zu, more than a plan can hold",
                                 reach_h + 1, reach_w + 1, sides[i].h, sides[i].w, sides[i].c);
    }
    return HG_OK;
}
