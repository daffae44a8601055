/* simd_pack.h: B in the order in which simd_gemm reads it: panels, or columns where there are few. The panels are
 * shared among the parts. */
#ifndef HG_KERN_ISA_SIMD_PACK_H
#define HG_KERN_ISA_SIMD_PACK_H

#include "kern/isa/simd_gemm.h"

static size_t simd_pack_size(size_t k, size_t n) { return n <= NARROW ? k * n : k * ((n + W - 1) / W * W); }

/* Columns first … first+columns-1 from row `i` on, `width` to a row, zeros behind. */
static void pack_panel(const hg__pack *p, size_t i, size_t first, size_t columns, size_t width, float *out)
{
    for (out += i * width; i < p->k; i++, out += width) {
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
        for (size_t j = 0; j < width; j += W) __builtin_prefetch(b + width + j); /* the next panel's */
        for (size_t j = 0; j < width; j += W) vf_put(out + j, j < columns ? vf_get_upto(b + j, columns - j) : (vf){0});
    }
}

/* The same where rows lie side by side: B is the transpose of what lies in memory. */
static void pack_panel_turned(const hg__pack *p, size_t first, size_t columns, size_t width, float *out)
{
    const size_t whole = p->k / W * W;
    for (size_t i = 0; i < whole; i += W)
        for (size_t j = 0; j < width; j += W) {
            const float *b = p->b + (first + j) * p->col_step + i;
            vf v[W];
            UNROLL
            for (size_t l = 0; l < W; l++) __builtin_prefetch(b + (width + l) * p->col_step); /* the next panel's */
            UNROLL
            for (size_t l = 0; l < W; l++) v[l] = j + l < columns ? vf_get(b + l * p->col_step) : (vf){0};
            vf_transpose(v);
            UNROLL
            for (size_t l = 0; l < W; l++) vf_put(out + (i + l) * width + j, v[l]);
        }
    pack_panel(p, whole, first, columns, width, out);
}

/* Up to W columns of row i, `left` of them there; a row behind the last is zero. */
ALWAYS_INLINE vf pack_get(const hg__pack *p, size_t i, size_t first, size_t left)
{
    if (i >= p->k) return (vf){0};
    const float *b = p->b + hg__offset(p->row, i, p->row_step) + first * p->col_step;
    if (p->col_step == 1) return vf_get_upto(b, left);
    float part[W] = {0};
    for (size_t l = 0; l < left && l < W; l++) part[l] = b[l * p->col_step];
    return vf_get(part);
}

/* Part `part` of n: from … upto-1. */
static inline void pack_part(const hg__pack *p, size_t n, size_t *from, size_t *upto)
{
    size_t parts = p->parts ? p->parts : 1;
    *from = n * p->part / parts, *upto = n * (p->part + 1) / parts;
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
        if (!p->part) pack_columns(p);
        return;
    }
    size_t panels = (p->n + PANEL - 1) / PANEL, parts = p->parts ? p->parts : 1;
    for (size_t j = panels * p->part / parts; j < panels * (p->part + 1) / parts; j++) {
        size_t first = j * PANEL, left = p->n - first, width = left > W ? PANEL : W,
               columns = left < width ? left : width;
        float *out = p->packed + first * p->k;
        if (p->col_step == 1) pack_panel_straight(p, first, columns, width, out);
        else if (p->row_step == 1 && !p->row) pack_panel_turned(p, first, columns, width, out);
        else pack_panel(p, 0, first, columns, width, out);
    }
}

#endif
