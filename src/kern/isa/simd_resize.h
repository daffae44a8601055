/* simd_resize.h: bilinear upsampling, W channels at a time, and pixel shuffle, which is loops alone: what costs in ref
 * is to find each element's place by dividing. Upsampling images of so few channels that most lanes would idle is left
 * to ref. */
#ifndef HG_KERN_ISA_SIMD_RESIZE_H
#define HG_KERN_ISA_SIMD_RESIZE_H

#include "kern/isa/simd_elementwise.h"

/* The four pixels that an output lies between, in elements from the image on, and their weights. */
typedef struct corners {
    size_t at[4];
    vf part[4];
} corners;

ALWAYS_INLINE corners corners_of(hg_shape in, hg__between v, hg__between u)
{
    corners k;
    for (size_t t = 0; t < 4; t++) {
        k.at[t] = (v.at[t / 2] * in.w + u.at[t % 2]) * in.c;
        k.part[t] = vf_all(v.part[t / 2] * u.part[t % 2]);
    }
    return k;
}

ALWAYS_INLINE void mix_lanes(const corners *k, const float *image, float *y, size_t left)
{
    vf sum = {0};
    for (size_t t = 0; t < 4; t++) sum += k->part[t] * vf_get_upto(image + k->at[t], left);
    vf_put_upto(y, sum, left);
}

/* One after the other: at the border two corners are one pixel. */
ALWAYS_INLINE void spread_lanes(const corners *k, const float *dy, float *image, size_t left)
{
    vf d = vf_get_upto(dy, left);
    for (size_t t = 0; t < 4; t++) put_or_add(image + k->at[t], k->part[t] * d, true, left);
}

static void simd_bilinear(size_t n, hg_shape in, size_t oh, size_t ow, const float *x, float *y)
{
    if (in.c < W / 2) {
        hg__ref_bilinear(n, in, oh, ow, x, y);
        return;
    }
    for (size_t row = 0; row < n * oh; row++) {
        const float *image = x + row / oh * hg_shape_size(in);
        hg__between v = hg__between_of(row % oh, oh, in.h);
        for (size_t o = 0; o < ow; o++, y += in.c) {
            corners k = corners_of(in, v, hg__between_of(o, ow, in.w));
            size_t c = 0;
            for (; c + W <= in.c; c += W) mix_lanes(&k, image + c, y + c, W);
            if (c < in.c) mix_lanes(&k, image + c, y + c, in.c - c);
        }
    }
}

static void simd_bilinear_grad(size_t n, hg_shape in, size_t oh, size_t ow, const float *dy, float *dx, bool add)
{
    if (in.c < W / 2) {
        hg__ref_bilinear_grad(n, in, oh, ow, dy, dx, add);
        return;
    }
    if (!add) memset(dx, 0, n * hg_shape_size(in) * sizeof(float));
    for (size_t row = 0; row < n * oh; row++) {
        float *image = dx + row / oh * hg_shape_size(in);
        hg__between v = hg__between_of(row % oh, oh, in.h);
        for (size_t o = 0; o < ow; o++, dy += in.c) {
            corners k = corners_of(in, v, hg__between_of(o, ow, in.w));
            size_t c = 0;
            for (; c + W <= in.c; c += W) spread_lanes(&k, dy + c, image + c, W);
            if (c < in.c) spread_lanes(&k, dy + c, image + c, in.c - c);
        }
    }
}

/* Pixel p of n x h x w has c r r channels, which are r rows of r pixels of c channels in the wide images. */
ALWAYS_INLINE void shuffle_over(size_t pixels, hg_shape in, size_t r, const float *x, float *y, bool add, bool back)
{
    const size_t c = in.c / (r * r);
    for (size_t p = 0; p < pixels; p++)
        for (size_t i = 0; i < r * r; i++) {
            size_t deep = p * in.c + i, wide = (((p / in.w * r + i / r) * in.w + p % in.w) * r + i % r) * c;
            for (size_t k = 0; k < c; k++) {
                size_t a = deep + k * r * r, b = wide + k;
                hg__put(y + (back ? a : b), x[back ? b : a], add);
            }
        }
}

static void simd_shuffle(size_t n, hg_shape in, size_t r, const float *x, float *y, bool add)
{
    size_t pixels = n * in.h * in.w;
    if (add) shuffle_over(pixels, in, r, x, y, true, false);
    else if (r == 2) shuffle_over(pixels, in, 2, x, y, false, false);
    else shuffle_over(pixels, in, r, x, y, false, false);
}

static void simd_unshuffle(size_t n, hg_shape out, size_t r, const float *x, float *y, bool add)
{
    size_t pixels = n * out.h * out.w;
    if (add) shuffle_over(pixels, out, r, x, y, true, true);
    else if (r == 2) shuffle_over(pixels, out, 2, x, y, false, true);
    else shuffle_over(pixels, out, r, x, y, false, true);
}

#endif
