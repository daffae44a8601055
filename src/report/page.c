/* page.c: hg_report_write: the run folder read, the page put together, and its summary. */
#include "report/page.h"

#include "base/file.h"
#include "record/json_text.h"
#include "report/markup.h"

#include <hourglass/net.h>
#include <hourglass/report.h>

#include <dirent.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

const char *hg__page_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static hg_status read_document(const hg_run *run, const char *name, json_t **document, hg_error *e)
{
    char path[4352], *text = NULL;
    if (!hg__is_file(hg_run_file(run, name, path, sizeof path))) return HG_OK;
    hg_status s = hg_run_read_json(run, name, &text, e);
    if (!s) s = hg__json_parse(document, text, path, e);
    free(text);
    return s;
}

static int is_other(const struct dirent *f) { return !fnmatch("eval-*.json", f->d_name, 0); }

/* What was measured on other data than the run's own. */
static hg_status read_others(hg__page *p, hg_error *e)
{
    struct dirent **file = NULL;
    hg_status s = HG_OK;
    int n = scandir(hg_run_path(p->run), &file, is_other, alphasort);
    for (int i = 0; i < n; i++) {
        if (!s && p->others < HG__MOST_OTHER_EVALUATIONS)
            s = read_document(p->run, file[i]->d_name, &p->other[p->others++], e);
        free(file[i]);
    }
    free(file);
    return s;
}

/* An evaluation of other weights than the folder's (a resume made new ones) is left out. */
static void drop_stale(hg__page *p, json_t **evaluation, const char *sha256)
{
    const char *measured = hg__page_text(*evaluation, "weights_sha256");
    if (!measured || !strcmp(measured, sha256)) return;
    json_decref(*evaluation);
    *evaluation = NULL, p->is_stale = true;
}

static void check_evaluations(hg__page *p)
{
    char path[4352], sha256[65];
    size_t kept = 0;
    hg_model *m = NULL;
    if (!p->eval && !p->others) return;
    if (hg_model_open(&m, hg_run_file(p->run, "model.safetensors", path, sizeof path), NULL)) return;
    hg_model_sha256(m, sha256);
    hg_model_close(&m);
    drop_stale(p, &p->eval, sha256);
    for (size_t i = 0; i < p->others; i++) {
        drop_stale(p, &p->other[i], sha256);
        if (p->other[i]) p->other[kept++] = p->other[i];
    }
    p->others = kept;
}

static hg_status page_open(hg__page *p, const char *folder, hg_error *e)
{
    hg_status s = hg_run_open(&p->run, folder, e);
    if (!s) s = read_document(p->run, "config.json", &p->config, e);
    if (!s) s = read_document(p->run, "env.json", &p->env, e);
    if (!s) s = read_document(p->run, "doctor.json", &p->doctor, e);
    if (!s) s = read_document(p->run, "eval.json", &p->eval, e);
    if (!s) s = read_others(p, e);
    if (!s) check_evaluations(p);
    if (!s) s = hg_run_epochs(p->run, &p->row, &p->n, e);
    p->best = p->n;
    for (size_t i = 0; i < p->n; i++)
        if (p->row[i].best) p->best = i;
    return s;
}

static void page_close(hg__page *p)
{
    hg_run_close(&p->run);
    json_decref(p->config);
    json_decref(p->env);
    json_decref(p->doctor);
    json_decref(p->eval);
    for (size_t i = 0; i < p->others; i++) json_decref(p->other[i]);
    free(p->row);
}

const char *hg__page_model_name(const hg__page *p)
{
    const char *name = hg__page_text(p->config, "model");
    if (!name) name = hg__page_text(p->eval, "model");
    return name;
}

const char *hg__page_data_name(const hg__page *p)
{
    const json_t *data = json_object_get(p->config, "data");
    const char *name = json_is_object(data) ? hg__page_text(data, "source") : json_string_value(data);
    if (!name) name = hg__page_text(p->eval, "source");
    return name;
}

double hg__page_number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

double hg__page_figure(const hg__page *p, const char *name) { return hg__page_number(p->eval, name); }
double hg__page_pca_figure(const hg__page *p, const char *name)
{
    return hg__page_number(json_object_get(p->eval, "pca"), name);
}

const char *hg__page_mse_title(const hg__page *p, char *out, size_t n)
{
    static const char *const names[][2] = {{"test", "Test"}, {"validation", "Validation"}, {"train", "Training"}};
    const char *split = hg__page_text(p->eval, "split");
    snprintf(out, n, "MSE");
    for (size_t i = 0; split && i < 3; i++)
        if (!strcmp(split, names[i][0])) snprintf(out, n, "%s MSE", names[i][1]);
    return out;
}

/* ---- the summary ---- */

static void add_title(hg__text *t, const hg__page *p)
{
    const char *model = hg__page_model_name(p), *data = hg__page_data_name(p);
    if (model) hg__markup_escape(t, model);
    if (model && data) hg__text_add(t, " on ");
    if (data) hg__markup_escape(t, data);
    if (!model && !data) hg__markup_escape(t, hg_run_path(p->run));
}

static void begin_figure(hg__text *t, const char *name) { hg__text_add(t, "<div><dt>%s</dt><dd>", name); }
static void end_figure(hg__text *t) { hg__text_add(t, "</dd></div>\n"); }

static void add_figure(hg__text *t, const hg__page *p, const char *title, const char *name, const char *pca_name)
{
    double ours = hg__page_figure(p, name), pca = hg__page_pca_figure(p, pca_name);
    if (!isfinite(ours)) return;
    begin_figure(t, title);
    hg__markup_number(t, ours, 4);
    if (isfinite(pca)) {
        hg__text_add(t, "<small>PCA: ");
        hg__markup_number(t, pca, 4);
        hg__text_add(t, "</small>");
    }
    end_figure(t);
}

/* A number that should be a count; a file may hold any. */
static size_t whole(double v) { return v > 0 ? (size_t)fmin(v, 1e15) : 0; }

static void add_code(hg__text *t, const hg__page *p)
{
    double code = hg__page_figure(p, "code"), parameters = hg__page_figure(p, "parameters");
    if (!isfinite(code)) return;
    begin_figure(t, "Code length");
    hg__markup_count(t, whole(code));
    if (isfinite(parameters)) {
        hg__text_add(t, "<small>");
        hg__markup_count(t, whole(parameters));
        hg__text_add(t, " parameters</small>");
    }
    end_figure(t);
}

/* Where nothing was evaluated yet, the loss stands in for the figures. */
static void add_loss(hg__text *t, const hg__page *p)
{
    if (p->best == p->n) return;
    const hg_epoch *best = &p->row[p->best];
    bool validated = isfinite(best->val_loss);
    begin_figure(t, validated ? "Best validation loss" : "Best training loss");
    hg__markup_number(t, validated ? best->val_loss : best->train_loss, 4);
    hg__text_add(t, "<small>epoch %zu</small>", best->epoch);
    end_figure(t);
}

static void add_time(hg__text *t, const hg__page *p)
{
    if (!p->n) return;
    const hg_epoch *last = &p->row[p->n - 1];
    begin_figure(t, "Epochs");
    hg__text_add(t, "%zu", last->epoch);
    if (isfinite(last->seconds)) {
        size_t s = whole(last->seconds + .5);
        hg__text_add(t, s < 120 ? "<small>%zu s</small>" : "<small>%zu min %zu s</small>", s < 120 ? s : s / 60,
                     s % 60);
    }
    end_figure(t);
}

void hg__page_summary(hg__text *t, const hg__page *p)
{
    char title[32];
    hg__text_add(t, "<header>\n<h1>");
    add_title(t, p);
    hg__text_add(t, "</h1>\n");
    hg__markup_wrap(t, "<p class=\"soft\">", hg_run_path(p->run), "");
    if (p->eval) {
        const char *source = hg__page_text(p->eval, "source"), *split = hg__page_text(p->eval, "split");
        hg__markup_wrap(t, " · measured on ", source ? source : "–", ", ");
        hg__markup_escape(t, split ? split : "–");
    }
    hg__text_add(t, "</p>\n<dl class=\"figures\">\n");
    add_figure(t, p, hg__page_mse_title(p, title, sizeof title), "mse", "mse_clipped");
    add_figure(t, p, "SSIM (gauss11)", "ssim_gauss11", "ssim_gauss11");
    add_figure(t, p, "PSNR, dB", "psnr", "psnr");
    add_code(t, p);
    if (!p->eval) add_loss(t, p);
    add_time(t, p);
    hg__text_add(t, "</dl>\n</header>\n");
}

/* ---- the page ---- */

static void add_head(hg__text *t, const hg__page *p)
{
    hg__markup_head(t);
    add_title(t, p);
    hg__markup_body(t);
}

hg_status hg_report_write(const char *run_folder, const char *path, bool force, hg_error *e)
{
    hg__page p = {0};
    hg__text t = {0};
    hg_status s = page_open(&p, run_folder, e);
    if (s) goto done;
    add_head(&t, &p);
    hg__page_summary(&t, &p);
    hg__text_add(&t, "<main>\n");
    hg__page_samples(&t, &p);
    hg__page_evaluation(&t, &p);
    hg__page_doctor(&t, &p);
    hg__page_training(&t, &p);
    hg__page_model(&t, &p);
    hg__page_settings(&t, &p);
    hg__text_add(&t, "</main>\n");
    hg__markup_end(&t);
    s = hg__text_done(&t, e);
    if (!s) s = hg__file_write(path, t.at, t.size, force, e);
done:
    hg__text_close(&t);
    page_close(&p);
    return s;
}
