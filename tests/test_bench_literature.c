/* test_bench_literature.c: the units that figures are converted into, and the protocols as data. */
#include "bench/literature.h"

#include <hourglass/net.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const hg__unit_frame mnist = {.pixels = 784, .bce_floor = 0.05808};

static bool near(double a, double b) { return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * (1 + fabs(b)); }

static void a_figure_becomes_what_follows_from_it_and_nothing_else(void **state)
{
    static const double none = NAN;
    const struct {
        const char *metric;
        double value;
        hg__units is;
    } rows[] = {
        {"sse_per_image", 7.84, {7.84, 0.01, 20, none, none, none, none, none}},
        {"mse", 0.001, {0.784, 0.001, 30, none, none, none, none, none}},
        {"psnr", 20, {7.84, 0.01, 20, none, none, none, none, none}},
        {"bce", 0.1, {none, none, none, 0.1, 0.04192, 78.4, none, none}},
        {"nll", 784 * log(2), {none, none, none, none, none, none, 784 * log(2), 1}},
        {"ssim_gauss11", 0.9, {none, none, none, none, none, none, none, none}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hg__units u = hg__units_of(rows[i].metric, rows[i].value, &mnist), w = rows[i].is;
        bool same = near(u.sse, w.sse) && near(u.mse, w.mse) && near(u.psnr, w.psnr) && near(u.bce, w.bce) &&
                    near(u.excess, w.excess) && near(u.nats, w.nats) && near(u.nll, w.nll) && near(u.bits, w.bits);
        if (!same) fail_msg("%s %g is converted wrongly", rows[i].metric, rows[i].value);
        if (i < 5) assert_true(near(hg__units_get(&u, rows[i].metric), rows[i].value));
    }
    assert_true(isnan(hg__units_get(&rows[0].is, "ssim_gauss11")));
}

static void a_measured_reconstruction_has_every_unit_but_a_likelihood(void **state)
{
    hg__units u = hg__units_measured(&(hg_metrics){.mse = 0.01, .bce = 0.1}, &mnist);
    (void)state;
    assert_true(near(u.sse, 7.84) && near(u.psnr, 20) && near(u.excess, 0.04192) && near(u.nats, 78.4));
    assert_true(isnan(u.nll) && isnan(u.bits));
}

static void every_protocol_is_whole_and_names_what_was_published(void **state)
{
    (void)state;
    assert_true(hg__protocols() <= HG__MOST_PROTOCOLS);
    for (size_t i = 0; i < hg__protocols(); i++) {
        hg__protocol p;
        hg_error e = {0};
        size_t at = 0;
        hg_train_options o = hg_train_defaults();
        if (hg__protocol_open(&p, i, &e)) fail_msg("%s: %s: %s", hg__protocol_name(i), e.where, e.what);
        if (hg__protocol_apply(&p, true, &o, &e)) fail_msg("%s: %s: %s", p.name, e.where, e.what);
        const hg_published *row = hg__protocol_published(&p, &at);
        if (!row || strcmp(row->metric, p.metric)) fail_msg("%s: nothing was published in %s", p.name, p.metric);
        if (row->noise ? !o.noise || strcmp(row->noise, o.noise) : o.noise && *o.noise)
            fail_msg("%s: trained with noise %s", p.name, o.noise);
        assert_true(p.epochs <= p.published_epochs && json_array_size(p.notes) > 0);
        assert_true((p.likelihood > 0) == !strcmp(p.metric, "nll"));
        hg__protocol_close(&p);
    }
}

static void published_rows_name_protocols_that_there_are(void **state)
{
    const hg_published *rows;
    size_t n = hg_published_rows(&rows);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        bool found = !rows[i].protocol;
        for (size_t k = 0; k < hg__protocols() && !found; k++) found = !strcmp(hg__protocol_name(k), rows[i].protocol);
        if (!found) fail_msg("%s: there is no protocol %s", rows[i].model, rows[i].protocol);
    }
}

/* Parameters as the sources give them, or as their layers count up to. */
static void the_nets_are_those_that_were_published(void **state)
{
    static const struct {
        const char *name;
        size_t code, parameters;
    } rows[] = {
        {"hinton-deep", 30, 2837314},
        {"keras-dense", 32, 50992},
        {"keras-deep", 32, 222384},
        {"keras-conv", 128, 4385},
        {"keras-io-conv", 1568, 28353},
        {"keras-io-denoise", 1568, 28353},
        {"burda-vae", 50, 2 * 200 * (784 + 200) + 150 * 200 + 4 * 200 + 100 + 784},
    };
    (void)state;
    assert_int_equal(sizeof rows / sizeof *rows, hg__protocols());
    for (size_t i = 0; i < hg__protocols(); i++) {
        hg__protocol p;
        hg_graph *g = NULL;
        hg_shape z;
        assert_int_equal(hg__protocol_open(&p, i, NULL), HG_OK);
        assert_string_equal(p.name, rows[i].name);
        assert_int_equal(p.preset ? hg_graph_open(&g, p.preset, NULL, NULL)
                                  : hg_graph_parse(&g, p.graph, p.name, NULL, NULL),
                         HG_OK);
        assert_true(hg_graph_shape(g, "z", &z));
        assert_int_equal(hg_shape_size(z), rows[i].code);
        assert_int_equal(hg_graph_parameters(g), rows[i].parameters);
        hg_graph_close(&g);
        hg__protocol_close(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_becomes_what_follows_from_it_and_nothing_else),
        cmocka_unit_test(a_measured_reconstruction_has_every_unit_but_a_likelihood),
        cmocka_unit_test(every_protocol_is_whole_and_names_what_was_published),
        cmocka_unit_test(published_rows_name_protocols_that_there_are),
        cmocka_unit_test(the_nets_are_those_that_were_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
