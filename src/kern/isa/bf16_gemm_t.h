/* bf16_gemm_t.h: the product for weight gradients in bf16: pairs are of two rows that follow each other within a
 * sample, the last row of an odd number with none: so no cut between samples moves them. Each element of C is
 * one chain over the pairs in order. A's elements are paired into a small buffer, some at a time, and the panels of D
 * into another. */
#ifndef HG_KERN_ISA_BF16_GEMM_T_H
#define HG_KERN_ISA_BF16_GEMM_T_H

#include "kern/isa/bf16_gemm.h"

enum {
    BF16_T_ELEMENTS = 96,              /* of A's rows that are paired at a time */
    BF16_T_COLUMNS = 128,              /* of D that are paired at a time */
    BF16_T_STEP = BF16_T_ELEMENTS + W, /* room for what a last vector reaches over; an odd number of vectors */
};

typedef struct bf16_t_tile {
    size_t pairs;
    const uint32_t *a; /* the tile's first element of the first pair of rows */
    const uint32_t *d; /* the panel, BF16_PANEL wide */
    float *const *c;   /* the elements' rows of C … */
    size_t column;     /* … and where the panel starts in them */
    size_t columns;    /* that C has from there on */
    bool add;          /* to C, not to zeros */
} bf16_t_tile;

/* left: as in bf16_start. */
ALWAYS_INLINE void bf16_t_sums(const bf16_t_tile *t, vf sum[2 * BF16_ROWS], size_t sums, size_t vectors, size_t left)
{
    UNROLL
    for (size_t s = 0; s < sums; s++) {
        size_t skip = s % vectors * W;
        sum[s] = vf_get_upto((t->add ? t->c[s / vectors] + t->column : bf16_zeros) + skip, left - skip);
    }
}

ALWAYS_INLINE void bf16_t_put(const bf16_t_tile *t, const vf sum[2 * BF16_ROWS], size_t sums, size_t vectors,
                              size_t left)
{
    UNROLL
    for (size_t s = 0; s < sums; s++) {
        size_t skip = s % vectors * W;
        vf_put_upto(t->c[s / vectors] + t->column + skip, sum[s], left - skip);
    }
}

ALWAYS_INLINE void bf16_t_run(const bf16_t_tile *t, size_t height, size_t vectors)
{
    vf sum[2 * BF16_ROWS];
    const uint32_t *a = t->a, *d = t->d;
    const bool whole = t->columns >= vectors * W;
    if (whole) bf16_t_sums(t, sum, height * vectors, vectors, vectors * W);
    else bf16_t_sums(t, sum, height * vectors, vectors, t->columns);
    if (vectors > 1) ask_for(t->c, t->column, height, vectors);
    for (size_t p = 0; p < t->pairs; p++, a += BF16_T_STEP, d += BF16_PANEL) {
        vpairs in[2];
        UNROLL
        for (size_t v = 0; v < vectors; v++) in[v] = pairs_get(d + v * W);
        UNROLL
        for (size_t s = 0; s < height * vectors; s++) sum[s] = pairs_dot(a[s / vectors], in[s % vectors], sum[s]);
    }
    if (whole) bf16_t_put(t, sum, height * vectors, vectors, vectors * W);
    else bf16_t_put(t, sum, height * vectors, vectors, t->columns);
}

/* Instances of bf16_t_run, as those of bf16_run. */
typedef void bf16_t_fn(const bf16_t_tile *t);
static void bf16_t_1x2(const bf16_t_tile *t) { bf16_t_run(t, 1, 2); }
static void bf16_t_2x2(const bf16_t_tile *t) { bf16_t_run(t, 2, 2); }
static void bf16_t_3x2(const bf16_t_tile *t) { bf16_t_run(t, 3, 2); }
static void bf16_t_4x2(const bf16_t_tile *t) { bf16_t_run(t, 4, 2); }
static void bf16_t_5x2(const bf16_t_tile *t) { bf16_t_run(t, 5, 2); }
static void bf16_t_6x2(const bf16_t_tile *t) { bf16_t_run(t, 6, 2); }
static void bf16_t_7x2(const bf16_t_tile *t) { bf16_t_run(t, 7, 2); }
static void bf16_t_8x2(const bf16_t_tile *t) { bf16_t_run(t, 8, 2); }
static void bf16_t_1x1(const bf16_t_tile *t) { bf16_t_run(t, 1, 1); }
static void bf16_t_2x1(const bf16_t_tile *t) { bf16_t_run(t, 2, 1); }
static void bf16_t_3x1(const bf16_t_tile *t) { bf16_t_run(t, 3, 1); }
static void bf16_t_4x1(const bf16_t_tile *t) { bf16_t_run(t, 4, 1); }
static void bf16_t_5x1(const bf16_t_tile *t) { bf16_t_run(t, 5, 1); }
static void bf16_t_6x1(const bf16_t_tile *t) { bf16_t_run(t, 6, 1); }
static void bf16_t_7x1(const bf16_t_tile *t) { bf16_t_run(t, 7, 1); }
static void bf16_t_8x1(const bf16_t_tile *t) { bf16_t_run(t, 8, 1); }

static bf16_t_fn *const bf16_t_tiles[2][BF16_ROWS] = {
    {bf16_t_1x1, bf16_t_2x1, bf16_t_3x1, bf16_t_4x1, bf16_t_5x1, bf16_t_6x1, bf16_t_7x1, bf16_t_8x1},
    {bf16_t_1x2, bf16_t_2x2, bf16_t_3x2, bf16_t_4x2, bf16_t_5x2, bf16_t_6x2, bf16_t_7x2, bf16_t_8x2},
};

/* Elements from … to-1 of A's rows. */
static void bf16_t_pair_a(const hg__gemm_t *g, const bf16_t_rows *rows, size_t from, size_t to, uint32_t *out)
{
    size_t r = from / g->run, skip = from % g->run;
    for (size_t q = from, now; q < to; q += now, r++, skip = 0) {
        ptrdiff_t at = hg__offset(g->a_run, r, g->run) + (ptrdiff_t)skip;
        now = bf16_least(g->run - skip, to - q);
        for (size_t p = 0; p < rows->pairs; p++) {
            const float *const *a = rows->a[p];
            bf16_pair(a[0] + at, bf16_at(a[1], at), now, out + p * BF16_T_STEP + (q - from));
        }
    }
}

/* The tiles of elements from … to-1 of A's rows, and of columns j … end-1. */
static void bf16_t_panels(const hg__gemm_t *g, bf16_t_tile *t, const size_t elements[2], const size_t columns[2])
{
    const size_t n = elements[1] - elements[0], parts = (n + BF16_ROWS - 1) / BF16_ROWS;
    const uint32_t *a = t->a, *d = t->d;
    float *c[BF16_T_ELEMENTS];
    for (size_t q = 0, r = elements[0] / g->run, k = elements[0] % g->run; q < n; q++) {
        c[q] = t_row(g, r, k);
        if (++k == g->run) k = 0, r++;
    }
    for (size_t j = columns[0]; j < columns[1]; j += BF16_PANEL, t->d += t->pairs * BF16_PANEL) {
        t->column = j, t->columns = g->n - j;
        for (size_t p = 0; p < parts; p++) {
            size_t from = part_start(n, parts, p), to = part_start(n, parts, p + 1);
            t->a = a + from, t->c = c + from;
            bf16_t_tiles[t->columns > W][to - from - 1](t);
        }
    }
    t->a = a, t->d = d;
}

static void bf16_t_block(const hg__gemm_t *g, const bf16_t_rows *rows, bool add)
{
    uint32_t a[BF16_T_PAIRS * BF16_T_STEP] __attribute__((aligned(64)));
    uint32_t d[BF16_T_PAIRS * BF16_T_COLUMNS] __attribute__((aligned(64)));
    const size_t all = g->runs * g->run, shares = (all + BF16_T_ELEMENTS - 1) / BF16_T_ELEMENTS;
    bf16_t_tile t = {.pairs = rows->pairs, .a = a, .d = d, .add = add};
    for (size_t j = 0; j < g->n; j += BF16_T_COLUMNS) {
        const size_t columns[2] = {j, bf16_least(g->n, j + BF16_T_COLUMNS)};
        bf16_t_pair_d(g, rows, columns[0], columns[1], d);
        for (size_t s = 0; s < shares; s++) {
            const size_t elements[2] = {part_start(all, shares, s), part_start(all, shares, s + 1)};
            if (j == 0 || shares > 1) bf16_t_pair_a(g, rows, elements[0], elements[1], a);
            bf16_t_panels(g, &t, elements, columns);
        }
    }
}

static void bf16_gemm_t(const hg__gemm_t *g)
{
    if (bf16_t_suits(g)) bf16_t_walk(g, bf16_t_block);
    else half_gemm_t(g);
}

#endif
