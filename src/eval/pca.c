/* pca.c: principal component analysis (Pearson 1901), the baseline beside every autoencoder: the best that
 * a linear one can do at the same code length, by squared error (Baldi & Hornik 1989). */
#include <hourglass/eval.h>

#include "eval/panels.h"
#include "eval/pca_fit.h"

#include <math.h>
#include <stdlib.h>

enum {
    MOST_WHOLE = 1500, /* longer samples go by the random subspace */
    MEASURE_BLOCK = 1000,
    GROUP = 64,    /* components at a time in a reconstruction */
    STRETCH = 256, /* values at a time */
};

hg_status hg__pca_room(hg_pca *p, size_t d, size_t k, hg_error *e)
{
    size_t vectors, all;
    bool fits = hg__mul(d, k + 1, &vectors) && hg__add(vectors, k, &all) && all <= SIZE_MAX / sizeof(double);
    double *room = fits ? calloc(all, sizeof *room) : NULL;
    if (!room) return hg__fail_memory(e, "principal components", fits ? all * sizeof *room : SIZE_MAX);
    *p = (hg_pca){.d = d, .k = k, .mean = room, .components = room + d, .variance = room + vectors};
    return HG_OK;
}

void hg_pca_close(hg_pca *p)
{
    if (!p) return;
    free(p->mean);
    *p = (hg_pca){0};
}

static hg_status find_mean(hg_pca *p, const hg_set *set, hg_error *e)
{
    float *sample = malloc(p->d * sizeof *sample);
    if (!sample) return hg__fail_memory(e, "principal components", p->d * sizeof *sample);
    for (size_t i = 0; i < set->n; i++) {
        hg_set_get(set, i, sample);
        for (size_t k = 0; k < p->d; k++) p->mean[k] += (double)sample[k];
    }
    bool finite = true;
    for (size_t k = 0; k < p->d; k++) finite &= isfinite(p->mean[k] /= (double)set->n) != 0;
    free(sample);
    if (finite) return HG_OK;
    return hg__fail(e, HG_DATA, set->name, "holds values that are not finite; no principal components");
}

/* The largest entry of every component is positive: the same set gives the same signs everywhere. */
static void fix_signs(hg_pca *p)
{
    for (size_t i = 0; i < p->k; i++) {
        double *v = p->components + i * p->d, largest = 0;
        for (size_t x = 0; x < p->d; x++)
            if (fabs(v[x]) > fabs(largest)) largest = v[x];
        for (size_t x = 0; x < p->d && largest < 0; x++) v[x] = -v[x];
    }
}

hg_status hg_pca_fit(hg_pca *p, const hg_set *set, size_t k, hg_error *e)
{
    hg_pca made = {0};
    size_t d = hg_shape_size(set->shape);
    if (!set->n || !d) return hg__fail(e, HG_DATA, set->name, "is empty; no principal components");
    if (!k || k > d)
        return hg__fail(e, HG_USAGE, set->name, "has %zu values a sample; %zu components cannot be had", d, k);
    if (hg__pca_recall(p, set, k)) return HG_OK;
    hg_status s = hg__pca_room(&made, d, k, e);
    if (!s) s = find_mean(&made, set, e);
    if (!s) s = d <= MOST_WHOLE ? hg__pca_by_covariance(&made, set, e) : hg__pca_by_subspace(&made, set, e);
    if (s) return hg_pca_close(&made), s;
    fix_signs(&made);
    hg__pca_keep(&made, set);
    *p = made;
    return HG_OK;
}

/* y += the part of x that lies along the components first … first + n - 1, n <= GROUP. */
static void add_group(const hg_pca *p, size_t first, size_t n, const float *x, float *y)
{
    double score[GROUP] = {0}, sum[STRETCH];
    for (size_t at = 0; at < p->d; at += STRETCH) {
        size_t m = p->d - at < STRETCH ? p->d - at : STRETCH;
        for (size_t i = 0; i < m; i++) sum[i] = (double)x[at + i] - p->mean[at + i];
        for (size_t j = 0; j < n; j++) score[j] += hg__dot(p->components + (first + j) * p->d + at, sum, m);
    }
    for (size_t at = 0; at < p->d; at += STRETCH) {
        size_t m = p->d - at < STRETCH ? p->d - at : STRETCH;
        for (size_t i = 0; i < m; i++) sum[i] = (double)y[at + i];
        for (size_t j = 0; j < n; j++) {
            const double *v = p->components + (first + j) * p->d + at;
            for (size_t i = 0; i < m; i++) sum[i] += score[j] * v[i];
        }
        for (size_t i = 0; i < m; i++) y[at + i] = (float)sum[i];
    }
}

void hg_pca_reconstruct(const hg_pca *p, size_t k, const float *x, size_t n, float *y)
{
    if (k > p->k) k = p->k;
    for (size_t i = 0; i < n; i++, x += p->d, y += p->d) {
        for (size_t j = 0; j < p->d; j++) y[j] = (float)p->mean[j];
        for (size_t first = 0; first < k; first += GROUP)
            add_group(p, first, k - first < GROUP ? k - first : GROUP, x, y);
    }
}

/* Adds the sums over n originals x and their reconstructions y. */
static hg_status add_block(hg_pca_metrics *m, hg_shape shape, const float *x, const float *y, size_t n, hg_error *e)
{
    hg_metrics clipped = {0};
    for (size_t i = 0; i < n * hg_shape_size(shape); i++) {
        double difference = (double)y[i] - (double)x[i];
        m->sse_per_image += difference * difference;
    }
    hg_status s = hg_metrics_measure(&clipped, &(hg_pairs){x, y, n, shape}, NULL, e);
    m->mse_clipped += clipped.mse * (double)n;
    m->ssim_gauss11 += clipped.ssim_gauss11 * (double)n;
    m->ssim_uniform7 += clipped.ssim_uniform7 * (double)n;
    return s;
}

static void divide(hg_pca_metrics *m, double n, double d)
{
    m->sse_per_image /= n;
    m->mse = m->sse_per_image / d;
    m->mse_clipped /= n;
    m->psnr = -10 * log10(m->mse_clipped);
    m->ssim_gauss11 /= n;
    m->ssim_uniform7 /= n;
}

hg_status hg_pca_score(hg_pca_metrics *m, const hg_pca *p, size_t k, const hg_set *test, hg_error *e)
{
    hg_pca_metrics sum = {.k = k < p->k ? k : p->k};
    hg_status s = HG_OK;
    if (hg_shape_size(test->shape) != p->d)
        return hg__fail(e, HG_DATA, test->name, "has %zu values a sample, PCA %zu", hg_shape_size(test->shape), p->d);
    float *x = malloc(2 * MEASURE_BLOCK * p->d * sizeof *x), *y = x + MEASURE_BLOCK * p->d;
    if (!x) return hg__fail_memory(e, "principal components", 2 * MEASURE_BLOCK * p->d * sizeof *x);
    for (size_t first = 0, n; !s && first < test->n; first += n) {
        n = test->n - first < MEASURE_BLOCK ? test->n - first : MEASURE_BLOCK;
        for (size_t i = 0; i < n; i++) hg_set_get(test, first + i, x + i * p->d);
        hg_pca_reconstruct(p, k, x, n, y);
        s = add_block(&sum, test->shape, x, y, n, e);
    }
    divide(&sum, (double)test->n, (double)p->d);
    if (!s) *m = sum;
    free(x);
    return s;
}

hg_status hg_pca_measure(hg_pca_metrics *m, const hg_set *train, const hg_set *test, size_t k, hg_error *e)
{
    hg_pca p = {0};
    if (!hg_shape_equal(train->shape, test->shape))
        return hg__fail(e, HG_DATA, test->name, "has another shape than %s; PCA needs the same", train->name);
    hg_status s = hg_pca_fit(&p, train, k, e);
    if (!s) s = hg_pca_score(m, &p, k, test, e);
    hg_pca_close(&p);
    return s;
}
