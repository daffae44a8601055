/* hourglass/eval.h: how good a reconstruction is, and beside what.
 *
 *     #include <hourglass/eval.h>
 *     #include <stdio.h>
 *     int main(void) {
 *         float t[784] = {0}, y[784] = {0.5f};
 *         hg_metrics m = {0};
 *         hg_pairs pairs = {.t = t, .y = y, .n = 1, .shape = {28, 28, 1}};
 *         if (!hg_metrics_measure(&m, &pairs, NULL, NULL)) printf("MSE %.6f\n", m.mse);
 *     }
 *
 * Values are in [0,1]; every figure is of the output clipped to [0,1] unless said. A figure that is
 * not defined (SSIM of a picture smaller than its window, say) is NaN. */
#ifndef HOURGLASS_EVAL_H
#define HOURGLASS_EVAL_H

#include <hourglass/data.h>
#include <hourglass/net.h>

typedef struct hg_metrics {
    size_t n;
    double mse;           /* mean over values and samples */
    double sse_per_image; /* squared error summed over a sample's values, mean over samples */
    double psnr;          /* dB, of the mean MSE: -10 log10 mse; infinite where nothing differs */
    double psnr_mean;     /* dB, mean of the samples' PSNR */
    double ssim_gauss11;  /* 11 x 11 Gaussian window, sigma 1.5, population covariance, valid region (Wang 2004) */
    double ssim_uniform7; /* scikit-image's default: 7 x 7 uniform window, sample covariance */
    double bce;           /* nats per value, y clamped to [1e-7, 1-1e-7] */
    double bce_floor;     /* bce of a perfect reconstruction: not zero where values are not 0 or 1 */
} hg_metrics;

/* The figures of one sample, for the worst-k and per-class tables. */
typedef struct hg_sample_metrics {
    float mse, ssim_gauss11;
} hg_sample_metrics;

typedef struct hg_pairs {
    const float *t, *y; /* originals and reconstructions, [n * shape size]; the caller's */
    size_t n;
    hg_shape shape;
} hg_pairs;

/* each: [n], the caller's room, or NULL. Images of several channels: SSIM is the mean over the channels. HG_MEMORY
 * only. */
hg_status hg_metrics_measure(hg_metrics *m, const hg_pairs *pairs, hg_sample_metrics *each, hg_error *e);

/* Principal component analysis, mean removed (Pearson 1901): the baseline at the same code length. */
typedef struct hg_pca {
    size_t d, k;        /* values a sample, components kept */
    double *mean;       /* [d] */
    double *components; /* [k][d], orthonormal, by falling eigenvalue; sign: largest entry positive */
    double *variance;   /* [k] eigenvalues of the covariance */
} hg_pca;
hg_status hg_pca_fit(hg_pca *p, const hg_set *set, size_t k, hg_error *e);
void hg_pca_close(hg_pca *p);
/* Reconstructs n samples x [n * d] through the first k components into y (unclipped). */
void hg_pca_reconstruct(const hg_pca *p, size_t k, const float *x, size_t n, float *y);

typedef struct hg_pca_metrics {
    size_t k;
    double mse, sse_per_image;                             /* unclipped */
    double mse_clipped, psnr, ssim_gauss11, ssim_uniform7; /* clipped */
} hg_pca_metrics;
/* Measures on `test` what the first k components of a fit are worth. */
hg_status hg_pca_score(hg_pca_metrics *m, const hg_pca *p, size_t k, const hg_set *test, hg_error *e);
/* Fits on `train`, measures on `test`; k <= d. The fit of a known data set is kept in the cache, by its checksum. */
hg_status hg_pca_measure(hg_pca_metrics *m, const hg_set *train, const hg_set *test, size_t k, hg_error *e);

/* How probable a VAE finds binary pictures, in nats a picture; of real-valued pixels that is another quantity, which is
 * not had here. The encoder gives mean and log-variance of a Gaussian, the prior is N(0,1), the output is the
 * probability of a 1 (Kingma & Welling 2014). */
typedef struct hg_likelihood {
    size_t n, samples;
    double elbo;           /* mean over the pictures of log p(x) - KL, by sampling */
    double nll;            /* -log p(x) by importance weights, an upper bound on average (Burda et al. 2016, eq. 8) */
    double nll_error;      /* standard error of nll over the pictures; NaN of one */
    double bits_per_value; /* nll / (values ln 2) */
} hg_likelihood;
typedef struct hg_likelihood_work {
    const float *x; /* [n * size] of 0 and 1; the caller's */
    size_t n;
    size_t samples; /* codes drawn for each picture: 5,000 in Burda et al.; 1: nll is -elbo */
    size_t threads; /* 0: one per processor; never changes the result */
    uint64_t seed;
    int (*signal)(void *ctx); /* asked now and then; not 0 (SIGINT, SIGTERM): stop. Or NULL */
    void *ctx;
} hg_likelihood_work;
/* HG_MODEL: the model draws no code; HG_DATA: a pixel is neither 0 nor 1; HG_INTERRUPTED, HG_TERMINATED by signal.
 * *l is written only on success. */
hg_status hg_likelihood_measure(hg_likelihood *l, hg_model *m, const hg_likelihood_work *w, hg_error *e);

/* Published results that stand beside ours: the rows that apply to a data set and a code length. */
typedef struct hg_published {
    const char *dataset; /* "mnist-binarised": its pixels drawn as 0 or 1; no figure of hg_metrics compares with it */
    const char *model, *metric, *source;
    size_t code; /* 0: any */
    double value;
    bool verified;        /* read in the source or recomputed; else print "recalled" */
    const char *protocol; /* what `hourglass bench literature` calls the training that gives it, or NULL */
    const char *noise;    /* what corrupts the input, or NULL */
} hg_published;
size_t hg_published_rows(const hg_published **rows);

#endif
