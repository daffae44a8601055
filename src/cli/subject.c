/* subject.c: see subject.h. */
#include "cli/subject.h"

#include "base/file.h"
#include "data/augment.h"
#include "record/json_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "models/conv.hg" -> "conv". */
static void base_name(const char *path, char *out, size_t n)
{
    const char *slash = strrchr(path, '/'), *base = slash && slash[1] ? slash + 1 : path;
    snprintf(out, n, "%.*s", (int)strcspn(base, "."), base);
}

static hg_status read_run(hg__subject *s, hg_error *e)
{
    char *text = NULL, where[4200], model_file[4200];
    hg_status status = hg_run_open(&s->run, s->path, e);
    if (status) return status;
    hg_run_file(s->run, "config.json", where, sizeof where);
    s->lacks_config = !hg__is_file(where) && hg__is_file(hg_run_file(s->run, "model.safetensors", model_file, 4200));
    if (s->lacks_config) return HG_OK;
    status = hg_run_read_json(s->run, "config.json", &text, e);
    if (!status) status = hg__json_parse(&s->config, text, where, e);
    free(text);
    const char *model = json_string_value(json_object_get(s->config, "model"));
    if (model) base_name(model, s->name, sizeof s->name);
    return status;
}

static hg_status read_shapes(hg__subject *s, hg_error *e)
{
    const hg_graph *g = hg_model_graph(s->model);
    if (!hg_graph_shape(g, "x", &s->x) || !hg_graph_shape(g, "y", &s->y) || !hg_graph_shape(g, "z", &s->z))
        return hg__fail(e, HG_MODEL, s->path, "its graph does not name x, z and y, so it is no autoencoder");
    return HG_OK;
}

hg_status hg__subject_open(hg__subject *s, const char *path, hg_error *e)
{
    *s = (hg__subject){.path = path};
    base_name(path, s->name, sizeof s->name);
    if (!hg__is_dir(path) && !hg__is_file(path))
        return hg__fail(e, HG_IO, path, "there is no such run folder or model file; hourglass train makes one");
    hg_status status = hg__is_dir(path) ? read_run(s, e) : HG_OK;
    if (!status) status = hg_model_open(&s->model, path, e);
    return status ? status : read_shapes(s, e);
}

void hg__subject_close(hg__subject *s)
{
    hg_model_close(&s->model);
    hg_run_close(&s->run);
    json_decref(s->config);
    *s = (hg__subject){0};
}

hg_status hg__subject_source(const hg__subject *s, const char **spec, hg__source_options *o, hg_error *e)
{
    char where[4200];
    if (s->config) {
        hg_run_file(s->run, "config.json", where, sizeof where);
        return hg__source_from_json(spec, o, json_object_get(s->config, "data"), where, e);
    }
    return hg__fail(e, HG_USAGE, s->path, "%s does not know its data; add --source SOURCE",
                    s->run ? "a run without config.json" : "a model file");
}

void hg__subject_range(const hg__subject *s, hg__source_options *o)
{
    const hg_preprocess *p = hg_model_preprocess(s->model);
    if (p->high > p->low) o->low = (double)p->low, o->high = (double)p->high, o->stored = p->stored;
}

hg__source_options hg__subject_reading(const hg__subject *s, const hg__source_options *typed)
{
    const char *spec;
    hg__source_options o = *typed, run;
    o.normalize = "unit";
    hg__subject_range(s, &o);
    if (!s->config || hg__source_from_json(&spec, &run, json_object_get(s->config, "data"), s->path, NULL)) return o;
    if (!o.resize || !*o.resize) o.resize = run.resize;
    if (!o.method) o.method = run.method;
    if (!o.fit) o.fit = run.fit;
    return o;
}

const char *hg__subject_noise(const hg__subject *s)
{
    const char *noise = json_string_value(json_object_get(json_object_get(s->config, "values"), "noise"));
    return noise && *noise ? noise : NULL;
}

double hg__subject_value(const hg__subject *s, const char *name, double otherwise)
{
    const json_t *value = json_object_get(json_object_get(s->config, "values"), name);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

/* A seed that no JSON integer holds was written as text. */
static uint64_t seed_of(const hg__subject *s, const char *name)
{
    const json_t *seed = json_object_get(json_object_get(s->config, "values"), name);
    if (json_is_string(seed)) return strtoull(json_string_value(seed), NULL, 10);
    return json_is_real(seed) ? (uint64_t)json_real_value(seed) : (uint64_t)json_integer_value(seed);
}

uint64_t hg__subject_seed(const hg__subject *s) { return seed_of(s, "seed"); }

uint64_t hg__subject_split_seed(const hg__subject *s)
{
    uint64_t own = seed_of(s, "split-seed");
    return own ? own : hg__subject_seed(s);
}

hg_status hg__subject_check(const hg__subject *s, hg_shape shape, const char *what, hg_error *e)
{
    if (hg_shape_equal(shape, s->x)) return HG_OK;
    return hg__fail(e, HG_MODEL, what,
                    "is %zu x %zu x %zu, but %s takes %zu x %zu x %zu; --resize %zux%zux%zu would make it fit", shape.h,
                    shape.w, shape.c, s->path, s->x.h, s->x.w, s->x.c, s->x.h, s->x.w, s->x.c);
}

hg_status hg__subject_cut(hg__subject *s, size_t keep, hg_error *e)
{
    size_t size = hg_shape_size(s->z);
    if (keep && !hg_graph_is_nested(hg_model_graph(s->model)))
        return hg__fail(e, HG_USAGE, s->path,
                        "its code has no order, so what is cut off is lost at random; train a model whose code ends "
                        "with a line 'nested -> z', as the preset rateless does");
    if (keep > size)
        return hg__fail(e, HG_USAGE, s->path, "its code has %zu values; %zu of them cannot be kept", size, keep);
    s->keep = keep;
    return HG_OK;
}

hg_status hg__floats_open(float **out, size_t n, size_t size, hg_error *e)
{
    size_t count = 0, bytes = 0;
    *out = hg__mul(n, size, &count) && hg__mul(count + !count, sizeof **out, &bytes) ? malloc(bytes) : NULL;
    return *out ? HG_OK : hg__fail_memory(e, "samples", bytes);
}

/* What the model saw is v = u * scale + offset, u in [0,1]. */
typedef struct translation {
    float scale, offset;
} translation;

typedef struct range { /* the stored numbers of u = 0 and of u = 1 */
    double low, high;
} range;

/* What the model file says of its numbers, or the run; those of earlier versions only say "bytes" or "floats". */
static bool range_of_run(const hg__subject *s, range *r)
{
    const hg_preprocess *p = hg_model_preprocess(s->model);
    if (p->high > p->low) return *r = (range){(double)p->low, (double)p->high}, true;
    const json_t *data = json_object_get(s->config, "data"), *high = json_object_get(data, "high");
    const char *stored = json_string_value(json_object_get(data, "stored"));
    if (!stored || (!high && strcmp(stored, "bytes") != 0)) return false;
    *r = (range){json_number_value(json_object_get(data, "low")), high ? json_number_value(high) : 255};
    return r->high > r->low;
}

void hg__subject_store(const hg__subject *s, size_t n, float *v)
{
    const char *stored = json_string_value(json_object_get(json_object_get(s->config, "data"), "stored"));
    range r;
    if (!stored || strcmp(stored, "floats") != 0 || !range_of_run(s, &r) || (r.low == 0 && r.high == 1)) return;
    for (size_t i = 0; i < n; i++) v[i] = (float)(r.low + (double)v[i] * (r.high - r.low));
}

/* The numbers that the model's data stored. Where neither file nor run can tell, they are the set's; a set of floats
 * (pictures become such a set) has none, and the range that the model's scale fits best is taken. */
static range stored_range(const hg__subject *s, const hg_set *set, double scale)
{
    static const double ranges[] = {1, 255, 65535};
    double best = 1 / (double)set->scale, low = -(double)set->offset * best;
    range r = {low, low + best};
    if (range_of_run(s, &r) || set->bytes || set->scale != 1) return r;
    for (size_t i = 0; i < 3; i++)
        if (fabs(log(ranges[i] * fabs(scale))) < fabs(log(best * fabs(scale)))) best = ranges[i];
    return (range){low, low + best};
}

static translation translate(const hg__subject *s, const hg_set *set)
{
    const hg_preprocess *p = hg_model_preprocess(s->model);
    if (p->scale == 0) return (translation){1, 0};
    range stored = stored_range(s, set, (double)p->scale);
    double scale = (double)p->scale * (stored.high - stored.low);
    double offset = (double)p->offset + stored.low * (double)p->scale;
    if (fabs(scale - 1) < 1e-6 && fabs(offset) < 1e-6) return (translation){1, 0};
    return (translation){(float)scale, (float)offset};
}

static void apply(translation t, size_t n, float *v)
{
    if (t.scale == 1 && t.offset == 0) return;
    for (size_t i = 0; i < n; i++) v[i] = v[i] * t.scale + t.offset;
}

static void unapply(translation t, size_t n, float *v)
{
    if (t.scale == 1 && t.offset == 0) return;
    for (size_t i = 0; i < n; i++) v[i] = (v[i] - t.offset) / t.scale;
}

static size_t value_size(const hg__subject *s, const char *name)
{
    return hg_shape_size(*name == 'x' ? s->x : *name == 'z' ? s->z : s->y);
}

typedef struct walk_room {
    float *in, *to;        /* one batch each */
    float *scratch;        /* three samples of x */
    float *code;           /* one batch of codes, where they are cut */
    const uint32_t *index; /* of this batch; NULL: from first on */
    size_t first;
    size_t in_size, out_size, code_size, keep;
} walk_room;

/* Corrupts n samples as the model sees them, and keeps what came of it. */
static void add_noise(const hg__subject *s, const hg__walk *w, translation t, size_t n, const walk_room *room)
{
    size_t size = room->in_size;
    for (size_t i = 0; i < n; i++) {
        size_t sample = room->index ? room->index[i] : room->first + i;
        hg_augment_apply(w->noise, s->x, w->seed, hg__epoch_aside, sample, room->in + i * size, room->scratch);
    }
    if (!w->input) return;
    float *kept = w->input + room->first * size;
    memcpy(kept, room->in, n * size * sizeof *kept);
    unapply(t, n * size, kept);
}

/* The same by way of the code, of which only the first values are kept. */
static hg_status cut_batch(hg_plan *plan, const hg__walk *w, size_t n, const walk_room *room)
{
    size_t size = room->code_size, kept = room->keep;
    hg_status status = HG_OK;
    if (*w->from == 'x') status = hg_forward(plan, "x", "z", n, room->in, room->code);
    else memcpy(room->code, room->in, n * size * sizeof *room->code);
    for (size_t i = 0; i < n; i++) memset(room->code + i * size + kept, 0, (size - kept) * sizeof *room->code);
    if (status || *w->to == 'y') return status ? status : hg_forward(plan, "z", "y", n, room->code, room->to);
    memcpy(room->to, room->code, n * size * sizeof *room->to);
    return HG_OK;
}

/* One batch of n samples, which stand at `in`, into `to`. */
static hg_status walk_batch(hg_plan *plan, const hg__walk *w, translation t, size_t n, const walk_room *room)
{
    hg_status status =
        room->code ? cut_batch(plan, w, n, room) : hg_forward(plan, w->from, w->to, n, room->in, room->to);
    if (*w->to == 'y') unapply(t, n * room->out_size, room->to);
    return status;
}

/* What is not finite is no picture and no code: clipped or drawn it would pass for a black pixel. */
static hg_status check_values(const hg__subject *s, const hg__walk *w, const float *out, size_t n, hg_error *e)
{
    size_t size = value_size(s, w->to);
    for (size_t i = 0; i < n * size; i++)
        if (!isfinite(out[i]))
            return hg__fail(e, HG_MODEL, s->path,
                            "gives %g as value %zu of %s for sample %zu; its weights are damaged or have diverged: "
                            "train it anew, with a lower --lr or --clip 1",
                            (double)out[i], i % size, w->to, i / size);
    return HG_OK;
}

hg_status hg__subject_walk(const hg__subject *s, const hg_set *set, const hg__walk *w, float *out, hg_error *e)
{
    hg_plan *plan = NULL;
    bool noisy = w->noise && *w->from == 'x';
    walk_room room = {.to = out,
                      .in_size = hg_shape_size(set->shape),
                      .out_size = value_size(s, w->to),
                      .code_size = hg_shape_size(s->z),
                      .keep = s->keep};
    translation t = translate(s, set);
    hg_status status = hg__floats_open(&room.in, w->batch, room.in_size, e);
    if (!status && s->keep) status = hg__floats_open(&room.code, w->batch, room.code_size, e);
    if (!status && noisy) status = hg__floats_open(&room.scratch, 3, room.in_size, e);
    hg_plan_options o = {.batch = w->batch, .threads = w->threads, .precision = w->precision};
    if (!status) status = hg_plan_open(&plan, s->model, &o, e);
    if (status) goto done;
    size_t all = w->index ? w->n : set->n;
    for (size_t first = 0; !status && first < all; first += w->batch) {
        size_t n = all - first < w->batch ? all - first : w->batch;
        for (size_t i = 0; i < n; i++)
            hg_set_get(set, w->index ? w->index[first + i] : first + i, room.in + i * room.in_size);
        room.to = out + first * room.out_size, room.first = first, room.index = w->index ? w->index + first : NULL;
        if (*w->from == 'x') apply(t, n * room.in_size, room.in);
        if (noisy) add_noise(s, w, t, n, &room);
        status = walk_batch(plan, w, t, n, &room);
    }
    if (status) hg__fail(e, status, s->path, "its graph gives no %s from %s", w->to, w->from);
    else status = check_values(s, w, out, all, e);
done:
    hg_plan_close(&plan);
    free(room.in);
    free(room.scratch);
    free(room.code);
    return status;
}
