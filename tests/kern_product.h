/* kern_product.h: random products for the tests of gemm and gemm_t: shapes, layouts, and the call. */
#ifndef HG_TESTS_KERN_PRODUCT_H
#define HG_TESTS_KERN_PRODUCT_H

#include "kern_harness.h"

/* One random product: both kinds read A by the same tables. */
typedef struct product {
    size_t m, n, runs, run, k, a_size;
    size_t sample; /* rows; m is a multiple of it */
    const real *a;
    int32_t *a_row, *a_run; /* NULL: equal steps */
    size_t a_step;
    real *b, *bias; /* B plain, k x n */
    int32_t *c_row, *c_run;
    size_t c_step, c_size;
} product;

static const size_t columns[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 30, 31, 32, 33, 40, 48, 64, 65, 130};

/* To nearest, halves to even. */
static inline real rounded(real x)
{
    float f = (float)x;
    uint32_t bits;
    memcpy(&bits, &f, sizeof f);
    bits += 0x7FFF + (bits >> 16 & 1);
    bits &= 0xFFFF0000;
    memcpy(&f, &bits, sizeof f);
    return (real)f;
}

static inline real *operands(box *b, size_t n)
{
    real *p = values(b, n);
    for (size_t i = 0; i < n; i++) p[i] = rounded(p[i]);
    return p;
}

static inline int32_t *table(box *b, size_t n) { return (int32_t *)box_take(b, n); }

/* A's rows are anywhere in one buffer and overlap, like the windows of a convolution; the last ends at its end. */
static inline void place_a(box *b, product *p)
{
    bool rows = pick(b, 0, 1), runs = pick(b, 0, 1);
    size_t gap = runs ? pick(b, 0, 5) : 0, reach = (p->runs - 1) * (p->run + gap) + p->run;
    p->a_step = rows ? 0 : reach + pick(b, 0, 3);
    p->a_size = rows ? reach + 200 : (p->m - 1) * p->a_step + reach;
    p->a = operands(b, p->a_size);
    bool even = pick(b, 0, 1);
    p->a_row = rows ? table(b, p->m) : NULL;
    p->a_run = runs ? table(b, p->runs) : NULL;
    for (size_t i = 0; i < p->m && rows; i++)
        p->a_row[i] = i ? (int32_t)(pick(b, 0, 200) / (even + 1) * (even + 1)) : 200;
    for (size_t r = 0; r < p->runs && runs; r++) p->a_run[r] = (int32_t)(r * (p->run + gap));
}

/* C's rows lie in order, or turned about by a table. */
static inline void place_c(box *b, product *p)
{
    bool rows = pick(b, 0, 1);
    p->c_step = p->n + pick(b, 0, 3);
    p->c_size = (p->m - 1) * p->c_step + p->n;
    p->c_row = rows ? table(b, p->m) : NULL;
    for (size_t i = 0; i < p->m && rows; i++) p->c_row[i] = (int32_t)((p->m - 1 - i) * p->c_step);
    p->c_run = rows ? table(b, p->runs) : NULL;
    for (size_t r = 0; r < p->runs && rows; r++) p->c_run[r] = (int32_t)((p->runs - 1 - r) * p->run);
}

static inline product product_of(box *b)
{
    bool deep = pick(b, 0, 3) == 0;
    product p = {.sample = pick(b, 1, 9), .runs = pick(b, 1, 4)};
    p.m = p.sample * pick(b, 1, 40 / p.sample);
    p.n = columns[pick(b, 0, sizeof columns / sizeof *columns - 1)];
    p.run = deep ? pick(b, 300, 700) : pick(b, 1, 40);
    p.k = p.runs * p.run;
    p.b = operands(b, p.k * p.n);
    p.bias = values(b, p.n);
    place_a(b, &p);
    place_c(b, &p);
    return p;
}

/* The call, with B as it is read. */
static inline hg__gemm call_of(const product *p, const real *b, real *c)
{
    return (hg__gemm){.m = p->m,
                      .n = p->n,
                      .runs = p->runs,
                      .run = p->run,
                      .a = p->a,
                      .a_row = p->a_row,
                      .a_run = p->a_run,
                      .a_step = p->a_step,
                      .b = b,
                      .c = c,
                      .c_row = p->c_row,
                      .c_step = p->c_step};
}

/* The call, B packed by the set itself, from a plain or a transposed copy, whole or in parts. */
static inline hg__gemm gemm_of(box *b, const product *p, const hg__kernels *k, const real *from, real *c)
{
    hg__pack pack = {.k = p->k, .n = p->n, .b = from, .row_step = p->n, .col_step = 1};
    pack.packed = box_take(b, k->pack_size(p->k, p->n));
    if (pick(b, 0, 1)) {
        real *turned = box_take(b, p->k * p->n);
        for (size_t i = 0; i < p->k * p->n; i++) turned[i % p->n * p->k + i / p->n] = from[i];
        pack.b = turned, pack.row_step = 1, pack.col_step = p->k;
    }
    pack.parts = pick(b, 0, 3);
    do k->pack(&pack);
    while (++pack.part < pack.parts);
    return call_of(p, pack.packed, c);
}

#endif
