/* test_cuts.c: a batch may be cut anywhere. Whatever the micro-batch, the number of threads and the room a plan was
 * opened with, gradients, losses and values have the same bits: for every text of op_texts.h, with every
 * kernel set that runs here. test64_cuts.c is the same in double precision. */
#include "net/graph.h"
#include "op_texts.h"

#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STEP = 5, MOST = 33, LARGE = 1100 };

typedef struct trial {
    char text[OP_TEXT_SIZE];
    hg_model *m;
    hg_shape x_shape, y_shape;
    size_t weights, n;
    real *x; /* [n][x_shape], owned */
} trial;

static void open_trial(trial *t, const char *text, size_t n)
{
    hg_graph *g = NULL;
    hg_error e = {0};
    hg__random r = hg__random_at(3, HG__FOR_TEST, 0, 0);
    op_text_complete(t->text, text, "elu", "mse");
    if (hg_graph_parse(&g, t->text, "test.hg", NULL, &e)) fail_msg("%s: %s\n%s", e.where, e.what, t->text);
    assert_true(hg_graph_shape(g, "x", &t->x_shape) && hg_graph_shape(g, "y", &t->y_shape));
    if (hg_model_make(&t->m, &g, 4, &e)) fail_msg("%s: %s\n%s", e.where, e.what, t->text);
    hg_model_weights(t->m, &t->weights);
    t->n = n;
    t->x = malloc(n * hg_shape_size(t->x_shape) * sizeof *t->x);
    assert_non_null(t->x);
    for (size_t i = 0; i < n * hg_shape_size(t->x_shape); i++) t->x[i] = (real)hg__random_uniform(&r);
}

static void close_trial(trial *t)
{
    hg_model_close(&t->m);
    free(t->x);
}

static hg_plan *open_plan(const trial *t, hg_plan_options o)
{
    hg_plan *p = NULL;
    hg_error e = {0};
    o.seed = 7;
    if (hg_plan_open(&p, t->m, &o, &e)) fail_msg("%s: %s\n%s", e.where, e.what, t->text);
    return p;
}

/* The gradient of n samples as this plan has it; caller frees. */
static real *gradient_of(const trial *t, hg_plan_options o, size_t n, hg_losses *losses)
{
    hg_plan *p = open_plan(t, o);
    real *g = malloc(t->weights * sizeof *g);
    assert_non_null(g);
    hg_gradient(p, n, t->x, NULL, STEP, losses);
    memcpy(g, hg_plan_gradient(p), t->weights * sizeof *g);
    hg_plan_close(&p);
    return g;
}

static void check_gradients(const trial *t, size_t n)
{
    const hg_plan_options others[] = {
        {.batch = n, .micro = 4, .threads = 1},
        {.batch = n, .micro = 2, .threads = 2},
        {.batch = n + 31, .micro = 0, .threads = 2},
        {.batch = n, .micro = 2, .threads = 2, .recompute = true},
    };
    hg_losses losses, again;
    real *g = gradient_of(t, (hg_plan_options){.batch = n, .micro = 1, .threads = 1, .train = true}, n, &losses);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        hg_plan_options o = others[i];
        o.train = true;
        real *h = gradient_of(t, o, n, &again);
        bool same = !memcmp(g, h, t->weights * sizeof *g) && losses.total == again.total;
        free(h);
        if (!same)
            fail_msg("%zu samples: micro %zu, threads %zu, room %zu:\n%s", n, o.micro, o.threads, o.batch, t->text);
    }
    free(g);
}

/* Values and losses at inference: all samples at once, and one at a time in a plan that trains. */
static void check_values(const trial *t)
{
    size_t size = hg_shape_size(t->y_shape), in = hg_shape_size(t->x_shape);
    real *all = malloc(MOST * size * sizeof *all), *one = malloc(size * sizeof *one);
    assert_true(all && one);
    hg_plan *many = open_plan(t, (hg_plan_options){.batch = MOST, .micro = 4, .threads = 2});
    hg_plan *single = open_plan(t, (hg_plan_options){.batch = MOST + 7, .threads = 1, .train = true});
    assert_int_equal(hg_forward(many, "x", "y", MOST, t->x, all), HG_OK);
    hg_losses losses, again;
    hg_losses_of(many, MOST, t->x, NULL, &losses);
    hg_losses_of(single, MOST, t->x, NULL, &again);
    if (losses.total != again.total) fail_msg("losses %g and %g:\n%s", losses.total, again.total, t->text);
    for (size_t i = 0; i < MOST; i++) {
        assert_int_equal(hg_forward(single, "x", "y", 1, t->x + i * in, one), HG_OK);
        if (memcmp(one, all + i * size, size * sizeof *one)) fail_msg("sample %zu alone differs:\n%s", i, t->text);
    }
    hg_plan_close(&many);
    hg_plan_close(&single);
    free(all);
    free(one);
}

static void for_every_text(void (*check)(const trial *t))
{
    trial t = {0};
    for (size_t i = 0; i < OP_TEXTS + GEOMETRY_TEXTS; i++) {
        open_trial(&t, i < OP_TEXTS ? op_texts[i] : geometry_texts[i - OP_TEXTS], MOST);
        check(&t);
        close_trial(&t);
    }
}

static void with_every_set(void (*check)(const trial *t))
{
    for (size_t i = 0; i < hg__kernel_sets(); i++) {
        bool runs_here;
        const hg__kernels *k = hg__kernel_set(i, &runs_here);
        if (!runs_here || k->precision == HG_PRECISION_INT8) continue; /* that is for inference: test_plan_int8 */
        print_message("# %s\n", k->name);
        assert_int_equal(setenv("HOURGLASS_ISA", k->name, 1), 0);
        for_every_text(check);
    }
    unsetenv("HOURGLASS_ISA");
}

static void check_some_batches(const trial *t)
{
    const size_t n[] = {1, 3, 9, MOST};
    for (size_t i = 0; i < sizeof n / sizeof *n; i++) check_gradients(t, n[i]);
}

static void gradients_have_the_same_bits_for_any_cut_of_the_batch(void **state)
{
    (void)state;
    with_every_set(check_some_batches);
}

/* Where the gradient has more copies than for a small batch: a plan's room for the copies is for its own batch, while
 * fewer samples make fewer of them. */
static void check_large(const char *text)
{
    const size_t n[] = {200, 777, LARGE}, threads[] = {2, 4, 5, 8, 64};
    trial t = {0};
    open_trial(&t, text, LARGE);
    for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
        hg_losses losses, again;
        real *g = gradient_of(&t, (hg_plan_options){.batch = n[i], .threads = 1, .train = true}, n[i], &losses);
        for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
            hg_plan_options o = {.batch = LARGE, .threads = threads[k], .train = true};
            real *h = gradient_of(&t, o, n[i], &again);
            if (memcmp(g, h, t.weights * sizeof *g) || losses.total != again.total)
                fail_msg("%zu samples differ with %zu threads", n[i], threads[k]);
            free(h);
        }
        free(g);
    }
    close_trial(&t);
}

static void a_large_batch_has_the_same_bits_for_any_threads(void **state)
{
    (void)state;
    check_large("input 7x6x2 -> x\nconv 3x3 5 /2 relu\ndense 3 -> z\nmirror -> y\nloss mse y x\n");
    check_large("input 6x6x2 -> x\nconv 3x3 5 /2 relu -> z\nup 2\nconv 3x3 2 -> y\nloss mse y x\n");
}

static void a_sample_has_the_same_value_and_loss_alone_and_among_others(void **state)
{
    (void)state;
    with_every_set(check_values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_have_the_same_bits_for_any_cut_of_the_batch),
        cmocka_unit_test(a_large_batch_has_the_same_bits_for_any_threads),
        cmocka_unit_test(a_sample_has_the_same_value_and_loss_alone_and_among_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
