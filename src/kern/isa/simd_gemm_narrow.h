/* simd_gemm_narrow.h: the product with few columns (a transposed convolution that ends in one channel):
 * B lies column by column, and a vector runs along K. Eight sums, rows by columns, go at a time, and their
 * lanes are added together at the end. Where the vectors start depends on the runs alone, and the last
 * rows are computed eight sums at a time too, some of them twice: so a row never depends on m. */
#ifndef HG_KERN_ISA_SIMD_GEMM_NARROW_H
#define HG_KERN_ISA_SIMD_GEMM_NARROW_H

#include "kern/isa/simd_gemm.h"

enum { SUMS = 8 };

/* One step along K; left: elements of the run from k on. */
ALWAYS_INLINE void narrow_step(vf sum[SUMS], size_t rows, size_t columns, const float *const *a, size_t k,
                               const float *b, size_t b_step, size_t left)
{
    vf in[SUMS / 2];
    UNROLL
    for (size_t j = 0; j < columns; j++) in[j] = vf_get_upto(b + j * b_step, left);
    UNROLL
    for (size_t i = 0; i < rows; i++) {
        vf x = vf_get_upto(a[i] + k, left);
        UNROLL
        for (size_t j = 0; j < columns; j++) sum[i * columns + j] = vf_fma(x, in[j], sum[i * columns + j]);
    }
}

/* The sums of `rows` rows of A by all columns. */
ALWAYS_INLINE void narrow_walk(const hg__gemm *g, const float *const *row, size_t rows, size_t columns,
                               float total[SUMS])
{
    vf sum[SUMS] = {{0}};
    const size_t run = g->run, k_all = g->runs * run;
    const float *b = g->b, *a[SUMS];
    for (size_t r = 0; r < g->runs; r++, b += run) {
        const ptrdiff_t skip = hg__offset(g->a_run, r, run);
        UNROLL
        for (size_t i = 0; i < rows; i++) a[i] = row[i] + skip;
        size_t k = 0;
        for (; k + W <= run; k += W) narrow_step(sum, rows, columns, a, k, b + k, k_all, W);
        if (k < run) narrow_step(sum, rows, columns, a, k, b + k, k_all, run - k);
    }
    vf_sum8(sum, total);
}

/* C's old values join the sums of the `count` rows that there are. */
ALWAYS_INLINE void narrow_add(const hg__gemm *g, size_t first, size_t count, size_t columns, float total[SUMS])
{
    for (size_t i = 0; i < count; i++) {
        const float *c = g->c + hg__offset(g->c_row, first + i, g->c_step);
        for (size_t j = 0; j < columns; j++) total[i * columns + j] = c[j] + total[i * columns + j];
    }
}

ALWAYS_INLINE void narrow_end(const hg__gemm *g, size_t first, size_t count, size_t columns, const float total[SUMS])
{
    for (size_t i = 0; i < count; i++) {
        float *c = g->c + hg__offset(g->c_row, first + i, g->c_step);
        for (size_t j = 0; j < columns; j++) c[j] = total[i * columns + j];
    }
}

/* All rows, `rows` at a time. Where rows of C follow each other, the activation waits until all are there: eight
 * values are too few for it. */
ALWAYS_INLINE void narrow_rows(const hg__gemm *g, size_t rows, size_t columns)
{
    const bool straight = !g->add && !g->c_row && g->c_step == columns;
    const size_t last = g->m - 1;
    float bias[SUMS] = {0}, total[SUMS];
    for (size_t s = 0; s < rows * columns && g->bias && !g->add; s++) bias[s] = g->bias[s % columns];
    for (size_t first = 0; first < g->m; first += rows) {
        const size_t count = g->m - first < rows ? g->m - first : rows;
        const float *row[SUMS];
        UNROLL
        for (size_t i = 0; i < rows; i++)
            row[i] = g->a + hg__offset(g->a_row, first + i < last ? first + i : last, g->a_step);
        narrow_walk(g, row, rows, columns, total);
        UNROLL
        for (size_t s = 0; s < SUMS; s++) total[s] += bias[s];
        if (straight && count == rows) memcpy(g->c + first * columns, total, rows * columns * sizeof *total);
        else {
            if (g->add) narrow_add(g, first, count, columns, total);
            if (!straight && g->act != HG__ACT_NONE) simd_act(g->act, g->slope, rows * columns, total, total);
            narrow_end(g, first, count, columns, total);
        }
    }
    if (straight && g->act != HG__ACT_NONE) simd_act(g->act, g->slope, g->m * columns, g->c, g->c);
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
