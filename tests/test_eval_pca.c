/* test_eval_pca.c: the principal components: the eigenproblem, both ways to fit, the cache, the constants of MNIST. */
#include <hourglass/eval.h>

#include "base/file.h"
#include "base/random.h"
#include "eval/eigen.h"
#include "eval/panels.h"
#include "eval/pca_fit.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "temp_folder.h"

/* ---- the eigenproblem ---- */

/* a = its eigenvalues and vectors, orthonormal and falling, to 1e-12 of the greatest. */
static void check_eigen(const double *a, size_t n)
{
    double *used = malloc(n * n * sizeof *a), *values = malloc(n * sizeof *a), *vectors = malloc(n * n * sizeof *a);
    assert_true(used && values && vectors);
    memcpy(used, a, n * n * sizeof *a);
    assert_int_equal(hg__eigen_symmetric(used, n, n, values, vectors, NULL), HG_OK);
    double scale = fmax(fabs(values[0]), fabs(values[n - 1])) + 1e-300;
    for (size_t i = 0; i < n; i++) {
        const double *v = vectors + i * n;
        assert_true(!i || values[i] <= values[i - 1]);
        for (size_t j = 0; j < n; j++) assert_true(fabs(hg__dot(a + j * n, v, n) - values[i] * v[j]) < 1e-12 * scale);
        for (size_t j = 0; j <= i; j++) assert_true(fabs(hg__dot(v, vectors + j * n, n) - (i == j)) < 1e-12);
    }
    free(used), free(values), free(vectors);
}

static void a_symmetric_matrix_is_its_eigenvectors(void **state)
{
    (void)state;
    static double a[40 * 40];
    for (size_t n = 1; n <= 40; n += n < 8 ? 1 : 16) {
        hg__random draws = hg__random_at(1, HG__FOR_TEST, 0, n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = hg__random_normal(&draws);
        check_eigen(a, n);
    }
}

static void equal_and_zero_eigenvalues_are_no_trouble(void **state)
{
    (void)state;
    static double a[20 * 20];
    check_eigen(a, 20);
    for (size_t i = 0; i < 20; i++) a[i * 20 + i] = i < 10 ? 3 : -1;
    check_eigen(a, 20);
    for (size_t i = 0; i < 400; i++) a[i] = 1; /* rank one */
    check_eigen(a, 20);
    for (size_t i = 0; i < 400; i++) a[i] = pow(10, -(double)(i / 20) - (double)(i % 20)); /* graded */
    check_eigen(a, 20);
}

static void a_matrix_with_nan_is_refused(void **state)
{
    (void)state;
    double a[9] = {1, 2, 3, 2, NAN, 4, 3, 4, 5}, values[3], vectors[9];
    hg_error e = {0};
    assert_int_equal(hg__eigen_symmetric(a, 3, 3, values, vectors, &e), HG_DATA);
}

/* ---- fits ---- */

typedef struct place {
    char folder[512];
    float *values;
    hg_set *set;
} place;

enum { SAMPLES = 300, WIDE = 90, RANK = 12 };

/* Samples of rank 12 about a mean, with falling variances, and a cache of their own. */
static int set_up(void **state)
{
    static place p;
    static double basis[RANK][WIDE];
    hg__random draws = hg__random_at(2, HG__FOR_TEST, 0, 0);
    p.values = malloc(SAMPLES * WIDE * sizeof *p.values);
    if (!p.values || !temp_open(p.folder, sizeof p.folder) || setenv("HOURGLASS_DATA", p.folder, 1)) return -1;
    for (size_t i = 0; i < RANK * WIDE; i++) basis[i / WIDE][i % WIDE] = hg__random_normal(&draws);
    for (size_t i = 0; i < SAMPLES; i++) {
        double score[RANK], sum;
        for (size_t r = 0; r < RANK; r++) score[r] = hg__random_normal(&draws) / (double)(1 + r);
        for (size_t k = 0; k < WIDE; p.values[i * WIDE + k++] = (float)sum) {
            sum = .1 * (double)k;
            for (size_t r = 0; r < RANK; r++) sum += score[r] * basis[r][k];
        }
    }
    *state = &p;
    return hg_set_wrap(&p.set, "test", p.values, SAMPLES, (hg_shape){9, 10, 1}, NULL) ? -1 : 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    hg_set_close(&p->set);
    free(p->values);
    return temp_close(p->folder);
}

static double error_of(const hg_pca *p, size_t k, const place *at)
{
    static float y[SAMPLES * WIDE];
    double sum = 0;
    hg_pca_reconstruct(p, k, at->values, SAMPLES, y);
    for (size_t i = 0; i < SAMPLES * WIDE; i++) sum += pow((double)y[i] - (double)at->values[i], 2);
    return sum / SAMPLES;
}

static void as_many_components_as_the_rank_are_enough(void **state)
{
    const place *at = *state;
    hg_pca p = {0};
    assert_int_equal(hg_pca_fit(&p, at->set, 20, NULL), HG_OK);
    assert_true(error_of(&p, RANK, at) < 1e-9);
    assert_true(error_of(&p, RANK - 1, at) > 1e-3);
    hg_pca_close(&p);
}

static void the_error_is_the_variance_left_out(void **state)
{
    const place *at = *state;
    hg_pca p = {0};
    assert_int_equal(hg_pca_fit(&p, at->set, WIDE, NULL), HG_OK);
    for (size_t k = 0; k < RANK; k++) {
        double left = 0;
        for (size_t i = k; i < WIDE; i++) left += p.variance[i];
        assert_true(fabs(error_of(&p, k, at) / left - 1) < 1e-5);
    }
    hg_pca_close(&p);
}

static void the_largest_entry_of_a_component_is_positive(void **state)
{
    const place *at = *state;
    hg_pca p = {0};
    assert_int_equal(hg_pca_fit(&p, at->set, RANK, NULL), HG_OK);
    for (size_t i = 0; i < RANK; i++) {
        double largest = 0, least = 0;
        for (size_t k = 0; k < WIDE; k++) {
            largest = fmax(largest, p.components[i * WIDE + k]);
            least = fmin(least, p.components[i * WIDE + k]);
        }
        assert_true(largest >= -least);
    }
    hg_pca_close(&p);
}

static void the_random_subspace_finds_the_same_components(void **state)
{
    const place *at = *state;
    hg_pca whole = {0}, within = {0};
    assert_int_equal(hg_pca_fit(&whole, at->set, 8, NULL), HG_OK);
    assert_int_equal(hg__pca_room(&within, WIDE, 8, NULL), HG_OK);
    memcpy(within.mean, whole.mean, WIDE * sizeof *within.mean);
    assert_int_equal(hg__pca_by_subspace(&within, at->set, NULL), HG_OK);
    for (size_t i = 0; i < 8; i++) {
        assert_true(fabs(within.variance[i] / whole.variance[i] - 1) < 1e-9);
        assert_true(fabs(fabs(hg__dot(within.components + i * WIDE, whole.components + i * WIDE, WIDE)) - 1) < 1e-9);
    }
    hg_pca_close(&whole), hg_pca_close(&within);
}

static void components_that_cannot_be_had_are_refused(void **state)
{
    const place *at = *state;
    hg_pca p = {0};
    hg_error e = {0};
    assert_int_equal(hg_pca_fit(&p, at->set, WIDE + 1, &e), HG_USAGE);
    assert_non_null(strstr(e.what, "90 values"));
    assert_int_equal(hg_pca_fit(&p, at->set, 0, &e), HG_USAGE);
    at->values[7] = NAN;
    assert_int_equal(hg_pca_fit(&p, at->set, 3, &e), HG_DATA);
    assert_null(p.mean);
}

static void sets_of_two_shapes_are_refused(void **state)
{
    const place *at = *state;
    hg_set *other = NULL;
    hg_pca_metrics m;
    hg_error e = {0};
    assert_int_equal(hg_set_wrap(&other, "other", at->values, SAMPLES, (hg_shape){10, 9, 1}, NULL), HG_OK);
    assert_int_equal(hg_pca_measure(&m, at->set, other, 3, &e), HG_DATA);
    hg_set_close(&other);
}

/* The path of the only file in the cache. */
static void find_fit(const place *at, char path[1200])
{
    char folder[600];
    snprintf(folder, sizeof folder, "%s/pca", at->folder);
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *f; (f = readdir(d));)
        if (f->d_name[0] != '.') snprintf(path, 1200, "%s/%s", folder, f->d_name);
    closedir(d);
}

static void a_kept_fit_is_used_and_a_damaged_one_is_not(void **state)
{
    const place *at = *state;
    hg_pca fit = {0}, kept = {0};
    char path[1200], *bytes;
    size_t size;
    assert_false(hg__pca_recall(&kept, at->set, 5));
    assert_int_equal(hg_pca_fit(&fit, at->set, 5, NULL), HG_OK);
    assert_true(hg__pca_recall(&kept, at->set, 5));
    assert_memory_equal(fit.mean, kept.mean, (WIDE * 6 + 5) * sizeof *fit.mean);
    hg_pca_close(&kept);
    assert_false(hg__pca_recall(&kept, at->set, 6));
    find_fit(at, path);
    assert_int_equal(hg__file_read(path, 1 << 20, &bytes, &size, NULL), HG_OK);
    for (size_t i = 0; i < size; i += 97) {
        bytes[i] ^= 1;
        assert_int_equal(hg__file_write(path, bytes, size, true, NULL), HG_OK);
        assert_false(hg__pca_recall(&kept, at->set, 5));
        bytes[i] ^= 1;
    }
    for (size_t cut = 0; cut < size; cut += 97) {
        assert_int_equal(hg__file_write(path, bytes, cut, true, NULL), HG_OK);
        assert_false(hg__pca_recall(&kept, at->set, 5));
    }
    assert_int_equal(hg_pca_fit(&kept, at->set, 5, NULL), HG_OK);
    assert_memory_equal(fit.mean, kept.mean, (WIDE * 6 + 5) * sizeof *fit.mean);
    hg_pca_close(&fit), hg_pca_close(&kept);
    free(bytes);
}

/* ---- MNIST ---- */

/* Computed once with numpy (eigh of the covariance) and scikit-image; 13.866 is the published 13.87 (Hinton &
 * Salakhutdinov 2006). 0: not given. */
static const struct {
    size_t k;
    double sse, clipped, uniform7, gauss11;
} constants[] = {
    {2, 43.6449, .0554738, .31952, .25487},  {8, 29.3537, .0364123, .50073, .45222},
    {16, 21.0585, .0253796, .60686, .58547}, {30, 13.8663, .0160591, .69253, .69792},
    {32, 13.1933, .0152073, .69993, .70749}, {64, 7.0927, .0077513, .77426, .80125},
    {128, 3.2970, .0034020, 0, 0},           {256, 1.0847, .0010684, 0, 0},
};

static bool has_digits(double value, double expected, double unit)
{
    return expected == 0 || fabs(value - expected) <= unit * .5000001;
}

static void mnist_has_the_constants_to_every_digit(void **state)
{
    (void)state;
    hg_set *train = NULL, *test = NULL;
    hg_error e = {0};
    char folder[512];
    hg_pca p = {0};
    hg_set_options o = {.part = HG_TRAIN, .offline = true};
    if (hg_set_open(&train, "mnist", &o, &e) || (o.part = HG_TEST, hg_set_open(&test, "mnist", &o, &e))) {
        print_message("SKIPPED: MNIST is not in the cache (%s: %s); `hourglass data fetch mnist`\n", e.where, e.what);
        hg_set_close(&train);
        skip();
    }
    /* Another cache, so that the fit is made here. */
    assert_true(temp_open(folder, sizeof folder) && !setenv("HOURGLASS_DATA", folder, 1));
    assert_int_equal(hg_pca_fit(&p, train, 256, &e), HG_OK);
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        hg_pca_metrics m = {0};
        assert_int_equal(hg_pca_score(&m, &p, constants[i].k, test, &e), HG_OK);
        assert_true(has_digits(m.sse_per_image, constants[i].sse, 1e-4));
        assert_true(has_digits(m.mse, constants[i].sse / 784, 1e-4 / 784));
        assert_true(has_digits(m.mse_clipped, constants[i].clipped, 1e-7));
        assert_true(has_digits(m.ssim_uniform7, constants[i].uniform7, 1e-5));
        assert_true(has_digits(m.ssim_gauss11, constants[i].gauss11, 1e-5));
    }
    temp_close(folder);
    hg_pca_close(&p);
    hg_set_close(&train), hg_set_close(&test);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(mnist_has_the_constants_to_every_digit),
        cmocka_unit_test(a_symmetric_matrix_is_its_eigenvectors),
        cmocka_unit_test(equal_and_zero_eigenvalues_are_no_trouble),
        cmocka_unit_test(a_matrix_with_nan_is_refused),
        cmocka_unit_test_setup_teardown(as_many_components_as_the_rank_are_enough, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_error_is_the_variance_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_largest_entry_of_a_component_is_positive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_random_subspace_finds_the_same_components, set_up, tear_down),
        cmocka_unit_test_setup_teardown(components_that_cannot_be_had_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sets_of_two_shapes_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_kept_fit_is_used_and_a_damaged_one_is_not, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
