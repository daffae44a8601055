/* int8.h: what the product in int8 stands on. Its operands become whole numbers of 8 bits on their way in: those of A
 * by a scale of their row, with 128 on top so that they are unsigned, those of B by a scale of their column. A lane of
 * a sum takes four products of them in one instruction, and all of it is exact: the order of the sum says nothing. */
#ifndef HG_KERN_ISA_INT8_H
#define HG_KERN_ISA_INT8_H

#include "kern/isa/simd_act.h"

enum {
    INT8_LEAST = 16,      /* products that sum less than this gain nothing */
    INT8_DEPTH = 4 << 10, /* of K that have one scale: a tile's rows stay in the L1 cache, and sums far below 2^31 */
    INT8_ROWS = 8,        /* of a tile, at most: two vectors wide it has 16 sums */
    INT8_PANEL = 2 * W,
    INT8_MOST = 127, /* the largest of a row or of a column becomes this */
    INT8_OFFSET = 128,
};

/* A product stays with floats where converting would cost more than it gains. This looks at the geometry alone, never
 * at the number of samples. */
static bool int8_suits(size_t k, size_t n) { return k >= INT8_LEAST && n > W / 2; }

/* K is cut into blocks as equal as can be, between groups of four ("quads", a lane of 32 bits). */
static size_t int8_quads(size_t k) { return (k + 3) / 4; }
static size_t int8_blocks(size_t k) { return (k + INT8_DEPTH - 1) / INT8_DEPTH; }

/* Whole vectors of columns. */
static size_t int8_width(size_t n) { return (n + W - 1) / W * W; }

/* What makes the numbers of a row or of a column whole, and what makes them what they were. */
typedef struct int8_scale {
    vf to, back;
} int8_scale;

/* |x| as bits: in the order of the numbers, behind them infinity and NaN. */
ALWAYS_INLINE vu int8_size(vf x) { return (vu)x & INT32_MAX; }
ALWAYS_INLINE vu int8_larger(vu a, vu b) { return (vu)_mm512_max_epu32((__m512i)a, (__m512i)b); }

/* largest: of each lane's numbers. Numbers so small that the scale would not be finite count as zeros. Where one is not
 * finite, `back` is NaN, and so is all that is computed from them. */
ALWAYS_INLINE int8_scale int8_scale_of(vu largest)
{
    const vi wild = (vi)largest >= (vi)vf_all(INFINITY);
    const vf most = vf_max((vf)largest, vf_all(0x1p-100f));
    return (int8_scale){vf_if(wild, (vf){0}, INT8_MOST / most), vf_if(wild, vf_all(NAN), most / INT8_MOST)};
}

/* x * to as a whole number (to nearest, halves to even) plus `offset`, in the lowest bits of each lane: at this size a
 * float's last bit counts ones. Where x is not finite they are any. */
static const float int8_ones = 0x1.8p23f;
ALWAYS_INLINE vu int8_round(vf x, vf to, float offset) { return (vu)vf_fma(x, to, vf_all(int8_ones + offset)); }

/* sum + the four products in each lane: bytes of a, which are unsigned, with bytes of b, which are signed. */
ALWAYS_INLINE vi int8_dot(const uint8_t *a, vi b, vi sum)
{
    int32_t quad;
    memcpy(&quad, a, sizeof quad);
    return (vi)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi32(quad), (__m512i)b);
}

ALWAYS_INLINE vi int8_get(const float *p) { return (vi)vf_get(p); }
ALWAYS_INLINE void int8_put(float *p, vu v) { vf_put(p, (vf)v); }

#endif
