/* simd_pool.h: pooling and nearest upsampling, W channels at a time. Images of so few channels that most lanes
 * would idle are left to ref. */
#ifndef HG_KERN_ISA_SIMD_POOL_H
#define HG_KERN_ISA_SIMD_POOL_H

#include "kern/isa/simd_elementwise.h"

/* The taps of one output that lie inside the image: rows y0 … y1-1, columns x0 … x1-1. */
typedef struct taps {
    size_t y0, y1, x0, x1;
} taps;

static inline taps taps_of(const hg__window *w, size_t oy, size_t ox)
{
    size_t y = oy * w->sh, x = ox * w->sw;
    taps t = {y > w->ph ? y - w->ph : 0, y + w->kh - w->ph, x > w->pw ? x - w->pw : 0, x + w->kw - w->pw};
    if (t.y1 > w->h) t.y1 = w->h;
    if (t.x1 > w->w) t.x1 = w->w;
    return t;
}

/* 0, 1, …, W-1 */
ALWAYS_INLINE vi lane_numbers(void)
{
    int32_t number[W];
    vi v;
    for (int32_t l = 0; l < W; l++) number[l] = l;
    memcpy(&v, number, sizeof v);
    return v;
}

ALWAYS_INLINE vi vi_get_upto(const int32_t *p, size_t n) { return (vi)vf_get_upto((const float *)(const void *)p, n); }
ALWAYS_INLINE void vi_put_upto(int32_t *p, vi v, size_t n) { vf_put_upto((float *)(void *)p, (vf)v, n); }

/* Row after row of taps, in numbers: constant ones where they are the usual 2 x 2. */
typedef struct grid {
    size_t down, across;
} grid;

static inline grid grid_of(taps t) { return (grid){t.y1 - t.y0, t.x1 - t.x0}; }
static inline bool is_usual(grid g) { return g.down == 2 && g.across == 2; }
static const grid usual = {2, 2};

/* left: channels from c on. */
ALWAYS_INLINE void max_lanes(const hg__window *w, grid g, size_t from, size_t left, const float *image, float *y,
                             int32_t *arg)
{
    vf best = vf_get_upto(image + from, left);
    vi at = (int32_t)from + (vi){0};
    for (size_t iy = 0; iy < g.down; iy++)
        for (size_t ix = iy ? 0 : 1; ix < g.across; ix++) {
            size_t here = from + (iy * w->w + ix) * w->c;
            vf v = vf_get_upto(image + here, left);
            vi better = ~(v <= best) & (best == best); /* NaN is, but only the first of them */
            best = vf_if(better, v, best);
            at = vi_if(better, (int32_t)here + (vi){0}, at);
        }
    vf_put_upto(y, best, left);
    if (arg) vi_put_upto(arg, at + lane_numbers(), left);
}

/* One window in all channels. */
ALWAYS_INLINE void max_window(const hg__window *w, taps t, const float *image, float *y, int32_t *arg)
{
    const grid g = grid_of(t);
    const size_t first = (t.y0 * w->w + t.x0) * w->c;
    for (size_t c = 0; c < w->c; c += W) {
        int32_t *a = arg ? arg + c : NULL;
        if (is_usual(g)) max_lanes(w, usual, first + c, w->c - c, image, y + c, a);
        else max_lanes(w, g, first + c, w->c - c, image, y + c, a);
    }
}

static void simd_pool_max(const hg__window *w, const float *x, float *y, int32_t *arg)
{
    if (w->c < W / 2) {
        hg__ref_pool_max(w, x, y, arg);
        return;
    }
    for (size_t i = 0; i < w->n; i++, x += w->h * w->w * w->c)
        for (size_t oy = 0; oy < w->oh; oy++)
            for (size_t ox = 0; ox < w->ow; ox++, y += w->c) {
                max_window(w, taps_of(w, oy, ox), x, y, arg);
                if (arg) arg += w->c;
            }
}

/* Whether every pixel lies in one window. */
static bool is_tiled(const hg__window *w)
{
    return w->kh == w->sh && w->kw == w->sw && !w->ph && !w->pw && w->oh * w->sh >= w->h && w->ow * w->sw >= w->w;
}

/* The window's gradient goes to where its maximum was, zeros to its other taps. */
ALWAYS_INLINE void max_grad_lanes(const hg__window *w, grid g, size_t from, size_t left, vf dy, vi at, float *image,
                                  bool add)
{
    for (size_t iy = 0; iy < g.down; iy++)
        for (size_t ix = 0; ix < g.across; ix++) {
            size_t here = from + (iy * w->w + ix) * w->c;
            put_or_add(image + here, vf_if(at == (int32_t)here, dy, (vf){0}), add, left);
        }
}

ALWAYS_INLINE void max_grad_window(const hg__window *w, taps t, const float *dy, const int32_t *arg, float *image,
                                   bool add)
{
    const grid g = grid_of(t);
    const size_t first = (t.y0 * w->w + t.x0) * w->c;
    for (size_t c = 0; c < w->c; c += W) {
        const size_t left = w->c - c;
        const vf d = vf_get_upto(dy + c, left);
        const vi at = vi_get_upto(arg + c, left) - lane_numbers();
        if (is_usual(g)) max_grad_lanes(w, usual, first + c, left, d, at, image, add);
        else max_grad_lanes(w, g, first + c, left, d, at, image, add);
    }
}

static void simd_pool_max_grad(const hg__window *w, const int32_t *arg, const float *dy, float *dx, bool add)
{
    const size_t in = w->h * w->w * w->c;
    if (w->c < W / 2) {
        hg__ref_pool_max_grad(w, arg, dy, dx, add);
        return;
    }
    if (!add && !is_tiled(w)) memset(dx, 0, w->n * in * sizeof(float)), add = true;
    for (size_t i = 0; i < w->n; i++, dx += in)
        for (size_t oy = 0; oy < w->oh; oy++)
            for (size_t ox = 0; ox < w->ow; ox++, dy += w->c, arg += w->c)
                max_grad_window(w, taps_of(w, oy, ox), dy, arg, dx, add);
}

ALWAYS_INLINE void average_lanes(const hg__window *w, taps t, size_t left, const float *image, float *y)
{
    vf sum = {0};
    for (size_t iy = t.y0; iy < t.y1; iy++)
        for (size_t ix = t.x0; ix < t.x1; ix++) sum += vf_get_upto(image + (iy * w->w + ix) * w->c, left);
    vf_put_upto(y, sum * (1 / (float)((t.y1 - t.y0) * (t.x1 - t.x0))), left);
}

static void simd_pool_avg(const hg__window *w, const float *x, float *y)
{
    size_t pixels = w->oh * w->ow;
    for (size_t o = 0; o < w->n * pixels; o++, y += w->c) {
        const float *image = x + o / pixels * w->h * w->w * w->c;
        taps t = taps_of(w, o % pixels / w->ow, o % w->ow);
        size_t c = 0;
        for (; c + W <= w->c; c += W) average_lanes(w, t, W, image + c, y + c);
        if (c < w->c) average_lanes(w, t, w->c - c, image + c, y + c);
    }
}

ALWAYS_INLINE void share_lanes(const hg__window *w, taps t, size_t left, const float *dy, float *image)
{
    vf share = vf_get_upto(dy, left) * (1 / (float)((t.y1 - t.y0) * (t.x1 - t.x0)));
    for (size_t iy = t.y0; iy < t.y1; iy++)
        for (size_t ix = t.x0; ix < t.x1; ix++) put_or_add(image + (iy * w->w + ix) * w->c, share, true, left);
}

static void simd_pool_avg_grad(const hg__window *w, const float *dy, float *dx, bool add)
{
    size_t pixels = w->oh * w->ow, in = w->h * w->w * w->c;
    if (!add) memset(dx, 0, w->n * in * sizeof(float));
    for (size_t o = 0; o < w->n * pixels; o++, dy += w->c) {
        float *image = dx + o / pixels * in;
        taps t = taps_of(w, o % pixels / w->ow, o % w->ow);
        size_t c = 0;
        for (; c + W <= w->c; c += W) share_lanes(w, t, W, dy + c, image + c);
        if (c < w->c) share_lanes(w, t, w->c - c, dy + c, image + c);
    }
}

/* One row of the image, each pixel written `times` times. */
static void widen_row(hg_shape in, size_t times, const float *x, float *y)
{
    for (size_t p = 0; p < in.w; p++, x += in.c)
        for (size_t t = 0; t < times; t++, y += in.c) {
            size_t c = 0;
            for (; c + W <= in.c; c += W) vf_put(y + c, vf_get(x + c));
            for (; c < in.c; c++) y[c] = x[c];
        }
}

static void simd_nearest(size_t n, hg_shape in, size_t fh, size_t fw, const float *x, float *y)
{
    size_t wide = in.w * fw * in.c;
    for (size_t row = 0; row < n * in.h; row++, x += in.w * in.c, y += fh * wide) {
        widen_row(in, fw, x, y);
        for (size_t t = 1; t < fh; t++) memcpy(y + t * wide, y, wide * sizeof(float));
    }
}

/* The sum over the fh x fw pixels at dy that came from one; wide: elements to a row. */
ALWAYS_INLINE vf sum_block(const float *dy, size_t fh, size_t fw, size_t wide, size_t c, size_t left)
{
    vf sum = {0};
    for (size_t y = 0; y < fh; y++)
        for (size_t x = 0; x < fw; x++) sum += vf_get_upto(dy + y * wide + x * c, left);
    return sum;
}

static void simd_nearest_grad(size_t n, hg_shape in, size_t fh, size_t fw, const float *dy, float *dx, bool add)
{
    size_t wide = in.w * fw * in.c;
    if (in.c < W / 2) {
        hg__ref_nearest_grad(n, in, fh, fw, dy, dx, add);
        return;
    }
    for (size_t p = 0; p < n * in.h * in.w; p++, dx += in.c) {
        const float *from = dy + p / in.w * fh * wide + p % in.w * fw * in.c;
        size_t c = 0;
        for (; c + W <= in.c; c += W) put_or_add(dx + c, sum_block(from + c, fh, fw, wide, in.c, W), add, W);
        if (c < in.c) put_or_add(dx + c, sum_block(from + c, fh, fw, wide, in.c, in.c - c), add, in.c - c);
    }
}

#endif
