/* simd_loss.h: the losses that are used most, W elements at a time, and the divergence of a VAE. A sample's sum is
 * taken over stretches in float and over the stretches in double, in a fixed order. */
#ifndef HG_KERN_ISA_SIMD_LOSS_H
#define HG_KERN_ISA_SIMD_LOSS_H

#include "kern/isa/simd_elementwise.h"
#include "kern/isa/vmath.h"

enum { STRETCH = 128 * W };

/* A loss and its derivative by y in each lane. */
typedef struct lanes {
    vf value, dy;
} lanes;

ALWAYS_INLINE lanes loss_lanes(hg__loss kind, vf y, vf t)
{
    if (kind == HG__LOSS_MSE) return (lanes){(y - t) * (y - t), 2 * (y - t)};
    if (kind == HG__LOSS_BCE) {
        y = vf_if(y < 1e-7f, vf_all(1e-7f), vf_if(y > 1 - 1e-7f, vf_all(1 - 1e-7f), y));
        return (lanes){-(t * vf_log(y)) - (1 - t) * vf_log1m(y), (y - t) / (y * (1 - y))};
    }
    return (lanes){vf_softplus(y) - y * t, vf_sigmoid(y) - t};
}

/* Elements j … j+left-1 of the whole batch; gives their losses, zeros behind. */
ALWAYS_INLINE vf loss_step(hg__loss kind, const hg__loss_work *w, size_t j, size_t left)
{
    vf y = vf_get_upto(w->y + j, left), t = w->t ? vf_get_upto(w->t + j, left) : (vf){0};
    lanes s = loss_lanes(kind, y, t);
    if (w->dy) put_or_add(w->dy + j, w->factor * s.dy, w->dy_add, left);
    if (left >= W) return s.value;
    vf part = {0};
    memcpy(&part, &s.value, left * sizeof(float));
    return part;
}

ALWAYS_INLINE double loss_of_sample(hg__loss kind, const hg__loss_work *w, size_t j, size_t end)
{
    double sum = 0;
    while (j < end) {
        vf part = {0};
        size_t stop = end - j < STRETCH ? end : j + STRETCH;
        for (; j + W <= stop; j += W) part += loss_step(kind, w, j, W);
        if (j < stop) part += loss_step(kind, w, j, stop - j);
        sum += (double)vf_sum(part);
        j = stop;
    }
    return sum;
}

ALWAYS_INLINE void loss_over(hg__loss kind, const hg__loss_work *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->value[i] = (float)(loss_of_sample(kind, w, i * w->size, (i + 1) * w->size) * (double)w->factor);
}

static void simd_loss(const hg__loss_work *w)
{
    switch (w->kind) {
    case HG__LOSS_MSE: loss_over(HG__LOSS_MSE, w); return;
    case HG__LOSS_BCE: loss_over(HG__LOSS_BCE, w); return;
    case HG__LOSS_BCE_LOGITS: loss_over(HG__LOSS_BCE_LOGITS, w); return;
    default: hg__ref_loss(w); return;
    }
}

#endif
