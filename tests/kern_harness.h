/* kern_harness.h: what the kernel tests share: all sets that run here, buffers with a fence, random
 * shapes and values, and comparison with a tolerance or bit for bit. */
#ifndef HG_TESTS_KERN_HARNESS_H
#define HG_TESTS_KERN_HARNESS_H

#include "base/random.h"
#include "kern/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { POOL = 64, FENCE = 24 };
static const real untouched = (real)-7.5e20;

/* The numbers of one test, and all buffers it has taken: closed as a whole. */
typedef struct box {
    hg__random random;
    void *taken[POOL];
    size_t sizes[POOL], count;
} box;

static inline box box_open(uint64_t number) { return (box){.random = hg__random_at(20, HG__FOR_TEST, 0, number)}; }

/* n elements that hold `untouched`, 64-byte aligned, with a fence behind that box_close looks at. */
static inline real *box_take(box *b, size_t n)
{
    size_t bytes = ((n + FENCE) * sizeof(real) + 63) / 64 * 64, whole = bytes / sizeof(real);
    assert_true(b->count < POOL);
    real *p = aligned_alloc(64, bytes);
    assert_non_null(p);
    for (size_t i = 0; i < whole; i++) p[i] = untouched;
    b->sizes[b->count] = n;
    b->taken[b->count++] = p;
    return p;
}

static inline void box_close(box *b)
{
    while (b->count--) {
        const real *p = b->taken[b->count];
        for (size_t i = 0; i < FENCE; i++) assert_true(p[b->sizes[b->count] + i] == untouched);
        free(b->taken[b->count]);
    }
}

/* So many trials; a quarter under an emulator (EMULATED is in the environment). */
static inline size_t trials(size_t n) { return getenv("EMULATED") ? n / 4 : n; }

static inline size_t pick(box *b, size_t low, size_t high)
{
    return low + hg__random_below(&b->random, high - low + 1);
}
static inline real value(box *b) { return (real)(2 * hg__random_uniform(&b->random) - 1); }

/* n values in (-1, 1). */
static inline real *values(box *b, size_t n)
{
    real *p = box_take(b, n);
    for (size_t i = 0; i < n; i++) p[i] = value(b);
    return p;
}

static inline real *copy_of(box *b, const real *from, size_t n)
{
    real *p = box_take(b, n);
    for (size_t i = 0; i < n; i++) p[i] = from[i];
    return p;
}

static inline real *absolute(box *b, const real *from, size_t n)
{
    real *p = copy_of(b, from, n);
    for (size_t i = 0; i < n; i++) p[i] = p[i] < 0 ? -p[i] : p[i];
    return p;
}

/* |got - want| <= tolerance * size[i]; size NULL: 1 + |want|. */
typedef struct comparison {
    const char *what;
    const real *got, *want, *size; /* [n] */
    size_t n;
    double tolerance;
} comparison;

static inline void assert_compared(const comparison *c)
{
    for (size_t i = 0; i < c->n; i++) {
        double got = (double)c->got[i], want = (double)c->want[i];
        double scale = c->size ? (double)c->size[i] : 1 + fabs(want);
        if ((isnan(got) && isnan(want)) || got == want || fabs(got - want) <= c->tolerance * scale) continue;
        fail_msg("%s: element %zu of %zu is %.9g, %.9g expected", c->what, i, c->n, got, want);
    }
}

static inline void assert_near(const char *what, const real *got, const real *want, size_t n, double tolerance)
{
    assert_compared(&(comparison){what, got, want, NULL, n, tolerance});
}

static inline void assert_same_bits(const char *what, const real *got, const real *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(got + i, want + i, sizeof(real)) != 0)
            fail_msg("%s: element %zu of %zu is %.9g, %.9g expected, bit for bit", what, i, n, (double)got[i],
                     (double)want[i]);
}

/* Calls test(set) for every set that runs here, ref first. */
static inline void for_each_set(void (*test)(const hg__kernels *k))
{
    for (size_t i = 0; i < hg__kernel_sets(); i++) {
        bool runs = false;
        const hg__kernels *k = hg__kernel_set(i, &runs);
        if (runs) test(k);
        else print_message("# %s cannot run on this processor: not tested\n", k->name);
    }
}

#endif
