/* tune_page_history.c: how the study went: each trial's value with the best so far, and the trials' learning curves. */
#include "report/markup.h"
#include "tune/tune_page.h"

#include <math.h>
#include <stdlib.h>

enum { MANY = 400, MOST_HINTS = 300, MOST_CURVES = 300, MOST_CURVE_POINTS = 14000, MOST_POINTS_EACH = 120 };

static bool is_complete(const hg__trial *t) { return t->state == HG__TRIAL_COMPLETE && isfinite(t->objective[0]); }

/* ---- values by trial ---- */

static void add_dots(hg__text *t, const hg__findings *o, const hg__plot *p)
{
    for (int complete = 0; complete < 2; complete++) {
        hg__text_add(t, "<path class=\"%s\" d=\"", complete ? "dots first" : "cross");
        for (size_t i = 0; i < o->ranked; i++) {
            const hg__trial *trial = &o->h->trial[o->order[i]];
            double x = hg__plot_at(&p->x, (double)trial->number),
                   y = hg__plot_at(&p->y, hg__findings_value(o->h, trial));
            if (is_complete(trial) != complete) continue;
            if (complete) hg__plot_dot(t, x, y);
            else hg__plot_cross(t, x, y);
        }
        hg__text_add(t, "\"/>\n");
    }
    hg__text_add(t, "<path class=\"fail\" d=\"");
    for (size_t i = 0; i < o->h->n; i++)
        if (o->h->trial[i].state == HG__TRIAL_FAIL)
            hg__text_add(t, "M%.1f %.1fv-9", hg__plot_at(&p->x, (double)o->h->trial[i].number), p->high - p->bottom);
    hg__text_add(t, "\"/>\n");
}

/* What the pointer says of a trial. */
static void add_hints(hg__text *t, const hg__findings *o, const hg__plot *p)
{
    for (size_t i = 0; i < o->ranked && o->h->n <= MOST_HINTS; i++) {
        const hg__trial *trial = &o->h->trial[o->order[i]];
        double value = hg__findings_value(o->h, trial);
        hg__text_add(t, "<circle class=\"catch\" cx=\"%.1f\" cy=\"%.1f\" r=\"8\"><title>trial %zu, %s: %.6g",
                     hg__plot_at(&p->x, (double)trial->number), hg__plot_at(&p->y, value), trial->number,
                     hg__findings_state(trial->state), value);
        if (trial->epochs) hg__text_add(t, ", %zu epochs", trial->epochs);
        hg__text_add(t, "</title></circle>\n");
    }
}

/* The best of the complete trials so far, as steps. */
static void add_steps(hg__text *t, const hg__findings *o, const hg__plot *p)
{
    double best = (double)NAN, right = p->wide - p->right;
    hg__text_add(t, "<path class=\"step\" d=\"");
    for (size_t i = 0; i < o->h->n; i++) {
        const hg__trial *trial = &o->h->trial[i];
        double v = trial->objective[0];
        if (!is_complete(trial) || !(isnan(best) || (o->h->maximize[0] ? v > best : v < best))) continue;
        double x = hg__plot_at(&p->x, (double)trial->number), y = hg__plot_at(&p->y, v);
        hg__text_add(t, isnan(best) ? "M%.1f %.1f" : "H%.1fV%.1f", x, y);
        best = v;
    }
    hg__text_add(t, isnan(best) ? "\"/>\n" : "H%.1f\"/>\n", right);
}

static void add_values(hg__text *t, const hg__findings *o)
{
    char note[160], title[128], name[96];
    size_t beyond, n = o->h->n;
    hg__plot p = {
        .id = "history", .title = title, .wide = 960, .high = 340, .left = 64, .right = 16, .top = 12, .bottom = 50};
    snprintf(title, sizeof title, "%s by trial", hg__text_cut(hg__findings_name(o, 0), 40, name, sizeof name));
    if (!hg__tune_page_values(t, o, &p.y, &beyond)) return;
    p.y.from = p.high - p.bottom, p.y.to = p.top;
    p.many = n > MANY;
    p.x = (hg__axis){-.5, fmax(1, (double)n) - .5, p.left + 6, p.wide - p.right - 6, false};
    hg__plot_begin(t, &p, hg__plot_note(&p.y, beyond, note, sizeof note),
                   "<span class=\"k\" style=\"background:var(--first)\"></span>complete"
                   "<span class=\"key\" style=\"border-color:var(--mark)\"></span>best so far"
                   " <span style=\"color:var(--second);margin-left:.9em\">×</span> not complete: the best of its epochs"
                   " <span style=\"color:var(--second);margin-left:.9em\">ı</span> failed");
    hg__plot_rows(t, &p);
    hg__plot_columns(t, &p, "trial", true);
    add_dots(t, o, &p);
    add_steps(t, o, &p);
    add_hints(t, o, &p);
    hg__plot_end(t);
}

/* ---- values by epoch ---- */

typedef struct curves {
    size_t most_epochs, drawn, all, stride; /* of those with epochs, every stride-th by rank */
    size_t best;                            /* the place of the best with epochs; HG__NO_TRIAL */
    size_t each;                            /* points of a curve */
} curves;

static curves count_curves(const hg__findings *o)
{
    curves c = {.best = HG__NO_TRIAL};
    for (size_t i = 0; i < o->ranked; i++) {
        const hg__trial *trial = &o->h->trial[o->order[i]];
        if (!trial->epochs) continue;
        if (!c.all++) c.best = o->order[i];
        if (trial->epochs > c.most_epochs) c.most_epochs = trial->epochs;
    }
    c.each = c.most_epochs < MOST_POINTS_EACH ? c.most_epochs : MOST_POINTS_EACH;
    size_t most = c.each ? MOST_CURVE_POINTS / c.each : 1;
    if (most > MOST_CURVES) most = MOST_CURVES;
    c.stride = (c.all + most - 1) / most;
    if (!c.stride) c.stride = 1;
    c.drawn = (c.all + c.stride - 1) / c.stride;
    return c;
}

static void add_curve(hg__text *t, const hg__plot *p, const hg__trial *trial, const char *class)
{
    size_t stride = (trial->epochs + MOST_POINTS_EACH - 1) / MOST_POINTS_EACH, shown = 0;
    bool pen_down = false;
    hg__text_add(t, "<path class=\"%s\" d=\"", class);
    for (size_t i = 0; i < trial->epochs;
         i += i + stride < trial->epochs || i + 1 == trial->epochs ? stride : trial->epochs - 1 - i) {
        bool is_shown = hg__axis_shows(trial->by_epoch[i]);
        if (is_shown) {
            hg__text_add(t, "%c%.1f %.1f", pen_down ? 'L' : 'M', hg__plot_at(&p->x, (double)i + 1),
                         hg__plot_at(&p->y, trial->by_epoch[i]));
            shown++;
        }
        pen_down = is_shown;
    }
    hg__text_add(t, shown == 1 ? "h9\"/>\n" : "\"/>\n"); /* one point: a dash */
}

static bool scale_curves(hg__text *t, const hg__findings *o, const curves *c, hg__axis *a, size_t *beyond)
{
    size_t n = 0, used = 0;
    for (size_t i = 0; i < o->h->n; i++) n += o->h->trial[i].epochs < 1000 ? o->h->trial[i].epochs : 1000;
    double *value = calloc(n + 1, sizeof *value);
    if (!value) return t->failed = true, false;
    for (size_t i = 0; i < o->ranked; i++) {
        const hg__trial *trial = &o->h->trial[o->order[i]];
        size_t stride = (trial->epochs + 999) / 1000;
        for (size_t k = 0; k < trial->epochs && used < n; k += stride) value[used++] = trial->by_epoch[k];
    }
    bool any = c->all && hg__plot_values(value, used, o->h->maximize[0], a, beyond);
    free(value);
    return any;
}

static void add_curves(hg__text *t, const hg__findings *o)
{
    curves c = count_curves(o);
    char note[200], title[128], name[96];
    size_t beyond, rank = 0;
    hg__plot p = {
        .id = "curves", .title = title, .wide = 960, .high = 340, .left = 64, .right = 16, .top = 12, .bottom = 50};
    if (!scale_curves(t, o, &c, &p.y, &beyond)) return;
    snprintf(title, sizeof title, "%s by epoch", hg__text_cut(hg__findings_name(o, 0), 40, name, sizeof name));
    snprintf(note, sizeof note, "%s", p.y.is_log ? " · logarithmic" : "");
    if (c.drawn < c.all)
        snprintf(note, sizeof note, "%s · %zu of %zu trials", p.y.is_log ? " · logarithmic" : "", c.drawn, c.all);
    p.y.from = p.high - p.bottom, p.y.to = p.top;
    p.many = c.drawn > MANY / 2;
    p.x = (hg__axis){1, fmax(2, (double)c.most_epochs), p.left + 8, p.wide - p.right, false};
    hg__plot_begin(t, &p, note, hg__tune_page_ramp);
    hg__plot_rows(t, &p);
    hg__plot_columns(t, &p, "epoch (dashed: not complete; bold: the best)", true);
    for (size_t i = o->ranked; i-- > 0;) { /* the best on top */
        const hg__trial *trial = &o->h->trial[o->order[i]];
        char class[32];
        if (!trial->epochs) continue;
        if (rank++ % c.stride || o->order[i] == c.best) continue;
        snprintf(class, sizeof class, "thin v%zu%s", hg__tune_page_shade(i, o->ranked),
                 is_complete(trial) ? "" : " cut");
        add_curve(t, &p, trial, class);
    }
    add_curve(t, &p, &o->h->trial[c.best], "bold");
    hg__plot_end(t);
}

void hg__tune_page_history(hg__text *t, const hg__findings *o)
{
    if (!o->ranked) return;
    hg__text_add(t, "<section>\n<h2>History</h2>\n");
    add_values(t, o);
    add_curves(t, o);
    hg__text_add(t, "</section>\n");
}
