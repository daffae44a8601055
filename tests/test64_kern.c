/* test64_kern.c: the reference rows that have a gradient, against central differences in double; so that what the other
 * sets are tested against is itself right. */
#include "kern_harness.h"

/* A scalar function of x[n], and its gradient by x. */
typedef struct subject {
    const char *what;
    size_t n;
    real *x, *gradient;
    double (*f)(void *ctx);
    void *ctx;
} subject;

static void assert_gradient(const subject *s)
{
    const double step = 1e-5;
    for (size_t i = 0; i < s->n; i++) {
        real kept = s->x[i];
        s->x[i] = kept + step;
        double up = s->f(s->ctx);
        s->x[i] = kept - step;
        double slope = (up - s->f(s->ctx)) / (2 * step);
        s->x[i] = kept;
        if (fabs(slope - s->gradient[i]) > 1e-7 * (1 + fabs(slope)))
            fail_msg("%s: gradient %zu is %.12g, %.12g by differences", s->what, i, s->gradient[i], slope);
    }
}

static double dot(const real *a, const real *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* ---- activations and losses ---- */

typedef struct act_case {
    hg__act act;
    real *x, *y, *dy;
} act_case;

enum { ACT_POINTS = 33 };

static double act_value(void *ctx)
{
    const act_case *c = ctx;
    hg__kernels_ref.act(c->act, 0.25, ACT_POINTS, c->x, c->y);
    return dot(c->y, c->dy, ACT_POINTS);
}

static void activations_have_their_gradients(void **state)
{
    (void)state;
    for (hg__act a = 0; a < HG__ACTS; a++) {
        box b = box_open(a);
        act_case c = {a, values(&b, ACT_POINTS), box_take(&b, ACT_POINTS), values(&b, ACT_POINTS)};
        for (size_t i = 0; i < ACT_POINTS; i++) c.x[i] *= 4;
        real *g = copy_of(&b, c.dy, ACT_POINTS);
        act_value(&c);
        hg__kernels_ref.act_grad(a, 0.25, ACT_POINTS, hg__act_needs_input(a) ? c.x : c.y, g);
        assert_gradient(&(subject){hg__act_name(a), ACT_POINTS, c.x, g, act_value, &c});
        box_close(&b);
    }
}

static double loss_value(void *ctx)
{
    hg__loss_work w = *(hg__loss_work *)ctx;
    w.dy = NULL;
    hg__kernels_ref.loss(&w);
    return w.value[0] + w.value[1];
}

static void losses_have_their_gradients(void **state)
{
    (void)state;
    for (hg__loss kind = 0; kind <= HG__LOSS_BCE_LOGITS; kind++) {
        box b = box_open(20 + kind);
        real *y = values(&b, 40), *t = absolute(&b, values(&b, 40), 40);
        for (size_t i = 0; i < 40 && kind == HG__LOSS_BCE; i++) y[i] = (1.1 + y[i]) / 2.2;
        hg__loss_work w = {.kind = kind,
                           .n = 2,
                           .size = 20,
                           .y = y,
                           .t = t,
                           .factor = 0.7,
                           .delta = 0.5,
                           .value = box_take(&b, 2),
                           .dy = box_take(&b, 40)};
        hg__kernels_ref.loss(&w);
        assert_gradient(&(subject){"loss", 40, y, w.dy, loss_value, &w});
        box_close(&b);
    }
}

static double ssim_value(void *ctx)
{
    hg__ssim_work w = *(hg__ssim_work *)ctx;
    w.dy = NULL;
    hg__kernels_ref.ssim(&w);
    return w.value[0] + w.value[1];
}

static void ssim_has_its_gradient_and_is_0_between_equals(void **state)
{
    (void)state;
    box b = box_open(30);
    hg__ssim_work w = {.n = 2, .shape = {12, 14, 2}, .factor = 3};
    size_t all = 2 * hg_shape_size(w.shape);
    real *y = absolute(&b, values(&b, all), all);
    w.y = y, w.t = absolute(&b, values(&b, all), all), w.value = box_take(&b, 2), w.dy = box_take(&b, all);
    w.scratch = box_take(&b, hg__kernels_ref.ssim_scratch(w.shape));
    hg__kernels_ref.ssim(&w);
    assert_gradient(&(subject){"ssim", all, y, w.dy, ssim_value, &w});
    w.t = y;
    hg__kernels_ref.ssim(&w);
    assert_true(fabs(w.value[0]) < 1e-12 && fabs(w.value[1]) < 1e-12);
    box_close(&b);
}

typedef struct latent_case {
    real *mu, *logvar, *eps, *dz, *z;
    bool divergence;
} latent_case;

enum { LATENT = 12 };

static double latent_value(void *ctx)
{
    const latent_case *c = ctx;
    real value = 0;
    if (c->divergence) hg__kernels_ref.kl(1, LATENT, c->mu, c->logvar, 0.3, &value, NULL, false, NULL, false);
    else hg__kernels_ref.gaussian(LATENT, c->mu, c->logvar, c->eps, c->z), value = dot(c->z, c->dz, LATENT);
    return value;
}

static void divergence_and_gaussian_have_their_gradients(void **state)
{
    (void)state;
    box b = box_open(31);
    latent_case c = {values(&b, LATENT), values(&b, LATENT),   values(&b, LATENT),
                     values(&b, LATENT), box_take(&b, LATENT), true};
    real *dmu = box_take(&b, LATENT), *dlogvar = box_take(&b, LATENT), value;
    hg__kernels_ref.kl(1, LATENT, c.mu, c.logvar, 0.3, &value, dmu, false, dlogvar, false);
    assert_gradient(&(subject){"kl by mu", LATENT, c.mu, dmu, latent_value, &c});
    assert_gradient(&(subject){"kl by logvar", LATENT, c.logvar, dlogvar, latent_value, &c});
    c.divergence = false;
    hg__kernels_ref.gaussian_grad(LATENT, c.logvar, c.eps, c.dz, dmu, false, dlogvar, false);
    assert_gradient(&(subject){"gaussian by mu", LATENT, c.mu, dmu, latent_value, &c});
    assert_gradient(&(subject){"gaussian by logvar", LATENT, c.logvar, dlogvar, latent_value, &c});
    box_close(&b);
}

/* ---- normalisation ---- */

static double norm_value(void *ctx)
{
    hg__norm w = *(hg__norm *)ctx;
    if (w.groups) hg__kernels_ref.norm(&w);
    else hg__kernels_ref.norm_batch(&w);
    return dot(w.y, w.dy, w.n * w.pixels * w.c);
}

static void normalisation_has_its_gradients(void **state)
{
    (void)state;
    for (size_t groups = 0; groups < 3; groups++) { /* 0: batch norm */
        box b = box_open(40 + groups);
        hg__norm w = {.n = 3, .pixels = 4, .c = 6, .groups = groups, .epsilon = 1e-3};
        real *x = values(&b, 72), *scale = values(&b, 6), *shift = values(&b, 6);
        w.x = x, w.scale = scale, w.shift = shift, w.y = box_take(&b, 72), w.dy = values(&b, 72);
        w.mean = box_take(&b, 9), w.istd = box_take(&b, 9);
        w.dx = box_take(&b, 72), w.dscale = box_take(&b, 6), w.dshift = box_take(&b, 6);
        norm_value(&w);
        if (groups) hg__kernels_ref.norm_grad(&w);
        else hg__kernels_ref.norm_batch_grad(&w);
        assert_gradient(&(subject){"norm by x", 72, x, w.dx, norm_value, &w});
        assert_gradient(&(subject){"norm by scale", 6, scale, w.dscale, norm_value, &w});
        assert_gradient(&(subject){"norm by shift", 6, shift, w.dshift, norm_value, &w});
        box_close(&b);
    }
}

static void a_normalised_group_has_mean_0_and_deviation_1(void **state)
{
    (void)state;
    box b = box_open(50);
    real one[] = {1, 1, 1, 1}, zero[] = {0, 0, 0, 0}, mean[2], istd[2];
    hg__norm w = {.n = 1,
                  .pixels = 9,
                  .c = 4,
                  .groups = 2,
                  .x = values(&b, 36),
                  .scale = one,
                  .shift = zero,
                  .y = box_take(&b, 36),
                  .mean = mean,
                  .istd = istd};
    hg__kernels_ref.norm(&w);
    for (size_t g = 0; g < 2; g++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < 36; i++)
            if (i % 4 / 2 == g) sum += w.y[i], square += w.y[i] * w.y[i];
        assert_true(fabs(sum) < 1e-12 && fabs(square / 18 - 1) < 1e-12);
    }
    box_close(&b);
}

/* ---- linear rows: the gradient is the transpose, so <f(x), dy> = <x, f'(dy)> ---- */

typedef struct linear_case {
    hg__window window;
    hg_shape in;
    int row;
} linear_case;

enum { AVERAGE, NEAREST, BILINEAR, SHUFFLE, MAXIMUM, LINEAR_ROWS };

static void linear_forward(const linear_case *c, const real *x, real *y, int32_t *arg)
{
    if (c->row == AVERAGE) hg__kernels_ref.pool_avg(&c->window, x, y);
    if (c->row == NEAREST) hg__kernels_ref.nearest(2, c->in, 2, 3, x, y);
    if (c->row == BILINEAR) hg__kernels_ref.bilinear(2, c->in, 7, 5, x, y);
    if (c->row == SHUFFLE) hg__kernels_ref.shuffle(2, c->in, 2, x, y, false);
    if (c->row == MAXIMUM) hg__kernels_ref.pool_max(&c->window, x, y, arg);
}

static void linear_backward(const linear_case *c, const real *dy, real *dx, const int32_t *arg)
{
    if (c->row == AVERAGE) hg__kernels_ref.pool_avg_grad(&c->window, dy, dx, false);
    if (c->row == NEAREST) hg__kernels_ref.nearest_grad(2, c->in, 2, 3, dy, dx, false);
    if (c->row == BILINEAR) hg__kernels_ref.bilinear_grad(2, c->in, 7, 5, dy, dx, false);
    if (c->row == SHUFFLE) hg__kernels_ref.unshuffle(2, c->in, 2, dy, dx, false);
    if (c->row == MAXIMUM) hg__kernels_ref.pool_max_grad(&c->window, arg, dy, dx, false);
}

static void a_linear_rows_gradient_is_its_transpose(void **state)
{
    (void)state;
    for (int row = 0; row < LINEAR_ROWS; row++) {
        box b = box_open(60 + (uint64_t)row);
        linear_case c = {{2, 5, 4, 8, 3, 3, 3, 2, 2, 2, 1, 1}, {5, 4, 8}, row};
        size_t out[LINEAR_ROWS] = {144, 1920, 560, 320, 144};
        real *x = values(&b, 320), *y = box_take(&b, out[row]), *dy = values(&b, out[row]), *dx = box_take(&b, 320);
        int32_t arg[144];
        linear_forward(&c, x, y, arg);
        linear_backward(&c, dy, dx, arg);
        double forwards = dot(y, dy, out[row]), backwards = dot(x, dx, 320);
        if (fabs(forwards - backwards) > 1e-10) fail_msg("row %d: %.12g is not %.12g", row, forwards, backwards);
        box_close(&b);
    }
}

/* As torch.nn.functional.interpolate does with align_corners=False. */
static void bilinear_places_centres_at_half_pixels(void **state)
{
    (void)state;
    const real x[] = {0, 1, 2}, want[] = {0, 0.25, 0.75, 1.25, 1.75, 2};
    real y[6];
    hg__kernels_ref.bilinear(1, (hg_shape){1, 3, 1}, 1, 6, x, y);
    assert_near("bilinear", y, want, 6, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_have_their_gradients),
        cmocka_unit_test(losses_have_their_gradients),
        cmocka_unit_test(ssim_has_its_gradient_and_is_0_between_equals),
        cmocka_unit_test(divergence_and_gaussian_have_their_gradients),
        cmocka_unit_test(normalisation_has_its_gradients),
        cmocka_unit_test(a_normalised_group_has_mean_0_and_deviation_1),
        cmocka_unit_test(a_linear_rows_gradient_is_its_transpose),
        cmocka_unit_test(bilinear_places_centres_at_half_pixels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
