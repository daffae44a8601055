/* ref_chance.c: random numbers and what is done with them. Sample i of a batch reads the stream
 * (seed, purpose, step, first + i) from its start, its elements in order: so a number depends on
 * which sample it is for, never on how the batch was cut. */
#include "base/random.h"
#include "kern/ref.h"

#include <tgmath.h>

void hg__ref_draw_uniform(const hg__draw *d, real *out)
{
    for (size_t i = 0; i < d->n; i++) {
        hg__random r = hg__random_at(d->seed, d->purpose, d->step, d->first + i);
        /* 24 bits: a float holds them exactly, so 1 is never reached by rounding. */
        for (size_t j = 0; j < d->size; j++) *out++ = (real)(hg__random_u32(&r) >> 8) * (real)0x1p-24;
    }
}

void hg__ref_draw_normal(const hg__draw *d, real *out)
{
    for (size_t i = 0; i < d->n; i++) {
        hg__random r = hg__random_at(d->seed, d->purpose, d->step, d->first + i);
        for (size_t j = 0; j < d->size; j++) *out++ = (real)hg__random_normal(&r);
    }
}

void hg__ref_dropout(size_t n, real rate, const real *u, const real *x, real *y, bool add)
{
    real keep = 1 / (1 - rate);
    for (size_t i = 0; i < n; i++) hg__put(y + i, u[i] < rate ? 0 : x[i] * keep, add);
}

void hg__ref_keep_first(const hg__keep_first *w, const real *x, real *y, bool add)
{
    for (size_t i = 0; i < w->n; i++) {
        size_t kept = (size_t)w->kept[(size_t)(w->u[i] * (real)w->steps)];
        for (size_t j = 0; j < w->size; j++) hg__put(y++, j < kept ? x[j] : 0, add);
        x += w->size;
    }
}

void hg__ref_gaussian(size_t n, const real *mu, const real *logvar, const real *eps, real *z)
{
    for (size_t i = 0; i < n; i++) z[i] = mu[i] + exp(logvar[i] / 2) * eps[i];
}

void hg__ref_gaussian_grad(size_t n, const real *logvar, const real *eps, const real *dz, real *dmu, bool mu_add,
                           real *dlogvar, bool logvar_add)
{
    for (size_t i = 0; i < n; i++) {
        if (dmu) hg__put(dmu + i, dz[i], mu_add);
        if (dlogvar) hg__put(dlogvar + i, dz[i] * eps[i] * exp(logvar[i] / 2) / 2, logvar_add);
    }
}
