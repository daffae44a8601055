/* vector.h: what every width shares: loads, stores, choice between lanes. Included after an ISA's header.
 *
 * Comparisons of vectors give all ones or zeros in each lane, as a vi. */
#ifndef HG_KERN_ISA_VECTOR_H
#define HG_KERN_ISA_VECTOR_H

#include "kern/ref.h"

#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Before a loop over a tile: all of it is written out, so that its sums are in registers and not in memory. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed" /* in an instance that is never called there may be no loop left */
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

ALWAYS_INLINE vf vf_all(float x) { return x - (vf){0}; } /* x - 0, not x + 0: keeps -0 */
ALWAYS_INLINE vu vu_all(uint32_t x) { return x + (vu){0}; }

/* At any address. */
ALWAYS_INLINE vf vf_get(const float *p)
{
    vf v;
    memcpy(&v, p, sizeof v);
    return v;
}

ALWAYS_INLINE void vf_put(float *p, vf v) { memcpy(p, &v, sizeof v); }

/* Lane by lane: mask ? a : b. */
ALWAYS_INLINE vf vf_if(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }
ALWAYS_INLINE vf vf_relu(vf x) { return (vf)(~(x < 0) & (vi)x); } /* NaN stays NaN */
ALWAYS_INLINE vi vi_if(vi mask, vi a, vi b) { return (mask & a) | (~mask & b); }

ALWAYS_INLINE vf vf_abs(vf a) { return (vf)((vi)a & INT32_MAX); }
ALWAYS_INLINE vf vf_min(vf a, vf b) { return vf_if(a < b, a, b); }
ALWAYS_INLINE vf vf_max(vf a, vf b) { return vf_if(a > b, a, b); }

/* Of rows a and b, s apart: the squares of s lanes on the diagonal stay, those beside it change places. */
#define STAY_LOW(s, l) ((l) & (s) ? W + (l) - (s) : (l))
#define STAY_HIGH(s, l) ((l) & (s) ? W + (l) : (l) + (s))
#define SWAP_SQUARES(s)                                                      \
    UNROLL                                                                   \
    for (size_t i = 0; i < W; i++) {                                         \
        if (i & (s)) continue;                                               \
        vf a = v[i], b = v[i + (s)];                                         \
        v[i] = __builtin_shufflevector(a, b, EACH_LANE(STAY_LOW, s));        \
        v[i + (s)] = __builtin_shufflevector(a, b, EACH_LANE(STAY_HIGH, s)); \
    }

/* Lane j of row i and lane i of row j change places, in log2 W rounds. */
ALWAYS_INLINE void vf_transpose(vf v[W]){EACH_POWER(SWAP_SQUARES)}

/* n elements are whole vectors and a rest: these take min(n, W) of them. */
ALWAYS_INLINE vf vf_get_upto(const float *p, size_t n)
{
    return n >= W ? vf_get(p) : vf_head(p, n);
}

ALWAYS_INLINE void vf_put_upto(float *p, vf v, size_t n)
{
    if (n >= W) vf_put(p, v);
    else vf_put_head(p, v, n);
}

#endif
