/* ref_ssim.c: structural dissimilarity as a loss (Wang et al. 2004, equation 13), and its gradient.
 *
 * The window is separable: each of five maps (y, t, y^2, t^2, y t) is filtered along its rows, then
 * along its columns. The gradient goes the same way back, with three maps (by the mean of y, the mean of
 * y^2, the mean of y t). Both halves of the scratch serve forwards and then backwards. */
#include "kern/ref.h"

#include <string.h>
#include <tgmath.h>

enum { TAPS = 11, MAPS = 5 };

typedef struct sizes {
    size_t h, w, c, oh, ow;
    size_t rows, full; /* elements of a map filtered along its rows; along both */
} sizes;

static sizes sizes_of(hg_shape s)
{
    size_t oh = s.h - TAPS + 1, ow = s.w - TAPS + 1;
    return (sizes){s.h, s.w, s.c, oh, ow, s.h * ow * s.c, oh * ow * s.c};
}

static void window(real taps[TAPS])
{
    real sum = 0;
    for (int i = 0; i < TAPS; i++) {
        real d = (real)(i - TAPS / 2);
        sum += taps[i] = exp(-d * d / (2 * (real)1.5 * (real)1.5));
    }
    for (int i = 0; i < TAPS; i++) taps[i] /= sum;
}

/* rows[map][h][ow * c]: the five maps, filtered along the rows. */
static void filter_rows(sizes s, const real taps[TAPS], const real *y, const real *t, real *rows)
{
    for (size_t o = 0; o < s.rows; o++) {
        size_t at = o / (s.ow * s.c) * s.w * s.c + o % (s.ow * s.c);
        real sum[MAPS] = {0};
        for (size_t k = 0; k < TAPS; k++) {
            real a = y[at + k * s.c], b = t ? t[at + k * s.c] : 0;
            sum[0] += taps[k] * a, sum[1] += taps[k] * b;
            sum[2] += taps[k] * (a * a), sum[3] += taps[k] * (b * b), sum[4] += taps[k] * (a * b);
        }
        for (size_t map = 0; map < MAPS; map++) rows[map * s.rows + o] = sum[map];
    }
}

/* full[map][oh][ow * c] */
static void filter_columns(sizes s, const real taps[TAPS], const real *rows, real *full)
{
    size_t wide = s.ow * s.c;
    for (size_t map = 0; map < MAPS; map++)
        for (size_t o = 0; o < s.full; o++) {
            real sum = 0;
            for (size_t k = 0; k < TAPS; k++) sum += taps[k] * rows[map * s.rows + o + k * wide];
            full[map * s.full + o] = sum;
        }
}

/* The sum of SSIM over the region; the maps' first three become SSIM's derivatives by mean y, mean y^2, mean y t. */
static double compare(sizes s, real *full)
{
    const real c1 = (real)(0.01 * 0.01), c2 = (real)(0.03 * 0.03);
    double sum = 0;
    for (size_t o = 0; o < s.full; o++) {
        real *m = full + o, my = m[0], mt = m[s.full];
        real vy = m[2 * s.full] - my * my, vt = m[3 * s.full] - mt * mt, cov = m[4 * s.full] - my * mt;
        real a1 = 2 * my * mt + c1, a2 = 2 * cov + c2, b1 = my * my + mt * mt + c1, b2 = vy + vt + c2;
        real ssim = a1 * a2 / (b1 * b2);
        sum += (double)ssim;
        m[0] = 2 * mt * (a2 - a1) / (b1 * b2) - 2 * my * ssim / b1 + 2 * my * ssim / b2;
        m[s.full] = -ssim / b2;
        m[2 * s.full] = 2 * a1 / (b1 * b2);
    }
    return sum;
}

/* The transpose of filter_columns, for the three maps of derivatives. */
static void spread_columns(sizes s, const real taps[TAPS], const real *full, real *rows)
{
    size_t wide = s.ow * s.c;
    memset(rows, 0, 3 * s.rows * sizeof(real));
    for (size_t map = 0; map < 3; map++)
        for (size_t o = 0; o < s.full; o++)
            for (size_t k = 0; k < TAPS; k++) rows[map * s.rows + o + k * wide] += taps[k] * full[map * s.full + o];
}

/* The transpose of filter_rows at one value of y. */
static real gather(sizes s, const real taps[TAPS], const real *rows, size_t at, real y, real t)
{
    size_t line = at / (s.w * s.c), x = at % (s.w * s.c) / s.c, c = at % s.c;
    real sum[3] = {0};
    for (size_t k = 0; k < TAPS; k++) {
        if (x < k || x - k >= s.ow) continue;
        const real *from = rows + (line * s.ow + x - k) * s.c + c;
        for (size_t map = 0; map < 3; map++) sum[map] += taps[k] * from[map * s.rows];
    }
    return sum[0] + 2 * y * sum[1] + t * sum[2];
}

size_t hg__ref_ssim_scratch(hg_shape shape)
{
    sizes s = sizes_of(shape);
    return MAPS * (s.rows + s.full);
}

void hg__ref_ssim(const hg__ssim_work *w)
{
    sizes s = sizes_of(w->shape);
    size_t size = hg_shape_size(w->shape);
    real taps[TAPS], *rows = w->scratch, *full = rows + MAPS * s.rows, share = w->factor / (real)s.full;
    window(taps);
    for (size_t i = 0; i < w->n; i++) {
        const real *y = w->y + i * size, *t = w->t ? w->t + i * size : NULL;
        filter_rows(s, taps, y, t, rows);
        filter_columns(s, taps, rows, full);
        w->value[i] = (real)((double)w->factor * (1 - compare(s, full) / (double)s.full));
        if (!w->dy) continue;
        spread_columns(s, taps, full, rows);
        for (size_t j = 0; j < size; j++)
            hg__put(w->dy + i * size + j, -share * gather(s, taps, rows, j, y[j], t ? t[j] : 0), w->dy_add);
    }
}
