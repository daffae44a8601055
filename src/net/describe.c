/* describe.c: a plan as a table for people or as JSON: what each line gives, costs and learns, and where the memory
 * goes. Both are made from the same rows. A multiply-add counts as two operations; a training step is the way
 * forwards, the gradients of the weights, and the gradients of the inputs except where nothing before learns. */
#include "net/plan.h"

#include "base/json.h"
#include "base/text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct row { /* of one node */
    char value[32], op[192], shape[80], parameters[32], mflop[32];
} row;

typedef struct memory { /* of one part of the map */
    const char *name, *what;
    size_t bytes;
} memory;

enum { MEMORY_PARTS = 9 };

typedef struct cost {
    size_t forward, training; /* operations per sample */
} cost;

/* ---- Words ------------------------------------------------------------------------------------------ */

static void add_pair(hg__text *t, const char *prefix, size_t a, size_t b)
{
    if (a == b) hg__text_add(t, " %s%zu", prefix, a);
    else hg__text_add(t, " %s%zux%zu", prefix, a, b);
}

static void add_window(hg__text *t, const hg__node *n)
{
    const hg__attr *a = &n->attr;
    unsigned words = n->op->words;
    bool is_pool = !(words & HG__WORD_SIZE); /* its stride is its kernel unless told */
    bool told = a->sh != (is_pool ? a->kh : 1) || a->sw != (is_pool ? a->kw : 1);
    if (words & HG__WORD_STRIDE && told) add_pair(t, "/", a->sh, a->sw);
    if (words & HG__WORD_PAD && a->ph + a->pw) add_pair(t, "p", a->ph, a->pw);
    else if (words & HG__WORD_PAD && a->pad_given) hg__text_add(t, " valid");
    if (words & HG__WORD_STRIDE && a->oph + a->opw) add_pair(t, "+", a->oph, a->opw);
    if (words & HG__WORD_DILATION && a->dh * a->dw > 1) add_pair(t, "d", a->dh, a->dw);
    if (words & HG__WORD_GROUPS && a->groups > 1) hg__text_add(t, " g%zu", a->groups);
}

static void add_shape(hg__text *t, hg_shape s)
{
    if (s.h * s.w == 1) hg__text_add(t, " %zu", s.c);
    else hg__text_add(t, " %zux%zux%zu", s.h, s.w, s.c);
}

static void add_numbers(hg__text *t, const hg__node *n)
{
    const hg__attr *a = &n->attr;
    unsigned words = n->op->words;
    bool has_delta = n->op->kinds && !strcmp(n->op->kinds[a->kind], "huber");
    if (words & HG__WORD_KERNEL && a->kh) hg__text_add(t, " %zux%zu", a->kh, a->kw);
    if (words & HG__WORD_SIZE) add_shape(t, words & HG__WORD_KERNEL ? (hg_shape){1, 1, a->size.c} : a->size);
    add_window(t, n);
    if (words & HG__WORD_TO && !(words & HG__WORD_STRIDE) && a->to.h) hg__text_add(t, " to %zux%zu", a->to.h, a->to.w);
    if (words & HG__WORD_RANGE) hg__text_add(t, " %zu..%zu", a->from, a->upto);
    if (words & HG__WORD_VALUE && a->value >= 0 && (!(n->op->flags & HG__OP_LOSS) || has_delta))
        hg__text_add(t, " %g", a->value);
}

static void add_inputs(hg__text *t, const hg_graph *g, size_t i)
{
    const hg__node *n = &g->node[i];
    size_t before = i;
    while (before-- > 0 && g->node[before].op->flags & HG__OP_LOSS) {}
    bool plain = n->op->words & HG__WORD_INPUTS;
    if (!n->inputs || (!plain && n->input[0] == before)) return;
    if (!plain) hg__text_add(t, " <-");
    for (size_t k = 0; k < n->inputs; k++) hg__text_add(t, " %s", g->node[n->input[k]].name);
}

void hg__node_write(hg__text *t, const hg__node *n)
{
    const hg__attr *a = &n->attr;
    bool is_act = !strcmp(n->op->name, "act");
    hg__text_add(t, "%s", is_act ? hg__act_name(a->act) : n->op->name);
    if (n->op->words & HG__WORD_KIND) hg__text_add(t, " %s", n->op->kinds[a->kind]);
    add_numbers(t, n);
    if (n->op->words & HG__WORD_BIAS && !a->bias) hg__text_add(t, " nobias");
    if (!is_act && a->act != HG__ACT_NONE) hg__text_add(t, " %s", hg__act_name(a->act));
    if (a->act == HG__ACT_LEAKY || a->act == HG__ACT_ELU) hg__text_add(t, "=%g", (double)a->slope);
}

static void write_op(hg__text *t, const hg_graph *g, size_t i)
{
    const hg__node *n = &g->node[i];
    hg__node_write(t, n);
    add_inputs(t, g, i);
    if (n->attr.sum) hg__text_add(t, " sum");
    if (n->op->words & HG__WORD_FACTOR && n->attr.factor != 1) hg__text_add(t, " * %g", n->attr.factor);
}

/* ---- Figures ---------------------------------------------------------------------------------------- */

static size_t macs_of(const hg__node *n) { return n->op->macs ? n->op->macs(n) : 0; }

static size_t parameters_of(const hg__node *n)
{
    size_t sum = 0;
    for (size_t k = 0; k < n->params; k++) sum += n->param[k].frozen ? 0 : n->param[k].size;
    return sum;
}

static cost cost_of(const hg_graph *g)
{
    cost sum = {0};
    bool learns[HG__MOST_NODES] = {false}; /* something at or before the node does */
    for (size_t i = 0; i < g->nodes; i++) {
        const hg__node *n = &g->node[i];
        bool before = false;
        for (size_t k = 0; k < n->inputs; k++) before |= learns[n->input[k]];
        size_t work = 2 * macs_of(n), own = parameters_of(n);
        learns[i] = before || own;
        sum.forward += work;
        sum.training += work * (1 + (size_t)(own != 0) + (size_t)before);
    }
    return sum;
}

static void list_memory(const hg_plan *p, memory list[MEMORY_PARTS])
{
    const hg__sizes *s = &p->sizes;
    size_t scratch = s->scratch * hg__team_size(p->team);
    const char *packed = p->o.train ? "weights in the order of the kernels" : "the same for the kernels, shared too";
    const memory parts[MEMORY_PARTS] = {
        {"weights", "the model's own, shared by its plans", s->weights},
        {"gradient", "of the whole batch", s->gradient},
        {"shards", "gradients of the parts of a batch", s->shards},
        {"packed", packed, s->packed},
        {"tables", "where windows lie", s->tables},
        {"wide", "values kept for the whole batch", s->wide},
        {"narrow", "values on the way, for each thread", s->narrow - scratch},
        {"scratch", "within one op, for each thread", scratch},
        {"losses", "of each sample", s->losses},
    };
    memcpy(list, parts, sizeof parts);
}

static size_t whole_memory(const hg_plan *p) { return p->sizes.weights + hg_plan_memory(p); }

/* ---- JSON ------------------------------------------------------------------------------------------- */

static void set(json_t *object, const char *key, json_t *value) { json_object_set_new(object, key, value); }
static void set_size(json_t *object, const char *key, size_t n) { set(object, key, json_integer((json_int_t)n)); }

/* The finished object; NULL when memory was short and keys are missing. */
static json_t *finish(json_t *object, size_t keys)
{
    if (json_object_size(object) == keys) return object;
    json_decref(object);
    return NULL;
}

static json_t *shape_json(hg_shape s)
{
    return json_pack("[I, I, I]", (json_int_t)s.h, (json_int_t)s.w, (json_int_t)s.c);
}

static json_t *node_json(const hg_graph *g, size_t i)
{
    const hg__node *n = &g->node[i];
    hg__text op = {0};
    json_t *node = json_object(), *inputs = json_array();
    write_op(&op, g, i);
    for (size_t k = 0; k < n->inputs; k++) json_array_append_new(inputs, json_string(g->node[n->input[k]].name));
    set(node, "value", n->op->flags & HG__OP_LOSS ? json_null() : json_string(n->name));
    set(node, "op", op.failed ? NULL : json_string(op.at));
    set_size(node, "line", n->line);
    set(node, "inputs", json_array_size(inputs) == n->inputs ? json_incref(inputs) : NULL);
    set(node, "shape", shape_json(n->shape));
    set_size(node, "parameters", parameters_of(n));
    set(node, "mflop", json_real(2e-6 * (double)macs_of(n)));
    set(node, "output_padding", json_pack("[I, I]", (json_int_t)n->attr.oph, (json_int_t)n->attr.opw));
    json_decref(inputs);
    hg__text_close(&op);
    return finish(node, 8);
}

static json_t *nodes_json(const hg_graph *g)
{
    json_t *nodes = json_array();
    for (size_t i = 0; i < g->nodes; i++) json_array_append_new(nodes, node_json(g, i));
    if (json_array_size(nodes) == g->nodes) return nodes;
    json_decref(nodes);
    return NULL;
}

static json_t *memory_json(const hg_plan *p)
{
    memory part[MEMORY_PARTS];
    json_t *map = json_object();
    list_memory(p, part);
    for (size_t i = 0; i < MEMORY_PARTS; i++) set_size(map, part[i].name, part[i].bytes);
    set_size(map, "total", whole_memory(p));
    return finish(map, MEMORY_PARTS + 1);
}

static char *describe_json(const hg_plan *p)
{
    cost sum = cost_of(p->g);
    json_t *root = json_object(), *name = json_string(p->g->name);
    set(root, "name", name ? name : json_null()); /* a path may be no UTF-8 */
    set_size(root, "batch", p->o.batch);
    set_size(root, "threads", hg__team_size(p->team));
    set_size(root, "micro", p->micro);
    set(root, "recompute", json_boolean(p->recompute));
    set(root, "train", json_boolean(p->o.train));
    set(root, "kernels", json_string(p->k->name));
    set_size(root, "parameters", p->g->parameters);
    set(root, "mflop_forward", json_real(1e-6 * (double)sum.forward));
    set(root, "mflop_training", json_real(1e-6 * (double)sum.training));
    set(root, "nodes", nodes_json(p->g));
    set(root, "memory", memory_json(p));
    root = finish(root, 12);
    char *text = hg__json_dump(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(root);
    return text;
}

/* ---- The table -------------------------------------------------------------------------------------- */

/* 2837314 → "2,837,314" */
static void group_digits(size_t n, char out[32])
{
    char digits[24];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%zu", n), at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
}

static void fill_row(row *r, const hg_graph *g, size_t i)
{
    const hg__node *n = &g->node[i];
    size_t macs = macs_of(n), parameters = parameters_of(n);
    bool is_loss = n->op->flags & HG__OP_LOSS;
    hg__text op = {0};
    write_op(&op, g, i);
    snprintf(r->op, sizeof r->op, "%s", op.at ? op.at : "");
    hg__text_close(&op);
    snprintf(r->value, sizeof r->value, "%s", is_loss ? "" : n->name);
    if (!is_loss) snprintf(r->shape, sizeof r->shape, "%zux%zux%zu", n->shape.h, n->shape.w, n->shape.c);
    if (parameters) group_digits(parameters, r->parameters);
    if (macs) snprintf(r->mflop, sizeof r->mflop, "%.3f", 2e-6 * (double)macs);
}

static void widen(int *width, const char *cell)
{
    int length = (int)strlen(cell);
    if (length > *width) *width = length;
}

static void write_row(hg__text *t, const int width[3], const row *r)
{
    hg__text_add(t, "%-*s  %-*s  %*s  %12s  %10s", width[0], r->value, width[1], r->op, width[2], r->shape,
                 r->parameters, r->mflop);
    while (t->size && t->at[t->size - 1] == ' ') t->at[--t->size] = 0;
    hg__text_add(t, "\n");
}

static void write_nodes(hg__text *t, const hg_graph *g, row *r)
{
    const row head = {.value = "value", .op = "line", .shape = "shape", .parameters = "parameters", .mflop = "MFLOP"};
    int width[3] = {5, 4, 5};
    char parameters[32];
    for (size_t i = 0; i < g->nodes; i++) {
        fill_row(&r[i], g, i);
        widen(&width[0], r[i].value);
        widen(&width[1], r[i].op);
        widen(&width[2], r[i].shape);
    }
    write_row(t, width, &head);
    for (size_t i = 0; i < g->nodes; i++) write_row(t, width, &r[i]);
    cost sum = cost_of(g);
    group_digits(g->parameters, parameters);
    hg__text_add(t, "\nparameters %s; per sample %.2f MFLOP forwards, %.2f in training\n", parameters,
                 1e-6 * (double)sum.forward, 1e-6 * (double)sum.training);
}

static void write_memory(hg__text *t, const hg_plan *p)
{
    memory part[MEMORY_PARTS];
    size_t threads = hg__team_size(p->team);
    list_memory(p, part);
    hg__text_add(t, "\nmemory for a batch of %zu in %s, %zu thread%s, %zu sample%s at a time%s, kernels %s\n\n",
                 p->o.batch, p->o.train ? "training" : "inference", threads, threads == 1 ? "" : "s", p->micro,
                 p->micro == 1 ? "" : "s", p->recompute ? ", values computed again" : "", p->k->name);
    for (size_t i = 0; i < MEMORY_PARTS; i++)
        if (part[i].bytes)
            hg__text_add(t, "%-9s %10.3f MB  %s\n", part[i].name, 1e-6 * (double)part[i].bytes, part[i].what);
    hg__text_add(t, "%-9s %10.3f MB\n", "total", 1e-6 * (double)whole_memory(p));
}

static char *describe_table(const hg_plan *p)
{
    hg__text t = {0};
    row *r = calloc(p->g->nodes, sizeof *r);
    if (!r) return NULL;
    write_nodes(&t, p->g, r);
    write_memory(&t, p);
    free(r);
    if (t.failed) hg__text_close(&t);
    return t.at;
}

char *hg_plan_describe(const hg_plan *p, bool json) { return json ? describe_json(p) : describe_table(p); }
