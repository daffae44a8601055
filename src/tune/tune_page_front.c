/* tune_page_front.c: several objectives: each of the others against the first, and the front as a table. */
#include "report/markup.h"
#include "tune/pareto.h"
#include "tune/tune_page.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_ROWS = 200, MOST_HINTS = 300 };

static bool is_shown(const hg__findings *o, const hg__trial *trial)
{
    bool good = trial->state == HG__TRIAL_COMPLETE;
    for (size_t k = 0; k < o->h->objectives; k++) good &= hg__axis_shows(trial->objective[k]);
    return good;
}

static bool scale(hg__text *t, const hg__findings *o, size_t k, hg__axis *a)
{
    size_t n = 0, beyond;
    double *value = calloc(o->h->n + 1, sizeof *value);
    if (!value) return t->failed = true, false;
    for (size_t i = 0; i < o->h->n; i++)
        if (is_shown(o, &o->h->trial[i])) value[n++] = o->h->trial[i].objective[k];
    bool any = hg__plot_values(value, n, o->h->maximize[k], a, &beyond);
    free(value);
    return any;
}

/* From a trial of the front to the next one by way of the corner that both beat. */
static void add_steps(hg__text *t, const hg__findings *o, const hg__plot *p)
{
    hg__text_add(t, "<path class=\"step\" d=\"");
    for (size_t i = 0; i < o->fronts; i++) {
        const hg__trial *trial = &o->h->trial[o->front[i]];
        hg__text_add(t, i ? "H%.1fV%.1f" : "M%.1f %.1f", hg__plot_at(&p->x, trial->objective[0]),
                     hg__plot_at(&p->y, trial->objective[1]));
    }
    hg__text_add(t, "\"/>\n");
}

static void add_dots(hg__text *t, const hg__findings *o, const hg__plot *p, size_t k)
{
    hg__text_add(t, "<path class=\"dots small soft\" style=\"stroke:var(--soft);stroke-opacity:.55\" d=\"");
    for (size_t i = 0; i < o->h->n; i++)
        if (is_shown(o, &o->h->trial[i]))
            hg__plot_dot(t, hg__plot_at(&p->x, o->h->trial[i].objective[0]),
                         hg__plot_at(&p->y, o->h->trial[i].objective[k]));
    hg__text_add(t, "\"/>\n<path class=\"dots first\" style=\"stroke-width:9\" d=\"");
    for (size_t i = 0; i < o->fronts; i++)
        hg__plot_dot(t, hg__plot_at(&p->x, o->h->trial[o->front[i]].objective[0]),
                     hg__plot_at(&p->y, o->h->trial[o->front[i]].objective[k]));
    hg__text_add(t, "\"/>\n");
}

static void add_hints(hg__text *t, const hg__findings *o, const hg__plot *p, size_t k)
{
    for (size_t i = 0; i < o->h->n && o->h->n <= MOST_HINTS; i++) {
        const hg__trial *trial = &o->h->trial[i];
        if (!is_shown(o, trial)) continue;
        hg__text_add(
            t,
            "<circle class=\"catch\" cx=\"%.1f\" cy=\"%.1f\" r=\"8\"><title>trial %zu: %.6g, %.6g</title></circle>\n",
            hg__plot_at(&p->x, trial->objective[0]), hg__plot_at(&p->y, trial->objective[k]), trial->number,
            trial->objective[0], trial->objective[k]);
    }
}

static void add_plot(hg__text *t, const hg__findings *o, size_t k)
{
    char title[300], id[40], x_name[128], y_name[128], note[96];
    hg__plot p = {.id = id, .title = title, .wide = 960, .high = 400, .left = 64, .right = 24, .top = 12, .bottom = 50};
    if (!scale(t, o, 0, &p.x) || !scale(t, o, k, &p.y)) return;
    hg__text_cut(hg__findings_name(o, 0), 40, x_name, sizeof x_name);
    hg__text_cut(hg__findings_name(o, k), 40, y_name, sizeof y_name);
    snprintf(title, sizeof title, "%s (up) against %s", y_name, x_name);
    snprintf(note, sizeof note, "%s%s", p.y.is_log ? " · logarithmic up" : "",
             p.x.is_log ? " · logarithmic along" : "");
    snprintf(id, sizeof id, "front-%zu", k);
    p.x.from = p.left + 8, p.x.to = p.wide - p.right, p.y.from = p.high - p.bottom, p.y.to = p.top;
    hg__plot_begin(t, &p, note,
                   "<span class=\"k\" style=\"background:var(--first)\"></span>not beaten"
                   "<span class=\"k\" style=\"background:var(--soft)\"></span>beaten");
    hg__plot_rows(t, &p);
    hg__plot_columns(t, &p, x_name, false);
    if (o->h->objectives == 2) add_steps(t, o, &p);
    add_dots(t, o, &p, k);
    add_hints(t, o, &p, k);
    hg__plot_end(t);
}

static void add_table(hg__text *t, const hg__findings *o)
{
    char name[128];
    size_t shown = o->fronts < MOST_ROWS ? o->fronts : MOST_ROWS;
    hg__text_add(
        t, "<div class=\"scroll\" tabindex=\"0\"><table class=\"trials\">\n<thead><tr><th scope=\"col\">trial</th>");
    for (size_t k = 0; k < o->h->objectives; k++)
        hg__markup_wrap(t, "<th scope=\"col\" class=\"n\">",
                        hg__text_cut(hg__findings_name(o, k), 24, name, sizeof name), "</th>");
    hg__text_add(t, "<th scope=\"col\">point</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < shown; i++) {
        const hg__trial *trial = &o->h->trial[o->front[i]];
        hg__text point = {0};
        hg__text_add(t, "<tr><th scope=\"row\">%zu</th>", trial->number);
        for (size_t k = 0; k < o->h->objectives; k++) {
            hg__text_add(t, "<td class=\"n\">");
            hg__plot_value(t, trial->objective[k]);
            hg__text_add(t, "</td>");
        }
        hg__findings_point(&point, o->h->space, trial->point);
        hg__markup_wrap(t, "<td class=\"text\">", point.at ? point.at : "", "</td></tr>\n");
        t->failed |= point.failed;
        hg__text_close(&point);
    }
    hg__text_add(t, "</tbody></table></div>\n");
    if (shown < o->fronts) hg__text_add(t, "<p class=\"soft\">%zu more.</p>\n", o->fronts - shown);
}

void hg__tune_page_front(hg__text *t, const hg__findings *o)
{
    if (o->h->objectives < 2 || !o->fronts) return;
    hg__text_add(t, "<section>\n<h2>Pareto front</h2>\n<p>%zu trial%s that no other one beats.", o->fronts,
                 o->fronts == 1 ? "" : "s");
    if (o->h->objectives == 2)
        hg__text_add(t, " They beat %.0f %% of the box between the best and the worst values.",
                     100 * hg__pareto_share(o->h, o->front, o->fronts));
    hg__text_add(t, "</p>\n");
    for (size_t k = 1; k < o->h->objectives; k++) add_plot(t, o, k);
    add_table(t, o);
    hg__text_add(t, "</section>\n");
}
