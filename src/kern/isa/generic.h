/* generic.h: 4 lanes in the compiler's own vectors, no intrinsics: SSE2 on x86-64, NEON on Arm.
 *
 * There is no fused multiply-add everywhere, so here it is a product and a sum, rounded twice. */
#ifndef HG_KERN_ISA_GENERIC_H
#define HG_KERN_ISA_GENERIC_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    W = 4,         /* lanes */
    TILE_ROWS = 4, /* rows of a product's tile, two vectors wide: 8 sums in 16 registers, products need room too */
    T_AHEAD = 0,   /* a step of gemm_t is too short to look ahead */
    NARROW = 2,    /* products of at most so many columns sum along K instead */
};

typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));
typedef uint32_t vu __attribute__((vector_size(16)));
typedef double vd __attribute__((vector_size(32)));

#define EACH_LANE(f, s) f(s, 0), f(s, 1), f(s, 2), f(s, 3)
#define EACH_POWER(f) f(1) f(2)

static inline vf vf_fma(vf a, vf b, vf c) { return a * b + c; }

static inline vf vf_sqrt(vf a)
{
    for (size_t i = 0; i < W; i++) a[i] = sqrtf(a[i]);
    return a;
}

/* The first n lanes, zeros behind; nothing behind them is read or written; n <= W. */
static inline vf vf_head(const float *p, size_t n)
{
    vf v = {0};
    memcpy(&v, p, n * sizeof *p);
    return v;
}

static inline void vf_put_head(float *p, vf v, size_t n)
{
    float lanes[W];
    memcpy(lanes, &v, sizeof v);
    memcpy(p, lanes, n * sizeof *p);
}

/* The sum of the lanes, by halves. */
static inline float vf_sum(vf v)
{
    float part[W];
    for (size_t i = 0; i < W; i++) part[i] = v[i];
    for (size_t half = W / 2; half; half /= 2)
        for (size_t i = 0; i < half; i++) part[i] += part[i + half];
    return part[0];
}

/* The sums of the lanes of eight vectors. */
static inline void vf_sum8(const vf v[8], float out[8])
{
    for (size_t i = 0; i < 8; i++) out[i] = vf_sum(v[i]);
}

/* The 64-bit products a * b in two halves. */
static inline void vu_multiply(vu a, vu b, vu *high, vu *low)
{
    for (size_t i = 0; i < W; i++) {
        uint64_t product = (uint64_t)a[i] * b[i];
        (*high)[i] = (uint32_t)(product >> 32);
        (*low)[i] = (uint32_t)product;
    }
}

#endif
