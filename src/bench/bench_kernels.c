/* bench_kernels.c: how near the products of the kernel table come to the machine's peak, on one thread.
 *
 * Every row is a product that the presets run, in the shape in which the plan calls it (16 images at a time; dense
 * weight gradients over 128), for each kernel set that runs here. */
#include "bench/bench.h"
#include "bench/peak.h"
#include "bench/rows.h"
#include "kern/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A window that slides over images h x w x c (halo included) and gives out x out rows of A. A dense
 * layer is a 1 x 1 window over 1 x 1 x k. */
typedef struct product {
    const char *name;
    bool transposed;                                /* gemm_t */
    size_t images, h, w, c, kernel, stride, out, n; /* n 0: depthwise */
} product;

static const product products[] = {
    {"conv 1->32 3x3/2", false, 16, 29, 29, 1, 3, 2, 14, 32},
    {"conv 32->64 3x3/2", false, 16, 15, 15, 32, 3, 2, 7, 64},
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
    {"pool 1->16 3x3", false, 16, 30, 30, 1, 3, 1, 28, 16},
    {"pool 16->8 3x3", false, 16, 16, 16, 16, 3, 1, 14, 8},
    {"pool 16->1 3x3", false, 16, 30, 30, 16, 3, 1, 28, 1},
    {"depthwise 64 3x3", false, 16, 16, 16, 64, 3, 1, 14, 0},
    {"conv 1->32 3x3/2 dW", true, 16, 29, 29, 1, 3, 2, 14, 32},
    {"conv 32->64 3x3/2 dW", true, 16, 15, 15, 32, 3, 2, 7, 64},
    {"dense 3136->32 dW", true, 128, 1, 1, 3136, 1, 1, 1, 32},
    {"dense 32->3136 dW", true, 128, 1, 1, 32, 1, 1, 1, 3136},
    {"dense 784->1000 dW", true, 128, 1, 1, 784, 1, 1, 1, 1000},
    {"dense 1000->500 dW", true, 128, 1, 1, 1000, 1, 1, 1, 500},
    {"pool 16->8 3x3 dW", true, 16, 16, 16, 16, 3, 1, 14, 8},
    {"pool 16->1 3x3 dW", true, 16, 30, 30, 16, 3, 1, 28, 1},
    {"depthwise 64 3x3 dW", true, 16, 16, 16, 64, 3, 1, 14, 0},
};
enum { PRODUCTS = sizeof products / sizeof *products, MOST_SETS = 32 };

/* ---- One product ------------------------------------------------------------------------------------ */

/* Everything that a product needs, in one place: the calls, and the memory behind them. */
typedef struct product_work {
    const hg__kernels *k;
    bool transposed, depthwise;
    hg__gemm gemm;
    hg__gemm_t gemm_t;
    float *memory;
    int32_t *tables;
} product_work;

static size_t rows_of(const product *b) { return b->images * b->out * b->out; }
static bool is_depthwise(const product *b) { return !b->n; }
static size_t columns_of(const product *b) { return is_depthwise(b) ? b->c : b->n; }
static size_t runs_of(const product *b) { return is_depthwise(b) ? b->kernel * b->kernel : b->kernel; }
static size_t run_of(const product *b) { return is_depthwise(b) ? 1 : b->kernel * b->c; }
static size_t depth_of(const product *b) { return runs_of(b) * run_of(b); }

/* Where rows of A begin, and their runs; of a depthwise product, where those of C begin too. */
static void find_rows(const product *b, int32_t *row, int32_t *run)
{
    for (size_t i = 0; i < b->images * b->out * b->out; i++) {
        size_t image = i / (b->out * b->out), y = i / b->out % b->out, x = i % b->out;
        row[i] = (int32_t)((image * b->h * b->w + y * b->stride * b->w + x * b->stride) * b->c);
    }
    size_t columns = is_depthwise(b) ? b->kernel : 1;
    for (size_t r = 0; r < runs_of(b); r++) {
        run[r] = (int32_t)((r / columns * b->w + r % columns) * b->c);
        run[runs_of(b) + r] = (int32_t)r;
    }
}

static size_t whole_lines(size_t n) { return (n + 15) / 16 * 16; }

static void describe(product_work *w, const product *b, size_t a, size_t packed)
{
    size_t plain = whole_lines(depth_of(b) * columns_of(b));
    float *weights = w->memory + a + packed, *rows = weights + 2 * plain;
    bool dense = b->kernel == 1 && b->h == 1;
    w->k->pack(&(hg__pack){.k = depth_of(b),
                           .n = columns_of(b),
                           .b = weights,
                           .row_step = columns_of(b),
                           .col_step = 1,
                           .packed = w->memory + a});
    w->gemm = (hg__gemm){.m = rows_of(b),
                         .n = columns_of(b),
                         .runs = runs_of(b),
                         .run = run_of(b),
                         .a = w->memory,
                         .a_row = dense ? NULL : w->tables,
                         .a_run = dense ? NULL : w->tables + rows_of(b),
                         .a_step = b->c,
                         .b = is_depthwise(b) ? weights : w->memory + a,
                         .c = rows,
                         .c_step = columns_of(b),
                         .bias = weights,
                         .act = HG__ACT_RELU};
    w->gemm_t = (hg__gemm_t){.m = rows_of(b),
                             .n = columns_of(b),
                             .runs = runs_of(b),
                             .run = run_of(b),
                             .a = w->memory,
                             .a_row = w->gemm.a_row,
                             .a_run = w->gemm.a_run,
                             .a_step = b->c,
                             .d = rows,
                             .d_step = columns_of(b),
                             .c = weights + plain,
                             .c_run = is_depthwise(b) ? w->gemm.a_run + runs_of(b) : NULL,
                             .c_step = is_depthwise(b) ? runs_of(b) : columns_of(b),
                             .sample = dense ? 0 : b->out * b->out};
}

static bool open_product(product_work *w, const product *b)
{
    size_t a = whole_lines(b->images * b->h * b->w * b->c),
           packed = whole_lines(w->k->pack_size(depth_of(b), columns_of(b)));
    size_t plain = whole_lines(depth_of(b) * columns_of(b)), c = whole_lines(rows_of(b) * columns_of(b));
    size_t all = a + packed + 2 * plain + c;
    w->memory = aligned_alloc(64, all * sizeof(float));
    w->tables = calloc(rows_of(b) + 2 * runs_of(b), sizeof(int32_t));
    if (!w->memory || !w->tables) return false;
    hg__fill(w->memory, all);
    find_rows(b, w->tables, w->tables + rows_of(b));
    describe(w, b, a, packed);
    return true;
}

static void multiply(void *ctx)
{
    const product_work *w = ctx;
    if (w->transposed) (w->depthwise ? w->k->depthwise_t : w->k->gemm_t)(&w->gemm_t);
    else (w->depthwise ? w->k->depthwise : w->k->gemm)(&w->gemm);
}

/* Operations a second; 0: no memory. */
static double product_rate(const product *b, const hg__kernels *k)
{
    product_work w = {.k = k, .transposed = b->transposed, .depthwise = is_depthwise(b)};
    double rate = 0;
    if (open_product(&w, b))
        rate = 2.0 * (double)(rows_of(b) * depth_of(b) * columns_of(b)) / hg__best_time(multiply, &w);
    free(w.memory);
    free(w.tables);
    return rate;
}

/* ---- All of them, for all sets ---------------------------------------------------------------------- */

typedef struct sets {
    const hg__kernels *at[MOST_SETS];
    size_t n;
} sets;

static hg_status find_sets(sets *list, const char *only, hg_error *e)
{
    list->n = *only ? 1 : 0;
    if (*only) return hg__kernels_named(&list->at[0], only, "--set", e);
    for (size_t i = 0; i < hg__kernel_sets() && list->n < MOST_SETS; i++) {
        bool runs = false;
        const hg__kernels *k = hg__kernel_set(i, &runs);
        if (runs && k != &hg__kernels_ref) list->at[list->n++] = k;
    }
    return HG_OK;
}

/* Row i is products[i], or behind them row i - PRODUCTS of the others. */
static size_t row_number(size_t i, size_t set, const sets *list) { return i * list->n + set; }

static const char *name_of(size_t i) { return i < PRODUCTS ? products[i].name : hg__row_name(i - PRODUCTS); }

static void measure_round(const hg__bench_options *o, const sets *list, hg__samples *rate, hg__samples *share,
                          size_t round)
{
    const size_t rows = PRODUCTS + hg__row_count();
    for (size_t i = 0; i < rows; i++) {
        o->progress(o->ctx, name_of(i), round * rows + i, o->rounds * rows);
        double peak = i < PRODUCTS ? hg__peak(NULL, 0.002) : 1;
        for (size_t s = 0; s < list->n; s++) {
            double r = i < PRODUCTS ? product_rate(&products[i], list->at[s]) : hg__row_rate(i - PRODUCTS, list->at[s]);
            hg__samples_of(rate, row_number(i, s, list))[round] = r * 1e-9;
            hg__samples_of(share, row_number(i, s, list))[round] = i < PRODUCTS ? r / peak : 0;
        }
    }
}

static void report(const sets *list, const hg__samples *rate, const hg__samples *share, hg__figures *figures)
{
    for (size_t i = 0; i < PRODUCTS + hg__row_count(); i++)
        for (size_t s = 0; s < list->n; s++) {
            size_t row = row_number(i, s, list);
            hg__figure f = {.bench = i < PRODUCTS ? "kernels" : "rows",
                            .unit = i < PRODUCTS ? "GFLOP/s" : "GB/s",
                            .median = hg__samples_median(rate, row),
                            .spread = hg__samples_spread(rate, row),
                            .share = hg__samples_median(share, row)};
            snprintf(f.row, sizeof f.row, "%s", name_of(i));
            snprintf(f.variant, sizeof f.variant, "%s", list->at[s]->name);
            hg__figures_add(figures, f);
        }
}

hg_status hg__bench_kernels(const hg__bench_options *o, hg__figures *figures, hg_error *e)
{
    sets list = {0};
    hg__samples rate = {0}, share = {0};
    hg_status s = find_sets(&list, o->set, e);
    size_t rows = (PRODUCTS + hg__row_count()) * list.n;
    if (!s) s = hg__samples_open(&rate, rows, o->rounds, e);
    if (!s) s = hg__samples_open(&share, rows, o->rounds, e);
    for (size_t round = 0; !s && round < o->rounds; round++) measure_round(o, &list, &rate, &share, round);
    if (!s) report(&list, &rate, &share, figures);
    hg__samples_close(&rate);
    hg__samples_close(&share);
    return s ? s : hg__figures_done(figures, e);
}
