/* optimizers.c: see optimizers.h. To add one: a function and a row, and its name in the choices of
 * --optimizer (a test compares the two). The arithmetic is the kernel table's. */
#include "train/optimizers.h"

#include <math.h>
#include <string.h>

/* Kingma and Ba 2014, algorithm 1. */
static void adam_with(const hg__stride *s, const hg__stretch_work *w, double decay)
{
    hg__adam a = {.lr = (real)s->lr,
                  .beta1 = (real)s->o->beta1,
                  .beta2 = (real)s->beta2,
                  .epsilon = (real)s->o->epsilon,
                  .correct1 = (real)s->correct1,
                  .correct2 = (real)s->correct2,
                  .decay = (real)decay};
    s->k->adam(&a, w->n, w->g, w->w, w->state[0], w->state[1]);
}

/* As in PyTorch the decay of all but adamw joins the gradient; sgd's kernel adds it itself. */
static void join_decay(const hg__stride *s, const hg__stretch_work *w)
{
    if (w->decay > 0) s->k->penalty(w->n, 0, (real)w->decay, w->w, w->g);
}

static void adam(const hg__stride *s, const hg__stretch_work *w)
{
    join_decay(s, w);
    adam_with(s, w, 0);
}

/* Loshchilov and Hutter 2017, algorithm 2. */
static void adamw(const hg__stride *s, const hg__stretch_work *w) { adam_with(s, w, w->decay); }

static void sgd(const hg__stride *s, const hg__stretch_work *w)
{
    hg__sgd a = {.lr = (real)s->lr, .momentum = (real)s->momentum, .nesterov = s->o->nesterov, .decay = (real)w->decay};
    s->k->sgd(&a, w->n, w->g, w->w, w->state[0]);
}

/* Tieleman and Hinton 2012; beta2 is its smoothing constant. A step is as large as Adam's when there is no momentum:
 * with 0.9, ten times that, which kills a net with a sigmoid at its end. */
static void rmsprop(const hg__stride *s, const hg__stretch_work *w)
{
    hg__rmsprop a = {
        .lr = (real)s->lr, .alpha = (real)s->beta2, .epsilon = (real)s->o->epsilon, .momentum = (real)s->momentum};
    join_decay(s, w);
    s->k->rmsprop(&a, w->n, w->g, w->w, w->state[0], w->state[1]);
}

/* The defaults are PyTorch's, but for the momentum of sgd, which is 0 there. */
const hg__optimizer hg__optimizers[] = {
    {.name = "adam", .help = "Kingma and Ba 2014", .beta2 = 0.999, .state = {"mean", "square"}, .step = adam},
    {.name = "adamw", .help = "Adam with decoupled decay", .beta2 = 0.999, .state = {"mean", "square"}, .step = adamw},
    {.name = "sgd",
     .help = "with momentum, Nesterov's where told",
     .beta2 = 0.999,
     .momentum = 0.9,
     .state = {"velocity"},
     .step = sgd},
    {.name = "rmsprop",
     .help = "Tieleman and Hinton 2012",
     .beta2 = 0.99,
     .state = {"square", "velocity"},
     .step = rmsprop},
    {0},
};

const hg__optimizer *hg__optimizer_named(const char *name)
{
    for (const hg__optimizer *o = hg__optimizers; o->name; o++)
        if (!strcmp(o->name, name)) return o;
    return NULL;
}

void hg__optimizer_settle(hg_train_options *o)
{
    const hg__optimizer *own = hg__optimizer_named(o->optimizer);
    if (isnan(o->beta2)) o->beta2 = own->beta2;
    if (isnan(o->momentum)) o->momentum = own->momentum;
}

/* The kernels' betas are rounded to `real`; 1 - beta is small, so the corrections are of the same rounded numbers. */
hg__stride hg__stride_at(const hg__kernels *k, const hg_train_options *o, double lr, size_t step)
{
    hg_train_options settled = *o;
    hg__optimizer_settle(&settled);
    double t = (double)step + 1, beta1 = (double)(real)o->beta1, beta2 = (double)(real)settled.beta2;
    return (hg__stride){.k = k,
                        .o = o,
                        .lr = lr,
                        .beta2 = settled.beta2,
                        .momentum = settled.momentum,
                        .correct1 = 1 - pow(beta1, t),
                        .correct2 = 1 - pow(beta2, t)};
}
