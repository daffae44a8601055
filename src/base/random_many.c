/* random_many.c: many random numbers at once. The loops over LANES stand where a compiler makes vectors of them; each
 * lane is a block of its own, so the words are hg__philox's, only in another order. The logarithm, sine and
 * cosine are short polynomials (least squares at Chebyshev points; errors below 1e-6), as a call of libm's would
 * cost more than all the rest. */
#include "base/random.h"

#include <math.h>
#include <string.h>

/* 32: a loop over 16 gcc unrolls instead of making vectors of it, which is three times as slow. */
enum { LANES = HG__MANY / 4 };

static void encipher(uint32_t c[4][LANES], const uint32_t key[2])
{
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        for (int l = 0; l < LANES; l++) {
            uint64_t p = (uint64_t)0xD2511F53u * c[0][l], q = (uint64_t)0xCD9E8D57u * c[2][l];
            c[0][l] = (uint32_t)(q >> 32) ^ c[1][l] ^ k0;
            c[1][l] = (uint32_t)q;
            c[2][l] = (uint32_t)(p >> 32) ^ c[3][l] ^ k1;
            c[3][l] = (uint32_t)p;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

void hg__random_many(hg__random *r, uint32_t out[HG__MANY])
{
    uint32_t c[4][LANES];
    for (int l = 0; l < LANES; l++) {
        uint32_t low = r->counter[0] + (uint32_t)l;
        c[0][l] = low, c[1][l] = r->counter[1] + (low < r->counter[0]);
        c[2][l] = r->counter[2], c[3][l] = r->counter[3];
    }
    encipher(c, r->key);
    memcpy(out, c, sizeof c);
    r->counter[0] += LANES;
    r->counter[1] += r->counter[0] < LANES;
    r->left = 0;
}

/* The logarithm of a positive normal number: 2^n (1 + m), m within a root of 2 around 0. */
static inline float short_log(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    int32_t n = (int32_t)(bits - 0x3f3504f3u) >> 23;
    bits -= (uint32_t)n << 23;
    memcpy(&x, &bits, sizeof x);
    float m = x - 1, p = -0.10134057f;
    p = p * m + 0.16234190f, p = p * m - 0.17247013f, p = p * m + 0.19898565f, p = p * m - 0.24970072f;
    p = p * m + 0.33335114f, p = p * m - 0.50000363f, p = p * m + 0.99999994f;
    return (float)n * 0.69314718f + m * p;
}

/* sin 2 pi t and cos 2 pi t for t in [-1/2, 1/2] */
static inline float short_sin(float t)
{
    float u = t * t, p = 3.23813751f;
    p = p * u - 14.89984667f, p = p * u + 42.02592699f, p = p * u - 76.70301535f, p = p * u + 81.60513139f;
    return t * ((p * u - 41.34170041f) * u + 6.28318530f);
}

static inline float short_cos(float t)
{
    float u = t * t, p = 6.52865816f;
    p = p * u - 25.96759925f, p = p * u + 60.16763095f, p = p * u - 85.45013953f, p = p * u + 64.93911746f;
    return (p * u - 19.73920450f) * u + 0.99999999f;
}

void hg__random_normals(hg__random *r, float out[HG__MANY])
{
    uint32_t word[HG__MANY];
    const int half = HG__MANY / 2;
    hg__random_many(r, word);
    for (int i = 0; i < half; i++) {
        float u = ((float)(int32_t)(word[i] >> 8) + 0.5f) * 0x1p-24f;
        float t = (float)(int32_t)word[half + i] * 0x1p-32f;
        float length = sqrtf(-2 * short_log(u));
        out[i] = length * short_cos(t);
        out[half + i] = length * short_sin(t);
    }
}
