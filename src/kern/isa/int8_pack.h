/* int8_pack.h: B in the order in which int8_gemm reads it. A block of K is panels two vectors wide (a last one of one
 * vector where that is enough), quad of rows by quad of rows, zeros where rows or columns are missing; behind the
 * panels the scale of each column, and then what its sums start from, which takes A's offset off again. */
#ifndef HG_KERN_ISA_INT8_PACK_H
#define HG_KERN_ISA_INT8_PACK_H

#include "kern/isa/int8.h"

/* A block of K, and B's part of it. */
typedef struct int8_block {
    size_t from, k, quads;  /* rows of B: the first, how many */
    size_t b, scale, start; /* where they are, from the whole of packed B on */
    bool first, last;
} int8_block;

static int8_block int8_block_of(size_t k, size_t n, size_t i)
{
    const size_t blocks = int8_blocks(k), all = int8_quads(k), width = int8_width(n);
    const size_t from = part_start(all, blocks, i), upto = part_start(all, blocks, i + 1), quads = upto - from;
    int8_block block = {.from = 4 * from, .quads = quads, .first = !i, .last = i + 1 == blocks};
    block.k = block.last ? k - block.from : 4 * quads;
    block.b = (from + 2 * i) * width;
    block.scale = block.b + quads * width, block.start = block.scale + width;
    return block;
}

static size_t int8_pack_size(size_t k, size_t n)
{
    return int8_suits(k, n) ? (int8_quads(k) + 2 * int8_blocks(k)) * int8_width(n) : half_pack_size(k, n);
}

/* One vector of columns, the first of them `first`, in a panel `step` wide. */
static void int8_pack_columns(const hg__pack *p, const int8_block *k, size_t first, size_t step, float *out)
{
    const size_t left = first < p->n ? p->n - first : 0;
    vu largest = {0}, sum = {0};
    for (size_t i = 0; i < k->k; i++) largest = int8_larger(largest, int8_size(pack_get(p, k->from + i, first, left)));
    const int8_scale scale = int8_scale_of(largest);
    for (size_t i = 0; i < k->quads; i++, out += step) {
        vu quad = {0};
        for (uint32_t byte = 0; byte < 4; byte++) {
            vu whole =
                int8_round(pack_get(p, k->from + 4 * i + byte, first, left), scale.to, 0) - (vu)vf_all(int8_ones);
            sum += whole;
            quad |= (whole & UINT8_MAX) << 8 * byte;
        }
        int8_put(out, quad);
    }
    vf_put(p->packed + k->scale + first, scale.back);
    int8_put(p->packed + k->start + first, 0 - INT8_OFFSET * sum);
}

static void int8_pack(const hg__pack *p)
{
    if (!int8_suits(p->k, p->n)) {
        half_pack(p);
        return;
    }
    size_t from, upto, width = int8_width(p->n);
    pack_part(p, (p->n + INT8_PANEL - 1) / INT8_PANEL, &from, &upto);
    for (size_t i = 0; i < int8_blocks(p->k); i++) {
        const int8_block k = int8_block_of(p->k, p->n, i);
        for (size_t j = from * INT8_PANEL; j < upto * INT8_PANEL && j < width; j += W) {
            size_t panel = j / INT8_PANEL * INT8_PANEL, step = width - panel > W ? INT8_PANEL : W;
            int8_pack_columns(p, &k, j, step, p->packed + k.b + panel * k.quads + (j - panel));
        }
    }
}

#endif
