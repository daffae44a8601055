/* simd_optim.h: Adam, and what looks at all gradients at once. */
#ifndef HG_KERN_ISA_SIMD_OPTIM_H
#define HG_KERN_ISA_SIMD_OPTIM_H

#include "kern/isa/vector.h"

typedef struct adam_lanes {
    vf step, root, keep, beta1, beta2, rest1, rest2, epsilon;
} adam_lanes;

ALWAYS_INLINE void adam_step(const adam_lanes *o, const float *g, float *w, float *m, float *v, size_t left)
{
    vf gradient = vf_get_upto(g, left);
    vf mean = o->beta1 * vf_get_upto(m, left) + o->rest1 * gradient;
    vf square = o->beta2 * vf_get_upto(v, left) + o->rest2 * (gradient * gradient);
    vf_put_upto(m, mean, left);
    vf_put_upto(v, square, left);
    vf change = o->step * mean / (vf_sqrt(square) * o->root + o->epsilon);
    vf_put_upto(w, o->keep * vf_get_upto(w, left) - change, left);
}

static void simd_adam(const hg__adam *o, size_t n, const float *g, float *w, float *m, float *v)
{
    adam_lanes lanes_of = {.step = vf_all(o->lr / o->correct1),
                           .root = 1 / vf_sqrt(vf_all(o->correct2)),
                           .keep = vf_all(1 - o->lr * o->decay),
                           .beta1 = vf_all(o->beta1),
                           .beta2 = vf_all(o->beta2),
                           .rest1 = vf_all(1 - o->beta1),
                           .rest2 = vf_all(1 - o->beta2),
                           .epsilon = vf_all(o->epsilon)};
    size_t i = 0;
    for (; i + W <= n; i += W) adam_step(&lanes_of, g + i, w + i, m + i, v + i, W);
    if (i < n) adam_step(&lanes_of, g + i, w + i, m + i, v + i, n - i);
}

static double simd_sum_squares(size_t n, const float *x)
{
    vd sum = {0};
    for (size_t i = 0; i < n; i += W) {
        vd wide = __builtin_convertvector(vf_get_upto(x + i, n - i), vd);
        sum += wide * wide;
    }
    double all = 0;
    for (size_t l = 0; l < W; l++) all += sum[l];
    return all;
}

static bool simd_finite(size_t n, const float *x)
{
    vi all = ~(vi){0};
    for (size_t i = 0; i < n; i += W) {
        vf v = vf_get_upto(x + i, n - i);
        all &= v - v == 0;
    }
    for (size_t l = 0; l < W; l++)
        if (!all[l]) return false;
    return true;
}

#endif
