/* setup.c: opens what a training needs, once, before the first step. */
#include "base/file.h"
#include "data/augment.h"
#include "net/plan.h"
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { JUDGED_AT_ONCE = 128 };

/* ---- The graph ---- */

/* Takes the edited text, or NULL when there was no memory for it, and puts its graph in g's place. */
static hg_status replace(hg_graph **g, char *text, hg_error *e)
{
    hg_graph *made = NULL;
    if (!text) return hg__fail_memory(e, (*g)->name, strlen(hg_graph_text(*g)));
    hg_status s = hg_graph_parse(&made, text, (*g)->name, NULL, e);
    free(text);
    if (s) return s;
    hg_graph_close(g);
    *g = made;
    return HG_OK;
}

/* Whether the graph's own loss on y is a sum over the elements (a VAE's), so that its balance is kept. */
static bool sums(const hg_graph *g)
{
    for (size_t i = 0; i < g->nodes; i++) {
        const hg__node *node = &g->node[i];
        bool on_y = (node->op->flags & HG__OP_LOSS) && !strcmp(g->node[node->input[0]].name, "y");
        if (on_y && node->attr.sum) return true;
    }
    return false;
}

static hg_status edit_graph(hg_graph **g, const hg_train_options *o, hg_error *e)
{
    char line[96];
    hg_status s = HG_OK;
    if (o->loss) {
        snprintf(line, sizeof line, "loss %s y x%s", o->loss, sums(*g) && strcmp(o->loss, "ssim") ? " sum" : "");
        s = replace(g, hg__graph_with_loss(*g, line), e);
    }
    if (s || o->code_l1 == 0) return s;
    snprintf(line, sizeof line, "loss l1 z * %.9g", o->code_l1);
    return replace(g, hg__graph_with_line(*g, line), e);
}

void hg__tell_input(const hg_train_listener *l, const hg_set *set, const char *model)
{
    hg_graph *own = NULL;
    hg_shape x, to = set->shape;
    if (hg_preset_text(model) || hg_graph_open(&own, model, NULL, NULL)) return; /* what is wrong, training will say */
    if (hg_graph_shape(own, "x", &x) && !hg_shape_equal(x, to))
        hg__say(l, "the input of %s, %zux%zux%zu, becomes %zux%zux%zu: the shape of %s", model, x.h, x.w, x.c, to.h,
                to.w, to.c, set->name);
    hg_graph_close(&own);
}

hg_status hg__trainer_graph(hg_graph **g, const hg_set *set, const char *model, const hg_train_options *o, hg_error *e)
{
    hg_status s = hg_graph_open(g, model, &(hg_graph_options){.input = set->shape, .code = o->code}, e);
    if (!s) s = hg_graph_check(*g, e);
    if (!s) s = edit_graph(g, o, e);
    if (s) hg_graph_close(g);
    return s;
}

/* ---- The parts ---- */

static hg_status open_split(hg__trainer *t, hg_error *e)
{
    const hg_set *set = t->set;
    if (!set->n) return hg__fail(e, HG_DATA, set->name, "holds no samples");
    t->index = calloc(set->n, sizeof *t->index);
    if (!t->index) return hg__fail_memory(e, set->name, set->n * sizeof *t->index);
    size_t n[3];
    hg_split_options o = {.val = t->o.val,
                          .test = isnan(t->o.test) ? 0 : t->o.test,
                          .seed = t->o.split_seed ? t->o.split_seed : t->o.seed};
    hg_status s = hg_split_three(set, &o, t->index, n, e);
    if (s) return s;
    t->n_train = n[0], t->n_val = n[1];
    t->batch = t->o.batch < t->n_train ? t->o.batch : t->n_train;
    t->steps = (t->n_train + t->batch - 1) / t->batch;
    return HG_OK;
}

static hg_status open_model(hg__trainer *t, hg_graph **g, hg_error *e)
{
    hg_status s = hg_model_make(&t->model, g, t->o.seed, e);
    if (s) return s;
    if (t->o.init && !strcmp(t->o.init, "glorot")) hg__model_start(t->model, t->o.seed, HG__START_GLOROT);
    hg_preprocess *p = hg_model_preprocess(t->model);
    p->scale = t->set->scale, p->offset = t->set->offset, p->low = (float)t->set->low, p->high = (float)t->set->high;
    snprintf(p->stored, sizeof p->stored, "%.11s", t->set->stored);
    snprintf(p->trained_on, sizeof p->trained_on, "%s", t->set->name);
    t->weights = hg_model_weights(t->model, &t->n);
    t->most = t->batch < JUDGED_AT_ONCE ? t->batch : JUDGED_AT_ONCE;
    hg_plan_options o = {.batch = t->batch,
                         .train = true,
                         .threads = t->o.threads,
                         .pin = t->o.pin,
                         .seed = t->o.seed,
                         .memory = (size_t)ceil(1e6 * t->o.max_memory),
                         .recompute = t->o.recompute,
                         .precision = hg__precision_named(t->o.precision)};
    s = hg_plan_open(&t->plan, t->model, &o, e);
    o.batch = t->most, o.train = false, o.memory = 0, o.precision = HG_PRECISION_F32;
    return s ? s : hg_plan_open(&t->judge, t->model, &o, e);
}

/* All memory of the trainer's own: blocks as large as the weights, and the judge's room. */
static hg_status open_memory(hg__trainer *t, hg_error *e)
{
    enum { LOOKS = 16 };
    hg__update *u = &t->update;
    size_t values, units, block, sample, sample_bytes, blocks = t->o.ema > 0 ? 3 : 1, states = 0;
    while (states < HG__MOST_STATE && u->optimizer->state[states]) states++;
    sample = hg_shape_size(t->set->shape);
    if (!hg__mul(t->n, sizeof(float), &block) || !hg__mul(sample * sizeof(float), t->most, &sample_bytes))
        return hg__fail_memory(e, "training", SIZE_MAX);
    size_t judge =
        3 * hg__align(sample_bytes) + hg__align(3 * sample * sizeof(float)) + hg__align(sample * sizeof(float));
    hg__doctor_room(t, &values, &units);
    t->doctor.looks = t->most < LOOKS ? t->most : LOOKS;
    size_t look = t->doctor.looks * values * sizeof(float);
    hg_status s =
        hg__arena_open(&t->arena, (blocks + states) * hg__align(block) + judge + hg__align(look) + hg__align(units), e);
    if (s) return s;
    t->doctor.look = hg__arena_take(&t->arena, look);
    t->doctor.alive = hg__arena_take(&t->arena, units);
    t->best = hg__arena_take(&t->arena, block);
    for (size_t i = 0; i < states; i++) u->state[i] = hg__arena_take(&t->arena, block);
    if (t->o.ema > 0) u->average = hg__arena_take(&t->arena, block), t->spare = hg__arena_take(&t->arena, block);
    t->x = hg__arena_take(&t->arena, sample_bytes);
    t->input = hg__arena_take(&t->arena, sample_bytes);
    t->y = hg__arena_take(&t->arena, sample_bytes);
    t->scratch = hg__arena_take(&t->arena, 3 * sample * sizeof(float));
    t->mean = hg__arena_take(&t->arena, sample * sizeof(float));
    memcpy(t->best, t->weights, block);
    if (u->average) memcpy(u->average, t->weights, block);
    return HG_OK;
}

static hg_status open_update(hg__trainer *t, hg_error *e)
{
    hg__update *u = &t->update;
    u->k = t->plan->k, u->o = &t->o, u->team = hg__plan_team(t->plan);
    u->optimizer = hg__optimizer_named(t->o.optimizer);
    u->w = t->weights, u->g = hg_plan_gradient(t->plan);
    hg_status s = hg__update_open(u, hg_model_graph(t->model), e);
    return s ? s : open_memory(t, e);
}

static hg_status open_augment(hg__trainer *t, hg_error *e)
{
    hg_status s = HG_OK;
    if (t->o.augment && *t->o.augment) s = hg_augment_parse(&t->augment, t->o.augment, e);
    if (!s && t->augment) s = hg_augment_check(t->augment, t->set->shape, e);
    if (s) return hg__fail_within(e, s, "--augment");
    if (t->o.noise && *t->o.noise) s = hg__noise_parse(&t->noise, t->o.noise, e);
    if (!s && t->noise) s = hg_augment_check(t->noise, t->set->shape, e);
    return hg__fail_within(e, s, "--noise");
}

hg_status hg__trainer_open(hg__trainer *t, hg_graph **g, hg_error *e)
{
    hg_shape x;
    hg_status s = HG_OK;
    t->at = (hg__standing){
        .best_train_loss = (double)NAN, .best_val_loss = (double)NAN, .mark = (double)NAN, .plateau.cut = 1};
    if (hg_graph_shape(*g, "x", &x) && !hg_shape_equal(x, t->set->shape))
        s = hg__fail(e, HG_MODEL, (*g)->name, "takes %zux%zux%zu, the data are %zux%zux%zu", x.h, x.w, x.c,
                     t->set->shape.h, t->set->shape.w, t->set->shape.c);
    if (!s) s = open_split(t, e);
    if (!s) s = open_augment(t, e);
    if (!s) s = open_model(t, g, e);
    if (!s) s = open_update(t, e);
    if (!s) s = hg__advice_look(t, e);
    hg_graph_close(g);
    return s;
}

hg_status hg__trainer_feed(hg__trainer *t, hg_error *e)
{
    hg_batcher_options o = {.batch = t->batch,
                            .seed = t->o.seed,
                            .shuffle = true,
                            .augment = t->augment,
                            .noise = t->noise,
                            .first_epoch = (uint32_t)t->at.epoch};
    hg_status s = hg_batcher_open(&t->batcher, t->set, t->index, t->n_train, &o, e);
    hg_batch passed;
    for (size_t i = 0; !s && i < t->at.step; i++) hg_batcher_next(t->batcher, &passed);
    return s;
}

static void add_block(hg__blocks *b, const char *name, float *values)
{
    if (values) b->block[b->count++] = (hg__block){name, values};
}

hg__blocks hg__trainer_blocks(const hg__trainer *t)
{
    _Static_assert(HG__MOST_STATE + 3 <= HG__MOST_BLOCKS, "room for all");
    hg__blocks b = {.n = t->n};
    add_block(&b, "weights", t->weights);
    for (size_t i = 0; i < HG__MOST_STATE; i++) add_block(&b, t->update.optimizer->state[i], t->update.state[i]);
    add_block(&b, "average", t->update.average);
    add_block(&b, "best", t->best);
    return b;
}

void hg__trainer_close(hg__trainer *t)
{
    hg_batcher_close(&t->batcher);
    hg_plan_close(&t->judge);
    hg_plan_close(&t->plan);
    hg_model_close(&t->model);
    hg_augment_close(&t->augment);
    hg_augment_close(&t->noise);
    hg__update_close(&t->update);
    hg__arena_close(&t->arena);
    free(t->index);
    if (t->lock >= 0) close(t->lock);
    hg_run_close(&t->run);
    json_decref(t->held);
}
