/* evaluation_text.c: an evaluation as a table for people and as JSON. See evaluation.h. */
#include "cli/evaluation.h"

#include "base/json.h"
#include "cli/output.h"
#include "record/json_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- JSON -------------------------------------------------------------------------------------- */

json_t *hg__pca_json(const hg_pca_metrics *m)
{
    json_t *pca = json_object();
    json_object_set_new(pca, "k", json_integer((json_int_t)m->k));
    hg__json_set_number(pca, "mse", m->mse);
    hg__json_set_number(pca, "sse_per_image", m->sse_per_image);
    hg__json_set_number(pca, "mse_clipped", m->mse_clipped);
    hg__json_set_number(pca, "psnr", m->psnr);
    hg__json_set_number(pca, "ssim_gauss11", m->ssim_gauss11);
    hg__json_set_number(pca, "ssim_uniform7", m->ssim_uniform7);
    return pca;
}

static json_t *classes_json(const hg__evaluation *v)
{
    json_t *list = json_array();
    for (size_t c = 0; v->label && c < v->classes; c++) {
        hg__class_figures f = v->by_class[c];
        json_t *row = json_pack("{s:I, s:I}", "label", (json_int_t)c, "n", (json_int_t)f.n);
        if (v->class_name) json_object_set_new(row, "name", hg__json_word(v->class_name[c]));
        hg__json_set_number(row, "mse", f.mse);
        hg__json_set_number(row, "ssim_gauss11", f.ssim);
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *worst_json(const hg__evaluation *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->worst && i < v->n; i++) {
        uint32_t at = hg__evaluation_index(v, v->by_mse[i]);
        json_t *row = json_pack("{s:I}", "index", (json_int_t)at);
        if (v->file) json_object_set_new(row, "file", hg__json_word(v->file[at]));
        hg__json_set_number(row, "mse", (double)v->each[v->by_mse[i]].mse);
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *published_json(const hg__evaluation *v)
{
    json_t *list = json_array();
    size_t at = 0;
    for (const hg_published *p; (p = hg__evaluation_published(v, &at));) {
        json_t *row = json_pack("{s:s, s:s, s:I, s:s, s:b}", "model", p->model, "metric", p->metric, "code",
                                (json_int_t)p->code, "source", p->source, "verified", p->verified);
        hg__json_set_number(row, "value", p->value);
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *likelihood_json(const hg__evaluation *v)
{
    const hg_likelihood *m = &v->likelihood;
    json_t *o = json_pack("{s:I, s:b}", "samples", (json_int_t)m->samples, "drawn", v->is_drawn);
    hg__json_set_number(o, "nll", m->nll);
    hg__json_set_number(o, "nll_error", m->nll_error);
    hg__json_set_number(o, "elbo", m->elbo);
    hg__json_set_number(o, "bits_per_value", m->bits_per_value);
    return o;
}

json_t *hg__evaluation_json(const hg__evaluation *v)
{
    const hg_metrics *m = &v->ours;
    const struct {
        const char *name;
        double value;
    } figures[] = {
        {"mse", m->mse},
        {"sse_per_image", m->sse_per_image},
        {"psnr", m->psnr},
        {"psnr_mean", m->psnr_mean},
        {"ssim_gauss11", m->ssim_gauss11},
        {"ssim_uniform7", m->ssim_uniform7},
        {"bce", m->bce},
        {"bce_floor", m->bce_floor},
    };
    json_t *d = json_pack("{s:o, s:s, s:I, s:o, s:I, s:I}", "source", hg__json_word(v->source), "split", v->split, "n",
                          (json_int_t)v->n, "model", hg__json_word(v->model), "code", (json_int_t)v->code, "parameters",
                          (json_int_t)v->parameters);
    if (!d) return NULL;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        hg__json_set_number(d, figures[i].name, figures[i].value);
    json_object_set_new(d, "weights_sha256", json_string(v->weights_sha256));
    json_object_set_new(d, "noise", v->noise ? json_string(v->noise) : json_null());
    hg__json_set_number(d, "input_mse", v->input_mse);
    hg__json_set_number(d, "input_psnr", -10 * log10(v->input_mse));
    json_object_set_new(d, "likelihood", v->likelihood.n ? likelihood_json(v) : json_null());
    json_object_set_new(d, "pca", v->has_pca ? hg__pca_json(&v->pca) : json_null());
    json_object_set_new(d, "codes", v->cuts ? hg__evaluation_cuts_json(v) : json_null());
    json_object_set_new(d, "per_class", classes_json(v));
    json_object_set_new(d, "worst", worst_json(v));
    json_object_set_new(d, "published", published_json(v));
    return d;
}

/* ---- The table --------------------------------------------------------------------------------- */

/* A figure as a cell of 12 characters; what is not defined is a dash. */
static const char *cell(double value, int decimals, char out[32])
{
    if (isfinite(value)) snprintf(out, 32, "%12.*f", decimals, value);
    else snprintf(out, 32, "%12s", isinf(value) ? "inf" : "-");
    return out;
}

/* pca: NULL where PCA was not measured, so that its column is left out. */
static void add_row(hg__text *out, const char *name, double ours, const double *pca, int decimals)
{
    char a[32], b[32];
    hg__text_add(out, "  %-28s%s%s\n", name, cell(ours, decimals, a), pca ? cell(*pca, decimals, b) : "");
}

/* A cell of PCA's column, where there is one. */
static const double *beside(const hg__evaluation *v, const double *value) { return v->has_pca ? value : NULL; }

static void print_figures(hg__text *out, const hg__evaluation *v)
{
    const hg_metrics *m = &v->ours;
    const hg_pca_metrics *p = &v->pca;
    const double none = NAN, sse_clipped = p->mse_clipped * (double)hg_shape_size(v->shape);
    char title[32] = "";
    if (v->has_pca) snprintf(title, sizeof title, "PCA, k=%zu", p->k);
    hg__text_add(out, v->has_pca ? "\n  %-28s%12s%12s\n" : "\n  %-28s%12s\n", "", "this model", title);
    add_row(out, "MSE", m->mse, beside(v, &p->mse_clipped), 6);
    add_row(out, "SSE an image", m->sse_per_image, beside(v, &sse_clipped), 3);
    add_row(out, "PSNR of the MSE, dB", m->psnr, beside(v, &p->psnr), 2);
    if (v->noise) add_row(out, "PSNR of the corrupted input", -10 * log10(v->input_mse), beside(v, &none), 2);
    add_row(out, "PSNR, mean, dB", m->psnr_mean, beside(v, &none), 2);
    add_row(out, "SSIM gauss11", m->ssim_gauss11, beside(v, &p->ssim_gauss11), 4);
    add_row(out, "SSIM uniform7", m->ssim_uniform7, beside(v, &p->ssim_uniform7), 4);
    add_row(out, "BCE, nats a value", m->bce, beside(v, &none), 5);
    add_row(out, "BCE above its floor", m->bce - m->bce_floor, beside(v, &none), 5);
    if (!v->has_pca) return;
    add_row(out, "MSE before clipping to [0,1]", NAN, &p->mse, 6);
    add_row(out, "SSE before clipping to [0,1]", NAN, &p->sse_per_image, 3);
}

static void print_likelihood(hg__text *out, const hg__evaluation *v)
{
    const hg_likelihood *m = &v->likelihood;
    if (!m->n) return;
    hg__text_add(out,
                 "\nLikelihood of binary pixels%s, nats a sample\n  %-28s%12.2f  +- %.2f, %zu codes each\n"
                 "  %-28s%12.2f\n  %-28s%12.4f\n",
                 v->is_drawn ? ", drawn by their values" : "", "-log p(x), at most", m->nll, m->nll_error, m->samples,
                 "ELBO", m->elbo, "bits a value", m->bits_per_value);
}

static void print_published(hg__text *out, const hg__evaluation *v)
{
    size_t at = 0;
    const hg_published *p = hg__evaluation_published(v, &at);
    if (p) hg__text_add(out, "\nPublished\n");
    for (; p; p = hg__evaluation_published(v, &at))
        hg__text_add(out, "  %-14s%8.5g  %s (%s)%s\n", p->metric, p->value, p->model, p->source,
                     p->verified ? "" : ", recalled");
}

/* The name, or the number where there is none; into out[n]. */
static const char *class_title(const hg__evaluation *v, size_t c, char *out, size_t n)
{
    if (v->class_name) snprintf(out, n, "%s", v->class_name[c]);
    else snprintf(out, n, "%zu", c);
    return out;
}

static void print_classes(hg__text *out, const hg__evaluation *v)
{
    char title[64];
    int width = 8;
    if (!v->label || !v->classes || v->classes > 100) return;
    for (size_t c = 0; c < v->classes; c++) {
        int letters = (int)strlen(class_title(v, c, title, sizeof title)) + 1;
        if (letters > width) width = letters;
    }
    hg__text_add(out, "\n  %-*s%8s%12s%14s\n", width, "class", "n", "MSE", "SSIM gauss11");
    for (size_t c = 0; c < v->classes; c++) {
        hg__class_figures f = v->by_class[c];
        char mse[32], ssim[32];
        hg__text_add(out, "  %-*s%8zu%s  %s\n", width, class_title(v, c, title, sizeof title), f.n, cell(f.mse, 6, mse),
                     cell(f.ssim, 4, ssim));
    }
}

static void print_worst(hg__text *out, const hg__evaluation *v)
{
    if (v->worst) hg__text_add(out, "\nWorst samples (MSE):");
    for (size_t i = 0; i < v->worst && i < v->n; i++) {
        uint32_t at = hg__evaluation_index(v, v->by_mse[i]);
        double mse = (double)v->each[v->by_mse[i]].mse;
        if (v->file) hg__text_add(out, "\n  %s (%.4f)", v->file[at], mse);
        else hg__text_add(out, "%s%u (%.4f)", i % 5 ? ", " : "\n  ", at, mse);
    }
    hg__text_add(out, "\n");
}

void hg__evaluation_print(hg__text *out, const hg__evaluation *v)
{
    char n[32], parameters[32];
    hg__text_add(out, "%s on %s, %s: %s sample%s of %zu x %zu x %zu, code of %zu, %s parameters\n", v->model, v->source,
                 v->split, hg__text_count((double)v->n, n, sizeof n), v->n == 1 ? "" : "s", v->shape.h, v->shape.w,
                 v->shape.c, v->code, hg__text_count((double)v->parameters, parameters, sizeof parameters));
    if (v->noise)
        hg__text_add(out, "The input is corrupted by %s, as in training%s.\n", v->noise,
                     v->has_pca ? "; PCA is given the clean samples" : "");
    print_figures(out, v);
    print_likelihood(out, v);
    hg__evaluation_cuts_print(out, v);
    print_published(out, v);
    print_classes(out, v);
    print_worst(out, v);
}
