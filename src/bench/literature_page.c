/* literature_page.c: the published protocols and what came of them as one self-contained page, laid out like the report
 * of a run: tables, and of each protocol a sheet, the curve of its training and the notes. */
#include "base/file.h"
#include "bench/literature.h"
#include "report/chart.h"
#include "report/markup.h"

#include <hourglass/record.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A column whose title begins with a space holds words, all others numbers. */
static void begin_table(hg__text *t, const char *caption, const char *const *column, size_t columns)
{
    hg__text_add(t,
                 "<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>%s</caption>\n<thead><tr><th "
                 "scope=\"col\"></th>",
                 caption);
    for (size_t i = 0; i < columns; i++)
        hg__text_add(t, "<th scope=\"col\"%s>%s</th>", *column[i] == ' ' ? "" : " class=\"n\"", column[i]);
    hg__text_add(t, "</tr></thead>\n<tbody>\n");
}

static void end_table(hg__text *t) { hg__text_add(t, "</tbody></table></div>\n"); }

static void add_cell(hg__text *t, double v)
{
    hg__text_add(t, "<td class=\"n\">");
    if (v == 0) hg__text_add(t, "0");
    else hg__markup_number(t, v, 4);
    hg__text_add(t, "</td>");
}

/* As many digits as its source gives. */
static void add_published_cell(hg__text *t, const hg_published *p)
{
    if (p) hg__text_add(t, "<td class=\"n\">%g</td>", p->value);
    else add_cell(t, (double)NAN);
}

static void add_tag(hg__text *t, const hg_published *p)
{
    if (!p->verified) hg__text_add(t, " <span class=\"tag\">recalled</span>");
}

/* ---- The tables -------------------------------------------------------------------------------- */

static void add_main_row(hg__text *t, const hg__literature *l, const hg__literature_row *r)
{
    size_t at = 0;
    const hg_published *p = hg__protocol_published(&r->protocol, &at);
    hg__markup_wrap(t, "<tr><th scope=\"row\">", r->protocol.name, "<br><span class=\"soft\">");
    hg__markup_wrap(t, "", r->protocol.what, "</span></th><td>");
    hg__markup_wrap(t, "", hg__unit_name(r->protocol.metric), "</td>");
    add_cell(t, r->ours);
    add_published_cell(t, p);
    add_cell(t, r->pca);
    hg__text_add(t, "<td class=\"n\">");
    if (r->pca_k) hg__text_add(t, "%zu", r->pca_k);
    else hg__text_add(t, "–");
    hg__text_add(t, "</td>");
    add_cell(t, r->floor);
    hg__text_add(t, "<td class=\"n\">%zu of %zu</td><td class=\"n\">%.0f</td><td>", r->epochs,
                 r->protocol.published_epochs, r->seconds);
    hg__markup_escape(t, p ? p->source : "–");
    if (p) add_tag(t, p);
    if (l->o.length == HG__QUICK) hg__text_add(t, " <span class=\"tag\">quick: not comparable</span>");
    hg__text_add(t, "</td></tr>\n");
}

static void add_main(hg__text *t, const hg__literature *l)
{
    static const char *const columns[] = {" unit", "ours",   "published", "PCA",    "k",
                                          "floor", "epochs", "seconds",   " source"};
    begin_table(t, "In the unit that was published. <em>Recalled</em> figures were not checked at their source.",
                columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < l->n; i++) add_main_row(t, l, &l->row[i]);
    end_table(t);
}

/* "deep autoencoder, pre-trained, recalled" */
static const char *named(const hg_published *p, char *out, size_t n)
{
    snprintf(out, n, "%s%s", p->model, p->verified ? "" : ", recalled");
    return out;
}

static void add_units(hg__text *t, const char *name, const char *whose, const hg__units *u)
{
    const double figures[] = {u->sse, u->mse, u->psnr, u->bce, u->excess, u->nats};
    hg__markup_wrap(t, "<tr><th scope=\"row\">", name, "</th><td>");
    hg__markup_wrap(t, "", whose, "</td>");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) add_cell(t, figures[i]);
    hg__text_add(t, "</tr>\n");
}

static void add_reconstructions(hg__text *t, const hg__literature *l)
{
    static const char *const columns[] = {" ",         "SSE/image", "MSE/pixel", "PSNR, dB",
                                          "BCE/pixel", "− floor",   "BCE/image"};
    hg__text_add(t, "<section>\n<h2>Reconstructions in every unit</h2>\n");
    begin_table(t, "Pixels in [0,1]; cross-entropies in nats. PCA's SSE, MSE and PSNR are unclipped.", columns,
                sizeof columns / sizeof *columns);
    for (size_t i = 0; i < l->n; i++) {
        const hg__literature_row *r = &l->row[i];
        size_t at = 0;
        char whose[128];
        if (r->likelihood.n) continue;
        add_units(t, r->protocol.name, "ours", &r->all);
        for (const hg_published *p; (p = hg__protocol_published(&r->protocol, &at));) {
            hg__units u = hg__units_of(p->metric, p->value, &l->frame);
            add_units(t, "", named(p, whose, sizeof whose), &u);
        }
        if (r->pca_k) add_units(t, "", "PCA", &r->all_pca);
        if (r->noise) add_units(t, "", "its corrupted input", &r->all_input);
    }
    add_units(t, "mean picture", "", &l->mean_image);
    end_table(t);
    hg__text_add(t, "</section>\n");
}

static void add_likelihood_row(hg__text *t, const char *name, const char *whose, const double figures[3])
{
    hg__markup_wrap(t, "<tr><th scope=\"row\">", name, "</th><td>");
    hg__markup_wrap(t, "", whose, "</td>");
    for (size_t i = 0; i < 3; i++) add_cell(t, figures[i]);
    hg__text_add(t, "</tr>\n");
}

static void add_likelihoods(hg__text *t, const hg__literature *l)
{
    static const char *const columns[] = {" ", "nats/image", "bits/pixel", "ELBO, nats"};
    for (size_t i = 0; i < l->n; i++) {
        const hg__literature_row *r = &l->row[i];
        size_t at = 0;
        char whose[128];
        if (!r->likelihood.n) continue;
        hg__text_add(t, "<section>\n<h2>Likelihoods of binarised pixels</h2>\n");
        begin_table(t, "Another quantity than any figure above.", columns, sizeof columns / sizeof *columns);
        add_likelihood_row(t, r->protocol.name, "ours", (double[]){r->likelihood.nll, r->all.bits, r->likelihood.elbo});
        for (const hg_published *p; (p = hg__protocol_published(&r->protocol, &at));) {
            hg__units u = hg__units_of("nll", p->value, &l->frame);
            add_likelihood_row(t, "", named(p, whose, sizeof whose), (double[]){u.nll, u.bits, (double)NAN});
        }
        add_likelihood_row(t, "", "each pixel by itself, by the mean picture",
                           (double[]){l->mean_image.nll, l->mean_image.bits, (double)NAN});
        end_table(t);
        hg__text_add(t,
                     "<p>Ours by %zu importance samples of each of %zu pictures, standard error %.2f nats. No model "
                     "comes below %.2f nats, the entropy of the drawing itself.</p>\n</section>\n",
                     r->likelihood.samples, r->likelihood.n, r->likelihood.nll_error, r->floor);
    }
}

/* ---- Each protocol ----------------------------------------------------------------------------- */

/* The published figure in the unit of the training loss; NaN where it is in none. */
static double published_loss(const hg__literature *l, const hg__literature_row *r)
{
    size_t at = 0;
    const hg_published *p = hg__protocol_published(&r->protocol, &at);
    if (!p) return (double)NAN;
    hg__units u = hg__units_of(p->metric, p->value, &l->frame);
    return strcmp(p->metric, "sse_per_image") ? p->value : u.mse;
}

static void add_curve(hg__text *t, const hg__literature *l, const hg__literature_row *r)
{
    hg_run *run = NULL;
    hg_epoch *row = NULL;
    size_t n = 0;
    double *epoch = NULL;
    char id[64];
    snprintf(id, sizeof id, "curve-%s", r->protocol.name);
    if (!hg_run_open(&run, r->train.run, NULL) && !hg_run_epochs(run, &row, &n, NULL) && n > 1)
        epoch = calloc(3 * n, sizeof *epoch);
    if (epoch) {
        double *loss = epoch + n, *theirs = loss + n;
        for (size_t i = 0; i < n; i++)
            epoch[i] = (double)row[i].epoch, loss[i] = row[i].train_loss, theirs[i] = published_loss(l, r);
        hg__chart_add(t, &(hg__chart){.id = id,
                                      .title = "Training loss by epoch, and the published test figure in its unit",
                                      .high = 240,
                                      .n = n,
                                      .at = epoch,
                                      .curve = {{"training", loss, false}, {"published", theirs, false}}});
    }
    free(epoch);
    free(row);
    hg_run_close(&run);
}

static void add_protocol(hg__text *t, const hg__literature *l, const hg__literature_row *r)
{
    size_t k, at = 0;
    const json_t *note;
    hg__markup_wrap(t, "<section>\n<h2>", r->protocol.name, "</h2>\n");
    hg__markup_wrap(t, "<p>", r->protocol.what, ": ");
    hg__text_add(t, "code of %zu, %zu parameters, %zu epochs", r->code, r->parameters, r->epochs);
    if (r->noise) hg__markup_wrap(t, "; input corrupted by ", r->noise, "");
    hg__text_add(t, ".</p>\n<figure>");
    hg__markup_image(t, r->picture, "Test pictures and their reconstructions");
    hg__text_add(t, "<figcaption>The first test pictures and their reconstructions</figcaption></figure>\n");
    add_curve(t, l, r);
    hg__text_add(t, "<ul>\n");
    for (const hg_published *p; (p = hg__protocol_published(&r->protocol, &at));) {
        hg__markup_wrap(t, "<li>Published: ", p->model, "");
        hg__text_add(t, ", %g", p->value);
        hg__markup_wrap(t, " ", hg__unit_name(p->metric), " (");
        hg__markup_wrap(t, "", p->source, ")");
        add_tag(t, p);
        hg__text_add(t, "</li>\n");
    }
    json_array_foreach(r->protocol.notes, k, note) hg__markup_wrap(t, "<li>", json_string_value(note), "</li>\n");
    hg__text_add(t, "</ul>\n</section>\n");
}

hg_status hg__literature_page(const hg__literature *l, const char *path, bool force, hg_error *e)
{
    hg__text t = {0};
    char n[32], n_test[32];
    hg__markup_head(&t);
    hg__text_add(&t, "Published protocols, trained anew");
    hg__markup_body(&t);
    hg__text_add(&t, "<header>\n<h1>Published protocols, trained anew</h1>\n");
    hg__markup_wrap(&t, "<p class=\"soft\">", l->source, "");
    hg__text_add(&t, ": %s pictures, %s for the test; seed %llu</p>\n</header>\n<main>\n<section>\n",
                 hg__text_count((double)l->n_train, n, sizeof n),
                 hg__text_count((double)l->n_test, n_test, sizeof n_test), (unsigned long long)l->o.seed);
    add_main(&t, l);
    hg__text_add(&t, "<p>The weights after the epoch with the least training loss are measured, where theirs are the "
                     "last.</p>\n</section>\n");
    add_reconstructions(&t, l);
    add_likelihoods(&t, l);
    for (size_t i = 0; i < l->n; i++) add_protocol(&t, l, &l->row[i]);
    hg__text_add(&t, "</main>\n");
    hg__markup_end(&t);
    hg_status s = hg__text_done(&t, e);
    if (!s) s = hg__file_write(path, t.at, t.size, force, e);
    hg__text_close(&t);
    return s;
}
