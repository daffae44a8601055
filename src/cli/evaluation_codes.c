/* evaluation_codes.c: what a code is worth at every length it may be cut to: the model's figures against k, beside
 * those of PCA and of models that were trained for one k each. See evaluation.h. */
#include "cli/evaluation.h"

#include "base/json.h"
#include "record/json_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CUTS = 256 };

/* ---- Which lengths ---- */

typedef struct lengths {
    size_t k[MOST_CUTS], n;
} lengths;

/* Keeps them in order, each once. */
static hg_status add_length(lengths *l, size_t k, hg_error *e)
{
    size_t at = 0;
    while (at < l->n && l->k[at] < k) at++;
    if (at < l->n && l->k[at] == k) return HG_OK;
    if (l->n == MOST_CUTS) return hg__fail(e, HG_USAGE, "--codes", "at most %d lengths can be measured", MOST_CUTS);
    memmove(l->k + at + 1, l->k + at, (l->n - at) * sizeof *l->k);
    l->k[at] = k, l->n++;
    return HG_OK;
}

/* "all": 1, 2, 3, 4, 6, 8, 12, 16 … and the whole. */
static hg_status read_list(lengths *l, const char *list, size_t whole, hg_error *e)
{
    hg_status s = HG_OK;
    if (!strcmp(list, "all")) {
        for (size_t k = 1; !s && k < whole; k *= 2) {
            s = add_length(l, k, e);
            if (!s && k > 1 && k / 2 * 3 < whole) s = add_length(l, k / 2 * 3, e);
        }
        return s ? s : add_length(l, whole, e);
    }
    for (const char *at = list; !s;) {
        char *end;
        unsigned long long k = strtoull(at, &end, 10);
        if (end == at || *at < '0' || *at > '9' || (*end && *end != ',') || !k || k > whole)
            return hg__fail(e, HG_USAGE, "--codes",
                            "%s is no list of lengths from 1 to %zu, the whole code; write 8,16,32", list, whole);
        s = add_length(l, (size_t)k, e);
        if (!*end) break;
        at = end + 1;
    }
    return s;
}

/* ---- Measuring ---- */

static hg__cut *cut_of(hg__evaluation *v, size_t k)
{
    for (size_t i = 0; i < v->cuts; i++)
        if (v->cut[i].k == k) return &v->cut[i];
    return NULL;
}

/* A model of one length, on v's samples. Only one can stand at a length. */
static hg_status measure_beside(hg__evaluation *v, const hg__evaluation_work *w, const hg__subject *s, float *y,
                                hg_error *e)
{
    hg__evaluation_work own = *w;
    hg__cut *cut = cut_of(v, hg_shape_size(s->z));
    if (cut->beside)
        return hg__fail(e, HG_USAGE, s->path, "has a code of %zu as %s has; one of them can stand beside", cut->k,
                        cut->beside->path);
    cut->beside = calloc(1, sizeof *cut->beside);
    if (!cut->beside) return hg__fail_memory(e, "evaluation", sizeof *cut->beside);
    cut->beside->path = s->path;
    snprintf(cut->beside->model, sizeof cut->beside->model, "%s", s->name);
    own.subject = s;
    return hg__evaluation_walk(v, &own, y, &cut->beside->figures, e);
}

static void show(hg__progress_line *line, const char *whose, size_t k, size_t done, size_t all)
{
    char what[64];
    snprintf(what, sizeof what, "%s, code of %zu", whose, k);
    hg__progress_part(line, what, done, all);
}

static hg_status open_besides(hg__subject *other, lengths *l, const hg__evaluation *v, const hg__cuts_wanted *wanted,
                              hg_error *e)
{
    hg_status s = HG_OK;
    for (size_t i = 0; !s && i < wanted->besides; i++) {
        s = hg__subject_open(&other[i], wanted->beside[i], e);
        if (!s) s = hg__subject_check(&other[i], v->shape, v->source, e);
        if (!s && !hg_shape_equal(other[i].y, other[i].x))
            s = hg__fail(e, HG_MODEL, other[i].path,
                         "its output is not of its input's shape, so it cannot be compared");
        size_t k = hg_shape_size(other[i].z);
        if (!s && k > v->code)
            s = hg__fail(e, HG_USAGE, other[i].path, "has a code of %zu, longer than the %zu of %s", k, v->code,
                         v->model);
        if (!s) s = add_length(l, k, e);
    }
    return s;
}

static hg_status measure_cut(hg__evaluation *v, const hg__evaluation_work *w, size_t k, float *y, hg_error *e)
{
    hg__subject cut = *w->subject; /* borrowed: never closed */
    hg__evaluation_work own = *w;
    hg__cut *made = &v->cut[v->cuts++];
    *made = (hg__cut){.k = k, .ours = v->ours};
    if (k == hg_shape_size(cut.z)) return HG_OK;
    own.subject = &cut;
    hg_status s = hg__subject_cut(&cut, k, e);
    return s ? s : hg__evaluation_walk(v, &own, y, &made->ours, e);
}

hg_status hg__evaluation_cut(hg__evaluation *v, const hg__evaluation_work *w, const hg__cuts_wanted *wanted,
                             hg_error *e)
{
    lengths l = {.n = 0};
    hg__subject probe = *w->subject, *other = calloc(wanted->besides + 1, sizeof *other);
    float *y = NULL;
    hg__progress_line line = {.console = wanted->console};
    hg_status s = other ? HG_OK : hg__fail_memory(e, "evaluation", wanted->besides * sizeof *other);
    if (!s) s = hg__subject_cut(&probe, 1, e);
    if (!s) s = read_list(&l, wanted->list, v->code, e);
    if (!s) s = open_besides(other, &l, v, wanted, e);
    if (!s) s = hg__floats_open(&y, v->n, hg_shape_size(v->shape), e);
    if (!s && !(v->cut = calloc(l.n, sizeof *v->cut))) s = hg__fail_memory(e, "evaluation", l.n * sizeof *v->cut);
    size_t all = l.n + wanted->besides;
    for (size_t i = 0; !s && i < l.n; i++) show(&line, v->model, l.k[i], i, all), s = measure_cut(v, w, l.k[i], y, e);
    for (size_t i = 0; !s && i < wanted->besides; i++)
        show(&line, other[i].name, hg_shape_size(other[i].z), l.n + i, all), s = measure_beside(v, w, &other[i], y, e);
    hg__progress_close(&line);
    for (size_t i = 0; other && i < wanted->besides; i++) hg__subject_close(&other[i]);
    free(other);
    free(y);
    return s;
}

hg_status hg__evaluation_cut_pca(hg__evaluation *v, const hg_pca *p, const hg_set *test, const hg__console *console,
                                 hg_error *e)
{
    hg_status s = HG_OK;
    hg__progress_line line = {.console = console};
    for (size_t i = 0; !s && i < v->cuts; i++) {
        show(&line, "PCA", v->cut[i].k, i, v->cuts);
        s = hg_pca_score(&v->cut[i].pca, p, v->cut[i].k, test, e);
        v->cut[i].has_pca = !s;
    }
    hg__progress_close(&line);
    return s;
}

/* ---- Telling ---- */

static void set_figures(json_t *object, const hg_metrics *m)
{
    hg__json_set_number(object, "mse", m->mse);
    hg__json_set_number(object, "sse_per_image", m->sse_per_image);
    hg__json_set_number(object, "psnr", m->psnr);
    hg__json_set_number(object, "ssim_gauss11", m->ssim_gauss11);
    hg__json_set_number(object, "ssim_uniform7", m->ssim_uniform7);
}

static json_t *beside_json(const hg__beside *b)
{
    if (!b) return json_null();
    json_t *object = json_pack("{s:o, s:o}", "run", hg__json_word(b->path), "model", hg__json_word(b->model));
    if (object) set_figures(object, &b->figures);
    return object;
}

json_t *hg__evaluation_cuts_json(const hg__evaluation *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->cuts; i++) {
        const hg__cut *c = &v->cut[i];
        json_t *row = json_pack("{s:I}", "k", (json_int_t)c->k);
        set_figures(row, &c->ours);
        json_object_set_new(row, "pca", c->has_pca ? hg__pca_json(&c->pca) : json_null());
        json_object_set_new(row, "beside", beside_json(c->beside));
        json_array_append_new(list, row);
    }
    return list;
}

void hg__evaluation_cuts_print(hg__text *out, const hg__evaluation *v)
{
    bool pca = v->cuts && v->cut[0].has_pca, beside = false;
    for (size_t i = 0; i < v->cuts; i++) beside |= v->cut[i].beside != NULL;
    if (!v->cuts) return;
    hg__text_add(out, "\n  %6s%12s%12s%10s%14s%s%s\n", "code", "MSE", "SSE image", "PSNR, dB", "SSIM gauss11",
                 pca ? "    PCA: MSE     SSIM" : "", beside ? "   trained for k" : "");
    for (size_t i = 0; i < v->cuts; i++) {
        const hg__cut *c = &v->cut[i];
        hg__text_add(out, "  %6zu%12.6f%12.3f%10.2f%14.4f", c->k, c->ours.mse, c->ours.sse_per_image, c->ours.psnr,
                     c->ours.ssim_gauss11);
        if (pca) hg__text_add(out, "%12.6f%9.4f", c->pca.mse_clipped, c->pca.ssim_gauss11);
        if (c->beside)
            hg__text_add(out, "%12.6f: %+.1f %% (%s)", c->beside->figures.mse,
                         100 * (c->ours.mse / c->beside->figures.mse - 1), c->beside->path);
        hg__text_add(out, "\n");
    }
}
