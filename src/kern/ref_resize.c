/* ref_resize.c: nearest and bilinear upsampling, pixel shuffle, and their gradients. */
#include "kern/ref.h"

#include <string.h>
#include <tgmath.h>

void hg__ref_nearest(size_t n, hg_shape in, size_t fh, size_t fw, const real *x, real *y)
{
    size_t h = in.h * fh, w = in.w * fw;
    for (size_t row = 0; row < n * h; row++) {
        const real *from = x + (row / h * in.h + row % h / fh) * in.w * in.c;
        for (size_t ox = 0; ox < w; ox++) memcpy(y + (row * w + ox) * in.c, from + ox / fw * in.c, in.c * sizeof(real));
    }
}

void hg__ref_nearest_grad(size_t n, hg_shape in, size_t fh, size_t fw, const real *dy, real *dx, bool add)
{
    size_t wide = in.w * fw * in.c;
    for (size_t row = 0; row < n * in.h; row++)
        for (size_t x = 0; x < in.w; x++)
            for (size_t c = 0; c < in.c; c++) {
                real sum = 0;
                for (size_t t = 0; t < fh * fw; t++)
                    sum += dy[(row * fh + t / fw) * wide + (x * fw + t % fw) * in.c + c];
                hg__put(dx + (row * in.w + x) * in.c + c, sum, add);
            }
}

void hg__ref_bilinear(size_t n, hg_shape in, size_t oh, size_t ow, const real *x, real *y)
{
    for (size_t o = 0; o < n * oh * ow; o++) {
        const real *image = x + o / (oh * ow) * in.h * in.w * in.c;
        hg__between v = hg__between_of(o / ow % oh, oh, in.h), u = hg__between_of(o % ow, ow, in.w);
        for (size_t c = 0; c < in.c; c++) {
            real sum = 0;
            for (size_t t = 0; t < 4; t++)
                sum += v.part[t / 2] * u.part[t % 2] * image[(v.at[t / 2] * in.w + u.at[t % 2]) * in.c + c];
            y[o * in.c + c] = sum;
        }
    }
}

void hg__ref_bilinear_grad(size_t n, hg_shape in, size_t oh, size_t ow, const real *dy, real *dx, bool add)
{
    if (!add) memset(dx, 0, n * hg_shape_size(in) * sizeof(real));
    for (size_t o = 0; o < n * oh * ow; o++) {
        real *image = dx + o / (oh * ow) * hg_shape_size(in);
        hg__between v = hg__between_of(o / ow % oh, oh, in.h), u = hg__between_of(o % ow, ow, in.w);
        for (size_t t = 0; t < 4; t++)
            for (size_t c = 0; c < in.c; c++)
                image[(v.at[t / 2] * in.w + u.at[t % 2]) * in.c + c] +=
                    v.part[t / 2] * u.part[t % 2] * dy[o * in.c + c];
    }
}

/* Where element o of shuffle's input (in one sample) goes in its output. */
static size_t shuffled(hg_shape in, size_t r, size_t o)
{
    size_t c = in.c / (r * r), channel = o % in.c, x = o / in.c % in.w, y = o / (in.c * in.w);
    size_t dx = channel % r, dy = channel / r % r;
    return ((y * r + dy) * in.w * r + x * r + dx) * c + channel / (r * r);
}

void hg__ref_shuffle(size_t n, hg_shape in, size_t r, const real *x, real *y, bool add)
{
    size_t size = hg_shape_size(in);
    for (size_t i = 0; i < n * size; i++) hg__put(y + i / size * size + shuffled(in, r, i % size), x[i], add);
}

void hg__ref_unshuffle(size_t n, hg_shape out, size_t r, const real *x, real *y, bool add)
{
    size_t size = hg_shape_size(out);
    for (size_t i = 0; i < n * size; i++) hg__put(y + i, x[i / size * size + shuffled(out, r, i % size)], add);
}
