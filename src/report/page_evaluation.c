/* page_evaluation.c: the report's figures on unseen data, beside PCA and what others published; classes; the worst. */
#include "report/chart.h"
#include "report/markup.h"
#include "report/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct figure {
    const char *title, *name, *pca; /* the field in eval.json, and in its pca; NULL: PCA has none */
    bool more_is_better;
    bool summed; /* over an image's pixels, while PCA's field is of one pixel */
} figure;

static const figure figures[] = {
    {.title = "MSE, a pixel", .name = "mse", .pca = "mse_clipped"},
    {.title = "SSE, an image", .name = "sse_per_image", .pca = "mse_clipped", .summed = true},
    {.title = "PSNR of the mean MSE, dB", .name = "psnr", .pca = "psnr", .more_is_better = true},
    {.title = "PSNR, mean of the images, dB", .name = "psnr_mean", .more_is_better = true},
    {.title = "SSIM, gauss11", .name = "ssim_gauss11", .pca = "ssim_gauss11", .more_is_better = true},
    {.title = "SSIM, uniform7", .name = "ssim_uniform7", .pca = "ssim_uniform7", .more_is_better = true},
    {.title = "Cross-entropy, nats a pixel", .name = "bce"},
};

static void add_cell(hg__text *t, double value, bool is_best)
{
    hg__text_add(t, "<td class=\"n%s\">", is_best ? " best" : "");
    hg__markup_number(t, value, 5);
    hg__text_add(t, "</td>");
}

static void add_noise(hg__text *t, const hg__page *p)
{
    const char *noise = hg__page_text(p->eval, "noise");
    if (!noise) return;
    hg__markup_wrap(t, "<p>A denoiser: its input is corrupted by ", noise, ", which leaves a PSNR of ");
    hg__markup_number(t, hg__page_figure(p, "input_psnr"), 4);
    hg__text_add(t, " dB.</p>\n");
}

static void add_figures(hg__text *t, const hg__page *p)
{
    double k = hg__page_pca_figure(p, "k"), excess = hg__page_figure(p, "bce") - hg__page_figure(p, "bce_floor");
    bool has_pca = isfinite(k);
    add_noise(t, p);
    hg__text_add(t,
                 "<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>Output clipped to "
                 "[0,1]%s</caption>\n<thead><tr><th scope=\"col\"></th>"
                 "<th scope=\"col\" class=\"n\">this model</th>",
                 has_pca ? "; PCA likewise" : "");
    if (has_pca) hg__text_add(t, "<th scope=\"col\" class=\"n\">PCA, k = %.0f</th>", k);
    hg__text_add(t, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        const figure *f = &figures[i];
        double ours = hg__page_figure(p, f->name), pca = f->pca ? hg__page_pca_figure(p, f->pca) : (double)NAN;
        if (f->summed) pca *= ours / hg__page_figure(p, "mse");
        if (isnan(ours) && isnan(pca)) continue;
        hg__markup_wrap(t, "<tr><th scope=\"row\">", f->title, "</th>");
        add_cell(t, ours, f->more_is_better ? ours > pca : ours < pca);
        if (has_pca) add_cell(t, pca, f->more_is_better ? pca > ours : pca < ours);
        hg__text_add(t, "</tr>\n");
    }
    if (isfinite(excess)) {
        hg__text_add(t, "<tr><th scope=\"row\">… above that of a perfect reconstruction</th>");
        add_cell(t, excess, false);
        hg__text_add(t, has_pca ? "<td class=\"n\">–</td></tr>\n" : "</tr>\n");
    }
    hg__text_add(t, "</tbody></table></div>\n");
}

static void add_likelihood(hg__text *t, const hg__page *p)
{
    const json_t *m = json_object_get(p->eval, "likelihood");
    if (!json_is_object(m)) return;
    hg__text_add(t, "<p>Likelihood of binary pixels%s: −log p(x) is at most ",
                 json_is_true(json_object_get(m, "drawn")) ? ", drawn by their values" : "");
    hg__markup_number(t, hg__page_number(m, "nll"), 4);
    hg__text_add(t, " nats a sample (by ");
    hg__markup_value(t, json_object_get(m, "samples"));
    hg__text_add(t, " codes each, standard error ");
    hg__markup_number(t, hg__page_number(m, "nll_error"), 2);
    hg__text_add(t, "), the ELBO is ");
    hg__markup_number(t, hg__page_number(m, "elbo"), 4);
    hg__text_add(t, ".</p>\n");
}

/* ---- the code at every length ---- */

enum { CUT_COLUMNS = 4 }; /* k, the model's MSE, PCA's, that of a model trained for this k alone */

/* The columns of the rows, for the chart; NULL: no memory. */
static double *cut_columns(const json_t *rows, size_t n)
{
    double *column = calloc(n * CUT_COLUMNS, sizeof *column);
    for (size_t i = 0; column && i < n; i++) {
        const json_t *row = json_array_get(rows, i);
        column[i] = hg__page_number(row, "k");
        column[n + i] = hg__page_number(row, "mse");
        column[2 * n + i] = hg__page_number(json_object_get(row, "pca"), "mse_clipped");
        column[3 * n + i] = hg__page_number(json_object_get(row, "beside"), "mse");
    }
    return column;
}

static bool has_any(const double *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isfinite(value[i])) return true;
    return false;
}

/* Lengths that an axis can be made of; a file may hold anything. */
static bool are_lengths(const double *k, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(k[i] >= 1 && k[i] < 1e9) || (i && !(k[i] > k[i - 1]))) return false;
    return true;
}

static void add_cut_row(hg__text *t, const json_t *row, bool pca, bool beside)
{
    const json_t *linear = json_object_get(row, "pca"), *own = json_object_get(row, "beside");
    double mse = hg__page_number(row, "mse"), theirs = hg__page_number(own, "mse");
    hg__text_add(t, "<tr><th scope=\"row\">%.0f</th>", hg__page_number(row, "k"));
    add_cell(t, mse, false);
    add_cell(t, hg__page_number(row, "psnr"), false);
    add_cell(t, hg__page_number(row, "ssim_gauss11"), false);
    if (pca) add_cell(t, hg__page_number(linear, "mse_clipped"), false);
    if (pca) add_cell(t, hg__page_number(linear, "ssim_gauss11"), false);
    if (beside) add_cell(t, theirs, false);
    if (beside && isfinite(theirs)) hg__text_add(t, "<td class=\"n\">%+.1f %%</td>", 100 * (mse / theirs - 1));
    else if (beside) hg__text_add(t, "<td class=\"n\">–</td>");
    hg__text_add(t, "</tr>\n");
}

static void add_cut_table(hg__text *t, const json_t *rows, bool pca, bool beside)
{
    hg__text_add(t, "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">code</th>"
                    "<th scope=\"col\" class=\"n\">MSE</th><th scope=\"col\" class=\"n\">PSNR, dB</th>"
                    "<th scope=\"col\" class=\"n\">SSIM, gauss11</th>");
    if (pca) hg__text_add(t, "<th scope=\"col\" class=\"n\">PCA: MSE</th><th scope=\"col\" class=\"n\">PCA: SSIM</th>");
    if (beside)
        hg__text_add(t, "<th scope=\"col\" class=\"n\">trained for this k: MSE</th>"
                        "<th scope=\"col\" class=\"n\">this model beside it</th>");
    hg__text_add(t, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < json_array_size(rows); i++) add_cut_row(t, json_array_get(rows, i), pca, beside);
    hg__text_add(t, "</tbody></table></div>\n");
}

static void add_cuts(hg__text *t, const hg__page *p)
{
    const json_t *rows = json_object_get(p->eval, "codes");
    size_t n = json_array_size(rows);
    double *column = n ? cut_columns(rows, n) : NULL;
    if (!n) return;
    if (!column) {
        t->failed = true;
        return;
    }
    bool pca = has_any(column + 2 * n, n), beside = has_any(column + 3 * n, n);
    hg__text_add(t, "<h3>The code at every length</h3>\n<p>One model; its code is cut to the first k values.</p>\n");
    if (are_lengths(column, n))
        hg__chart_add(t, &(hg__chart){.id = "codes",
                                      .title = "MSE by code length",
                                      .high = 320,
                                      .n = n,
                                      .unit = "k",
                                      .at = column,
                                      .curve = {{"this model", column + n, false},
                                                {"PCA", pca ? column + 2 * n : NULL, false},
                                                {"trained for one k", beside ? column + 3 * n : NULL, true}},
                                      .log_across = true});
    free(column);
    add_cut_table(t, rows, pca, beside);
}

static const char *text_or_dash(const json_t *object, const char *name)
{
    const char *text = hg__page_text(object, name);
    return text ? text : "–";
}

/* A figure's name for readers; one that is not ours as it is. */
static const char *title_of(const char *name)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (!strcmp(figures[i].name, name)) return figures[i].title;
    return strcmp(name, "nll") ? name : "−log p(x) of binary pixels, nats";
}

static void add_published(hg__text *t, const hg__page *p)
{
    const json_t *row, *rows = json_object_get(p->eval, "published");
    size_t i;
    if (!json_array_size(rows)) return;
    hg__text_add(
        t,
        "<h3>What others reached</h3>\n<div class=\"scroll\" tabindex=\"0\"><table>\n"
        "<caption>On the same data at the same code length. <em>Recalled</em> figures were not checked "
        "against their source.</caption>\n"
        "<thead><tr><th scope=\"col\">model</th><th scope=\"col\">figure</th><th scope=\"col\" class=\"n\">theirs</th>"
        "<th scope=\"col\" class=\"n\">this model</th><th scope=\"col\">source</th></tr></thead>\n<tbody>\n");
    json_array_foreach(rows, i, row)
    {
        const json_t *value = json_object_get(row, "value");
        hg__markup_wrap(t, "<tr><th scope=\"row\">", text_or_dash(row, "model"), "</th>");
        hg__markup_wrap(t, "<td>", title_of(text_or_dash(row, "metric")), "</td><td class=\"n\">");
        hg__markup_value(t, value);
        hg__text_add(t, "</td>");
        bool is_likelihood = !strcmp(text_or_dash(row, "metric"), "nll");
        const json_t *figures_of = is_likelihood ? json_object_get(p->eval, "likelihood") : p->eval;
        add_cell(t, hg__page_number(figures_of, text_or_dash(row, "metric")), false);
        hg__markup_wrap(t, "<td>", text_or_dash(row, "source"), "");
        hg__text_add(t, "%s</td></tr>\n",
                     json_is_true(json_object_get(row, "verified")) ? "" : " <span class=\"tag\">recalled</span>");
    }
    hg__text_add(t, "</tbody></table></div>\n");
}

static void add_classes(hg__text *t, const hg__page *p)
{
    const json_t *row, *rows = json_object_get(p->eval, "per_class");
    size_t i;
    if (!json_array_size(rows)) return;
    hg__text_add(
        t, "<h3>By class</h3>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">class</th>"
           "<th scope=\"col\" class=\"n\">samples</th><th scope=\"col\" class=\"n\">MSE</th>"
           "<th scope=\"col\" class=\"n\">SSIM, gauss11</th></tr></thead>\n<tbody>\n");
    json_array_foreach(rows, i, row)
    {
        hg__text_add(t, "<tr><th scope=\"row\">");
        hg__markup_value(t, json_object_get(row, json_object_get(row, "name") ? "name" : "label"));
        hg__text_add(t, "</th><td class=\"n\">");
        hg__markup_value(t, json_object_get(row, "n"));
        hg__text_add(t, "</td>");
        add_cell(t, hg__page_number(row, "mse"), false);
        add_cell(t, hg__page_number(row, "ssim_gauss11"), false);
        hg__text_add(t, "</tr>\n");
    }
    hg__text_add(t, "</tbody></table></div>\n");
}

static void add_worst(hg__text *t, const hg__page *p)
{
    const json_t *row, *rows = json_object_get(p->eval, "worst");
    size_t i;
    if (!json_array_size(rows)) return;
    hg__text_add(t, "<h3>The worst samples</h3>\n<p>By MSE, the worst first: ");
    json_array_foreach(rows, i, row)
    {
        bool named = json_object_get(row, "file");
        hg__text_add(t, "%s%s", i ? ", " : "", named ? "" : "sample ");
        hg__markup_value(t, json_object_get(row, named ? "file" : "index"));
        hg__text_add(t, " (");
        hg__markup_number(t, hg__page_number(row, "mse"), 3);
        hg__text_add(t, ")");
    }
    hg__text_add(t, ".</p>\n");
    hg__page_sheet(t, p, "eval-worst.png", "The worst reconstructions");
    hg__text best = {0};
    if (hg__page_sheet(&best, p, "eval-best.png", "The best reconstructions")) {
        hg__text_add(t, "<details><summary>The best ones, for comparison</summary>\n");
        hg__text_bytes(t, best.at, best.size);
        hg__text_add(t, "</details>\n");
    }
    t->failed |= best.failed;
    hg__text_close(&best);
}

/* "mnist, test: 10 000 samples". */
static void add_name(hg__text *t, const char *before, const hg__page *p, const char *after)
{
    hg__markup_wrap(t, before, text_or_dash(p->eval, "source"), ", ");
    hg__markup_wrap(t, "", text_or_dash(p->eval, "split"), ": ");
    hg__markup_count(t, (size_t)json_integer_value(json_object_get(p->eval, "n")));
    hg__text_add(t, " samples%s", after);
}

static void add_own(hg__text *t, const hg__page *p)
{
    add_name(t, "<p>On ", p, ".</p>\n");
    add_figures(t, p);
    add_likelihood(t, p);
    add_cuts(t, p);
    add_published(t, p);
    add_classes(t, p);
    add_worst(t, p);
}

/* The figures on other data than the run's own; its sheet is named after the document. */
static void add_other(hg__text *t, const hg__page *p, json_t *eval)
{
    hg__page other = *p;
    char sheet[256];
    other.eval = eval;
    add_name(t, "<h3>On other data: ", &other, "</h3>\n");
    add_figures(t, &other);
    snprintf(sheet, sizeof sheet, "eval-of-%s.png", text_or_dash(eval, "name"));
    hg__page_sheet(t, &other, sheet, "Samples of it: original, reconstruction, and their difference");
}

void hg__page_evaluation(hg__text *t, const hg__page *p)
{
    if (!p->eval && !p->others && !p->is_stale) return;
    hg__text_add(t, "<section>\n<h2>Evaluation</h2>\n");
    if (p->is_stale)
        hg__text_add(t, "<p>What was measured on earlier weights is left out; <code>hourglass eval</code> measures "
                        "these.</p>\n");
    if (p->eval) add_own(t, p);
    for (size_t i = 0; i < p->others; i++)
        if (p->other[i]) add_other(t, p, p->other[i]);
    hg__text_add(t, "</section>\n");
}
