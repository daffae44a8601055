/* test_option.c: what people are told about a value that does not fit, and the spellings that do. */
#include "base/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct dials {
    bool loud;
    size_t size;
    size_t many;
    double rate, free;
    const char *mode;
} dials;

#define AT(field) offsetof(dials, field)
static const hg__option table[] = {
    {.name = "loud", .type = HG__FLAG, .offset = AT(loud)},
    {.name = "size", .type = HG__SIZE, .offset = AT(size), .min = 2, .max = 64},
    {.name = "many", .type = HG__SIZE, .offset = AT(many), .max = 1 << 20},
    {.name = "rate", .type = HG__REAL, .offset = AT(rate), .max = 1},
    {.name = "free", .type = HG__REAL, .offset = AT(free)},
    {.name = "mode", .type = HG__CHOICE, .offset = AT(mode), .choices = "area|bilinear"},
    {0},
};
#undef AT

static hg_status set(dials *d, const char *name, const char *text, hg_error *e)
{
    return hg__option_set(hg__option_find(table, name), d, text, "--x", e);
}

static void a_number_out_of_range_is_told_the_nearest_allowed(void **state)
{
    (void)state;
    dials d = {0};
    hg_error e = {0};
    assert_int_equal(set(&d, "size", "1", &e), HG_USAGE);
    assert_string_equal(e.what, "1 is too small; the least is 2");
    assert_int_equal(set(&d, "size", "65", &e), HG_USAGE);
    assert_string_equal(e.what, "65 is too large; the most is 64");
    assert_int_equal(set(&d, "rate", "-0.5", &e), HG_USAGE);
    assert_string_equal(e.what, "-0.5 is too small; the least is 0");
    assert_int_equal(set(&d, "many", "1048577", &e), HG_USAGE);
    assert_string_equal(e.what, "1048577 is too large; the most is 1048576");
}

static void the_limits_themselves_are_allowed(void **state)
{
    (void)state;
    dials d = {0};
    assert_int_equal(set(&d, "size", "2", NULL), HG_OK);
    assert_int_equal(set(&d, "size", "64", NULL), HG_OK);
    assert_int_equal(set(&d, "rate", "0", NULL), HG_OK);
    assert_int_equal(set(&d, "rate", "1", NULL), HG_OK);
}

static void a_row_without_limits_takes_any_number(void **state)
{
    (void)state;
    dials d = {0};
    assert_int_equal(set(&d, "free", "-1e30", NULL), HG_OK);
    assert_true(d.free == -1e30);
}

static void a_refused_choice_is_told_all_of_them(void **state)
{
    (void)state;
    dials d = {0};
    hg_error e = {0};
    assert_int_equal(set(&d, "mode", "cubic-spline", &e), HG_USAGE);
    assert_string_equal(e.what, "\"cubic-spline\" is not one of area, bilinear");
    assert_null(d.mode);
}

static void a_flag_knows_four_words_for_each_side(void **state)
{
    (void)state;
    static const char *const on[] = {"true", "1", "yes", "on"}, *const off[] = {"false", "0", "no", "off"};
    for (size_t i = 0; i < 4; i++) {
        dials d = {0};
        assert_int_equal(set(&d, "loud", on[i], NULL), HG_OK);
        assert_true(d.loud);
        assert_int_equal(set(&d, "loud", off[i], NULL), HG_OK);
        assert_false(d.loud);
    }
}

static void a_real_is_decimal_and_nothing_else(void **state)
{
    (void)state;
    static const char *const wrong[] = {"0x10", " 1", "1 ", "1e999", "infinity", "1,5", "--1", "e5"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        dials d = {.free = 7};
        assert_int_equal(set(&d, "free", wrong[i], NULL), HG_USAGE);
        assert_true(d.free == 7);
    }
}

static void a_real_is_written_with_as_few_digits_as_it_needs(void **state)
{
    (void)state;
    char text[64];
    dials d = {.free = 0.001};
    assert_string_equal(hg__option_text(hg__option_find(table, "free"), &d, text, sizeof text), "0.001");
    d.free = 1.0 / 3;
    assert_string_equal(hg__option_text(hg__option_find(table, "free"), &d, text, sizeof text), "0.3333333333333333");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_out_of_range_is_told_the_nearest_allowed),
        cmocka_unit_test(the_limits_themselves_are_allowed),
        cmocka_unit_test(a_row_without_limits_takes_any_number),
        cmocka_unit_test(a_refused_choice_is_told_all_of_them),
        cmocka_unit_test(a_flag_knows_four_words_for_each_side),
        cmocka_unit_test(a_real_is_decimal_and_nothing_else),
        cmocka_unit_test(a_real_is_written_with_as_few_digits_as_it_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
