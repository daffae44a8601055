/* set.c: a spec becomes a table, the table a set. A set never changes once open: every choice of the
 * options ends either in the stored samples or in the two numbers scale and offset. */
#include "data/datasets.h"
#include "data/formats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The set and what it owns, in one piece. */
struct owned {
    hg_set set;
    hg__table table;
};

/* ---- Scale and offset ------------------------------------------------------------------------- */

typedef struct numbers {
    double least, greatest, mean, deviation;
} numbers;

static double stored(const hg__table *t, size_t i) { return t->bytes ? t->bytes[i] : (double)t->floats[i]; }

static numbers measure(const hg__table *t)
{
    size_t n = t->n * hg_shape_size(t->shape);
    numbers m = {.least = INFINITY, .greatest = -INFINITY};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double v = stored(t, i);
        if (v < m.least) m.least = v;
        if (v > m.greatest) m.greatest = v;
        sum += v;
    }
    m.mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) squares += (stored(t, i) - m.mean) * (stored(t, i) - m.mean);
    m.deviation = sqrt(squares / (double)n);
    return m;
}

/* Maps `from` to 0 and `from + span` to 1; a span of nothing keeps its scale. */
static void map(hg_set *set, double from, double span)
{
    double scale = span > 0 ? 1 / span : 1;
    set->scale = (float)scale, set->offset = (float)(0 - from * scale);
}

/* Whether a run's range holds for the table's numbers, too. Bytes have their own; floats in [0,1] are pictures, unless
 * the run's were other floats; whole numbers of another kind than the run's count as its own where they fit. */
static bool is_told(const hg__table *t, const hg_set_options *o, const numbers *m)
{
    bool of_floats = !o->stored || !strcmp(o->stored, "floats"), of_wide = o->stored && !strcmp(o->stored, "integers");
    if (!t->floats || !(o->high > o->low) || (t->integers && !t->wide)) return false;
    if (t->integers) return of_wide || (m->least >= o->low && m->greatest <= o->high);
    return of_floats || m->least < 0 || m->greatest > 1;
}

static void normalize(hg_set *set, const hg__table *t, const hg_set_options *o)
{
    bool measured = t->floats || o->normalize == HG_NORMALIZE_MINMAX || o->normalize == HG_NORMALIZE_STANDARD;
    const numbers m = measured ? measure(t) : (numbers){0};
    bool told = is_told(t, o, &m);
    bool wide = t->floats && !t->integers && (m.least < 0 || m.greatest > 1) && m.greatest > m.least;
    set->low = told ? o->low : wide ? m.least : t->low;
    set->high = told ? o->high : wide ? m.greatest : t->high;
    set->stored = t->bytes ? "bytes" : t->integers ? "integers" : "floats";
    set->scale = 1, set->offset = 0;
    if (o->scale != 0) {
        set->scale = o->scale, set->offset = o->offset;
        return;
    }
    switch (o->normalize) {
    case HG_NORMALIZE_UNIT:
        if (wide && !told) break; /* floats as they are */
        map(set, set->low, set->high - set->low);
        break;
    case HG_NORMALIZE_MINMAX: map(set, m.least, m.greatest - m.least); break;
    case HG_NORMALIZE_STANDARD: map(set, m.mean, m.deviation); break;
    case HG_NORMALIZE_NONE: break;
    }
}

/* A span that is next to nothing, or next to everything, has no scale that a float can hold. */
static hg_status check_scale(const hg_set *set, const char *spec, hg_error *e)
{
    if (isfinite(set->scale) && isfinite(set->offset) && set->scale != 0) return HG_OK;
    return hg__fail(e, HG_DATA, spec,
                    "its values lie too near each other, or too far from 0, to be scaled; multiply them first, or take "
                    "them as they are (--normalize none)");
}

/* ---- Open ------------------------------------------------------------------------------------- */

static hg_status not_there(const char *spec, hg_error *e)
{
    const char *names[32], *near = NULL;
    size_t n = hg_datasets();
    for (size_t i = 0; i < n && i < 32; i++) names[i] = hg_dataset_at(i)->name;
    if (!strchr(spec, '/')) near = hg__nearest(spec, names, n < 32 ? n : 32);
    if (near)
        return hg__fail(e, HG_DATA, spec, "is neither a built-in data set nor a path; did you mean \"%s\"?", near);
    return hg__fail(e, HG_DATA, spec, "is neither a built-in data set nor a path that exists");
}

static hg_status load(hg__table *t, char hash[65], const char *spec, const hg_set_options *o, hg_error *e)
{
    const hg__dataset *d = hg__dataset_find(spec);
    if (d) return hg__dataset_load(t, hash, d, o, e);
    if (access(spec, F_OK)) return not_there(spec, e);
    if (o->part == HG_TEST)
        return hg__fail(e, HG_USAGE, spec,
                        "is one file or folder without a test part; name the test data as the source, or ask for "
                        "--split validation");
    return hg__format_open(t, spec, o, e);
}

/* Cuts and resizes; *changed says that the samples are no longer those that were loaded. */
static hg_status shape_up(hg__table *t, bool *changed, const char *spec, const hg_set_options *o, hg_error *e)
{
    hg__table before = *t;
    hg_status s = hg__table_check(t, spec, e);
    if (s) return s;
    if (o->limit && o->limit < t->n) t->n = o->limit;
    s = hg__table_reshape(t, o->resize, o, spec, e);
    *changed = t->n != before.n || !hg_shape_equal(t->shape, before.shape);
    return s;
}

static void name_set(hg_set *set, const char *spec)
{
    size_t n = strlen(spec);
    while (n > 1 && spec[n - 1] == '/') n--; /* "pictures/" */
    const char *from = spec;
    for (size_t i = 0; i + 1 < n; i++)
        if (spec[i] == '/') from = spec + i + 1;
    n -= (size_t)(from - spec);
    if (n >= sizeof set->name) n = sizeof set->name - 1;
    memcpy(set->name, from, n);
}

hg_status hg_set_open(hg_set **set, const char *spec, const hg_set_options *o, hg_error *e)
{
    bool changed = false;
    struct owned *made = calloc(1, sizeof *made);
    if (!made) return hg__fail_memory(e, spec, sizeof *made);
    hg__table *t = &made->table;
    hg_set *out = &made->set;
    hg_status s = load(t, out->sha256, spec, o, e);
    if (!s) s = shape_up(t, &changed, spec, o, e);
    if (!s) normalize(out, t, o);
    if (!s) s = check_scale(out, spec, e);
    if (s) {
        hg__table_close(t);
        free(made);
        return s;
    }
    if (changed || !out->sha256[0]) hg__table_hash(t, out->sha256);
    name_set(out, spec);
    out->n = t->n, out->shape = t->shape, out->bytes = t->bytes, out->floats = t->floats;
    out->labels = t->labels, out->classes = t->classes, out->owner = made;
    out->class_name = (const char *const *)t->class_name, out->file = (const char *const *)t->file;
    *set = out;
    return HG_OK;
}

/* size: a public call; flat, so that its common use is one line. */
hg_status hg_set_wrap(hg_set **set, const char *name, const float *values, size_t n, hg_shape shape, hg_error *e)
{
    size_t count;
    if (!values || !n || n > UINT32_MAX || !hg_shape_size(shape) || !hg__mul(n, hg_shape_size(shape), &count))
        return hg__fail(e, HG_USAGE, name, "there are no samples of any size to wrap");
    struct owned *made = calloc(1, sizeof *made);
    if (!made) return hg__fail_memory(e, name, sizeof *made);
    made->set =
        (hg_set){.n = n, .shape = shape, .floats = values, .scale = 1, .high = 1, .stored = "floats", .owner = made};
    name_set(&made->set, name);
    hg__table view = {.n = n, .shape = shape, .floats = (float *)(uintptr_t)values}; /* only read from */
    hg__table_hash(&view, made->set.sha256);
    *set = &made->set;
    return HG_OK;
}

void hg_set_close(hg_set **set)
{
    if (!*set) return;
    struct owned *made = (*set)->owner;
    hg__table_close(&made->table);
    free(made);
    *set = NULL;
}

void hg_set_get(const hg_set *set, size_t i, float *restrict out)
{
    size_t size = hg_shape_size(set->shape);
    float scale = set->scale, offset = set->offset;
    if (set->bytes) {
        const uint8_t *in = set->bytes + i * size;
        for (size_t k = 0; k < size; k++) out[k] = (float)in[k] * scale + offset;
    } else {
        const float *in = set->floats + i * size;
        for (size_t k = 0; k < size; k++) out[k] = in[k] * scale + offset;
    }
}
