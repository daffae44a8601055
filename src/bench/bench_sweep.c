/* bench_sweep.c: layers by themselves: those of the presets, of one model, or random ones. */
#include "bench/bench.h"
#include "bench/geometry.h"
#include "bench/layer.h"
#include "bench/peak.h"
#include "bench/statistics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORST = 10 };

/* ---- Layer by layer --------------------------------------------------------------------------------- */

static const char *const passes[HG__PASSES] = {"forwards", "input gradient", "weight gradient"};

static const hg__geometry standing[] = {
    {"conv 3x3 32 /2", {28, 28, 1}, 16}, {"conv 3x3 64 /2", {14, 14, 32}, 16}, {"dense 32", {1, 1, 3136}, 128},
    {"dense 3136", {1, 1, 32}, 128},     {"deconv 3x3 32 /2", {7, 7, 64}, 16}, {"deconv 3x3 1 /2", {14, 14, 32}, 16},
    {"dense 1000", {1, 1, 784}, 128},    {"dense 500", {1, 1, 1000}, 128},     {"dense 250", {1, 1, 500}, 128},
    {"dense 30", {1, 1, 250}, 128},      {"conv 3x3 16 /1", {28, 28, 1}, 16},  {"conv 3x3 8 /1", {14, 14, 16}, 16},
    {"conv 3x3 1 /1", {28, 28, 16}, 16},
};

typedef struct layers {
    hg__geometry *at; /* [n], owned */
    size_t n;
} layers;

/* What is asked for: a model's, random ones, or those of the presets. The caller frees them. */
static hg_status list_layers(const hg__bench_options *o, layers *l, hg_error *e)
{
    if (o->layers && *o->model) return hg__geometries_of(&l->at, &l->n, o->model, e);
    l->n = o->sweep ? o->sweep : sizeof standing / sizeof *standing;
    l->at = calloc(l->n, sizeof *l->at);
    for (size_t i = 0; l->at && i < l->n; i++) l->at[i] = o->sweep ? hg__geometry_at(o->seed, i) : standing[i];
    return l->at ? HG_OK : hg__fail_memory(e, "bench", l->n * sizeof *l->at);
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
static hg_status measure(const hg__bench_options *o, const layers *l, hg__samples *rate, hg__samples *share,
                         hg_error *e)
{
    hg_status s = HG_OK;
    for (size_t i = 0; !s && i < l->n * o->rounds; i++) {
        const hg__geometry *g = &l->at[i % l->n];
        double r[HG__PASSES] = {0}, peak = hg__peak(NULL, 0.002);
        o->progress(o->ctx, g->line, i, l->n * o->rounds);
        s = rates_of(g, r, e);
        for (size_t pass = 0; pass < HG__PASSES; pass++) {
            size_t row = i % l->n * HG__PASSES + pass;
            if (rate) hg__samples_of(rate, row)[i / l->n] = r[pass];
            hg__samples_of(share, row)[i / l->n] = r[pass] / peak;
        }
    }
    return s;
}

static void report_layers(const layers *l, const hg__samples *rate, const hg__samples *share, hg__figures *figures)
{
    for (size_t row = 0; row < rate->rows; row++) {
        hg__figure f = {.bench = "layers",
                        .unit = "GFLOP/s",
                        .median = 1e-9 * hg__samples_median(rate, row),
                        .spread = hg__samples_spread(rate, row),
                        .share = hg__samples_median(share, row)};
        describe(&l->at[row / HG__PASSES], f.row, sizeof f.row);
        snprintf(f.variant, sizeof f.variant, "%s", passes[row % HG__PASSES]);
        hg__figures_add(figures, f);
    }
}

hg_status hg__bench_layers(const hg__bench_options *o, hg__figures *figures, hg_error *e)
{
    layers l = {0};
    hg__samples rate = {0}, share = {0};
    hg_status s = list_layers(o, &l, e);
    if (!s) s = hg__samples_open(&rate, l.n * HG__PASSES, o->rounds, e);
    if (!s) s = hg__samples_open(&share, l.n * HG__PASSES, o->rounds, e);
    if (!s) s = measure(o, &l, &rate, &share, e);
    if (!s) report_layers(&l, &rate, &share, figures);
    free(l.at);
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

static void report_worst(const layers *l, scored *all, size_t n, hg__figures *figures)
{
    qsort(all, n, sizeof *all, compare);
    for (size_t i = 0; i < n && i < WORST; i++) {
        char row[160];
        add(figures, describe(&l->at[all[i].row / HG__PASSES], row, sizeof row), passes[all[i].row % HG__PASSES],
            all[i].share);
    }
}

static hg_status report(const layers *l, const hg__samples *share, hg__figures *figures, hg_error *e)
{
    const size_t n = l->n;
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
    if (!s) report_worst(l, all, n * HG__PASSES, figures);
    free(of_pass);
    free(all);
    return s ? s : hg__figures_done(figures, e);
}

hg_status hg__bench_sweep(const hg__bench_options *o, hg__figures *figures, hg_error *e)
{
    layers l = {0};
    hg__samples share = {0};
    hg_status s = list_layers(o, &l, e);
    if (!s) s = hg__samples_open(&share, l.n * HG__PASSES, o->rounds, e);
    if (!s) s = measure(o, &l, NULL, &share, e);
    if (!s) s = report(&l, &share, figures, e);
    free(l.at);
    hg__samples_close(&share);
    return s;
}
