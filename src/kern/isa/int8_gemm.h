/* int8_gemm.h: the matrix product in int8. Rows of A are converted into a small buffer, some at a time, each by a scale
 * of its own, and all columns use them before the next rows come. An element of C is its bias (or C) plus the scales
 * times a sum of whole numbers, which is exact: so a row depends on that row alone, whatever tile computes it. */
#ifndef HG_KERN_ISA_INT8_GEMM_H
#define HG_KERN_ISA_INT8_GEMM_H

#include "kern/isa/int8_pack.h"

enum {
    INT8_LINE = 64,                                   /* bytes */
    INT8_ROOM = INT8_ROWS * (INT8_DEPTH + INT8_LINE), /* bytes of A that are converted at a time */
    INT8_CHAINS = 8,                                  /* sums that hide the latency of one another */
};

/* Rows from … to-1, converted. */
typedef struct int8_rows {
    const hg__gemm *g;
    const int8_block *k;
    size_t from, to, first, end; /* rows, columns */
    size_t a_step;
    const uint8_t *a;
    const float *scale;
} int8_rows;

typedef struct int8_tile {
    const int8_rows *x;
    size_t row, column; /* the row counts from x->from */
    float *c[INT8_ROWS];
} int8_tile;

static const float int8_zeros[INT8_PANEL];

/* The sums over K. Where a tile has few, they go over several quads in turn, in sums of their own. */
ALWAYS_INLINE void int8_walk(const int8_tile *t, vi sum[2 * INT8_ROWS], size_t rows, size_t vectors)
{
    const size_t step = t->x->a_step, width = vectors * W, quads = t->x->k->quads,
                 ways = rows * vectors < INT8_CHAINS ? INT8_CHAINS / (rows * vectors) : 1;
    const uint8_t *a = t->x->a + t->row * step;
    const float *b = t->x->g->b + t->x->k->b + t->column * quads;
    vi more[INT8_CHAINS] = {{0}};
    size_t k = 0;
    for (; k + ways <= quads; k += ways, a += 4 * ways, b += ways * width) {
        UNROLL
        for (size_t s = 0; s < rows * vectors; s++)
            sum[s] = int8_dot(a + s / vectors * step, int8_get(b + s % vectors * W), sum[s]);
        UNROLL
        for (size_t w = 1; w < ways; w++) UNROLL
        for (size_t s = 0; s < rows * vectors; s++) {
            vi *one = &more[(w - 1) * rows * vectors + s];
            *one = int8_dot(a + s / vectors * step + 4 * w, int8_get(b + w * width + s % vectors * W), *one);
        }
    }
    for (; k < quads; k++, a += 4, b += width) {
        UNROLL
        for (size_t s = 0; s < rows * vectors; s++)
            sum[s] = int8_dot(a + s / vectors * step, int8_get(b + s % vectors * W), sum[s]);
    }
    UNROLL
    for (size_t w = 1; w < ways; w++) UNROLL
    for (size_t s = 0; s < rows * vectors; s++) sum[s] += more[(w - 1) * rows * vectors + s];
}

/* left: columns of C from the tile's first on; a constant where C has all lanes, so that nothing is asked. */
ALWAYS_INLINE void int8_end(const int8_tile *t, const vi sum[2 * INT8_ROWS], size_t rows, size_t vectors, size_t left)
{
    const hg__gemm *g = t->x->g;
    const int8_block *k = t->x->k;
    const bool relu = k->last && g->act == HG__ACT_RELU, goes_on = !k->first || g->add;
    const float *bias = g->bias ? g->bias + t->column : int8_zeros;
    vf scale[2], start[2];
    UNROLL
    for (size_t v = 0; v < vectors; v++) {
        scale[v] = vf_get(g->b + k->scale + t->column + v * W);
        start[v] = goes_on ? (vf){0} : vf_get_upto(bias + v * W, left - v * W);
    }
    UNROLL
    for (size_t s = 0; s < rows * vectors; s++) {
        const size_t i = s / vectors, v = s % vectors;
        float *c = t->c[i] + t->column + v * W;
        vf y = (vf)_mm512_cvtepi32_ps((__m512i)sum[s]) * scale[v];
        y = vf_fma(y, vf_all(t->x->scale[t->row + i]), goes_on ? vf_get_upto(c, left - v * W) : start[v]);
        vf_put_upto(c, relu ? vf_relu(y) : y, left - v * W);
    }
}

ALWAYS_INLINE void int8_run(const int8_tile *t, size_t rows, size_t vectors)
{
    vi sum[2 * INT8_ROWS];
    const size_t width = vectors * W, left = t->x->g->n - t->column;
    const float *start = t->x->g->b + t->x->k->start + t->column;
    UNROLL
    for (size_t s = 0; s < rows * vectors; s++) sum[s] = int8_get(start + s % vectors * W);
    int8_walk(t, sum, rows, vectors);
    if (left >= width) int8_end(t, sum, rows, vectors, width);
    else int8_end(t, sum, rows, vectors, left);
}

/* Instances of int8_run, each a function of its own, so that its sums have all registers to themselves. */
typedef void int8_fn(const int8_tile *t);
static void int8_1x2(const int8_tile *t) { int8_run(t, 1, 2); }
static void int8_2x2(const int8_tile *t) { int8_run(t, 2, 2); }
static void int8_3x2(const int8_tile *t) { int8_run(t, 3, 2); }
static void int8_4x2(const int8_tile *t) { int8_run(t, 4, 2); }
static void int8_5x2(const int8_tile *t) { int8_run(t, 5, 2); }
static void int8_6x2(const int8_tile *t) { int8_run(t, 6, 2); }
static void int8_7x2(const int8_tile *t) { int8_run(t, 7, 2); }
static void int8_8x2(const int8_tile *t) { int8_run(t, 8, 2); }
static void int8_1x1(const int8_tile *t) { int8_run(t, 1, 1); }
static void int8_2x1(const int8_tile *t) { int8_run(t, 2, 1); }
static void int8_3x1(const int8_tile *t) { int8_run(t, 3, 1); }
static void int8_4x1(const int8_tile *t) { int8_run(t, 4, 1); }
static void int8_5x1(const int8_tile *t) { int8_run(t, 5, 1); }
static void int8_6x1(const int8_tile *t) { int8_run(t, 6, 1); }
static void int8_7x1(const int8_tile *t) { int8_run(t, 7, 1); }
static void int8_8x1(const int8_tile *t) { int8_run(t, 8, 1); }

static int8_fn *const int8_tiles[2][INT8_ROWS] = {
    {int8_1x1, int8_2x1, int8_3x1, int8_4x1, int8_5x1, int8_6x1, int8_7x1, int8_8x1},
    {int8_1x2, int8_2x2, int8_3x2, int8_4x2, int8_5x2, int8_6x2, int8_7x2, int8_8x2},
};

/* Tile by tile. */
static void int8_panels(const int8_rows *x)
{
    const hg__gemm *g = x->g;
    const size_t m = x->to - x->from, parts = (m + INT8_ROWS - 1) / INT8_ROWS;
    int8_tile t = {.x = x};
    for (t.column = x->first; t.column < x->end; t.column += INT8_PANEL)
        for (size_t p = 0; p < parts; p++) {
            const size_t upto = part_start(m, parts, p + 1);
            t.row = part_start(m, parts, p);
            for (size_t i = t.row; i < upto; i++) t.c[i - t.row] = g->c + hg__offset(g->c_row, x->from + i, g->c_step);
            int8_tiles[g->n - t.column > W][upto - t.row - 1](&t);
        }
    if (!x->k->last || g->act <= HG__ACT_RELU) return;
    for (size_t i = x->from; i < x->to; i++) {
        float *c = g->c + hg__offset(g->c_row, i, g->c_step) + x->first;
        simd_act(g->act, g->slope, x->end - x->first, c, c);
    }
}

/* ---- Rows of A as bytes -------------------------------------------------------------------------------- */

/* Elements of K that lie side by side: `n` of them from `skip` on in run `r`. */
typedef struct int8_piece {
    size_t r, skip, n;
} int8_piece;

/* The block's first; then, `left` elements before its end, the next. */
ALWAYS_INLINE int8_piece int8_first_piece(const hg__gemm *g, const int8_block *k)
{
    const size_t r = k->from ? k->from / g->run : 0, skip = k->from - r * g->run, n = g->run - skip;
    return (int8_piece){r, skip, n < k->k ? n : k->k};
}

ALWAYS_INLINE int8_piece int8_next_piece(const hg__gemm *g, int8_piece p, size_t left)
{
    return (int8_piece){p.r + 1, 0, g->run < left ? g->run : left};
}

/* As int8_size has it. */
static uint32_t int8_largest(const hg__gemm *g, const float *row, const int8_block *k)
{
    vu largest = {0};
    int8_piece p = int8_first_piece(g, k);
    for (size_t left = k->k; left; left -= p.n, p = int8_next_piece(g, p, left)) {
        const float *a = row + hg__offset(g->a_run, p.r, g->run) + p.skip;
        size_t i = 0;
        for (; i + W <= p.n; i += W) largest = int8_larger(largest, int8_size(vf_get(a + i)));
        if (i < p.n) largest = int8_larger(largest, int8_size(vf_head(a + i, p.n - i)));
    }
    return _mm512_reduce_max_epu32((__m512i)largest);
}

ALWAYS_INLINE void int8_put_bytes(uint8_t *out, vu v)
{
    _mm_storeu_si128((__m128i *)out, _mm512_cvtepi32_epi8((__m512i)v));
}

/* What stands in the rest of the last vector's place is overwritten. */
static void int8_convert(const hg__gemm *g, const float *row, const int8_block *k, float scale, uint8_t *out)
{
    const vf to = vf_all(scale);
    int8_piece p = int8_first_piece(g, k);
    for (size_t left = k->k; left; out += p.n, left -= p.n, p = int8_next_piece(g, p, left)) {
        const float *a = row + hg__offset(g->a_run, p.r, g->run) + p.skip;
        size_t i = 0;
        for (; i + W <= p.n; i += W) int8_put_bytes(out + i, int8_round(vf_get(a + i), to, INT8_OFFSET));
        if (i < p.n) int8_put_bytes(out + i, int8_round(vf_head(a + i, p.n - i), to, INT8_OFFSET));
    }
}

/* Up to W rows, from x->from + row on; their scales are found together, and they are read twice. */
static void int8_convert_rows(const int8_rows *x, size_t row, size_t rows, uint8_t *out, float *scale)
{
    const hg__gemm *g = x->g;
    const float *a[W];
    uint32_t largest[W] = {0};
    float to[W];
    for (size_t i = 0; i < rows; i++) {
        a[i] = g->a + hg__offset(g->a_row, x->from + row + i, g->a_step);
        largest[i] = int8_largest(g, a[i], x->k);
    }
    vu all;
    memcpy(&all, largest, sizeof all);
    const int8_scale s = int8_scale_of(all);
    vf_put(to, s.to), vf_put(scale + row, s.back);
    for (size_t i = 0; i < rows; i++) int8_convert(g, a[i], x->k, to[i], out + (row + i) * x->a_step);
}

static void int8_block_rows(int8_rows x)
{
    uint8_t a[INT8_ROOM + W] __attribute__((aligned(INT8_LINE))); /* a row's last vector may reach over its end */
    float scale[INT8_ROOM / INT8_LINE + W];
    const size_t m = x.g->m;
    x.a = a, x.scale = scale;
    x.a_step = ((x.k->k + INT8_LINE - 1) / INT8_LINE | 1) * INT8_LINE; /* an odd number of cache lines */
    const size_t height = INT8_ROOM / x.a_step / INT8_ROWS * INT8_ROWS,
                 together = x.k->k > INT8_DEPTH / W ? (INT8_DEPTH + x.k->k - 1) / x.k->k : W; /* in the L1 cache */
    for (x.from = 0; x.from < m; x.from = x.to) {
        x.to = m - x.from < height ? m : x.from + height;
        for (size_t i = 0, rows = x.to - x.from; i < rows; i += together)
            int8_convert_rows(&x, i, rows - i < together ? rows - i : together, a, scale);
        int8_panels(&x);
    }
}

static void int8_gemm(const hg__gemm *g)
{
    const size_t k = g->runs * g->run, panels = (g->n + INT8_PANEL - 1) / INT8_PANEL, share = g->parts ? g->parts : 1;
    if (!int8_suits(k, g->n)) {
        half_gemm(g);
        return;
    }
    int8_rows x = {.g = g, .first = panels * g->part / share * INT8_PANEL};
    const size_t end = panels * (g->part + 1) / share * INT8_PANEL;
    x.end = end < g->n ? end : g->n;
    for (size_t i = 0; i < int8_blocks(k) && x.first < x.end; i++) {
        const int8_block block = int8_block_of(k, g->n, i);
        x.k = &block;
        int8_block_rows(x);
    }
}

/* The way back stays in floats: no plan that infers goes there. */
static void int8_gemm_t(const hg__gemm_t *g) { half_gemm_t(g); }

#endif
