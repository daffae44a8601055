/* test_kern_tiles.c: the products on tiles, which few processors have, with tiles in plain C (tiles_in_c.h); and where
 * there are real ones, that these give the same bits. Skipped, and loudly, where the processor has no AVX-512-BF16, in
 * which all else of this set is written. */
#include "kern/sets.h"
#include "kern_product_asks.h"
#include "precision_here.h"

extern const hg__kernels hg__kernels_tiles_in_c;

static const hg__kernels *tiles(void)
{
    if (!precision_is_here(HG_PRECISION_BF16)) skip();
    return &hg__kernels_tiles_in_c;
}

static void gemm_on_tiles_agrees_with_the_reference(void **state) { (void)state, gemm_agrees(tiles()); }
static void a_cut_between_rows_changes_no_bit_of_gemm_on_tiles(void **state)
{
    (void)state, gemm_does_not_depend_on_where_rows_are_cut(tiles());
}
static void a_product_of_no_rows_on_tiles_is_none(void **state)
{
    (void)state, gemm_of_no_rows_writes_nothing(tiles());
}
static void gemm_t_on_tiles_agrees_with_the_reference(void **state) { (void)state, gemm_t_agrees(tiles()); }
static void a_sum_over_rows_on_tiles_that_is_cut_continues_bitwise(void **state)
{
    (void)state, gemm_t_continues_bitwise(tiles());
}
static void gemm_t_on_tiles_gives_the_same_bits_however_its_elements_are_shared(void **state)
{
    (void)state, gemm_t_does_not_depend_on_who_makes_which_elements(tiles());
}
static void rows_on_tiles_may_lie_further_apart_than_32_bits_reach(void **state)
{
    (void)state, gemm_t_reaches_rows_far_apart(tiles());
}
static void operands_on_tiles_are_rounded_to_nearest(void **state)
{
    (void)state, operands_are_rounded_to_nearest(tiles());
}

static void real_tiles_give_the_same_bits(void **state)
{
    (void)state;
    const hg__kernels *real_ones = NULL, *ours = tiles();
    if (hg__kernels_named(&real_ones, "amxbf16", "here", NULL)) {
        print_message("# SKIPPED: this processor has no AMX\n");
        skip();
    }
    for (size_t trial = 0; trial < trials(100); trial++) {
        box b = box_open(6000 + trial);
        product p = tall_product(&b);
        real *c = values(&b, p.c_size), *same = copy_of(&b, c, p.c_size);
        hg__gemm g = gemm_of(&b, &p, real_ones, p.b, c), h = gemm_of(&b, &p, ours, p.b, same);
        g.bias = h.bias = p.bias;
        real_ones->gemm(&g), ours->gemm(&h);
        assert_same_bits("gemm", c, same, p.c_size);
        const real *d = operands(&b, p.c_size);
        size_t size = p.k * (p.n + 1) - 1;
        real *w = values(&b, size), *also = copy_of(&b, w, size);
        hg__gemm_t t = gemm_t_of(&p, d, w), u = gemm_t_of(&p, d, also);
        real_ones->gemm_t(&t), ours->gemm_t(&u);
        assert_same_bits("gemm_t", w, also, size);
        box_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gemm_on_tiles_agrees_with_the_reference),
        cmocka_unit_test(a_cut_between_rows_changes_no_bit_of_gemm_on_tiles),
        cmocka_unit_test(a_product_of_no_rows_on_tiles_is_none),
        cmocka_unit_test(gemm_t_on_tiles_agrees_with_the_reference),
        cmocka_unit_test(a_sum_over_rows_on_tiles_that_is_cut_continues_bitwise),
        cmocka_unit_test(gemm_t_on_tiles_gives_the_same_bits_however_its_elements_are_shared),
        cmocka_unit_test(rows_on_tiles_may_lie_further_apart_than_32_bits_reach),
        cmocka_unit_test(operands_on_tiles_are_rounded_to_nearest),
        cmocka_unit_test(real_tiles_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
