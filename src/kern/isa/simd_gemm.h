/* simd_gemm.h: the matrix product, as text that is compiled once per ISA.
 *
 * B lies in panels two vectors wide, K by K, so that one step of a tile reads it straight; a last panel is
 * one vector wide where that is enough; what is missing to a whole vector is zero. A tile is a few rows by a
 * panel and lives in registers while it walks K. K is cut into blocks whose panel stays in the L1 cache: the
 * sums wait in C meanwhile, which changes no bit. Each element of C is one chain of multiply-adds in
 * the order of K, whatever tile computes it: so it never depends on m. */
#ifndef HG_KERN_ISA_SIMD_GEMM_H
#define HG_KERN_ISA_SIMD_GEMM_H

#include "kern/isa/simd_act.h"

enum {
    PANEL = 2 * W,
    LONG = 8,           /* most vectors of a tile, one row high */
    SINGLE_ROWS = 8,    /* rows of a tile one vector wide */
    MOST_ROWS = 8,      /* of any tile */
    MOST_SUMS = 16,     /* vectors of sums of any tile, row by row */
    K_BLOCK = 320,      /* of a panel: 20 KB with 8 lanes */
    A_BLOCK = 32 << 10, /* elements of A that are used before the next rows come */
    B_BLOCK = 4 << 10,  /* elements of B that a tile meets in one go */
    LONG_WALK = 96,     /* steps along K that give C the time to come near */
    SHORT_RUN = 8,      /* runs too short for a loop of their own: their elements are walked as runs of one */
};

/* Some of K: `runs` runs of `run` elements. */
typedef struct k_block {
    const int32_t *a_run; /* [runs] where they start, or NULL: there is one */
    const int32_t *b_run; /* [runs] with which of B's rows, from `from` on; NULL: they follow each other */
    size_t runs, run;
    size_t skip; /* into each row of A */
    size_t from; /* into the rows of B */
    bool first, last;
} k_block;

typedef struct tile {
    const hg__gemm *g;
    const k_block *k;
    const float *b;            /* the panel's row k->from */
    size_t b_step;             /* from a panel to the next */
    size_t column;             /* of C, where the panel starts */
    const float *start;        /* what the sums start from in every row: bias or zeros; NULL: C */
    const float *a[MOST_ROWS]; /* [rows], after k->skip */
    float *c[MOST_ROWS];       /* [rows], at column 0 */
} tile;

static const float zeros[LONG * W]; /* read as values: a constant 0 would take a register or memory from the sums */

/* Whether C has all lanes of the tile; then the edge is not asked for vector by vector. */
ALWAYS_INLINE bool is_whole(const tile *t, size_t vectors) { return t->g->n - t->column >= vectors * W; }

/* Sum s of a tile is that of row s / vectors and vector s % vectors. whole: constant, so that it costs nothing. */
ALWAYS_INLINE void tile_start(const tile *t, vf sum[MOST_SUMS], size_t rows, size_t vectors, bool whole)
{
    UNROLL
    for (size_t s = 0; s < rows * vectors; s++) {
        size_t skip = s % vectors * W, left = whole ? W : t->g->n - t->column - skip;
        const float *from = t->start ? t->start : t->c[s / vectors] + t->column;
        sum[s] = vf_get_upto(from + skip, left);
    }
}

/* The activations that cost next to nothing; the others follow once the tile is in memory. */
ALWAYS_INLINE void tile_act(const tile *t, vf sum[MOST_SUMS], size_t sums)
{
    if (t->k->last && t->g->act == HG__ACT_RELU) {
        UNROLL
        for (size_t s = 0; s < sums; s++) sum[s] = vf_relu(sum[s]);
    } else if (t->k->last && t->g->act == HG__ACT_LEAKY) {
        UNROLL
        for (size_t s = 0; s < sums; s++) sum[s] = vf_if(sum[s] < 0, t->g->slope * sum[s], sum[s]);
    }
}

ALWAYS_INLINE void tile_end(const tile *t, vf sum[MOST_SUMS], size_t rows, size_t vectors, bool whole)
{
    UNROLL
    for (size_t s = 0; s < rows * vectors; s++) {
        size_t column = t->column + s % vectors * W;
        vf_put_upto(t->c[s / vectors] + column, sum[s], whole ? W : t->g->n - column);
    }
}

/* One step along K; b: the panels' rows for this k. */
ALWAYS_INLINE void tile_step(vf sum[MOST_SUMS], size_t rows, size_t vectors, const float *const *a, ptrdiff_t k,
                             const float *b, size_t b_step)
{
    vf in[LONG];
    UNROLL
    for (size_t v = 0; v < vectors; v++) in[v] = vf_get(b + v / 2 * b_step + v % 2 * W);
    UNROLL
    for (size_t s = 0; s < rows * vectors; s++) sum[s] = vf_fma(vf_all(a[s / vectors][k]), in[s % vectors], sum[s]);
}

/* All of the block's K into the sums. */
ALWAYS_INLINE void tile_walk(const tile *t, vf sum[MOST_SUMS], size_t rows, size_t vectors)
{
    const size_t width = vectors == 1 ? W : PANEL, step = t->b_step;
    const ptrdiff_t run = (ptrdiff_t)t->k->run;
    const float *b = t->b;
    if (run == 1 && t->k->a_run && !t->k->b_run) {
        const float *a[MOST_ROWS];
        UNROLL
        for (size_t i = 0; i < rows; i++) a[i] = t->a[i];
        for (size_t r = 0; r < t->k->runs; r++, b += width) tile_step(sum, rows, vectors, a, t->k->a_run[r], b, step);
        return;
    }
    for (size_t r = 0; r < t->k->runs; r++) {
        const float *a[MOST_ROWS];
        UNROLL
        for (size_t i = 0; i < rows; i++) a[i] = t->a[i] + hg__offset(t->k->a_run, r, 0);
        b = t->b + hg__offset(t->k->b_run, r, t->k->run) * (ptrdiff_t)width;
        for (ptrdiff_t k = 0; k < run; k++, b += width) tile_step(sum, rows, vectors, a, k, b, step);
    }
}

/* What is about to be written, from a column of C's rows on, comes near meanwhile. */
ALWAYS_INLINE void ask_for(float *const *c, size_t column, size_t rows, size_t vectors)
{
    UNROLL
    for (size_t s = 0; s < rows * vectors; s++) __builtin_prefetch(c[s / vectors] + column + s % vectors * W, 1);
}

ALWAYS_INLINE void tile_run(const tile *t, size_t rows, size_t vectors)
{
    vf sum[MOST_SUMS];
    const bool whole = is_whole(t, vectors);
    if (vectors > 1 && t->k->runs * t->k->run >= LONG_WALK) ask_for(t->c, t->column, rows, vectors);
    if (whole) tile_start(t, sum, rows, vectors, true);
    else tile_start(t, sum, rows, vectors, false);
    tile_walk(t, sum, rows, vectors);
    tile_act(t, sum, rows * vectors);
    if (whole) tile_end(t, sum, rows, vectors, true);
    else tile_end(t, sum, rows, vectors, false);
}

/* Instances of tile_run, each a function of its own, so that its sums have all registers to themselves. */
typedef void tile_fn(const tile *t);
static void tile_1x2(const tile *t) { tile_run(t, 1, 2); }
static void tile_2x2(const tile *t) { tile_run(t, 2, 2); }
static void tile_3x2(const tile *t) { tile_run(t, 3, 2); }
static void tile_4x2(const tile *t) { tile_run(t, 4, 2); }
static void tile_5x2(const tile *t) { tile_run(t, 5, 2); }
static void tile_6x2(const tile *t) { tile_run(t, 6, 2); }
static void tile_7x2(const tile *t) { tile_run(t, 7, 2); }
static void tile_8x2(const tile *t) { tile_run(t, 8, 2); }
static void tile_1x1(const tile *t) { tile_run(t, 1, 1); }
static void tile_2x1(const tile *t) { tile_run(t, 2, 1); }
static void tile_3x1(const tile *t) { tile_run(t, 3, 1); }
static void tile_4x1(const tile *t) { tile_run(t, 4, 1); }
static void tile_5x1(const tile *t) { tile_run(t, 5, 1); }
static void tile_6x1(const tile *t) { tile_run(t, 6, 1); }
static void tile_7x1(const tile *t) { tile_run(t, 7, 1); }
static void tile_8x1(const tile *t) { tile_run(t, 8, 1); }
static void tile_1x4(const tile *t) { tile_run(t, 1, 4); }
static void tile_1x8(const tile *t) { tile_run(t, 1, 8); }

static tile_fn *const panel_tiles[MOST_ROWS] = {tile_1x2, tile_2x2, tile_3x2, tile_4x2,
                                                tile_5x2, tile_6x2, tile_7x2, tile_8x2};
static tile_fn *const single_tiles[MOST_ROWS] = {tile_1x1, tile_2x1, tile_3x1, tile_4x1,
                                                 tile_5x1, tile_6x1, tile_7x1, tile_8x1};

/* Computes a tile, and gives its columns. One row goes over several panels, or its few sums would wait for each
 * other. */
static size_t tile_once(const tile *t, size_t rows, size_t left)
{
    if (rows == 1 && left >= 8 * W) return tile_1x8(t), 8 * W;
    if (rows == 1 && left >= 4 * W) return tile_1x4(t), 4 * W;
    if (left > W) return panel_tiles[rows - 1](t), PANEL;
    return single_tiles[rows - 1](t), W;
}

/* The tile over columns from … to-1, panel by panel. */
static void tile_across(tile *t, size_t rows, size_t from, size_t to, size_t k_all)
{
    const hg__gemm *g = t->g;
    t->b_step = PANEL * k_all;
    for (size_t j = from; j < to; j += tile_once(t, rows, to - j)) {
        t->column = j;
        t->start = !t->k->first || g->add ? NULL : g->bias ? g->bias + j : zeros;
        t->b = g->b + j * k_all + t->k->from * (to - j > W ? PANEL : W);
    }
    if (!t->k->last || g->act <= HG__ACT_LEAKY) return;
    for (size_t i = 0; i < rows; i++) simd_act(g->act, g->slope, to - from, t->c[i] + from, t->c[i] + from);
}

/* Part `i` of `n` cut into `parts` as equal as can be: where it starts. */
static inline size_t part_start(size_t n, size_t parts, size_t i)
{
    return n / parts * i + (i < n % parts ? i : n % parts);
}

static inline size_t b_rows(const hg__gemm *g) { return g->b_run ? g->b_rows : g->runs * g->run; }

/* Rows from … to-1 and columns first … end-1, tile by tile. */
static void gemm_tiles(const hg__gemm *g, const k_block *k, const size_t rows[2], const size_t columns[2])
{
    size_t most = columns[1] - columns[0] > W ? TILE_ROWS : SINGLE_ROWS, m = rows[1] - rows[0],
           parts = (m + most - 1) / most;
    tile t = {.g = g, .k = k};
    for (size_t p = 0; p < parts; p++) {
        size_t from = rows[0] + part_start(m, parts, p), to = rows[0] + part_start(m, parts, p + 1);
        for (size_t i = from; i < to; i++) {
            t.a[i - from] = g->a + hg__offset(g->a_row, i, g->a_step) + k->skip;
            t.c[i - from] = g->c + hg__offset(g->c_row, i, g->c_step);
        }
        tile_across(&t, to - from, columns[0], columns[1], b_rows(g));
    }
}

/* All of C for one block of K: as many rows as leave A in the cache, and for them as many columns as leave B in a
 * nearer one. */
static void gemm_block(const hg__gemm *g, const k_block *k)
{
    size_t depth = k->runs * k->run, height = A_BLOCK / depth, width = B_BLOCK / depth / PANEL * PANEL;
    if (height < TILE_ROWS) height = TILE_ROWS;
    if (width < PANEL) width = PANEL;
    if (g->m < TILE_ROWS) width = LONG * W; /* each element of B is used once: no nearness to gain */
    size_t parts = (g->m + height - 1) / height, share = g->parts ? g->parts : 1, panels = (g->n + PANEL - 1) / PANEL;
    size_t first = panels * g->part / share * PANEL, end = panels * (g->part + 1) / share * PANEL;
    if (end > g->n) end = g->n;
    for (size_t p = 0; p < parts; p++) {
        size_t rows[2] = {part_start(g->m, parts, p), part_start(g->m, parts, p + 1)};
        for (size_t j = first; j < end; j += width) {
            size_t columns[2] = {j, end - j < width ? end : j + width};
            gemm_tiles(g, k, rows, columns);
        }
    }
}

/* Short runs as runs of one element, a block at a time. */
static void gemm_short(const hg__gemm *g)
{
    const size_t all = g->runs * g->run;
    int32_t at[K_BLOCK];
    for (size_t from = 0, r = 0, k = 0; from < all; from += K_BLOCK) {
        const size_t now = all - from < K_BLOCK ? all - from : K_BLOCK;
        for (size_t i = 0; i < now; i++) {
            at[i] = g->a_run[r] + (int32_t)k;
            if (++k == g->run) k = 0, r++;
        }
        gemm_block(
            g, &(k_block){.a_run = at, .runs = now, .run = 1, .from = from, .first = !from, .last = from + now == all});
    }
}

/* Runs that follow each other are one. Long runs are cut into equal parts, short ones are taken several at a time. */
static void gemm_wide(const hg__gemm *g)
{
    size_t runs = g->a_run ? g->runs : 1, run = g->a_run ? g->run : g->runs * g->run;
    if (g->a_run && run <= SHORT_RUN && !g->b_run) {
        gemm_short(g);
        return;
    }
    size_t pieces = (run + K_BLOCK - 1) / K_BLOCK, together = pieces > 1 ? 1 : K_BLOCK / run;
    for (size_t r = 0; r < runs; r += together)
        for (size_t p = 0; p < pieces; p++) {
            size_t start = part_start(run, pieces, p), now = runs - r < together ? runs - r : together;
            k_block k = {.a_run = g->a_run ? g->a_run + r : NULL,
                         .b_run = g->b_run ? g->b_run + r : NULL,
                         .runs = now,
                         .run = part_start(run, pieces, p + 1) - start,
                         .skip = start,
                         .from = (g->b_run ? 0 : r * run) + start,
                         .first = r + p == 0,
                         .last = r + now == runs && p + 1 == pieces};
            gemm_block(g, &k);
        }
}

#endif
