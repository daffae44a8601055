/* judge.c: how good the weights are now: on the validation samples, in batches that never change, and for the eye. The
 * input is corrupted where training corrupts it, by the same draw in each epoch, so that epochs compare. */
#include "data/augment.h"
#include "net/plan.h"
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 10 };

const float *hg__judge_fill(hg__trainer *t, const uint32_t *index, size_t n)
{
    size_t size = hg_shape_size(t->set->shape);
    for (size_t i = 0; i < n; i++) hg_set_get(t->set, index[i], t->x + i * size);
    if (!t->noise) return t->x;
    memcpy(t->input, t->x, n * size * sizeof(float));
    for (size_t i = 0; i < n; i++)
        hg_augment_apply(t->noise, t->set->shape, t->o.seed, hg__epoch_aside, index[i], t->input + i * size,
                         t->scratch);
    return t->input;
}

/* Which loss already is the mean squared error of y against x; HG__MOST_LOSSES: none, it must be measured. */
static size_t find_mse(const hg_graph *g)
{
    size_t loss = 0;
    for (size_t i = 0; i < g->nodes; i++) {
        const hg__node *node = &g->node[i];
        if (!(node->op->flags & HG__OP_LOSS)) continue;
        bool plain = !strcmp(node->op->kinds[node->attr.kind], "mse") && !node->attr.sum && node->attr.factor == 1;
        if (plain && node->inputs == 2 && !strcmp(g->node[node->input[0]].name, "y") &&
            !strcmp(g->node[node->input[1]].name, "x"))
            return loss;
        loss++;
    }
    return HG__MOST_LOSSES;
}

/* n reconstructions into t->y; false: the graph gives none of x's shape. */
static bool rebuild(hg__trainer *t, size_t n, const float *input)
{
    hg_shape y;
    if (!hg_graph_shape(hg_model_graph(t->model), "y", &y) || !hg_shape_equal(y, t->set->shape)) return false;
    return !hg_forward(t->judge, "x", "y", n, input, t->y);
}

/* Sum over n samples of the mean squared error of each. */
static double measure_mse(hg__trainer *t, size_t n, const float *input)
{
    double sum = 0;
    size_t size = hg_shape_size(t->set->shape);
    if (!rebuild(t, n, input)) return (double)NAN;
    for (size_t i = 0; i < n * size; i++) {
        double d = (double)t->y[i] - (double)t->x[i];
        sum += d * d;
    }
    return sum / (double)size;
}

hg__verdict hg__judge(hg__trainer *t)
{
    hg__verdict v = {0};
    size_t mse = find_mse(hg_model_graph(t->model));
    const float *input = t->noise ? t->input : t->x;
    if (!t->n_val) return (hg__verdict){(double)NAN, (double)NAN};
    for (size_t at = 0; at < t->n_val; at += t->most) {
        hg_losses losses;
        size_t n = t->n_val - at < t->most ? t->n_val - at : t->most;
        hg__judge_fill(t, t->index + t->n_train + at, n);
        hg_losses_of(t->judge, n, input, t->noise ? t->x : NULL, &losses);
        v.loss += losses.total * (double)n;
        v.mse += mse < losses.n ? losses.part[mse].value * (double)n : measure_mse(t, n, input);
    }
    v.loss /= (double)t->n_val, v.mse /= (double)t->n_val;
    return v;
}

/* Of n samples [n][size]: the mean over their values of the variance over the samples. */
static double variance(const float *v, size_t n, size_t size)
{
    double whole = 0;
    for (size_t k = 0; k < size; k++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < n; i++) sum += (double)v[i * size + k];
        for (size_t i = 0; i < n; i++) {
            double d = (double)v[i * size + k] - sum / (double)n;
            squares += d * d;
        }
        whole += squares / (double)n;
    }
    return whole / (double)size;
}

bool hg__judge_pulse(hg__trainer *t, hg__pulse *p)
{
    size_t size = hg_shape_size(t->set->shape), from = t->n_val ? t->n_train : 0, n = t->n_val ? t->n_val : t->n_train;
    double sum = 0;
    if (n > t->most) n = t->most;
    hg__judge_fill(t, t->index + from, n);
    double least = 1e-9 * (t->reach.greatest - t->reach.least), own = variance(t->x, n, size);
    if (n < 2 || !(own > least * least)) return false;
    *p = (hg__pulse){.mse = measure_mse(t, n, t->noise ? t->input : t->x) / (double)n};
    if (!isfinite(p->mse)) return false;
    p->spread = variance(t->y, n, size) / own;
    for (size_t i = 0; i < n * size; i++) {
        double d = (double)t->x[i] - (double)t->mean[i % size];
        sum += d * d;
    }
    p->mean_mse = sum / (double)(n * size);
    return true;
}

/* As a picture, in [0,1]: from black to white as the set has them. */
static void to_picture(const hg_set *set, size_t n, float *v)
{
    float span = (float)(set->high - set->low), scale = 1 / (set->scale * span),
          offset = set->offset * scale + (float)set->low / span;
    for (size_t i = 0; i < n; i++) {
        float p = v[i] * scale - offset;
        v[i] = p > 0 ? p < 1 ? p : 1 : 0; /* not a number: 0 */
    }
}

hg_status hg__judge_samples(hg__trainer *t, size_t epoch, hg_error *e)
{
    char name[64], path[4352];
    size_t size = hg_shape_size(t->set->shape), from = t->n_val ? t->n_train : 0, n = t->n_val ? t->n_val : t->n_train;
    if (!t->l->samples) return HG_OK;
    if (n > SHOWN) n = SHOWN;
    if (n > t->most) n = t->most;
    hg__judge_fill(t, t->index + from, n);
    if (!rebuild(t, n, t->noise ? t->input : t->x)) return HG_OK; /* nothing to draw */
    to_picture(t->set, n * size, t->x);
    to_picture(t->set, n * size, t->y);
    snprintf(name, sizeof name, "samples/epoch-%04zu.png", epoch);
    hg_run_file(t->run, name, path, sizeof path);
    return t->l->samples(t->l->ctx, path, t->x, t->y, n, t->set->shape, e);
}
