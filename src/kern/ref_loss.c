/* ref_loss.c: losses, each sample by itself, summed in double. */
#include "kern/ref.h"

#include <tgmath.h>

/* A loss and its derivative by y at one element. */
typedef struct slope {
    real value, dy;
} slope;

static slope huber(real d, real delta)
{
    if (fabs(d) <= delta) return (slope){d * d / 2, d};
    return (slope){delta * (fabs(d) - delta / 2), d < 0 ? -delta : delta};
}

/* Where y was clamped the slope is that of the clamped y, not 0: a saturated output can still recover. */
static slope bce(real y, real t)
{
    const real least = (real)1e-7;
    if (y < least) y = least;
    if (y > 1 - least) y = 1 - least;
    return (slope){-t * log(y) - (1 - t) * log1p(-y), (y - t) / (y * (1 - y))};
}

static slope bce_logits(real y, real t)
{
    return (slope){(y > 0 ? y : 0) - y * t + log1p(exp(-fabs(y))), 1 / (1 + exp(-y)) - t};
}

static slope loss_at(const hg__loss_work *w, real y, real t)
{
    real d = y - t;
    switch (w->kind) {
    case HG__LOSS_MSE: return (slope){d * d, 2 * d};
    case HG__LOSS_L1: return (slope){fabs(d), (real)((d > 0) - (d < 0))};
    case HG__LOSS_HUBER: return huber(d, w->delta);
    case HG__LOSS_BCE: return bce(y, t);
    case HG__LOSS_BCE_LOGITS: return bce_logits(y, t);
    }
    return (slope){0, 0};
}

void hg__ref_loss(const hg__loss_work *w)
{
    for (size_t i = 0; i < w->n; i++) {
        double sum = 0;
        for (size_t j = i * w->size; j < (i + 1) * w->size; j++) {
            slope s = loss_at(w, w->y[j], w->t ? w->t[j] : 0);
            sum += (double)s.value;
            if (w->dy) hg__put(w->dy + j, w->factor * s.dy, w->dy_add);
        }
        w->value[i] = (real)(sum * (double)w->factor);
    }
}

/* 1/2 sum of mu^2 + e^logvar - 1 - logvar (Kingma and Welling 2013, appendix B). */
void hg__ref_kl(size_t n, size_t size, const real *mu, const real *logvar, real factor, real *value, real *dmu,
                bool mu_add, real *dlogvar, bool logvar_add)
{
    const real half = (real)0.5;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = i * size; j < (i + 1) * size; j++) {
            real more = expm1(logvar[j]);
            sum += (double)(half * (mu[j] * mu[j] + more - logvar[j]));
            if (dmu) hg__put(dmu + j, factor * mu[j], mu_add);
            if (dlogvar) hg__put(dlogvar + j, factor * half * more, logvar_add);
        }
        value[i] = (real)(sum * (double)factor);
    }
}
