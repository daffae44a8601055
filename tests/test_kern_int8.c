/* test_kern_int8.c: products in int8: to the bit what whole numbers give that are multiplied one by one; within half a
 * step of what the same operands give in double; and what becomes of those that no scale fits. Skipped, and loudly,
 * where the processor has no AVX-512-VNNI. That a row does not depend on the others is test_kern_products.c's. */
#include "kern_product.h"
#include "precision_here.h"

enum {
    LEAST = 16,   /* products that sum less, or have 8 columns and fewer, are in float32 */
    DEPTH = 4096, /* rows of B that have one scale */
    MOST = 127,
};

static bool is_coarse(const product *p) { return p->k >= LEAST && p->n > 8; }

static const hg__kernels *int8_here(void)
{
    const hg__kernels *k = NULL;
    if (!precision_is_here(HG_PRECISION_INT8)) skip();
    assert_int_equal(hg__kernels_choose(&k, HG_PRECISION_INT8, NULL), HG_OK);
    return k;
}

/* A's element k of row i. */
static real a_at(const product *p, size_t i, size_t k)
{
    size_t r = k / p->run, row = p->a_row ? (size_t)p->a_row[i] : i * p->a_step;
    return p->a[row + (p->a_run ? (size_t)p->a_run[r] : r * p->run) + k % p->run];
}

static real b_at(const product *p, size_t k, size_t j) { return p->b[k * p->n + j]; }
static size_t c_at(const product *p, size_t i) { return p->c_row ? (size_t)p->c_row[i] : i * p->c_step; }

/* Where block `i` of K starts: equal parts, but for four at most, and a multiple of four. */
static size_t block_start(size_t k, size_t i)
{
    size_t quads = (k + 3) / 4, blocks = (k + DEPTH - 1) / DEPTH, over = quads % blocks;
    size_t from = 4 * (quads / blocks * i + (i < over ? i : over));
    return from < k ? from : k;
}

static size_t blocks_of(size_t k) { return (k + DEPTH - 1) / DEPTH; }

/* The largest magnitude, or what stands for it where that is next to nothing. */
static float most_of(float most) { return most > 0x1p-100f ? most : 0x1p-100f; }

static float a_most(const product *p, size_t i, size_t from, size_t upto)
{
    float most = 0;
    for (size_t k = from; k < upto; k++) most = fmaxf(most, fabsf((float)a_at(p, i, k)));
    return most_of(most);
}

static float b_most(const product *p, size_t j, size_t from, size_t upto)
{
    float most = 0;
    for (size_t k = from; k < upto; k++) most = fmaxf(most, fabsf((float)b_at(p, k, j)));
    return most_of(most);
}

/* The product of two floats is exact in double, so this rounds once. */
static long whole(real x, float most) { return lrint((double)x * (double)(MOST / most)); }

/* What the set is to give for an element that starts from c. */
static float coarse(const product *p, size_t i, size_t j, float c)
{
    for (size_t b = 0; b < blocks_of(p->k); b++) {
        size_t from = block_start(p->k, b), upto = block_start(p->k, b + 1);
        float a = a_most(p, i, from, upto), w = b_most(p, j, from, upto);
        long sum = 0;
        for (size_t k = from; k < upto; k++) sum += whole(a_at(p, i, k), a) * whole(b_at(p, k, j), w);
        c = fmaf((float)sum * (w / MOST), a / MOST, c);
    }
    return c;
}

static product int8_product(box *b)
{
    product p = product_of(b);
    while (!is_coarse(&p)) {
        box_close(b), b->count = 0;
        p = product_of(b);
    }
    return p;
}

/* Whole or in parts. */
static void run(const hg__kernels *k, hg__gemm g, size_t parts)
{
    g.parts = parts;
    do k->gemm(&g);
    while (++g.part < g.parts);
}

static void a_product_is_its_scales_times_an_exact_sum(void **state)
{
    (void)state;
    const hg__kernels *k = int8_here();
    for (size_t trial = 0; trial < trials(200); trial++) {
        box b = box_open(7000 + trial);
        product p = int8_product(&b);
        real *c = values(&b, p.c_size), *old = copy_of(&b, c, p.c_size);
        hg__gemm g = gemm_of(&b, &p, k, p.b, c);
        g.add = pick(&b, 0, 2) == 0;
        g.bias = !g.add && pick(&b, 0, 1) ? p.bias : NULL;
        g.act = !g.add && pick(&b, 0, 1) ? HG__ACT_RELU : HG__ACT_NONE;
        run(k, g, pick(&b, 0, 3));
        for (size_t i = 0; i < p.m; i++)
            for (size_t j = 0; j < p.n; j++) {
                real start = g.add ? old[c_at(&p, i) + j] : g.bias ? g.bias[j] : 0;
                real want = (real)coarse(&p, i, j, (float)start);
                if (g.act == HG__ACT_RELU && want < 0) want = 0;
                assert_same_bits(k->name, &c[c_at(&p, i) + j], &want, 1);
            }
        box_close(&b);
    }
}

/* Each operand is at most half a step off, and a step is the largest of its row or column by 127. */
static void a_product_is_within_half_a_step_of_the_exact_one(void **state)
{
    (void)state;
    const hg__kernels *k = int8_here();
    for (size_t trial = 0; trial < trials(100); trial++) {
        box b = box_open(8000 + trial);
        product p = int8_product(&b);
        real *c = values(&b, p.c_size);
        run(k, gemm_of(&b, &p, k, p.b, c), 0);
        for (size_t i = 0; i < p.m; i++)
            for (size_t j = 0; j < p.n; j++) {
                double exact = 0, off = 1e-6, a = (double)a_most(&p, i, 0, p.k) / (2 * MOST),
                       w = (double)b_most(&p, j, 0, p.k) / (2 * MOST);
                for (size_t q = 0; q < p.k; q++) {
                    double x = (double)a_at(&p, i, q), y = (double)b_at(&p, q, j);
                    exact += x * y;
                    off += fabs(x) * w + fabs(y) * a + a * w;
                }
                double got = (double)c[c_at(&p, i) + j];
                if (!(fabs(got - exact) <= off)) fail_msg("%g is more than %g from %g", got, off, exact);
            }
        box_close(&b);
    }
}

/* The largest sums that there can be, with the first block's and the last's edge where K is odd. */
static void the_largest_sums_of_a_long_k_do_not_overflow(void **state)
{
    (void)state;
    const hg__kernels *k = int8_here();
    const size_t depths[] = {DEPTH - 1, DEPTH, DEPTH + 1, 3 * DEPTH + 5, 70001};
    for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
        box b = box_open(9000);
        product p = {.m = 3, .n = 9, .runs = 1, .run = depths[d], .k = depths[d], .a_step = 0, .c_step = 9};
        real *a = box_take(&b, p.k), c[3 * 9];
        p.b = box_take(&b, p.k * p.n);
        for (size_t i = 0; i < p.k; i++) a[i] = -1;
        for (size_t i = 0; i < p.k * p.n; i++) p.b[i] = i % p.n % 2 ? 1 : -1;
        p.a = a;
        run(k, gemm_of(&b, &p, k, p.b, c), 0);
        for (size_t i = 0; i < 3 * 9; i++) {
            double want = (double)p.k * (i % 9 % 2 ? -1 : 1);
            if (!(fabs((double)c[i] - want) <= 1e-6 * (double)p.k)) fail_msg("%g is not %g", (double)c[i], want);
        }
        box_close(&b);
    }
}

/* A row or a column with a number that is none gives NaN, all others what they gave before. */
static void what_is_not_finite_spoils_its_own_row_or_column_alone(void **state)
{
    (void)state;
    enum { M = 11, N = 40, K = 70 };
    const hg__kernels *k = int8_here();
    const real bad[] = {(real)INFINITY, (real)-INFINITY, (real)NAN, (real)-NAN};
    for (size_t v = 0; v < sizeof bad / sizeof *bad; v++) {
        box b = box_open(9100 + v);
        product p = {.m = M, .n = N, .runs = 1, .run = K, .k = K, .a_step = K, .c_step = N};
        real *a = values(&b, M * K), *good = box_take(&b, M * N), *c = box_take(&b, M * N);
        p.a = a, p.b = values(&b, K * N);
        run(k, gemm_of(&b, &p, k, p.b, good), 0);
        a[4 * K + 33] = bad[v], p.b[50 * N + 20] = bad[v];
        run(k, gemm_of(&b, &p, k, p.b, c), 0);
        for (size_t i = 0; i < M * N; i++) {
            if (i / N == 4 || i % N == 20) assert_true(isnan(c[i]));
            else assert_same_bits(k->name, &c[i], &good[i], 1);
        }
        box_close(&b);
    }
}

/* From zeros and numbers that have no scale up to the largest that there are. */
static void the_size_of_numbers_does_not_matter(void **state)
{
    (void)state;
    enum { M = 3, N = 17, K = 40 };
    const hg__kernels *k = int8_here();
    const real sizes[] = {0, (real)1e-44, (real)1e-39, (real)1e-30, (real)1, (real)1e30, (real)3e38};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        box b = box_open(9200 + s);
        product p = {.m = M, .n = N, .runs = 1, .run = K, .k = K, .a_step = K, .c_step = N};
        real *a = box_take(&b, M * K), *c = box_take(&b, M * N);
        p.a = a, p.b = box_take(&b, K * N);
        for (size_t i = 0; i < M * K; i++) a[i] = i % K ? 0 : sizes[s];
        for (size_t i = 0; i < K * N; i++) p.b[i] = (real)0.75;
        run(k, gemm_of(&b, &p, k, p.b, c), 0);
        for (size_t i = 0; i < M * N; i++) {
            double want = 0.75 * (double)sizes[s];
            if (!(fabs((double)c[i] - want) <= 1e-5 * want + 1e-32)) fail_msg("%g is not %g", (double)c[i], want);
        }
        box_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_product_is_its_scales_times_an_exact_sum),
        cmocka_unit_test(a_product_is_within_half_a_step_of_the_exact_one),
        cmocka_unit_test(the_largest_sums_of_a_long_k_do_not_overflow),
        cmocka_unit_test(what_is_not_finite_spoils_its_own_row_or_column_alone),
        cmocka_unit_test(the_size_of_numbers_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
