/* test_kern_products.c: gemm and gemm_t of every set (kern_product_asks.h), their depthwise kin, and ref itself. */
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

/* The runs' rows of B, in any order, among rows that are not numbers. */
static void gemm_takes_runs_of_a_larger_b(const hg__kernels *k)
{
    if (k->precision != HG_PRECISION_F32) return;
    for (size_t trial = 0; trial < trials(150); trial++) {
        box b = box_open(2000 + trial);
        product p = product_of(&b), larger = p;
        if (!p.a_run) {
            p.a_run = table(&b, p.runs);
            for (size_t r = 0; r < p.runs; r++) p.a_run[r] = (int32_t)(r * p.run);
        }
        real *c = values(&b, p.c_size), *want = copy_of(&b, c, p.c_size);
        hg__gemm alone = gemm_of(&b, &p, k, p.b, want);
        larger.k = p.k + p.runs * 7 + pick(&b, 0, 40);
        real *rows = box_take(&b, larger.k * p.n);
        int32_t *b_run = table(&b, p.runs);
        for (size_t i = 0; i < larger.k * p.n; i++) rows[i] = NAN;
        for (size_t r = 0; r < p.runs; r++) {
            b_run[r] = (int32_t)((p.runs - 1 - r) * (p.run + 7) + pick(&b, 0, 7));
            memcpy(rows + (size_t)b_run[r] * p.n, p.b + r * p.run * p.n, p.run * p.n * sizeof *rows);
        }
        hg__gemm g = gemm_of(&b, &larger, k, rows, c);
        g.a_run = p.a_run, g.b_run = b_run, g.b_rows = larger.k;
        g.add = alone.add = pick(&b, 0, 2) == 0;
        g.bias = alone.bias = pick(&b, 0, 1) ? p.bias : NULL;
        k->gemm(&alone);
        g.parts = pick(&b, 0, 3);
        do k->gemm(&g);
        while (++g.part < g.parts);
        assert_same_bits(k->name, c, want, p.c_size);
        box_close(&b);
    }
}

/* Runs of one tap each, which lie anywhere, and rows of D and C that are whole pixels. */
static product depthwise_product(box *b)
{
    product p = product_of(b);
    p.runs = p.k = pick(b, 0, 3) ? pick(b, 1, 12) : pick(b, 13, 50), p.run = 1;
    if (!pick(b, 0, 3)) p.m += 300 / p.sample * p.sample;
    p.a_step = p.n + pick(b, 0, 40), p.a_size = (p.m - 1) * p.a_step + 40 + p.n;
    p.a = operands(b, p.a_size), p.b = operands(b, p.k * p.n);
    p.a_row = pick(b, 0, 1) ? table(b, p.m) : NULL;
    for (size_t i = 0; i < p.m && p.a_row; i++) p.a_row[i] = (int32_t)((p.m - 1 - i) * p.a_step);
    p.a_run = table(b, p.runs);
    for (size_t r = 0; r < p.runs; r++) p.a_run[r] = (int32_t)pick(b, 0, 40);
    place_c(b, &p);
    p.c_run = table(b, p.runs);
    for (size_t r = 0; r < p.runs; r++) p.c_run[r] = (int32_t)(p.runs - 1 - r);
    return p;
}

static void depthwise_agrees(const hg__kernels *k)
{
    for (size_t trial = 0; trial < trials(200); trial++) {
        box b = box_open(6000 + trial);
        product p = depthwise_product(&b);
        real *c = values(&b, p.c_size), *want = copy_of(&b, c, p.c_size), *alone = copy_of(&b, c, p.c_size);
        hg__gemm g = call_of(&p, p.b, c), r = call_of(&p, p.b, want), one = call_of(&p, p.b, alone);
        g.runs = r.runs = one.runs = pick(&b, 0, 9) ? p.runs : 0; /* a phase without taps */
        g.add = r.add = one.add = pick(&b, 0, 2) == 0;
        g.bias = r.bias = one.bias = pick(&b, 0, 1) ? p.bias : NULL;
        g.act = r.act = one.act = (hg__act)pick(&b, 0, HG__ACT_SOFTPLUS);
        g.slope = r.slope = one.slope = (real)0.25;
        k->depthwise(&g), hg__kernels_ref.depthwise(&r);
        assert_near(k->name, c, want, p.c_size, 1e-5);
        one.m = 1;
        for (size_t i = 0; i < p.m; i++) {
            one.a = p.a + (p.a_row ? (size_t)p.a_row[i] : i * p.a_step), one.a_row = NULL;
            one.c = alone + (p.c_row ? (size_t)p.c_row[i] : i * p.c_step), one.c_row = NULL;
            k->depthwise(&one);
        }
        assert_same_bits(k->name, alone, c, p.c_size);
        box_close(&b);
    }
}

static void depthwise_t_agrees_and_continues(const hg__kernels *k)
{
    for (size_t trial = 0; trial < trials(200); trial++) {
        box b = box_open(7000 + trial);
        product p = depthwise_product(&b);
        size_t step = p.runs + pick(&b, 0, 3), size = p.n * step, cut = pick(&b, 1, p.m);
        real *c = values(&b, size), *want = copy_of(&b, c, size), *parts = copy_of(&b, c, size);
        hg__gemm_t g = gemm_t_of(&p, operands(&b, p.c_size), c), r = g, part = g;
        g.c_step = r.c_step = part.c_step = step;
        g.add = r.add = part.add = pick(&b, 0, 1);
        r.c = want, part.c = parts, part.m = cut;
        k->depthwise_t(&g), hg__kernels_ref.depthwise_t(&r), k->depthwise_t(&part);
        assert_near(k->name, c, want, size, 1e-4);
        part.m = p.m - cut, part.add = true;
        part.a = p.a_row ? p.a : p.a + cut * p.a_step, part.a_row = p.a_row ? p.a_row + cut : NULL;
        part.d = p.c_row ? g.d : g.d + cut * p.c_step, part.d_row = p.c_row ? p.c_row + cut : NULL;
        k->depthwise_t(&part);
        assert_same_bits(k->name, parts, c, size);
        box_close(&b);
    }
}

static void gemm_of_every_set_agrees_with_the_reference(void **state) { (void)state, for_each_set(gemm_agrees); }
static void a_cut_between_rows_changes_no_bit_of_gemm(void **state)
{
    (void)state, for_each_set(gemm_does_not_depend_on_where_rows_are_cut);
}
static void a_product_of_some_rows_of_b_is_that_of_these_alone(void **state)
{
    (void)state, for_each_set(gemm_takes_runs_of_a_larger_b);
}
static void a_product_of_no_rows_is_none(void **state) { (void)state, for_each_set(gemm_of_no_rows_writes_nothing); }
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
static void depthwise_products_agree_and_do_not_depend_on_their_number_of_rows(void **state)
{
    (void)state, for_each_set(depthwise_agrees);
}
static void depthwise_sums_over_rows_agree_and_continue_bitwise(void **state)
{
    (void)state, for_each_set(depthwise_t_agrees_and_continues);
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
        cmocka_unit_test(a_product_of_some_rows_of_b_is_that_of_these_alone),
        cmocka_unit_test(a_product_of_no_rows_is_none),
        cmocka_unit_test(gemm_t_of_every_set_agrees_with_the_reference),
        cmocka_unit_test(a_sum_over_rows_that_is_cut_continues_bitwise),
        cmocka_unit_test(gemm_t_gives_the_same_bits_however_its_elements_are_shared),
        cmocka_unit_test(rows_may_lie_further_apart_than_32_bits_reach),
        cmocka_unit_test(depthwise_products_agree_and_do_not_depend_on_their_number_of_rows),
        cmocka_unit_test(depthwise_sums_over_rows_agree_and_continue_bitwise),
        cmocka_unit_test(only_bf16_rounds_its_operands_and_to_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
