/* table.h: the table of one ISA, and all text that it is made of. Where nothing faster is written, ref
 * serves. The ISA's file has included its header, and defines HG__SET and HG__SET_NAME. */
#include "kern/isa/simd_act.h"
#include "kern/isa/simd_chance.h"
#include "kern/isa/simd_depthwise.h"
#include "kern/isa/simd_elementwise.h"
#include "kern/isa/simd_gemm.h"
#include "kern/isa/simd_gemm_narrow.h"
#include "kern/isa/simd_gemm_t.h"
#include "kern/isa/simd_gemm_t_narrow.h"
#include "kern/isa/simd_loss.h"
#include "kern/isa/simd_norm.h"
#include "kern/isa/simd_optim.h"
#include "kern/isa/simd_pack.h"
#include "kern/isa/simd_pool.h"
#include "kern/isa/simd_resize.h"

/* Products of few columns would leave half of every vector empty: a set with vectors half as wide does them. Narrow
 * ones have their vectors along the runs, and there it is the run's end that decides; they are packed alike in both. */
#ifdef HG__HALF_SET
static bool is_few(size_t n) { return n <= W / 2; }
static bool half_suits(size_t n, size_t run) { return n > NARROW ? is_few(n) : run % W && run % W <= W / 2; }
static size_t half_pack_size(size_t k, size_t n) { return (is_few(n) ? HG__HALF_SET.pack_size : simd_pack_size)(k, n); }
static void half_pack(const hg__pack *p) { (is_few(p->n) ? HG__HALF_SET.pack : simd_pack)(p); }
static void half_gemm(const hg__gemm *g) { (half_suits(g->n, g->run) ? HG__HALF_SET.gemm : simd_gemm)(g); }
static void half_gemm_t(const hg__gemm_t *g) { (half_suits(g->n, g->run) ? HG__HALF_SET.gemm_t : simd_gemm_t)(g); }
#endif

/* Which products this set has; those in bf16 or int8 stand over the others, and leave them what does not suit. */
#ifdef HG__AMX
#include "kern/isa/amx_gemm.h"
#include "kern/isa/amx_gemm_t.h"
#define PRECISION HG_PRECISION_BF16
#define PACKED(row) bf16_##row
#define PRODUCT(row) amx_##row
#elif defined HG__BF16
#include "kern/isa/bf16_gemm_t.h"
#define PRECISION HG_PRECISION_BF16
#define PACKED(row) bf16_##row
#define PRODUCT(row) bf16_##row
#elif defined HG__INT8
#include "kern/isa/int8_gemm.h"
#define PRECISION HG_PRECISION_INT8
#define PACKED(row) int8_##row
#define PRODUCT(row) int8_##row
#elif defined HG__HALF_SET
#define PRECISION HG_PRECISION_F32
#define PACKED(row) half_##row
#define PRODUCT(row) half_##row
#else
#define PRECISION HG_PRECISION_F32
#define PACKED(row) simd_##row
#define PRODUCT(row) simd_##row
#endif

const hg__kernels HG__SET = {
    .name = HG__SET_NAME,
    .precision = PRECISION,
    .pack_size = PACKED(pack_size),
    .pack = PACKED(pack),
    .gemm = PRODUCT(gemm),
    .gemm_t = PRODUCT(gemm_t),
    .depthwise = simd_depthwise,
    .depthwise_t = simd_depthwise_t,
    .pad = simd_pad,
    .act = simd_act,
    .act_grad = simd_act_grad,
    .act_bias_grad = simd_act_bias_grad,
    .copy = simd_copy,
    .scale = simd_scale,
    .sum2 = simd_sum2,
    .copy2d = simd_copy2d,
    .sum_shards = simd_sum_shards,
    .pool_max = simd_pool_max,
    .pool_max_grad = simd_pool_max_grad,
    .pool_avg = simd_pool_avg,
    .pool_avg_grad = simd_pool_avg_grad,
    .nearest = simd_nearest,
    .nearest_grad = simd_nearest_grad,
    .bilinear = simd_bilinear,
    .bilinear_grad = simd_bilinear_grad,
    .shuffle = simd_shuffle,
    .unshuffle = simd_unshuffle,
    .norm = simd_norm,
    .norm_grad = simd_norm_grad,
    .norm_batch = simd_norm_batch,
    .norm_batch_grad = simd_norm_batch_grad,
    .norm_apply = simd_norm_apply,
    .norm_running = hg__ref_norm_running,
    .norm_istd = hg__ref_norm_istd,
    .loss = simd_loss,
    .ssim_scratch = hg__ref_ssim_scratch,
    .ssim = hg__ref_ssim,
    .kl = simd_kl,
    .draw_uniform = simd_draw_uniform,
    .draw_normal = simd_draw_normal,
    .dropout = simd_dropout,
    .keep_first = simd_keep_first,
    .gaussian = simd_gaussian,
    .gaussian_grad = simd_gaussian_grad,
    .penalty = hg__ref_penalty,
    .adam = simd_adam,
    .sgd = hg__ref_sgd,
    .rmsprop = hg__ref_rmsprop,
    .ema = hg__ref_ema,
    .sum_squares = simd_sum_squares,
    .finite = simd_finite,
};
