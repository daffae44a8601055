/* simd_norm.h: normalisation, W channels at a time. A vector holds channels of one group, or several whole groups;
 * batch norm is one sample of all pixels whose every channel is a group. Sums are taken in float over a few rows,
 * and of these in double. Values of so few channels that most lanes would idle are left to ref. */
#ifndef HG_KERN_ISA_SIMD_NORM_H
#define HG_KERN_ISA_SIMD_NORM_H

#include "kern/isa/vector.h"

#include <math.h>

enum { NORM_ROWS = 32 }; /* that are summed in float */

/* Some channels of one sample: a group, or as many whole ones as a vector holds. */
typedef struct stripe {
    const hg__norm *w;
    size_t groups, wide; /* channels to a group */
    size_t channel;      /* the first */
    size_t first;        /* element: of the sample's first row */
    size_t at;           /* in mean and istd */
} stripe;

static stripe stripe_of(const hg__norm *w, size_t sample, size_t group)
{
    size_t wide = w->c / w->groups, most = wide < W ? W / wide : 1, left = w->groups - group;
    return (stripe){.w = w,
                    .groups = left < most ? left : most,
                    .wide = wide,
                    .channel = group * wide,
                    .first = sample * w->pixels * w->c + group * wide,
                    .at = sample * w->groups + group};
}

static size_t stripe_size(const stripe *s) { return s->groups * s->wide; }
static size_t group_of(const stripe *s, size_t lane) { return s->groups == 1 ? 0 : lane / s->wide; }

/* In each lane what its group has; zeros behind the last. */
static vf in_lanes(const stripe *s, const float *of_group)
{
    float lane[W] = {0};
    for (size_t l = 0; l < W && group_of(s, l) < s->groups; l++) lane[l] = of_group[group_of(s, l)];
    return vf_get(lane);
}

static void add_lanes(vf part, double sum[W])
{
    float lane[W];
    vf_put(lane, part);
    for (size_t l = 0; l < W; l++) sum[l] += (double)lane[l];
}

/* ---- Forwards ---- */

/* sum[l] += over the rows: x, or the square of x - mean. Lanes from `left` on count for nothing. */
ALWAYS_INLINE void sum_rows(const stripe *s, size_t j, size_t left, vf mean, bool square, double sum[W])
{
    const size_t rows = s->w->pixels, c = s->w->c;
    const float *x = s->w->x + s->first + j;
    for (size_t r = 0; r < rows; r += NORM_ROWS) {
        size_t end = rows - r < NORM_ROWS ? rows : r + NORM_ROWS;
        vf part = {0};
        for (size_t i = r; i < end; i++) {
            vf v = vf_get_upto(x + i * c, left) - mean;
            part += square ? v * v : v;
        }
        add_lanes(part, sum);
    }
}

ALWAYS_INLINE void sum_groups(const stripe *s, bool square, double of_group[W])
{
    vf mean = square ? in_lanes(s, s->w->mean + s->at) : (vf){0};
    for (size_t g = 0; g < s->groups; g++) of_group[g] = 0;
    for (size_t j = 0, size = stripe_size(s); j < size; j += W) {
        double sum[W] = {0};
        if (size - j >= W) sum_rows(s, j, W, mean, square, sum);
        else sum_rows(s, j, size - j, mean, square, sum);
        for (size_t l = 0; l < W && j + l < size; l++) of_group[group_of(s, l)] += sum[l];
    }
}

static void stripe_moments(const stripe *s)
{
    double sum[W], count = (double)(s->w->pixels * s->wide);
    sum_groups(s, false, sum);
    for (size_t g = 0; g < s->groups; g++) s->w->mean[s->at + g] = (float)(sum[g] / count);
    sum_groups(s, true, sum);
    for (size_t g = 0; g < s->groups; g++)
        s->w->istd[s->at + g] = (float)(1 / sqrt(sum[g] / count + (double)s->w->epsilon));
}

ALWAYS_INLINE void apply_rows(const stripe *s, size_t j, size_t left, vf mean, vf istd)
{
    const hg__norm *w = s->w;
    vf scale = vf_get_upto(w->scale + s->channel + j, left), shift = vf_get_upto(w->shift + s->channel + j, left);
    for (size_t i = 0, at = s->first + j; i < w->pixels; i++, at += w->c)
        vf_put_upto(w->y + at, (vf_get_upto(w->x + at, left) - mean) * istd * scale + shift, left);
}

static void stripe_apply(const stripe *s)
{
    vf mean = in_lanes(s, s->w->mean + s->at), istd = in_lanes(s, s->w->istd + s->at);
    for (size_t j = 0, size = stripe_size(s); j < size; j += W) {
        if (size - j >= W) apply_rows(s, j, W, mean, istd);
        else apply_rows(s, j, size - j, mean, istd);
    }
}

/* ---- Backwards: see ref_norm.c ---- */

typedef struct norm_sums { /* over the rows, lane by lane: dy, and dy times the normalised x */
    double dy[W], dot[W];
} norm_sums;

ALWAYS_INLINE void sum_gradient(const stripe *s, size_t j, size_t left, vf mean, vf istd, norm_sums *sums)
{
    const hg__norm *w = s->w;
    for (size_t r = 0; r < w->pixels; r += NORM_ROWS) {
        size_t end = w->pixels - r < NORM_ROWS ? w->pixels : r + NORM_ROWS, at = s->first + j + r * w->c;
        vf part = {0}, dot = {0};
        for (size_t i = r; i < end; i++, at += w->c) {
            vf dy = vf_get_upto(w->dy + at, left);
            part += dy;
            dot += dy * ((vf_get_upto(w->x + at, left) - mean) * istd);
        }
        add_lanes(part, sums->dy);
        add_lanes(dot, sums->dot);
    }
}

/* Adds to dscale and dshift; of_group: the means over each group of d = dy scale, and of d xn. */
static void stripe_sums(const stripe *s, float d_mean[W], float d_dot[W])
{
    const hg__norm *w = s->w;
    vf mean = in_lanes(s, w->mean + s->at), istd = in_lanes(s, w->istd + s->at);
    double sum[W] = {0}, dot[W] = {0}, count = (double)(w->pixels * s->wide);
    for (size_t j = 0, size = stripe_size(s); j < size; j += W) {
        norm_sums sums = {0};
        if (size - j >= W) sum_gradient(s, j, W, mean, istd, &sums);
        else sum_gradient(s, j, size - j, mean, istd, &sums);
        for (size_t l = 0; l < W && j + l < size; l++) {
            size_t channel = s->channel + j + l, g = group_of(s, l);
            w->dshift[channel] += (float)sums.dy[l];
            w->dscale[channel] += (float)sums.dot[l];
            sum[g] += sums.dy[l] * (double)w->scale[channel];
            dot[g] += sums.dot[l] * (double)w->scale[channel];
        }
    }
    for (size_t g = 0; g < s->groups; g++) d_mean[g] = (float)(sum[g] / count), d_dot[g] = (float)(dot[g] / count);
}

typedef struct norm_lanes {
    vf mean, istd, d_mean, d_dot;
} norm_lanes;

ALWAYS_INLINE void gradient_rows(const stripe *s, size_t j, size_t left, const norm_lanes *n, bool add)
{
    const hg__norm *w = s->w;
    vf scale = vf_get_upto(w->scale + s->channel + j, left);
    for (size_t i = 0, at = s->first + j; i < w->pixels; i++, at += w->c) {
        vf d = vf_get_upto(w->dy + at, left) * scale, xn = (vf_get_upto(w->x + at, left) - n->mean) * n->istd;
        vf dx = n->istd * (d - n->d_mean - xn * n->d_dot);
        vf_put_upto(w->dx + at, add ? vf_get_upto(w->dx + at, left) + dx : dx, left);
    }
}

static void stripe_gradient(const stripe *s)
{
    const hg__norm *w = s->w;
    float d_mean[W], d_dot[W];
    stripe_sums(s, d_mean, d_dot);
    if (!w->dx) return;
    norm_lanes n = {in_lanes(s, w->mean + s->at), in_lanes(s, w->istd + s->at), in_lanes(s, d_mean),
                    in_lanes(s, d_dot)};
    for (size_t j = 0, size = stripe_size(s); j < size; j += W) {
        if (size - j >= W) gradient_rows(s, j, W, &n, w->dx_add);
        else gradient_rows(s, j, size - j, &n, w->dx_add);
    }
}

/* ---- The rows of the table ---- */

static bool too_narrow(const hg__norm *w) { return w->c < W / 2; }

static hg__norm as_one_sample(const hg__norm *w)
{
    hg__norm all = *w;
    all.n = 1, all.pixels = w->n * w->pixels, all.groups = w->c;
    return all;
}

static void simd_norm(const hg__norm *w)
{
    if (too_narrow(w)) {
        hg__ref_norm(w);
        return;
    }
    for (size_t sample = 0; sample < w->n; sample++)
        for (size_t g = 0; g < w->groups;) {
            stripe s = stripe_of(w, sample, g);
            stripe_moments(&s);
            stripe_apply(&s);
            g += s.groups;
        }
}

static void simd_norm_grad(const hg__norm *w)
{
    if (too_narrow(w)) {
        hg__ref_norm_grad(w);
        return;
    }
    for (size_t c = 0; c < w->c && !w->dw_add; c++) w->dscale[c] = w->dshift[c] = 0;
    for (size_t sample = 0; sample < w->n; sample++)
        for (size_t g = 0; g < w->groups;) {
            stripe s = stripe_of(w, sample, g);
            stripe_gradient(&s);
            g += s.groups;
        }
}

static void simd_norm_batch(const hg__norm *w)
{
    hg__norm all = as_one_sample(w);
    if (too_narrow(w)) hg__ref_norm_batch(w);
    else simd_norm(&all);
}

static void simd_norm_batch_grad(const hg__norm *w)
{
    hg__norm all = as_one_sample(w);
    if (too_narrow(w)) hg__ref_norm_batch_grad(w);
    else simd_norm_grad(&all);
}

static void simd_norm_apply(const hg__norm *w)
{
    hg__norm all = as_one_sample(w);
    if (too_narrow(w)) {
        hg__ref_norm_apply(w);
        return;
    }
    for (size_t g = 0; g < all.groups;) {
        stripe s = stripe_of(&all, 0, g);
        stripe_apply(&s);
        g += s.groups;
    }
}

#endif
