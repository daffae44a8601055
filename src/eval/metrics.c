/* metrics.c: the figures of a reconstruction, in double, one sample after the other.
 *
 * A NaN in a reconstruction comes out as NaN: clipping lets it pass. */
#include <hourglass/eval.h>

#include "base/fail.h"
#include "eval/ssim_index.h"

#include <math.h>
#include <stdlib.h>

static double clip(float y) { return y < 0 ? 0 : y > 1 ? 1 : (double)y; }

static double squared_error(const float *t, const float *y, size_t size)
{
    double sum = 0;
    for (size_t i = 0; i < size; i++) {
        double difference = clip(y[i]) - (double)t[i];
        sum += difference * difference;
    }
    return sum;
}

/* -t ln y - (1 - t) ln(1 - y); a term whose factor is 0 is 0. NaN where t is no probability. */
static double cross_entropy(double t, double y)
{
    if (!(t >= 0 && t <= 1)) return (double)NAN;
    double sum = 0;
    if (t > 0) sum -= t * log(y);
    if (t < 1) sum -= (1 - t) * log1p(-y);
    return sum;
}

static void add_cross_entropy(hg_metrics *m, const float *t, const float *y, size_t size)
{
    const double edge = 1e-7;
    for (size_t i = 0; i < size; i++) {
        double p = clip(y[i]);
        m->bce += cross_entropy((double)t[i], p < edge ? edge : p > 1 - edge ? 1 - edge : p);
        if (t[i] != 0 && t[i] != 1) m->bce_floor += cross_entropy((double)t[i], (double)t[i]);
    }
}

static void divide(hg_metrics *m, double n, double size)
{
    m->sse_per_image /= n;
    m->mse = m->sse_per_image / size;
    m->psnr = -10 * log10(m->mse);
    m->psnr_mean /= n;
    m->ssim_gauss11 /= n;
    m->ssim_uniform7 /= n;
    m->bce /= n * size;
    m->bce_floor /= n * size;
}

hg_status hg_metrics_measure(hg_metrics *m, const hg_pairs *pairs, hg_sample_metrics *each, hg_error *e)
{
    hg_shape shape = pairs->shape;
    const float *t = pairs->t, *y = pairs->y;
    size_t n = pairs->n, size = hg_shape_size(shape), room = hg__ssim_scratch(shape);
    double *scratch = malloc(room * sizeof *scratch + 1);
    if (!scratch) return hg__fail_memory(e, "metrics", room * sizeof *scratch);
    const hg__ssim_window gauss = hg__ssim_gauss11(), uniform = hg__ssim_uniform7();
    *m = (hg_metrics){.n = n};
    for (size_t i = 0; i < n; i++, t += size, y += size) {
        double sse = squared_error(t, y, size), similarity = hg__ssim(&gauss, shape, t, y, scratch);
        m->sse_per_image += sse;
        m->psnr_mean += -10 * log10(sse / (double)size);
        m->ssim_gauss11 += similarity;
        m->ssim_uniform7 += hg__ssim(&uniform, shape, t, y, scratch);
        add_cross_entropy(m, t, y, size);
        if (each) each[i] = (hg_sample_metrics){(float)(sse / (double)size), (float)similarity};
    }
    divide(m, (double)n, (double)size); /* 0 / 0, of nothing, is NaN */
    free(scratch);
    return HG_OK;
}
