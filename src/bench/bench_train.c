/* bench_train.c: training images/s of the standing models on random pictures: gradient, optimiser, repacking; no data
 * is read. The share is of the speed at which the operations that the graph counts would run at the peak of as many
 * threads. */
#include "base/arena.h"
#include "base/clock.h"
#include "bench/bench.h"
#include "bench/models.h"
#include "bench/peak.h"
#include "net/plan.h"
#include "train/update.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 128, WARM_UP = 3 };
static const double stretch = 0.3; /* seconds */

/* A model in training. */
typedef struct runner {
    hg_model *m;
    hg_plan *p;
    hg_train_options o;
    hg__update update;
    hg__arena state;
    float *x; /* [BATCH][size of x], owned */
    uint32_t step;
    double work; /* operations for an image */
} runner;

static void close_runner(runner *r)
{
    free(r->x);
    hg__arena_close(&r->state);
    hg__update_close(&r->update);
    hg_plan_close(&r->p);
    hg_model_close(&r->m);
}

static hg_status open_update(runner *r, hg_error *e)
{
    size_t n, bytes;
    real *w = hg_model_weights(r->m, &n);
    bytes = hg__align(n * sizeof *w);
    r->o = hg_train_defaults();
    hg_status s = hg__arena_open(&r->state, HG__MOST_STATE * bytes, e);
    if (s) return s;
    r->update = (hg__update){.k = r->p->k,
                             .o = &r->o,
                             .optimizer = hg__optimizer_named("adam"),
                             .team = hg__plan_team(r->p),
                             .w = w,
                             .g = hg_plan_gradient(r->p)};
    for (size_t i = 0; i < HG__MOST_STATE; i++) r->update.state[i] = hg__arena_take(&r->state, bytes);
    return hg__update_open(&r->update, hg_model_graph(r->m), e);
}

static hg_status open_runner(runner *r, const char *model, hg_plan_options o, hg_error *e)
{
    hg_status s = hg__bench_model(&r->m, model, e);
    o.batch = BATCH, o.train = true;
    if (!s) s = hg_plan_open(&r->p, r->m, &o, e);
    if (!s) s = hg__bench_cost(r->p, &r->work, e);
    if (!s) s = open_update(r, e);
    if (!s) s = hg__bench_values(&r->x, r->m, "x", BATCH, e);
    return hg__bench_opened(s, model, BATCH, e);
}

static void train_step(runner *r)
{
    hg_losses losses;
    hg_gradient(r->p, BATCH, r->x, NULL, r->step, &losses);
    hg__update_step(&r->update, r->o.lr, r->step);
    hg_plan_refresh(r->p);
    r->step++;
}

static double images_per_second(runner *r)
{
    for (int i = 0; i < WARM_UP; i++) train_step(r);
    size_t steps = 0;
    double start = hg__seconds(), now;
    do train_step(r), steps++;
    while ((now = hg__seconds()) < start + stretch);
    return (double)(BATCH * steps) / (now - start);
}

/* ---- All models, with one thread and with all ------------------------------------------------------- */

enum { TEAMS = 2 };

typedef struct field {
    hg__bench_list models;
    runner *runner; /* [models][TEAMS], owned */
    size_t threads[TEAMS], teams;
    hg_precision precision;
    hg__team *team; /* to measure the peak */
    hg__samples rate, share, peak;
} field;

static size_t row_of(const field *f, size_t model, size_t team) { return model * f->teams + team; }

static hg_status open_field(field *f, const hg__bench_options *o, hg_error *e)
{
    f->models = hg__bench_models(o->model);
    f->precision = hg__precision_named(o->precision);
    f->threads[0] = 1, f->threads[1] = o->threads ? o->threads : hg__processors();
    f->teams = f->threads[1] > 1 ? TEAMS : 1;
    size_t rows = f->models.n * f->teams;
    f->runner = calloc(rows, sizeof *f->runner);
    hg_status s = f->runner ? HG_OK : hg__fail_memory(e, "bench", rows * sizeof *f->runner);
    if (!s && f->teams > 1) s = hg__team_open(&f->team, f->threads[1], e);
    if (!s) s = hg__samples_open(&f->rate, rows, o->rounds, e);
    if (!s) s = hg__samples_open(&f->share, rows, o->rounds, e);
    if (!s) s = hg__samples_open(&f->peak, f->teams, o->rounds, e);
    if (!s && o->pin) hg__team_pin(f->team);
    for (size_t i = 0; !s && i < rows; i++) {
        hg_plan_options plan = {.threads = f->threads[i % f->teams], .pin = o->pin, .precision = f->precision};
        s = open_runner(&f->runner[i], f->models.name[i / f->teams], plan, e);
    }
    return s;
}

static void close_field(field *f)
{
    for (size_t i = 0; f->runner && i < f->models.n * f->teams; i++) close_runner(&f->runner[i]);
    free(f->runner);
    hg__team_close(&f->team);
    hg__samples_close(&f->rate);
    hg__samples_close(&f->share);
    hg__samples_close(&f->peak);
}

static void measure(field *f, const hg__bench_options *o, size_t round)
{
    const size_t rows = f->models.n * f->teams;
    for (size_t t = 0; t < f->teams; t++) hg__samples_of(&f->peak, t)[round] = hg__peak(t ? f->team : NULL, 0.02);
    for (size_t row = 0; row < rows; row++) {
        o->progress(o->ctx, f->models.label[row / f->teams], round * rows + row, o->rounds * rows);
        runner *r = &f->runner[row];
        double rate = images_per_second(r), peak = hg__samples_of(&f->peak, row % f->teams)[round];
        hg__samples_of(&f->rate, row)[round] = rate;
        hg__samples_of(&f->share, row)[round] = rate * r->work / peak;
    }
}

static void report(const field *f, hg__figures *figures)
{
    for (size_t row = 0; row < f->models.n * f->teams; row++) {
        hg__figure g = {.bench = "train",
                        .unit = "images/s",
                        .median = hg__samples_median(&f->rate, row),
                        .spread = hg__samples_spread(&f->rate, row),
                        .share = hg__samples_median(&f->share, row)};
        snprintf(g.row, sizeof g.row, "%s", f->models.label[row / f->teams]);
        hg__figure_threads(&g, f->threads[row % f->teams], f->precision);
        hg__figures_add(figures, g);
    }
    for (size_t m = 0; f->teams > 1 && m < f->models.n; m++) {
        double gain = hg__samples_ratio(&f->rate, row_of(f, m, 1), row_of(f, m, 0));
        hg__figure g = {.bench = "train", .unit = "times as fast", .median = gain};
        g.share = gain / hg__samples_ratio(&f->peak, 1, 0);
        snprintf(g.row, sizeof g.row, "%s", f->models.label[m]);
        snprintf(g.variant, sizeof g.variant, "%zu threads / 1", f->threads[1]);
        hg__figures_add(figures, g);
    }
}

hg_status hg__bench_train(const hg__bench_options *o, hg__figures *figures, hg_error *e)
{
    field f = {0};
    hg_status s = open_field(&f, o, e);
    for (size_t round = 0; !s && round < o->rounds; round++) measure(&f, o, round);
    if (!s) report(&f, figures);
    close_field(&f);
    return s ? s : hg__figures_done(figures, e);
}
