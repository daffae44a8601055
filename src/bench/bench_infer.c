/* bench_infer.c: one image on one thread (how long, and how long at worst), a thousand images on all threads, and how
 * long a plan takes to open: a model's first, and another on the same weights. */
#include "base/clock.h"
#include "base/team.h"
#include "bench/bench.h"
#include "bench/models.h"
#include "bench/peak.h"
#include "bench/statistics.h"

#include <stdio.h>
#include <stdlib.h>

enum { MANY = 1000, CALLS = 400, WARM_UP = 20, OPENINGS = 3 };
static const double stretch = 0.1; /* seconds */

static const struct {
    const char *name, *from, *to;
} ways[] = {{"encode", "x", "z"}, {"decode", "z", "y"}, {"both", "x", "y"}};
enum { WAYS = sizeof ways / sizeof *ways, PARTS = WAYS + 1 }; /* in the last, plans are opened */

/* The rows of a model: for each way p50, p99 and throughput; and the openings. */
enum { P50, P99, MANY_RATE, ROWS_OF_WAY, OPENING = WAYS * ROWS_OF_WAY, OPENING_ANOTHER, ROWS_OF_MODEL };

typedef struct runner {
    hg_model *m, *fresh; /* the same; fresh has no plan */
    hg_plan_options single;
    hg_plan *one, *many;
    float *in, *out;
} runner;

static void close_runner(runner *r)
{
    free(r->in), free(r->out);
    hg_plan_close(&r->one), hg_plan_close(&r->many);
    hg_model_close(&r->m), hg_model_close(&r->fresh);
}

/* in and out hold the largest of the values that are read and written; y is of x's shape. */
static hg_status open_values(runner *r, hg_error *e)
{
    const hg_graph *g = hg_model_graph(r->m);
    hg_shape x = {0}, z = {0};
    hg_graph_shape(g, "x", &x), hg_graph_shape(g, "z", &z);
    const char *largest = hg_shape_size(z) > hg_shape_size(x) ? "z" : "x";
    hg_status status = hg__bench_values(&r->in, r->m, largest, MANY, e);
    return status ? status : hg__bench_values(&r->out, r->m, largest, MANY, e);
}

static hg_status open_runner(runner *r, const char *model, hg_plan_options many, hg_error *e)
{
    hg_status s = hg__bench_model(&r->m, model, e);
    if (!s) s = hg__bench_model(&r->fresh, model, e);
    r->single = (hg_plan_options){.batch = 1, .threads = 1, .precision = many.precision};
    if (!s) s = hg_plan_open(&r->one, r->m, &r->single, e);
    many.batch = MANY;
    if (!s) s = hg_plan_open(&r->many, r->m, &many, e);
    if (!s) s = open_values(r, e);
    return hg__bench_opened(s, model, MANY, e);
}

static void measure_one(runner *r, size_t way, double *p50, double *p99)
{
    double time[CALLS];
    for (size_t i = 0; i < WARM_UP + CALLS; i++) {
        double start = hg__seconds();
        hg_forward(r->one, ways[way].from, ways[way].to, 1, r->in, r->out);
        if (i >= WARM_UP) time[i - WARM_UP] = hg__seconds() - start;
    }
    hg__sort(time, CALLS);
    *p50 = hg__percentile(time, CALLS, 0.5);
    *p99 = hg__percentile(time, CALLS, 0.99);
}

static double measure_many(runner *r, size_t way)
{
    size_t calls = 0;
    hg_forward(r->many, ways[way].from, ways[way].to, MANY, r->in, r->out);
    double start = hg__seconds(), now;
    do hg_forward(r->many, ways[way].from, ways[way].to, MANY, r->in, r->out), calls++;
    while ((now = hg__seconds()) < start + stretch);
    return (double)(MANY * calls) / (now - start);
}

static hg_status measure_opening(hg_model *m, const hg_plan_options *o, double *seconds, hg_error *e)
{
    hg_status s = HG_OK;
    for (int i = 0; !s && i < OPENINGS; i++) {
        hg_plan *p = NULL;
        double start = hg__seconds();
        s = hg_plan_open(&p, m, o, e);
        double time = hg__seconds() - start;
        hg_plan_close(&p);
        if (!i || time < *seconds) *seconds = time;
    }
    return s;
}

static hg_status measure(runner *r, hg__samples *s, size_t first, size_t part, size_t round, hg_error *e)
{
    if (part < WAYS) {
        size_t row = first + part * ROWS_OF_WAY;
        measure_one(r, part, &hg__samples_of(s, row + P50)[round], &hg__samples_of(s, row + P99)[round]);
        hg__samples_of(s, row + MANY_RATE)[round] = measure_many(r, part);
        return HG_OK;
    }
    hg_status status = measure_opening(r->fresh, &r->single, &hg__samples_of(s, first + OPENING)[round], e);
    return status ? status : measure_opening(r->m, &r->single, &hg__samples_of(s, first + OPENING_ANOTHER)[round], e);
}

static hg_status measure_all(const hg__bench_options *o, const hg__bench_list *models, runner *r, hg__samples *s,
                             hg_error *e)
{
    const size_t all = o->rounds * models->n * PARTS;
    hg_status status = HG_OK;
    for (size_t i = 0; !status && i < all; i++) {
        char what[HG__LABEL + 16];
        size_t part = i % PARTS, model = i / PARTS % models->n, round = i / PARTS / models->n;
        snprintf(what, sizeof what, "%s %s", models->label[model], part < WAYS ? ways[part].name : "open");
        o->progress(o->ctx, what, i, all);
        status = measure(&r[model], s, model * ROWS_OF_MODEL, part, round, e);
    }
    return status;
}

static void describe(hg__figure *f, size_t row, const char *model, const hg_plan_options *o)
{
    static const char *const kinds[] = {[P50] = "p50", [P99] = "p99", [MANY_RATE] = "of 1,000"};
    bool opens = row >= OPENING, many = !opens && row % ROWS_OF_WAY == MANY_RATE;
    if (opens) snprintf(f->row, sizeof f->row, "%s open %s plan", model, row == OPENING ? "a" : "another");
    else snprintf(f->row, sizeof f->row, "%s %s %s", model, ways[row / ROWS_OF_WAY].name, kinds[row % ROWS_OF_WAY]);
    hg__figure_threads(f, many ? o->threads : 1, o->precision);
    f->unit = many ? "images/s" : "us";
    if (!many) f->median *= 1e6;
}

static void report(const hg__bench_list *models, const hg__samples *s, const hg_plan_options *o, hg__figures *figures)
{
    for (size_t row = 0; row < models->n * ROWS_OF_MODEL; row++) {
        hg__figure f = {.bench = "infer", .median = hg__samples_median(s, row), .spread = hg__samples_spread(s, row)};
        describe(&f, row % ROWS_OF_MODEL, models->label[row / ROWS_OF_MODEL], o);
        hg__figures_add(figures, f);
    }
}

hg_status hg__bench_infer(const hg__bench_options *o, hg__figures *figures, hg_error *e)
{
    hg__bench_list models = hg__bench_models(o->model);
    hg_plan_options many = {.threads = o->threads ? o->threads : hg__processors(),
                            .pin = o->pin,
                            .precision = hg__precision_named(o->precision)};
    hg__samples samples = {0};
    runner r[HG__MOST_MODELS] = {0};
    hg_status s = hg__samples_open(&samples, models.n * ROWS_OF_MODEL, o->rounds, e);
    for (size_t i = 0; !s && i < models.n; i++) s = open_runner(&r[i], models.name[i], many, e);
    if (!s) s = measure_all(o, &models, r, &samples, e);
    if (!s) report(&models, &samples, &many, figures);
    for (size_t i = 0; i < models.n; i++) close_runner(&r[i]);
    hg__samples_close(&samples);
    return s ? s : hg__figures_done(figures, e);
}
