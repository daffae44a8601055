/* test64_fuse.c: a convolution behind an up, walked as one node, gives what both give one after the other. A value that
 * the text names is never walked over, so the same text with a name for the up's value is the plain twin: both have the
 * same weights, and all values, losses and gradients agree to rounding, in double precision. */
#include "net/plan.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

_Static_assert(sizeof(real) == sizeof(double), "this test wants the double build");

enum { SAMPLES = 19, UP = 2, CONV = 3 };

typedef struct trial { /* of a text */
    hg_model *m;
    hg_plan *p;
    size_t in, out, weights;
} trial;

/* A text whose third line is the up and whose fourth is the convolution, and what becomes of them. */
static const struct {
    const char *size, *up, *conv;
    bool fused;
} pairs[] = {
    {"4x5", "up 2", "conv 3x3 5 relu", true},
    {"1x1", "up 2", "conv 3x3 5", false}, /* nothing is saved but nine taps of the border */
    {"8x8", "up 2", "conv 3x3 16 valid relu", true},
    {"5x3", "up 2", "conv 3x3 1 sigmoid", true},
    {"3x7", "up 2", "conv 5x5 3 tanh", true},
    {"3x7", "up 2", "conv 5x5 3 p4 tanh", true},
    {"3x7", "up 2", "conv 5x5 3 p1 nobias", true},
    {"3x7", "up 2", "conv 4x2 3", true},
    {"5x4", "up 2", "conv 2x2 3 p0", true},
    {"5x4", "up 3", "conv 3x3 3", true},
    {"5x4", "up 3", "conv 7x2 3 p2x1 elu", true},
    {"5x4", "up 5", "conv 3x3 3 valid", true},
    {"5x4", "up 5", "conv 3x3 6 valid", true},
    {"5x4", "up 3x2", "conv 5x3 7 p0x2", true},
    {"5x4", "up 1x2", "conv 3x3 3 leaky", true},
    {"5x4", "up 2x1", "conv 1x3 3", false}, /* along the factor there is one tap */
    {"5x4", "up 2x1", "conv 3x1 3", true},
    {"5x4", "up to 10x12", "conv 3x3 3", true},
    {"1x9", "up 1x2", "conv 3 4 tanh", true},
    {"2x2", "up 3", "conv 5x5 2 valid", false}, /* one of three phases is empty */
    {"2x2", "up 16", "conv 15x15 1", false},    /* 57,600 sums of four values */
    {"5x4", "up 2", "conv 1x1 3", false},
    {"5x4", "up 2", "conv 3x3 3 /2", false},
    {"5x4", "up 2", "conv 3x3 3 d2", false},
    {"5x4", "up 2", "conv 3x3 4 g2", false},
    {"5x4", "up 1x1", "conv 3x3 4", false},
};
enum { PAIRS = sizeof pairs / sizeof *pairs };

static void open_trial(trial *t, const char *text)
{
    hg_graph *g = NULL;
    hg_error e = {0};
    hg_shape x = {0}, y = {0};
    *t = (trial){0};
    if (hg_graph_parse(&g, text, "test.hg", NULL, &e)) fail_msg("%s: %s\n%s", e.where, e.what, text);
    assert_true(hg_graph_shape(g, "x", &x) && hg_graph_shape(g, "y", &y));
    if (hg_model_make(&t->m, &g, 4, &e)) fail_msg("%s: %s\n%s", e.where, e.what, text);
    hg_model_weights(t->m, &t->weights);
    t->in = hg_shape_size(x), t->out = hg_shape_size(y);
    hg_plan_options o = {.batch = SAMPLES, .train = true, .threads = 2, .micro = 2};
    if (hg_plan_open(&t->p, t->m, &o, &e)) fail_msg("%s: %s\n%s", e.where, e.what, text);
}

static void close_trial(trial *t)
{
    hg_plan_close(&t->p);
    hg_model_close(&t->m);
}

static void check_near(const char *what, size_t n, const double *a, const double *b, const char *text)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) most = fmax(most, fabs(b[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs(a[i] - b[i]) <= 1e-13 * (1 + most)))
            fail_msg("%s %zu: %.17g together, %.17g apart:\n%s", what, i, a[i], b[i], text);
}

static void check_twins(trial *one, trial *two, const char *text)
{
    double *x = calloc(SAMPLES, one->in * sizeof *x), *y = calloc(2 * SAMPLES, one->out * sizeof *y);
    assert_true(x && y && one->weights == two->weights);
    hg__random r = hg__random_at(3, HG__FOR_TEST, 0, 0);
    hg_losses a, b;
    for (size_t i = 0; i < SAMPLES * one->in; i++) x[i] = hg__random_uniform(&r) - 0.3;
    hg_gradient(one->p, SAMPLES, x, NULL, 1, &a);
    hg_gradient(two->p, SAMPLES, x, NULL, 1, &b);
    check_near("loss", 1, &a.total, &b.total, text);
    check_near("gradient", one->weights, hg_plan_gradient(one->p), hg_plan_gradient(two->p), text);
    assert_int_equal(hg_forward(one->p, "x", "y", SAMPLES, x, y), HG_OK);
    assert_int_equal(hg_forward(two->p, "x", "y", SAMPLES, x, y + SAMPLES * one->out), HG_OK);
    check_near("value", SAMPLES * one->out, y, y + SAMPLES * one->out, text);
    free(x);
    free(y);
}

static void a_convolution_behind_an_up_gives_what_both_give_one_after_the_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < PAIRS; i++) {
        char text[2][256];
        trial t[2];
        for (size_t k = 0; k < 2; k++) {
            snprintf(text[k], sizeof text[k], "input %sx2 -> x\nconv 3x3 4 tanh\n%s%s\n%s -> o\n%s", pairs[i].size,
                     pairs[i].up, k ? " -> u" : "", pairs[i].conv, "flatten\ndense 3 -> y\nloss mse y\n");
            open_trial(&t[k], text[k]);
        }
        if ((t[0].p->node[CONV].op != t[1].p->node[CONV].op) != pairs[i].fused)
            fail_msg("%s together:\n%s", pairs[i].fused ? "not" : "wrongly", text[0]);
        assert_true(!t[0].p->node[UP].inputs == pairs[i].fused);
        assert_true(t[1].p->node[UP].inputs);
        check_twins(&t[0], &t[1], text[0]);
        close_trial(&t[0]), close_trial(&t[1]);
    }
}

/* It may be asked for by its name; where it has none it is no value that a plan can give or begin with. */
static void an_up_is_walked_over_only_where_nothing_names_its_value(void **state)
{
    (void)state;
    const char *const texts[] = {
        "input 4x4x2 -> x\nconv 1x1 2\nup 2\nconv 3x3 2 -> y\nloss mse y\n",
        "input 4x4x2 -> x\nconv 1x1 2\nup 2 -> u\nconv 3x3 2 -> y\nloss mse y\n",
    };
    real in[8 * 8 * 2] = {0}, out[8 * 8 * 2];
    for (size_t i = 0; i < 2; i++) {
        trial t;
        open_trial(&t, texts[i]);
        const char *up = i ? "u" : "2";
        assert_int_equal(hg_forward(t.p, "x", up, 1, in, out), i ? HG_OK : HG_USAGE);
        assert_int_equal(hg_forward(t.p, up, "y", 1, in, out), i ? HG_OK : HG_USAGE);
        assert_int_equal(hg_forward(t.p, "1", "y", 1, in, out), HG_OK);
        close_trial(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_convolution_behind_an_up_gives_what_both_give_one_after_the_other),
        cmocka_unit_test(an_up_is_walked_over_only_where_nothing_names_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
