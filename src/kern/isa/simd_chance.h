/* simd_chance.h: random numbers, W blocks of Philox at a time: the numbers of base/random.h in its order,
 * uniform ones bit for bit, normal ones to rounding; and the reparameterised Gaussian. */
#ifndef HG_KERN_ISA_SIMD_CHANCE_H
#define HG_KERN_ISA_SIMD_CHANCE_H

#include "base/random.h"
#include "kern/isa/simd_elementwise.h"
#include "kern/isa/vmath.h"

typedef struct philox {
    vu word[4];
} philox;

/* Blocks first … first+W-1 of the stream. */
static philox philox_blocks(const hg__random *r, uint32_t first)
{
    vu c0 = vu_all(first), c1 = {0}, c2 = vu_all(r->counter[2]), c3 = vu_all(r->counter[3]);
    uint32_t k0 = r->key[0], k1 = r->key[1];
    for (uint32_t l = 0; l < W; l++) c0[l] += l;
    for (int round = 0; round < 10; round++) {
        vu p_high, p_low, q_high, q_low;
        vu_multiply(c0, vu_all(0xD2511F53u), &p_high, &p_low);
        vu_multiply(c2, vu_all(0xCD9E8D57u), &q_high, &q_low);
        c0 = q_high ^ c1 ^ k0;
        c1 = q_low;
        c2 = p_high ^ c3 ^ k1;
        c3 = p_low;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return (philox){{c0, c1, c2, c3}};
}

/* Writes lane l of vector v to out[l * vectors + v], at most n of them. */
static void interleave(const vf *v, size_t vectors, float *out, size_t n)
{
    float lane[4][W];
    memcpy(lane, v, vectors * sizeof *v);
    for (size_t i = 0; i < vectors * W && i < n; i++) out[i] = lane[i % vectors][i / vectors];
}

static inline vf vf_uniform(vu word) { return __builtin_convertvector((vi)(word >> 8), vf) * 0x1p-24f; }

static void simd_draw_uniform(const hg__draw *d, float *out)
{
    for (size_t i = 0; i < d->n; i++, out += d->size) {
        hg__random r = hg__random_at(d->seed, d->purpose, d->step, d->first + i);
        for (size_t j = 0; j < d->size; j += 4 * W) {
            philox p = philox_blocks(&r, (uint32_t)(j / 4));
            vf u[4] = {vf_uniform(p.word[3]), vf_uniform(p.word[2]), vf_uniform(p.word[1]), vf_uniform(p.word[0])};
            interleave(u, 4, out + j, d->size - j);
        }
    }
}

/* (word + 1/2) / 2^32 without the rounding of large words: 31 bits are converted, in two exact halves. */
static inline vf vf_centred(vu word)
{
    vf high = __builtin_convertvector((vi)(word >> 16), vf), low = __builtin_convertvector((vi)(word & 0xffff), vf);
    return high * 0x1p-16f + (low + 0.5f) * 0x1p-32f;
}

/* Box-Muller: sqrt(-2 log u) cos(2 pi v), u from the first word. Near u = 1 its distance to 1 is what counts. */
static vf vf_normal(vu first, vu second)
{
    vf n, m = log_reduce(vf_centred(first), &n);
    vf f = vf_if(n == 0, -vf_centred(~first), m - 1);
    return vf_sqrt(-2 * log_near(f, n)) * vf_cos_turn(second);
}

static void simd_draw_normal(const hg__draw *d, float *out)
{
    for (size_t i = 0; i < d->n; i++, out += d->size) {
        hg__random r = hg__random_at(d->seed, d->purpose, d->step, d->first + i);
        for (size_t j = 0; j < d->size; j += 2 * W) {
            philox p = philox_blocks(&r, (uint32_t)(j / 2));
            vf normal[2] = {vf_normal(p.word[3], p.word[2]), vf_normal(p.word[1], p.word[0])};
            interleave(normal, 2, out + j, d->size - j);
        }
    }
}

static void simd_keep_first(const hg__keep_first *w, const float *x, float *y, bool add)
{
    for (size_t i = 0; i < w->n; i++, x += w->size, y += w->size) {
        size_t kept = (size_t)w->kept[(size_t)(w->u[i] * (float)w->steps)];
        simd_copy(kept, x, y, add);
        if (!add) memset(y + kept, 0, (w->size - kept) * sizeof *y);
    }
}

/* Vectors of at most W elements of z = mu + e^(logvar/2) eps. */
ALWAYS_INLINE void gaussian_step(const float *mu, const float *logvar, const float *eps, float *z, size_t left)
{
    vf deviation = vf_exp(vf_get_upto(logvar, left) * 0.5f);
    vf_put_upto(z, vf_get_upto(mu, left) + deviation * vf_get_upto(eps, left), left);
}

static void simd_gaussian(size_t n, const float *mu, const float *logvar, const float *eps, float *z)
{
    for (size_t i = 0; i < n; i += W) gaussian_step(mu + i, logvar + i, eps + i, z + i, n - i);
}

static void simd_gaussian_grad(size_t n, const float *logvar, const float *eps, const float *dz, float *dmu,
                               bool mu_add, float *dlogvar, bool logvar_add)
{
    for (size_t i = 0; i < n; i += W) {
        size_t left = n - i;
        vf d = vf_get_upto(dz + i, left), deviation = vf_exp(vf_get_upto(logvar + i, left) * 0.5f);
        put_or_add(dmu + i, d, mu_add, left);
        put_or_add(dlogvar + i, d * vf_get_upto(eps + i, left) * deviation * 0.5f, logvar_add, left);
    }
}

static void simd_kl(size_t n, size_t size, const float *mu, const float *logvar, float factor, float *value, float *dmu,
                    bool mu_add, float *dlogvar, bool logvar_add)
{
    for (size_t i = 0; i < n; i++, mu += size, logvar += size) {
        double sum = 0;
        for (size_t j = 0; j < size; j += W) {
            size_t left = size - j;
            vf m = vf_get_upto(mu + j, left), v = vf_get_upto(logvar + j, left), more = vf_expm1(v);
            sum += (double)vf_sum(0.5f * (m * m + more - v)); /* zero where m and v are missing */
            if (dmu) put_or_add(dmu + i * size + j, factor * m, mu_add, left);
            if (dlogvar) put_or_add(dlogvar + i * size + j, factor * 0.5f * more, logvar_add, left);
        }
        value[i] = (float)(sum * (double)factor);
    }
}

#endif
