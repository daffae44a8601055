/* neon.h: 4 lanes, 32 vector registers, Advanced SIMD with its fused multiply-add: every 64-bit Arm processor.
 *
 * There are no masked loads, so the ends of rows are taken apart into 8 and 4 bytes. */
#ifndef HG_KERN_ISA_NEON_H
#define HG_KERN_ISA_NEON_H

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

enum {
    W = 4,         /* lanes */
    TILE_ROWS = 8, /* rows of a product's tile, two vectors wide: 16 sums, 2 of B and 1 to 8 of A in 32 registers */
    T_AHEAD = 0,   /* a step of gemm_t is too short to look ahead */
    NARROW = 2,    /* products of at most so many columns sum along K instead */
};

typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));
typedef uint32_t vu __attribute__((vector_size(16)));
typedef double vd __attribute__((vector_size(32)));

#define EACH_LANE(f, s) f(s, 0), f(s, 1), f(s, 2), f(s, 3)
#define EACH_POWER(f) f(1) f(2)

/* a * b + c, rounded once. */
static inline vf vf_fma(vf a, vf b, vf c) { return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
static inline vf vf_sqrt(vf a) { return (vf)vsqrtq_f32((float32x4_t)a); }

/* The first n lanes, zeros behind; nothing behind them is read or written; n <= W. */
static inline vf vf_head(const float *p, size_t n)
{
    float32x4_t v = vdupq_n_f32(0);
    if (n >= W) return (vf)vld1q_f32(p);
    if (n & 2) v = vcombine_f32(vld1_f32(p), vdup_n_f32(0));
    if (n == 1) v = vld1q_lane_f32(p, v, 0);
    if (n == 3) v = vld1q_lane_f32(p + 2, v, 2);
    return (vf)v;
}

static inline void vf_put_head(float *p, vf v, size_t n)
{
    float32x4_t a = (float32x4_t)v;
    if (n >= W) vst1q_f32(p, a);
    else if (n & 2) vst1_f32(p, vget_low_f32(a));
    if (n == 1) vst1q_lane_f32(p, a, 0);
    if (n == 3) vst1q_lane_f32(p + 2, a, 2);
}

/* The sum of the lanes, as (0+1)+(2+3). */
static inline float vf_sum(vf v) { return vaddvq_f32((float32x4_t)v); }

/* The sums of the lanes of eight vectors, in the same order. */
static inline void vf_sum8(const vf v[8], float out[8])
{
    for (int i = 0; i < 8; i += 4) {
        float32x4_t low = vpaddq_f32((float32x4_t)v[i], (float32x4_t)v[i + 1]);
        float32x4_t high = vpaddq_f32((float32x4_t)v[i + 2], (float32x4_t)v[i + 3]);
        vst1q_f32(out + i, vpaddq_f32(low, high));
    }
}

/* The 64-bit products a * b in two halves. */
static inline void vu_multiply(vu a, vu b, vu *high, vu *low)
{
    uint32x4_t first = vreinterpretq_u32_u64(vmull_u32(vget_low_u32((uint32x4_t)a), vget_low_u32((uint32x4_t)b)));
    uint32x4_t second = vreinterpretq_u32_u64(vmull_high_u32((uint32x4_t)a, (uint32x4_t)b));
    *high = (vu)vuzp2q_u32(first, second);
    *low = (vu)vuzp1q_u32(first, second);
}

#endif
