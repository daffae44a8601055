/* simd_pack.h: B in the order in which simd_gemm reads it: panels, or columns where there are few. */
#ifndef HG_KERN_ISA_SIMD_PACK_H
#define HG_KERN_ISA_SIMD_PACK_H

#include "kern/isa/simd_gemm.h"

static size_t simd_pack_size(size_t k, size_t n) { return n <= NARROW ? k * n : k * ((n + W - 1) / W * W); }

/* Columns first … first+columns-1, `width` to a row, zeros behind. */
static void pack_panel(const hg__pack *p, size_t first, size_t columns, size_t width, float *out)
{
    for (size_t i = 0; i < p->k; i++, out += width) {
        const float *b = p->b + hg__offset(p->row, i, p->row_step) + first * p->col_step;
        for (size_t j = 0; j < columns; j++) out[j] = b[j * p->col_step];
        for (size_t j = columns; j < width; j++) out[j] = 0;
    }
}

/* The same where columns lie side by side. */
static void pack_panel_straight(const hg__pack *p, size_t first, size_t columns, size_t width, float *out)
{
    for (size_t i = 0; i < p->k; i++, out += width) {
        const float *b = p->b + hg__offset(p->row, i, p->row_step) + first;
        for (size_t j = 0; j < width; j += W) vf_put(out + j, j < columns ? vf_get_upto(b + j, columns - j) : (vf){0});
    }
}

static void pack_columns(const hg__pack *p)
{
    for (size_t i = 0; i < p->k; i++)
        for (size_t j = 0; j < p->n; j++)
            p->packed[j * p->k + i] = p->b[hg__offset(p->row, i, p->row_step) + (ptrdiff_t)(j * p->col_step)];
}

static void simd_pack(const hg__pack *p)
{
    if (p->n <= NARROW) {
        pack_columns(p);
        return;
    }
    for (size_t j = 0, width; j < p->n; j += width) {
        size_t left = p->n - j;
        width = left > W ? PANEL : W;
        if (p->col_step == 1) pack_panel_straight(p, j, left < width ? left : width, width, p->packed + j * p->k);
        else pack_panel(p, j, left < width ? left : width, width, p->packed + j * p->k);
    }
}

#endif
