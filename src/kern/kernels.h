/* kernels.h: the kernel table, the one place where arithmetic over tensors happens.
 *
 * Ops never index a tensor: they describe the work and call a row of this table. `ref` (plain
 * loops, ref_*.c) is the specification; every faster set is a copy of the one below it with rows
 * overridden, and must agree with `ref` to rounding. Which set runs is chosen once, at start.
 *
 * Rules that every set keeps:
 * - Layout: channels last, images n x h x w x c, no gaps. `real` is float (double in the gradient tests).
 * - The result for one sample never depends on how many samples share the call or where it stands
 *   among them; sums over samples run in the order of the samples and continue bitwise when a call
 *   is cut in two (`add`). That is what makes results equal for any threads and micro-batches.
 * - A set with less than float32 `precision` keeps all this. In bf16 sums come in pairs, which no cut between samples
 *   takes apart; in int8 rows of A have a scale each.
 * - No kernel allocates, keeps state or starts a thread. Pointers never overlap unless said.
 * - Offsets are in elements and fit int32_t: a plan checks its sizes once, at open. */
#ifndef HG_KERN_KERNELS_H
#define HG_KERN_KERNELS_H

#include <hourglass/base.h>

typedef hg_real real;

typedef enum hg__act {
    HG__ACT_NONE,
    /* dy/dx is a function of y: these may be fused into the op before them. */
    HG__ACT_RELU,
    HG__ACT_LEAKY, /* x < 0: slope * x */
    HG__ACT_ELU,   /* x < 0: slope * (exp x - 1) */
    HG__ACT_TANH,
    HG__ACT_SIGMOID,
    HG__ACT_SOFTPLUS, /* log(1 + exp x) */
    /* These need x. */
    HG__ACT_GELU, /* x * Phi(x), exact (erf) */
    HG__ACT_SILU, /* x * sigmoid(x) */
    HG__ACTS
} hg__act;

static inline bool hg__act_needs_input(hg__act a) { return a >= HG__ACT_GELU; }

/* The matrix product that every dense, convolution and transposed convolution is made of.
 *
 *     C[i][j] = act( bias[j] + sum over r, k of A(i, r, k) * B[r * run + k][j] )     i < m, j < n
 *
 * A(i, r, k) = a[(a_row ? a_row[i] : i * a_step) + (a_run ? a_run[r] : r * run) + k]: a row of A is
 * `runs` runs of `run` contiguous elements, so a convolution reads its window from a zero-haloed
 * image without a copy, one run per kernel row. B was laid out by `pack`. Row i of C starts at
 * c[c_row ? c_row[i] : i * c_step]. With `add`, C's old value is where the sum starts, in the
 * bias's place. The sum runs over K in order; it is empty where runs is 0. The columns can be shared: part
 * `part` of `parts`, which together write all of C; parts 0 is the whole.
 * With `b_run` (and a_run), B is some rows of a larger one: of the b_rows rows that were packed, run r's begin with row
 * b_run[r]. Only sets of float32 precision take it. */
typedef struct hg__gemm {
    size_t m, n, runs, run, part, parts;
    const real *a;
    const int32_t *a_row, *a_run;
    size_t a_step;
    const real *b;        /* packed, pack_size(b_run ? b_rows : runs * run, n) elements, 64-byte aligned */
    const int32_t *b_run; /* [runs] or NULL */
    size_t b_rows;
    real *c;
    const int32_t *c_row;
    size_t c_step;
    const real *bias; /* [n] or NULL */
    hg__act act;      /* not GELU or SILU */
    real slope;
    bool add;
} hg__gemm;

/* Lays B (k x n) out for gemm, in an order that is the kernel set's own secret:
 * B[i][j] = b[(row ? row[i] : i * row_step) + j * col_step]. Transposing and flipping a kernel is
 * done here, by the strides. The work can be shared: part `part` of `parts`, which together write all of
 * `packed`; parts 0 is the whole. */
typedef struct hg__pack {
    size_t k, n, part, parts;
    const real *b;
    const int32_t *row;
    size_t row_step, col_step;
    real *packed;
} hg__pack;

/* The product for weight gradients: the sum runs over the rows, in order.
 *
 *     C[r * run + k][j] (+)= sum over i < m of A(i, r, k) * D[i][j]      j < n
 *
 * A as in gemm; row i of D starts at d[d_row ? d_row[i] : i * d_step]; the rows of C that are run r's begin with row
 * c_run ? c_run[r] : r * run, and row q of C starts at c[q * c_step].
 * A sample has `sample` rows, and calls are cut between samples; 0: never, but calls may share the elements of A's
 * rows, or the columns, 16 or more to each: none of this changes a bit. */
typedef struct hg__gemm_t {
    size_t m, n, runs, run;
    const real *a;
    const int32_t *a_row, *a_run;
    size_t a_step;
    const real *d;
    const int32_t *d_row;
    size_t d_step;
    real *c;
    const int32_t *c_run;
    size_t c_step;
    bool add;
    size_t sample;
} hg__gemm_t;

/* A window sliding over n images h x w x c, giving oh x ow: pooling. Taps outside the image do not
 * count (max ignores them, average divides by the taps inside). */
typedef struct hg__window {
    size_t n, h, w, c, oh, ow;
    size_t kh, kw, sh, sw, ph, pw; /* kernel, stride, padding at top and left */
} hg__window;

/* Normalisation: mean and variance over groups of the values, then y = (x - mean) * istd * scale + shift.
 * x is n samples of `pixels` x c. Layer norm is one group per sample, group norm several; batch norm
 * is `norm_batch`, one group per channel over the whole batch. */
typedef struct hg__norm {
    size_t n, pixels, c, groups;
    real epsilon;
    const real *x, *scale, *shift; /* scale, shift: [c] */
    real *y;
    real *mean, *istd;          /* [n * groups]: written forwards, read backwards */
    const real *dy;             /* backwards only, from here */
    real *dx, *dscale, *dshift; /* dx NULL: not wanted */
    bool dx_add, dw_add;
} hg__norm;

typedef enum hg__loss {
    HG__LOSS_MSE,        /* (y - t)^2 */
    HG__LOSS_L1,         /* |y - t| */
    HG__LOSS_HUBER,      /* d = |y - t|: d <= delta ? d^2 / 2 : delta * (d - delta / 2) */
    HG__LOSS_BCE,        /* y in (0,1), clamped to [1e-7, 1 - 1e-7]: -t log y - (1-t) log(1-y) */
    HG__LOSS_BCE_LOGITS, /* y any real: max(y,0) - y t + log(1 + exp(-|y|)) */
} hg__loss;

/* Per sample: value[i] = factor * sum over the sample's elements of loss(y, t); the gradient is
 * factor * dloss/dy. t NULL means zeros (penalties on a code). dy NULL: value only. */
typedef struct hg__loss_work {
    hg__loss kind;
    size_t n, size; /* samples, elements a sample */
    const real *y, *t;
    real factor, delta;
    real *value; /* [n] */
    real *dy;    /* [n * size] or NULL */
    bool dy_add;
} hg__loss_work;

/* 1 - SSIM (11 x 11 Gaussian window, sigma 1.5, K1 .01, K2 .03, range 1, population covariance,
 * valid region; Wang et al. 2004), mean over the region and the channels, per sample, times factor. */
typedef struct hg__ssim_work {
    size_t n;
    hg_shape shape; /* h, w >= 11 */
    const real *y, *t;
    real factor;
    real *value, *dy; /* as in hg__loss_work */
    bool dy_add;
    real *scratch; /* ssim_scratch(shape) elements */
} hg__ssim_work;

typedef struct hg__adam {
    real lr, beta1, beta2, epsilon;
    real correct1, correct2; /* 1 - beta1^t, 1 - beta2^t */
    real decay;              /* AdamW: w -= lr * decay * w; 0 for Adam */
} hg__adam;

typedef struct hg__sgd {
    real lr, momentum;
    bool nesterov;
    real decay; /* joins the gradient: g + decay * w, as in PyTorch */
} hg__sgd;

typedef struct hg__rmsprop {
    real lr, alpha, epsilon, momentum;
} hg__rmsprop;

/* Gaussian noise etc. drawn by (key, sample, element): the same for every cut of the batch. */
typedef struct hg__draw {
    uint64_t seed;
    uint32_t purpose, step; /* base/random.h; purpose carries the node */
    uint64_t first;         /* number of the first sample in the batch */
    size_t n, size;
} hg__draw;

/* Which of a sample's values stay: the first kept[u * steps], the index rounded down, u the sample's number. */
typedef struct hg__keep_first {
    size_t n, size, steps; /* steps: a power of two at most 2^24, so that u * steps is exact */
    const int32_t *kept;   /* [steps] 0 … size */
    const real *u;         /* [n] in [0,1), from draw_uniform */
} hg__keep_first;

typedef struct hg__kernels {
    const char *name;       /* "ref", "generic", "avx2", "avx512" … */
    hg_precision precision; /* of products' operands; less than float32 is only for those who ask for it */

    /* Products. */
    size_t (*pack_size)(size_t k, size_t n); /* elements */
    void (*pack)(const hg__pack *p);
    void (*gemm)(const hg__gemm *g);
    void (*gemm_t)(const hg__gemm_t *g);
    /* The same where each column is by itself (a convolution in as many groups as channels). A(i, r) is n contiguous
     * elements, B is plain [runs][n]; run is 1, parts 0, b_run NULL, a_run and c_run are given:
     *     C[i][j] = act( bias[j] + sum over r of A(i, r)[j] * B[r][j] )
     * and C's column j starts at c[j * c_step], with run r's element c_run[r] of it:
     *     C[r][j] (+)= sum over i < m of A(i, r)[j] * D[i][j] */
    void (*depthwise)(const hg__gemm *g);
    void (*depthwise_t)(const hg__gemm_t *g);

    /* Copies n images h x w x c into a zero frame: out is (top + h + bottom) x (left + w + right) x c. */
    void (*pad)(size_t n, hg_shape in, size_t top, size_t left, size_t bottom, size_t right, const real *x, real *out);

    /* Activations. act: y = f(x), x == y allowed. act_grad: g *= f'(v) in place; v is y, or x where
     * hg__act_needs_input. act_bias_grad: the same over m rows of n, and sums the columns of g. */
    void (*act)(hg__act a, real slope, size_t n, const real *x, real *y);
    void (*act_grad)(hg__act a, real slope, size_t n, const real *v, real *g);
    void (*act_bias_grad)(hg__act a, real slope, size_t m, size_t n, const real *v, real *g, real *bias, bool add);

    /* Element by element. `add`: y += …, else y = …. */
    void (*copy)(size_t n, const real *x, real *y, bool add);
    void (*scale)(size_t n, real f, const real *x, real *y, bool add);
    void (*sum2)(size_t n, const real *a, const real *b, real *y); /* y = a + b */
    /* m rows of n elements, with row strides: concat and slice. */
    void (*copy2d)(size_t m, size_t n, const real *x, size_t x_step, real *y, size_t y_step, bool add);
    /* out[i] = sum over s < shards of in[s * step + i], s in order: the gradient reduction. */
    void (*sum_shards)(size_t n, size_t shards, size_t step, const real *in, real *out);

    /* Pooling and resizing. */
    /* arg: where in the image each greatest value is; may be NULL. */
    void (*pool_max)(const hg__window *w, const real *x, real *y, int32_t *arg);
    void (*pool_max_grad)(const hg__window *w, const int32_t *arg, const real *dy, real *dx, bool add);
    void (*pool_avg)(const hg__window *w, const real *x, real *y);
    void (*pool_avg_grad)(const hg__window *w, const real *dy, real *dx, bool add);
    void (*nearest)(size_t n, hg_shape in, size_t fh, size_t fw, const real *x, real *y); /* whole factors */
    void (*nearest_grad)(size_t n, hg_shape in, size_t fh, size_t fw, const real *dy, real *dx, bool add);
    void (*bilinear)(size_t n, hg_shape in, size_t oh, size_t ow, const real *x, real *y); /* half-pixel centres */
    void (*bilinear_grad)(size_t n, hg_shape in, size_t oh, size_t ow, const real *dy, real *dx, bool add);
    /* h x w x (c r r) -> (h r) x (w r) x c; channel order as in PyTorch: c, then dy, then dx. */
    void (*shuffle)(size_t n, hg_shape in, size_t r, const real *x, real *y, bool add);
    /* Its inverse; `out` is the shape of shuffle's input. */
    void (*unshuffle)(size_t n, hg_shape out, size_t r, const real *x, real *y, bool add);

    /* Normalisation. */
    void (*norm)(const hg__norm *w);
    void (*norm_grad)(const hg__norm *w);
    void (*norm_batch)(const hg__norm *w); /* mean, istd: [c]; groups unused */
    void (*norm_batch_grad)(const hg__norm *w);
    void (*norm_apply)(const hg__norm *w); /* batch norm at inference: mean, istd given per channel */
    /* Batch norm's running statistics, behind norm_batch: mean += momentum * (w->mean - mean), and so the variance,
     * which takes the batch's unbiased one (that over n - 1). */
    void (*norm_running)(const hg__norm *w, real momentum, real *mean, real *variance);
    void (*norm_istd)(size_t c, real epsilon, const real *variance, real *istd); /* 1 / sqrt(variance + epsilon) */

    /* Losses; value[] is written, not added. */
    void (*loss)(const hg__loss_work *w);
    size_t (*ssim_scratch)(hg_shape s);
    void (*ssim)(const hg__ssim_work *w);
    /* KL(N(mu, e^logvar) || N(0,1)) per sample times factor; gradients added or set as told. */
    void (*kl)(size_t n, size_t size, const real *mu, const real *logvar, real factor, real *value, real *dmu,
               bool mu_add, real *dlogvar, bool logvar_add);

    /* Chance. uniform [0,1), normal (0,1): draw fills n x size. */
    void (*draw_uniform)(const hg__draw *d, real *out);
    void (*draw_normal)(const hg__draw *d, real *out);
    /* y = u < rate ? 0 : x / (1 - rate); u from draw_uniform. Its own gradient. */
    void (*dropout)(size_t n, real rate, const real *u, const real *x, real *y, bool add);
    /* y = x where it stays, else 0. Its own gradient. */
    void (*keep_first)(const hg__keep_first *w, const real *x, real *y, bool add);
    /* z = mu + e^(logvar/2) eps, and its gradients; dmu, dlogvar: NULL where not wanted. */
    void (*gaussian)(size_t n, const real *mu, const real *logvar, const real *eps, real *z);
    void (*gaussian_grad)(size_t n, const real *logvar, const real *eps, const real *dz, real *dmu, bool mu_add,
                          real *dlogvar, bool logvar_add);

    /* Optimisers, over one contiguous stretch. l1, l2: g += l1 * sign(w) + l2 * w first, where wanted. */
    void (*penalty)(size_t n, real l1, real l2, const real *w, real *g);
    void (*adam)(const hg__adam *o, size_t n, const real *g, real *w, real *m, real *v);
    void (*sgd)(const hg__sgd *o, size_t n, const real *g, real *w, real *velocity);
    void (*rmsprop)(const hg__rmsprop *o, size_t n, const real *g, real *w, real *square, real *velocity);
    void (*ema)(size_t n, real decay, const real *w, real *average); /* average = decay * average + (1-decay) * w */
    double (*sum_squares)(size_t n, const real *x);                  /* in double, fixed order */
    bool (*finite)(size_t n, const real *x);                         /* no NaN, no Inf */
} hg__kernels;

extern const hg__kernels hg__kernels_ref;

/* The sets this build has, lowest first, and whether this machine can run them. */
size_t hg__kernel_sets(void);
const hg__kernels *hg__kernel_set(size_t i, bool *runs_here);

/* The set of that name. HG_USAGE, with the place `where`: there is none here, or this machine cannot run it. */
hg_status hg__kernels_named(const hg__kernels **k, const char *name, const char *where, hg_error *e);

/* The set to use: the highest of this precision that runs here, HG_USAGE where none does; or the one that HOURGLASS_ISA
 * names (an unknown name is HG_USAGE), which for float32 may be any. */
hg_status hg__kernels_choose(const hg__kernels **k, hg_precision precision, hg_error *e);

/* The precision of the set that HOURGLASS_ISA names; *name: NULL when it names none. */
hg_precision hg__kernels_forced(const char **name);

const char *hg__precision_name(hg_precision p);     /* "f32", "bf16", "int8" */
hg_precision hg__precision_named(const char *name); /* of no such name: float32 */
const char *hg__act_name(hg__act a);
bool hg__act_named(const char *name, hg__act *a, real *slope); /* "leaky", "leaky=0.1" …; sets the default slope */

#endif
