/* test_data_split.c: training and validation are exact, disjoint, stratified and a function of the seed. */
#include "data_files.h"

#include <math.h>

/* A set of n samples whose labels run in unequal classes: sample i is of class i % classes, or of class 0 for the
 * first half. */
static hg_set *labelled(size_t n, size_t classes, float *values, int32_t *labels)
{
    hg_set *set = NULL;
    assert_int_equal(hg_set_wrap(&set, "x", values, n, (hg_shape){1, 1, 1}, NULL), HG_OK);
    for (size_t i = 0; i < n; i++) labels[i] = i < n / 2 ? 0 : (int32_t)(i % classes);
    set->labels = labels, set->classes = classes;
    return set;
}

enum { MOST = 1000 };

static void validation_has_the_exact_number_in_equal_parts(void **state)
{
    static float values[MOST];
    static int32_t labels[MOST];
    uint32_t index[MOST];
    static const double parts[] = {0, 0.001, 0.1, 0.15, 1 / 3.0, 0.5, 0.9, 0.99};
    (void)state;
    for (size_t n = 7; n < MOST; n = n * 2 + 1)
        for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
            size_t n_train = 0, all[10] = {0}, held[10] = {0}, val = (size_t)llround((double)n * parts[p]);
            hg_set *set = labelled(n, 10, values, labels);
            hg_status s = hg_split(set, parts[p], 3, index, &n_train, NULL);
            assert_int_equal(s, val == n ? HG_USAGE : HG_OK);
            if (!s) {
                bool seen[MOST] = {0};
                assert_int_equal(n - n_train, val);
                for (size_t i = 0; i < n; i++) {
                    assert_false(seen[index[i]]);
                    seen[index[i]] = true;
                    if (i != 0 && i != n_train) assert_true(index[i] > index[i - 1]);
                    all[labels[index[i]]]++, held[labels[index[i]]] += i >= n_train;
                }
                for (size_t c = 0; c < 10; c++)
                    assert_true(fabs((double)held[c] - (double)all[c] * parts[p]) < 1 + 1e-9);
            }
            hg_set_close(&set);
        }
}

static void the_same_seed_parts_the_same_way_and_another_does_not(void **state)
{
    static float values[MOST];
    uint32_t a[MOST], b[MOST], c[MOST];
    size_t n;
    hg_set *set = NULL;
    (void)state;
    assert_int_equal(hg_set_wrap(&set, "x", values, MOST, (hg_shape){1, 1, 1}, NULL), HG_OK);
    hg_split(set, 0.2, 1, a, &n, NULL), hg_split(set, 0.2, 1, b, &n, NULL), hg_split(set, 0.2, 2, c, &n, NULL);
    assert_int_equal(n, 800);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    hg_set_close(&set);
}

static void a_test_part_leaves_the_validation_as_it_was(void **state)
{
    static float values[MOST];
    static int32_t labels[MOST];
    uint32_t two[MOST], three[MOST];
    static const double parts[] = {0, 0.1, 0.25, 0.4};
    (void)state;
    for (size_t size = 20; size < MOST; size = size * 2 + 1)
        for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
            size_t n_train, n[3], all[10] = {0}, held[10] = {0};
            bool seen[MOST] = {0};
            hg_set *set = labelled(size, 10, values, labels);
            const hg_split_options o = {.val = 0.2, .test = parts[p], .seed = 5};
            assert_int_equal(hg_split(set, 0.2, 5, two, &n_train, NULL), HG_OK);
            assert_int_equal(hg_split_three(set, &o, three, n, NULL), HG_OK);
            assert_int_equal(n[0] + n[1] + n[2], size);
            assert_int_equal(n[1], size - n_train);
            assert_int_equal(n[2], (size_t)llround((double)size * parts[p]));
            assert_memory_equal(three + n[0], two + n_train, n[1] * sizeof *two);
            size_t alone[3];
            const hg_split_options without = {.test = parts[p], .seed = 5};
            assert_int_equal(hg_split_three(set, &without, two, alone, NULL), HG_OK);
            if (size > 80) /* nor does the validation change the test, where each class has a few samples */
                assert_memory_equal(three + n[0] + n[1], two + alone[0], n[2] * sizeof *two);
            for (size_t i = 0; i < size; i++) {
                assert_false(seen[three[i]]);
                seen[three[i]] = true;
                all[labels[three[i]]]++, held[labels[three[i]]] += i >= n[0] + n[1];
            }
            for (size_t c = 0; c < 10; c++) assert_true(fabs((double)held[c] - (double)all[c] * parts[p]) < 1.5);
            hg_set_close(&set);
        }
}

static void a_part_outside_0_to_1_is_refused(void **state)
{
    static const double parts[] = {-0.1, 1, 1.5, NAN, 0.9999};
    float value[2] = {0};
    uint32_t index[2];
    size_t n = 77;
    hg_set *set = NULL;
    (void)state;
    assert_int_equal(hg_set_wrap(&set, "x", value, 2, (hg_shape){1, 1, 1}, NULL), HG_OK);
    for (size_t i = 0; i < 5; i++) assert_int_equal(hg_split(set, parts[i], 1, index, &n, NULL), HG_USAGE);
    assert_int_equal(n, 77);
    hg_set_close(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(validation_has_the_exact_number_in_equal_parts),
        cmocka_unit_test(the_same_seed_parts_the_same_way_and_another_does_not),
        cmocka_unit_test(a_test_part_leaves_the_validation_as_it_was),
        cmocka_unit_test(a_part_outside_0_to_1_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
