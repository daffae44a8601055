/* advice.c: what a training tells of its own accord: before the first step that something cannot end well, and after an
 * epoch that the model does nothing. It only speaks; a training goes on with the same bits whether heard or not. */
#include "net/plan.h"
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT = 4096 /* samples */, FEW_STEPS = 200 };

/* ---- A look at the data ---- */

hg_status hg__advice_look(hg__trainer *t, hg_error *e)
{
    size_t size = hg_shape_size(t->set->shape), n = t->n_train < LOOKED_AT ? t->n_train : LOOKED_AT;
    double *sum = calloc(size, sizeof *sum);
    if (!sum) return hg__fail_memory(e, "training", size * sizeof *sum);
    double squares = 0;
    t->reach = (hg__reach){INFINITY, -INFINITY};
    for (size_t i = 0; i < n; i++) {
        hg_set_get(t->set, t->index[i * t->n_train / n], t->x);
        for (size_t k = 0; k < size; k++) {
            double v = (double)t->x[k];
            sum[k] += v;
            squares += v * v;
            if (v < t->reach.least) t->reach.least = v;
            if (v > t->reach.greatest) t->reach.greatest = v;
        }
    }
    t->size = sqrt(squares / (double)(n * size));
    for (size_t k = 0; k < size; k++) t->mean[k] = (float)(sum[k] / (double)n);
    free(sum);
    return HG_OK;
}

/* ---- Before the first step ---- */

static void idle(const hg__trainer *t, const char *option, const char *with, const char *owner)
{
    hg__say(t->l, "warning: --%s has no effect with %s; it is for %s", option, with, owner);
}

static void check_schedule(const hg__trainer *t)
{
    const hg_train_options *o = &t->o, usual = hg_train_defaults();
    bool whole = !strcmp(o->schedule, "cosine") || !strcmp(o->schedule, "onecycle");
    bool steps = !strcmp(o->schedule, "step") || !strcmp(o->schedule, "plateau");
    if (o->lr_final > 0 && !whole) idle(t, "lr-final", o->schedule, "cosine and onecycle");
    if (o->step_factor != usual.step_factor && !steps) idle(t, "step-factor", o->schedule, "step and plateau");
    if (o->step_epochs != usual.step_epochs && !steps) idle(t, "step-epochs", o->schedule, "step and plateau");
}

static void check_threads(const hg__trainer *t)
{
    size_t processors = hg__processors(), threads = hg__team_size(t->update.team);
    if (threads > processors)
        hg__say(t->l,
                "warning: %zu threads wait for each other on %zu processor%s; --threads %zu gives the same model "
                "sooner",
                threads, processors, processors > 1 ? "s" : "", processors);
}

static void check_options(const hg__trainer *t)
{
    const hg_train_options *o = &t->o, usual = hg_train_defaults();
    bool sgd = !strcmp(o->optimizer, "sgd"), adam = !strncmp(o->optimizer, "adam", 4);
    if (o->nesterov && !sgd) idle(t, "nesterov", o->optimizer, "sgd");
    if (o->momentum > 0 && adam) idle(t, "momentum", o->optimizer, "sgd and rmsprop");
    if (o->beta1 != usual.beta1 && !adam) idle(t, "beta1", o->optimizer, "adam and adamw");
    if (o->nesterov && sgd && o->momentum == 0) hg__say(t->l, "warning: --nesterov has no effect without --momentum");
    check_schedule(t);
    check_threads(t);
    if (o->pin && !t->plan->pinned)
        hg__say(t->l, "warning: --pin has no effect with one thread, or where the system binds none");
}

/* What the activation behind y can give. */
static hg__reach reach_of(const hg_graph *g)
{
    switch (g->node[hg__graph_find(g, "y")].attr.act) {
    case HG__ACT_SIGMOID: return (hg__reach){0, 1};
    case HG__ACT_TANH: return (hg__reach){-1, 1};
    case HG__ACT_RELU:
    case HG__ACT_SOFTPLUS: return (hg__reach){0, INFINITY};
    default: return (hg__reach){-INFINITY, INFINITY};
    }
}

/* A target that the output cannot reach is never learnt, and saturates it on the way. */
static void check_reach(hg__trainer *t)
{
    const hg_graph *g = hg_model_graph(t->model);
    hg__reach can = reach_of(g), data = t->reach;
    double slack = 1e-3;
    char most[32] = "any height";
    if (data.least >= can.least - slack && data.greatest <= can.greatest + slack) return;
    if (isfinite(can.greatest)) snprintf(most, sizeof most, "%g", can.greatest);
    hg__finding f = {.name = "out of reach"};
    snprintf(f.what, sizeof f.what,
             "the data reach from %.4g to %.4g, but the output of %.100s ends with %s, which gives %g to %s: what lies "
             "beyond cannot be learnt",
             data.least, data.greatest, g->name, hg__act_name(g->node[hg__graph_find(g, "y")].attr.act), can.least,
             most);
    snprintf(f.remedy, sizeof f.remedy,
             "train with --normalize minmax (for whole numbers unit does it, too), or end the net linearly: 'mirror "
             "none -> y' in a file with what hourglass models show %.100s prints, given to --model",
             g->name);
    hg__doctor_tell(t, &f);
}

/* Weights begin in such a way that values of about 1 stay so, layer by layer. */
static void check_scale(hg__trainer *t)
{
    const double small = 1e-3, large = 10;
    if (t->size == 0 || (t->size >= small && t->size <= large)) return;
    hg__finding f = {.name = "input scale",
                     .remedy = "train with --normalize minmax (from 0 to 1), or standard (mean 0, deviation 1) with a "
                               "linear output"};
    snprintf(f.what, sizeof f.what,
             "the data are %s for a net: from %.4g to %.4g, %.3g in the mean (root of the mean square)",
             t->size > large ? "large" : "small", t->reach.least, t->reach.greatest, t->size);
    hg__doctor_tell(t, &f);
}

/* ---- After an epoch ---- */

static void tell_dead(hg__trainer *t, const hg__pulse *p, size_t epoch, size_t steps)
{
    const double same = 1e-3;
    hg__finding f = {.epoch = epoch, .name = "dead"};
    const char *remedy = "try another --lr, more epochs, or another model";
    if (steps < FEW_STEPS) {
        remedy = "train for more epochs, or with a smaller --batch";
        snprintf(f.what, sizeof f.what,
                 "after %zu step%s the model is still no better than the mean picture of the data (MSE %.4g; that one "
                 "has %.4g)",
                 steps, steps == 1 ? "" : "s", p->mse, p->mean_mse);
    } else if (p->spread < same) {
        remedy = "try a smaller --lr, another --seed, or --optimizer adam";
        snprintf(f.what, sizeof f.what,
                 "after epoch %zu the model gives nearly the same picture for every input (MSE %.4g; the mean "
                 "picture of the data has %.4g)",
                 epoch, p->mse, p->mean_mse);
    } else
        snprintf(f.what, sizeof f.what,
                 "after epoch %zu the model is no better than the mean picture of the data (MSE %.4g; that one "
                 "has %.4g)",
                 epoch, p->mse, p->mean_mse);
    snprintf(f.remedy, sizeof f.remedy, "%s", remedy);
    hg__doctor_tell(t, &f);
}

void hg__advice_epoch(hg__trainer *t, size_t epoch)
{
    const double hardly = 0.98;
    hg__pulse p;
    size_t steps = epoch * t->steps;
    bool started = epoch > 1 && steps >= FEW_STEPS; /* a slow start means nothing yet */
    bool dead = (started || epoch == t->o.epochs) && hg__judge_pulse(t, &p) && p.mse > hardly * p.mean_mse;
    if (dead && (!t->dead || epoch == t->o.epochs)) tell_dead(t, &p, epoch, steps);
    t->dead = dead;
}

void hg__advice_begin(hg__trainer *t)
{
    check_options(t);
    check_reach(t);
    check_scale(t);
}
