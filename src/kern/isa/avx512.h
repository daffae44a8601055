/* avx512.h: 16 lanes, 32 vector registers, AVX-512F. */
#ifndef HG_KERN_ISA_AVX512_H
#define HG_KERN_ISA_AVX512_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

enum {
    W = 16,        /* lanes */
    TILE_ROWS = 8, /* rows of a product's tile, two vectors wide: 16 sums hide the latency */
    T_AHEAD = 24,  /* rows that gemm_t looks ahead */
    NARROW = 4,    /* products of at most so many columns sum along K instead */
};

typedef float vf __attribute__((vector_size(64)));
typedef int32_t vi __attribute__((vector_size(64)));
typedef uint32_t vu __attribute__((vector_size(64)));
typedef double vd __attribute__((vector_size(128)));

#define EACH_LANE(f, s)                                                                                           \
    f(s, 0), f(s, 1), f(s, 2), f(s, 3), f(s, 4), f(s, 5), f(s, 6), f(s, 7), f(s, 8), f(s, 9), f(s, 10), f(s, 11), \
        f(s, 12), f(s, 13), f(s, 14), f(s, 15)
#define EACH_POWER(f) f(1) f(2) f(4) f(8)

/* a * b + c, rounded once. */
static inline vf vf_fma(vf a, vf b, vf c) { return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
static inline vf vf_sqrt(vf a) { return (vf)_mm512_sqrt_ps((__m512)a); }

/* The first n lanes, zeros behind; nothing behind them is read or written; n <= W. */
static inline __mmask16 head_mask(size_t n) { return (__mmask16)((1u << n) - 1); }
static inline vf vf_head(const float *p, size_t n) { return (vf)_mm512_maskz_loadu_ps(head_mask(n), p); }
static inline void vf_put_head(float *p, vf v, size_t n) { _mm512_mask_storeu_ps(p, head_mask(n), (__m512)v); }

/* The sum of the lanes, by halves. */
static inline float vf_sum(vf v)
{
    __m512 a = (__m512)v;
    a = _mm512_add_ps(a, _mm512_shuffle_f32x4(a, a, 0x4E));
    a = _mm512_add_ps(a, _mm512_shuffle_f32x4(a, a, 0xB1));
    __m128 half = _mm512_castps512_ps128(a);
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_shuffle_ps(half, half, 1)));
}

/* The sums of the lanes of eight vectors, in one fixed order: a transposition that adds on the way. */
static inline void vf_sum8(const vf v[8], float out[8])
{
    __m512 pairs[4], fours[2];
    for (int i = 0; i < 4; i++) {
        __m512 a = (__m512)v[2 * i], b = (__m512)v[2 * i + 1];
        pairs[i] = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    }
    for (int i = 0; i < 2; i++) {
        __m512d a = _mm512_castps_pd(pairs[2 * i]), b = _mm512_castps_pd(pairs[2 * i + 1]);
        fours[i] =
            _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
    }
    __m512 eights =
        _mm512_add_ps(_mm512_shuffle_f32x4(fours[0], fours[1], 0x88), _mm512_shuffle_f32x4(fours[0], fours[1], 0xDD));
    eights = _mm512_add_ps(_mm512_shuffle_f32x4(eights, eights, 0x88), _mm512_shuffle_f32x4(eights, eights, 0xDD));
    _mm256_storeu_ps(out, _mm512_castps512_ps256(eights));
}

/* The 64-bit products a * b in two halves. */
static inline void vu_multiply(vu a, vu b, vu *high, vu *low)
{
    __m512i even = _mm512_mul_epu32((__m512i)a, (__m512i)b);
    __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64((__m512i)a, 32), _mm512_srli_epi64((__m512i)b, 32));
    *high = (vu)_mm512_mask_blend_epi32(0xAAAA, _mm512_srli_epi64(even, 32), odd);
    *low = (vu)_mm512_mask_blend_epi32(0xAAAA, even, _mm512_slli_epi64(odd, 32));
}

#endif
