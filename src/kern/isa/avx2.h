/* avx2.h: 8 lanes, 16 vector registers, AVX2 and FMA. */
#ifndef HG_KERN_ISA_AVX2_H
#define HG_KERN_ISA_AVX2_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

enum {
    W = 8,         /* lanes */
    TILE_ROWS = 6, /* rows of a product's tile, two vectors wide: 12 sums, 2 of B and 1 of A in 16 registers */
    T_AHEAD = 0,   /* a step of gemm_t is too short to look ahead */
    NARROW = 4,    /* products of at most so many columns sum along K instead */
};

typedef float vf __attribute__((vector_size(32)));
typedef int32_t vi __attribute__((vector_size(32)));
typedef uint32_t vu __attribute__((vector_size(32)));
typedef double vd __attribute__((vector_size(64)));

#define EACH_LANE(f, s) f(s, 0), f(s, 1), f(s, 2), f(s, 3), f(s, 4), f(s, 5), f(s, 6), f(s, 7)
#define EACH_POWER(f) f(1) f(2) f(4)

/* a * b + c, rounded once. */
static inline vf vf_fma(vf a, vf b, vf c) { return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
static inline vf vf_sqrt(vf a) { return (vf)_mm256_sqrt_ps((__m256)a); }

/* All ones in the first n lanes, n <= W. */
static inline __m256i head_mask(size_t n)
{
    static const int32_t edge[2 * W] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(edge + W - n));
}

/* The first n lanes, zeros behind; nothing behind them is read or written. */
static inline vf vf_head(const float *p, size_t n) { return (vf)_mm256_maskload_ps(p, head_mask(n)); }
static inline void vf_put_head(float *p, vf v, size_t n) { _mm256_maskstore_ps(p, head_mask(n), (__m256)v); }

/* The sum of the lanes, as ((0+4)+(2+6)) + ((1+5)+(3+7)). */
static inline float vf_sum(vf v)
{
    __m128 half = _mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_shuffle_ps(half, half, 1)));
}

/* The sums of the lanes of eight vectors, in one fixed order: a transposition that adds on the way. */
static inline void vf_sum8(const vf v[8], float out[8])
{
    __m256 pairs[4], fours[2];
    for (int i = 0; i < 4; i++) {
        __m256 a = (__m256)v[2 * i], b = (__m256)v[2 * i + 1];
        pairs[i] = _mm256_add_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
    }
    for (int i = 0; i < 2; i++) {
        __m256d a = _mm256_castps_pd(pairs[2 * i]), b = _mm256_castps_pd(pairs[2 * i + 1]);
        fours[i] =
            _mm256_add_ps(_mm256_castpd_ps(_mm256_unpacklo_pd(a, b)), _mm256_castpd_ps(_mm256_unpackhi_pd(a, b)));
    }
    __m256 low = _mm256_permute2f128_ps(fours[0], fours[1], 0x20),
           high = _mm256_permute2f128_ps(fours[0], fours[1], 0x31);
    _mm256_storeu_ps(out, _mm256_add_ps(low, high));
}

/* The 64-bit products a * b in two halves. */
static inline void vu_multiply(vu a, vu b, vu *high, vu *low)
{
    __m256i even = _mm256_mul_epu32((__m256i)a, (__m256i)b);
    __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64((__m256i)a, 32), _mm256_srli_epi64((__m256i)b, 32));
    *high = (vu)_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
    *low = (vu)_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
}

#endif
