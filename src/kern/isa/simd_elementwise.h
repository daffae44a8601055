/* simd_elementwise.h: what works element by element, W at a time, and the reduction over shards. */
#ifndef HG_KERN_ISA_SIMD_ELEMENTWISE_H
#define HG_KERN_ISA_SIMD_ELEMENTWISE_H

#include "kern/isa/vector.h"

ALWAYS_INLINE void put_or_add(float *y, vf v, bool add, size_t left)
{
    vf_put_upto(y, add ? vf_get_upto(y, left) + v : v, left);
}

static void simd_copy(size_t n, const float *x, float *y, bool add)
{
    size_t i = 0;
    if (!add) {
        memcpy(y, x, n * sizeof(float));
        return;
    }
    for (; i + W <= n; i += W) put_or_add(y + i, vf_get(x + i), true, W);
    if (i < n) put_or_add(y + i, vf_head(x + i, n - i), true, n - i);
}

/* These give the end of what they wrote. A row of a small image is too short for a call of memcpy. */
ALWAYS_INLINE float *put_zeros(size_t n, float *y)
{
    for (size_t i = 0; i < n; i += W) vf_put_upto(y + i, (vf){0}, n - i);
    return y + n;
}

ALWAYS_INLINE float *put_values(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i += W) vf_put_upto(y + i, vf_get_upto(x + i, n - i), n - i);
    return y + n;
}

static void simd_pad(size_t n, hg_shape in, size_t top, size_t left, size_t bottom, size_t right, const float *x,
                     float *out)
{
    size_t row = in.w * in.c, before = left * in.c, behind = right * in.c, wide = before + row + behind;
    for (size_t i = 0; i < n; i++) {
        out = put_zeros(top * wide, out);
        for (size_t y = 0; y < in.h; y++, x += row) out = put_zeros(behind, put_values(row, x, put_zeros(before, out)));
        out = put_zeros(bottom * wide, out);
    }
}

static void simd_scale(size_t n, float f, const float *x, float *y, bool add)
{
    size_t i = 0;
    for (; i + W <= n; i += W) put_or_add(y + i, f * vf_get(x + i), add, W);
    if (i < n) put_or_add(y + i, f * vf_head(x + i, n - i), add, n - i);
}

static void simd_sum2(size_t n, const float *a, const float *b, float *y)
{
    size_t i = 0;
    for (; i + W <= n; i += W) vf_put(y + i, vf_get(a + i) + vf_get(b + i));
    if (i < n) vf_put_head(y + i, vf_head(a + i, n - i) + vf_head(b + i, n - i), n - i);
}

static void simd_copy2d(size_t m, size_t n, const float *x, size_t x_step, float *y, size_t y_step, bool add)
{
    for (size_t i = 0; i < m; i++) simd_copy(n, x + i * x_step, y + i * y_step, add);
}

ALWAYS_INLINE vf sum_of_shards(size_t shards, size_t step, const float *in, size_t left)
{
    vf sum = vf_get_upto(in, left);
    for (size_t s = 1; s < shards; s++) sum += vf_get_upto(in + s * step, left);
    return sum;
}

static void simd_sum_shards(size_t n, size_t shards, size_t step, const float *in, float *out)
{
    size_t i = 0;
    for (; i + W <= n; i += W) vf_put(out + i, sum_of_shards(shards, step, in + i, W));
    if (i < n) vf_put_head(out + i, sum_of_shards(shards, step, in + i, n - i), n - i);
}

ALWAYS_INLINE vf dropped(vf u, vf x, float rate) { return vf_if(u < rate, (vf){0}, x * (1 / (1 - rate))); }

static void simd_dropout(size_t n, float rate, const float *u, const float *x, float *y, bool add)
{
    size_t i = 0;
    for (; i + W <= n; i += W) put_or_add(y + i, dropped(vf_get(u + i), vf_get(x + i), rate), add, W);
    if (i < n) put_or_add(y + i, dropped(vf_head(u + i, n - i), vf_head(x + i, n - i), rate), add, n - i);
}

#endif
