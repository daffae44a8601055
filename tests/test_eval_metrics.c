/* test_eval_metrics.c: the figures of a reconstruction, where they can be worked out by hand, and at the edges. */
#include <hourglass/eval.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 784 };
static const hg_shape digit = {28, 28, 1};

static bool near(double a, double b) { return fabs(a - b) <= 1e-6 * (1 + fabs(b)); }

static void fill(float *values, float value)
{
    for (size_t i = 0; i < SIZE; i++) values[i] = value;
}

static void two_flat_pictures_have_the_figures_of_the_formulas(void **state)
{
    (void)state;
    float t[2 * SIZE], y[2 * SIZE];
    hg_metrics m;
    fill(t, .5f), fill(y, .75f), fill(t + SIZE, .5f), fill(y + SIZE, .625f);
    assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){t, y, 2, digit}, NULL, NULL), HG_OK);
    double mse = (.0625 + .015625) / 2, c1 = 1e-4;
    double ssim = ((2 * .5 * .75 + c1) / (.25 + .5625 + c1) + (2 * .5 * .625 + c1) / (.25 + .390625 + c1)) / 2;
    assert_int_equal(m.n, 2);
    assert_true(near(m.mse, mse));
    assert_true(near(m.sse_per_image, mse * SIZE));
    assert_true(near(m.psnr, -10 * log10(mse)));
    assert_true(near(m.psnr_mean, -5 * (log10(.0625) + log10(.015625))));
    assert_true(near(m.ssim_gauss11, ssim));
    assert_true(near(m.ssim_uniform7, ssim));
    assert_true(near(m.bce, -(log(.75) + log(.25) + log(.625) + log(.375)) / 4));
    assert_true(near(m.bce_floor, log(2)));
}

static void a_perfect_reconstruction_is_perfect(void **state)
{
    (void)state;
    float t[SIZE];
    hg_metrics m;
    for (size_t i = 0; i < SIZE; i++) t[i] = (float)(i % 17) / 16;
    assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){t, t, 1, digit}, NULL, NULL), HG_OK);
    assert_true(m.mse == 0 && m.sse_per_image == 0 && isinf(m.psnr) && m.psnr > 0);
    assert_true(near(m.ssim_gauss11, 1) && near(m.ssim_uniform7, 1));
    assert_true(near(m.bce, m.bce_floor));
}

static void output_beyond_the_range_is_clipped(void **state)
{
    (void)state;
    float t[SIZE], y[SIZE];
    hg_metrics m;
    fill(t, 1), fill(y, 7);
    assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){t, y, 1, digit}, NULL, NULL), HG_OK);
    assert_true(m.mse == 0 && near(m.ssim_gauss11, 1) && near(m.bce, 1e-7));
    fill(y, -7);
    assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){t, y, 1, digit}, NULL, NULL), HG_OK);
    assert_true(near(m.mse, 1) && near(m.bce, -log(1e-7)) && m.bce_floor == 0);
}

static void a_nan_in_the_output_is_not_hidden(void **state)
{
    (void)state;
    float t[SIZE], y[SIZE];
    hg_metrics m;
    fill(t, .5f), fill(y, .5f);
    y[300] = NAN;
    assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){t, y, 1, digit}, NULL, NULL), HG_OK);
    assert_true(isnan(m.mse) && isnan(m.psnr) && isnan(m.ssim_gauss11) && isnan(m.ssim_uniform7) && isnan(m.bce));
}

static void figures_that_are_not_defined_are_nan(void **state)
{
    (void)state;
    float t[SIZE], y[SIZE];
    hg_metrics m;
    fill(t, .5f), fill(y, .25f);
    assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){t, y, 9, {8, 8, 1}}, NULL, NULL), HG_OK);
    assert_true(isnan(m.ssim_gauss11) && !isnan(m.ssim_uniform7) && near(m.mse, .0625));
    assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){t, y, 4, {1, 1, 100}}, NULL, NULL), HG_OK);
    assert_true(isnan(m.ssim_gauss11) && isnan(m.ssim_uniform7) && near(m.sse_per_image, 6.25));
    assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){t, y, 0, digit}, NULL, NULL), HG_OK);
    assert_true(m.n == 0 && isnan(m.mse) && isnan(m.psnr) && isnan(m.ssim_gauss11) && isnan(m.bce));
    t[0] = 1.5f;
    assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){t, y, 1, digit}, NULL, NULL), HG_OK);
    assert_true(isnan(m.bce) && isnan(m.bce_floor) && !isnan(m.mse));
}

static void each_sample_has_its_own_figures(void **state)
{
    (void)state;
    float t[3 * SIZE], y[3 * SIZE];
    hg_metrics all, one;
    hg_sample_metrics each[3];
    for (size_t i = 0; i < 3 * SIZE; i++) t[i] = (float)(i % 29) / 28, y[i] = t[i] * (float)(i / SIZE) / 2;
    assert_int_equal(hg_metrics_measure(&all, &(hg_pairs){t, y, 3, digit}, each, NULL), HG_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(hg_metrics_measure(&one, &(hg_pairs){t + i * SIZE, y + i * SIZE, 1, digit}, NULL, NULL),
                         HG_OK);
        assert_true(each[i].mse == (float)one.mse && each[i].ssim_gauss11 == (float)one.ssim_gauss11);
    }
}

static void every_published_row_names_its_source(void **state)
{
    (void)state;
    const hg_published *rows = NULL;
    size_t n = hg_published_rows(&rows);
    assert_true(n > 10);
    for (size_t i = 0; i < n; i++) {
        assert_true(strlen(rows[i].source) && strlen(rows[i].model) && strlen(rows[i].dataset));
        assert_true(strlen(rows[i].metric) && rows[i].value > 0);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_flat_pictures_have_the_figures_of_the_formulas),
        cmocka_unit_test(a_perfect_reconstruction_is_perfect),
        cmocka_unit_test(output_beyond_the_range_is_clipped),
        cmocka_unit_test(a_nan_in_the_output_is_not_hidden),
        cmocka_unit_test(figures_that_are_not_defined_are_nan),
        cmocka_unit_test(each_sample_has_its_own_figures),
        cmocka_unit_test(every_published_row_names_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
