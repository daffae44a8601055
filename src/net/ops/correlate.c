/* correlate.c: see correlate.h. The index tables are made once, in two passes over the same code: the first
 * counts, the second fills. */
#include "net/ops/correlate.h"

#include "base/arena.h"

#include <string.h>

enum {
    MOST_STRIDE = 64,
    FEW_VALUES = 16,         /* an axis keeps its frame where a tap costs less than another product */
    MOST_COPIES = 768 << 10, /* both axes do where the parts read so many weights more than W has: they stay near */
    FEW_OUTPUTS = 4,         /* so does a gather's gradient: that of one tap's weights would be but so many chains */
};

/* Pixels of a way's output and taps that meet: what a product reads of the input, in its frame, and where it writes. */
typedef struct meeting {
    size_t pixels, runs, run; /* pixels: of one sample; a row of the product: runs of `run` elements */
    int32_t *in_row;          /* [micro * pixels] */
    int32_t *out_row;         /* [micro * pixels]; NULL: one behind the other */
    int32_t *in_run;          /* [runs] */
} meeting;

/* Taps as a product's B. */
typedef struct sheet {
    size_t taps, packed; /* packed: elements of a group's */
    int32_t *row;        /* [taps * input channels / groups]: where in a group's W row k of B begins */
} sheet;

/* Output pixels that meet the same taps: one product. */
typedef struct part {
    meeting at;
    int32_t *b_run; /* [at.runs] with which row of the way's sheet each begins; NULL: B is … */
    sheet own;
} part;

/* From the big side to the small one, or back. Where it is depthwise all groups are one product. */
typedef struct way {
    bool scatters;
    hg_shape in, out;
    size_t groups;
    hg__frame frame; /* of the input */
    size_t packed;   /* elements of all B */
    sheet all;       /* what all parts share; empty where each has its own */
    size_t parts;
    part *part; /* [parts] */
} way;

/* Taps that meet the same pixels: one product of the weights' gradient, of a way's input by its output. */
typedef struct share {
    meeting at;
    int32_t *c_run; /* [runs] */
} share;

typedef struct table {
    hg__correlate g;
    size_t micro;
    way gather, scatter; /* no parts where it is not used */
    way weights;         /* the scatter where W lies by phase, else the gather, with a frame of its own, in … */
    size_t shares;
    share *share; /* [shares] */
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

static size_t big_c(const hg__correlate *g) { return g->big.c / g->groups; }
static size_t small_c(const hg__correlate *g) { return g->small.c / g->groups; }
static size_t group_weights(const hg__correlate *g) { return g->y.k * g->x.k * big_c(g) * small_c(g); }
static bool is_depthwise(const way *w) { return w->groups > 1 && w->groups == w->in.c && w->groups == w->out.c; }
static size_t products(const way *w) { return is_depthwise(w) ? 1 : w->groups; } /* of a part */
static size_t in_c(const way *w) { return w->in.c / w->groups; }
static size_t out_c(const way *w) { return w->out.c / w->groups; }

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
                           .groups = a->groups,
                           .by_phase = a->by_phase};
}

size_t hg__correlate_tap(const hg__correlate *g, size_t y, size_t x)
{
    return g->by_phase ? hg__tap_by_phase(hg__stand(&g->y, y), hg__stand(&g->x, x), g->x.k) : y * g->x.k + x;
}

/* From a channel of the big side to the next in W, and of the small side. */
static size_t big_step(const hg__correlate *g) { return g->by_phase ? 1 : small_c(g); }
static size_t small_step(const hg__correlate *g) { return g->by_phase ? big_c(g) : 1; }

/* ---- Tables -------------------------------------------------------------------------------------------- */

static bool is_framed(hg__frame f) { return f.top || f.left || f.bottom || f.right; }

static hg_shape framed(hg_shape s, hg__frame f)
{
    return (hg_shape){f.top + s.h + f.bottom, f.left + s.w + f.right, s.c};
}

static size_t framed_size(hg_shape s, hg__frame f) { return is_framed(f) ? hg_shape_size(framed(s, f)) : 0; }

/* Both axes of a way, and the spans of one part. */
typedef struct plane {
    hg__lane y, x;
    hg__lane_span sy, sx;
} plane;

/* Before the first part. may_trim: where it pays. most_copies: of weights, that parts may have besides W itself. */
static plane plane_of(const way *w, const hg__correlate *g, bool may_trim, size_t most_copies)
{
    const bool wide = w->in.c / products(w) >= FEW_VALUES;
    plane a = {.y = hg__lane_of(g->y, w->scatters, w->in.h, w->out.h, wide),
               .x = hg__lane_of(g->x, w->scatters, w->in.w, w->out.w, wide)};
    size_t own = g->y.k * g->x.k, met = hg__lane_taps(&a.y) * hg__lane_taps(&a.x);
    size_t pairs = w->groups * in_c(w) * out_c(w);
    if (!may_trim || (met > own && (met - own) * pairs > most_copies)) a.y.trims = a.x.trims = false;
    hg__lane_frame(&a.y), hg__lane_frame(&a.x);
    return a;
}

static void fill_rows(const way *w, const plane *a, meeting *m, size_t micro)
{
    hg_shape f = framed(w->in, w->frame);
    size_t wide = a->sx.to - a->sx.from;
    for (size_t i = 0; i < micro * m->pixels; i++) {
        size_t image = i / m->pixels, y = i % m->pixels / wide, x = i % m->pixels % wide;
        size_t in = (image * f.h + hg__span_reads(&a->y, &a->sy, y)) * f.w + hg__span_reads(&a->x, &a->sx, x);
        size_t row = image * w->out.h + hg__span_writes(&a->y, &a->sy, y);
        size_t out = row * w->out.w + hg__span_writes(&a->x, &a->sx, x);
        m->in_row[i] = (int32_t)(in * f.c);
        if (m->out_row) m->out_row[i] = (int32_t)(out * w->out.c);
    }
}

static size_t rows_of(const plane *a) { return a->sy.high - a->sy.low; }
static size_t columns_of(const plane *a) { return a->sx.high - a->sx.low; }

static meeting build_meeting(const way *w, const plane *a, size_t micro, bump *b)
{
    hg_shape f = framed(w->in, w->frame);
    bool rows_run = w->groups == 1 && hg__span_touches(&a->sx); /* a kernel row is one run */
    size_t each = rows_run && columns_of(a) ? 1 : columns_of(a);
    meeting m = {.pixels = (a->sy.to - a->sy.from) * (a->sx.to - a->sx.from),
                 .runs = rows_of(a) * each,
                 .run = rows_run ? columns_of(a) * in_c(w) : in_c(w)};
    bool all = m.pixels == w->out.h * w->out.w;
    m.in_row = take(b, micro * m.pixels * sizeof *m.in_row);
    m.out_row = all ? NULL : take(b, micro * m.pixels * sizeof *m.out_row);
    m.in_run = take(b, m.runs * sizeof *m.in_run);
    if (!b->at) return m;
    fill_rows(w, a, &m, micro);
    for (size_t i = 0; i < m.runs; i++) {
        size_t y = hg__span_reads_further(&a->sy, i / each), x = hg__span_reads_further(&a->sx, i % each);
        m.in_run[i] = (int32_t)((y * f.w + x) * f.c);
    }
    return m;
}

/* Where in W the taps stand: of row y and column x of those that meet. */
static size_t tap_at(const hg__correlate *g, const plane *a, size_t y, size_t x)
{
    return hg__correlate_tap(g, a->sy.t.k[a->sy.low + y], a->sx.t.k[a->sx.low + x]);
}

static sheet take_sheet(const hg__setup *s, const way *w, size_t n, bump *b)
{
    size_t rows = n * in_c(w), packed = is_depthwise(w) ? n * w->groups : s->k->pack_size(rows, out_c(w));
    if (!n) return (sheet){0};
    return (sheet){
        .taps = n, .packed = hg__align(packed * sizeof(real)) / sizeof(real), .row = take(b, rows * sizeof(int32_t))};
}

/* The sheet's i-th tap is W's number `tap`. */
static void put_tap(const hg__correlate *g, const way *w, const sheet *to, size_t i, size_t tap)
{
    size_t c = in_c(w), from = tap * c * out_c(w), to_next = w->scatters ? small_step(g) : big_step(g);
    for (size_t j = 0; j < c; j++) to->row[i * c + j] = (int32_t)(from + j * to_next);
}

/* All taps, phase by phase: those that a run of a part meets follow each other. */
static sheet build_sheet(const hg__setup *s, const hg__correlate *g, const way *w, plane a, bump *b)
{
    sheet all = take_sheet(s, w, g->y.k * g->x.k, b);
    size_t n = 0;
    for (a.sy = (hg__lane_span){0}; b->at && hg__next_phase(&a.y, &a.sy);)
        for (a.sx = (hg__lane_span){0}; hg__next_phase(&a.x, &a.sx);)
            for (size_t i = 0; i < a.sy.t.n * a.sx.t.n; i++)
                put_tap(g, w, &all, n++, tap_at(g, &a, i / a.sx.t.n, i % a.sx.t.n));
    return all;
}

/* Where in that sheet the taps stand: of row y and column x of those that meet. */
static size_t place_in_sheet(const plane *a, size_t y, size_t x)
{
    hg__standing sy = {a->sy.before, a->sy.t.n, a->sy.low + y}, sx = {a->sx.before, a->sx.t.n, a->sx.low + x};
    return hg__tap_by_phase(sy, sx, a->x.a.k);
}

static part build_part(const hg__setup *s, const hg__correlate *g, const way *w, const plane *a, bump *b)
{
    size_t nx = columns_of(a), met = rows_of(a) * nx;
    part p = {.at = build_meeting(w, a, s->micro, b)};
    if (w->all.taps) {
        size_t each = met ? p.at.runs / rows_of(a) : 1; /* runs of a row of taps */
        p.b_run = take(b, p.at.runs * sizeof *p.b_run);
        for (size_t i = 0; b->at && i < p.at.runs; i++)
            p.b_run[i] = (int32_t)(place_in_sheet(a, i / each, i % each) * in_c(w));
        return p;
    }
    p.own = take_sheet(s, w, met, b);
    for (size_t i = 0; b->at && i < met; i++) put_tap(g, w, &p.own, i, tap_at(g, a, i / nx, i % nx));
    return p;
}

static way way_of(const hg__correlate *g, bool scatters)
{
    return (way){.scatters = scatters,
                 .in = scatters ? g->small : g->big,
                 .out = scatters ? g->big : g->small,
                 .groups = g->groups};
}

static hg__frame frame_of(const plane *a) { return (hg__frame){a->y.before, a->x.before, a->y.behind, a->x.behind}; }

static way build_way(const hg__setup *s, const hg__correlate *g, bool scatters, bump *b)
{
    way w = way_of(g, scatters);
    const bool shares = s->k->precision == HG_PRECISION_F32 && !is_depthwise(&w);
    /* Without copies only single samples count: their parts would read W from far away again and again. */
    plane a = plane_of(&w, g, true, shares && s->train ? SIZE_MAX : MOST_COPIES);
    size_t n = 0;
    w.frame = frame_of(&a);
    if (shares && (a.y.trims || a.x.trims)) w.all = build_sheet(s, g, &w, a, b); /* else no tap stands in two parts */
    w.packed = products(&w) * w.all.packed;
    w.parts = hg__lane_spans(&a.y) * hg__lane_spans(&a.x);
    w.part = take(b, w.parts * sizeof *w.part);
    for (a.sy = (hg__lane_span){0}; hg__next_span(&a.y, &a.sy);)
        for (a.sx = (hg__lane_span){0}; hg__next_span(&a.x, &a.sx); n++) {
            part p = build_part(s, g, &w, &a, b);
            w.packed += products(&w) * p.own.packed;
            if (b->at) w.part[n] = p;
        }
    return w;
}

static share build_share(const table *t, const plane *a, bump *b)
{
    const way *w = &t->weights;
    share p = {.at = build_meeting(w, a, t->micro, b)};
    size_t each = p.at.runs / rows_of(a);
    p.c_run = take(b, p.at.runs * sizeof *p.c_run);
    for (size_t i = 0; b->at && i < p.at.runs; i++)
        p.c_run[i] = (int32_t)(tap_at(&t->g, a, i / each, i % each) * in_c(w));
    return p;
}

static void build_shares(table *t, bump *b)
{
    way *w = &t->weights;
    *w = way_of(&t->g, t->g.by_phase);
    plane a = plane_of(w, &t->g, w->scatters || out_c(w) > FEW_OUTPUTS, SIZE_MAX);
    w->frame = frame_of(&a);
    for (a.sy = (hg__lane_span){0}; hg__next_stretch(&a.y, &a.sy);)
        for (a.sx = (hg__lane_span){0}; hg__next_stretch(&a.x, &a.sx);) t->shares++;
    t->share = take(b, t->shares * sizeof *t->share);
    share *next = t->share;
    for (a.sy = (hg__lane_span){0}; hg__next_stretch(&a.y, &a.sy);)
        for (a.sx = (hg__lane_span){0}; hg__next_stretch(&a.x, &a.sx);) {
            share p = build_share(t, &a, b);
            if (b->at) *next++ = p;
        }
}

/* What is not used stays empty. */
static table build(const hg__setup *s, bool big_is_input, bump *b)
{
    table t = {.g = hg__correlate_of(s->node, big_is_input), .micro = s->micro};
    table *kept = take(b, sizeof t);
    if (s->train || big_is_input) t.gather = build_way(s, &t.g, false, b);
    if (s->train || !big_is_input) t.scatter = build_way(s, &t.g, true, b);
    if (s->train) build_shares(&t, b);
    if (kept) *kept = t;
    return t;
}

void hg__correlate_open(const hg__setup *s, bool big_is_input, void *memory)
{
    build(s, big_is_input, &(bump){.at = memory});
}

hg__needs hg__correlate_needs(const hg__setup *s, bool big_is_input)
{
    bump count = {0};
    table t = build(s, big_is_input, &count);
    const way *ways[] = {&t.gather, &t.scatter, &t.weights};
    size_t room = 0;
    for (size_t i = 0; i < 3; i++) {
        size_t size = framed_size(ways[i]->in, ways[i]->frame);
        room = size > room ? size : room;
    }
    return (hg__needs){.table = count.used, .packed = t.gather.packed + t.scatter.packed, .scratch = s->micro * room};
}

/* ---- Products ------------------------------------------------------------------------------------------ */

/* As the kernel table's depthwise reads it: [taps][channels]. */
static void pack_depthwise(const hg__call *c, const sheet *from, size_t channels, real *to)
{
    const size_t step = group_weights(&((const table *)c->table)->g);
    for (size_t i = 0; i < from->taps; i++, to += channels)
        c->k->copy2d(channels, 1, c->w[0] + from->row[i], step, to, 1, false);
}

static void pack_group(const hg__call *c, const way *w, const sheet *from, size_t group, real *to)
{
    const table *t = c->table;
    c->k->pack(&(hg__pack){.k = from->taps * in_c(w),
                           .n = out_c(w),
                           .b = c->w[0] + group * group_weights(&t->g),
                           .row = from->row,
                           .col_step = w->scatters ? big_step(&t->g) : small_step(&t->g),
                           .packed = to});
}

/* Of all groups; gives what is behind it. */
static real *pack_sheet(const hg__call *c, const way *w, const sheet *from, real *to)
{
    for (size_t group = 0; from->taps && group < products(w); group++, to += from->packed)
        if (is_depthwise(w)) pack_depthwise(c, from, w->groups, to);
        else pack_group(c, w, from, group, to);
    return to;
}

static void pack_way(const hg__call *c, const way *w, real *to)
{
    to = pack_sheet(c, w, &w->all, to);
    for (const part *p = w->part; p < w->part + w->parts; p++) to = pack_sheet(c, w, &p->own, to);
}

/* The gather's B come first, where both are there. */
void hg__correlate_pack(const hg__call *c)
{
    const table *t = c->table;
    pack_way(c, &t->gather, c->packed);
    pack_way(c, &t->scatter, c->packed + t->gather.packed);
}

/* One side in its frame: a copy in the scratch, or the side itself where it needs no frame. */
static const real *frame_side(const hg__call *c, hg_shape s, hg__frame f, const real *in)
{
    if (!is_framed(f)) return in;
    c->k->pad(c->n, s, f.top, f.left, f.bottom, f.right, in, c->scratch);
    return c->scratch;
}

static void multiply(const hg__call *c, const way *w, const real *a, const real *packed, const hg__side *s)
{
    /* What costs more than a comparison goes over all parts at once: in one of them a row may be a single pixel. */
    const bool late = w->parts > 1 && s->act > HG__ACT_LEAKY, deep = is_depthwise(w);
    const size_t columns = w->out.c / products(w);
    for (size_t i = 0; i < w->parts; i++) {
        const part *p = &w->part[i];
        const real *b = packed;
        packed += products(w) * p->own.packed;
        for (size_t group = 0; group < products(w); group++, b += p->b_run ? w->all.packed : p->own.packed) {
            const hg__gemm g = {.m = c->n * p->at.pixels,
                                .n = columns,
                                .runs = p->at.runs,
                                .run = p->at.run,
                                .a = a + group * in_c(w),
                                .a_row = p->at.in_row,
                                .a_run = p->at.in_run,
                                .b = b,
                                .b_run = p->b_run,
                                .b_rows = w->all.taps * in_c(w),
                                .c = s->out + group * columns,
                                .c_row = p->at.out_row,
                                .c_step = w->out.c,
                                .bias = s->bias ? s->bias + group * columns : NULL,
                                .act = late ? HG__ACT_NONE : s->act,
                                .slope = s->slope,
                                .add = s->add};
            (deep ? c->k->depthwise : c->k->gemm)(&g);
        }
    }
    if (late) c->k->act(s->act, s->slope, c->n * hg_shape_size(w->out), s->out, s->out);
}

void hg__correlate_gather(const hg__call *c, const hg__side *s)
{
    const table *t = c->table;
    const way *w = &t->gather;
    bool at_hand = s->framed && is_framed(w->frame) && !memcmp(&w->frame, &t->weights.frame, sizeof w->frame);
    multiply(c, w, at_hand ? c->scratch : frame_side(c, w->in, w->frame, s->in), c->packed, s);
}

void hg__correlate_scatter(const hg__call *c, const hg__side *s)
{
    const table *t = c->table;
    const way *w = &t->scatter;
    multiply(c, w, frame_side(c, w->in, w->frame, s->in), c->packed + t->gather.packed, s);
}

void hg__correlate_weights(const hg__call *c, const real *big, const real *small, real *dw)
{
    const table *t = c->table;
    const way *w = &t->weights;
    const real *a = frame_side(c, w->in, w->frame, w->scatters ? small : big), *d = w->scatters ? big : small;
    const bool deep = is_depthwise(w);
    for (const share *p = t->share; p < t->share + t->shares; p++)
        for (size_t group = 0; group < products(w); group++) {
            const hg__gemm_t g = {.m = c->n * p->at.pixels,
                                  .n = w->out.c / products(w),
                                  .runs = p->at.runs,
                                  .run = p->at.run,
                                  .a = a + group * in_c(w),
                                  .a_row = p->at.in_row,
                                  .a_run = p->at.in_run,
                                  .d = d + group * out_c(w),
                                  .d_row = p->at.out_row,
                                  .d_step = w->out.c,
                                  .c = dw + group * group_weights(&t->g),
                                  .c_run = p->c_run,
                                  .c_step = deep ? group_weights(&t->g) : out_c(w),
                                  .add = c->dw_add,
                                  .sample = p->at.pixels};
            (deep ? c->k->depthwise_t : c->k->gemm_t)(&g);
        }
}

bool hg__correlate_suits(const hg__attr *a)
{
    return a->kh <= HG__MOST_KERNEL && a->kw <= HG__MOST_KERNEL && a->sh <= MOST_STRIDE && a->sw <= MOST_STRIDE;
}

hg_status hg__correlate_check(hg__node *node, hg_error *e)
{
    hg__attr *a = &node->attr;
    if (!a->kh || !a->kw) return hg__line_fail(e, node, "wants a kernel and channels, such as 3x3 32");
    if (a->kh > HG__MOST_KERNEL || a->kw > HG__MOST_KERNEL)
        return hg__line_fail(e, node, "kernel %zux%zu is larger than %d", a->kh, a->kw, HG__MOST_KERNEL);
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
    if (!hg__mul(a->kh * a->kw * (node->in[0].c / a->groups), node->shape.c, &n) || n > INT32_MAX)
        return hg__line_fail(e, node, "has more weights than a plan can hold: %zux%zu x %zu x %zu", a->kh, a->kw,
                             node->in[0].c / a->groups, node->shape.c);
    for (size_t i = 0; i < 2; i++) {
        bool fits = hg__mul(sides[i].h + 2 * reach_h, sides[i].w + 2 * reach_w, &n) && hg__mul(n, sides[i].c, &n);
        if (!fits || n > INT32_MAX / 2)
            return hg__line_fail(e, node, "reaches over %zux%zu pixels around %zux%zux%zu, more than a plan can hold",
                                 reach_h + 1, reach_w + 1, sides[i].h, sides[i].w, sides[i].c);
    }
    return HG_OK;
}
