/* test_kern_math.c: the sets' exp, log and tanh against the C library in double, seen through the rows that
 * use them; the choice of a set; the names of the activations. */
#include "base/fail.h"
#include "kern_harness.h"

#include <stdio.h>

enum { POINTS = 40000 };

/* |got - want| in units of want's last place as a float. */
static double units(real got, double want)
{
    double place = ldexp(1, ilogb(want == 0 ? 1e-30 : want) - 23);
    return fabs((double)got - want) / fmax(place, 0x1p-149);
}

static void assert_units(const char *what, const real *x, const real *got, double (*f)(double), double most)
{
    double worst = 0;
    size_t at = 0;
    for (size_t i = 0; i < POINTS; i++) {
        double u = units(got[i], f((double)x[i]));
        if (u > worst) worst = u, at = i;
    }
    if (worst > most) fail_msg("%s(%.9g) is %.2f units off, %.1f allowed", what, (double)x[at], worst, most);
}

static void spread(real *x, double low, double high)
{
    for (size_t i = 0; i < POINTS; i++) x[i] = (real)(low + (high - low) * (double)i / (POINTS - 1));
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double softplus(double x) { return log1p(exp(x)); }
static double gelu(double x) { return x * 0.5 * erfc(-x * 0.70710678118654752440); }
static double elu(double x) { return x < 0 ? expm1(x) : x; }
static double half_exp(double x) { return exp(x / 2); }
static double minus_log(double y) { return -log(y); }
static double minus_log1m(double y) { return -log1p(-y); }

static void activations_are_accurate(const hg__kernels *k)
{
    static real x[POINTS], y[POINTS];
    spread(x, -20, 20);
    k->act(HG__ACT_TANH, 1, POINTS, x, y);
    assert_units("tanh", x, y, tanh, 3);
    k->act(HG__ACT_ELU, 1, POINTS, x, y);
    assert_units("elu", x, y, elu, 3);
    k->act(HG__ACT_SIGMOID, 1, POINTS, x, y);
    assert_units("sigmoid", x, y, sigmoid, 4);
    k->act(HG__ACT_SOFTPLUS, 1, POINTS, x, y);
    assert_units("softplus", x, y, softplus, 4);
    spread(x, -1, 20); /* below, ref loses its places to erf - 1 */
    k->act(HG__ACT_GELU, 1, POINTS, x, y);
    assert_units("gelu", x, y, gelu, 8);
}

static void exp_is_accurate(const hg__kernels *k)
{
    static real x[POINTS], y[POINTS], zero[POINTS], one[POINTS];
    for (size_t i = 0; i < POINTS; i++) one[i] = 1;
    spread(x, -174, 177);
    k->gaussian(POINTS, zero, x, one, y);
    assert_units("exp", x, y, half_exp, 2.5);
    const real ends[] = {-400, 400, (real)-INFINITY, (real)INFINITY};
    k->gaussian(4, zero, ends, one, y);
    assert_true(y[0] == 0 && isinf(y[1]) && y[2] == 0 && isinf(y[3]));
}

static void log_is_accurate(const hg__kernels *k)
{
    static real x[POINTS], y[POINTS], t[POINTS];
    spread(x, 2e-6, 1 - 2e-6);
    for (int truth = 0; truth < 2; truth++) {
        for (size_t i = 0; i < POINTS; i++) t[i] = (real)truth;
        k->loss(
            &(hg__loss_work){.kind = HG__LOSS_BCE, .n = POINTS, .size = 1, .y = x, .t = t, .factor = 1, .value = y});
        assert_units("log", x, y, truth ? minus_log : minus_log1m, 3);
    }
}

static void normal_numbers_are_normal(const hg__kernels *k)
{
    static real x[POINTS];
    k->draw_normal(&(hg__draw){.seed = 1, .purpose = HG__FOR_TEST, .n = 8, .size = POINTS / 8}, x);
    double sum = 0, square = 0, fourth = 0;
    for (size_t i = 0; i < POINTS; i++) {
        double s = (double)x[i] * (double)x[i];
        sum += (double)x[i], square += s, fourth += s * s;
    }
    /* five standard errors each: 1/sqrt(n), sqrt(2/n), sqrt(96/n) */
    assert_true(fabs(sum / POINTS) < 0.025 && fabs(square / POINTS - 1) < 0.036 && fabs(fourth / POINTS - 3) < 0.25);
}

static void the_curved_activations_are_accurate(void **state) { (void)state, for_each_set(activations_are_accurate); }
static void exp_is_accurate_over_its_whole_range(void **state) { (void)state, for_each_set(exp_is_accurate); }
static void log_is_accurate_near_0_and_near_1(void **state) { (void)state, for_each_set(log_is_accurate); }
static void normal_numbers_have_the_moments_of_the_normal_distribution(void **state)
{
    (void)state, for_each_set(normal_numbers_are_normal);
}

static void the_best_set_that_runs_is_chosen(void **state)
{
    (void)state;
    const hg__kernels *k = NULL, *best = NULL;
    unsetenv("HOURGLASS_ISA");
    assert_int_equal(hg__kernels_choose(&k, HG_PRECISION_F32, NULL), HG_OK);
    for (size_t i = 0; i < hg__kernel_sets(); i++) {
        bool runs = false;
        const hg__kernels *set = hg__kernel_set(i, &runs);
        if (runs && set->precision == HG_PRECISION_F32) best = set;
    }
    assert_ptr_equal(k, best);
}

static void hourglass_isa_names_the_set(void **state)
{
    (void)state;
    const hg__kernels *k = NULL;
    hg_error e = {0};
    setenv("HOURGLASS_ISA", "ref", 1);
    assert_int_equal(hg__kernels_choose(&k, HG_PRECISION_F32, &e), HG_OK);
    assert_ptr_equal(k, &hg__kernels_ref);
    setenv("HOURGLASS_ISA", "refx", 1);
    assert_int_equal(hg__kernels_choose(&k, HG_PRECISION_F32, &e), HG_USAGE);
    assert_string_equal(e.where, "HOURGLASS_ISA");
    assert_non_null(strstr(e.what, "'refx'"));
    assert_non_null(strstr(e.what, "did you mean 'ref'"));
    unsetenv("HOURGLASS_ISA");
}

/* They are never chosen by default: they round. */
static void coarse_precisions_are_there_for_those_who_ask_for_them_or_refused(void **state)
{
    (void)state;
    static const struct {
        hg_precision precision;
        const char *name, *needs;
    } rows[] = {{HG_PRECISION_BF16, "bf16", "AVX-512-BF16"}, {HG_PRECISION_INT8, "int8", "AVX-512-VNNI"}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const hg__kernels *k = NULL;
        hg_error e = {0};
        char lacks[64];
        bool any = false, runs = false;
        for (size_t i = 0; i < hg__kernel_sets(); i++)
            any |= hg__kernel_set(i, &runs)->precision == rows[r].precision && runs;
        unsetenv("HOURGLASS_ISA");
        assert_int_equal(hg__kernels_choose(&k, rows[r].precision, &e), any ? HG_OK : HG_USAGE);
        if (any) assert_int_equal(k->precision, rows[r].precision);
        else print_message("# no set with %s runs on this processor: only its refusal is tested\n", rows[r].name);
        assert_true(any || strstr(e.what, rows[r].needs));
        setenv("HOURGLASS_ISA", "ref", 1);
        assert_int_equal(hg__kernels_choose(&k, rows[r].precision, &e), HG_USAGE);
        snprintf(lacks, sizeof lacks, "names 'ref', which has no %s", rows[r].name);
        assert_non_null(strstr(e.what, lacks));
        unsetenv("HOURGLASS_ISA");
    }
}

static void activations_are_read_by_name(void **state)
{
    (void)state;
    hg__act a = HG__ACT_NONE;
    real slope = 0;
    for (hg__act i = 0; i < HG__ACTS; i++) {
        assert_true(hg__act_named(hg__act_name(i), &a, &slope));
        assert_int_equal(a, i);
    }
    assert_true(hg__act_named("leaky", &a, &slope) && a == HG__ACT_LEAKY && slope == (real)0.01);
    assert_true(hg__act_named("leaky=0.25", &a, &slope) && slope == (real)0.25);
    assert_true(hg__act_named("elu", &a, &slope) && a == HG__ACT_ELU && slope == 1);
    const char *const bad[] = {
        "", "rel", "relu6", "relu=1", "leaky=", "leaky=x", "leaky=0.1x", "leaky=-1", "leaky=inf", "leaky=nan"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(hg__act_named(bad[i], &a, &slope));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curved_activations_are_accurate),
        cmocka_unit_test(exp_is_accurate_over_its_whole_range),
        cmocka_unit_test(log_is_accurate_near_0_and_near_1),
        cmocka_unit_test(normal_numbers_have_the_moments_of_the_normal_distribution),
        cmocka_unit_test(the_best_set_that_runs_is_chosen),
        cmocka_unit_test(hourglass_isa_names_the_set),
        cmocka_unit_test(coarse_precisions_are_there_for_those_who_ask_for_them_or_refused),
        cmocka_unit_test(activations_are_read_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
