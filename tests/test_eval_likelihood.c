/* test_eval_likelihood.c: the likelihood of a VAE with one latent number, held against the integral over it. */
#include <hourglass/eval.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 6, PICTURES = 5, MANY = 40000 };

static const char vae[] = "input 2x3x1 -> x\ndense 1 <- x -> mu\ndense 1 <- x -> logvar\ngaussian mu logvar -> z\n"
                          "dense 2x3x1 sigmoid -> y\nloss bce y x sum\nloss kl mu logvar sum\n";

static hg_model *make(const char *text)
{
    hg_graph *g = NULL;
    hg_model *m = NULL;
    hg_error e = {0};
    size_t n;
    if (hg_graph_parse(&g, text, "toy", NULL, &e) || hg_model_make(&m, &g, 3, &e)) fail_msg("%s: %s", e.where, e.what);
    hg_real *w = hg_model_weights(m, &n);
    for (size_t i = 0; i < n; i++) w[i] *= 2; /* so that the posterior is no Gaussian */
    return m;
}

static void fill(float x[PICTURES * SIZE])
{
    for (int i = 0; i < PICTURES * SIZE; i++) x[i] = (float)((i * 7 + i / 4) % 3 == 0);
}

static double log_normal(double z, double mean, double logvar)
{
    double d = z - mean;
    return -0.5 * (log(2 * acos(-1.0)) + logvar + d * d * exp(-logvar));
}

/* By the rectangle rule over z, -log p(x) and the ELBO of one picture. */
static void integrate(hg_plan *p, const float *x, double *nll, double *elbo)
{
    const double step = 1e-3;
    float mu, logvar, y[SIZE];
    double whole = 0, bound = 0;
    assert_int_equal(hg_forward(p, "x", "mu", 1, x, &mu), HG_OK);
    assert_int_equal(hg_forward(p, "x", "logvar", 1, x, &logvar), HG_OK);
    for (int i = -9000; i <= 9000; i++) {
        float z = (float)(i * step);
        double joint = log_normal((double)z, 0, 0), q = log_normal((double)z, (double)mu, (double)logvar);
        assert_int_equal(hg_forward(p, "z", "y", 1, &z, y), HG_OK);
        for (int k = 0; k < SIZE; k++) joint += log(fmax(x[k] > 0 ? (double)y[k] : 1 - (double)y[k], 1e-7));
        whole += step * exp(joint), bound += step * exp(q) * (joint - q);
    }
    *nll += -log(whole) / PICTURES, *elbo += bound / PICTURES;
}

static void both_bounds_are_those_of_the_integral(void **state)
{
    float x[PICTURES * SIZE];
    double nll = 0, elbo = 0;
    hg_model *m = make(vae);
    hg_plan *p = NULL;
    hg_likelihood l;
    (void)state;
    fill(x);
    assert_int_equal(hg_plan_open(&p, m, &(hg_plan_options){.batch = 1, .threads = 1}, NULL), HG_OK);
    for (int i = 0; i < PICTURES; i++) integrate(p, x + i * SIZE, &nll, &elbo);
    hg_plan_close(&p);
    hg_likelihood_work o = {.x = x, .n = PICTURES, .samples = MANY, .threads = 2, .seed = 1};
    assert_int_equal(hg_likelihood_measure(&l, m, &o, NULL), HG_OK);
    if (fabs(l.nll - nll) > 0.005) fail_msg("nll %.4f, %.4f by the integral", l.nll, nll);
    if (fabs(l.elbo - elbo) > 0.01) fail_msg("elbo %.4f, %.4f by the integral", l.elbo, elbo);
    assert_true(-l.elbo > l.nll + 0.05); /* the toy tells the two apart */
    assert_true(fabs(l.bits_per_value - l.nll / SIZE / log(2)) < 1e-12);
    assert_int_equal(l.n, PICTURES);
    hg_model_close(&m);
}

static void one_sample_gives_the_elbo_and_threads_change_nothing(void **state)
{
    float x[PICTURES * SIZE];
    hg_model *m = make(vae);
    hg_likelihood one, two;
    (void)state;
    fill(x);
    for (size_t samples = 1; samples < 600; samples += 299) {
        hg_likelihood_work o = {.x = x, .n = PICTURES, .samples = samples, .threads = 1, .seed = 7};
        assert_int_equal(hg_likelihood_measure(&one, m, &o, NULL), HG_OK);
        o.threads = 3;
        assert_int_equal(hg_likelihood_measure(&two, m, &o, NULL), HG_OK);
        assert_memory_equal(&one, &two, sizeof one);
        if (samples == 1) assert_true(fabs(one.nll + one.elbo) < 1e-9);
    }
    hg_model_close(&m);
}

static int stop(void *ctx) { return *(int *)ctx; }

static void what_has_no_likelihood_is_refused_with_the_reason(void **state)
{
    float x[PICTURES * SIZE];
    int number = 2;
    hg_likelihood l;
    hg_error e = {0};
    hg_model *leaky = make("input 2x3x1 -> x\ndense 1 <- x -> mu\ndense 1 <- x -> logvar\ngaussian mu logvar -> z\n"
                           "dense 2x3x1 <- z -> decoded\nadd decoded x\nsigmoid -> y\nloss bce y x\n");
    hg_model *plain = make("input 2x3x1 -> x\ndense 1 -> z\nmirror sigmoid -> y\nloss bce y x\n"), *m = make(vae);
    hg_likelihood_work o = {.x = x, .n = PICTURES, .samples = 10};
    (void)state;
    fill(x);
    assert_int_equal(hg_likelihood_measure(&l, plain, &o, &e), HG_MODEL);
    assert_non_null(strstr(e.what, "gaussian MEAN LOGVAR"));
    assert_int_equal(hg_likelihood_measure(&l, leaky, &o, &e), HG_MODEL);
    assert_non_null(strstr(e.what, "not made of its code alone"));
    x[SIZE + 2] = 0.5f;
    assert_int_equal(hg_likelihood_measure(&l, m, &o, &e), HG_DATA);
    assert_non_null(strstr(e.what, "value 2 of picture 1 is 0.5"));
    x[SIZE + 2] = 1;
    o.n = 0;
    assert_int_equal(hg_likelihood_measure(&l, m, &o, &e), HG_DATA);
    o.n = PICTURES, o.samples = 0;
    assert_int_equal(hg_likelihood_measure(&l, m, &o, &e), HG_USAGE);
    o = (hg_likelihood_work){.x = x, .n = PICTURES, .samples = 10, .signal = stop, .ctx = &number};
    assert_int_equal(hg_likelihood_measure(&l, m, &o, &e), HG_INTERRUPTED);
    hg_model_close(&plain);
    hg_model_close(&leaky);
    hg_model_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_bounds_are_those_of_the_integral),
        cmocka_unit_test(one_sample_gives_the_elbo_and_threads_change_nothing),
        cmocka_unit_test(what_has_no_likelihood_is_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
