/* simd_gemm_narrow.h: the product with few columns (a transposed convolution that ends in one channel):
 * B lies column by column, and a vector runs along K. Eight sums, rows by columns, go at a time, and their
 * lanes are added together at the end. Where the vectors start depends on the runs alone, and the last
 * rows are computed eight sums at a time too, some of them twice: so a row never depends on m. */
#ifndef HG_KERN_ISA_SIMD_GEMM_NARROW_H
#define HG_KERN_ISA_SIMD_GEMM_NARROW_H

#include "kern/isa/simd_gemm.h"

enum {
    SUMS = 8,
    NARROW_TILES = 16, /* whose sums wait for what follows them */
};

/* One step along K; row: where the rows begin, seen from a; left: elements of the run from there on. */
ALWAYS_INLINE void narrow_step(vf sum[SUMS], size_t rows, size_t columns, const float *a, const ptrdiff_t row[SUMS],
                               const float *b, size_t b_step, size_t left)
{
    vf in[SUMS / 2];
    UNROLL
    for (size_t j = 0; j < columns; j++) in[j] = vf_get_upto(b + j * b_step, left);
    UNROLL
    for (size_t i = 0; i < rows; i++) {
        vf x = vf_get_upto(a + row[i], left);
        UNROLL
        for (size_t j = 0; j < columns; j++) sum[i * columns + j] = vf_fma(x, in[j], sum[i * columns + j]);
    }
}

/* The sums of `rows` rows of A by all columns. */
ALWAYS_INLINE void narrow_walk(const hg__gemm *g, const ptrdiff_t row[SUMS], size_t rows, size_t columns,
                               float total[SUMS])
{
    vf sum[SUMS] = {{0}};
    const size_t run = g->run, k_all = b_rows(g), whole = run / W * W;
    for (size_t r = 0; r < g->runs; r++) {
        const float *a = g->a + hg__offset(g->a_run, r, run), *b = g->b + hg__offset(g->b_run, r, run);
        for (size_t k = 0; k < whole; k += W) narrow_step(sum, rows, columns, a + k, row, b + k, k_all, W);
        if (whole < run) narrow_step(sum, rows, columns, a + whole, row, b + whole, k_all, run - whole);
    }
    vf_sum8(sum, total);
}

/* Where sum s of those from a row on stands in C. */
ALWAYS_INLINE float *narrow_at(const hg__gemm *g, size_t first, size_t s, size_t columns)
{
    return g->c + hg__offset(g->c_row, first + s / columns, g->c_step) + s % columns;
}

/* The sums of `count` rows become C. */
ALWAYS_INLINE void narrow_end(const hg__gemm *g, size_t first, size_t count, size_t columns, float *total)
{
    const size_t all = count * columns;
    if (g->add) {
        for (size_t s = 0; s < all; s++) total[s] += *narrow_at(g, first, s, columns);
    } else if (g->bias) {
        for (size_t s = 0; s < all; s++) total[s] += g->bias[s % columns];
    }
    if (g->act != HG__ACT_NONE) simd_act(g->act, g->slope, all, total, total);
    for (size_t s = 0; s < all; s++) *narrow_at(g, first, s, columns) = total[s];
}

/* All rows, `rows` at a time; what comes before and behind their sums is done for many at once. */
ALWAYS_INLINE void narrow_rows(const hg__gemm *g, size_t rows, size_t columns)
{
    ptrdiff_t row[NARROW_TILES * SUMS];
    float total[NARROW_TILES * SUMS];
    const size_t block = NARROW_TILES * rows;
    for (size_t first = 0; first < g->m; first += block) {
        const size_t count = g->m - first < block ? g->m - first : block;
        for (size_t i = 0; i < count; i++) row[i] = hg__offset(g->a_row, first + i, g->a_step);
        for (size_t i = count; i % rows; i++) row[i] = row[count - 1];
        for (size_t i = 0; i < count; i += rows) narrow_walk(g, row + i, rows, columns, total + i * columns);
        narrow_end(g, first, count, columns, total);
    }
}

/* Instances, as those of tile_run. */
static void narrow_8x1(const hg__gemm *g) { narrow_rows(g, 8, 1); }
static void narrow_4x2(const hg__gemm *g) { narrow_rows(g, 4, 2); }
static void narrow_2x3(const hg__gemm *g) { narrow_rows(g, 2, 3); }
static void narrow_2x4(const hg__gemm *g) { narrow_rows(g, 2, 4); }

static void gemm_narrow(const hg__gemm *g)
{
    static void (*const by_columns[])(const hg__gemm *g) = {narrow_8x1, narrow_4x2, narrow_2x3, narrow_2x4};
    by_columns[g->n - 1](g);
}

/* An empty sum: the bias alone. */
static void gemm_empty(const hg__gemm *g)
{
    for (size_t i = 0; i < g->m && !g->part; i++) {
        float *c = g->c + hg__offset(g->c_row, i, g->c_step);
        for (size_t j = 0; j < g->n && !g->add; j += W)
            vf_put_upto(c + j, g->bias ? vf_get_upto(g->bias + j, g->n - j) : (vf){0}, g->n - j);
        if (g->act != HG__ACT_NONE) simd_act(g->act, g->slope, g->n, c, c);
    }
}

static void simd_gemm(const hg__gemm *g)
{
    if (!g->runs) gemm_empty(g);
    else if (g->n > NARROW) gemm_wide(g);
    else if (!g->part) gemm_narrow(g);
}

#endif
