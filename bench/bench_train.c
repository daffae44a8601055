/* bench_train.c: training images/s of a preset on random pictures: gradient, optimiser, repacking; no data is read.
 *
 *     bench_train MODEL STEPS [THREADS [MICRO]]
 *
 * Prints images/s over STEPS steps of batch 128, after 10 steps of warm-up. bench/compare pairs it with a peer. */
#include "net/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 128, WARM_UP = 10 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct job {
    hg_plan *p;
    float *w, *m, *v;
    size_t n;
    hg__adam adam;
} job;

static void update(void *ctx, size_t part, size_t thread)
{
    (void)thread;
    job *j = ctx;
    size_t parts = 64, from = j->n * part / parts, upto = j->n * (part + 1) / parts;
    j->p->k->adam(&j->adam, upto - from, hg_plan_gradient(j->p) + from, j->w + from, j->m + from, j->v + from);
}

static void train_step(job *j, const float *x, uint32_t step)
{
    hg_losses losses;
    hg_gradient(j->p, BATCH, x, NULL, step, &losses);
    float t = (float)step + 1;
    j->adam = (hg__adam){.lr = 1e-3f,
                         .beta1 = .9f,
                         .beta2 = .999f,
                         .epsilon = 1e-8f,
                         .correct1 = 1 - powf(.9f, t),
                         .correct2 = 1 - powf(.999f, t)};
    hg__team_run(hg__plan_team(j->p), 64, update, j);
    hg_plan_refresh(j->p);
}

static hg_status run(const char *model, uint32_t steps, const hg_plan_options *o, hg_error *e)
{
    hg_graph *g = NULL;
    hg_model *m = NULL;
    job j = {0};
    float *x = NULL;
    hg_status s = hg_graph_open(&g, model, NULL, e);
    if (s) goto done;
    hg_shape shape = {0};
    hg_graph_shape(g, "x", &shape);
    if ((s = hg_model_make(&m, &g, 1, e))) goto done;
    if ((s = hg_plan_open(&j.p, m, o, e))) goto done;
    j.w = hg_model_weights(m, &j.n);
    x = malloc(BATCH * hg_shape_size(shape) * sizeof *x);
    j.m = calloc(j.n, sizeof *j.m), j.v = calloc(j.n, sizeof *j.v);
    if (!x || !j.m || !j.v) s = hg__fail_memory(e, model, j.n * sizeof *j.m);
    if (s) goto done;
    for (size_t i = 0; i < BATCH * hg_shape_size(shape); i++) x[i] = (float)(i * 2654435761u % 1024) / 1023;
    double start = 0;
    for (uint32_t step = 0; step < WARM_UP + steps; step++) {
        if (step == WARM_UP) start = seconds();
        train_step(&j, x, step);
    }
    printf("%.0f\n", BATCH * steps / (seconds() - start));
done:
    free(x), free(j.m), free(j.v);
    hg_plan_close(&j.p), hg_model_close(&m), hg_graph_close(&g);
    return s;
}

int main(int argc, char **argv)
{
    if (argc < 3) return fputs("usage: bench_train MODEL STEPS [THREADS [MICRO]]\n", stderr), 2;
    hg_plan_options o = {.batch = BATCH, .train = true, .seed = 1};
    if (argc > 3) o.threads = strtoul(argv[3], NULL, 10);
    if (argc > 4) o.micro = strtoul(argv[4], NULL, 10);
    hg_error e = {0};
    hg_status s = run(argv[1], (uint32_t)strtoul(argv[2], NULL, 10), &o, &e);
    if (s) fprintf(stderr, "bench_train: %s: %s\n", e.where, e.what);
    return hg_status_exit(s);
}
