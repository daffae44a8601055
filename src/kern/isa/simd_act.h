/* simd_act.h: activations and their gradients, W elements at a time. */
#ifndef HG_KERN_ISA_SIMD_ACT_H
#define HG_KERN_ISA_SIMD_ACT_H

#include "kern/isa/vmath.h"

ALWAYS_INLINE vf gelu(vf x)
{
    vf bell;
    return x * vf_normal_below(x, &bell);
}

ALWAYS_INLINE vf gelu_slope(vf x)
{
    vf bell, below = vf_normal_below(x, &bell);
    return below + x * (bell * 0x1.988454p-2f); /* 1 / sqrt(2 pi) */
}

/* f(x) */
ALWAYS_INLINE vf act_of(hg__act a, float slope, vf x)
{
    switch (a) {
    case HG__ACT_RELU: return vf_relu(x);
    case HG__ACT_LEAKY: return vf_if(x < 0, slope * x, x);
    case HG__ACT_ELU: return vf_if(x < 0, slope * vf_expm1(x), x);
    case HG__ACT_TANH: return vf_tanh(x);
    case HG__ACT_SIGMOID: return vf_sigmoid(x);
    case HG__ACT_SOFTPLUS: return vf_softplus(x);
    case HG__ACT_GELU: return gelu(x);
    case HG__ACT_SILU: return x * vf_sigmoid(x);
    default: return x;
    }
}

/* f'(v), v being y or x as hg__act_needs_input says. */
ALWAYS_INLINE vf act_slope(hg__act a, float slope, vf v)
{
    switch (a) {
    case HG__ACT_RELU: return vf_if(v > 0, vf_all(1), (vf){0});
    case HG__ACT_LEAKY: return vf_if(v > 0, vf_all(1), vf_all(slope));
    case HG__ACT_ELU: return vf_if(v > 0, vf_all(1), v + slope);
    case HG__ACT_TANH: return 1 - v * v;
    case HG__ACT_SIGMOID: return v * (1 - v);
    case HG__ACT_SOFTPLUS: return -vf_expm1(-v);
    case HG__ACT_GELU: return gelu_slope(v);
    case HG__ACT_SILU: return vf_sigmoid(v) * (1 + v * vf_sigmoid(-v));
    default: return vf_all(1);
    }
}

ALWAYS_INLINE void act_over(hg__act a, float slope, size_t n, const float *x, float *y)
{
    size_t i = 0;
    for (; i + W <= n; i += W) vf_put(y + i, act_of(a, slope, vf_get(x + i)));
    if (i < n) vf_put_head(y + i, act_of(a, slope, vf_head(x + i, n - i)), n - i);
}

/* The choice is made once, outside the loop. */
static void simd_act(hg__act a, float slope, size_t n, const float *x, float *y)
{
    switch (a) {
    case HG__ACT_RELU: act_over(HG__ACT_RELU, slope, n, x, y); return;
    case HG__ACT_LEAKY: act_over(HG__ACT_LEAKY, slope, n, x, y); return;
    case HG__ACT_ELU: act_over(HG__ACT_ELU, slope, n, x, y); return;
    case HG__ACT_TANH: act_over(HG__ACT_TANH, slope, n, x, y); return;
    case HG__ACT_SIGMOID: act_over(HG__ACT_SIGMOID, slope, n, x, y); return;
    case HG__ACT_SOFTPLUS: act_over(HG__ACT_SOFTPLUS, slope, n, x, y); return;
    case HG__ACT_GELU: act_over(HG__ACT_GELU, slope, n, x, y); return;
    case HG__ACT_SILU: act_over(HG__ACT_SILU, slope, n, x, y); return;
    default: hg__ref_act(a, slope, n, x, y); return;
    }
}

ALWAYS_INLINE void act_grad_over(hg__act a, float slope, size_t n, const float *v, float *g)
{
    size_t i = 0;
    for (; i + W <= n; i += W) vf_put(g + i, vf_get(g + i) * act_slope(a, slope, vf_get(v + i)));
    if (i < n) vf_put_head(g + i, vf_head(g + i, n - i) * act_slope(a, slope, vf_head(v + i, n - i)), n - i);
}

static void simd_act_grad(hg__act a, float slope, size_t n, const float *v, float *g)
{
    switch (a) {
    case HG__ACT_RELU: act_grad_over(HG__ACT_RELU, slope, n, v, g); return;
    case HG__ACT_LEAKY: act_grad_over(HG__ACT_LEAKY, slope, n, v, g); return;
    case HG__ACT_ELU: act_grad_over(HG__ACT_ELU, slope, n, v, g); return;
    case HG__ACT_TANH: act_grad_over(HG__ACT_TANH, slope, n, v, g); return;
    case HG__ACT_SIGMOID: act_grad_over(HG__ACT_SIGMOID, slope, n, v, g); return;
    case HG__ACT_SOFTPLUS: act_grad_over(HG__ACT_SOFTPLUS, slope, n, v, g); return;
    case HG__ACT_GELU: act_grad_over(HG__ACT_GELU, slope, n, v, g); return;
    case HG__ACT_SILU: act_grad_over(HG__ACT_SILU, slope, n, v, g); return;
    case HG__ACT_NONE: return;
    default: hg__ref_act_grad(a, slope, n, v, g); return;
    }
}

/* sum[j] += the column's values, row by row, for `vectors` vectors of columns, the last cut to `left` lanes. */
ALWAYS_INLINE void sum_columns(size_t m, size_t n, const float *g, float *sum, size_t vectors, size_t left)
{
    vf s[4];
    for (size_t v = 0; v < vectors; v++) s[v] = vf_get_upto(sum + v * W, left);
    for (size_t i = 0; i < m; i++)
        for (size_t v = 0; v < vectors; v++) s[v] += vf_get_upto(g + i * n + v * W, left);
    for (size_t v = 0; v < vectors; v++) vf_put_upto(sum + v * W, s[v], left);
}

/* A few rows at a time, so that the second pass finds them in the L1 cache. */
static void simd_act_bias_grad(hg__act a, float slope, size_t m, size_t n, const float *v, float *g, float *bias,
                               bool add)
{
    size_t rows = n < 2048 ? 2048 / n : 1;
    if (!add) memset(bias, 0, n * sizeof(float));
    for (size_t i = 0; i < m; i += rows) {
        size_t now = m - i < rows ? m - i : rows, j = 0;
        float *from = g + i * n;
        if (a != HG__ACT_NONE) simd_act_grad(a, slope, now * n, v + i * n, from);
        for (; j + 4 * W <= n; j += 4 * W) sum_columns(now, n, from + j, bias + j, 4, W);
        for (; j + W <= n; j += W) sum_columns(now, n, from + j, bias + j, 1, W);
        if (j < n) sum_columns(now, n, from + j, bias + j, 1, n - j);
    }
}

#endif
