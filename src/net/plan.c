/* plan.c: from graph to memory. First it is settled in which legs the net is walked, which gradients are wanted and
 * who writes them first; then the lifetime of every buffer; then how many samples are walked at a time; then
 * everything is placed. */
#include "net/plan.h"

#include "net/sketch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MICRO = 64, REDUCE_SIZE = 8192, ALIGN = HG__ALIGN / sizeof(real) };

static size_t round_up(size_t n) { return (n + ALIGN - 1) / ALIGN * ALIGN; }
static bool is_loss(const hg__node *n) { return n->op->flags & HG__OP_LOSS; }

/* ---- Gradients ----------------------------------------------------------------------------------- */

/* Whether something trainable lies at or before each node. */
static void find_trainable(const hg_plan *p, bool *trainable)
{
    for (size_t i = 0; i < p->g->nodes; i++) {
        const hg__node *n = &p->node[i];
        trainable[i] = false;
        for (size_t k = 0; k < n->params; k++) trainable[i] |= !n->param[k].frozen;
        for (size_t k = 0; k < n->inputs; k++) trainable[i] |= trainable[n->input[k]];
    }
}

/* From the losses backwards: who is trained, and who is the first to write a value's gradient. What a loss
 * holds against (its second input) gets none, but for kl, which has two heads. */
static void find_gradients(hg_plan *p)
{
    const hg_graph *g = p->g;
    bool trainable[HG__MOST_NODES], written[HG__MOST_NODES] = {false};
    find_trainable(p, trainable);
    for (size_t i = g->nodes; i-- > 0;) {
        const hg__node *n = &p->node[i];
        hg__place *q = &p->place[i];
        q->trained = trainable[i] && (is_loss(n) || written[i]);
        if (!q->trained) continue;
        bool head_only = is_loss(n) && n->inputs == 2 && strcmp(n->op->kinds[n->attr.kind], "kl");
        for (size_t k = 0; k < n->inputs; k++) {
            size_t from = n->input[k];
            q->dx_wanted[k] = trainable[from] && !(head_only && k == 1);
            if (!q->dx_wanted[k]) continue;
            q->dx_add[k] = written[from];
            written[from] = true;
        }
    }
}

/* ---- Legs ------------------------------------------------------------------------------------------- */

static hg__leg_kind kind_of(const hg_plan *p, size_t i)
{
    unsigned flags = p->o.train ? p->node[i].op->flags : 0;
    return flags & HG__OP_COUPLES ? HG__LEG_WHOLE : flags & HG__OP_SPLITS ? HG__LEG_PARTS : HG__LEG_PIECES;
}

static void find_legs(hg_plan *p)
{
    for (size_t i = 0; i < p->g->nodes; i++) {
        hg__leg next = {kind_of(p, i), i, i + 1}, *last = p->leg + p->legs - 1;
        bool joins = p->legs && next.kind == HG__LEG_PIECES && last->kind == HG__LEG_PIECES;
        if (joins) last->upto = i + 1;
        else p->leg[p->legs++] = next;
    }
}

bool hg__leg_turns(const hg_plan *p, const hg__leg *leg)
{
    return leg == p->leg + p->legs - 1 && leg->kind == HG__LEG_PIECES;
}

/* ---- Lifetimes: step i is node i forwards, 2 * nodes - 1 - i the same node backwards --------------------- */

static void extend(hg__buffer *b, size_t step)
{
    if (step < b->born) b->born = step;
    if (step > b->dies) b->dies = step;
}

static const hg__leg *leg_of(const hg_plan *p, size_t step)
{
    size_t node = step < p->g->nodes ? step : 2 * p->g->nodes - 1 - step;
    const hg__leg *leg = p->leg;
    while (leg->upto <= node) leg++;
    return leg;
}

bool hg__leg_repeats(const hg_plan *p, const hg__leg *leg)
{
    return p->recompute && leg->kind == HG__LEG_PIECES && !hg__leg_turns(p, leg);
}

static void live_inputs(hg_plan *p, size_t i)
{
    const hg__node *n = &p->node[i];
    const hg__place *q = &p->place[i];
    const hg__leg *leg = leg_of(p, i);
    size_t all = 2 * p->g->nodes, back = all - 1 - i;
    bool reads_back = q->trained && n->op->flags & HG__OP_NEEDS_X;
    for (size_t k = 0; k < n->inputs; k++) {
        hg__place *from = &p->place[n->input[k]];
        extend(&from->y, i);
        from->y.leaves |= leg_of(p, n->input[k]) != leg;
        if (reads_back) extend(&from->y, back);
        if (hg__leg_repeats(p, leg)) extend(&from->y, all - 1 - leg->from);
        if (!q->dx_wanted[k]) continue;
        if (!from->dy.used) from->dy = (hg__buffer){.size = from->dy.size, .born = back, .dies = back, .used = true};
        extend(&from->dy, back);
    }
}

/* The steps that are taken together, piece by piece, around one of them: those of its leg and way, and on the last leg
 * both ways. */
static void steps_around(const hg_plan *p, size_t step, size_t *from, size_t *upto)
{
    size_t all = 2 * p->g->nodes;
    const hg__leg *leg = leg_of(p, step);
    bool turns = hg__leg_turns(p, leg), back = step >= p->g->nodes;
    *from = back && !turns ? all - leg->upto : leg->from;
    *upto = back || turns ? all - leg->from : leg->upto;
}

/* A value that lives within one leg of pieces is narrow. While pieces of a leg go their way, one of them may not write
 * where another has still to read: so a wide value lives for whole legs; one that is written again lives until then. */
static void widen(const hg_plan *p, hg__buffer *b)
{
    const hg__leg *leg = leg_of(p, b->born);
    size_t from, upto, last_from, last_upto;
    bool repeats = hg__leg_repeats(p, leg) && b->born < p->g->nodes;
    steps_around(p, b->born, &from, &upto);
    steps_around(p, b->dies, &last_from, &last_upto);
    bool stays = from == last_from || (repeats && leg_of(p, b->dies) == leg && !b->leaves);
    b->wide = leg->kind != HG__LEG_PIECES || !stays;
    if (!b->wide) return;
    b->born = from, b->dies = last_upto - 1;
    if (repeats) extend(b, 2 * p->g->nodes - 1 - leg->from);
}

static void find_lifetimes(hg_plan *p, const hg__needs *needs)
{
    const hg_graph *g = p->g;
    for (size_t i = 0; i < g->nodes; i++) {
        hg__place *q = &p->place[i];
        size_t size = hg_shape_size(g->node[i].shape);
        q->y = (hg__buffer){.size = size, .born = i, .dies = i, .used = size && p->node[i].inputs};
        q->dy = (hg__buffer){.size = size};
        q->keep = (hg__buffer){.size = needs[i].keep, .born = i, .dies = i, .used = needs[i].keep};
    }
    for (size_t i = g->nodes; i-- > 0;) {
        hg__place *q = &p->place[i];
        size_t back = 2 * g->nodes - 1 - i;
        live_inputs(p, i);
        if (!q->trained) continue;
        if (p->node[i].op->flags & HG__OP_NEEDS_Y) extend(&q->y, back);
        extend(&q->keep, back);
        if (q->dy.used) extend(&q->dy, back);
    }
    for (size_t i = 0; i < g->nodes; i++) {
        hg__place *q = &p->place[i];
        widen(p, &q->y), widen(p, &q->dy), widen(p, &q->keep);
    }
}

/* ---- Placing ---------------------------------------------------------------------------------------- */

static int larger_first(const void *a, const void *b)
{
    const hg__buffer *x = *(hg__buffer *const *)a, *y = *(hg__buffer *const *)b;
    if (x->size != y->size) return x->size < y->size ? 1 : -1;
    if (x->born != y->born) return x->born < y->born ? -1 : 1;
    return x->dies < y->dies ? -1 : x->dies > y->dies;
}

static bool meet(const hg__buffer *a, const hg__buffer *b) { return a->born <= b->dies && b->born <= a->dies; }

size_t hg__place_buffers(hg__buffer **list, size_t n, size_t samples)
{
    size_t room = 0;
    qsort(list, n, sizeof *list, larger_first);
    for (size_t i = 0; i < n; i++) {
        size_t size = round_up(list[i]->size * samples);
        list[i]->at = 0;
        for (size_t j = 0; j < i;) {
            size_t end = list[j]->at + round_up(list[j]->size * samples);
            bool clash = meet(list[i], list[j]) && list[i]->at < end && list[j]->at < list[i]->at + size;
            if (clash) list[i]->at = end, j = 0;
            else j++;
        }
        if (list[i]->at + size > room) room = list[i]->at + size;
    }
    return room;
}

/* All used buffers that are wide, or all that are narrow. */
static size_t place_all(hg_plan *p, bool wide, size_t samples)
{
    hg__buffer *list[3 * HG__MOST_NODES];
    size_t n = 0;
    for (size_t i = 0; i < p->g->nodes; i++) {
        hg__buffer *three[] = {&p->place[i].y, &p->place[i].dy, &p->place[i].keep};
        for (size_t k = 0; k < 3; k++)
            if (three[k]->used && three[k]->wide == wide) list[n++] = three[k];
    }
    return hg__place_buffers(list, n, samples);
}

/* ---- Sizes ------------------------------------------------------------------------------------------ */

static hg__setup setup_of(const hg_plan *p, size_t i)
{
    return (hg__setup){.node = &p->node[i], .k = p->k, .micro = p->micro, .train = p->o.train};
}

static void find_needs(const hg_plan *p, hg__needs *needs)
{
    for (size_t i = 0; i < p->g->nodes; i++) {
        hg__setup s = setup_of(p, i);
        const hg__op *op = p->node[i].op;
        needs[i] = op->needs ? op->needs(&s) : (hg__needs){0};
        if (!p->o.train) needs[i].keep = 0;
    }
}

static size_t most_scratch(const hg_plan *p, const hg__needs *needs)
{
    size_t most = 0;
    for (size_t i = 0; i < p->g->nodes; i++)
        if (needs[i].scratch > most) most = needs[i].scratch;
    return round_up(most);
}

/* For a stated micro-batch. */
static void find_buffers(hg_plan *p, hg__needs *needs, size_t micro)
{
    p->micro = micro;
    find_needs(p, needs);
    find_lifetimes(p, needs);
}

static size_t largest_value(const hg_graph *g)
{
    size_t most = 0;
    for (size_t i = 0; i < g->nodes; i++)
        if (hg_shape_size(g->node[i].shape) > most) most = hg_shape_size(g->node[i].shape);
    return most;
}

/* Bytes of the packed weights that a few samples meet on their way. */
static size_t weights_met(const hg_plan *p, const hg__needs *needs)
{
    size_t n = 0;
    for (const hg__leg *leg = p->leg; leg < p->leg + p->legs; leg++)
        for (size_t i = leg->from; i < leg->upto && leg->kind == HG__LEG_PIECES; i++) n += needs[i].packed;
    return n * sizeof(real);
}

/* As many samples as leave a quarter of the near cache to the weights. In training these may be much more than a
 * sample's values, and are read anew for each few samples, as their gradients are: then as many as have values for
 * twice the weights. But no more than a shard. */
static void choose_micro(hg_plan *p, hg__needs *needs)
{
    find_buffers(p, needs, 1);
    size_t bytes = (place_all(p, false, 1) + most_scratch(p, needs)) * sizeof(real) + 1;
    size_t shards = hg__shards_for(p, p->o.batch, p->o.train), shard = (p->o.batch + shards - 1) / shards,
           near = hg__near_memory() / 4 * 3 / bytes, even = p->o.train ? 2 * weights_met(p, needs) / bytes : 0,
           micro = near > even ? near : even;
    if (p->o.micro) micro = p->o.micro;
    if (micro > MOST_MICRO && !p->o.micro) micro = MOST_MICRO;
    size_t reach = largest_value(p->g) + bytes; /* the offsets of a walk are int32 */
    if (micro > INT32_MAX / reach) micro = INT32_MAX / reach;
    if (micro > shard) micro = shard;
    find_buffers(p, needs, micro ? micro : 1);
}

/* An op whose whole gradients are not made in parts makes them of sums. */
static size_t sums_of(const hg_plan *p, size_t i)
{
    hg__setup s = setup_of(p, i);
    const hg__op *op = p->node[i].op;
    s.micro = 1; /* not chosen yet, and no matter */
    return p->place[i].trained && op->weights && !(op->flags & HG__OP_SPLITS) ? op->needs(&s).sums : 0;
}

static void find_shards(hg_plan *p)
{
    for (size_t i = 0; i < p->g->nodes; i++)
        for (size_t k = 0; k < p->node[i].params; k++) {
            const hg__param *w = &p->node[i].param[k];
            bool sharded = p->o.train && p->place[i].trained && !w->whole && !w->frozen;
            p->place[i].shard_at[k] = sharded ? p->shard_size : SIZE_MAX;
            if (sharded) p->shard_size += round_up(w->size);
        }
    for (size_t i = 0; i < p->g->nodes; i++) {
        size_t sums = p->place[i].sums = sums_of(p, i);
        p->place[i].sums_at = sums ? p->shard_size : SIZE_MAX;
        p->place[i].summed_at = p->g->weights + p->summed_size;
        p->shard_size += round_up(sums), p->summed_size += round_up(sums);
    }
}

/* Into job, unless it is NULL, the parts of one more stretch; returns how many there are. */
static size_t add_jobs(hg__job *job, hg__job whole)
{
    size_t parts = (whole.size + REDUCE_SIZE - 1) / REDUCE_SIZE;
    for (size_t part = 0; job && part < parts; part++) {
        size_t from = whole.size * part / parts, upto = whole.size * (part + 1) / parts;
        job[part] =
            (hg__job){.shard_at = whole.shard_at + from, .gradient_at = whole.gradient_at + from, .size = upto - from};
    }
    return parts;
}

/* Without memory (job NULL) it counts. */
static size_t list_jobs(const hg_plan *p, hg__job *job)
{
    size_t n = 0;
    for (size_t i = 0; i < p->g->nodes; i++) {
        const hg__place *q = &p->place[i];
        for (size_t k = 0; k < p->node[i].params; k++) {
            const hg__param *w = &p->node[i].param[k];
            if (q->shard_at[k] != SIZE_MAX)
                n += add_jobs(job ? job + n : NULL, (hg__job){q->shard_at[k], w->offset, w->size});
        }
        if (q->sums_at != SIZE_MAX) n += add_jobs(job ? job + n : NULL, (hg__job){q->sums_at, q->summed_at, q->sums});
    }
    return n;
}

static hg_status name_losses(hg_plan *p, hg_error *e)
{
    for (size_t i = 0; i < p->g->nodes; i++) {
        const hg__node *n = &p->node[i];
        if (!is_loss(n)) continue;
        if (p->losses == HG__MOST_LOSSES)
            return hg__fail(e, HG_MODEL, p->g->name, "has more than %d losses", HG__MOST_LOSSES);
        p->place[i].loss = p->losses;
        snprintf(p->loss_name[p->losses++], sizeof p->loss_name[0], "%s %s%s%s", n->op->kinds[n->attr.kind],
                 p->node[n->input[0]].name, n->inputs > 1 ? " " : "", n->inputs > 1 ? p->node[n->input[1]].name : "");
    }
    return HG_OK;
}

/* ---- Memory ---------------------------------------------------------------------------------------- */

static void count_sizes(hg_plan *p, const hg__needs *needs)
{
    hg__sizes *s = &p->sizes;
    *s = (hg__sizes){0};
    for (size_t i = 0; i < p->g->nodes; i++) {
        p->place[i].packed_size = round_up(needs[i].packed);
        s->packed += p->place[i].packed_size * sizeof(real);
        s->tables += hg__align(needs[i].table);
    }
    size_t wide = place_all(p, true, p->o.batch);
    p->scratch_at = place_all(p, false, p->micro);
    s->scratch = most_scratch(p, needs) * sizeof(real);
    p->narrow_size = round_up(p->scratch_at + s->scratch / sizeof(real));
    s->weights = p->g->weights * sizeof(real);
    s->gradient = p->o.train ? hg__align(s->weights + p->summed_size * sizeof(real)) : 0;
    s->shards = hg__shards_for(p, p->o.batch, true) * p->shard_size * sizeof(real);
    s->wide = wide * sizeof(real);
    s->narrow = hg__team_size(p->team) * p->narrow_size * sizeof(real);
    s->losses = hg__align(p->losses * p->o.batch * sizeof(real));
}

static size_t bytes_of(const hg_plan *p)
{
    const hg__sizes *s = &p->sizes;
    return s->weights + s->gradient + s->shards + s->packed + s->tables + s->wide + s->narrow + s->losses +
           hg__align(p->jobs * sizeof *p->job);
}

/* What is needed is rounded up, so that asking for as much as is told does. */
static hg_status too_little(const hg_plan *p, hg_error *e)
{
    return hg__fail(e, HG_USAGE, "max-memory", "%.4g MB are too little: a batch of %zu takes %.1f MB%s",
                    1e-6 * (double)p->o.memory, p->o.batch, ceil(1e-5 * (double)bytes_of(p)) / 10,
                    p->o.batch > 1 ? "; a smaller batch takes less" : ", and a smaller model less");
}

/* Within o.memory: first by fewer samples at a time, then by computing values again. */
static hg_status fit_memory(hg_plan *p, hg__needs *needs, hg_error *e)
{
    p->recompute = p->o.recompute && p->o.train;
    choose_micro(p, needs);
    for (count_sizes(p, needs); p->o.memory && bytes_of(p) > p->o.memory; count_sizes(p, needs)) {
        bool last = p->recompute || !p->o.train;
        if (p->micro > 1) find_buffers(p, needs, p->micro / 2);
        else if (!last) p->recompute = true, choose_micro(p, needs);
        else return too_little(p, e);
    }
    return HG_OK;
}

static void place_packed(hg_plan *p, hg__arena *a)
{
    for (size_t i = 0; i < p->g->nodes; i++)
        p->place[i].packed = hg__arena_take(a, p->place[i].packed_size * sizeof(real));
}

static hg_status share_packed(hg_plan *p, hg_error *e)
{
    hg__shelf *shelf = hg__model_shelf(p->model);
    pthread_mutex_lock(&shelf->lock);
    hg_status s = hg__packed_take(&p->shared, shelf, p->k, p->sizes.packed, e);
    if (!s) {
        hg__arena a = p->shared->arena;
        place_packed(p, &a);
        if (p->shared->plans == 1) hg_plan_refresh(p);
    }
    pthread_mutex_unlock(&shelf->lock);
    return s;
}

static void leave_packed(hg_plan *p)
{
    hg__shelf *shelf = hg__model_shelf(p->model);
    pthread_mutex_lock(&shelf->lock);
    hg__packed_leave(&p->shared, shelf);
    pthread_mutex_unlock(&shelf->lock);
}

/* What lies outside the plan's own arena. */
static size_t foreign(const hg_plan *p) { return p->sizes.weights + (p->o.train ? 0 : p->sizes.packed); }

static size_t own_memory(const hg_plan *p) { return hg__align(bytes_of(p) - foreign(p)); }

static hg_status take_memory(hg_plan *p, const hg__needs *needs, hg_error *e)
{
    const hg__sizes *s = &p->sizes;
    size_t jobs = hg__align(p->jobs * sizeof *p->job);
    hg_status status = hg__arena_open(&p->arena, own_memory(p), e);
    if (status) return status;
    p->gradient = p->o.train ? hg__arena_take(&p->arena, s->gradient) : NULL;
    p->shards = hg__arena_take(&p->arena, s->shards);
    p->narrow = hg__arena_take(&p->arena, s->narrow);
    p->wide = hg__arena_take(&p->arena, s->wide);
    p->loss_values = hg__arena_take(&p->arena, s->losses);
    p->job = hg__arena_take(&p->arena, jobs);
    if (p->o.train) list_jobs(p, p->job);
    for (size_t i = 0; i < p->g->nodes; i++) {
        hg__setup setup = setup_of(p, i);
        void *table = hg__arena_take(&p->arena, needs[i].table);
        p->place[i].table = table;
        if (p->node[i].op->open) p->node[i].op->open(&setup, table);
    }
    if (p->o.train) place_packed(p, &p->arena);
    return HG_OK;
}

static hg_status lay_out(hg_plan *p, hg_error *e)
{
    hg__needs *needs = calloc(p->g->nodes, sizeof *needs);
    if (!needs) return hg__fail_memory(e, p->g->name, p->g->nodes * sizeof *needs);
    find_legs(p);
    if (p->o.train) find_gradients(p);
    find_shards(p);
    p->jobs = p->o.train ? list_jobs(p, NULL) : 0;
    hg_status s = name_losses(p, e);
    if (!s) s = fit_memory(p, needs, e);
    if (!s && !p->is_sketch) s = take_memory(p, needs, e);
    free(needs);
    return s;
}

static hg_status choose_kernels(hg_plan *p, hg_error *e)
{
    hg_status s = hg__kernels_choose(&p->k, p->o.precision, e);
    if (!s && p->o.train && p->k->precision == HG_PRECISION_INT8)
        s = hg__fail(e, HG_USAGE, "precision",
                     "products in int8 (kernel set '%s') are for inference; train in float32 or bf16", p->k->name);
    return s;
}

/* Lays the plan out, and, but for a sketch, takes its memory. */
static hg_status make_plan(hg_plan **out, hg_model *m, const hg_plan_options *o, bool is_sketch, hg_error *e)
{
    const hg_graph *g = hg_model_graph(m);
    if (!o->batch || o->batch > INT32_MAX / 1024)
        return hg__fail(e, HG_USAGE, "batch", "%zu is not a batch size", o->batch);
    hg_plan *p = calloc(1, sizeof *p);
    if (!p) return hg__fail_memory(e, g->name, sizeof *p);
    *p = (hg_plan){.model = m, .g = g, .o = *o, .is_sketch = is_sketch};
    size_t weights;
    p->weights = hg_model_weights(m, &weights);
    p->node = calloc(g->nodes, sizeof *p->node);
    p->place = calloc(g->nodes, sizeof *p->place);
    p->leg = calloc(g->nodes, sizeof *p->leg);
    bool has_room = p->node && p->place && p->leg;
    hg_status s = has_room ? choose_kernels(p, e) : hg__fail_memory(e, g->name, g->nodes * sizeof *p->node);
    if (!s) hg__fuse(g, p->node);
    size_t threads = o->threads ? o->threads : hg__processors();
    if (!s && threads > 1) s = hg__team_open(&p->team, threads, e);
    if (!s && o->pin) p->pinned = hg__team_pin(p->team);
    if (!s) s = lay_out(p, e);
    if (s) hg_plan_close(&p);
    else *out = p;
    return s;
}

hg_status hg_plan_open(hg_plan **out, hg_model *m, const hg_plan_options *o, hg_error *e)
{
    hg_plan *p = NULL;
    hg_status s = make_plan(&p, m, o, false, e);
    if (!s && o->train) hg_plan_refresh(p);
    else if (!s) s = share_packed(p, e);
    if (s) hg_plan_close(&p);
    else *out = p;
    return s;
}

hg_status hg__plan_sketch(hg_plan **out, hg_model *m, const hg_plan_options *o, hg_error *e)
{
    return make_plan(out, m, o, true, e);
}

void hg_plan_close(hg_plan **p)
{
    if (!*p) return;
    if ((*p)->shared) leave_packed(*p);
    hg__team_close(&(*p)->team);
    hg__arena_close(&(*p)->arena);
    free((*p)->node);
    free((*p)->place);
    free((*p)->leg);
    free(*p);
    *p = NULL;
}

hg_real *hg_plan_gradient(hg_plan *p) { return p->gradient; }
size_t hg_plan_memory(const hg_plan *p) { return own_memory(p) + foreign(p) - p->sizes.weights; }
hg__team *hg__plan_team(hg_plan *p) { return p->team; }
