/* tune_page_trials.c: all trials as a table, the best first. */
#include "report/markup.h"
#include "tune/tune_page.h"

#include <math.h>

enum { MOST_CELLS = 36000, MOST_LETTERS = 32, MOST_REASON = 120 };

static void add_head(hg__text *t, const hg__findings *o)
{
    char name[128];
    hg__text_add(t, "<thead><tr><th scope=\"col\">trial</th><th scope=\"col\">state</th>");
    for (size_t k = 0; k < o->h->objectives; k++)
        hg__markup_wrap(t, "<th scope=\"col\" class=\"n\">",
                        hg__text_cut(hg__findings_name(o, k), 24, name, sizeof name), "</th>");
    for (size_t k = 0; k < o->h->space->n; k++)
        hg__markup_wrap(t, "<th scope=\"col\" class=\"n\">",
                        hg__text_cut(o->h->space->dimension[k].name, 24, name, sizeof name), "</th>");
    hg__text_add(t,
                 "<th scope=\"col\" class=\"n\">epochs</th><th scope=\"col\" class=\"n\">seconds</th></tr></thead>\n");
}

static void add_number(hg__text *t, double value)
{
    hg__text_add(t, "<td>");
    hg__plot_value(t, value);
    hg__text_add(t, "</td>");
}

static void add_row(hg__text *t, const hg__findings *o, const hg__trial *trial)
{
    const hg__space *space = o->h->space;
    char text[64], cut[512];
    bool complete = trial->state == HG__TRIAL_COMPLETE;
    hg__text_add(t, "<tr><td>%zu</td><td>%s", trial->number, hg__findings_state(trial->state));
    if (*trial->failure)
        hg__markup_wrap(t, "<small>", hg__text_cut(trial->failure, MOST_REASON, cut, sizeof cut), "</small>");
    hg__text_add(t, "</td>");
    add_number(t, hg__findings_value(o->h, trial));
    for (size_t k = 1; k < o->h->objectives; k++) add_number(t, complete ? trial->objective[k] : (double)NAN);
    for (size_t k = 0; k < space->n; k++) {
        const hg__dimension *d = &space->dimension[k];
        const char *words = isnan(trial->point[k]) ? "–" : hg__dimension_text(d, trial->point[k], text, sizeof text);
        hg__markup_wrap(t, "<td>", hg__text_cut(words, MOST_LETTERS, cut, sizeof cut), "</td>");
    }
    hg__text_add(t, "<td>%zu</td><td>", trial->epochs);
    if (isfinite(trial->seconds)) hg__text_add(t, "%.1f", fmin(trial->seconds, 1e12));
    hg__text_add(t, "</td></tr>\n");
}

void hg__tune_page_trials(hg__text *t, const hg__findings *o)
{
    size_t columns = 4 + o->h->objectives + o->h->space->n, most = MOST_CELLS / columns;
    size_t shown = o->h->n < most ? o->h->n : most;
    if (!shown) return;
    hg__text_add(t, "<section>\n<h2>Trials</h2>\n");
    if (shown < o->h->n)
        hg__text_add(
            t,
            "<p class=\"soft\">The best %zu of %zu; <code>hourglass tune report --json --top %zu</code> has all.</p>\n",
            shown, o->h->n, o->h->n);
    hg__text_add(t,
                 "<details%s><summary>Sorted by value; what is not complete has the best of its epochs</summary>\n"
                 "<div class=\"scroll\" tabindex=\"0\"><table class=\"trials all\">\n",
                 shown <= 100 ? " open=\"\"" : "");
    add_head(t, o);
    hg__text_add(t, "<tbody>\n");
    for (size_t i = 0; i < shown; i++) add_row(t, o, &o->h->trial[o->order[i]]);
    hg__text_add(t, "</tbody></table></div></details>\n</section>\n");
}
