/* ref_pool.c: max and average pooling. Taps outside the image do not count; a plan sees to it that
 * every window has one inside. Of equal values the first is the maximum, and NaN is greater than any
 * number. */
#include "kern/ref.h"

#include <string.h>

/* The taps of one output that lie inside the image: rows y0 … y1-1, columns x0 … x1-1. */
typedef struct taps {
    size_t y0, y1, x0, x1;
} taps;

static void clip(size_t o, size_t stride, size_t pad, size_t kernel, size_t size, size_t *from, size_t *to)
{
    size_t start = o * stride, end = start + kernel;
    *from = start > pad ? start - pad : 0;
    *to = end > pad ? end - pad : 0;
    if (*to > size) *to = size;
}

static taps taps_of(const hg__window *w, size_t oy, size_t ox)
{
    taps t;
    clip(oy, w->sh, w->ph, w->kh, w->h, &t.y0, &t.y1);
    clip(ox, w->sw, w->pw, w->kw, w->w, &t.x0, &t.x1);
    return t;
}

/* Offset in the image of the greatest value of channel c under the taps. */
static size_t greatest(const hg__window *w, taps t, size_t c, const real *image)
{
    size_t best = (t.y0 * w->w + t.x0) * w->c + c;
    for (size_t y = t.y0; y < t.y1; y++)
        for (size_t x = t.x0; x < t.x1; x++) {
            size_t at = (y * w->w + x) * w->c + c;
            if (image[at] > image[best] || (image[at] != image[at] && image[best] == image[best])) best = at;
        }
    return best;
}

void hg__ref_pool_max(const hg__window *w, const real *x, real *y, int32_t *arg)
{
    size_t pixels = w->oh * w->ow;
    for (size_t o = 0; o < w->n * pixels; o++) {
        const real *image = x + o / pixels * w->h * w->w * w->c;
        taps t = taps_of(w, o % pixels / w->ow, o % w->ow);
        for (size_t c = 0; c < w->c; c++) {
            size_t best = greatest(w, t, c, image);
            y[o * w->c + c] = image[best];
            if (arg) arg[o * w->c + c] = (int32_t)best;
        }
    }
}

void hg__ref_pool_max_grad(const hg__window *w, const int32_t *arg, const real *dy, real *dx, bool add)
{
    size_t in = w->h * w->w * w->c, out = w->oh * w->ow * w->c;
    if (!add) memset(dx, 0, w->n * in * sizeof(real));
    for (size_t i = 0; i < w->n; i++)
        for (size_t o = 0; o < out; o++) dx[i * in + (size_t)arg[i * out + o]] += dy[i * out + o];
}

void hg__ref_pool_avg(const hg__window *w, const real *x, real *y)
{
    size_t pixels = w->oh * w->ow;
    for (size_t o = 0; o < w->n * pixels; o++) {
        const real *image = x + o / pixels * w->h * w->w * w->c;
        taps t = taps_of(w, o % pixels / w->ow, o % w->ow);
        real share = 1 / (real)((t.y1 - t.y0) * (t.x1 - t.x0));
        for (size_t c = 0; c < w->c; c++) {
            real sum = 0;
            for (size_t iy = t.y0; iy < t.y1; iy++)
                for (size_t ix = t.x0; ix < t.x1; ix++) sum += image[(iy * w->w + ix) * w->c + c];
            y[o * w->c + c] = sum * share;
        }
    }
}

void hg__ref_pool_avg_grad(const hg__window *w, const real *dy, real *dx, bool add)
{
    size_t pixels = w->oh * w->ow, in = w->h * w->w * w->c;
    if (!add) memset(dx, 0, w->n * in * sizeof(real));
    for (size_t o = 0; o < w->n * pixels; o++) {
        real *image = dx + o / pixels * in;
        taps t = taps_of(w, o % pixels / w->ow, o % w->ow);
        real share = 1 / (real)((t.y1 - t.y0) * (t.x1 - t.x0));
        for (size_t iy = t.y0; iy < t.y1; iy++)
            for (size_t ix = t.x0; ix < t.x1; ix++)
                for (size_t c = 0; c < w->c; c++) image[(iy * w->w + ix) * w->c + c] += dy[o * w->c + c] * share;
    }
}
