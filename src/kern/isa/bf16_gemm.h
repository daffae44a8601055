/* bf16_gemm.h: the matrix product in bf16. A is converted into a small buffer, for some rows at a time, and all columns
 * use them before the next rows come. Where its rows overlap, like the windows of a convolution, the memory under
 * them is converted as it lies; else row by row, the runs end to end, so that a pair may lie in two runs. Each
 * element of C is one chain over the pairs in the order of K, which starts from the bias or from C; where K is
 * cut into blocks the sums wait in C. So it never depends on m, nor on how A was converted. */
#ifndef HG_KERN_ISA_BF16_GEMM_H
#define HG_KERN_ISA_BF16_GEMM_H

#include "kern/isa/bf16_operands.h"
#include "kern/isa/bf16_pack.h"

enum {
    BF16_BLOCK = 192,    /* pairs along K that are walked at a time: a panel of them, 24 KB, stays in the L1 cache */
    BF16_ROOM = 8 << 10, /* pairs of A that are converted at a time */
};

/* Some of K, as it lies in converted rows: `runs` runs of `pairs` pairs. */
typedef struct bf16_block {
    const int32_t *a_run; /* [runs] where they start, in elements; NULL: there is one */
    size_t runs, pairs;
    size_t from; /* into the pairs of K */
    bool first, last;
} bf16_block;

/* Converted rows from … to-1, for the columns first … end-1. */
typedef struct bf16_rows {
    const hg__gemm *g;
    const bf16_block *k;
    size_t from, to, first, end;
    const uint32_t *a;
    size_t a_step;        /* from a row to the next; 0: as the table says, in elements from a on */
    const int32_t *a_row; /* [to] */
} bf16_rows;

typedef struct bf16_tile {
    const hg__gemm *g;
    const bf16_block *k;
    const uint32_t *a[BF16_ROWS]; /* [rows], at run offset 0 */
    const float *b;               /* the panel's row k->from */
    size_t column;                /* of C, where the panel starts */
    const float *start;           /* what the sums start from in every row: bias or zeros; NULL: C */
    float *c[BF16_ROWS];          /* [rows], at column 0 */
} bf16_tile;

static const float bf16_zeros[BF16_PANEL];

/* left: columns of C from the tile's first on; a constant where C has all lanes, so that nothing is asked. */
ALWAYS_INLINE void bf16_start(const bf16_tile *t, vf sum[2 * BF16_ROWS], size_t rows, size_t vectors, size_t left)
{
    UNROLL
    for (size_t s = 0; s < rows * vectors; s++) {
        const float *from = t->start ? t->start : t->c[s / vectors] + t->column;
        sum[s] = vf_get_upto(from + s % vectors * W, left - s % vectors * W);
    }
}

ALWAYS_INLINE void bf16_end(const bf16_tile *t, const vf sum[2 * BF16_ROWS], size_t rows, size_t vectors, size_t left)
{
    UNROLL
    for (size_t s = 0; s < rows * vectors; s++)
        vf_put_upto(t->c[s / vectors] + t->column + s % vectors * W, sum[s], left - s % vectors * W);
}

ALWAYS_INLINE void bf16_run(const bf16_tile *t, size_t rows, size_t vectors)
{
    vf sum[2 * BF16_ROWS];
    const size_t width = vectors * W, left = t->g->n - t->column, pairs = t->k->pairs;
    const float *b = t->b;
    if (left >= width) bf16_start(t, sum, rows, vectors, width);
    else bf16_start(t, sum, rows, vectors, left);
    if (vectors > 1 && t->k->runs * pairs >= LONG_WALK) ask_for(t->c, t->column, rows, vectors);
    for (size_t r = 0; r < t->k->runs; r++) {
        const uint32_t *a[BF16_ROWS];
        UNROLL
        for (size_t i = 0; i < rows; i++) a[i] = t->a[i] + hg__offset(t->k->a_run, r, 0) / 2;
        for (size_t k = 0; k < pairs; k++, b += width) {
            vpairs in[2];
            UNROLL
            for (size_t v = 0; v < vectors; v++) in[v] = pairs_get(b + v * W);
            UNROLL
            for (size_t s = 0; s < rows * vectors; s++) sum[s] = pairs_dot(a[s / vectors][k], in[s % vectors], sum[s]);
        }
    }
    if (t->k->last && t->g->act == HG__ACT_RELU) {
        UNROLL
        for (size_t s = 0; s < rows * vectors; s++) sum[s] = vf_relu(sum[s]);
    }
    if (left >= width) bf16_end(t, sum, rows, vectors, width);
    else bf16_end(t, sum, rows, vectors, left);
}

/* Instances of bf16_run, each a function of its own, so that its sums have all registers to themselves. */
typedef void bf16_fn(const bf16_tile *t);
static void bf16_1x2(const bf16_tile *t) { bf16_run(t, 1, 2); }
static void bf16_2x2(const bf16_tile *t) { bf16_run(t, 2, 2); }
static void bf16_3x2(const bf16_tile *t) { bf16_run(t, 3, 2); }
static void bf16_4x2(const bf16_tile *t) { bf16_run(t, 4, 2); }
static void bf16_5x2(const bf16_tile *t) { bf16_run(t, 5, 2); }
static void bf16_6x2(const bf16_tile *t) { bf16_run(t, 6, 2); }
static void bf16_7x2(const bf16_tile *t) { bf16_run(t, 7, 2); }
static void bf16_8x2(const bf16_tile *t) { bf16_run(t, 8, 2); }
static void bf16_1x1(const bf16_tile *t) { bf16_run(t, 1, 1); }
static void bf16_2x1(const bf16_tile *t) { bf16_run(t, 2, 1); }
static void bf16_3x1(const bf16_tile *t) { bf16_run(t, 3, 1); }
static void bf16_4x1(const bf16_tile *t) { bf16_run(t, 4, 1); }
static void bf16_5x1(const bf16_tile *t) { bf16_run(t, 5, 1); }
static void bf16_6x1(const bf16_tile *t) { bf16_run(t, 6, 1); }
static void bf16_7x1(const bf16_tile *t) { bf16_run(t, 7, 1); }
static void bf16_8x1(const bf16_tile *t) { bf16_run(t, 8, 1); }

static bf16_fn *const bf16_tiles[2][BF16_ROWS] = {
    {bf16_1x1, bf16_2x1, bf16_3x1, bf16_4x1, bf16_5x1, bf16_6x1, bf16_7x1, bf16_8x1},
    {bf16_1x2, bf16_2x2, bf16_3x2, bf16_4x2, bf16_5x2, bf16_6x2, bf16_7x2, bf16_8x2},
};

/* Tile by tile. */
static void bf16_panels(const bf16_rows *x)
{
    const hg__gemm *g = x->g;
    const size_t m = x->to - x->from, parts = (m + BF16_ROWS - 1) / BF16_ROWS, pairs = bf16_pairs(g->runs * g->run);
    bf16_tile t = {.g = g, .k = x->k};
    for (size_t j = x->first; j < x->end; j += BF16_PANEL) {
        bool wide = g->n - j > W;
        t.column = j;
        t.start = !x->k->first || g->add ? NULL : g->bias ? g->bias + j : bf16_zeros;
        t.b = g->b + j * pairs + x->k->from * (wide ? BF16_PANEL : W);
        for (size_t p = 0; p < parts; p++) {
            size_t from = x->from + part_start(m, parts, p), to = x->from + part_start(m, parts, p + 1);
            for (size_t i = from; i < to; i++) {
                t.a[i - from] = x->a + (x->a_step ? (ptrdiff_t)((i - x->from) * x->a_step) : x->a_row[i] / 2);
                t.c[i - from] = g->c + hg__offset(g->c_row, i, g->c_step);
            }
            bf16_tiles[wide][to - from - 1](&t);
        }
    }
    if (!x->k->last || g->act <= HG__ACT_RELU) return;
    for (size_t i = x->from; i < x->to; i++) {
        float *c = g->c + hg__offset(g->c_row, i, g->c_step) + x->first;
        simd_act(g->act, g->slope, x->end - x->first, c, c);
    }
}

/* ---- Row by row ---------------------------------------------------------------------------------------- */

/* Elements from … of a row, `left` of them. */
static void bf16_convert_row(const hg__gemm *g, const float *a, size_t from, size_t left, uint16_t *out)
{
    size_t r = from / g->run, skip = from % g->run;
    for (; left; r++, skip = 0) {
        size_t now = bf16_least(g->run - skip, left);
        bf16_convert(a + hg__offset(g->a_run, r, g->run) + skip, now, out);
        out += now, left -= now;
    }
}

static void bf16_by_rows(bf16_rows x, size_t m)
{
    uint32_t a[BF16_ROOM + W] __attribute__((aligned(64))); /* a row's last vector may reach over its end */
    const hg__gemm *g = x.g;
    const size_t all = g->runs * g->run, pairs = bf16_pairs(all), blocks = (pairs + BF16_BLOCK - 1) / BF16_BLOCK;
    x.a = a;
    for (size_t b = 0; b < blocks; b++) {
        bf16_block k = {.runs = 1, .from = part_start(pairs, blocks, b), .first = !b, .last = b + 1 == blocks};
        k.pairs = part_start(pairs, blocks, b + 1) - k.from;
        x.k = &k;
        x.a_step = ((k.pairs + W - 1) / W | 1) * W; /* an odd number of cache lines */
        size_t height = BF16_ROOM / x.a_step / BF16_ROWS * BF16_ROWS, left = bf16_least(all - 2 * k.from, 2 * k.pairs);
        for (x.from = 0; x.from < m; x.from = x.to) {
            x.to = bf16_least(x.from + height, m);
            for (size_t i = x.from; i < x.to; i++) {
                uint32_t *out = a + (i - x.from) * x.a_step;
                bf16_convert_row(g, g->a + hg__offset(g->a_row, i, g->a_step), 2 * k.from, left, (uint16_t *)out);
            }
            bf16_panels(&x);
        }
    }
}

/* ---- As it lies ---------------------------------------------------------------------------------------- */

/* From where to where rows lie, in elements of a. */
typedef struct bf16_span {
    ptrdiff_t low, high;
} bf16_span;

static bf16_span bf16_span_of(const int32_t *at, size_t n, ptrdiff_t reach)
{
    int32_t low = at[0], high = at[0];
    for (size_t i = 1; i < n; i++) low = at[i] < low ? at[i] : low, high = at[i] > high ? at[i] : high;
    return (bf16_span){low, high + reach};
}

static bool bf16_all_even(const int32_t *at, size_t n)
{
    int32_t odd = 0;
    for (size_t i = 0; i < n; i++) odd |= at[i];
    return !(odd & 1);
}

/* Rows from … on that lie within the buffer's room, as many tiles as do; 0: not one tile, or more lies between them
 * than in them. */
static size_t bf16_near_rows(const hg__gemm *g, size_t from, ptrdiff_t reach, bf16_span *span)
{
    size_t most = 0;
    bf16_span all = {INT32_MAX, 0};
    for (size_t i = from; i < g->m; i += BF16_ROWS) {
        size_t to = bf16_least(i + BF16_ROWS, g->m);
        bf16_span next = bf16_span_of(g->a_row + i, to - i, reach);
        all.low = next.low < all.low ? next.low : all.low, all.high = next.high > all.high ? next.high : all.high;
        if (all.high - all.low > 2 * BF16_ROOM) break;
        most = to - from, *span = all;
    }
    return most && (size_t)(span->high - span->low) <= most * g->runs * g->run ? most : 0;
}

/* These rows, block of K by block of K: long runs are cut into equal parts, short ones are taken several at a time. */
static void bf16_over_k(bf16_rows *x)
{
    const hg__gemm *g = x->g;
    const size_t run = g->run / 2, pieces = (run + BF16_BLOCK - 1) / BF16_BLOCK,
                 together = pieces > 1 ? 1 : BF16_BLOCK / run;
    const uint32_t *a = x->a;
    for (size_t r = 0; r < g->runs; r += together)
        for (size_t p = 0; p < pieces; p++) {
            size_t start = part_start(run, pieces, p), now = bf16_least(g->runs - r, together);
            bf16_block k = {.a_run = g->a_run + r,
                            .runs = now,
                            .pairs = part_start(run, pieces, p + 1) - start,
                            .from = r * run + start,
                            .first = r + p == 0,
                            .last = r + now == g->runs && p + 1 == pieces};
            x->k = &k, x->a = a + start;
            bf16_panels(x);
        }
}

/* How many rows it did, from x.from on. */
static size_t bf16_as_it_lies(bf16_rows x, ptrdiff_t reach)
{
    uint32_t a[BF16_ROOM + W] __attribute__((aligned(64)));
    const hg__gemm *g = x.g;
    bf16_span span;
    size_t rows = bf16_near_rows(g, x.from, reach, &span);
    if (!rows) return 0;
    bf16_convert(g->a + span.low, (size_t)(span.high - span.low), (uint16_t *)a);
    x.to = x.from + rows;
    x.a = a - span.low / 2, x.a_row = g->a_row;
    bf16_over_k(&x);
    return rows;
}

static void bf16_gemm(const hg__gemm *g)
{
    if (!bf16_suits(g->runs * g->run, g->n)) {
        half_gemm(g);
        return;
    }
    size_t done = 0, now = 1;
    bf16_rows x = {.g = g};
    if (!bf16_share(g, &x.first, &x.end)) return;
    if (g->a_row && g->a_run && !(g->run & 1) && bf16_all_even(g->a_run, g->runs) && bf16_all_even(g->a_row, g->m)) {
        ptrdiff_t reach = bf16_span_of(g->a_run, g->runs, (ptrdiff_t)g->run).high;
        for (; now && done < g->m; done += now) x.from = done, now = bf16_as_it_lies(x, reach);
    }
    hg__gemm rest = *g;
    if (done) rest.a_row += done, rest.c += g->c_row ? 0 : done * g->c_step, rest.c_row += g->c_row ? done : 0;
    x.g = &rest;
    bf16_by_rows(x, g->m - done);
}

#endif
