/* simd_gemm_t.h: the product for weight gradients, C = A^T D, as text that is compiled once per ISA.
 *
 * A tile is a few elements of A's rows (they may lie in different runs, so each has its offset) by a panel
 * of D's columns, and walks along the rows: each element of C is one chain of multiply-adds in the
 * order of the rows, which a cut between two rows does not change. The rows are walked in blocks that
 * stay in the L1 cache; a panel of D is copied straight first, as its rows are often a power of two
 * apart and would push each other out of the cache. */
#ifndef HG_KERN_ISA_SIMD_GEMM_T_H
#define HG_KERN_ISA_SIMD_GEMM_T_H

#include "kern/isa/simd_gemm.h"

enum {
    T_BLOCK = 128, /* rows that are walked at a time */
    T_DIRECT = 2,  /* so few tiles use a panel of D that copying it does not pay */
    T_ALONE = 9,   /* elements of A's rows that one tile takes, one vector wide: a 3x3 window of one channel */
};

typedef struct t_tile {
    size_t rows;            /* of the block */
    const ptrdiff_t *a_row; /* [rows] */
    const float *a;
    ptrdiff_t at[T_ALONE]; /* offsets of the tile's elements in a row of A */
    const float *d;        /* the panel's first row */
    size_t d_step;
    float *c[T_ALONE]; /* where the elements' rows of C are */
    size_t columns;    /* that C has from there on */
    bool add;          /* to C, not to zeros */
} t_tile;

/* Sum s is that of element s / vectors and vector s % vectors. */
ALWAYS_INLINE void t_run(const t_tile *t, size_t height, size_t vectors)
{
    vf sum[MOST_SUMS], in[2];
    const float *a[T_ALONE], *d = t->d;
    UNROLL
    for (size_t q = 0; q < height; q++) a[q] = t->a + t->at[q];
    UNROLL
    for (size_t s = 0; s < height * vectors; s++) {
        size_t skip = s % vectors * W;
        sum[s] = vf_get_upto((t->add ? t->c[s / vectors] : zeros) + skip, t->columns - skip);
    }
    for (size_t i = 0; i < t->rows; i++, d += t->d_step) {
        const ptrdiff_t row = t->a_row[i];
        UNROLL
        for (size_t v = 0; v < vectors; v++) in[v] = vf_get(d + v * W);
        UNROLL
        for (size_t s = 0; s < height * vectors; s++)
            sum[s] = vf_fma(vf_all(a[s / vectors][row]), in[s % vectors], sum[s]);
    }
    UNROLL
    for (size_t s = 0; s < height * vectors; s++) {
        size_t skip = s % vectors * W;
        vf_put_upto(t->c[s / vectors] + skip, sum[s], t->columns - skip);
    }
}

/* Instances of t_run, as those of tile_run. */
typedef void t_fn(const t_tile *t);
static void t_1x2(const t_tile *t) { t_run(t, 1, 2); }
static void t_2x2(const t_tile *t) { t_run(t, 2, 2); }
static void t_3x2(const t_tile *t) { t_run(t, 3, 2); }
static void t_4x2(const t_tile *t) { t_run(t, 4, 2); }
static void t_5x2(const t_tile *t) { t_run(t, 5, 2); }
static void t_6x2(const t_tile *t) { t_run(t, 6, 2); }
static void t_7x2(const t_tile *t) { t_run(t, 7, 2); }
static void t_8x2(const t_tile *t) { t_run(t, 8, 2); }
static void t_1x1(const t_tile *t) { t_run(t, 1, 1); }
static void t_2x1(const t_tile *t) { t_run(t, 2, 1); }
static void t_3x1(const t_tile *t) { t_run(t, 3, 1); }
static void t_4x1(const t_tile *t) { t_run(t, 4, 1); }
static void t_5x1(const t_tile *t) { t_run(t, 5, 1); }
static void t_6x1(const t_tile *t) { t_run(t, 6, 1); }
static void t_7x1(const t_tile *t) { t_run(t, 7, 1); }
static void t_8x1(const t_tile *t) { t_run(t, 8, 1); }
static void t_9x1(const t_tile *t) { t_run(t, 9, 1); }

static t_fn *const t_panels[MOST_ROWS] = {t_1x2, t_2x2, t_3x2, t_4x2, t_5x2, t_6x2, t_7x2, t_8x2};
static t_fn *const t_singles[T_ALONE] = {t_1x1, t_2x1, t_3x1, t_4x1, t_5x1, t_6x1, t_7x1, t_8x1, t_9x1};

/* C's row for element k of run r. */
ALWAYS_INLINE float *t_row(const hg__gemm_t *g, size_t r, size_t k)
{
    return g->c + (hg__offset(g->c_run, r, g->run) + (ptrdiff_t)k) * (ptrdiff_t)g->c_step;
}

/* The panel that starts at column j, for all elements of A's rows. */
static void t_columns(const hg__gemm_t *g, t_tile *t, size_t j)
{
    bool single = g->n - j <= W;
    size_t all = g->runs * g->run, most = !single ? TILE_ROWS : all == T_ALONE ? T_ALONE : SINGLE_ROWS;
    size_t parts = (all + most - 1) / most;
    t->columns = g->n - j;
    for (size_t p = 0, r = 0, k = 0; p < parts; p++) {
        size_t from = part_start(all, parts, p), to = part_start(all, parts, p + 1);
        for (size_t q = from; q < to; q++) {
            t->at[q - from] = hg__offset(g->a_run, r, g->run) + (ptrdiff_t)k;
            t->c[q - from] = t_row(g, r, k) + j;
            if (++k == g->run) k = 0, r++;
        }
        if (single) t_singles[to - from - 1](t);
        else t_panels[to - from - 1](t);
    }
}

/* Rows first … of D, columns j …, side by side and with zeros up to a whole panel. */
static void t_copy(const hg__gemm_t *g, size_t first, size_t rows, size_t j, float *out)
{
    size_t left = g->n - j;
    for (size_t i = first; i < first + rows; i++, out += PANEL) {
        const float *d = g->d + hg__offset(g->d_row, i, g->d_step) + j;
        vf_put(out, vf_get_upto(d, left));
        vf_put(out + W, left > W ? vf_get_upto(d + W, left - W) : (vf){0});
    }
}

static void t_block(const hg__gemm_t *g, size_t first, size_t rows)
{
    ptrdiff_t a_row[T_BLOCK];
    float copy[T_BLOCK * PANEL] __attribute__((aligned(64)));
    UNROLL
    for (size_t i = 0; i < rows; i++) a_row[i] = hg__offset(g->a_row, first + i, g->a_step);
    t_tile t = {.rows = rows, .a_row = a_row, .a = g->a, .add = g->add || first};
    bool few = g->runs * g->run <= T_DIRECT * TILE_ROWS && !g->d_row;
    for (size_t j = 0; j < g->n; j += PANEL) {
        if (few && (g->n - j >= PANEL || g->n - j == W)) {
            t.d = g->d + first * g->d_step + j, t.d_step = g->d_step;
        } else {
            t_copy(g, first, rows, j, copy);
            t.d = copy, t.d_step = PANEL;
        }
        t_columns(g, &t, j);
    }
}

#endif
