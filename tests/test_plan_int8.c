/* test_plan_int8.c: whole models in int8: the same bits for any batch, micro-batch and threads, as good as float32 to
 * less than a hundredth, and never trained. Skipped, and loudly, where the processor has no AVX-512-VNNI; that it is
 * refused is tested anywhere. */
#include "precision_here.h"
#include "test_train_place.h"

#include <math.h>

/* Layers with odd numbers of pixels and channels, groups, a stride, ups, rows of A that overlap and that do not; and
 * one that is deeper than a scale reaches. */
static const char *const texts[] = {
    "input 9x9x1 -> x\nconv 3x3 18 /2 relu\nconv 3x3 33 /2 elu\ndense 20 -> z\nmirror sigmoid -> y\nloss mse y x\n",
    ("input 7x5x3 -> x\nconv 3x3 17 leaky\nconv 1x1 40 relu\nconv 7x5 48 valid tanh\ndense 31 -> z\n"
     "mirror sigmoid -> y\nloss mse y x\n"),
    ("input 7x7x3 -> x\nconv 3x3 20 /2 relu\nconv 3x3 17 /2 elu -> z\nup 2\nconv 3x3 33 relu\nup 2\n"
     "conv 4x4 24 p1 leaky\nconv 3x3 3 -> y\nloss mse y x\n"),
    "input 6x6x20 -> x\nconv 3x3 40 g2 relu -> z\ndeconv 3x3 20 /2 relu\nconv 3x3 20 /2 -> y\nloss mse y x\n",
    "input 41x41x3 -> x\ndense 40 relu -> z\ndense 300 relu\ndense 41x41x3 -> y\nloss mse y x\n",
};
enum { TEXTS = sizeof texts / sizeof *texts, BATCH = 21 };

static bool int8_is_here(void) { return precision_is_here(HG_PRECISION_INT8); }

static hg_model *model_of(const char *text)
{
    hg_graph *g = NULL;
    hg_model *m = NULL;
    hg_error e = {0};
    if (hg_graph_parse(&g, text, "int8.hg", NULL, &e) || hg_model_make(&m, &g, 3, &e))
        fail_msg("%s: %s\n%s", e.where, e.what, text);
    return m;
}

static hg_real *inputs_of(const hg_model *m)
{
    hg_shape shape;
    hg__random r = hg__random_at(9, HG__FOR_TEST, 0, 0);
    hg_graph_shape(hg_model_graph(m), "x", &shape);
    hg_real *x = malloc(BATCH * hg_shape_size(shape) * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < BATCH * hg_shape_size(shape); i++) x[i] = (hg_real)(2 * hg__random_uniform(&r) - 1);
    return x;
}

/* What comes of x, `batch` samples at a time; caller frees. */
static hg_real *outputs_of(hg_model *m, hg_plan_options o, const hg_real *x)
{
    hg_plan *p = NULL;
    hg_error e = {0};
    hg_shape in, out;
    hg_graph_shape(hg_model_graph(m), "x", &in), hg_graph_shape(hg_model_graph(m), "y", &out);
    hg_real *y = malloc(BATCH * hg_shape_size(out) * sizeof *y);
    assert_non_null(y);
    if (hg_plan_open(&p, m, &o, &e)) fail_msg("%s: %s", e.where, e.what);
    for (size_t from = 0; from < BATCH; from += o.batch) {
        size_t n = BATCH - from < o.batch ? BATCH - from : o.batch;
        hg_real *to = y + from * hg_shape_size(out);
        assert_int_equal(hg_forward(p, "x", "y", n, x + from * hg_shape_size(in), to), HG_OK);
    }
    hg_plan_close(&p);
    return y;
}

static void results_have_the_same_bits_for_any_batch_micro_batch_and_threads(void **state)
{
    (void)state;
    const size_t batch[] = {1, 5, BATCH}, micro[] = {0, 1, 2, 3}, threads[] = {1, 2, 4};
    if (!int8_is_here()) skip();
    for (size_t i = 0; i < TEXTS; i++) {
        hg_model *m = model_of(texts[i]);
        hg_shape shape;
        hg_graph_shape(hg_model_graph(m), "y", &shape);
        hg_real *x = inputs_of(m);
        hg_real *first =
            outputs_of(m, (hg_plan_options){.batch = BATCH, .threads = 1, .precision = HG_PRECISION_INT8}, x);
        for (size_t k = 0; k < 3 * 4 * 3; k++) {
            hg_plan_options o = {.batch = batch[k % 3], .micro = micro[k / 3 % 4], .threads = threads[k / 12]};
            o.precision = HG_PRECISION_INT8;
            hg_real *other = outputs_of(m, o, x);
            if (memcmp(first, other, BATCH * hg_shape_size(shape) * sizeof *first))
                fail_msg("%zu threads, %zu at a time, in micro-batches of %zu:\n%s", o.threads, o.batch, o.micro,
                         texts[i]);
            free(other);
        }
        free(first), free(x), hg_model_close(&m);
    }
}

static void results_are_those_of_float32_to_a_few_hundredths(void **state)
{
    (void)state;
    if (!int8_is_here()) skip();
    for (size_t i = 0; i < TEXTS; i++) {
        hg_model *m = model_of(texts[i]);
        hg_shape shape;
        hg_graph_shape(hg_model_graph(m), "y", &shape);
        hg_plan_options o = {.batch = BATCH, .threads = 1};
        hg_real *x = inputs_of(m), *exact = outputs_of(m, o, x);
        o.precision = HG_PRECISION_INT8;
        hg_real *coarse = outputs_of(m, o, x);
        double apart = 0, size = 0;
        for (size_t k = 0; k < BATCH * hg_shape_size(shape); k++) {
            apart += pow((double)coarse[k] - (double)exact[k], 2);
            size += pow((double)exact[k], 2);
        }
        if (!(apart > 0) || !(sqrt(apart / size) < 0.03))
            fail_msg("relative distance %g:\n%s", sqrt(apart / size), texts[i]);
        free(x), free(exact), free(coarse), hg_model_close(&m);
    }
}

static double mse_of(hg_model *m, const hg_set *set, hg_precision precision)
{
    hg_plan *p = NULL;
    hg_losses losses;
    hg_error e = {0};
    size_t size = hg_shape_size(set->shape);
    hg_real *x = malloc(set->n * size * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < set->n; i++) hg_set_get(set, i, x + i * size);
    hg_plan_options o = {.batch = set->n, .precision = precision};
    if (hg_plan_open(&p, m, &o, &e)) fail_msg("%s: %s", e.where, e.what);
    hg_losses_of(p, set->n, x, NULL, &losses);
    hg_plan_close(&p);
    free(x);
    return losses.total;
}

/* The preset `conv`, on digits that it has learnt. */
static void the_error_of_conv_rises_by_less_than_a_hundredth(void **state)
{
    place *p = *state;
    hg_set *digits = NULL;
    hg_model *m = NULL;
    hg_train_result r = {0};
    hg_train_options o = hg_train_defaults();
    if (!int8_is_here()) skip();
    o.epochs = 6, o.batch = 16, o.lr = 3e-3, o.sample_every = 0;
    assert_int_equal(hg_set_open(&digits, "mnist-sample", &(hg_set_options){.offline = true}, NULL), HG_OK);
    if (hg_train(&r, digits, "conv", p->run, &o, &p->listener, &p->e)) fail_msg("%s: %s", p->e.where, p->e.what);
    if (hg_model_open(&m, r.run, &p->e)) fail_msg("%s: %s", p->e.where, p->e.what);
    double f32 = mse_of(m, digits, HG_PRECISION_F32), int8 = mse_of(m, digits, HG_PRECISION_INT8);
    print_message("# conv on mnist-sample: MSE %.6f in float32, %.6f in int8\n", f32, int8);
    assert_true(f32 < 0.02 && int8 != f32 && fabs(int8 - f32) < 0.01 * f32);
    hg_model_close(&m), hg_set_close(&digits);
}

static void training_in_int8_is_refused(void **state)
{
    (void)state;
    hg_model *m = model_of(texts[0]);
    hg_plan *p = NULL;
    hg_error e = {0};
    hg_plan_options o = {.batch = 2, .train = true, .precision = HG_PRECISION_INT8};
    assert_int_equal(hg_plan_open(&p, m, &o, &e), HG_USAGE);
    assert_string_equal(e.where, "precision");
    assert_non_null(strstr(e.what, int8_is_here() ? "are for inference; train in float32 or bf16" : "has no int8"));
    assert_null(p);
    if (int8_is_here()) {
        o.precision = HG_PRECISION_F32;
        assert_int_equal(setenv("HOURGLASS_ISA", "avx512int8", 1), 0);
        assert_int_equal(hg_plan_open(&p, m, &o, &e), HG_USAGE);
        unsetenv("HOURGLASS_ISA");
        assert_non_null(strstr(e.what, "'avx512int8'"));
    }
    hg_model_close(&m);
}

static void it_is_no_precision_of_training_options(void **state)
{
    place *p = *state;
    hg_train_result r;
    hg_train_options o = place_options();
    o.precision = "int8";
    assert_int_equal(hg_train(&r, p->set, p->graph, p->run, &o, &p->listener, &p->e), HG_USAGE);
    assert_string_equal(p->e.where, "--precision");
    assert_non_null(strstr(p->e.what, "\"int8\" is not one of f32, bf16"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_have_the_same_bits_for_any_batch_micro_batch_and_threads),
        cmocka_unit_test(results_are_those_of_float32_to_a_few_hundredths),
        cmocka_unit_test_setup_teardown(the_error_of_conv_rises_by_less_than_a_hundredth, place_open, place_close),
        cmocka_unit_test(training_in_int8_is_refused),
        cmocka_unit_test_setup_teardown(it_is_no_precision_of_training_options, place_open, place_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
