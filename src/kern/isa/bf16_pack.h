/* bf16_pack.h: B in the order in which bf16_gemm reads it: panels two vectors wide (a last one of one vector where that
 * is enough), pair of rows by pair of rows, zeros where rows or columns are missing. */
#ifndef HG_KERN_ISA_BF16_PACK_H
#define HG_KERN_ISA_BF16_PACK_H

#include "kern/isa/bf16.h"

static size_t bf16_pack_size(size_t k, size_t n)
{
    return bf16_suits(k, n) ? bf16_pairs(k) * ((n + W - 1) / W * W) : half_pack_size(k, n);
}

/* Rows from … upto-1, of columns first …; from is even. */
static void bf16_pack_panel(const hg__pack *p, size_t from, size_t upto, size_t first, float *out)
{
    size_t width = p->n - first > W ? BF16_PANEL : W;
    out += from / 2 * width;
    for (size_t i = from; i < upto; i += 2, out += width)
        for (size_t j = 0; j < width; j += W) {
            size_t at = first + j, left = at < p->n ? p->n - at : 0;
            pairs_put(out + j, pairs_between(pack_get(p, i, at, left), pack_get(p, i + 1, at, left)));
        }
}

/* How many rows from `i` on lie side by side, up to 2 W. */
static size_t bf16_neighbours(const hg__pack *p, size_t i)
{
    size_t n = 1, most = bf16_least(2 * W, p->k - i);
    if (!p->row) return p->row_step == 1 ? most : 1;
    while (n < most && p->row[i + n] == p->row[i] + (int32_t)n) n++;
    return n;
}

/* Where 2 W rows lie side by side, each column is read straight, and pairs of it change places with columns. */
static void bf16_pack_turned(const hg__pack *p, size_t first, float *out)
{
    size_t i = 0, width = p->n - first > W ? BF16_PANEL : W;
    for (; i + 2 * W <= p->k && bf16_neighbours(p, i) == 2 * W; i += 2 * W)
        for (size_t j = 0; j < width; j += W) {
            const float *b = p->b + hg__offset(p->row, i, p->row_step) + (first + j) * p->col_step;
            vf v[W];
            UNROLL
            for (size_t l = 0; l < W; l++, b += p->col_step)
                v[l] = first + j + l < p->n ? (vf)pairs_of(vf_get(b), vf_get(b + W)) : (vf){0};
            vf_transpose(v);
            UNROLL
            for (size_t l = 0; l < W; l++) vf_put(out + (i / 2 + l) * width + j, v[l]);
        }
    bf16_pack_panel(p, i, 2 * bf16_pairs(p->k), first, out);
}

/* Where columns lie side by side, a part is some rows, a few of them at a time: so a part reads B straight, and where B
 * is turned too (the way back through a layer) it is much the same part of memory. */
static void bf16_pack_straight(const hg__pack *p)
{
    enum { TOGETHER = 4 }; /* pairs */
    size_t pairs = bf16_pairs(p->k), from, upto;
    pack_part(p, pairs, &from, &upto);
    for (size_t i = from; i < upto; i += TOGETHER)
        for (size_t j = 0; j < p->n; j += BF16_PANEL)
            bf16_pack_panel(p, 2 * i, 2 * bf16_least(i + TOGETHER, upto), j, p->packed + j * pairs);
}

static void bf16_pack(const hg__pack *p)
{
    size_t pairs = bf16_pairs(p->k), from, upto;
    if (!bf16_suits(p->k, p->n)) half_pack(p);
    else if (p->col_step == 1) bf16_pack_straight(p);
    else {
        pack_part(p, (p->n + BF16_PANEL - 1) / BF16_PANEL, &from, &upto);
        for (size_t j = from * BF16_PANEL; j < upto * BF16_PANEL; j += BF16_PANEL)
            bf16_pack_turned(p, j, p->packed + j * pairs);
    }
}

#endif
