/* test_train_bf16.c: training in bf16: the same bits for any threads and any cut of the batch, recorded and resumed,
 * and as good as float32. Skipped, and loudly, where the processor has no bf16; what refuses it is tested anywhere. */
#include "precision_here.h"
#include "test_train_place.h"

#include <math.h>

/* Layers wide enough for bf16, with odd numbers of pixels, of channels and of elements in a run; ups. */
static const char *const wide_texts[] = {
    "input 9x9x1 -> x\nconv 3x3 18 /2 relu\nconv 3x3 33 /2 elu\ndense 20 -> z\nmirror sigmoid -> y\nloss mse y x\n",
    ("input 7x5x3 -> x\nconv 3x3 17 leaky\nconv 1x1 40 relu\nconv 7x5 48 valid tanh\ndense 31 -> z\n"
     "mirror sigmoid -> y\nloss mse y x\n"),
    ("input 7x7x3 -> x\nconv 3x3 20 /2 relu\nconv 3x3 17 /2 elu -> z\nup 2\nconv 3x3 33 relu\nup 2\n"
     "conv 4x4 24 p1 leaky\nconv 3x3 3 -> y\nloss mse y x\n"),
    "input 1x1x24 -> x\ndense 264 relu\ndense 24 -> z\ndense 328 elu\ndense 24 -> y\nloss mse y x\n",
    "input 6x6x20 -> x\nconv 3x3 40 g2 relu\ndeconv 3x3 20 /2 relu\nconv 3x3 20 /2 -> y\nloss mse y x\n",
};
enum { TEXTS = sizeof wide_texts / sizeof *wide_texts, BATCH = 21 };

static bool bf16_is_here(void) { return precision_is_here(HG_PRECISION_BF16); }

/* The gradient of a batch; caller frees. */
static hg_real *gradient_of(const char *text, hg_plan_options o, size_t *n)
{
    hg_graph *g = NULL;
    hg_model *m = NULL;
    hg_plan *p = NULL;
    hg_error e = {0};
    hg_shape shape;
    hg_losses losses;
    hg__random r = hg__random_at(9, HG__FOR_TEST, 0, 0);
    if (hg_graph_parse(&g, text, "wide.hg", NULL, &e)) fail_msg("%s: %s\n%s", e.where, e.what, text);
    hg_graph_shape(g, "x", &shape);
    if (hg_model_make(&m, &g, 3, &e) || hg_plan_open(&p, m, &o, &e)) fail_msg("%s: %s\n%s", e.where, e.what, text);
    hg_model_weights(m, n);
    hg_real *x = malloc(BATCH * hg_shape_size(shape) * sizeof *x), *copy = malloc(*n * sizeof *copy);
    assert_true(x && copy);
    for (size_t i = 0; i < BATCH * hg_shape_size(shape); i++) x[i] = (hg_real)hg__random_uniform(&r);
    hg_gradient(p, BATCH, x, NULL, 0, &losses);
    memcpy(copy, hg_plan_gradient(p), *n * sizeof *copy);
    hg_plan_close(&p), hg_model_close(&m);
    free(x);
    return copy;
}

static void gradients_have_the_same_bits_for_any_threads_and_micro_batches(void **state)
{
    (void)state;
    const size_t threads[] = {1, 2, 4, 8}, micro[] = {0, 1, 2, 3};
    if (!bf16_is_here()) skip();
    for (size_t i = 0; i < TEXTS; i++) {
        hg_plan_options o = {.batch = BATCH, .train = true, .threads = 1, .precision = HG_PRECISION_BF16};
        size_t n;
        hg_real *first = gradient_of(wide_texts[i], o, &n);
        for (size_t k = 0; k < 16; k++) {
            o.threads = threads[k % 4], o.micro = micro[k / 4];
            hg_real *other = gradient_of(wide_texts[i], o, &n);
            if (memcmp(first, other, n * sizeof *first))
                fail_msg("%zu threads, micro-batches of %zu:\n%s", o.threads, o.micro, wide_texts[i]);
            free(other);
        }
        free(first);
    }
}

static void gradients_are_those_of_float32_to_its_rounding(void **state)
{
    (void)state;
    if (!bf16_is_here()) skip();
    for (size_t i = 0; i < TEXTS; i++) {
        hg_plan_options o = {.batch = BATCH, .train = true, .threads = 1};
        size_t n;
        hg_real *exact = gradient_of(wide_texts[i], o, &n);
        o.precision = HG_PRECISION_BF16;
        hg_real *rounded = gradient_of(wide_texts[i], o, &n);
        double apart = 0, size = 0;
        for (size_t k = 0; k < n; k++) {
            apart += pow((double)rounded[k] - (double)exact[k], 2);
            size += pow((double)exact[k], 2);
        }
        if (!(apart > 0) || !(sqrt(apart / size) < 0.02))
            fail_msg("relative distance %g:\n%s", sqrt(apart / size), wide_texts[i]);
        free(exact), free(rounded);
    }
}

static hg_train_options bf16_options(void)
{
    hg_train_options o = place_options();
    o.precision = "bf16";
    return o;
}

static void bf16_is_recorded_and_resumed(void **state)
{
    place *p = *state;
    hg_train_options o = bf16_options(), f32 = place_options();
    if (!bf16_is_here()) skip();
    place_write(p, "input 8x8x1 -> x\nconv 3x3 32 /2 relu\nconv 3x3 24 relu\ndense 20 -> z\nmirror sigmoid -> y\n"
                   "loss mse y x\n");
    hg_train_result whole = place_train(p, "whole", &o), plain = place_train(p, "plain", &f32);
    assert_string_not_equal(whole.weights_sha256, plain.weights_sha256);
    o.threads = 2, o.epochs = 2;
    place_train(p, "part", &o);
    char path[sizeof p->run + 16], *text = NULL;
    size_t n;
    snprintf(path, sizeof path, "%s/config.json", p->run);
    assert_int_equal(hg__file_read(path, 1 << 20, &text, &n, NULL), HG_OK);
    assert_non_null(strstr(text, "\"precision\": \"bf16\""));
    free(text);
    hg_train_result resumed = place_resume(p, 4);
    assert_string_equal(resumed.weights_sha256, whole.weights_sha256);
}

static double loss_on_digits(place *p, const char *precision)
{
    hg_set *digits = NULL;
    hg_train_result r = {0};
    hg_train_options o = hg_train_defaults();
    o.epochs = 8, o.batch = 32, o.sample_every = 0, o.precision = precision;
    snprintf(p->run, sizeof p->run, "%s/%s", p->root, precision);
    assert_int_equal(hg_set_open(&digits, "mnist-sample", &(hg_set_options){.offline = true}, NULL), HG_OK);
    if (hg_train(&r, digits, "conv", p->run, &o, &p->listener, &p->e)) fail_msg("%s: %s", p->e.where, p->e.what);
    hg_set_close(&digits);
    print_message("# conv on mnist-sample, %s: validation loss %.5f\n", precision, r.val_loss);
    return r.val_loss;
}

/* Another seed changes this loss by 10 %. */
static void conv_learns_digits_as_well_as_in_float32(void **state)
{
    if (!bf16_is_here()) skip();
    double f32 = loss_on_digits(*state, "f32"), bf16 = loss_on_digits(*state, "bf16");
    assert_true(bf16 < 0.04 && fabs(bf16 - f32) < 0.03 * f32);
}

static void where_it_cannot_be_had_training_in_bf16_is_refused(void **state)
{
    place *p = *state;
    hg_train_result r;
    hg_train_options o = bf16_options();
    snprintf(p->run, sizeof p->run, "%s/never", p->root);
    assert_int_equal(setenv("HOURGLASS_ISA", "generic", 1), 0);
    hg_status s = hg_train(&r, p->set, p->graph, p->run, &o, &p->listener, &p->e);
    unsetenv("HOURGLASS_ISA");
    assert_int_equal(s, HG_USAGE);
    assert_string_equal(p->e.where, "HOURGLASS_ISA");
    assert_non_null(strstr(p->e.what, "'generic', which has f32, and the training is in bf16"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_have_the_same_bits_for_any_threads_and_micro_batches),
        cmocka_unit_test(gradients_are_those_of_float32_to_its_rounding),
        cmocka_unit_test_setup_teardown(bf16_is_recorded_and_resumed, place_open, place_close),
        cmocka_unit_test_setup_teardown(conv_learns_digits_as_well_as_in_float32, place_open, place_close),
        cmocka_unit_test_setup_teardown(where_it_cannot_be_had_training_in_bf16_is_refused, place_open, place_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
