/* run.c: a walk along the plan, leg by leg. On a leg of pieces a shard goes a few samples at a time through all
 * nodes; a leg of parts is one layer for the whole batch, its outputs shared among the threads. Either way every sum
 * is taken in the order of the samples, so the bits are the same for any number of threads and any micro-batch. */
#include "net/plan.h"

#include <assert.h>
#include <string.h>

enum { PARTS_EACH = 4 /* for a thread */, PACK_PARTS = 8, PACK_ALONE = 16 << 10 /* elements */ };

typedef struct walk {
    hg_plan *p;
    const bool *needed; /* [nodes], NULL: all */
    const real *t;      /* in x's place where a loss holds against x; NULL: x */
    size_t x;           /* node of x */
    size_t n, shards;
    uint32_t step;
    bool train;
    const hg__leg *leg; /* this one, */
    bool forth, back;   /* this way, or there and back again */
} walk;

static real *locate(const hg_plan *p, const hg__buffer *b, size_t first, size_t thread)
{
    if (!b->used) return NULL;
    return b->wide ? p->wide + b->at + first * b->size : p->narrow + thread * p->narrow_size + b->at;
}

static real *value_of(const hg_plan *p, size_t node, size_t first, size_t thread)
{
    const hg__place *q = &p->place[node];
    return q->bound ? q->bound + first * q->y.size : locate(p, &q->y, first, thread);
}

static void find_inputs(const walk *w, hg__call *c, size_t i, size_t thread)
{
    const hg_plan *p = w->p;
    const hg__node *n = &p->node[i];
    bool is_loss = n->op->flags & HG__OP_LOSS;
    for (size_t k = 0; k < n->inputs; k++) {
        size_t from = n->input[k];
        bool target = is_loss && k == 1 && from == w->x && w->t;
        c->x[k] = target ? w->t + c->first * p->place[from].y.size : value_of(p, from, c->first, thread);
        bool wanted = w->train && p->place[i].dx_wanted[k];
        c->dx[k] = wanted ? locate(p, &p->place[from].dy, c->first, thread) : NULL;
        c->dx_add[k] = p->place[i].dx_add[k];
    }
}

static void find_weights(const walk *w, hg__call *c, size_t i, size_t shard)
{
    const hg_plan *p = w->p;
    if (w->train && p->place[i].sums_at != SIZE_MAX) c->sums = p->shards + shard * p->shard_size + p->place[i].sums_at;
    for (size_t k = 0; k < p->node[i].params; k++) {
        const hg__param *param = &p->node[i].param[k];
        size_t at = p->place[i].shard_at[k];
        c->w[k] = p->weights + param->offset;
        if (w->train && at != SIZE_MAX) c->dw[k] = p->shards + shard * p->shard_size + at;
        if (w->train && param->whole) c->dw[k] = p->gradient + param->offset;
    }
}

/* Which samples, for which shard's gradients, on whose thread. */
typedef struct piece {
    size_t first, n, shard, thread;
    bool continues; /* the shard's gradients hold a piece already */
} piece;

static hg__call make_call(const walk *w, size_t i, piece at)
{
    hg_plan *p = w->p;
    const hg__place *q = &p->place[i];
    hg__call c = {.node = &p->node[i],
                  .k = p->k,
                  .table = q->table,
                  .packed = q->packed,
                  .n = at.n,
                  .first = at.first,
                  .batch = w->n,
                  .train = w->train,
                  .both = p->o.train,
                  .seed = p->o.seed,
                  .step = w->step,
                  .id = (uint32_t)i};
    c.y = value_of(p, i, at.first, at.thread);
    c.dy = locate(p, &q->dy, at.first, at.thread);
    c.keep = locate(p, &q->keep, at.first, at.thread);
    c.scratch = p->narrow + at.thread * p->narrow_size + p->scratch_at;
    c.value = p->loss_values + q->loss * p->o.batch + at.first;
    c.dw_add = at.continues;
    find_inputs(w, &c, i, at.thread);
    find_weights(w, &c, i, at.shard);
    return c;
}

static bool runs_forward(const walk *w, size_t i) { return (!w->needed || w->needed[i]) && w->p->node[i].inputs; }
static bool runs_back(const walk *w, size_t i)
{
    return w->train && w->p->place[i].trained && w->p->node[i].op->backward;
}

static void call_forward(const walk *w, size_t i, piece at)
{
    if (!runs_forward(w, i)) return;
    hg__call c = make_call(w, i, at);
    c.node->op->forward(&c);
}

static void call_back(const walk *w, size_t i, piece at)
{
    if (!runs_back(w, i)) return;
    hg__call c = make_call(w, i, at);
    c.node->op->backward(&c);
}

/* Cuts a shard into pieces of `micro` samples and hands each to fn. */
static void each_piece(const walk *w, size_t shard, size_t thread, void (*fn)(const walk *, piece))
{
    size_t begin = w->n * shard / w->shards, end = w->n * (shard + 1) / w->shards, micro = w->p->micro;
    for (size_t first = begin; first < end; first += micro) {
        size_t n = end - first < micro ? end - first : micro;
        fn(w, (piece){.first = first, .n = n, .shard = shard, .thread = thread, .continues = first > begin});
    }
}

static void through_leg(const walk *w, piece at)
{
    for (size_t i = w->leg->from; w->forth && i < w->leg->upto; i++) call_forward(w, i, at);
    for (size_t i = w->leg->upto; w->back && i-- > w->leg->from;) call_back(w, i, at);
}

static void walk_shard(void *ctx, size_t shard, size_t thread) { each_piece(ctx, shard, thread, through_leg); }

/* ---- A layer in parts ---------------------------------------------------------------------------------- */

static size_t parts_of(const walk *w) { return hg__team_size(w->p->team) * PARTS_EACH; }

static hg__call part_call(const walk *w, size_t part, size_t thread)
{
    hg__call c = make_call(w, w->leg->from, (piece){.n = w->n, .thread = thread});
    c.part = part, c.parts = parts_of(w), c.dy_passed = true;
    return c;
}

static void part_forward(void *ctx, size_t part, size_t thread)
{
    hg__call c = part_call(ctx, part, thread);
    c.node->op->forward(&c);
}

/* The weights' gradient first, the input's behind it. */
static void part_back(void *ctx, size_t task, size_t thread)
{
    const walk *w = ctx;
    hg__call c = part_call(w, task % parts_of(w), thread);
    (task < parts_of(w) ? c.node->op->weights : c.node->op->backward)(&c);
}

static void pass_shard(void *ctx, size_t shard, size_t thread)
{
    const walk *w = ctx;
    size_t begin = w->n * shard / w->shards, end = w->n * (shard + 1) / w->shards;
    hg__call c = make_call(w, w->leg->from, (piece){.first = begin, .n = end - begin, .thread = thread});
    const hg__attr *a = &c.node->attr;
    c.k->act_grad(a->act, a->slope, c.n * hg_shape_size(c.node->shape), c.y, c.dy);
}

static void walk_parts(const walk *w)
{
    const hg__node *node = &w->p->node[w->leg->from];
    if (w->forth && runs_forward(w, w->leg->from)) hg__team_run(w->p->team, parts_of(w), part_forward, (void *)w);
    if (!w->back || !runs_back(w, w->leg->from)) return;
    if (node->attr.act != HG__ACT_NONE) hg__team_run(w->p->team, w->shards, pass_shard, (void *)w);
    size_t ways = w->p->place[w->leg->from].dx_wanted[0] ? 2 : 1;
    hg__team_run(w->p->team, ways * parts_of(w), part_back, (void *)w);
}

/* ---- All legs ------------------------------------------------------------------------------------------ */

/* An op that couples samples does so in training only; its gradients are those of shard 0, the others' stay zero for
 * ever. */
static void walk_leg(walk *w, const hg__leg *leg, bool forth, bool back)
{
    w->leg = leg, w->forth = forth, w->back = back;
    if (leg->kind == HG__LEG_PARTS) walk_parts(w);
    else if (leg->kind == HG__LEG_WHOLE && w->train) through_leg(w, (piece){.n = w->n});
    else hg__team_run(w->p->team, w->shards, walk_shard, w);
}

static void run_walk(walk *w)
{
    const hg_plan *p = w->p;
    const hg__leg *end = p->leg + p->legs;
    for (const hg__leg *leg = p->leg; leg < end; leg++) walk_leg(w, leg, true, w->train && hg__leg_turns(p, leg));
    for (const hg__leg *leg = end; w->train && leg-- > p->leg;)
        if (!hg__leg_turns(p, leg)) walk_leg(w, leg, hg__leg_repeats(p, leg), true);
}

/* After the walk: a stretch of the shards' sum. */
static void run_job(void *ctx, size_t number, size_t thread)
{
    const walk *w = ctx;
    const hg_plan *p = w->p;
    const hg__job *job = &p->job[number];
    (void)thread;
    p->k->sum_shards(job->size, w->shards, p->shard_size, p->shards + job->shard_at, p->gradient + job->gradient_at);
}

/* Behind the jobs: the gradients that are made of sums. */
static void make_share(void *ctx, size_t task, size_t thread)
{
    const walk *w = ctx;
    size_t i = task / PACK_PARTS;
    if (w->p->place[i].sums_at == SIZE_MAX) return;
    hg__call c = make_call(w, i, (piece){.thread = thread});
    c.sums = w->p->gradient + w->p->place[i].summed_at;
    c.part = task % PACK_PARTS, c.parts = PACK_PARTS;
    c.node->op->weights(&c);
}

static void finish_gradient(walk *w)
{
    hg_plan *p = w->p;
    hg__team_run(p->team, p->jobs, run_job, w);
    if (p->summed_size) hg__team_run(p->team, p->g->nodes * PACK_PARTS, make_share, w);
}

/* Large weights are packed by several threads. */
static void pack_share(void *ctx, size_t task, size_t thread)
{
    (void)thread;
    hg_plan *p = ctx;
    size_t i = task / PACK_PARTS, part = task % PACK_PARTS;
    const hg__node *node = &p->node[i];
    size_t parts = node->param[0].size > PACK_ALONE ? PACK_PARTS : 1;
    if (!node->op->pack || part >= parts) return;
    walk w = {.p = p};
    hg__call c = {
        .node = &p->node[i], .k = p->k, .table = p->place[i].table, .packed = p->place[i].packed, .both = p->o.train};
    find_weights(&w, &c, i, 0);
    c.node->op->pack(&c, part, parts);
}

void hg_plan_refresh(hg_plan *p) { hg__team_run(p->team, p->g->nodes * PACK_PARTS, pack_share, p); }

/* ---- The public walks ------------------------------------------------------------------------------------ */

static void sum_losses(const walk *w, hg_losses *losses)
{
    const hg_plan *p = w->p;
    *losses = (hg_losses){.n = p->losses};
    for (size_t k = 0; k < p->losses; k++) {
        double sum = 0;
        for (size_t i = 0; i < w->n; i++) sum += (double)p->loss_values[k * p->o.batch + i];
        losses->part[k].name = p->loss_name[k];
        losses->part[k].value = sum;
        losses->total += sum;
    }
}

static size_t gradient_shards(size_t n)
{
    size_t shards = n / HG__SHARD_SAMPLES;
    return shards < HG__LEAST_SHARDS ? HG__LEAST_SHARDS : shards > HG__MOST_SHARDS ? HG__MOST_SHARDS : shards;
}

size_t hg__shards_for(const hg_plan *p, size_t n, bool train)
{
    size_t shards = train && p->shard_size ? gradient_shards(n) : hg__team_size(p->team);
    return n < shards ? n : shards;
}

/* size: see net.h. */
void hg_gradient(hg_plan *p, size_t n, const hg_real *x, const hg_real *t, uint32_t step, hg_losses *losses)
{
    assert(n && n <= p->o.batch);
    size_t at = hg__graph_find(p->g, "x");
    walk w = {.p = p, .t = t, .x = at, .n = n, .shards = hg__shards_for(p, n, true), .step = step, .train = true};
    p->place[at].bound = (real *)(uintptr_t)x; /* only read */
    run_walk(&w);
    finish_gradient(&w);
    p->place[at].bound = NULL;
    sum_losses(&w, losses);
}

void hg_losses_of(hg_plan *p, size_t n, const hg_real *x, const hg_real *t, hg_losses *losses)
{
    assert(n && n <= p->o.batch);
    size_t at = hg__graph_find(p->g, "x");
    walk w = {.p = p, .t = t, .x = at, .n = n, .shards = hg__shards_for(p, n, false)};
    p->place[at].bound = (real *)(uintptr_t)x; /* only read */
    run_walk(&w);
    p->place[at].bound = NULL;
    sum_losses(&w, losses);
}

/* Marks what lies between `from` and `to`; false when an input other than `from` would be needed. */
static bool find_needed(const hg_plan *p, size_t from, size_t to, bool *needed)
{
    memset(needed, 0, p->g->nodes * sizeof *needed);
    needed[to] = true;
    for (size_t i = to + 1; i-- > 0;) {
        if (!needed[i] || i == from) continue;
        if (!p->node[i].inputs) return false;
        for (size_t k = 0; k < p->node[i].inputs; k++) needed[p->node[i].input[k]] = true;
    }
    bool reached = needed[from];
    needed[from] = false;
    return reached;
}

/* size: see net.h. */
hg_status hg_forward(hg_plan *p, const char *from, const char *to, size_t n, const hg_real *in, hg_real *out)
{
    size_t a = hg__graph_find(p->g, from), b = hg__graph_find(p->g, to);
    bool needed[HG__MOST_NODES];
    if (a == HG__MOST_NODES || b == HG__MOST_NODES || a == b || n > p->o.batch) return HG_USAGE;
    if (!find_needed(p, a, b, needed)) return HG_USAGE;
    walk w = {.p = p, .needed = needed, .n = n, .shards = hg__shards_for(p, n, false)};
    p->place[a].bound = (real *)(uintptr_t)in; /* only read */
    p->place[b].bound = out;
    run_walk(&w);
    p->place[a].bound = p->place[b].bound = NULL;
    return HG_OK;
}
