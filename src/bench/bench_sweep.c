/* bench_sweep.c: layers by themselves: those of the presets, or random ones (sweep.h). The sizes of images and dense
 * layers are drawn so that their logarithm is uniform; channels, kernels and strides are uniform themselves. */
#include "bench/sweep.h"

#include "base/random.h"
#include "bench/bench.h"
#include "bench/layer.h"
#include "bench/peak.h"
#include "bench/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_IMAGES = 16, DENSE_SAMPLES = 128, MOST_MACS = 200 << 20, MOST_VALUES = 8 << 20, WORST = 10 };

static size_t log_uniform(hg__random *r, double low, double high)
{
    return (size_t)(low * pow((high + 1) / low, hg__random_uniform(r)));
}

/* values: a sample's input and output. */
static bool is_bound_by_arithmetic(size_t n, size_t macs, size_t values, size_t weights)
{
    return 2 * n * macs >= HG__BOUND * sizeof(real) * (n * values + weights);
}

static bool draw_dense(hg__random *r, hg__geometry *g)
{
    size_t from = log_uniform(r, 1, 4096), to = log_uniform(r, 1, 4096);
    *g = (hg__geometry){.in = {1, 1, from}, .n = DENSE_SAMPLES};
    snprintf(g->line, sizeof g->line, "dense %zu", to);
    return is_bound_by_arithmetic(g->n, from * to, from + to, from * to);
}

/* false: too much work or memory, or too little work for the memory; draw again. */
static bool draw_window(hg__random *r, hg__geometry *g)
{
    bool transposed = hg__random_below(r, 2);
    size_t stride = 1 + hg__random_below(r, 3), kernel = 1 + hg__random_below(r, 7);
    size_t big = log_uniform(r, 7, 128), small = (big + stride - 1) / stride;
    size_t from = 1 + hg__random_below(r, 256), to = 1 + hg__random_below(r, 256), side = transposed ? small : big;
    size_t macs = small * small * kernel * kernel * from * to, values = (big + 6) * (big + 6) * (from + to);
    if (macs > MOST_MACS || values > MOST_VALUES || side < kernel || (transposed && kernel < stride)) return false;
    g->in = (hg_shape){side, side, from};
    for (g->n = MOST_IMAGES; g->n > 1 && (g->n * macs > MOST_MACS || g->n * values > MOST_VALUES);) g->n /= 2;
    snprintf(g->line, sizeof g->line, "%s %zux%zu %zu /%zu", transposed ? "deconv" : "conv", kernel, kernel, to,
             stride);
    size_t in = side * side * from, out = (transposed ? big * big : small * small) * to;
    return is_bound_by_arithmetic(g->n, macs, in + out, kernel * kernel * from * to);
}

hg__geometry hg__geometry_at(uint64_t seed, uint64_t index)
{
    hg__random r = hg__random_at(seed, HG__FOR_BENCH, 0, index);
    hg__geometry g = {0};
    bool dense = !hg__random_below(&r, 5);
    while (!(dense ? draw_dense : draw_window)(&r, &g)) {}
    return g;
}

/* ---- Layer by layer --------------------------------------------------------------------------------- */

static const char *const passes[HG__PASSES] = {"forwards", "input gradient", "weight gradient"};

static const hg__geometry standing[] = {
    {"conv 3x3 32 /2", {28, 28, 1}, 16}, {"conv 3x3 64 /2", {14, 14, 32}, 16}, {"dense 32", {1, 1, 3136}, 128},
    {"dense 3136", {1, 1, 32}, 128},     {"deconv 3x3 32 /2", {7, 7, 64}, 16}, {"deconv 3x3 1 /2", {14, 14, 32}, 16},
    {"dense 1000", {1, 1, 784}, 128},    {"dense 500", {1, 1, 1000}, 128},     {"dense 250", {1, 1, 500}, 128},
    {"dense 30", {1, 1, 250}, 128},      {"conv 3x3 16 /1", {28, 28, 1}, 16},  {"conv 3x3 8 /1", {14, 14, 16}, 16},
    {"conv 3x3 1 /1", {28, 28, 16}, 16},
};

/* How many layers are asked for, and which is number i: one of the presets', or a random one. */
static size_t layers_of(const hg__bench_options *o) { return o->sweep ? o->sweep : sizeof standing / sizeof *standing; }

static hg__geometry layer_at(const hg__bench_options *o, size_t i)
{
    return o->sweep ? hg__geometry_at(o->seed, i) : standing[i];
}

static const char *describe(const hg__geometry *g, char *out, size_t n)
{
    snprintf(out, n, "%s of %zu x %zux%zux%zu", g->line, g->n, g->in.h, g->in.w, g->in.c);
    return out;
}

/* Operations a second of each pass. */
static hg_status rates_of(const hg__geometry *g, double rate[HG__PASSES], hg_error *e)
{
    hg__layer l = {0};
    double seconds[HG__PASSES];
    hg_status s = hg__layer_open(&l, g->line, g->in, g->n, e);
    if (!s) hg__layer_times(&l, seconds);
    for (size_t pass = 0; !s && pass < HG__PASSES; pass++) rate[pass] = l.work / seconds[pass];
    hg__layer_close(&l);
    return s;
}

/* Into rows layer * HG__PASSES + pass. rate: NULL where nobody asks. */
static hg_status measure(const hg__bench_options *o, hg__samples *rate, hg__samples *share, hg_error *e)
{
    const size_t layers = layers_of(o);
    hg_status s = HG_OK;
    for (size_t i = 0; !s && i < layers * o->rounds; i++) {
        double r[HG__PASSES] = {0}, peak = hg__peak(NULL, 0.002);
        hg__geometry g = layer_at(o, i % layers);
        o->progress(o->ctx, g.line, i, layers * o->rounds);
        s = rates_of(&g, r, e);
        for (size_t pass = 0; pass < HG__PASSES; pass++) {
            size_t row = i % layers * HG__PASSES + pass;
            if (rate) hg__samples_of(rate, row)[i / layers] = r[pass];
            hg__samples_of(share, row)[i / layers] = r[pass] / peak;
        }
    }
    return s;
}

static void report_layers(const hg__bench_options *o, const hg__samples *rate, const hg__samples *share,
                          hg__figures *figures)
{
    for (size_t row = 0; row < rate->rows; row++) {
        hg__figure f = {.bench = "layers",
                        .unit = "GFLOP/s",
                        .median = 1e-9 * hg__samples_median(rate, row),
                        .spread = hg__samples_spread(rate, row),
                        .share = hg__samples_median(share, row)};
        hg__geometry g = layer_at(o, row / HG__PASSES);
        describe(&g, f.row, sizeof f.row);
        snprintf(f.variant, sizeof f.variant, "%s", passes[row % HG__PASSES]);
        hg__figures_add(figures, f);
    }
}

hg_status hg__bench_layers(const hg__bench_options *o, hg__figures *figures, hg_error *e)
{
    const size_t rows = layers_of(o) * HG__PASSES;
    hg__samples rate = {0}, share = {0};
    hg_status s = hg__samples_open(&rate, rows, o->rounds, e);
    if (!s) s = hg__samples_open(&share, rows, o->rounds, e);
    if (!s) s = measure(o, &rate, &share, e);
    if (!s) report_layers(o, &rate, &share, figures);
    hg__samples_close(&rate);
    hg__samples_close(&share);
    return s ? s : hg__figures_done(figures, e);
}

/* ---- Random layers ---------------------------------------------------------------------------------- */

static void add(hg__figures *figures, const char *row, const char *variant, double share)
{
    hg__figure f = {.bench = "sweep", .unit = "% of peak", .median = 100 * share};
    snprintf(f.row, sizeof f.row, "%s", row);
    snprintf(f.variant, sizeof f.variant, "%s", variant);
    hg__figures_add(figures, f);
}

static void report_deciles(const double *share, size_t n, const char *pass, hg__figures *figures)
{
    double decile[HG__DECILES];
    hg__deciles(share, n, decile);
    for (size_t i = 0; i < HG__DECILES; i++) {
        char row[32];
        snprintf(row, sizeof row, i == 0 ? "least" : i + 1 == HG__DECILES ? "greatest" : "decile %zu", i);
        add(figures, row, pass, decile[i]);
    }
}

typedef struct scored {
    double share;
    size_t row;
} scored;

static int compare(const void *a, const void *b)
{
    double x = ((const scored *)a)->share, y = ((const scored *)b)->share;
    return (x > y) - (x < y);
}

static void report_worst(const hg__bench_options *o, scored *all, size_t n, hg__figures *figures)
{
    qsort(all, n, sizeof *all, compare);
    for (size_t i = 0; i < n && i < WORST; i++) {
        hg__geometry g = layer_at(o, all[i].row / HG__PASSES);
        char row[96];
        add(figures, describe(&g, row, sizeof row), passes[all[i].row % HG__PASSES], all[i].share);
    }
}

static hg_status report(const hg__bench_options *o, const hg__samples *share, hg__figures *figures, hg_error *e)
{
    size_t n = o->sweep;
    double *of_pass = calloc(n, sizeof *of_pass);
    scored *all = calloc(n * HG__PASSES, sizeof *all);
    hg_status s = of_pass && all ? HG_OK : hg__fail_memory(e, "bench", n * HG__PASSES * sizeof *all);
    for (size_t pass = 0; !s && pass < HG__PASSES; pass++) {
        for (size_t i = 0; i < n; i++) {
            size_t row = i * HG__PASSES + pass;
            of_pass[i] = hg__samples_median(share, row);
            all[row] = (scored){of_pass[i], row};
        }
        hg__sort(of_pass, n);
        report_deciles(of_pass, n, passes[pass], figures);
    }
    if (!s) report_worst(o, all, n * HG__PASSES, figures);
    free(of_pass);
    free(all);
    return s ? s : hg__figures_done(figures, e);
}

hg_status hg__bench_sweep(const hg__bench_options *o, hg__figures *figures, hg_error *e)
{
    hg__samples share = {0};
    hg_status s = hg__samples_open(&share, o->sweep * HG__PASSES, o->rounds, e);
    if (!s) s = measure(o, NULL, &share, e);
    if (!s) s = report(o, &share, figures, e);
    hg__samples_close(&share);
    return s;
}
