/* evaluation.c: see evaluation.h. */
#include "cli/evaluation.h"

#include "data/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The samples that index names, as a set of their own: values at v->t, labels at v->label. */
static void take(hg__evaluation *v, const hg__evaluation_work *w)
{
    size_t size = hg_shape_size(v->shape);
    for (size_t i = 0; i < v->n; i++) {
        size_t from = w->index ? w->index[i] : i;
        float *t = v->t + i * size;
        hg_set_get(w->set, from, t);
        for (size_t k = 0; k < size; k++)
            t[k] = fminf(fmaxf(t[k], 0), 1); /* other data may go beyond the run's range */
        if (v->label) v->label[i] = w->set->labels[from];
    }
}

static hg_status make_room(hg__evaluation *v, const hg_set *set, hg_error *e)
{
    size_t size = hg_shape_size(v->shape), n = v->n;
    hg_status s = hg__floats_open(&v->t, n, size, e);
    if (!s) s = hg__floats_open(&v->y, n, size, e);
    if (!s && v->noise) s = hg__floats_open(&v->input, n, size, e);
    if (s) return s;
    v->each = calloc(n, sizeof *v->each);
    v->by_mse = calloc(n, sizeof *v->by_mse);
    v->label = set->labels ? calloc(n, sizeof *v->label) : NULL;
    v->by_class = set->labels ? calloc(v->classes + 1, sizeof *v->by_class) : NULL;
    if (!v->each || !v->by_mse || (set->labels && (!v->label || !v->by_class)))
        return hg__fail_memory(e, "evaluation", n * 16);
    return HG_OK;
}

typedef struct rank {
    float mse;
    uint32_t sample;
} rank;

static int compare(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    if (x->mse != y->mse) return x->mse > y->mse ? -1 : 1;
    return x->sample < y->sample ? -1 : 1;
}

static hg_status sort_by_mse(hg__evaluation *v, hg_error *e)
{
    rank *ranks = calloc(v->n, sizeof *ranks);
    if (!ranks) return hg__fail_memory(e, "evaluation", v->n * sizeof *ranks);
    for (size_t i = 0; i < v->n; i++) ranks[i] = (rank){v->each[i].mse, (uint32_t)i};
    qsort(ranks, v->n, sizeof *ranks, compare);
    for (size_t i = 0; i < v->n; i++) v->by_mse[i] = ranks[i].sample;
    free(ranks);
    return HG_OK;
}

static void sum_classes(hg__evaluation *v)
{
    for (size_t i = 0; v->label && i < v->n; i++) {
        hg__class_figures *f = &v->by_class[v->label[i]];
        f->n++, f->mse += (double)v->each[i].mse, f->ssim += (double)v->each[i].ssim_gauss11;
    }
    for (size_t c = 0; v->label && c < v->classes; c++) {
        hg__class_figures *f = &v->by_class[c];
        f->mse /= (double)f->n, f->ssim /= (double)f->n; /* of none: not a number */
    }
}

static void clip(float *v, size_t n)
{
    for (size_t i = 0; v && i < n; i++) v[i] = fminf(fmaxf(v[i], 0), 1);
}

/* How far the corrupted input is from the originals. */
static double measure_input(const hg__evaluation *v)
{
    size_t n = v->n * hg_shape_size(v->shape);
    double sum = 0;
    for (size_t i = 0; v->input && i < n; i++) {
        double difference = (double)v->input[i] - (double)v->t[i];
        sum += difference * difference;
    }
    return v->input ? sum / (double)n : (double)NAN;
}

hg_status hg__evaluation_walk(const hg__evaluation *v, const hg__evaluation_work *w, float *y, hg_metrics *m,
                              hg_error *e)
{
    hg__walk walk = w->walk;
    walk.index = w->index, walk.n = w->n;
    hg_status s = hg__subject_walk(w->subject, w->set, &walk, y, e);
    if (s) return s;
    clip(y, v->n * hg_shape_size(v->shape));
    return hg_metrics_measure(m, &(hg_pairs){v->t, y, v->n, v->shape}, y == v->y ? v->each : NULL, e);
}

static hg_status measure(hg__evaluation *v, const hg__evaluation_work *w, hg_error *e)
{
    hg__evaluation_work own = *w;
    own.walk.input = v->input;
    hg_status s = hg__evaluation_walk(v, &own, v->y, &v->ours, e);
    if (s) return s;
    clip(v->input, v->n * hg_shape_size(v->shape));
    v->input_mse = measure_input(v);
    sum_classes(v);
    return sort_by_mse(v, e);
}

hg_status hg__evaluation_open(hg__evaluation *v, const hg__evaluation_work *w, hg_error *e)
{
    *v = (hg__evaluation){
        .model = w->subject->name,
        .n = w->n,
        .index = w->index,
        .noise = w->walk.noise ? w->noise : NULL,
        .shape = w->set->shape,
        .classes = w->set->classes,
        .class_name = w->set->class_name,
        .file = w->set->file,
        .code = w->subject->keep ? w->subject->keep : hg_shape_size(w->subject->z),
        .parameters = hg_graph_parameters(hg_model_graph(w->subject->model)),
    };
    hg_model_sha256(w->subject->model, v->weights_sha256);
    hg_status s = hg__subject_check(w->subject, w->set->shape, w->set->name, e);
    if (!s && !hg_shape_equal(w->subject->y, w->subject->x))
        s = hg__fail(e, HG_MODEL, w->subject->path, "its output is not of its input's shape, so it cannot be compared");
    if (!s) s = make_room(v, w->set, e);
    if (s) return s;
    take(v, w);
    return measure(v, w, e);
}

void hg__evaluation_close(hg__evaluation *v)
{
    free(v->t);
    free(v->y);
    free(v->input);
    free(v->each);
    free(v->by_mse);
    free(v->label);
    free(v->by_class);
    for (size_t i = 0; i < v->cuts; i++) free(v->cut[i].beside);
    free(v->cut);
    *v = (hg__evaluation){0};
}

/* ---- The likelihood ---------------------------------------------------------------------------- */

static bool is_binary(const hg__evaluation *v)
{
    for (size_t i = 0; i < v->n * hg_shape_size(v->shape); i++)
        if (v->t[i] != 0 && v->t[i] != 1) return false;
    return true;
}

/* Each pixel becomes 0 or 1, with its value as the probability. */
static hg_status draw_pixels(const hg__evaluation *v, uint64_t seed, float *x, hg_error *e)
{
    size_t size = hg_shape_size(v->shape);
    hg_augment *a = NULL;
    float *scratch = NULL;
    hg_status s = hg__floats_open(&scratch, 3, size, e);
    if (!s) s = hg_augment_parse(&a, "binarize=sample", e);
    for (size_t i = 0; !s && i < v->n; i++)
        hg_augment_apply(a, v->shape, seed, hg__epoch_aside, hg__evaluation_index(v, (uint32_t)i), x + i * size,
                         scratch);
    if (a) hg_augment_close(&a);
    free(scratch);
    return s;
}

hg_status hg__evaluation_likelihood(hg__evaluation *v, const hg__subject *s, const hg_likelihood_work *how, hg_error *e)
{
    const hg_preprocess *p = hg_model_preprocess(s->model);
    bool known = p->high > p->low;
    float *x = NULL, black = p->low * p->scale + p->offset, white = p->high * p->scale + p->offset;
    if (known && (fabsf(black) > 1e-6f || fabsf(white - 1) > 1e-6f))
        return hg__fail(e, HG_MODEL, s->path, "was trained on numbers from %g to %g; a likelihood is of 0 and 1",
                        (double)black, (double)white);
    size_t size = hg_shape_size(v->shape);
    hg_status status = hg__floats_open(&x, v->n, size, e);
    if (status) return status;
    memcpy(x, v->t, v->n * size * sizeof *x);
    v->is_drawn = !is_binary(v);
    if (v->is_drawn) status = draw_pixels(v, how->seed, x, e);
    hg_likelihood_work w = *how;
    w.x = x, w.n = v->n;
    if (!status) status = hg_likelihood_measure(&v->likelihood, s->model, &w, e);
    free(x);
    return status;
}

/* ---- What was published ------------------------------------------------------------------------ */

static bool same_noise(const char *a, const char *b) { return a && b ? !strcmp(a, b) : !a && !b; }

/* "mnist-binarised" is of pixels of mnist that were drawn. */
static bool same_data(const hg__evaluation *v, const hg_published *row)
{
    size_t n = strlen(v->source);
    if (!strcmp(row->dataset, v->source)) return true;
    return v->likelihood.n && v->is_drawn && !strncmp(row->dataset, v->source, n) &&
           !strcmp(row->dataset + n, "-binarised");
}

const hg_published *hg__evaluation_published(const hg__evaluation *v, size_t *at)
{
    const hg_published *rows;
    size_t n = hg_published_rows(&rows);
    bool whole_test = !strcmp(v->split, "test") && !v->index;
    while (whole_test && *at < n) {
        const hg_published *row = &rows[(*at)++];
        bool fits = !row->code || row->code == v->code;
        if (fits && same_data(v, row) && same_noise(row->noise, v->noise)) return row;
    }
    return NULL;
}
