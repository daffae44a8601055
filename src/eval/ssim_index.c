/* ssim_index.c: see ssim_index.h.
 *
 * The windows are separable. A row of the picture becomes four rows of local sums (t, y, t² + y², t·y: the
 * formula needs the variances only as a sum), along the row first; then `size` such rows are summed down. */
#include "eval/ssim_index.h"

#include <math.h>

enum { T, Y, SQUARES, PRODUCT, SUMS };

/* scikit-image cuts its Gaussian at 3.5 sigma: radius 5, 11 weights. */
hg__ssim_window hg__ssim_gauss11(void)
{
    hg__ssim_window w = {.size = 11, .covariance = 1};
    double sum = 0;
    for (size_t i = 0; i < w.size; i++) {
        double x = ((double)i - 5) / 1.5;
        sum += w.weight[i] = exp(-x * x / 2);
    }
    for (size_t i = 0; i < w.size; i++) w.weight[i] /= sum;
    return w;
}

hg__ssim_window hg__ssim_uniform7(void)
{
    hg__ssim_window w = {.size = 7, .covariance = 49.0 / 48};
    for (size_t i = 0; i < w.size; i++) w.weight[i] = 1.0 / 7;
    return w;
}

/* [SUMS][w] values of a row, [SUMS][w] of an output row, [h][SUMS][w] sums along the rows */
size_t hg__ssim_scratch(hg_shape shape) { return SUMS * shape.w * (shape.h + 2); }

/* One row of one channel as four rows of values: row[SUMS][w]. */
static void spread(const float *t, const float *y, hg_shape s, double *row)
{
    for (size_t x = 0; x < s.w; x++) {
        double a = t[x * s.c], b = y[x * s.c];
        b = b < 0 ? 0 : b > 1 ? 1 : b; /* NaN stays NaN */
        row[T * s.w + x] = a;
        row[Y * s.w + x] = b;
        row[SQUARES * s.w + x] = a * a + b * b;
        row[PRODUCT * s.w + x] = a * b;
    }
}

/* out[x] = sum of weight[i] * in[x + i * stride], x < n */
static void weigh(const hg__ssim_window *window, const double *in, size_t stride, double *restrict out, size_t n)
{
    for (size_t x = 0; x < n; x++) out[x] = window->weight[0] * in[x];
    for (size_t i = 1; i < window->size; i++) {
        double weight = window->weight[i];
        for (size_t x = 0; x < n; x++) out[x] += weight * in[x + i * stride];
    }
}

/* The index at the n positions of a row, added up; sums[SUMS][w]. */
static double index_of_row(const double *sums, size_t w, size_t n, double covariance)
{
    const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    double total = 0;
    for (size_t x = 0; x < n; x++) {
        double a = sums[T * w + x], b = sums[Y * w + x];
        double variances = covariance * (sums[SQUARES * w + x] - a * a - b * b);
        double shared = covariance * (sums[PRODUCT * w + x] - a * b);
        total += (2 * a * b + c1) * (2 * shared + c2) / ((a * a + b * b + c1) * (variances + c2));
    }
    return total;
}

static double index_of_channel(const hg__ssim_window *window, hg_shape s, const float *t, const float *y,
                               double *scratch)
{
    double *row = scratch, *out = row + SUMS * s.w, *sums = out + SUMS * s.w, total = 0;
    size_t wide = s.w - window->size + 1, high = s.h - window->size + 1;
    for (size_t i = 0; i < s.h; i++) {
        spread(t + i * s.w * s.c, y + i * s.w * s.c, s, row);
        for (size_t k = 0; k < SUMS; k++) weigh(window, row + k * s.w, 1, sums + (i * SUMS + k) * s.w, wide);
    }
    for (size_t i = 0; i < high; i++) {
        const double *top = sums + i * SUMS * s.w;
        for (size_t k = 0; k < SUMS; k++) weigh(window, top + k * s.w, SUMS * s.w, out + k * s.w, wide);
        total += index_of_row(out, s.w, wide, window->covariance);
    }
    return total / (double)(wide * high);
}

double hg__ssim(const hg__ssim_window *window, hg_shape shape, const float *t, const float *y, double *scratch)
{
    if (shape.h < window->size || shape.w < window->size || !shape.c) return (double)NAN;
    double total = 0;
    for (size_t c = 0; c < shape.c; c++) total += index_of_channel(window, shape, t + c, y + c, scratch);
    return total / (double)shape.c;
}
