/* test_plan_shared.c: plans that infer share their model's weights in the order of the kernels. What is told apart
 * here: weights that were changed and not yet laid out anew, which a plan does not see, from those that it does. The
 * last test has several threads open, run and close plans of one model: the one to run under ThreadSanitizer. */
#include "base/random.h"
#include "kern/kernels.h"
#include "net/plan.h"
#include "precision_here.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BATCH = 3, SIZE = 9 * 9 * 2, THREADS = 4, TIMES = 40 };

/* Without biases, which the kernels read where they are. */
static const char text[] = "input 9x9x2 -> x\nconv 3x3 18 /2 nobias relu\nconv 3x3 33 nobias\ndense 20 nobias -> z\n"
                           "dense 5x5x8 nobias relu\ndeconv 3x3 2 /2 to 9x9 nobias -> y\nloss mse y x\n";

typedef struct bench {
    hg_model *m;
    hg_real x[BATCH * SIZE], first[BATCH * SIZE]; /* what goes in, and what came out of the model as it was made */
} bench;

static hg_plan *plan_of(const bench *b, hg_plan_options o)
{
    hg_plan *p = NULL;
    hg_error e = {0};
    o.batch = BATCH;
    if (!o.threads) o.threads = 1;
    if (hg_plan_open(&p, b->m, &o, &e)) fail_msg("%s: %s", e.where, e.what);
    return p;
}

static bool gives(hg_plan *p, const bench *b, const hg_real *y)
{
    hg_real out[BATCH * SIZE];
    return !hg_forward(p, "x", "y", BATCH, b->x, out) && !memcmp(out, y, sizeof out);
}

static bool gives_first(hg_plan *p, const bench *b) { return gives(p, b, b->first); }

static int bench_open(void **state)
{
    bench *b = calloc(1, sizeof *b);
    hg_graph *g = NULL;
    hg__random r = hg__random_at(11, HG__FOR_TEST, 0, 0);
    if (!b || hg_graph_parse(&g, text, "shared.hg", NULL, NULL) || hg_model_make(&b->m, &g, 6, NULL)) return -1;
    for (size_t i = 0; i < BATCH * SIZE; i++) b->x[i] = (hg_real)hg__random_uniform(&r);
    hg_plan *p = plan_of(b, (hg_plan_options){0});
    int failed = hg_forward(p, "x", "y", BATCH, b->x, b->first) != HG_OK;
    hg_plan_close(&p);
    *state = b;
    return failed;
}

static int bench_close(void **state)
{
    bench *b = *state;
    hg_model_close(&b->m);
    free(b);
    return 0;
}

static void change_weights(const bench *b)
{
    size_t n;
    hg_real *w = hg_model_weights(b->m, &n);
    for (size_t i = 0; i < n; i++) w[i] *= (hg_real)1.25;
}

static void a_second_plan_opens_without_laying_the_weights_out(void **state)
{
    const bench *b = *state;
    hg_plan *one = plan_of(b, (hg_plan_options){0});
    change_weights(b);
    hg_plan *two = plan_of(b, (hg_plan_options){.threads = 2, .micro = 1});
    assert_true(gives_first(one, b) && gives_first(two, b));
    for (size_t i = 0; i < one->g->nodes; i++) assert_ptr_equal(one->place[i].packed, two->place[i].packed);
    hg_plan_close(&one);
    assert_true(gives_first(two, b));
    hg_plan_close(&two);
}

static void a_refresh_is_one_for_all_plans_that_share(void **state)
{
    const bench *b = *state;
    hg_plan *one = plan_of(b, (hg_plan_options){0}), *two = plan_of(b, (hg_plan_options){0});
    hg_real y[BATCH * SIZE];
    change_weights(b);
    hg_plan_refresh(two);
    assert_false(gives_first(one, b));
    assert_int_equal(hg_forward(one, "x", "y", BATCH, b->x, y), HG_OK);
    assert_true(gives(two, b, y));
    hg_plan_close(&one), hg_plan_close(&two);
}

static void the_plan_after_the_last_lays_them_out_anew(void **state)
{
    const bench *b = *state;
    hg_plan *p = plan_of(b, (hg_plan_options){0});
    hg_plan_close(&p);
    change_weights(b);
    p = plan_of(b, (hg_plan_options){0});
    assert_false(gives_first(p, b));
    hg_plan_close(&p);
}

static void training_does_not_disturb_a_plan_that_infers(void **state)
{
    const bench *b = *state;
    hg_losses losses;
    hg_plan *judge = plan_of(b, (hg_plan_options){0}), *trains = plan_of(b, (hg_plan_options){.train = true});
    assert_true(gives_first(trains, b));
    change_weights(b);
    hg_gradient(trains, BATCH, b->x, NULL, 0, &losses);
    assert_true(gives_first(trains, b) && gives_first(judge, b));
    hg_plan_refresh(trains);
    assert_false(gives_first(trains, b));
    assert_true(gives_first(judge, b));
    hg_plan_refresh(judge);
    assert_false(gives_first(judge, b));
    hg_plan_close(&judge), hg_plan_close(&trains);
}

static void each_precision_has_weights_of_its_own(void **state)
{
    const bench *b = *state;
    if (!precision_is_here(HG_PRECISION_BF16)) skip();
    hg_plan *fine = plan_of(b, (hg_plan_options){0}),
            *coarse = plan_of(b, (hg_plan_options){.precision = HG_PRECISION_BF16});
    assert_true(gives_first(fine, b));
    assert_false(gives_first(coarse, b));
    hg_plan_close(&fine);
    fine = plan_of(b, (hg_plan_options){0});
    assert_true(gives_first(fine, b));
    hg_plan_close(&coarse), hg_plan_close(&fine);
}

static void *open_and_run(void *arg)
{
    const bench *b = arg;
    uintptr_t wrong = 0;
    for (int i = 0; i < TIMES; i++) {
        hg_plan *p = NULL;
        wrong += hg_plan_open(&p, b->m, &(hg_plan_options){.batch = BATCH, .threads = 1 + (size_t)i % 2}, NULL) ||
                 !gives_first(p, b);
        hg_plan_close(&p);
    }
    return (void *)wrong; /* an assertion of cmocka is for the main thread */
}

static void several_threads_open_run_and_close_plans_of_one_model(void **state)
{
    pthread_t thread[THREADS];
    for (size_t i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&thread[i], NULL, open_and_run, *state), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(thread[i], &wrong);
        assert_null(wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_second_plan_opens_without_laying_the_weights_out, bench_open, bench_close),
        cmocka_unit_test_setup_teardown(a_refresh_is_one_for_all_plans_that_share, bench_open, bench_close),
        cmocka_unit_test_setup_teardown(the_plan_after_the_last_lays_them_out_anew, bench_open, bench_close),
        cmocka_unit_test_setup_teardown(training_does_not_disturb_a_plan_that_infers, bench_open, bench_close),
        cmocka_unit_test_setup_teardown(each_precision_has_weights_of_its_own, bench_open, bench_close),
        cmocka_unit_test_setup_teardown(several_threads_open_run_and_close_plans_of_one_model, bench_open, bench_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
