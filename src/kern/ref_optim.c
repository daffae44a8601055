/* ref_optim.c: optimisers and what looks at all weights or gradients at once. */
#include "kern/ref.h"

#include <tgmath.h>

void hg__ref_penalty(size_t n, real l1, real l2, const real *w, real *g)
{
    for (size_t i = 0; i < n; i++) g[i] += l1 * (real)((w[i] > 0) - (w[i] < 0)) + l2 * w[i];
}

/* Kingma and Ba 2014, algorithm 1; decay as in Loshchilov and Hutter 2017, algorithm 2. */
void hg__ref_adam(const hg__adam *o, size_t n, const real *g, real *w, real *m, real *v)
{
    real step = o->lr / o->correct1, root = 1 / sqrt(o->correct2), keep = 1 - o->lr * o->decay;
    for (size_t i = 0; i < n; i++) {
        m[i] = o->beta1 * m[i] + (1 - o->beta1) * g[i];
        v[i] = o->beta2 * v[i] + (1 - o->beta2) * (g[i] * g[i]);
        w[i] = keep * w[i] - step * m[i] / (sqrt(v[i]) * root + o->epsilon);
    }
}

/* PyTorch's form: the decay joins the gradient, the velocity takes it whole; Nesterov looks one step ahead.
 * Without momentum the velocity is not touched and may be NULL. */
void hg__ref_sgd(const hg__sgd *o, size_t n, const real *g, real *w, real *velocity)
{
    bool moving = !(o->momentum == 0);
    for (size_t i = 0; i < n; i++) {
        real d = g[i] + o->decay * w[i];
        if (moving) {
            velocity[i] = o->momentum * velocity[i] + d;
            d = o->nesterov ? d + o->momentum * velocity[i] : velocity[i];
        }
        w[i] -= o->lr * d;
    }
}

/* Tieleman and Hinton 2012, with PyTorch's momentum; without it the velocity may be NULL. */
void hg__ref_rmsprop(const hg__rmsprop *o, size_t n, const real *g, real *w, real *square, real *velocity)
{
    bool moving = !(o->momentum == 0);
    for (size_t i = 0; i < n; i++) {
        square[i] = o->alpha * square[i] + (1 - o->alpha) * (g[i] * g[i]);
        real d = g[i] / (sqrt(square[i]) + o->epsilon);
        if (moving) d = velocity[i] = o->momentum * velocity[i] + d;
        w[i] -= o->lr * d;
    }
}

void hg__ref_ema(size_t n, real decay, const real *w, real *average)
{
    for (size_t i = 0; i < n; i++) average[i] = decay * average[i] + (1 - decay) * w[i];
}

double hg__ref_sum_squares(size_t n, const real *x)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    return sum;
}

bool hg__ref_finite(size_t n, const real *x)
{
    bool all = true;
    for (size_t i = 0; i < n; i++) all &= x[i] - x[i] == 0;
    return all;
}
