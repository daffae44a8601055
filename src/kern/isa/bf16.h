/* bf16.h: what the products in bf16 share. Their operands are rounded (to nearest even) to the upper half of a float
 * on their way in, and multiplied in pairs that stand in one lane of 32 bits, the first in its lower half: a lane of
 * a sum takes both products in one instruction, and stays a float. Such pairs lie in memory that is declared as
 * uint32_t, or as real where it is packed; only vectors touch it. */
#ifndef HG_KERN_ISA_BF16_H
#define HG_KERN_ISA_BF16_H

#include "kern/isa/simd_act.h"

enum {
    BF16_DEPTH = 16, /* products that sum less than this gain nothing from pairs */
    BF16_ROWS = 8,   /* of a tile, at most: two vectors wide it has 16 sums */
    BF16_PANEL = 2 * W,
#ifdef HG__AMX
    BF16_AT_ONCE = 16, /* pairs: those of a tile */
    BF16_T_PAIRS = 96, /* of rows that gemm_t walks at a time */
    BF16_T_LEAST = 8,  /* rows of a sample that fill enough of a tile */
#else
    BF16_AT_ONCE = 1,
    BF16_T_PAIRS = 64,
    BF16_T_LEAST = 2, /* one row has no pairs */
#endif
};

/* A product stays with floats where converting would cost more than it gains. This looks at the geometry alone, never
 * at the number of samples. */
static bool bf16_suits(size_t k, size_t n) { return k >= BF16_DEPTH && n > W / 2; }

/* How many pairs k are, as products take them: some at once, the rest of which are zeros. */
static size_t bf16_pairs(size_t k) { return (k + 2 * BF16_AT_ONCE - 1) / (2 * BF16_AT_ONCE) * BF16_AT_ONCE; }

typedef __m512i vpairs;

ALWAYS_INLINE vpairs pairs_get(const void *p) { return _mm512_loadu_si512(p); }
ALWAYS_INLINE void pairs_put(void *p, vpairs v) { _mm512_storeu_si512(p, v); }

/* 32 neighbours as 16 pairs. */
ALWAYS_INLINE vpairs pairs_of(vf low, vf high) { return (vpairs)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low); }

/* Lane by lane a pair of first and second. */
ALWAYS_INLINE vpairs pairs_between(vf first, vf second)
{
    static const uint16_t order[2 * W] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                          8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return _mm512_permutexvar_epi16(pairs_get(order), pairs_of(first, second));
}

/* sum + both products of the pairs in each lane. */
ALWAYS_INLINE vf pairs_dot(uint32_t a, vpairs b, vf sum)
{
    return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_epi32((int)a), (__m512bh)b);
}

/* Of a and b whichever is less. */
static inline size_t bf16_least(size_t a, size_t b) { return a < b ? a : b; }

#endif
