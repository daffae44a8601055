/* ref.h: the reference kernels, plain loops: the specification that every other set is tested against.
 *
 * One function per row of hg__kernels, in ref_*.c by subject. They are written in `real`, so that a
 * build with -DHG_REAL=double computes everything in double. Sets that have nothing faster for a
 * row name these. */
#ifndef HG_KERN_REF_H
#define HG_KERN_REF_H

#include "kern/kernels.h"

/* Where entry i starts: by its table, or by equal steps. */
static inline ptrdiff_t hg__offset(const int32_t *table, size_t i, size_t step)
{
    return table ? (ptrdiff_t)table[i] : (ptrdiff_t)(i * step);
}

/* y = v or y += v: what every `add` argument means. */
static inline void hg__put(real *y, real v, bool add) { *y = add ? *y + v : v; }

/* Of bilinear upsampling: output position o lies between inputs at[0] and at[1], with weights part[0] and part[1]. */
typedef struct hg__between {
    size_t at[2];
    real part[2];
} hg__between;

static inline hg__between hg__between_of(size_t o, size_t out, size_t in)
{
    real at = ((real)o + (real)0.5) * ((real)in / (real)out) - (real)0.5;
    if (at < 0) at = 0;
    size_t low = (size_t)at, high = low + 1 < in ? low + 1 : low;
    real part = at - (real)low;
    return (hg__between){{low, high}, {1 - part, part}};
}

/* f(x), and f'(v) where v is y or x as hg__act_needs_input says. */
real hg__ref_act_of(hg__act a, real slope, real x);
real hg__ref_act_slope(hg__act a, real slope, real v);

size_t hg__ref_pack_size(size_t k, size_t n);
void hg__ref_pack(const hg__pack *p);
void hg__ref_gemm(const hg__gemm *g);
void hg__ref_gemm_t(const hg__gemm_t *g);
void hg__ref_depthwise(const hg__gemm *g);
void hg__ref_depthwise_t(const hg__gemm_t *g);
void hg__ref_pad(size_t n, hg_shape in, size_t top, size_t left, size_t bottom, size_t right, const real *x, real *out);

void hg__ref_act(hg__act a, real slope, size_t n, const real *x, real *y);
void hg__ref_act_grad(hg__act a, real slope, size_t n, const real *v, real *g);
void hg__ref_act_bias_grad(hg__act a, real slope, size_t m, size_t n, const real *v, real *g, real *bias, bool add);

void hg__ref_copy(size_t n, const real *x, real *y, bool add);
void hg__ref_scale(size_t n, real f, const real *x, real *y, bool add);
void hg__ref_sum2(size_t n, const real *a, const real *b, real *y);
void hg__ref_copy2d(size_t m, size_t n, const real *x, size_t x_step, real *y, size_t y_step, bool add);
void hg__ref_sum_shards(size_t n, size_t shards, size_t step, const real *in, real *out);

void hg__ref_pool_max(const hg__window *w, const real *x, real *y, int32_t *arg);
void hg__ref_pool_max_grad(const hg__window *w, const int32_t *arg, const real *dy, real *dx, bool add);
void hg__ref_pool_avg(const hg__window *w, const real *x, real *y);
void hg__ref_pool_avg_grad(const hg__window *w, const real *dy, real *dx, bool add);

void hg__ref_nearest(size_t n, hg_shape in, size_t fh, size_t fw, const real *x, real *y);
void hg__ref_nearest_grad(size_t n, hg_shape in, size_t fh, size_t fw, const real *dy, real *dx, bool add);
void hg__ref_bilinear(size_t n, hg_shape in, size_t oh, size_t ow, const real *x, real *y);
void hg__ref_bilinear_grad(size_t n, hg_shape in, size_t oh, size_t ow, const real *dy, real *dx, bool add);
void hg__ref_shuffle(size_t n, hg_shape in, size_t r, const real *x, real *y, bool add);
void hg__ref_unshuffle(size_t n, hg_shape out, size_t r, const real *x, real *y, bool add);

void hg__ref_norm(const hg__norm *w);
void hg__ref_norm_grad(const hg__norm *w);
void hg__ref_norm_batch(const hg__norm *w);
void hg__ref_norm_batch_grad(const hg__norm *w);
void hg__ref_norm_apply(const hg__norm *w);
void hg__ref_norm_running(const hg__norm *w, real momentum, real *mean, real *variance);
void hg__ref_norm_istd(size_t c, real epsilon, const real *variance, real *istd);

void hg__ref_loss(const hg__loss_work *w);
size_t hg__ref_ssim_scratch(hg_shape s);
void hg__ref_ssim(const hg__ssim_work *w);
void hg__ref_kl(size_t n, size_t size, const real *mu, const real *logvar, real factor, real *value, real *dmu,
                bool mu_add, real *dlogvar, bool logvar_add);

void hg__ref_draw_uniform(const hg__draw *d, real *out);
void hg__ref_draw_normal(const hg__draw *d, real *out);
void hg__ref_dropout(size_t n, real rate, const real *u, const real *x, real *y, bool add);
void hg__ref_keep_first(const hg__keep_first *w, const real *x, real *y, bool add);
void hg__ref_gaussian(size_t n, const real *mu, const real *logvar, const real *eps, real *z);
void hg__ref_gaussian_grad(size_t n, const real *logvar, const real *eps, const real *dz, real *dmu, bool mu_add,
                           real *dlogvar, bool logvar_add);

void hg__ref_penalty(size_t n, real l1, real l2, const real *w, real *g);
void hg__ref_adam(const hg__adam *o, size_t n, const real *g, real *w, real *m, real *v);
void hg__ref_sgd(const hg__sgd *o, size_t n, const real *g, real *w, real *velocity);
void hg__ref_rmsprop(const hg__rmsprop *o, size_t n, const real *g, real *w, real *square, real *velocity);
void hg__ref_ema(size_t n, real decay, const real *w, real *average);
double hg__ref_sum_squares(size_t n, const real *x);
bool hg__ref_finite(size_t n, const real *x);

#endif
