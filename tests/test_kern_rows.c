/* test_kern_rows.c: every row of every set but the products, against ref, over random shapes: element by
 * element work, pooling, resizing, normalisation, losses, chance, optimisers. */
#include "kern_harness.h"

enum { TRIALS = 40 };

static hg_shape shape_of(box *b, size_t low, size_t high)
{
    static const size_t channels[] = {1, 2, 3, 4, 5, 8, 12, 16, 17, 33};
    return (hg_shape){pick(b, low, high), pick(b, low, high), channels[pick(b, 0, 9)]};
}

static void acts_agree(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(trial);
        size_t m = pick(&b, 1, 40), n = pick(&b, 1, 70);
        hg__act a = (hg__act)pick(&b, 0, HG__ACTS - 1);
        real *x = values(&b, m * n), slope = (real)0.3, *y = box_take(&b, m * n), *want = box_take(&b, m * n);
        for (size_t i = 0; i < m * n; i++) x[i] *= 8;
        k->act(a, slope, m * n, x, y);
        hg__kernels_ref.act(a, slope, m * n, x, want);
        assert_near(hg__act_name(a), y, want, m * n, 1e-6);
        real *g = values(&b, m * n), *h = copy_of(&b, g, m * n), *g2 = copy_of(&b, g, m * n), *bias = values(&b, n),
             *bias2 = copy_of(&b, bias, n);
        const real *v = hg__act_needs_input(a) ? x : want;
        bool add = pick(&b, 0, 1);
        k->act_grad(a, slope, m * n, v, g2);
        k->act_bias_grad(a, slope, m, n, v, g, bias, add);
        hg__kernels_ref.act_bias_grad(a, slope, m, n, v, h, bias2, add);
        assert_near(hg__act_name(a), g, h, m * n, 1e-6);
        assert_same_bits(hg__act_name(a), g, g2, m * n);
        assert_near("bias", bias, bias2, n, 1e-5);
        box_close(&b);
    }
}

static void bias_sums_continue_bitwise(const hg__kernels *k)
{
    box b = box_open(50);
    for (size_t n = 1; n < 70; n += 6) {
        size_t m = 300, cut = pick(&b, 1, m - 1);
        real *g = values(&b, m * n), *bias = box_take(&b, n), *parts = box_take(&b, n);
        k->act_bias_grad(HG__ACT_NONE, 0, m, n, g, g, bias, false);
        k->act_bias_grad(HG__ACT_NONE, 0, cut, n, g, g, parts, false);
        k->act_bias_grad(HG__ACT_NONE, 0, m - cut, n, g + cut * n, g + cut * n, parts, true);
        assert_same_bits(k->name, parts, bias, n);
    }
    box_close(&b);
}

static void elementwise_agrees(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(100 + trial);
        size_t m = pick(&b, 1, 9), n = pick(&b, 1, 100), gap = pick(&b, 0, 4), all = m * (n + gap);
        bool add = pick(&b, 0, 1);
        real *x = values(&b, 8 * all), *y = values(&b, all), *want = copy_of(&b, y, all), f = value(&b);
        for (int row = 0; row < 6; row++) {
            const hg__kernels *sets[] = {k, &hg__kernels_ref};
            for (size_t s = 0; s < 2; s++) {
                real *out = s ? want : y;
                if (row == 0) sets[s]->copy(all, x, out, add);
                if (row == 1) sets[s]->scale(all, f, x, out, add);
                if (row == 2) sets[s]->sum2(all, x, x + all, out);
                if (row == 3) sets[s]->copy2d(m, n, x, n + gap + 1, out, n + gap, add);
                if (row == 4) sets[s]->sum_shards(all, 7, all, x, out);
                if (row == 5) sets[s]->dropout(all, (real)0.3, x, x + all, out, add);
            }
            assert_near(k->name, y, want, all, row == 5 ? 1e-6 : 0);
        }
        box_close(&b);
    }
}

static hg__window window_of(box *b, hg_shape s)
{
    hg__window w = {.n = pick(b, 1, 3), .h = s.h, .w = s.w, .c = s.c, .kh = pick(b, 1, 3), .kw = pick(b, 1, 3)};
    w.sh = pick(b, 1, 3), w.sw = pick(b, 1, 3), w.ph = pick(b, 0, w.kh - 1), w.pw = pick(b, 0, w.kw - 1);
    w.oh = (s.h - 1 + w.ph) / w.sh + 1, w.ow = (s.w - 1 + w.pw) / w.sw + 1; /* every window has a tap inside */
    return w;
}

/* A few equal values, so that ties occur. */
static real *coarse(box *b, size_t n)
{
    real *p = values(b, n);
    for (size_t i = 0; i < n; i++) p[i] = (real)((int)(p[i] * 4) / 4.0);
    return p;
}

static void pooling_agrees(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(200 + trial);
        hg__window w = window_of(&b, shape_of(&b, 3, 9));
        size_t in = w.n * w.h * w.w * w.c, out = w.n * w.oh * w.ow * w.c;
        bool add = pick(&b, 0, 1);
        real *x = coarse(&b, in), *y = box_take(&b, out), *want = box_take(&b, out), *dy = values(&b, out);
        real *dx = values(&b, in), *dx2 = copy_of(&b, dx, in);
        int32_t *arg = (int32_t *)box_take(&b, out), *arg2 = (int32_t *)box_take(&b, out);
        k->pool_max(&w, x, y, arg);
        hg__kernels_ref.pool_max(&w, x, want, arg2);
        assert_near("pool_max", y, want, out, 0);
        assert_memory_equal(arg, arg2, out * sizeof *arg);
        k->pool_max(&w, x, y, NULL);
        k->pool_max_grad(&w, arg, dy, dx, add);
        hg__kernels_ref.pool_max_grad(&w, arg, dy, dx2, add);
        assert_near("pool_max_grad", dx, dx2, in, 1e-6);
        k->pool_avg(&w, x, y);
        hg__kernels_ref.pool_avg(&w, x, want);
        assert_near("pool_avg", y, want, out, 1e-6);
        k->pool_avg_grad(&w, dy, dx, add);
        hg__kernels_ref.pool_avg_grad(&w, dy, dx2, add);
        assert_near("pool_avg_grad", dx, dx2, in, 1e-6);
        box_close(&b);
    }
}

/* 2 x 2 windows side by side, of an odd image as well: the gradient overwrites all of the image. The pixels are few
 * numbers and NaN, of which the first is the maximum. */
static void halving_agrees(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(250 + trial);
        hg_shape s = shape_of(&b, 1, 7);
        hg__window w = {2, s.h, s.w, s.c, (s.h + 1) / 2, (s.w + 1) / 2, 2, 2, 2, 2, 0, 0};
        size_t in = w.n * w.h * w.w * w.c, out = w.n * w.oh * w.ow * w.c;
        real *x = coarse(&b, in), *y = box_take(&b, out), *want = box_take(&b, out), *dy = values(&b, out);
        real *dx = values(&b, in), *dx2 = copy_of(&b, dx, in);
        int32_t *arg = (int32_t *)box_take(&b, out), *arg2 = (int32_t *)box_take(&b, out);
        for (size_t i = 0; i < in; i++) x[i] = pick(&b, 0, 2) ? x[i] : (real)NAN;
        k->pool_max(&w, x, y, arg);
        hg__kernels_ref.pool_max(&w, x, want, arg2);
        for (size_t i = 0; i < out; i++) assert_true(y[i] == want[i] || (y[i] != y[i] && want[i] != want[i]));
        assert_memory_equal(arg, arg2, out * sizeof *arg);
        k->pool_max_grad(&w, arg, dy, dx, false);
        hg__kernels_ref.pool_max_grad(&w, arg, dy, dx2, false);
        assert_near("pool_max_grad", dx, dx2, in, 0);
        box_close(&b);
    }
}

static void resizing_agrees(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(300 + trial);
        hg_shape s = shape_of(&b, 1, 6), quad = {s.h, s.w, s.c * 4};
        size_t n = pick(&b, 1, 3), fh = pick(&b, 1, 3), fw = pick(&b, 1, 3), oh = pick(&b, 1, 15), ow = pick(&b, 1, 15);
        size_t in = n * hg_shape_size(s), most = n * 15 * 15 * s.c + 9 * in;
        bool add = pick(&b, 0, 1);
        real *x = values(&b, 4 * in), *dy = values(&b, most), *y[2], *dx[2];
        for (size_t i = 0; i < 2; i++)
            y[i] = i ? copy_of(&b, y[0], most) : values(&b, most), dx[i] = i ? copy_of(&b, dx[0], in) : values(&b, in);
        const hg__kernels *sets[] = {k, &hg__kernels_ref};
        for (int row = 0; row < 7; row++) {
            for (size_t i = 0; i < 2; i++) {
                if (row == 0) sets[i]->nearest(n, s, fh, fw, x, y[i]);
                if (row == 1) sets[i]->nearest_grad(n, s, fh, fw, dy, dx[i], add);
                if (row == 2) sets[i]->bilinear(n, s, oh, ow, x, y[i]);
                if (row == 3) sets[i]->bilinear_grad(n, s, oh, ow, dy, dx[i], add);
                if (row == 4) sets[i]->shuffle(n, quad, 2, x, y[i], add);
                if (row == 5) sets[i]->unshuffle(n, quad, 2, x, y[i], add);
                if (row == 6) sets[i]->pad(n, s, 2, 1, 0, 3, x, y[i]);
            }
            assert_near(k->name, y[0], y[1], most, 1e-6);
            assert_near(k->name, dx[0], dx[1], in, 1e-5);
        }
        box_close(&b);
    }
}

static void unshuffle_undoes_shuffle(const hg__kernels *k)
{
    box b = box_open(350);
    hg_shape s = {3, 2, 12};
    real *x = values(&b, 144), *y = box_take(&b, 144), *back = box_take(&b, 144);
    k->shuffle(2, s, 2, x, y, false);
    k->unshuffle(2, s, 2, y, back, false);
    assert_same_bits(k->name, back, x, 144);
    assert_true(y[3] == x[1]); /* channel 1 of pixel (0,0) is output pixel (0,1), channel 0 of 3 */
    box_close(&b);
}

/* The five rows of normalisation into out[0 … 6]: y, mean, istd, dx, dscale, dshift, y applied. */
static void normalise(const hg__kernels *k, hg__norm w, bool batch, real *out[7])
{
    w.y = out[0], w.mean = out[1], w.istd = out[2];
    (batch ? k->norm_batch : k->norm)(&w);
    w.dx = out[3], w.dscale = out[4], w.dshift = out[5];
    (batch ? k->norm_batch_grad : k->norm_grad)(&w);
    w.y = out[6];
    if (batch) k->norm_apply(&w);
}

static void normalisation_agrees(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(400 + trial);
        bool batch = pick(&b, 0, 1);
        hg__norm w = {.n = pick(&b, 1, 5), .pixels = pick(&b, 2, 90), .groups = pick(&b, 1, 3), .epsilon = (real)1e-5};
        w.c = w.groups * pick(&b, 1, 20);
        size_t all = w.n * w.pixels * w.c, stats = batch ? w.c : w.n * w.groups;
        size_t sizes[7] = {all, stats, stats, all, w.c, w.c, all};
        w.x = values(&b, all), w.dy = values(&b, all), w.scale = values(&b, w.c), w.shift = values(&b, w.c);
        w.dx_add = pick(&b, 0, 1), w.dw_add = pick(&b, 0, 1);
        real *out[7], *want[7];
        for (size_t i = 0; i < 7; i++) out[i] = values(&b, sizes[i]), want[i] = copy_of(&b, out[i], sizes[i]);
        normalise(k, w, batch, out);
        normalise(&hg__kernels_ref, w, batch, want);
        for (size_t i = 0; i < 7; i++) assert_near(k->name, out[i], want[i], sizes[i], 1e-4);
        box_close(&b);
    }
}

/* The gradients of scale and shift over some samples, and over the rest of them in a second call. */
static void norm_sums_continue_bitwise(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(450 + trial);
        hg__norm w = {.n = 5, .pixels = pick(&b, 1, 70), .groups = pick(&b, 1, 4), .epsilon = (real)1e-5};
        w.c = w.groups * pick(&b, 1, 20);
        size_t size = w.pixels * w.c, cut = pick(&b, 1, 4);
        w.x = values(&b, w.n * size), w.dy = values(&b, w.n * size);
        w.scale = values(&b, w.c), w.shift = values(&b, w.c), w.y = box_take(&b, w.n * size);
        w.mean = box_take(&b, w.n * w.groups), w.istd = box_take(&b, w.n * w.groups);
        w.dscale = box_take(&b, w.c), w.dshift = box_take(&b, w.c);
        k->norm(&w);
        k->norm_grad(&w);
        hg__norm part = w;
        part.dscale = box_take(&b, w.c), part.dshift = box_take(&b, w.c), part.n = cut;
        k->norm_grad(&part);
        part.x += cut * size, part.dy += cut * size, part.mean += cut * w.groups, part.istd += cut * w.groups;
        part.n = w.n - cut, part.dw_add = true;
        k->norm_grad(&part);
        assert_same_bits("dscale", part.dscale, w.dscale, w.c);
        assert_same_bits("dshift", part.dshift, w.dshift, w.c);
        box_close(&b);
    }
}

static void losses_agree(const hg__kernels *k)
{
    for (size_t trial = 0; trial < 60; trial++) {
        box b = box_open(500 + trial);
        hg__loss_work w = {.kind = (hg__loss)(trial % 5),
                           .n = pick(&b, 1, 4),
                           .size = pick(&b, 1, 3000),
                           .factor = value(&b),
                           .delta = (real)0.4};
        size_t all = w.n * w.size;
        real *y = values(&b, all), *t = absolute(&b, values(&b, all), all), *value = box_take(&b, w.n),
             *want = box_take(&b, w.n);
        for (size_t i = 0; i < all && w.kind == HG__LOSS_BCE; i++) y[i] = i % 7 ? (1 + y[i]) / 2 : (real)(i % 2);
        real *dy = values(&b, all), *dy2 = copy_of(&b, dy, all);
        w.y = y, w.t = pick(&b, 0, 3) ? t : NULL, w.dy_add = pick(&b, 0, 1);
        w.value = value, w.dy = dy;
        k->loss(&w);
        w.value = want, w.dy = dy2;
        hg__kernels_ref.loss(&w);
        assert_near("loss", value, want, w.n, 1e-5);
        assert_near("loss gradient", dy, dy2, all, 1e-5);
        w.value = value, w.dy = NULL;
        k->loss(&w);
        assert_near("loss without gradient", value, want, w.n, 1e-5);
        box_close(&b);
    }
}

static void ssim_and_kl_agree(const hg__kernels *k)
{
    for (size_t trial = 0; trial < 20; trial++) {
        box b = box_open(600 + trial);
        hg__ssim_work w = {
            .n = pick(&b, 1, 3), .shape = {pick(&b, 11, 20), pick(&b, 11, 20), pick(&b, 1, 3)}, .factor = value(&b)};
        size_t size = hg_shape_size(w.shape), all = w.n * size;
        w.y = absolute(&b, values(&b, all), all), w.t = absolute(&b, values(&b, all), all), w.dy_add = pick(&b, 0, 1);
        real *value = box_take(&b, w.n), *want = box_take(&b, w.n), *dy = values(&b, all), *dy2 = copy_of(&b, dy, all);
        real *dv = values(&b, all), *dv2 = copy_of(&b, dv, all);
        w.scratch = box_take(&b, k->ssim_scratch(w.shape)), w.value = value, w.dy = dy;
        k->ssim(&w);
        w.scratch = box_take(&b, hg__kernels_ref.ssim_scratch(w.shape)), w.value = want, w.dy = dy2;
        hg__kernels_ref.ssim(&w);
        assert_near("ssim", value, want, w.n, 1e-5);
        assert_near("ssim gradient", dy, dy2, all, 1e-5);
        k->kl(w.n, size, w.y, w.t, w.factor, value, dy, w.dy_add, dv, !w.dy_add);
        hg__kernels_ref.kl(w.n, size, w.y, w.t, w.factor, want, dy2, w.dy_add, dv2, !w.dy_add);
        assert_near("kl", value, want, w.n, 1e-5);
        assert_near("kl by mu", dy, dy2, all, 1e-5);
        assert_near("kl by logvar", dv, dv2, all, 1e-5);
        box_close(&b);
    }
}

static void draws_agree(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(700 + trial);
        hg__draw d = {.seed = trial,
                      .purpose = HG__FOR_NOISE,
                      .step = 3,
                      .first = trial * 1000,
                      .n = pick(&b, 1, 4),
                      .size = pick(&b, 1, 300)};
        size_t all = d.n * d.size;
        real *out = box_take(&b, all), *want = box_take(&b, all);
        k->draw_uniform(&d, out);
        hg__kernels_ref.draw_uniform(&d, want);
        assert_same_bits(k->name, out, want, all);
        k->draw_normal(&d, out);
        hg__kernels_ref.draw_normal(&d, want);
        assert_near("normal", out, want, all, 1e-6);
        hg__draw last = d;
        last.first += d.n - 1, last.n = 1;
        k->draw_normal(&last, want);
        assert_same_bits("the last sample alone", want, out + (d.n - 1) * d.size, d.size);
        box_close(&b);
    }
}

static void gaussian_agrees(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(800 + trial);
        size_t n = pick(&b, 1, 100);
        real *mu = values(&b, n), *lv = values(&b, n), *eps = values(&b, n), *dz = values(&b, n), *out[3], *want[3];
        for (size_t i = 0; i < 3; i++) out[i] = values(&b, n), want[i] = copy_of(&b, out[i], n);
        bool add = pick(&b, 0, 1);
        k->gaussian(n, mu, lv, eps, out[0]);
        k->gaussian_grad(n, lv, eps, dz, out[1], add, out[2], !add);
        hg__kernels_ref.gaussian(n, mu, lv, eps, want[0]);
        hg__kernels_ref.gaussian_grad(n, lv, eps, dz, want[1], add, want[2], !add);
        for (size_t i = 0; i < 3; i++) assert_near(k->name, out[i], want[i], n, 1e-6);
        box_close(&b);
    }
}

static void nested_cuts_agree(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(850 + trial);
        size_t n = pick(&b, 1, 9), size = pick(&b, 1, 70), steps = pick(&b, 1, 20);
        real *u = box_take(&b, n), *x = values(&b, n * size), *y = values(&b, n * size);
        real *want = copy_of(&b, y, n * size);
        int32_t *kept = (int32_t *)box_take(&b, steps);
        bool add = pick(&b, 0, 1);
        for (size_t i = 0; i < steps; i++) kept[i] = (int32_t)pick(&b, 0, size);
        for (size_t i = 0; i < n; i++) u[i] = (real)pick(&b, 0, 999) / 1000;
        for (size_t i = 0; i < n * size; i++) {
            size_t stay = (size_t)kept[(size_t)(u[i / size] * (real)steps)];
            want[i] = (add ? want[i] : 0) + (i % size < stay ? x[i] : 0);
        }
        k->keep_first(&(hg__keep_first){n, size, steps, kept, u}, x, y, add);
        assert_near(k->name, y, want, n * size, 0);
        box_close(&b);
    }
}

/* All optimisers, one after the other, on the same weights and their two states. */
static void optimise(const hg__kernels *k, size_t n, const real *g, real *const state[3])
{
    real *w = state[0], *a = state[1], *v = state[2];
    hg__adam adam = {(real)1e-2, (real)0.9, (real)0.999, (real)0.05, (real)0.271, (real)0.002997, (real)0.01};
    k->adam(&adam, n, g, w, a, v);
    k->rmsprop(&(hg__rmsprop){(real)1e-2, (real)0.99, (real)0.05, (real)0.9}, n, g, w, v, a);
    k->sgd(&(hg__sgd){(real)1e-2, (real)0.9, true, (real)0.01}, n, g, w, a);
    k->sgd(&(hg__sgd){.lr = (real)1e-2}, n, g, w, NULL);
    k->ema(n, (real)0.9, w, a);
    k->penalty(n, (real)0.1, (real)0.2, w, v);
}

static void optimisers_agree(const hg__kernels *k)
{
    for (size_t trial = 0; trial < TRIALS; trial++) {
        box b = box_open(900 + trial);
        size_t n = pick(&b, 1, 200);
        real *g = values(&b, n), *w = values(&b, n), *a = values(&b, n), *v = absolute(&b, values(&b, n), n);
        real *w2 = copy_of(&b, w, n), *a2 = copy_of(&b, a, n), *v2 = copy_of(&b, v, n);
        optimise(k, n, g, (real *[]){w, a, v});
        optimise(&hg__kernels_ref, n, g, (real *[]){w2, a2, v2});
        assert_near("w", w, w2, n, 1e-5);
        assert_near("a", a, a2, n, 1e-5);
        assert_near("v", v, v2, n, 1e-5);
        double sum = k->sum_squares(n, g), want = hg__kernels_ref.sum_squares(n, g);
        assert_true(fabs(sum - want) <= 1e-12 * want);
        assert_true(k->finite(n, g));
        g[pick(&b, 0, n - 1)] = trial % 2 ? (real)NAN : (real)INFINITY;
        assert_false(k->finite(n, g));
        box_close(&b);
    }
}

static void a_nan_comes_out(const hg__kernels *k)
{
    real x[33], y[33];
    for (hg__act a = 0; a < HG__ACTS; a++)
        for (size_t at = 0; at < 33; at += 8) {
            for (size_t i = 0; i < 33; i++) x[i] = i == at ? (real)NAN : 1;
            k->act(a, 1, 33, x, y);
            for (size_t i = 0; i < 33; i++) assert_true((y[i] != y[i]) == (i == at));
        }
}

static void activations_agree(void **state) { (void)state, for_each_set(acts_agree); }
static void a_bias_gradient_that_is_cut_continues_bitwise(void **state)
{
    (void)state, for_each_set(bias_sums_continue_bitwise);
}
static void element_by_element_rows_agree(void **state) { (void)state, for_each_set(elementwise_agrees); }
static void pooling_rows_agree(void **state) { (void)state, for_each_set(pooling_agrees); }
static void of_two_by_two_pixels_the_first_nan_is_the_maximum(void **state)
{
    (void)state, for_each_set(halving_agrees);
}
static void resizing_rows_agree(void **state) { (void)state, for_each_set(resizing_agrees); }
static void unshuffle_is_the_inverse_of_shuffle(void **state) { (void)state, for_each_set(unshuffle_undoes_shuffle); }
static void normalisation_rows_agree(void **state) { (void)state, for_each_set(normalisation_agrees); }
static void norm_gradients_that_are_cut_continue_bitwise(void **state)
{
    (void)state, for_each_set(norm_sums_continue_bitwise);
}
static void loss_rows_agree(void **state) { (void)state, for_each_set(losses_agree); }
static void ssim_and_divergence_agree(void **state) { (void)state, for_each_set(ssim_and_kl_agree); }
static void random_numbers_are_the_same_in_every_set(void **state) { (void)state, for_each_set(draws_agree); }
static void reparameterised_gaussians_agree(void **state) { (void)state, for_each_set(gaussian_agrees); }
static void a_nested_cut_keeps_the_first_values(void **state) { (void)state, for_each_set(nested_cuts_agree); }
static void optimiser_rows_agree(void **state) { (void)state, for_each_set(optimisers_agree); }
static void every_activation_lets_nan_through(void **state) { (void)state, for_each_set(a_nan_comes_out); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_agree),
        cmocka_unit_test(a_bias_gradient_that_is_cut_continues_bitwise),
        cmocka_unit_test(element_by_element_rows_agree),
        cmocka_unit_test(pooling_rows_agree),
        cmocka_unit_test(of_two_by_two_pixels_the_first_nan_is_the_maximum),
        cmocka_unit_test(resizing_rows_agree),
        cmocka_unit_test(unshuffle_is_the_inverse_of_shuffle),
        cmocka_unit_test(normalisation_rows_agree),
        cmocka_unit_test(norm_gradients_that_are_cut_continue_bitwise),
        cmocka_unit_test(loss_rows_agree),
        cmocka_unit_test(ssim_and_divergence_agree),
        cmocka_unit_test(random_numbers_are_the_same_in_every_set),
        cmocka_unit_test(reparameterised_gaussians_agree),
        cmocka_unit_test(a_nested_cut_keeps_the_first_values),
        cmocka_unit_test(optimiser_rows_agree),
        cmocka_unit_test(every_activation_lets_nan_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
