/* tune_page.c: the page put together: its head, the summary, the best trial, the settings. */
#include "tune/tune_page.h"

#include "record/json_text.h"
#include "report/markup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char hg__tune_page_ramp[] =
    "<span class=\"ramp\">best <i style=\"background:var(--v0)\"></i><i style=\"background:var(--v1)\"></i>"
    "<i style=\"background:var(--v2)\"></i><i style=\"background:var(--v3)\"></i><i style=\"background:var(--v4)\"></i>"
    "<i style=\"background:var(--v5)\"></i><i style=\"background:var(--v6)\"></i> worst</span>";

size_t hg__tune_page_shade(size_t i, size_t n) { return n ? i * HG__SHADES / n : 0; }

size_t hg__tune_page_dimensions(const hg__findings *o, size_t shown[HG__PAGE_DIMENSIONS])
{
    const hg__space *space = o->h->space;
    size_t n = 0;
    for (size_t k = 0; k < space->n && n < HG__PAGE_DIMENSIONS; k++) {
        size_t before = 0; /* so many matter more */
        for (size_t i = 0; i < space->n; i++) {
            double other = o->importance.share[i], own = o->importance.share[k];
            before += other > own || (other == own && i < k);
        }
        if (before < HG__PAGE_DIMENSIONS) shown[n++] = k;
    }
    return n;
}

bool hg__tune_page_values(hg__text *t, const hg__findings *o, hg__axis *a, size_t *beyond)
{
    double *value = calloc(o->ranked + 1, sizeof *value);
    if (!value) return t->failed = true, false;
    for (size_t i = 0; i < o->ranked; i++) value[i] = hg__findings_value(o->h, &o->h->trial[o->order[i]]);
    bool any = hg__plot_values(value, o->ranked, o->h->maximize[0], a, beyond);
    free(value);
    return any;
}

/* ---- the summary ---- */

/* A text of the settings, or of an object within them; NULL: there is none. */
static const char *setting(const hg__findings *o, const char *group, const char *name)
{
    const json_t *object = group ? json_object_get(o->settings, group) : o->settings;
    return json_string_value(json_object_get(object, name));
}

static void add_title(hg__text *t, const hg__findings *o)
{
    const char *model = setting(o, NULL, "model"), *data = setting(o, "data", "source");
    hg__text_add(t, "Tuning");
    if (model) hg__markup_wrap(t, " ", model, "");
    if (data) hg__markup_wrap(t, " on ", data, "");
    if (!model && !data && o->path) hg__markup_wrap(t, " ", o->path, "");
}

static void add_time(hg__text *t, double seconds)
{
    double s = fmin(seconds, 1e12);
    if (s < 120) hg__text_add(t, "%.0f s", s);
    else if (s < 7200) hg__text_add(t, "%.1f min", s / 60);
    else hg__text_add(t, "%.1f h", s / 3600);
}

static void begin_figure(hg__text *t, const char *name) { hg__markup_wrap(t, "<div><dt>", name, "</dt><dd>"); }
static void end_figure(hg__text *t) { hg__text_add(t, "</dd></div>\n"); }

static void add_best_figures(hg__text *t, const hg__findings *o)
{
    const hg__trial *best = o->best == HG__NO_TRIAL ? NULL : &o->h->trial[o->best];
    for (size_t k = 0; best && k < o->h->objectives; k++) {
        char name[96], title[128];
        snprintf(title, sizeof title, "%s %s", k ? "Its" : "Best", hg__text_cut(hg__findings_name(o, k), 40, name, 96));
        begin_figure(t, title);
        hg__plot_value(t, best->objective[k]);
        if (!k && isfinite(o->best_sd) && o->best_sd >= 0) {
            hg__text_add(t, "<small>± ");
            hg__markup_number(t, o->best_sd, 2);
            hg__text_add(t, " between seeds</small>");
        } else if (!k) hg__text_add(t, "<small>trial %zu</small>", best->number);
        end_figure(t);
    }
}

static void add_counts(hg__text *t, const hg__findings *o)
{
    begin_figure(t, "Trials");
    hg__markup_count(t, o->h->n);
    hg__text_add(t, "<small>");
    hg__findings_counts(t, o);
    hg__text_add(t, "</small>");
    end_figure(t);
}

static void add_how(hg__text *t, const hg__findings *o)
{
    const char *sampler = setting(o, "tune", "sampler"), *pruner = setting(o, "tune", "pruner");
    if (!sampler) return;
    begin_figure(t, "Sampler");
    hg__markup_escape(t, sampler);
    if (pruner) hg__markup_wrap(t, "<small>pruner: ", pruner, "</small>");
    end_figure(t);
}

static void add_summary(hg__text *t, const hg__findings *o)
{
    hg__text_add(t, "<header>\n<h1>");
    add_title(t, o);
    hg__text_add(t, "</h1>\n<p class=\"soft\">");
    if (o->path) hg__markup_wrap(t, "", o->path, " · ");
    for (size_t k = 0; k < o->h->objectives; k++)
        hg__markup_wrap(t, k ? ", " : "", hg__findings_name(o, k), o->h->maximize[k] ? " (more is better)" : "");
    hg__text_add(t, " over %zu dimension%s</p>\n<dl class=\"figures\">\n", o->h->space->n,
                 o->h->space->n == 1 ? "" : "s");
    add_best_figures(t, o);
    add_counts(t, o);
    begin_figure(t, "Training time");
    add_time(t, o->seconds);
    hg__text_add(t, "<small>all trials together</small>");
    end_figure(t);
    add_how(t, o);
    hg__text_add(t, "</dl>\n</header>\n");
}

/* ---- the best trial ---- */

static void add_range(hg__text *t, const hg__dimension *d)
{
    char low[64], high[64], words[96];
    if (d->kind != HG__DIMENSION_CHOICE) {
        hg__text_add(t, "%s … %s", hg__dimension_text(d, d->low, low, sizeof low),
                     hg__dimension_text(d, d->high, high, sizeof high));
        if (d->log) hg__text_add(t, ", log");
        if (d->step > 0 && !(d->kind == HG__DIMENSION_WHOLE && d->step == 1)) hg__text_add(t, ", step %.6g", d->step);
        return;
    }
    for (size_t i = 0; i < d->choices && i < 24; i++)
        hg__markup_wrap(t, i ? ", " : "", hg__text_cut(d->choice[i], 48, words, sizeof words), "");
    if (d->choices > 24) hg__text_add(t, ", …");
}

static void add_point(hg__text *t, const hg__findings *o, const hg__trial *best)
{
    const hg__space *space = o->h->space;
    char value[64];
    if (!space->n) return;
    hg__text_add(t, "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">dimension</th>"
                    "<th scope=\"col\" class=\"n\">best</th><th scope=\"col\">searched</th></tr></thead>\n<tbody>\n");
    for (size_t k = 0; k < space->n; k++) {
        const hg__dimension *d = &space->dimension[k];
        bool given = !isnan(best->point[k]);
        hg__markup_wrap(t, "<tr><th scope=\"row\">", d->name, "</th><td class=\"n best\">");
        hg__markup_escape(t, given ? hg__dimension_text(d, best->point[k], value, sizeof value) : "–");
        hg__text_add(t, "</td><td class=\"text\">");
        add_range(t, d);
        hg__text_add(t, "</td></tr>\n");
    }
    hg__text_add(t, "</tbody></table></div>\n");
}

static bool is_whole_point(const hg__space *space, const double *point)
{
    for (size_t k = 0; k < space->n; k++)
        if (isnan(point[k])) return false;
    return true;
}

static void add_best(hg__text *t, const hg__findings *o)
{
    if (o->best == HG__NO_TRIAL) {
        hg__text_add(t, "<section>\n<h2>Best trial</h2>\n<p>%s</p>\n</section>\n",
                     o->h->n ? "No trial is complete yet, so none is the best." : "The study has no trial yet.");
        return;
    }
    const hg__trial *best = &o->h->trial[o->best];
    const hg__space *space = o->h->space;
    char *graph = space->graph && is_whole_point(space, best->point) ? hg__space_graph(space, best->point) : NULL;
    hg__text_add(t, "<section>\n<h2>Best trial: %zu</h2>\n", best->number);
    add_point(t, o, best);
    if (o->command)
        hg__markup_wrap(
            t, "<h3>To train it anew, on training and validation data</h3>\n<pre class=\"wrap\" tabindex=\"0\">",
            o->command, "</pre>\n");
    if (graph && *graph) hg__markup_wrap(t, "<h3>Its graph</h3>\n<pre tabindex=\"0\">", graph, "</pre>\n");
    if (*best->run) hg__markup_wrap(t, "<p class=\"soft\">Its run: ", best->run, "</p>\n");
    hg__text_add(t, "</section>\n");
    free(graph);
}

/* ---- the settings ---- */

/* Of the members of an object those that are no objects, as a table; a template keeps its lines. */
static void add_members(hg__text *t, json_t *object)
{
    const char *name;
    json_t *value;
    hg__text_add(t, "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">setting</th>"
                    "<th scope=\"col\">value</th></tr></thead>\n<tbody>\n");
    json_object_foreach(object, name, value)
    {
        const char *text = json_string_value(value);
        bool has_lines = text && strchr(text, '\n');
        if (json_is_object(value)) continue;
        hg__markup_wrap(t, "<tr><th scope=\"row\">", name, "</th><td class=\"text\">");
        if (has_lines) hg__text_add(t, "<pre tabindex=\"0\">");
        hg__markup_value(t, value);
        hg__text_add(t, "%s</td></tr>\n", has_lines ? "</pre>" : "");
    }
    hg__text_add(t, "</tbody></table></div>\n");
}

static void add_settings(hg__text *t, const hg__findings *o)
{
    const char *name;
    json_t *value, *settings = (json_t *)o->settings;
    if (!json_object_size(settings)) return;
    hg__text_add(t, "<section>\n<h2>Settings</h2>\n");
    if (o->h->space->graph && *o->h->space->graph)
        hg__markup_wrap(t, "<h3>The template</h3>\n<pre tabindex=\"0\">", o->h->space->graph, "</pre>\n");
    add_members(t, settings);
    json_object_foreach(settings, name, value)
    {
        if (!json_object_size(value)) continue;
        hg__markup_wrap(t, "<details><summary>", name, "</summary>\n");
        add_members(t, value);
        hg__text_add(t, "</details>\n");
    }
    hg__text_add(t, "</section>\n");
}

void hg__tune_page(hg__text *t, const hg__findings *o)
{
    hg__text_add(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"generator\" content=\"hourglass " HG_VERSION "\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                    "style-src 'unsafe-inline'\">\n<title>");
    add_title(t, o);
    hg__text_add(t, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n", hg__markup_style, hg__plot_style);
    add_summary(t, o);
    hg__text_add(t, "<main>\n");
    add_best(t, o);
    hg__tune_page_history(t, o);
    hg__tune_page_front(t, o);
    hg__tune_page_importance(t, o);
    hg__tune_page_parallel(t, o);
    hg__tune_page_slices(t, o);
    hg__tune_page_trials(t, o);
    add_settings(t, o);
    hg__text_add(t, "</main>\n<footer>Written by hourglass " HG_VERSION ".</footer>\n</body>\n</html>\n");
}
