/* likelihood.c: how probable a VAE finds binary pictures: the ELBO, and the tighter bound by importance weights.
 *
 * Of a picture x, K codes are drawn from the encoder's Gaussian q(z|x); each has the weight w = p(x|z) p(z) / q(z|x),
 * and the log of their mean is at most log p(x) on average, the nearer the more there are (Burda, Grosse &
 * Salakhutdinov 2016, "Importance weighted autoencoders", equation 8). The mean of log w is the ELBO of Kingma &
 * Welling 2014. A picture is one task with random numbers of its own: no figure depends on the number of threads. */
#include <hourglass/eval.h>

#include "base/random.h"
#include "base/team.h"
#include "net/graph.h"

#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWN = 250, LANES = 8, RUN = 40 }; /* codes decoded at a time; factors a lane multiplies before a logarithm */

/* One thread's: a plan, and room for a few codes and their pictures. */
typedef struct worker {
    hg_plan *plan;
    float *room, *mean, *logvar, *z, *y; /* [code], [code], [DRAWN][code], [DRAWN][size] */
    double *log_weight;                  /* [DRAWN] */
} worker;

typedef struct work {
    const hg_likelihood_work *o;
    const char *mean, *logvar; /* names of the values that q is made of */
    size_t size, code;
    worker *worker;
    double *nll, *elbo; /* [n] of each picture */
    atomic_int stopped;
} work;

/* ---- One picture ------------------------------------------------------------------------------- */

/* Sum of the logarithms of the probabilities y of the pixels x, which are 0 or 1; y is kept off 0 and 1 by 1e-7, as in
 * hg_metrics. A few factors are multiplied before a logarithm is taken: RUN of 1e-7 are still a double. */
static double log_bernoulli(const float *x, const float *y, size_t n)
{
    double sum = 0;
    for (size_t at = 0; at < n; at += (size_t)LANES * RUN) {
        double lane[LANES] = {1, 1, 1, 1, 1, 1, 1, 1};
        size_t end = n - at < (size_t)LANES * RUN ? n : at + (size_t)LANES * RUN;
        for (size_t i = at; i < end; i++) {
            float p = fabsf(1 - x[i] - y[i]);
            lane[i % LANES] *= (double)(p < 1e-7f ? 1e-7f : p);
        }
        for (int k = 0; k < LANES; k++) sum += log(lane[k]);
    }
    return sum;
}
_Static_assert(LANES == 8, "as many lanes as ones");

/* z = mean + e^(logvar/2) eps; returns log p(z) - log q(z|x). */
static double draw_code(const work *w, const worker *o, hg__random r, float *z)
{
    double sum = 0;
    float eps[HG__MANY];
    for (size_t k = 0; k < w->code; k++) {
        if (k % HG__MANY == 0) hg__random_normals(&r, eps);
        float e = eps[k % HG__MANY];
        z[k] = o->mean[k] + expf(0.5f * o->logvar[k]) * e;
        sum += (double)e * (double)e + (double)o->logvar[k] - (double)z[k] * (double)z[k];
    }
    return 0.5 * sum;
}

/* The logarithm of a sum of exponentials that grows. */
typedef struct log_sum {
    double most, sum; /* most is the greatest exponent so far */
} log_sum;

static void log_sum_add(log_sum *s, double v)
{
    if (v > s->most) s->sum = s->sum * exp(s->most - v) + 1, s->most = v;
    else s->sum += exp(v - s->most);
}

static void weigh_picture(void *ctx, size_t i, size_t thread)
{
    work *w = ctx;
    const worker *o = &w->worker[thread];
    const float *x = w->o->x + i * w->size;
    log_sum weights = {-INFINITY, 0};
    double elbo = 0;
    if (!thread && w->o->signal && !w->stopped) w->stopped = w->o->signal(w->o->ctx);
    if (w->stopped) return;
    hg_forward(o->plan, "x", w->mean, 1, x, o->mean);
    hg_forward(o->plan, "x", w->logvar, 1, x, o->logvar);
    for (size_t at = 0; at < w->o->samples; at += DRAWN) {
        size_t n = w->o->samples - at < DRAWN ? w->o->samples - at : DRAWN;
        for (size_t k = 0; k < n; k++)
            o->log_weight[k] = draw_code(w, o, hg__random_at(w->o->seed, HG__FOR_LIKELIHOOD, (uint32_t)(at + k), i),
                                         o->z + k * w->code);
        hg_forward(o->plan, "z", "y", n, o->z, o->y);
        for (size_t k = 0; k < n; k++) {
            double v = o->log_weight[k] + log_bernoulli(x, o->y + k * w->size, w->size);
            elbo += v;
            log_sum_add(&weights, v);
        }
    }
    w->elbo[i] = elbo / (double)w->o->samples;
    w->nll[i] = -(weights.most + log(weights.sum / (double)w->o->samples));
}

/* ---- All of them ------------------------------------------------------------------------------- */

static hg_status check(work *w, const hg_model *m, hg_error *e)
{
    const hg_graph *g = hg_model_graph(m);
    size_t z = hg__graph_find(g, "z"), y = hg__graph_find(g, "y");
    const hg__node *drawn = z < g->nodes ? &g->node[z] : NULL;
    if (!drawn || y >= g->nodes || strcmp(drawn->op->name, "gaussian"))
        return hg__fail(e, HG_MODEL, g->name, "has no likelihood: its code is not drawn ('gaussian MEAN LOGVAR -> z')");
    w->mean = g->node[drawn->input[0]].name, w->logvar = g->node[drawn->input[1]].name;
    w->code = hg_shape_size(drawn->shape), w->size = hg_shape_size(g->node[0].shape);
    if (hg_shape_size(g->node[y].shape) != w->size)
        return hg__fail(e, HG_MODEL, g->name, "its output is not of its input's shape, so there is no likelihood");
    if (!w->o->samples || w->o->samples > UINT32_MAX)
        return hg__fail(e, HG_USAGE, "likelihood", "from 1 to %u samples can be drawn", UINT32_MAX);
    if (!w->o->n) return hg__fail(e, HG_DATA, "likelihood", "there are no pictures");
    for (size_t i = 0; i < w->o->n * w->size; i++)
        if (w->o->x[i] != 0 && w->o->x[i] != 1)
            return hg__fail(e, HG_DATA, "likelihood", "value %zu of picture %zu is %g; binarise the pictures first",
                            i % w->size, i / w->size, (double)w->o->x[i]);
    return HG_OK;
}

static hg_status worker_open(worker *o, const work *w, hg_model *m, hg_error *e)
{
    size_t values = 2 * w->code + DRAWN * (w->code + w->size);
    hg_status s = hg_plan_open(&o->plan, m, &(hg_plan_options){.batch = DRAWN, .threads = 1}, e);
    if (s) return s;
    o->room = calloc(values, sizeof *o->room);
    o->log_weight = malloc(DRAWN * sizeof *o->log_weight);
    if (!o->room || !o->log_weight) return hg__fail_memory(e, "likelihood", values * sizeof *o->room);
    o->mean = o->room, o->logvar = o->mean + w->code, o->z = o->logvar + w->code, o->y = o->z + DRAWN * w->code;
    if (!hg_forward(o->plan, "z", "y", 1, o->z, o->y)) return HG_OK;
    return hg__fail(e, HG_MODEL, hg_model_graph(m)->name,
                    "its output is not made of its code alone, so there is no likelihood");
}

static void worker_close(worker *o)
{
    hg_plan_close(&o->plan);
    free(o->room);
    free(o->log_weight);
}

static void sum_up(hg_likelihood *l, const work *w)
{
    size_t n = w->o->n;
    double squares = 0;
    *l = (hg_likelihood){.n = n, .samples = w->o->samples};
    for (size_t i = 0; i < n; i++) l->nll += w->nll[i] / (double)n, l->elbo += w->elbo[i] / (double)n;
    for (size_t i = 0; i < n; i++) squares += (w->nll[i] - l->nll) * (w->nll[i] - l->nll);
    l->nll_error = n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : (double)NAN;
    l->bits_per_value = l->nll / log(2) / (double)w->size;
}

hg_status hg_likelihood_measure(hg_likelihood *l, hg_model *m, const hg_likelihood_work *o, hg_error *e)
{
    size_t n = o->n, threads = o->threads ? o->threads : hg__processors();
    hg__team *team = NULL;
    work w = {.o = o};
    hg_status s = check(&w, m, e);
    if (s) return s;
    w.worker = calloc(threads, sizeof *w.worker);
    w.nll = calloc(n, sizeof *w.nll), w.elbo = calloc(n, sizeof *w.elbo);
    if (!w.worker || !w.nll || !w.elbo) s = hg__fail_memory(e, "likelihood", n * 2 * sizeof *w.nll);
    if (!s && threads > 1) s = hg__team_open(&team, threads, e);
    for (size_t i = 0; !s && i < threads; i++) s = worker_open(&w.worker[i], &w, m, e);
    if (!s) hg__team_run(team, n, weigh_picture, &w);
    if (!s && w.stopped)
        s = hg__fail(e, w.stopped == SIGTERM ? HG_TERMINATED : HG_INTERRUPTED, "likelihood", "was stopped");
    if (!s) sum_up(l, &w);
    for (size_t i = 0; w.worker && i < threads; i++) worker_close(&w.worker[i]);
    hg__team_close(&team);
    free(w.worker);
    free(w.nll);
    free(w.elbo);
    return s;
}
