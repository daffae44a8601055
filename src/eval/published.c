/* published.c: what others reached on the same data, for the table beside our own figures.
 *
 * `verified` is true for what was read in the source named or computed anew with the same protocol; other rows are
 * from memory and must be shown as "recalled". Likelihoods of binarised pixels are another quantity than
 * any figure of hg_metrics and have no row here, nor have training errors. */
#include <hourglass/eval.h>

#define HINTON "Hinton & Salakhutdinov 2006, Science 313"
#define MARTENS "Martens 2010, ICML, Hessian-free optimization"
#define KERAS_BLOG "Keras blog 2016, Building autoencoders in Keras"
#define PYTORCH "PyTorch 1.13, the preset's recipe, 20 epochs, measured"

static const hg_published table[] = {
    {"mnist", "mean image of the training set", "sse_per_image", "measured", 0, 52.897, true},
    {"mnist", "PCA", "sse_per_image", HINTON, 30, 13.87, true},
    {"mnist", "logistic PCA", "sse_per_image", HINTON, 30, 8.01, false},
    {"mnist", "deep autoencoder, pre-trained", "sse_per_image", HINTON, 30, 3.00, false},
    {"mnist", "deep autoencoder, Hessian-free, random start", "sse_per_image", MARTENS, 30, 2.78, false},
    {"mnist", "deep autoencoder, Hessian-free, L2", "sse_per_image", MARTENS, 30, 2.55, false},
    {"mnist", "deep autoencoder, Hessian-free, pre-trained, L2", "sse_per_image", MARTENS, 30, 2.28, false},
    {"mnist", "deep autoencoder, Adam, cosine, 70 epochs", "sse_per_image", "PyTorch 1.13, measured", 30, 4.07, true},
    {"mnist", "preset deep", "sse_per_image", PYTORCH, 30, 5.37, true},
    {"mnist", "preset deep", "mse", PYTORCH, 30, 0.00685, true},
    {"mnist", "preset conv", "mse", PYTORCH, 32, 0.00378, true},
    {"mnist", "preset conv", "ssim_gauss11", PYTORCH, 32, 0.960, true},
    {"mnist", "preset conv", "ssim_uniform7", PYTORCH, 32, 0.958, true},
    {"mnist", "one dense layer", "bce", KERAS_BLOG, 32, 0.09, true},
    {"mnist", "deep dense", "bce", KERAS_BLOG, 32, 0.08, true},
    {"mnist", "convolutional (preset pool)", "bce", KERAS_BLOG, 128, 0.094, true},
    {"mnist", "convolutional", "bce", "keras.io, Convolutional autoencoder for image denoising", 1568, 0.0622, true},
};

size_t hg_published_rows(const hg_published **rows)
{
    *rows = table;
    return sizeof table / sizeof *table;
}
