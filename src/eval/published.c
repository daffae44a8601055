/* published.c: what others reached on the same data, for the table beside our own figures.
 *
 * `verified` is true for what was read in the source named or computed anew with the same protocol; other rows are
 * from memory and must be shown as "recalled". A row with a protocol is one that `hourglass bench literature` trains
 * anew; the first row of a protocol is the one it is named after. Training errors have no row. */
#include <hourglass/eval.h>

#define HINTON "Hinton & Salakhutdinov 2006, Science 313"
#define MARTENS "Martens 2010, ICML, Hessian-free optimization"
#define KERAS_BLOG "Keras blog 2016, Building autoencoders in Keras"
#define KERAS_IO "keras.io, Convolutional autoencoder for image denoising"
#define BURDA "Burda et al. 2016, ICLR, Importance weighted autoencoders"
#define PYTORCH "PyTorch 1.13, the preset's recipe, 20 epochs, measured"

static const hg_published table[] = {
    {"mnist", "mean image of the training set", "sse_per_image", "measured", 0, 52.897, true, NULL, NULL},
    {"mnist", "PCA", "sse_per_image", HINTON, 30, 13.87, true, NULL, NULL},
    {"mnist", "logistic PCA", "sse_per_image", HINTON, 30, 8.01, false, NULL, NULL},
    {"mnist", "deep autoencoder, pre-trained", "sse_per_image", HINTON, 30, 3.00, false, "hinton-deep", NULL},
    {"mnist", "deep autoencoder, Hessian-free, random start", "sse_per_image", MARTENS, 30, 2.78, false, "hinton-deep",
     NULL},
    {"mnist", "deep autoencoder, Hessian-free, L2", "sse_per_image", MARTENS, 30, 2.55, false, "hinton-deep", NULL},
    {"mnist", "deep autoencoder, Hessian-free, pre-trained, L2", "sse_per_image", MARTENS, 30, 2.28, false,
     "hinton-deep", NULL},
    {"mnist", "deep autoencoder, Adam, cosine, 70 epochs", "sse_per_image", "PyTorch 1.13, measured", 30, 4.07, true,
     "hinton-deep", NULL},
    {"mnist", "preset deep", "sse_per_image", PYTORCH, 30, 5.37, true, NULL, NULL},
    {"mnist", "preset deep", "mse", PYTORCH, 30, 0.00685, true, NULL, NULL},
    {"mnist", "preset conv", "mse", PYTORCH, 32, 0.00378, true, NULL, NULL},
    {"mnist", "preset conv", "ssim_gauss11", PYTORCH, 32, 0.960, true, NULL, NULL},
    {"mnist", "preset conv", "ssim_uniform7", PYTORCH, 32, 0.958, true, NULL, NULL},
    {"mnist", "one dense layer", "bce", KERAS_BLOG, 32, 0.09, true, "keras-dense", NULL},
    {"mnist", "deep dense", "bce", KERAS_BLOG, 32, 0.08, true, "keras-deep", NULL},
    {"mnist", "convolutional (preset pool)", "bce", KERAS_BLOG, 128, 0.094, true, "keras-conv", NULL},
    {"mnist", "convolutional", "bce", KERAS_IO, 1568, 0.0622, true, "keras-io-conv", NULL},
    {"mnist", "convolutional, denoising", "bce", KERAS_IO, 1568, 0.0839, true, "keras-io-denoise", "gaussian:0.4"},
    {"mnist-binarised", "VAE, one stochastic layer", "nll", BURDA, 50, 86.76, true, "burda-vae", NULL},
    {"mnist-binarised", "IWAE of 50 samples, one stochastic layer", "nll", BURDA, 50, 84.78, true, "burda-vae", NULL},
    {"mnist-binarised", "IWAE of 50 samples, two stochastic layers", "nll", BURDA, 0, 82.90, true, "burda-vae", NULL},
    {"mnist-binarised", "VampPrior VAE", "nll", "Tomczak & Welling 2018, AISTATS", 0, 82.43, false, NULL, NULL},
    {"mnist-binarised", "NVAE", "nll", "Vahdat & Kautz 2020, NeurIPS", 0, 78.01, false, NULL, NULL},
};

size_t hg_published_rows(const hg_published **rows)
{
    *rows = table;
    return sizeof table / sizeof *table;
}
