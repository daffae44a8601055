/* ref_elementwise.c: activations, and what works element by element. NaN passes through every one
 * of them, so that a diverged training shows itself. */
#include "kern/ref.h"

#include <string.h>
#include <tgmath.h>

static real sigmoid(real x) { return 1 / (1 + exp(-x)); }
static real softplus(real x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }

/* Phi(x), the normal distribution function. */
static real normal_below(real x) { return (real)0.5 * (1 + erf(x * (real)0.70710678118654752440)); }
static real normal_density(real x) { return exp(-x * x / 2) * (real)0.39894228040143267794; }

real hg__ref_act_of(hg__act a, real slope, real x)
{
    switch (a) {
    case HG__ACT_RELU: return x < 0 ? 0 : x;
    case HG__ACT_LEAKY: return x < 0 ? slope * x : x;
    case HG__ACT_ELU: return x < 0 ? slope * expm1(x) : x;
    case HG__ACT_TANH: return tanh(x);
    case HG__ACT_SIGMOID: return sigmoid(x);
    case HG__ACT_SOFTPLUS: return x != x ? x : softplus(x);
    case HG__ACT_GELU: return x * normal_below(x);
    case HG__ACT_SILU: return x * sigmoid(x);
    case HG__ACT_NONE:
    case HG__ACTS: break;
    }
    return x;
}

real hg__ref_act_slope(hg__act a, real slope, real v)
{
    switch (a) {
    case HG__ACT_RELU: return v > 0 ? 1 : 0;
    case HG__ACT_LEAKY: return v > 0 ? 1 : slope;
    case HG__ACT_ELU: return v > 0 ? 1 : v + slope;
    case HG__ACT_TANH: return 1 - v * v;
    case HG__ACT_SIGMOID: return v * (1 - v);
    case HG__ACT_SOFTPLUS: return -expm1(-v);
    case HG__ACT_GELU: return normal_below(v) + v * normal_density(v);
    case HG__ACT_SILU: return sigmoid(v) * (1 + v * sigmoid(-v));
    case HG__ACT_NONE:
    case HG__ACTS: break;
    }
    return 1;
}

void hg__ref_act(hg__act a, real slope, size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++) y[i] = hg__ref_act_of(a, slope, x[i]);
}

void hg__ref_act_grad(hg__act a, real slope, size_t n, const real *v, real *g)
{
    for (size_t i = 0; i < n; i++) g[i] *= hg__ref_act_slope(a, slope, v[i]);
}

void hg__ref_act_bias_grad(hg__act a, real slope, size_t m, size_t n, const real *v, real *g, real *bias, bool add)
{
    if (!add) memset(bias, 0, n * sizeof(real));
    for (size_t i = 0; i < m; i++) {
        if (a != HG__ACT_NONE) hg__ref_act_grad(a, slope, n, v + i * n, g + i * n);
        for (size_t j = 0; j < n; j++) bias[j] += g[i * n + j];
    }
}

void hg__ref_copy(size_t n, const real *x, real *y, bool add)
{
    for (size_t i = 0; i < n; i++) hg__put(y + i, x[i], add);
}

void hg__ref_scale(size_t n, real f, const real *x, real *y, bool add)
{
    for (size_t i = 0; i < n; i++) hg__put(y + i, f * x[i], add);
}

void hg__ref_sum2(size_t n, const real *a, const real *b, real *y)
{
    for (size_t i = 0; i < n; i++) y[i] = a[i] + b[i];
}

void hg__ref_copy2d(size_t m, size_t n, const real *x, size_t x_step, real *y, size_t y_step, bool add)
{
    for (size_t i = 0; i < m; i++) hg__ref_copy(n, x + i * x_step, y + i * y_step, add);
}

void hg__ref_sum_shards(size_t n, size_t shards, size_t step, const real *in, real *out)
{
    for (size_t i = 0; i < n; i++) {
        real sum = in[i];
        for (size_t s = 1; s < shards; s++) sum += in[s * step + i];
        out[i] = sum;
    }
}
