/* simd_depthwise.h: the products in which each column is by itself, as text that is compiled once per ISA. Vectors lie
 * along the columns. Forwards a tile is some rows by a vector; backwards it is some runs (taps of a kernel) by a
 * vector, and walks along the rows:
 *
 *     forwards   C[i .. i+7][v]  +=  A(i .. i+7, r)[v] * B[r][v]      over r
 *     backwards  C[r .. r+8][v]  +=  A(i, r .. r+8)[v] * D[i][v]      over i
 *
 * Each element of C is one chain of multiply-adds, in the order of the runs or of the rows. */
#ifndef HG_KERN_ISA_SIMD_DEPTHWISE_H
#define HG_KERN_ISA_SIMD_DEPTHWISE_H

#include "kern/isa/simd_gemm.h"

enum {
    DEPTH_ROWS = 8,   /* of a tile forwards */
    DEPTH_TAPS = 9,   /* of a tile backwards, at most: a 3x3 window */
    DEPTH_NEAR = 128, /* rows that all tiles walk before the next rows come, so that these stay in the L1 cache */
};

/* Rows from i on, columns j … */
typedef struct depth_tile {
    const hg__gemm *g;
    size_t i, j;
} depth_tile;

/* left: columns from the tile's first on; a constant where it has all lanes, so that nothing is asked. */
ALWAYS_INLINE void depth_run(const depth_tile *t, size_t rows, size_t left)
{
    const hg__gemm *g = t->g;
    const float *a[DEPTH_ROWS], *b = g->b + t->j;
    float *c[DEPTH_ROWS];
    vf sum[DEPTH_ROWS];
    UNROLL
    for (size_t s = 0; s < rows; s++) {
        a[s] = g->a + hg__offset(g->a_row, t->i + s, g->a_step) + t->j;
        c[s] = g->c + hg__offset(g->c_row, t->i + s, g->c_step) + t->j;
        sum[s] = vf_get_upto(g->add ? c[s] : g->bias ? g->bias + t->j : zeros, left);
    }
    for (size_t r = 0; r < g->runs; r++, b += g->n) {
        const vf w = vf_get_upto(b, left);
        UNROLL
        for (size_t s = 0; s < rows; s++) sum[s] = vf_fma(vf_get_upto(a[s] + g->a_run[r], left), w, sum[s]);
    }
    UNROLL
    for (size_t s = 0; s < rows; s++) vf_put_upto(c[s], g->act == HG__ACT_RELU ? vf_relu(sum[s]) : sum[s], left);
}

/* All columns of `rows` rows. */
ALWAYS_INLINE void depth_rows(const hg__gemm *g, size_t i, size_t rows)
{
    depth_tile t = {.g = g, .i = i};
    for (; t.j + W <= g->n; t.j += W) depth_run(&t, rows, W);
    if (t.j < g->n) depth_run(&t, rows, g->n - t.j);
    for (size_t s = 0; s < rows && g->act > HG__ACT_RELU; s++) {
        float *c = g->c + hg__offset(g->c_row, i + s, g->c_step);
        simd_act(g->act, g->slope, g->n, c, c);
    }
}

static void simd_depthwise(const hg__gemm *g)
{
    size_t i = 0;
    for (; i + DEPTH_ROWS <= g->m; i += DEPTH_ROWS) depth_rows(g, i, DEPTH_ROWS);
    for (; i < g->m; i++) depth_rows(g, i, 1);
}

/* ---- Backwards ----------------------------------------------------------------------------------------- */

/* Runs r …, columns j …, over rows from … to-1. */
typedef struct depth_t_tile {
    const hg__gemm_t *g;
    size_t r, j, from, to;
    bool add; /* to C, not to zeros */
} depth_t_tile;

/* Run r's part of C, in lanes: column after column c_step apart. */
ALWAYS_INLINE float *depth_at(const depth_t_tile *t, size_t r, size_t lane)
{
    return t->g->c + (t->j + lane) * t->g->c_step + t->g->c_run[t->r + r];
}

ALWAYS_INLINE void depth_t_run(const depth_t_tile *t, size_t taps, size_t left)
{
    const hg__gemm_t *g = t->g;
    const float *a[DEPTH_TAPS];
    vf sum[DEPTH_TAPS] = {{0}};
    float lane[W] = {0};
    UNROLL
    for (size_t s = 0; s < taps; s++) {
        a[s] = g->a + g->a_run[t->r + s] + t->j;
        for (size_t l = 0; t->add && l < left; l++) lane[l] = *depth_at(t, s, l);
        sum[s] = vf_get(lane);
    }
    for (size_t i = t->from; i < t->to; i++) {
        const ptrdiff_t row = hg__offset(g->a_row, i, g->a_step);
        const vf d = vf_get_upto(g->d + hg__offset(g->d_row, i, g->d_step) + t->j, left);
        UNROLL
        for (size_t s = 0; s < taps; s++) sum[s] = vf_fma(vf_get_upto(a[s] + row, left), d, sum[s]);
    }
    UNROLL
    for (size_t s = 0; s < taps; s++) {
        vf_put(lane, sum[s]);
        for (size_t l = 0; l < left; l++) *depth_at(t, s, l) = lane[l];
    }
}

/* Instances of depth_t_run, each a function of its own, so that its sums have all registers to themselves. */
typedef void depth_t_fn(const depth_t_tile *t, size_t left);
#define DEPTH_T(taps)                                              \
    static void depth_t_##taps(const depth_t_tile *t, size_t left) \
    {                                                              \
        if (left >= W) depth_t_run(t, taps, W);                    \
        else depth_t_run(t, taps, left);                           \
    }
DEPTH_T(1)
DEPTH_T(2)
DEPTH_T(3)
DEPTH_T(4)
DEPTH_T(5)
DEPTH_T(6)
DEPTH_T(7)
DEPTH_T(8)
DEPTH_T(9)

static void simd_depthwise_t(const hg__gemm_t *g)
{
    static depth_t_fn *const tiles[DEPTH_TAPS] = {depth_t_1, depth_t_2, depth_t_3, depth_t_4, depth_t_5,
                                                  depth_t_6, depth_t_7, depth_t_8, depth_t_9};
    const size_t parts = (g->runs + DEPTH_TAPS - 1) / DEPTH_TAPS;
    depth_t_tile t = {.g = g, .add = g->add};
    for (; t.from < g->m; t.from = t.to, t.add = true) {
        t.to = g->m - t.from < DEPTH_NEAR ? g->m : t.from + DEPTH_NEAR;
        for (t.j = 0; t.j < g->n; t.j += W)
            for (size_t p = 0; p < parts; p++) {
                t.r = part_start(g->runs, parts, p);
                tiles[part_start(g->runs, parts, p + 1) - t.r - 1](&t, g->n - t.j);
            }
    }
}

#endif
