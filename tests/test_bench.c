/* test_bench.c: the statistics behind every figure, the collection of samples, and the random layers of the sweep. */
#include "bench/geometry.h"
#include "bench/layer.h"
#include "bench/peak.h"
#include "bench/samples.h"
#include "bench/statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GEOMETRIES = 2000 };

static void assert_near(double got, double want)
{
    if (fabs(got - want) > 1e-12) fail_msg("%.15g, %.15g expected", got, want);
}

/* ---- Statistics ------------------------------------------------------------------------------------- */

static void the_median_of_an_odd_number_is_the_middle_one(void **state)
{
    (void)state;
    double x[] = {9, 1, 5};
    assert_near(hg__median(x, 3), 5);
}

static void the_median_of_an_even_number_lies_between_the_two(void **state)
{
    (void)state;
    double x[] = {4, 1, 2, 9};
    assert_near(hg__median(x, 4), 3);
}

static void one_sample_is_its_own_median_and_has_no_spread(void **state)
{
    (void)state;
    double x[] = {7};
    assert_near(hg__median(x, 1), 7);
    assert_near(hg__percentile(x, 1, 0.99), 7);
    assert_near(hg__spread(x, 1), 0);
}

static void percentiles_interpolate_as_numpy_does(void **state)
{
    (void)state;
    const double x[] = {1, 2, 4, 8, 16};
    assert_near(hg__percentile(x, 5, 0), 1);
    assert_near(hg__percentile(x, 5, 1), 16);
    assert_near(hg__percentile(x, 5, 0.6), 5.6);
    assert_near(hg__percentile(x, 5, 0.99), 15.68);
}

static void the_spread_is_the_middle_half_over_the_median(void **state)
{
    (void)state;
    double x[] = {50, 10, 20, 40, 30};
    assert_near(hg__spread(x, 5), 20.0 / 30);
    double none[] = {0, 0, 0};
    assert_near(hg__spread(none, 3), 0);
}

static void deciles_run_from_the_least_to_the_greatest(void **state)
{
    (void)state;
    double x[101], out[HG__DECILES];
    for (int i = 0; i < 101; i++) x[i] = i;
    hg__deciles(x, 101, out);
    for (int i = 0; i < HG__DECILES; i++) assert_near(out[i], 10 * i);
}

/* ---- Samples ---------------------------------------------------------------------------------------- */

static void samples_keep_their_rounds_so_that_ratios_are_paired(void **state)
{
    (void)state;
    static const double fast[] = {8, 2, 40}, slow[] = {4, 1, 10};
    hg__samples s = {0};
    assert_int_equal(hg__samples_open(&s, 2, 3, NULL), HG_OK);
    memcpy(hg__samples_of(&s, 0), fast, sizeof fast);
    memcpy(hg__samples_of(&s, 1), slow, sizeof slow);
    assert_near(hg__samples_median(&s, 0), 8);
    assert_near(hg__samples_spread(&s, 1), 4.5 / 4);
    assert_near(hg__samples_ratio(&s, 0, 1), 2); /* of 2, 2 and 4; 8 / 4 by the medians */
    assert_near(hg__samples_ratio(&s, 1, 0), 0.5);
    assert_near(hg__samples_of(&s, 0)[2], 40);
    hg__samples_close(&s);
}

static void figures_grow_as_they_come(void **state)
{
    (void)state;
    hg__figures list = {0};
    for (int i = 0; i < 1000; i++) hg__figures_add(&list, (hg__figure){.median = i});
    assert_int_equal(hg__figures_done(&list, NULL), HG_OK);
    assert_int_equal(list.n, 1000);
    assert_near(list.at[999].median, 999);
    hg__figures_close(&list);
}

static void the_best_time_is_positive_and_so_is_the_peak(void **state)
{
    (void)state;
    assert_true(hg__peak(NULL, 0) > 0);
    hg__team *team = NULL;
    assert_int_equal(hg__team_open(&team, 2, NULL), HG_OK);
    assert_true(hg__peak(team, 0) > 0);
    hg__team_close(&team);
}

/* ---- The sweep -------------------------------------------------------------------------------------- */

static void a_geometry_is_a_pure_function_of_seed_and_index(void **state)
{
    (void)state;
    size_t others = 0;
    for (uint64_t i = 0; i < 100; i++) {
        hg__geometry a = hg__geometry_at(5, i), b = hg__geometry_at(5, i), c = hg__geometry_at(6, i);
        assert_string_equal(a.line, b.line);
        assert_true(hg_shape_equal(a.in, b.in) && a.n == b.n);
        others += strcmp(a.line, c.line) != 0;
    }
    assert_true(others > 90);
}

/* "conv 3x3 32 /2" into its numbers; false for a dense line. */
static bool read_window(const hg__geometry *g, unsigned *kernel, unsigned *channels, unsigned *stride)
{
    const char *at = strchr(g->line, ' ');
    char *end = NULL;
    if (!strncmp(g->line, "dense", 5)) return false;
    *kernel = (unsigned)strtoul(at, &end, 10);
    assert_int_equal(strtoul(end + 1, &end, 10), *kernel);
    *channels = (unsigned)strtoul(end, &end, 10);
    *stride = (unsigned)strtoul(end + 2, &end, 10);
    assert_int_equal(*end, 0);
    return true;
}

static void geometries_stay_within_their_bounds_and_reach_them(void **state)
{
    (void)state;
    unsigned kernels = 0, strides = 0, narrow = 0, dense = 0, transposed = 0;
    for (uint64_t i = 0; i < GEOMETRIES; i++) {
        hg__geometry g = hg__geometry_at(1, i);
        unsigned kernel, channels, stride;
        assert_true(g.n >= 1 && g.n <= 128);
        if (!read_window(&g, &kernel, &channels, &stride)) {
            dense++;
            continue;
        }
        assert_in_range(kernel, 1, 7);
        assert_in_range(stride, 1, 3);
        assert_in_range(channels, 1, 256);
        assert_in_range(g.in.c, 1, 256);
        assert_in_range(g.in.h, 1, 128);
        kernels |= 1u << kernel, strides |= 1u << stride;
        narrow += channels < 32;
        transposed += g.line[0] == 'd';
    }
    assert_int_equal(kernels, 0xfe);
    assert_int_equal(strides, 0xe);
    assert_true(narrow > GEOMETRIES / 10 && dense > GEOMETRIES / 10 && transposed > GEOMETRIES / 10);
}

static void every_geometry_is_a_layer_that_a_graph_may_have(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < GEOMETRIES; i++) {
        hg__geometry g = hg__geometry_at(2, i);
        char text[256];
        hg_graph *graph = NULL;
        hg_error e = {0};
        snprintf(text, sizeof text, "input %zux%zux%zu -> x\n%s -> y\nloss l1 y\n", g.in.h, g.in.w, g.in.c, g.line);
        if (hg_graph_parse(&graph, text, "sweep", NULL, &e)) fail_msg("%s: %s: %s", g.line, e.where, e.what);
        hg_graph_close(&graph);
    }
}

static void a_layer_counts_its_work_and_times_three_passes(void **state)
{
    (void)state;
    static const char *const lines[] = {"conv 3x3 4 /2", "deconv 3x3 4 /2", "dense 10"};
    static const double macs[] = {4 * 4 * 9 * 2 * 4, 7 * 7 * 9 * 2 * 4, 7 * 7 * 2 * 10};
    for (size_t i = 0; i < 3; i++) {
        hg__layer l = {0};
        double seconds[HG__PASSES] = {0};
        assert_int_equal(hg__layer_open(&l, lines[i], (hg_shape){7, 7, 2}, 3, NULL), HG_OK);
        assert_near(l.work, 2 * 3 * macs[i]);
        hg__layer_times(&l, seconds);
        for (size_t pass = 0; pass < HG__PASSES; pass++) assert_true(seconds[pass] > 0);
        hg__layer_close(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_of_an_odd_number_is_the_middle_one),
        cmocka_unit_test(the_median_of_an_even_number_lies_between_the_two),
        cmocka_unit_test(one_sample_is_its_own_median_and_has_no_spread),
        cmocka_unit_test(percentiles_interpolate_as_numpy_does),
        cmocka_unit_test(the_spread_is_the_middle_half_over_the_median),
        cmocka_unit_test(deciles_run_from_the_least_to_the_greatest),
        cmocka_unit_test(samples_keep_their_rounds_so_that_ratios_are_paired),
        cmocka_unit_test(figures_grow_as_they_come),
        cmocka_unit_test(the_best_time_is_positive_and_so_is_the_peak),
        cmocka_unit_test(a_geometry_is_a_pure_function_of_seed_and_index),
        cmocka_unit_test(geometries_stay_within_their_bounds_and_reach_them),
        cmocka_unit_test(every_geometry_is_a_layer_that_a_graph_may_have),
        cmocka_unit_test(a_layer_counts_its_work_and_times_three_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
