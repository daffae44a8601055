/* ssim_index.h: the structural similarity index (Wang, Bovik, Sheikh and Simoncelli 2004, "Image quality
 * assessment: from error visibility to structural similarity"), K1 = 0.01, K2 = 0.03, range 1.
 *
 * SSIM is not one number: it depends on the window, the covariance and the border, so a window names all three.
 * Both agree with scikit-image; the mean is over the positions where the window lies within the picture. */
#ifndef HG_EVAL_SSIM_INDEX_H
#define HG_EVAL_SSIM_INDEX_H

#include <hourglass/base.h>

enum { HG__SSIM_MOST = 11 };

typedef struct hg__ssim_window {
    size_t size;                  /* size x size values */
    double weight[HG__SSIM_MOST]; /* [size] of one axis; they sum to 1 */
    double covariance;            /* factor: 1 population, N / (N - 1) sample */
} hg__ssim_window;

hg__ssim_window hg__ssim_gauss11(void);
hg__ssim_window hg__ssim_uniform7(void);

/* Doubles of scratch that hg__ssim needs for pictures of this shape. */
size_t hg__ssim_scratch(hg_shape shape);

/* t and y: [h][w][c], y clipped to [0,1]. The mean over positions and channels; NaN where the window does not fit. */
double hg__ssim(const hg__ssim_window *window, hg_shape shape, const float *t, const float *y, double *scratch);

#endif
