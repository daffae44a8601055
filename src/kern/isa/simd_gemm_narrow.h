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
    vf in[NARROW];
    UNROLL
    for (size_t j = 0; j < columns; j++) in[j] = vf_get_upto(b + j * b_step, left);
    UNROLL
    for (size_t i = 0; i < rows; i++) {
        vf x = vf_get_upto(a[i] + k, left);
        UNROLL
        for (size_t j = 0; j < columns; j++) sum[i * columns + j] = vf_fma(x, in[j], sum[i * columns + j]);
    }
}

/* Rows from `row` on, `rows` of them as far as there are so many. */
ALWAYS_INLINE void narrow_run(const hg__gemm *g, size_t row, size_t rows, size_t columns)
{
    vf sum[SUMS] = {{0}};
    float total[SUMS];
    const float *start[SUMS], *a[SUMS];
    const size_t k_all = g->runs * g->run, last = g->m - 1;
    UNROLL
    for (size_t i = 0; i < rows; i++)
        start[i] = g->a + hg__offset(g->a_row, row + i < last ? row + i : last, g->a_step);
    for (size_t r = 0; r < g->runs; r++) {
        const float *b = g->b + r * g->run;
        UNROLL
        for (size_t i = 0; i < rows; i++) a[i] = start[i] + hg__offset(g->a_run, r, g->run);
        size_t k = 0;
        for (; k + W <= g->run; k += W) narrow_step(sum, rows, columns, a, k, b + k, k_all, W);
        if (k < g->run) narrow_step(sum, rows, columns, a, k, b + k, k_all, g->run - k);
    }
    vf_sum8(sum, total);
    const size_t count = g->m - row < rows ? g->m - row : rows;
    float *c[SUMS];
    for (size_t i = 0; i < count; i++) c[i] = g->c + hg__offset(g->c_row, row + i, g->c_step);
    UNROLL
    for (size_t j = 0; j < columns; j++) {
        const float bias = g->bias && !g->add ? g->bias[j] : 0;
        for (size_t i = 0; i < count; i++) total[i * columns + j] += g->add ? c[i][j] : bias;
    }
    if (g->act != HG__ACT_NONE) simd_act(g->act, g->slope, count * columns, total, total);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < columns; j++) c[i][j] = total[i * columns + j];
}

static void narrow_rows(const hg__gemm *g)
{
    switch (g->n) {
    case 1:
        for (size_t row = 0; row < g->m; row += 8) narrow_run(g, row, 8, 1);
        return;
    case 2:
        for (size_t row = 0; row < g->m; row += 4) narrow_run(g, row, 4, 2);
        return;
    case 3:
        for (size_t row = 0; row < g->m; row += 2) narrow_run(g, row, 2, NARROW < 3 ? 1 : 3);
        return;
    case 4:
        for (size_t row = 0; row < g->m; row += 2) narrow_run(g, row, 2, NARROW < 4 ? 1 : 4);
        return;
    }
}

/* Where rows of C follow each other, the activation waits until all are there: eight values are too few for it. */
static void gemm_narrow(const hg__gemm *g)
{
    bool late = g->act != HG__ACT_NONE && !g->c_row && g->c_step == g->n;
    hg__gemm sums = *g;
    if (late) sums.act = HG__ACT_NONE;
    narrow_rows(&sums);
    if (late) simd_act(g->act, g->slope, g->m * g->n, g->c, g->c);
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
