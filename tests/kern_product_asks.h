/* kern_product_asks.h: what is asked of the products of a kernel set: that they agree with ref, over random shapes and
 * layouts, and the promise on which reproducible training rests: a cut between rows changes no bit. Operands are
 * numbers that bf16 holds exactly, so that a set which rounds to it is held to the same tolerance; that it rounds to
 * nearest is asked by itself. What int8 computes is test_kern_int8.c's. */
#ifndef HG_TESTS_KERN_PRODUCT_ASKS_H
#define HG_TESTS_KERN_PRODUCT_ASKS_H

#include "kern_product.h"

#include <sys/mman.h>

/* For each element of C the sum of the magnitudes that are added up: what rounding is measured by. */
static real *magnitudes(box *b, const product *p, const real *c)
{
    real *sizes = absolute(b, c, p->c_size);
    hg__gemm g = gemm_of(b, p, &hg__kernels_ref, absolute(b, p->b, p->k * p->n), sizes);
    g.a = absolute(b, p->a, p->a_size);
    g.add = true;
    hg__kernels_ref.gemm(&g);
    for (size_t i = 0; i < p->c_size; i++) sizes[i] += 2;
    return sizes;
}

static void gemm_agrees(const hg__kernels *k)
{
    if (k->precision == HG_PRECISION_INT8) return;
    for (size_t trial = 0; trial < trials(300); trial++) {
        box b = box_open(trial);
        product p = product_of(&b);
        real *c = values(&b, p.c_size), *want = copy_of(&b, c, p.c_size), *sizes = magnitudes(&b, &p, c);
        hg__gemm g = gemm_of(&b, &p, k, p.b, c), r = gemm_of(&b, &p, &hg__kernels_ref, p.b, want);
        g.add = r.add = pick(&b, 0, 2) == 0;
        g.bias = r.bias = pick(&b, 0, 1) ? p.bias : NULL;
        g.act = r.act = (hg__act)pick(&b, 0, HG__ACT_SOFTPLUS);
        g.slope = r.slope = (real)0.25;
        g.parts = pick(&b, 0, 3);
        do k->gemm(&g);
        while (++g.part < g.parts);
        r.parts = g.parts;
        do hg__kernels_ref.gemm(&r);
        while (++r.part < r.parts);
        assert_compared(&(comparison){k->name, c, want, sizes, p.c_size, 1e-6});
        box_close(&b);
    }
}

static void gemm_does_not_depend_on_where_rows_are_cut(const hg__kernels *k)
{
    for (size_t trial = 0; trial < trials(150); trial++) {
        box b = box_open(1000 + trial);
        product p = product_of(&b);
        real *c = values(&b, p.c_size), *cut = copy_of(&b, c, p.c_size);
        hg__gemm g = gemm_of(&b, &p, k, p.b, c), part = g;
        g.bias = part.bias = p.bias;
        k->gemm(&g);
        for (size_t from = 0, to; from < p.m; from = to) {
            to = pick(&b, from + 1, p.m);
            part.m = to - from;
            part.a = p.a_row ? p.a : p.a + from * p.a_step;
            part.a_row = p.a_row ? p.a_row + from : NULL;
            part.c = p.c_row ? cut : cut + from * p.c_step;
            part.c_row = p.c_row ? p.c_row + from : NULL;
            k->gemm(&part);
        }
        assert_same_bits(k->name, cut, c, p.c_size);
        box_close(&b);
    }
}

/* D is what C was: m rows of n. C's runs stand as they come, or in falling order. */
static hg__gemm_t gemm_t_of(const product *p, const real *d, real *c)
{
    return (hg__gemm_t){.m = p->m,
                        .n = p->n,
                        .runs = p->runs,
                        .run = p->run,
                        .a = p->a,
                        .a_row = p->a_row,
                        .a_run = p->a_run,
                        .a_step = p->a_step,
                        .d = d,
                        .d_row = p->c_row,
                        .d_step = p->c_step,
                        .c = c,
                        .c_run = p->c_run,
                        .c_step = p->n + p->runs % 2, /* without a gap, and with one */
                        .sample = p->sample};
}

/* Rows that push each other out of a cache, where they are equal steps apart. */
static void part_rows(box *b, product *p)
{
    size_t reach = p->a_size - (p->m - 1) * p->a_step;
    if (!p->a_row && !pick(b, 0, 2)) {
        p->a_step = (p->a_step + 255) / 256 * 256;
        p->a_size = (p->m - 1) * p->a_step + reach;
        p->a = operands(b, p->a_size);
    }
    if (!p->c_row && !pick(b, 0, 2)) {
        p->c_step += 512;
        p->c_size = (p->m - 1) * p->c_step + p->n;
    }
}

/* As product_of, now and then with more rows than a block has, or several. */
static product tall_product(box *b)
{
    product p = product_of(b);
    if (!pick(b, 0, 3)) {
        if (!pick(b, 0, 2)) p.sample = pick(b, 10, 300), p.m = p.sample * pick(b, 1, 4);
        p.m += (pick(b, 0, 3) ? 250 : 2400) / p.sample * p.sample;
        place_a(b, &p);
        place_c(b, &p);
    }
    part_rows(b, &p);
    return p;
}

static void gemm_of_no_rows_writes_nothing(const hg__kernels *k)
{
    for (size_t trial = 0; trial < trials(20); trial++) {
        box b = box_open(7000 + trial);
        product p = tall_product(&b);
        real *c = values(&b, p.c_size), *same = copy_of(&b, c, p.c_size);
        hg__gemm g = gemm_of(&b, &p, k, p.b, c);
        g.m = 0;
        k->gemm(&g);
        assert_same_bits(k->name, c, same, p.c_size);
        box_close(&b);
    }
}

static void gemm_t_agrees(const hg__kernels *k)
{
    for (size_t trial = 0; trial < trials(200); trial++) {
        box b = box_open(2000 + trial);
        product p = tall_product(&b);
        size_t size = p.k * (p.n + 1) - 1;
        const real *d = operands(&b, p.c_size);
        p.sample = pick(&b, 0, 3) ? p.sample : 0;
        real *c = values(&b, size), *want = copy_of(&b, c, size), *sizes = absolute(&b, c, size);
        hg__gemm_t g = gemm_t_of(&p, d, c), r = gemm_t_of(&p, d, want),
                   s = gemm_t_of(&p, absolute(&b, d, p.c_size), sizes);
        g.add = r.add = pick(&b, 0, 1);
        s.add = true;
        s.a = absolute(&b, p.a, p.a_size);
        k->gemm_t(&g);
        hg__kernels_ref.gemm_t(&r);
        hg__kernels_ref.gemm_t(&s);
        assert_compared(&(comparison){k->name, c, want, sizes, size, 2e-6});
        box_close(&b);
    }
}

static void gemm_t_continues_bitwise(const hg__kernels *k)
{
    for (size_t trial = 0; trial < trials(120); trial++) {
        box b = box_open(3000 + trial);
        product p = tall_product(&b);
        size_t size = p.k * (p.n + 1) - 1;
        real *c = values(&b, size), *cut = copy_of(&b, c, size);
        hg__gemm_t g = gemm_t_of(&p, operands(&b, p.c_size), c), part = g;
        k->gemm_t(&g);
        part.c = cut;
        for (size_t from = 0, to; from < p.m; from = to) {
            to = pick(&b, from / p.sample + 1, p.m / p.sample) * p.sample;
            part.m = to - from;
            part.a = p.a_row ? p.a : p.a + from * p.a_step;
            part.a_row = p.a_row ? p.a_row + from : NULL;
            part.d = p.c_row ? g.d : g.d + from * p.c_step;
            part.d_row = p.c_row ? p.c_row + from : NULL;
            part.add = from > 0;
            k->gemm_t(&part);
        }
        assert_same_bits(k->name, cut, c, size);
        box_close(&b);
    }
}

/* Where the rows are those of one call (sample 0), as a dense layer's. */
static void gemm_t_does_not_depend_on_who_makes_which_elements(const hg__kernels *k)
{
    for (size_t trial = 0; trial < trials(120); trial++) {
        box b = box_open(4000 + trial);
        product p = tall_product(&b);
        p.run = p.k = pick(&b, 1, 60), p.runs = 1, p.sample = 0, p.a_run = NULL;
        place_a(&b, &p);
        p.a_run = p.c_run = NULL;
        size_t size = p.k * (p.n + 1) - 1;
        real *c = values(&b, size), *cut = copy_of(&b, c, size);
        hg__gemm_t g = gemm_t_of(&p, operands(&b, p.c_size), c), part = g;
        k->gemm_t(&g);
        for (size_t from = 0, to; from < p.k; from = to) {
            to = pick(&b, from + 1, p.k);
            part.run = to - from, part.a = g.a + from, part.c = cut + from * g.c_step;
            k->gemm_t(&part);
        }
        assert_same_bits(k->name, cut, c, size);
        part = g, part.c = cut;
        for (size_t from = 0, to; from < p.n && p.n >= 32; from = to) {
            to = pick(&b, from + 16, p.n);
            if (p.n - to < 16) to = p.n;
            part.n = to - from, part.d = g.d + from, part.c = cut + from;
            k->gemm_t(&part);
        }
        assert_same_bits(k->name, cut, c, size);
        box_close(&b);
    }
}

/* A and D, of which only three rows each are ever touched. */
static void gemm_t_reaches_rows_far_apart(const hg__kernels *k)
{
    enum { N = 32, RUN = 5, ROWS = 3 };
    const size_t step = (size_t)1 << 30, size = (ROWS - 1) * step * sizeof(real) + 4096;
    real c[RUN * N];
    real *a = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (a == MAP_FAILED) skip(); /* the system promises no such room */
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < N; j++) a[i * step + j] = (real)(i + j);
    k->gemm_t(&(hg__gemm_t){
        .m = ROWS, .n = N, .runs = 1, .run = RUN, .a = a, .a_step = step, .d = a, .d_step = step, .c = c, .c_step = N});
    for (size_t q = 0; q < RUN; q++)
        for (size_t j = 0; j < N; j++)
            assert_true(c[q * N + j] == (real)(q * j + (q + 1) * (j + 1) + (q + 2) * (j + 2)));
    munmap(a, size);
}

/* A product with the unit matrix gives A, rounded or as it is. */
static void operands_are_rounded_to_nearest(const hg__kernels *k)
{
    enum { N = 64 };
    bool bf16 = k->precision == HG_PRECISION_BF16;
    if (k->precision == HG_PRECISION_INT8) return;
    box b = box_open(5000);
    real *unit = values(&b, N * N), *a = values(&b, N * N), *c = values(&b, N * N);
    for (size_t i = 0; i < N * N; i++) unit[i] = i % (N + 1) == 0;
    a[0] = 1 + (real)0x1p-8, a[1] = 1 + (real)0x1.8p-7; /* halves: to even, down and up */
    product p = {.m = N, .n = N, .runs = 1, .run = N, .k = N, .a = a, .a_step = N, .c_step = N};
    hg__gemm g = gemm_of(&b, &p, k, unit, c);
    k->gemm(&g);
    for (size_t i = 0; i < N * N; i++) assert_true(c[i] == (bf16 ? rounded(a[i]) : a[i]));
    hg__gemm_t t = gemm_t_of(&p, a, c);
    t.a = unit, t.c_step = N;
    k->gemm_t(&t);
    for (size_t i = 0; i < N * N; i++) assert_true(c[i] == (bf16 ? rounded(a[i]) : a[i]));
    box_close(&b);
}

#endif
