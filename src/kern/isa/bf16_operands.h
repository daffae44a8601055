/* bf16_operands.h: operands on their way into products in bf16: elements that follow each other converted, for gemm;
 * rows of A and D paired, for gemm_t. */
#ifndef HG_KERN_ISA_BF16_OPERANDS_H
#define HG_KERN_ISA_BF16_OPERANDS_H

#include "kern/isa/bf16.h"

/* The columns first … end-1 of C that this call makes: whole panels. */
static bool bf16_share(const hg__gemm *g, size_t *first, size_t *end)
{
    const size_t panels = (g->n + BF16_PANEL - 1) / BF16_PANEL, parts = g->parts ? g->parts : 1;
    *first = panels * g->part / parts * BF16_PANEL;
    *end = bf16_least(panels * (g->part + 1) / parts * BF16_PANEL, g->n);
    return *first < *end;
}

/* n floats end to end. What stands in the rest of the last vector's place is overwritten, with zeros behind the n. */
ALWAYS_INLINE void bf16_convert(const float *x, size_t n, uint16_t *out)
{
    size_t i = 0;
    for (; i + 2 * W <= n; i += 2 * W) pairs_put(out + i, pairs_of(vf_get(x + i), vf_get(x + i + W)));
    if (i == n) return;
    vf high = n - i > W ? vf_head(x + i + W, n - i - W) : (vf){0};
    pairs_put(out + i, pairs_of(vf_get_upto(x + i, n - i), high));
}

/* Some pairs of rows; NULL where there is none. */
typedef struct bf16_t_rows {
    size_t pairs;
    const float *a[BF16_T_PAIRS][2], *d[BF16_T_PAIRS][2];
} bf16_t_rows;

/* The pairs from number `first` on. */
static void bf16_t_find(const hg__gemm_t *g, size_t first, bf16_t_rows *rows)
{
    const size_t sample = g->sample ? g->sample : g->m, pairs = bf16_pairs(sample);
    size_t start = first / pairs * sample, in = first % pairs * 2;
    for (size_t p = 0; p < rows->pairs; p++) {
        for (size_t k = 0; k < 2; k++) {
            bool there = in + k < sample;
            rows->a[p][k] = there ? g->a + hg__offset(g->a_row, start + in + k, g->a_step) : NULL;
            rows->d[p][k] = there ? g->d + hg__offset(g->d_row, start + in + k, g->d_step) : NULL;
        }
        in += 2;
        if (in == 2 * pairs) in = 0, start += sample;
    }
}

/* Where the batch is never cut, the elements of A's rows may be shared among calls, and then their number decides
 * nothing. */
static bool bf16_t_suits(const hg__gemm_t *g)
{
    return g->sample ? g->sample >= BF16_T_LEAST && bf16_suits(g->runs * g->run, g->n) : g->n > W / 2;
}

/* All pairs, some at a time; add: the sums go on from C. */
static void bf16_t_walk(const hg__gemm_t *g, void (*block)(const hg__gemm_t *g, const bf16_t_rows *rows, bool add))
{
    const size_t sample = g->sample ? g->sample : g->m, all = g->m / sample * bf16_pairs(sample);
    bf16_t_rows rows;
    for (size_t p = 0; p < all; p += rows.pairs) {
        rows.pairs = bf16_least(all - p, BF16_T_PAIRS);
        bf16_t_find(g, p, &rows);
        block(g, &rows, g->add || p);
    }
}

/* n elements of two rows as n pairs, and zeros behind them to a whole vector; a row that is NULL is zeros. */
ALWAYS_INLINE void bf16_pair(const float *first, const float *second, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < n; i += W)
        pairs_put(out + i, pairs_between(first ? vf_get_upto(first + i, n - i) : (vf){0},
                                         second ? vf_get_upto(second + i, n - i) : (vf){0}));
}

ALWAYS_INLINE const float *bf16_at(const float *row, ptrdiff_t at) { return row ? row + at : NULL; }

/* Columns j … end-1 of D, panel by panel, with zeros behind the last. */
static void bf16_t_pair_d(const hg__gemm_t *g, const bf16_t_rows *rows, size_t j, size_t end, uint32_t *out)
{
    for (; j < end; j += BF16_PANEL)
        for (size_t p = 0; p < rows->pairs; p++, out += BF16_PANEL) {
            const float *const *d = rows->d[p];
            bf16_pair(bf16_at(d[0], (ptrdiff_t)j), bf16_at(d[1], (ptrdiff_t)j), bf16_least(g->n - j, BF16_PANEL), out);
        }
}

#endif
