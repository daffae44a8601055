/* lane.c: see lane.h. */
#include "net/ops/lane.h"

enum {
    MOST_SPANS = 3, /* of a lane that trims: its ends, and what is between them */
    FEW_TAPS = 64,  /* a lane keeps its frame where less than one tap of so many falls on it */
};

static size_t least(size_t a, size_t b) { return a < b ? a : b; }
static size_t most(ptrdiff_t a, size_t b) { return a > (ptrdiff_t)b ? (size_t)a : b; }

static void gather_taps(const hg__lane *l, hg__taps *t)
{
    *t = (hg__taps){.positions = l->out, .step = l->a.stride, .n = l->a.k};
    for (size_t i = 0; i < l->a.k; i++) t->at[i] = (ptrdiff_t)(i * l->a.dilation) - (ptrdiff_t)l->a.pad, t->k[i] = i;
}

static void scatter_taps(const hg__lane *l, size_t phase, hg__taps *t)
{
    const size_t stride = l->a.stride;
    *t = (hg__taps){.positions = phase < l->out ? (l->out - phase - 1) / stride + 1 : 0, .step = 1};
    for (size_t i = l->a.k; i-- > 0;) {
        ptrdiff_t at = (ptrdiff_t)(phase + l->a.pad) - (ptrdiff_t)(i * l->a.dilation);
        if (at % (ptrdiff_t)stride) continue;
        t->at[t->n] = at / (ptrdiff_t)stride, t->k[t->n] = i;
        t->n++;
    }
}

/* The first position whose tap reads input `from` or beyond. */
static size_t reach(const hg__taps *t, size_t tap, size_t from)
{
    ptrdiff_t step = (ptrdiff_t)t->step, far = (ptrdiff_t)from - t->at[tap];
    return far > 0 ? (size_t)((far + step - 1) / step) : 0;
}

/* What the positions from s->from on meet, and how many of them the same. */
static void measure_span(const hg__lane *l, hg__lane_span *s)
{
    s->to = s->t.positions, s->low = 0, s->high = s->t.n;
    if (!l->trims) return;
    for (size_t i = s->t.n; i-- > 0;) {
        size_t begin = reach(&s->t, i, 0), end = reach(&s->t, i, l->in);
        if (begin > s->from && begin < s->to) s->to = begin;
        if (end > s->from && end < s->to) s->to = end;
        if (end <= s->from) s->high = i;
    }
    while (s->low < s->high && reach(&s->t, s->low, 0) > s->from) s->low++;
}

bool hg__next_phase(const hg__lane *l, hg__lane_span *s)
{
    if (s->next_phase == l->phases) return false;
    s->phase = s->next_phase++;
    s->before += s->t.n;
    if (l->scatters) scatter_taps(l, s->phase, &s->t);
    else gather_taps(l, &s->t);
    s->from = s->to = s->low = s->high = 0;
    return true;
}

bool hg__next_span(const hg__lane *l, hg__lane_span *s)
{
    while (s->to == s->t.positions)
        if (!hg__next_phase(l, s)) return false;
    s->from = s->to;
    measure_span(l, s);
    return true;
}

bool hg__next_stretch(const hg__lane *l, hg__lane_span *s)
{
    const hg__taps *t = &s->t;
    while (s->high == t->n)
        if (!hg__next_phase(l, s)) return false;
    s->low = s->high, s->high = t->n, s->from = 0, s->to = t->positions;
    if (!l->trims) return true;
    s->from = reach(t, s->low, 0), s->to = least(reach(t, s->low, l->in), t->positions);
    for (size_t i = t->n; i-- > s->low;)
        if (reach(t, i, 0) != s->from || least(reach(t, i, l->in), t->positions) != s->to) s->high = i;
    return true;
}

static bool meets_nothing(const hg__lane *l, const hg__taps *t, size_t tap)
{
    return reach(t, tap, 0) >= least(reach(t, tap, l->in), t->positions);
}

/* Whether a lane that trims is worth its products. Each tap must meet something: its gradient is one of them. */
static bool trimming_pays(const hg__lane *l)
{
    size_t all = 0, met = 0, spans = 0;
    for (hg__lane_span s = {0}; hg__next_span(l, &s);) {
        for (size_t i = 0; i < s.t.n; i++)
            if (meets_nothing(l, &s.t, i)) return false;
        spans = s.from ? spans + 1 : 1;
        if (spans > MOST_SPANS) return false;
        all += (s.to - s.from) * s.t.n, met += (s.to - s.from) * (s.high - s.low);
    }
    return (all - met) * FEW_TAPS > all;
}

hg__lane hg__lane_of(hg__axis a, bool scatters, size_t in, size_t out, bool may_trim)
{
    hg__lane l = {.a = a, .in = in, .out = out, .phases = scatters ? a.stride : 1, .scatters = scatters, .trims = true};
    l.trims = may_trim && trimming_pays(&l);
    return l;
}

void hg__lane_frame(hg__lane *l)
{
    if (l->trims) return;
    for (hg__lane_span s = {0}; hg__next_span(l, &s);) {
        if (!s.t.n) continue;
        ptrdiff_t last = s.t.at[s.t.n - 1] + (ptrdiff_t)((s.to - 1) * s.t.step);
        l->before = most(-s.t.at[0], l->before), l->behind = most(last + 1 - (ptrdiff_t)l->in, l->behind);
    }
}

size_t hg__lane_spans(const hg__lane *l)
{
    size_t n = 0;
    for (hg__lane_span s = {0}; hg__next_span(l, &s);) n++;
    return n;
}

size_t hg__lane_taps(const hg__lane *l)
{
    size_t n = 0;
    for (hg__lane_span s = {0}; hg__next_span(l, &s);) n += s.high - s.low;
    return n;
}

size_t hg__span_writes(const hg__lane *l, const hg__lane_span *s, size_t i)
{
    return s->phase + (s->from + i) * l->phases;
}

size_t hg__span_reads(const hg__lane *l, const hg__lane_span *s, size_t i)
{
    ptrdiff_t at = s->low < s->high ? s->t.at[s->low] + (ptrdiff_t)l->before : 0;
    return (size_t)(at + (ptrdiff_t)((s->from + i) * s->t.step));
}

size_t hg__span_reads_further(const hg__lane_span *s, size_t tap)
{
    return (size_t)(s->t.at[s->low + tap] - s->t.at[s->low]);
}

/* How many of the kernel positions are k modulo the stride. */
static size_t alike(const hg__axis *a, size_t k) { return (a->k + a->stride - 1 - k % a->stride) / a->stride; }

hg__standing hg__stand(const hg__axis *a, size_t k)
{
    hg__standing s = {.n = alike(a, k), .i = (a->k - 1 - k) / a->stride};
    for (size_t phase = 0; (phase + a->pad + a->k * a->stride - k) % a->stride; phase++)
        s.before += alike(a, phase + a->pad);
    return s;
}

size_t hg__tap_by_phase(hg__standing y, hg__standing x, size_t across)
{
    return y.before * across + y.n * x.before + y.i * x.n + x.i;
}

bool hg__span_touches(const hg__lane_span *s)
{
    for (size_t i = s->low + 1; i < s->high; i++)
        if (s->t.at[i] != s->t.at[i - 1] + 1) return false;
    return true;
}
