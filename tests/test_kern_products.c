/* test_kern_products.c: gemm and gemm_t of every set (kern_product_asks.h), and ref itself. */
#include "kern_product_asks.h"

/* ref itself, against the sentence in kernels.h, on a product small enough to be done by hand. */
static void the_reference_computes_what_the_header_says(void **state)
{
    (void)state;
    const real a[] = {1, 2, 9, 3, 4, 9}, b[] = {1, 10, 2, 20, 3, 30, 4, 40}, bias[] = {-100, 1000};
    const int32_t a_run[] = {0, 3};
    real packed[8], c[2], w[8] = {0};
    hg__kernels_ref.pack(&(hg__pack){.k = 4, .n = 2, .b = b, .row_step = 2, .col_step = 1, .packed = packed});
    hg__kernels_ref.gemm(&(hg__gemm){.m = 1,
                                     .n = 2,
                                     .runs = 2,
                                     .run = 2,
                                     .a = a,
                                     .a_run = a_run,
                                     .b = packed,
                                     .c = c,
                                     .bias = bias,
                                     .act = HG__ACT_RELU});
    assert_true(c[0] == 0 && c[1] == 1300); /* 1 + 4 + 9 + 16 - 100 < 0; 300 + 1000 */
    hg__kernels_ref.gemm_t(
        &(hg__gemm_t){.m = 1, .n = 2, .runs = 2, .run = 2, .a = a, .a_run = a_run, .d = bias, .c = w, .c_step = 2});
    assert_true(w[0] == -100 && w[2] == -200 && w[4] == -300 && w[7] == 4000);
}

static void gemm_of_every_set_agrees_with_the_reference(void **state) { (void)state, for_each_set(gemm_agrees); }
static void a_cut_between_rows_changes_no_bit_of_gemm(void **state)
{
    (void)state, for_each_set(gemm_does_not_depend_on_where_rows_are_cut);
}
static void gemm_t_of_every_set_agrees_with_the_reference(void **state) { (void)state, for_each_set(gemm_t_agrees); }
static void a_sum_over_rows_that_is_cut_continues_bitwise(void **state)
{
    (void)state, for_each_set(gemm_t_continues_bitwise);
}
static void gemm_t_gives_the_same_bits_however_its_elements_are_shared(void **state)
{
    (void)state, for_each_set(gemm_t_does_not_depend_on_who_makes_which_elements);
}
static void rows_may_lie_further_apart_than_32_bits_reach(void **state)
{
    (void)state, for_each_set(gemm_t_reaches_rows_far_apart);
}
static void only_bf16_rounds_its_operands_and_to_nearest(void **state)
{
    (void)state, for_each_set(operands_are_rounded_to_nearest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_computes_what_the_header_says),
        cmocka_unit_test(gemm_of_every_set_agrees_with_the_reference),
        cmocka_unit_test(a_cut_between_rows_changes_no_bit_of_gemm),
        cmocka_unit_test(gemm_t_of_every_set_agrees_with_the_reference),
        cmocka_unit_test(a_sum_over_rows_that_is_cut_continues_bitwise),
        cmocka_unit_test(gemm_t_gives_the_same_bits_however_its_elements_are_shared),
        cmocka_unit_test(rows_may_lie_further_apart_than_32_bits_reach),
        cmocka_unit_test(only_bf16_rounds_its_operands_and_to_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
