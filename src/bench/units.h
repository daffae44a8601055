/* units.h: one figure of a reconstruction in all the units that it can be said in. */
#ifndef HG_BENCH_UNITS_H
#define HG_BENCH_UNITS_H

#include <hourglass/eval.h>

/* What does not follow from the figure is NaN. Of values in [0,1]: the first six. The last two are likelihoods of
 * binary pixels, another quantity: none of the six follows from them, nor they from any of those. */
typedef struct hg__units {
    double sse;    /* squared error, summed over a picture */
    double mse;    /* … a pixel */
    double psnr;   /* dB, of that mean */
    double bce;    /* cross-entropy, nats a pixel */
    double excess; /* … above that of a perfect reconstruction */
    double nats;   /* … summed over a picture */
    double nll;    /* -log p(x), nats a picture of binary pixels */
    double bits;   /* … bits a pixel */
} hg__units;

typedef struct hg__unit_frame {
    double pixels;    /* of a picture */
    double bce_floor; /* cross-entropy of a perfect reconstruction, nats a pixel */
} hg__unit_frame;

/* metric: "sse_per_image", "mse", "psnr", "bce" or "nll"; all NaN for any other. */
hg__units hg__units_of(const char *metric, double value, const hg__unit_frame *f);
/* Of a reconstruction that was measured. */
hg__units hg__units_measured(const hg_metrics *m, const hg__unit_frame *f);

/* The one that a metric of those names means; NaN for any other. */
double hg__units_get(const hg__units *u, const char *metric);
/* "SSE/image", "nats/pixel". */
const char *hg__unit_name(const char *metric);

#endif
