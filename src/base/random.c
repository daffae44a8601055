/* random.c: Philox4x32-10 and the distributions drawn from it. */
#include "base/random.h"

#include <math.h>

void hg__philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p = (uint64_t)0xD2511F53u * c0, q = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(q >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)q;
        c2 = (uint32_t)(p >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

/* The index and the purpose are enciphered into the key, so the counter is left to the stream. */
hg__random hg__random_at(uint64_t seed, uint32_t purpose, uint32_t step, uint64_t index)
{
    uint32_t seed_key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t name[4] = {purpose, step, (uint32_t)index, (uint32_t)(index >> 32)}, mixed[4];
    hg__philox(name, seed_key, mixed);
    return (hg__random){.key = {mixed[0], mixed[1]}, .counter = {0, 0, mixed[2], mixed[3]}};
}

uint32_t hg__random_u32(hg__random *r)
{
    if (!r->left) {
        hg__philox(r->counter, r->key, r->block);
        if (!++r->counter[0]) r->counter[1]++;
        r->left = 4;
    }
    return r->block[--r->left];
}

double hg__random_uniform(hg__random *r) { return hg__random_u32(r) * 0x1p-32; }

double hg__random_normal(hg__random *r)
{
    const double tau = 6.283185307179586;
    double u = (hg__random_u32(r) + 0.5) * 0x1p-32, v = hg__random_u32(r) * 0x1p-32;
    return sqrt(-2 * log(u)) * cos(tau * v);
}

size_t hg__random_below(hg__random *r, size_t bound)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound, x;
    do {
        x = (uint64_t)hg__random_u32(r) << 32;
        x |= hg__random_u32(r);
    } while (x >= limit);
    return (size_t)(x % bound);
}

void hg__random_shuffle(hg__random *r, uint32_t *order, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = hg__random_below(r, i);
        uint32_t t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
}
