/* bench_kernels.c: how near the matrix products come to the machine's peak, on one thread.
 *
 *     bench_kernels [--json] [SET …]
 *
 * Every row is a product that the presets conv and deep run, in the shape in which the plan calls it
 * (16 images at a time; dense weight gradients over 128), for each kernel set that runs here. */
#include "kern/kernels.h"
#include "peak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A window that slides over images h x w x c (halo included) and gives oh x ow rows of A. A dense
 * layer is a 1 x 1 window over 1 x 1 x k. */
typedef struct bench_case {
    const char *name;
    bool transposed; /* gemm_t */
    size_t images, h, w, c, kernel, stride, out, n;
} bench_case;

static const bench_case cases[] = {
    {"conv  1->32 3x3/2", false, 16, 29, 29, 1, 3, 2, 14, 32},
    {"conv  32->64 3x3/2", false, 16, 15, 15, 32, 3, 2, 7, 64},
    {"deconv 64->32 2x2 phase", false, 16, 8, 8, 64, 2, 1, 7, 32},
    {"deconv 64->32 1x1 phase", false, 16, 7, 7, 64, 1, 1, 7, 32},
    {"deconv 32->1 2x2 phase", false, 16, 15, 15, 32, 2, 1, 14, 1},
    {"dense 3136->32", false, 16, 1, 1, 3136, 1, 1, 1, 32},
    {"dense 32->3136", false, 16, 1, 1, 32, 1, 1, 1, 3136},
    {"dense 3136->32 one image", false, 1, 1, 1, 3136, 1, 1, 1, 32},
    {"dense 784->1000 one image", false, 1, 1, 1, 784, 1, 1, 1, 1000},
    {"dense 784->1000", false, 16, 1, 1, 784, 1, 1, 1, 1000},
    {"dense 784->1000 m=128", false, 128, 1, 1, 784, 1, 1, 1, 1000},
    {"dense 1000->500", false, 16, 1, 1, 1000, 1, 1, 1, 500},
    {"dense 250->30", false, 16, 1, 1, 250, 1, 1, 1, 30},
    {"dense 30->250", false, 16, 1, 1, 30, 1, 1, 1, 250},
    {"pool  1->16 3x3", false, 16, 30, 30, 1, 3, 1, 28, 16},
    {"pool  16->8 3x3", false, 16, 16, 16, 16, 3, 1, 14, 8},
    {"pool  16->1 3x3", false, 16, 30, 30, 16, 3, 1, 28, 1},
    {"conv  1->32 3x3/2 dW", true, 16, 29, 29, 1, 3, 2, 14, 32},
    {"conv  32->64 3x3/2 dW", true, 16, 15, 15, 32, 3, 2, 7, 64},
    {"dense 3136->32 dW", true, 128, 1, 1, 3136, 1, 1, 1, 32},
    {"dense 32->3136 dW", true, 128, 1, 1, 32, 1, 1, 1, 3136},
    {"dense 784->1000 dW", true, 128, 1, 1, 784, 1, 1, 1, 1000},
    {"dense 1000->500 dW", true, 128, 1, 1, 1000, 1, 1, 1, 500},
    {"pool  16->8 3x3 dW", true, 16, 16, 16, 16, 3, 1, 14, 8},
    {"pool  16->1 3x3 dW", true, 16, 30, 30, 16, 3, 1, 28, 1},
};
enum { CASES = sizeof cases / sizeof *cases, STRETCHES = 100 };

/* Everything that a case needs, in one place: the calls, and the memory behind them. */
typedef struct bench_work {
    hg__gemm gemm;
    hg__gemm_t gemm_t;
    float *memory;
    int32_t *tables;
} bench_work;

static void fill(float *x, size_t n)
{
    uint32_t state = 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)(state >> 8) * 0x1p-24f - 0.5f;
    }
}

static void tables_of(const bench_case *b, int32_t *row, int32_t *run)
{
    for (size_t i = 0; i < b->images * b->out * b->out; i++) {
        size_t image = i / (b->out * b->out), y = i / b->out % b->out, x = i % b->out;
        row[i] = (int32_t)((image * b->h * b->w + y * b->stride * b->w + x * b->stride) * b->c);
    }
    for (size_t r = 0; r < b->kernel; r++) run[r] = (int32_t)(r * b->w * b->c);
}

static size_t round64(size_t n) { return (n + 15) / 16 * 16; }

/* false: no memory. */
static bool open_case(bench_work *w, const bench_case *b, const hg__kernels *k)
{
    size_t m = b->images * b->out * b->out, depth = b->kernel * b->kernel * b->c;
    size_t a = round64(b->images * b->h * b->w * b->c), packed = round64(k->pack_size(depth, b->n));
    size_t plain = round64(depth * b->n), c = round64(m * b->n);
    w->memory = aligned_alloc(64, (a + packed + 2 * plain + c) * sizeof(float));
    w->tables = calloc(m + b->kernel, sizeof(int32_t));
    if (!w->memory || !w->tables) return false;
    fill(w->memory, a + packed + 2 * plain + c);
    tables_of(b, w->tables, w->tables + m);
    float *weights = w->memory + a + packed, *rows = weights + 2 * plain;
    bool dense = b->kernel == 1 && b->h == 1;
    k->pack(&(hg__pack){.k = depth, .n = b->n, .b = weights, .row_step = b->n, .col_step = 1, .packed = w->memory + a});
    w->gemm = (hg__gemm){.m = m,
                         .n = b->n,
                         .runs = b->kernel,
                         .run = b->kernel * b->c,
                         .a = w->memory,
                         .a_row = dense ? NULL : w->tables,
                         .a_run = dense ? NULL : w->tables + m,
                         .a_step = b->c,
                         .b = w->memory + a,
                         .c = rows,
                         .c_step = b->n,
                         .bias = weights,
                         .act = HG__ACT_RELU};
    w->gemm_t = (hg__gemm_t){.m = m,
                             .n = b->n,
                             .runs = b->kernel,
                             .run = b->kernel * b->c,
                             .a = w->memory,
                             .a_row = w->gemm.a_row,
                             .a_run = w->gemm.a_run,
                             .a_step = b->c,
                             .d = rows,
                             .d_step = b->n,
                             .c = weights + plain,
                             .c_step = b->n};
    return true;
}

static void close_case(bench_work *w)
{
    free(w->memory);
    free(w->tables);
}

static void call(const bench_work *w, const bench_case *b, const hg__kernels *k, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        if (b->transposed) k->gemm_t(&w->gemm_t);
        else k->gemm(&w->gemm);
    }
}

/* Operations a second: the best of many short stretches, so that a busy machine disturbs only some. */
static double rate_of(const bench_case *b, const hg__kernels *k)
{
    bench_work w = {0};
    double best = 0, work = 2.0 * (double)(b->images * b->out * b->out * b->n * b->kernel * b->kernel * b->c);
    if (!open_case(&w, b, k)) goto done;
    call(&w, b, k, 1);
    double start = bench_now();
    call(&w, b, k, 1);
    size_t times = 1 + (size_t)(0.0003 / (bench_now() - start + 1e-9));
    for (int i = 0; i < STRETCHES; i++) {
        start = bench_now();
        call(&w, b, k, times);
        double rate = work * (double)times / (bench_now() - start);
        if (rate > best) best = rate;
    }
done:
    close_case(&w);
    return best;
}

static void bench_set(const hg__kernels *k, double peak, bool json)
{
    for (size_t i = 0; i < CASES; i++) {
        double rate = rate_of(cases + i, k);
        if (json)
            printf("{\"set\":\"%s\",\"product\":\"%s\",\"gflops\":%.2f,\"share\":%.3f}\n", k->name, cases[i].name,
                   rate * 1e-9, rate / peak);
        else printf("%-8s %-28s %8.1f GFLOP/s %6.1f %%\n", k->name, cases[i].name, rate * 1e-9, 100 * rate / peak);
        fflush(stdout);
    }
}

/* No set named: all but ref, which is no measure of anything. */
static bool wanted(const char *name, int argc, char **argv)
{
    bool any = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) continue;
        any = true;
        if (strcmp(argv[i], name) == 0) return true;
    }
    return !any && strcmp(name, "ref") != 0;
}

int main(int argc, char **argv)
{
    bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
    double peak = bench_peak(0.3);
    printf(json ? "{\"peak_gflops\":%.2f}\n" : "peak of one core: %.1f GFLOP/s\n", peak * 1e-9);
    for (size_t i = 0; i < hg__kernel_sets(); i++) {
        bool runs = false;
        const hg__kernels *k = hg__kernel_set(i, &runs);
        if (runs && wanted(k->name, argc, argv)) bench_set(k, peak, json);
    }
    return 0;
}
