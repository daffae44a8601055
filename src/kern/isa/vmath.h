/* vmath.h: exp, log, tanh and the like for vectors, to about 2 units in the last place.
 *
 * The ways to reduce the argument are the classical ones (Cody and Waite 1980, "Software manual for the elementary
 * functions"; Tang 1989 and 1990); the polynomials are our own, fitted with Remez's exchange algorithm to
 * a relative error below 6e-9 over the interval that each names. */
#ifndef HG_KERN_ISA_VMATH_H
#define HG_KERN_ISA_VMATH_H

#include "kern/isa/vector.h"

/* ln 2 in two parts, the first with trailing zeros, so that n * LN2_HIGH is exact. */
#define LN2_HIGH 0x1.62e4p-1f
#define LN2_LOW 0x1.7f7d1cp-20f

/* e^r - 1, |r| <= ln(2) / 2 */
static inline vf expm1_near(vf r)
{
    vf q = vf_all(0x1.6a243ap-10f);
    q = vf_fma(q, r, vf_all(0x1.1239e0p-7f));
    q = vf_fma(q, r, vf_all(0x1.5558f2p-5f));
    q = vf_fma(q, r, vf_all(0x1.555492p-3f));
    q = vf_fma(q, r, vf_all(0x1.fffffcp-2f));
    return vf_fma(q * r, r, r);
}

/* x = n ln 2 + r, n whole, |r| <= ln(2) / 2. */
static inline vf exp_reduce(vf x, vi *n)
{
    const float shift = 0x1.8p23f; /* adding it rounds to a whole number, in the low bits */
    vf shifted = x * 0x1.715476p0f + shift, whole = shifted - shift;
    *n = (vi)shifted - 0x4b400000;
    return vf_fma(whole, vf_all(-LN2_LOW), vf_fma(whole, vf_all(-LN2_HIGH), x));
}

/* 2^n, -126 <= n <= 127 */
static inline vf power_of_2(vi n) { return (vf)((vu)(n + 127) << 23); }

/* Over the whole range: 0 and infinity where a float ends; NaN stays NaN. */
static inline vf vf_exp(vf x)
{
    x = vf_if(x > 89, vf_all(89), vf_if(x < -104, vf_all(-104), x));
    vi n;
    vf r = exp_reduce(x, &n);
    vi half = n >> 1; /* 2^n itself may lie outside the normal numbers */
    return (1 + expm1_near(r)) * power_of_2(half) * power_of_2(n - half);
}

/* e^x - 1, also where x is small; x is taken as 88 where it is more. */
static inline vf vf_expm1(vf x)
{
    x = vf_if(x > 88, vf_all(88), vf_if(x < -30, vf_all(-30), x));
    vi n;
    vf r = exp_reduce(x, &n), scale = power_of_2(n);
    return vf_fma(scale, expm1_near(r), scale - 1);
}

/* log(1 + f) + n ln 2, sqrt(1/2) - 1 <= f <= sqrt(2) - 1 */
static inline vf log_near(vf f, vf n)
{
    vf p = vf_all(0x1.14588ap-4f);
    p = vf_fma(p, f, vf_all(-0x1.de3d74p-4f));
    p = vf_fma(p, f, vf_all(0x1.e6f0c6p-4f));
    p = vf_fma(p, f, vf_all(-0x1.fc21d8p-4f));
    p = vf_fma(p, f, vf_all(0x1.233760p-3f));
    p = vf_fma(p, f, vf_all(-0x1.555c4ep-3f));
    p = vf_fma(p, f, vf_all(0x1.99a4b6p-3f));
    p = vf_fma(p, f, vf_all(-0x1.000006p-2f));
    p = vf_fma(p, f, vf_all(0x1.555548p-2f));
    vf square = f * f, tail = vf_fma(n, vf_all(LN2_LOW), f * square * p);
    return vf_fma(n, vf_all(LN2_HIGH), f + (tail - square * 0.5f));
}

/* x = m 2^n, sqrt(1/2) <= m <= sqrt(2); x a positive normal number. */
static inline vf log_reduce(vf x, vf *n)
{
    vi power = ((vi)x - 0x3f3504f3) >> 23;
    *n = __builtin_convertvector(power, vf);
    return (vf)((vi)x - (vi)((vu)power << 23));
}

/* x a positive normal number. */
static inline vf vf_log(vf x)
{
    vf n, m = log_reduce(x, &n);
    return log_near(m - 1, n);
}

/* log(1 - x), 0 <= x < 1, exact in what 1 - x loses where x is small. */
static inline vf vf_log1m(vf x)
{
    vf n, m = log_reduce(1 - x, &n);
    return log_near(vf_if(n == 0, -x, m - 1), n);
}

/* log(1 + x), 0 <= x <= 1 */
static inline vf vf_log1p(vf x)
{
    vi large = x > 0x1.a8279ap-2f; /* sqrt(2) - 1 */
    return log_near(vf_if(large, (x - 1) * 0.5f, x), vf_if(large, vf_all(1), vf_all(0)));
}

static inline vf vf_tanh(vf x)
{
    vf a = vf_abs(x), z = x * x, q = vf_all(-0x1.75e1cep-8f);
    q = vf_fma(q, z, vf_all(0x1.52269cp-6f));
    q = vf_fma(q, z, vf_all(-0x1.b83c5ap-5f));
    q = vf_fma(q, z, vf_all(0x1.110726p-3f));
    q = vf_fma(q, z, vf_all(-0x1.555532p-2f));
    vf near = vf_fma(q * z, x, x), far = 1 - 2 / (vf_exp(a + a) + 1);
    far = (vf)((vi)far | ((vi)x & INT32_MIN));
    return vf_if(a < 0.625f, near, far);
}

static inline vf vf_sigmoid(vf x) { return 1 / (1 + vf_exp(-x)); }

/* log(1 + e^x); NaN passes through. */
static inline vf vf_softplus(vf x) { return vf_if(x < 0, (vf){0}, x) + vf_log1p(vf_exp(-vf_abs(x))); }

/* Phi(x), the normal distribution function, to about 4 units, and *bell = exp(-x^2 / 2). Phi(-a) / bell falls
 * smoothly, like 1 / a in the end: a polynomial in t = 1 / (1 + 0.2375 a), from a = 0 to 14, fitted in the same way. */
static inline vf vf_normal_below(vf x, vf *bell)
{
    vf t = 1 / vf_fma(vf_abs(x), vf_all(0.2375f), vf_all(1)), p = vf_all(0x1.bc3feap-6f);
    p = vf_fma(p, t, vf_all(-0x1.1ad80ep-3f));
    p = vf_fma(p, t, vf_all(0x1.f268bep-3f));
    p = vf_fma(p, t, vf_all(-0x1.853d5cp-3f));
    p = vf_fma(p, t, vf_all(0x1.6b1044p-3f));
    p = vf_fma(p, t, vf_all(0x1.688aaap-7f));
    p = vf_fma(p, t, vf_all(0x1.7b6872p-4f));
    p = vf_fma(p, t, vf_all(0x1.649cf4p-4f));
    p = vf_fma(p, t, vf_all(0x1.8504d8p-4f));
    p = vf_fma(p, t, vf_all(0x1.840d42p-4f));
    *bell = vf_exp(x * x * -0.5f);
    vf below = p * t * *bell;
    return vf_if(x < 0, below, 1 - below);
}

/* cos(2 pi turn / 2^32): quarter turns are taken off in whole numbers. */
static inline vf vf_cos_turn(vu turn)
{
    vu quarter = (turn + (1u << 29)) >> 30;
    vf a = __builtin_convertvector((vi)(turn - (quarter << 30)), vf) * 0x1.921fb6p-30f, z = a * a;
    vf s = vf_all(-0x1.994eb4p-13f), c = vf_all(0x1.9a025ap-16f);
    s = vf_fma(s, z, vf_all(0x1.110760p-7f));
    s = vf_fma(s, z, vf_all(-0x1.555546p-3f));
    s = vf_fma(s * z, a, a);
    c = vf_fma(c, z, vf_all(-0x1.6c0c8cp-10f));
    c = vf_fma(c, z, vf_all(0x1.55554ap-5f));
    c = vf_fma(c * z, z, 1 - z * 0.5f);
    vf value = vf_if((vi)(quarter & 1) != 0, s, c);
    vi minus = (vi)((quarter + 1) & 2) << 30; /* cos, -sin, -cos, sin */
    return (vf)((vi)value ^ minus);
}

#endif
