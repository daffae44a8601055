/* diverge.c: which layer it was. A number that is not finite spreads: forwards from the layer that made it to the
 * loss, and back from the loss to every weight before it. So the culprit is the first value that is not finite, and
 * when all values are good, the last parameter whose gradient is not. */
#include "net/plan.h"
#include "train/trainer.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct culprit {
    char name[96]; /* empty: none found */
} culprit;

static bool is_finite(const hg__trainer *t, const float *values, size_t n) { return t->plan->k->finite(n, values); }

bool hg__weights_are_finite(const hg__trainer *t) { return is_finite(t, t->weights, t->n); }

/* The first (or last) parameter of the block that is not finite. */
static void search_block(const hg__trainer *t, const float *block, bool from_end, const char *what, culprit *c)
{
    const hg_graph *g = hg_model_graph(t->model);
    size_t n = hg__graph_stretches(g, NULL, 0);
    hg__stretch *list = calloc(n + 1, sizeof *list);
    if (!list) return;
    hg__graph_stretches(g, list, n);
    for (size_t i = 0; i < n && !c->name[0]; i++) {
        const hg__stretch *s = &list[from_end ? n - 1 - i : i];
        if (!s->frozen && !is_finite(t, block + s->offset, s->size))
            snprintf(c->name, sizeof c->name, "%s %s", what, s->name);
    }
    free(list);
}

/* The first node whose value is not finite, walked at inference. */
static void search_values(hg__trainer *t, size_t n, const float *input, culprit *c)
{
    const hg_graph *g = hg_model_graph(t->model);
    size_t largest = 1;
    for (size_t i = 0; i < g->nodes; i++) {
        size_t size = hg_shape_size(g->node[i].shape);
        largest = size > largest ? size : largest;
    }
    if (n > t->most) n = t->most;
    float *out = calloc(n * largest, sizeof *out);
    if (!out) return;
    hg_plan_refresh(t->judge);
    for (size_t i = 0; i < g->nodes && !c->name[0]; i++) {
        const hg__node *node = &g->node[i];
        if ((node->op->flags & HG__OP_LOSS) || hg_forward(t->judge, "x", node->name, n, input, out)) continue;
        if (is_finite(t, out, n * hg_shape_size(node->shape))) continue;
        snprintf(c->name, sizeof c->name, "the value of %s (%s, line %zu)", node->name, node->op->name, node->line);
    }
    free(out);
}

hg_status hg__diverged(hg__trainer *t, size_t n, const float *input, hg_error *e)
{
    culprit c = {0};
    char where[64], good[96] = "no epoch was complete yet";
    size_t size = hg_shape_size(t->set->shape);
    if (!is_finite(t, input, n * size)) snprintf(c.name, sizeof c.name, "the input itself");
    if (!c.name[0]) search_block(t, t->weights, false, "the parameter", &c);
    if (!c.name[0]) search_values(t, n, input, &c);
    if (!c.name[0]) search_block(t, hg_plan_gradient(t->plan), true, "the gradient of", &c);
    if (t->at.best_epoch) snprintf(good, sizeof good, "the model of epoch %zu is kept", t->at.best_epoch);
    snprintf(where, sizeof where, "epoch %zu, step %zu", t->at.epoch + 1,
             t->at.step < t->steps ? t->at.step + 1 : t->steps);
    return hg__fail(e, HG_DIVERGED, where, "%s is not finite; %s; try a lower --lr, or --clip 1",
                    c.name[0] ? c.name : "the loss", good);
}
