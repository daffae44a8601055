/* model.c: a graph and its weights, and the file they live in. The weights are one block in the graph's order, each
 * tensor aligned, zeros between them; the file holds each tensor under its stretch's name, so any safetensors reader
 * can open it, and the graph's text beside them, so nothing else is needed. A file is believed only when its
 * tensors are exactly the graph's, in name and shape, and every number is finite. */
#include "net/graph.h"
#include "net/packed.h"
#include "net/safetensors.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_TENSORS = HG__MOST_NODES * HG__MOST_PARAMS, CHUNK = 1024 };

static const char format_version[] = "1";

struct hg_model {
    hg_graph *graph;
    hg__arena block;
    hg_real *weights; /* all of the block */
    hg__shelf shelf;
    hg_preprocess preprocess;
};

static hg_real *weights_of(const hg_model *m) { return m->weights; }

const hg_graph *hg_model_graph(const hg_model *m) { return m->graph; }
hg_preprocess *hg_model_preprocess(hg_model *m) { return &m->preprocess; }
hg__shelf *hg__model_shelf(hg_model *m) { return &m->shelf; }

hg_real *hg_model_weights(hg_model *m, size_t *n)
{
    if (n) *n = m->graph->weights;
    return weights_of(m);
}

void hg_model_sha256(const hg_model *m, char hex[65])
{
    const hg_real *w = weights_of(m);
    SHA2_CTX sum;
    SHA256Init(&sum);
    for (size_t left = m->graph->weights; left;) {
        float values[CHUNK];
        uint8_t bytes[sizeof values];
        size_t n = left < CHUNK ? left : CHUNK;
        for (size_t i = 0; i < n; i++) values[i] = (float)w[i];
        hg__floats_store(values, n, bytes);
        SHA256Update(&sum, bytes, n * sizeof *values);
        w += n, left -= n;
    }
    SHA256End(&sum, hex);
}

void hg_model_close(hg_model **m)
{
    if (!m || !*m) return;
    assert(!(*m)->shelf.first); /* a plan is still open */
    pthread_mutex_destroy(&(*m)->shelf.lock);
    hg_graph_close(&(*m)->graph);
    hg__arena_close(&(*m)->block);
    free(*m);
    *m = NULL;
}

/* ---- Fresh -------------------------------------------------------------------------------------------- */

/* A model with weights of zero; the graph is its own from here on, also on failure. */
static hg_status make_empty(hg_model **out, hg_graph **g, hg_error *e)
{
    hg_model *m = calloc(1, sizeof *m);
    size_t bytes;
    hg_status s = m ? HG_OK : hg__fail_memory(e, (*g)->name, sizeof *m);
    if (!s && !hg__mul((*g)->weights, sizeof(hg_real), &bytes)) s = hg__fail_memory(e, (*g)->name, SIZE_MAX);
    if (!s) s = hg__arena_open(&m->block, bytes, e);
    if (s) {
        free(m);
        hg_graph_close(g);
        return s;
    }
    m->graph = *g;
    m->weights = hg__arena_take(&m->block, bytes);
    m->preprocess.scale = 1;
    pthread_mutex_init(&m->shelf.lock, NULL);
    *g = NULL;
    *out = m;
    return HG_OK;
}

/* U(±1/sqrt(fan-in)), as in PyTorch, or U(±sqrt(6 / (fan-in + fan-out))) with biases of 0, as in Keras (Glorot & Bengio
 * 2010). What has no fan-in has a value of its own. */
static double bound_of(const hg__param *p, hg__start how)
{
    double in = (double)p->fan_in;
    if (how == HG__START_UNIFORM) return 1 / sqrt(in);
    if (p->dims == 1) return 0;
    double out = p->dims == 2 ? (double)p->dim[1] : in / (double)p->dim[2] * (double)p->dim[3];
    return sqrt(6 / (in + out));
}

static void fill(const hg__param *p, hg__start how, hg__random *r, hg_real *w)
{
    double bound = p->fan_in ? bound_of(p, how) : 0;
    for (size_t i = 0; i < p->size; i++)
        w[i] = p->fan_in ? (hg_real)(bound * (2 * hg__random_uniform(r) - 1)) : p->fill;
}

void hg__model_start(hg_model *m, uint64_t seed, hg__start how)
{
    for (size_t i = 0; i < m->graph->nodes; i++) {
        const hg__node *node = &m->graph->node[i];
        for (size_t k = 0; k < node->params; k++) {
            hg__random r = hg__random_at(seed, HG__FOR_WEIGHTS | (uint32_t)i << 8, (uint32_t)k, 0);
            fill(&node->param[k], how, &r, weights_of(m) + node->param[k].offset);
        }
    }
}

hg_status hg_model_make(hg_model **m, hg_graph **g, uint64_t seed, hg_error *e)
{
    hg_status s = make_empty(m, g, e);
    if (!s) hg__model_start(*m, seed, HG__START_UNIFORM);
    return s;
}

/* ---- The tensors of a graph ------------------------------------------------------------------------- */

typedef struct layout { /* every param of a graph with the name it has in the file */
    hg__stretch *stretch;
    const hg__param **param;
    size_t n;
} layout;

static void layout_close(layout *l)
{
    free(l->stretch);
    free(l->param);
    *l = (layout){0};
}

static hg_status layout_open(layout *l, const hg_graph *g, hg_error *e)
{
    *l = (layout){.stretch = calloc(MOST_TENSORS, sizeof *l->stretch), .param = calloc(MOST_TENSORS, sizeof *l->param)};
    if (!l->stretch || !l->param) {
        layout_close(l);
        return hg__fail_memory(e, g->name, MOST_TENSORS * sizeof *l->stretch);
    }
    hg__graph_stretches(g, l->stretch, MOST_TENSORS);
    for (size_t i = 0; i < g->nodes; i++)
        for (size_t k = 0; k < g->node[i].params; k++) l->param[l->n++] = &g->node[i].param[k];
    return HG_OK;
}

/* ---- Opening ----------------------------------------------------------------------------------------- */

typedef struct opener {
    const char *path;
    hg__container file;
    layout layout;
    hg_error *e;
} opener;

static hg_status need_label(const opener *o, const char *key, const char **text)
{
    *text = hg__container_label(&o->file, key);
    if (*text) return HG_OK;
    return hg__fail(o->e, HG_MODEL, o->path, "__metadata__: has no \"%s\"; the file is not a Hourglass model", key);
}

static hg_status check_version(const opener *o)
{
    const char *version;
    hg_status s = need_label(o, "hourglass", &version);
    if (s || !strcmp(version, format_version)) return s;
    return hg__fail(o->e, HG_MODEL, o->path, "__metadata__: model format %.16s, this program reads %s; use a newer one",
                    version, format_version);
}

static hg_status read_graph(const opener *o, hg_graph **g)
{
    const char *text, *name = hg__container_label(&o->file, "name");
    char place[sizeof o->e->where];
    hg_status s = need_label(o, "graph", &text);
    if (s) return s;
    snprintf(place, sizeof place, "%.240s: graph", o->path);
    s = hg_graph_parse(g, text, place, NULL, o->e);
    if (!s) snprintf((*g)->name, sizeof(*g)->name, "%s", name ? name : o->path);
    return s;
}

static bool read_float(const json_t *object, const char *key, float *out)
{
    const json_t *value = json_object_get(object, key);
    *out = (float)json_number_value(value);
    return json_is_number(value) && isfinite(*out);
}

static hg_status read_preprocess(const opener *o, hg_preprocess *p)
{
    const char *text;
    hg_status s = need_label(o, "preprocess", &text);
    if (s) return s;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const char *trained_on = json_string_value(json_object_get(root, "trained_on"));
    bool good = read_float(root, "scale", &p->scale) && read_float(root, "offset", &p->offset) && p->scale != 0;
    good = good && trained_on && strlen(trained_on) < sizeof p->trained_on;
    bool ranged = read_float(root, "low", &p->low) && read_float(root, "high", &p->high) && p->high > p->low;
    if (!ranged) p->low = p->high = 0;
    const char *stored = json_string_value(json_object_get(root, "stored"));
    snprintf(p->stored, sizeof p->stored, "%.11s", ranged && stored ? stored : "");
    if (good) snprintf(p->trained_on, sizeof p->trained_on, "%s", trained_on);
    json_decref(root);
    if (good) return HG_OK;
    return hg__fail(o->e, HG_MODEL, o->path, "__metadata__: \"preprocess\" is not {scale, offset, trained_on}");
}

static const char *shape_text(size_t dims, const size_t *dim, char out[96])
{
    size_t at = (size_t)snprintf(out, 96, "[");
    for (size_t d = 0; d < dims && d < 4; d++) at += (size_t)snprintf(out + at, 96 - at, d ? ", %zu" : "%zu", dim[d]);
    snprintf(out + at, 96 - at, "]");
    return out;
}

/* Every tensor of the graph is in the file, with its shape, and no other. */
static hg_status check_tensors(const opener *o)
{
    const layout *l = &o->layout;
    char has[96], wanted[96];
    for (size_t i = 0; i < l->n; i++) {
        const hg__param *p = l->param[i];
        const hg__tensor *t = hg__container_tensor(&o->file, l->stretch[i].name);
        if (!t)
            return hg__fail(o->e, HG_MODEL, o->path, "tensor \"%s\": is missing; the graph needs it",
                            l->stretch[i].name);
        if (t->dims != p->dims || memcmp(t->dim, p->dim, p->dims * sizeof *p->dim))
            return hg__fail(o->e, HG_MODEL, o->path, "tensor \"%s\": has shape %s, the graph needs %s", t->name,
                            shape_text(t->dims, t->dim, has), shape_text(p->dims, p->dim, wanted));
    }
    for (size_t i = 0, k; o->file.tensors > l->n && i < o->file.tensors; i++) {
        for (k = 0; k < l->n && strcmp(o->file.tensor[i].name, l->stretch[k].name);) k++;
        if (k == l->n)
            return hg__fail(o->e, HG_MODEL, o->path, "tensor \"%s\": is no part of the graph", o->file.tensor[i].name);
    }
    return HG_OK;
}

static hg_status copy_weights(const opener *o, hg_model *m)
{
    for (size_t i = 0; i < o->layout.n; i++) {
        const hg__param *p = o->layout.param[i];
        const hg__tensor *t = hg__container_tensor(&o->file, o->layout.stretch[i].name);
        hg_real *w = weights_of(m) + p->offset;
        for (size_t k = 0; k < p->size; k++) {
            if (!isfinite(t->values[k]))
                return hg__fail(o->e, HG_MODEL, o->path, "tensor \"%s\": value %zu is not a finite number", t->name, k);
            w[k] = (hg_real)t->values[k];
        }
    }
    return HG_OK;
}

static hg_status open_model(opener *o, hg_model **out)
{
    hg_graph *g = NULL;
    hg_model *m = NULL;
    hg_preprocess p;
    hg_status s = hg__container_read(&o->file, o->path, o->e);
    if (!s) s = check_version(o);
    if (!s) s = read_preprocess(o, &p);
    if (!s) s = read_graph(o, &g);
    if (!s) s = layout_open(&o->layout, g, o->e);
    if (!s) s = check_tensors(o);
    if (!s) s = make_empty(&m, &g, o->e);
    if (!s) s = copy_weights(o, m);
    if (s) {
        hg_graph_close(&g);
        hg_model_close(&m);
        return s;
    }
    m->preprocess = p;
    *out = m;
    return HG_OK;
}

hg_status hg_model_open(hg_model **m, const char *path, hg_error *e)
{
    char inside[4096];
    hg_error mine = {0};
    opener o = {.path = path, .e = &mine};
    if (hg__is_dir(path)) {
        if (snprintf(inside, sizeof inside, "%s/model.safetensors", path) >= (int)sizeof inside)
            return hg__fail(e, HG_USAGE, path, "is too long for a path");
        o.path = inside;
        if (access(inside, F_OK) && errno == EACCES) return hg__fail_errno(e, path, "may not be entered");
        if (!hg__is_file(inside))
            return hg__fail(e, HG_IO, path,
                            "holds no model.safetensors: it is no run folder, or its first epoch is not done");
    }
    hg_status s = open_model(&o, m);
    if (s && e) *e = mine;
    layout_close(&o.layout);
    hg__container_close(&o.file);
    return s;
}

/* ---- Saving ------------------------------------------------------------------------------------------ */

/* Compact JSON; malloc, or NULL without memory. Nine digits bring a float back exactly. */
static char *preprocess_text(const hg_preprocess *p)
{
    json_t *root = json_object();
    char *text = NULL;
    if (root && !json_object_set_new(root, "scale", json_real((double)p->scale)) &&
        !json_object_set_new(root, "offset", json_real((double)p->offset)) &&
        !json_object_set_new(root, "low", json_real((double)p->low)) &&
        !json_object_set_new(root, "high", json_real((double)p->high)) &&
        !json_object_set_new(root, "stored", hg__json_word(p->stored)) &&
        !json_object_set_new(root, "trained_on", hg__json_word(p->trained_on)))
        text = hg__json_dump(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(root);
    return text;
}

static void tensors_of(const hg_model *m, const layout *l, hg__tensor *tensor, float *values)
{
    const hg_real *w = weights_of(m);
    for (size_t i = 0; i < m->graph->weights; i++) values[i] = (float)w[i];
    for (size_t i = 0; i < l->n; i++) {
        const hg__param *p = l->param[i];
        tensor[i] = (hg__tensor){.dims = p->dims, .values = values + p->offset};
        memcpy(tensor[i].dim, p->dim, sizeof p->dim);
        snprintf(tensor[i].name, sizeof tensor[i].name, "%s", l->stretch[i].name);
    }
}

hg_status hg_model_save(const hg_model *m, const char *path, hg_error *e)
{
    layout l = {0};
    hg__tensor *tensor = NULL;
    float *values = NULL;
    char *preprocess = preprocess_text(&m->preprocess);
    json_t *name = hg__json_word(m->graph->name);
    hg_status s = layout_open(&l, m->graph, e);
    if (s) goto done;
    tensor = calloc(l.n + 1, sizeof *tensor);
    values = calloc(m->graph->weights + 1, sizeof *values);
    if (!tensor || !values || !preprocess || !name) {
        s = hg__fail_memory(e, path, m->graph->weights * sizeof *values);
        goto done;
    }
    tensors_of(m, &l, tensor, values);
    hg__label label[] = {
        {"hourglass", format_version},
        {"graph", hg_graph_text(m->graph)},
        {"name", json_string_value(name)},
        {"preprocess", preprocess},
    };
    hg__container c = {.tensor = tensor, .tensors = l.n, .label = label, .labels = sizeof label / sizeof *label};
    s = hg__container_write(path, &c, true, e);
done:
    layout_close(&l);
    json_decref(name);
    free(preprocess);
    free(values);
    free(tensor);
    return s;
}
