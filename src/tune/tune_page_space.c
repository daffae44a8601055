/* tune_page_space.c: what the space's dimensions did: their importances, all at once as parallel coordinates, and one
 * at a time as slices. */
#include "report/markup.h"
#include "tune/tune_page.h"

#include <math.h>
#include <stdlib.h>

enum { AXES = 8, MANY = 150, MOST_LINES = 600, MOST_LINE_POINTS = 14000, MOST_SLICE_DOTS = 14000 };

/* ---- importances ---- */

static void add_bars(hg__text *t, const hg__findings *o)
{
    const hg__importance *m = &o->importance;
    const hg__space *space = o->h->space;
    double most = 0, last = INFINITY;
    size_t last_at = 0;
    for (size_t k = 0; k < space->n; k++) most = fmax(most, m->share[k]);
    hg__text_add(
        t, "<div class=\"scroll\" tabindex=\"0\"><table class=\"bars\">\n<thead><tr><th scope=\"col\">dimension</th>"
           "<th scope=\"col\"></th><th scope=\"col\" class=\"n\">share of the variance</th></tr></thead>\n<tbody>\n");
    for (size_t row = 0; row < space->n; row++) { /* the greatest of those that are not written yet */
        size_t next = SIZE_MAX;
        for (size_t k = 0; k < space->n; k++) {
            bool left = m->share[k] < last || (m->share[k] == last && k > last_at);
            if (left && (next == SIZE_MAX || m->share[k] > m->share[next])) next = k;
        }
        if (next == SIZE_MAX) break;
        last = m->share[next], last_at = next;
        hg__markup_wrap(t, "<tr><th scope=\"row\" class=\"text\">", space->dimension[next].name, "</th>");
        hg__text_add(
            t, "<td class=\"bar\"><span style=\"width:%.1f%%\"></span></td><td class=\"n\">%.1f %% ± %.1f</td></tr>\n",
            most > 0 ? 100 * last / most : 0, 100 * last, 100 * m->sd[next]);
    }
    hg__text_add(t, "</tbody></table></div>\n");
}

void hg__tune_page_importance(hg__text *t, const hg__findings *o)
{
    const hg__importance *m = &o->importance;
    double sum = 0;
    char name[128];
    if (!o->h->n || !o->h->space->n) return;
    for (size_t k = 0; k < o->h->space->n; k++) sum += m->share[k];
    hg__text_add(t, "<section>\n<h2>What decided</h2>\n");
    if (m->trials < HG__LEAST_TRIALS)
        hg__text_add(t, "<p>Too few trials: importances need %d with a value, and there are %zu.</p>\n",
                     HG__LEAST_TRIALS, m->trials);
    else if (!(sum > 0))
        hg__text_add(t, "<p>All %zu trials have the same value: no dimension decides.</p>\n", m->trials);
    else {
        hg__text_add(t, "<p class=\"soft\">fANOVA over %d regression trees that learned ", HG__FOREST_TREES);
        hg__markup_wrap(t, m->is_log ? "the logarithm of " : "",
                        hg__text_cut(hg__findings_name(o, 0), 40, name, sizeof name), "");
        if (m->epoch) hg__text_add(t, " after epoch %zu (fewer than half are complete)", m->epoch);
        hg__text_add(t, " from %zu trials; ± between trees. ", m->trials);
        hg__text_add(t, "Of trials that a tree did not see, the forest tells %.0f %% of the variance%s. ",
                     100 * fmax(0, m->r2), m->r2 < .3 ? ": too little to trust the shares" : "");
        hg__text_add(t, "What is missing to 100 %% (here %.0f %%) comes from dimensions together.</p>\n",
                     100 * fmax(0, 1 - sum));
        add_bars(t, o);
    }
    hg__text_add(t, "</section>\n");
}

/* ---- parallel coordinates ---- */

static const double top = 44, foot = 356; /* of the axes, in pixels */

static double height_of(double unit) { return foot - unit * (foot - top); }

typedef struct parallel {
    const hg__findings *o;
    hg__axis y;          /* of the values */
    const size_t *shown; /* the dimensions of this drawing */
    size_t n;
} parallel;

static double column_of(const parallel *p, size_t i) { return 76 + (double)i * (960 - 76 - 60) / (double)p->n; }

/* A trial's way through all axes to its value; it is broken where a dimension is not given. */
static void add_way(hg__text *t, const parallel *p, const hg__trial *trial, const char *class)
{
    const hg__space *space = p->o->h->space;
    bool pen_down = false;
    hg__text_add(t, "<path class=\"%s\" d=\"", class);
    for (size_t i = 0; i < p->n; i++) {
        size_t k = p->shown[i];
        bool given = !isnan(trial->point[k]);
        if (given)
            hg__text_add(t, "%c%.0f %.1f", pen_down ? 'L' : 'M', column_of(p, i),
                         height_of(hg__dimension_to_unit(&space->dimension[k], trial->point[k])));
        pen_down = given;
    }
    hg__text_add(t, "%c%.0f %.1f\"/>\n", pen_down ? 'L' : 'M', column_of(p, p->n),
                 hg__plot_at(&p->y, hg__findings_value(p->o->h, trial)));
}

/* Its name, cut to the room that it has. */
static void add_axis(hg__text *t, const parallel *p, size_t i, const char *name)
{
    char cut[128];
    double x = column_of(p, i), room = column_of(p, 1) - column_of(p, 0);
    hg__text_add(t, "<line class=\"axis\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.0f\" y2=\"%.0f\"/>", x, x, top, foot);
    hg__text_add(t, "<text class=\"name\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">", x, top - 16);
    hg__markup_wrap(t, "<title>", name, "</title>");
    hg__markup_wrap(t, "", hg__text_cut(name, (size_t)fmin(room / 7, 28), cut, sizeof cut), "</text>\n");
}

static void add_tick(hg__text *t, double x, double y, const char *text)
{
    hg__text_add(t, "<line class=\"axis\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>", x - 4, x, y, y);
    hg__text_add(t, "<text class=\"halo\" x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">", x - 7, y + 4);
    hg__markup_wrap(t, "", text, "</text>\n");
}

static void add_axes(hg__text *t, const parallel *p)
{
    const hg__space *space = p->o->h->space;
    hg__plot_tick tick[HG__MOST_TICKS];
    double value[HG__MOST_TICKS], last = column_of(p, p->n);
    char number[64];
    for (size_t i = 0; i < p->n; i++) {
        const hg__dimension *d = &space->dimension[p->shown[i]];
        size_t n = hg__plot_ticks(d, d->kind == HG__DIMENSION_CHOICE ? 16 : 7, 12, tick);
        add_axis(t, p, i, d->name);
        for (size_t k = 0; k < n; k++) add_tick(t, column_of(p, i), height_of(tick[k].unit), tick[k].text);
    }
    add_axis(t, p, p->n, hg__findings_name(p->o, 0));
    size_t n = hg__axis_ticks(&p->y, 6, value);
    for (size_t k = 0; k < n; k++)
        add_tick(t, last, hg__plot_at(&p->y, value[k]), hg__plot_number(value[k], number, sizeof number));
}

/* One drawing of at most AXES dimensions; the worst is drawn first, the best last. */
static void add_parallel(hg__text *t, const parallel *p, size_t number, size_t stride)
{
    const hg__findings *o = p->o;
    char id[40], class[24];
    size_t drawn = (o->ranked + stride - 1) / stride;
    hg__plot frame = {.id = id,
                      .title = number ? "The other dimensions" : "Every trial's way through the space",
                      .wide = 960,
                      .high = 372};
    hg__text tail = {0};
    frame.many = drawn > MANY;
    snprintf(id, sizeof id, "parallel-%zu", number);
    if (drawn < o->ranked) hg__text_add(&tail, " · %zu of %zu trials", drawn, o->ranked);
    hg__text_add(&tail, "%s", hg__tune_page_ramp);
    hg__plot_begin(t, &frame, NULL, tail.at);
    for (size_t i = o->ranked; i-- > 1;) {
        if (i % stride) continue;
        snprintf(class, sizeof class, "thin v%zu", hg__tune_page_shade(i, o->ranked));
        add_way(t, p, &o->h->trial[o->order[i]], class);
    }
    add_way(t, p, &o->h->trial[o->order[0]], "bold");
    add_axes(t, p);
    hg__plot_end(t);
    t->failed |= tail.failed;
    hg__text_close(&tail);
}

static void say_shown(hg__text *t, const hg__findings *o, size_t shown)
{
    if (shown < o->h->space->n)
        hg__text_add(t, "<p class=\"soft\">Drawn are the %zu of %zu dimensions that matter most.</p>\n", shown,
                     o->h->space->n);
}

void hg__tune_page_parallel(hg__text *t, const hg__findings *o)
{
    parallel p = {.o = o};
    size_t shown[HG__PAGE_DIMENSIONS], n = hg__tune_page_dimensions(o, shown), beyond;
    if (!n || !hg__tune_page_values(t, o, &p.y, &beyond)) return;
    size_t most = MOST_LINE_POINTS / (n + 1);
    if (most > MOST_LINES) most = MOST_LINES;
    p.y.from = foot, p.y.to = top;
    hg__text_add(t, "<section>\n<h2>Parallel coordinates</h2>\n");
    say_shown(t, o, n);
    size_t panels = (n + AXES - 1) / AXES, each = (n + panels - 1) / panels;
    for (size_t i = 0; i < panels; i++) {
        p.shown = shown + i * each, p.n = i + 1 < panels ? each : n - i * each;
        add_parallel(t, &p, i, (o->ranked + most - 1) / most);
    }
    hg__text_add(t, "</section>\n");
}

/* ---- slices ---- */

static void add_slice_ticks(hg__text *t, const hg__plot *p, const hg__dimension *d)
{
    hg__plot_tick tick[HG__MOST_TICKS];
    size_t most = d->kind == HG__DIMENSION_CHOICE ? 6 : 5, n = hg__plot_ticks(d, most, 6, tick);
    if (d->kind == HG__DIMENSION_CHOICE && n && n < 5) n = hg__plot_ticks(d, most, 36 / n, tick);
    for (size_t i = 0; i < n; i++) {
        hg__text_add(t, "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">", hg__axis_place(&p->x, tick[i].unit),
                     p->high - p->bottom + 18);
        hg__markup_wrap(t, "", tick[i].text, "</text>\n");
    }
}

/* A trial's place in the slice; false: it has none. */
static bool place_in_slice(const hg__findings *o, const hg__plot *p, size_t k, size_t at, double place[2])
{
    const hg__trial *trial = &o->h->trial[at];
    if (isnan(trial->point[k])) return false;
    place[0] = hg__plot_at(&p->x, hg__dimension_to_unit(&o->h->space->dimension[k], trial->point[k]));
    place[1] = hg__plot_at(&p->y, hg__findings_value(o->h, trial));
    return true;
}

static void add_slice(hg__text *t, const hg__findings *o, const hg__axis *y, size_t k, size_t stride)
{
    const hg__dimension *d = &o->h->space->dimension[k];
    char id[40];
    hg__plot p = {
        .id = id, .title = d->name, .wide = 300, .high = 216, .left = 52, .right = 8, .top = 10, .bottom = 28, .y = *y};
    double place[2];
    snprintf(id, sizeof id, "slice-%zu", k);
    p.y.from = p.high - p.bottom - 4, p.y.to = p.top;
    p.x = (hg__axis){0, 1, p.left + 8, p.wide - p.right - 8, false};
    hg__plot_begin(t, &p, d->log ? " · logarithmic" : "", NULL);
    hg__plot_rows(t, &p);
    add_slice_ticks(t, &p, d);
    for (int complete = 0; complete < 2; complete++) {
        hg__text_add(t, "<path class=\"%s\" d=\"", complete ? "dots small first" : "cross");
        for (size_t i = 0; i < o->ranked; i += stride) {
            bool is_complete = o->h->trial[o->order[i]].state == HG__TRIAL_COMPLETE;
            if (is_complete != complete || !place_in_slice(o, &p, k, o->order[i], place)) continue;
            if (complete) hg__plot_dot(t, place[0], place[1]);
            else hg__plot_cross(t, place[0], place[1]);
        }
        hg__text_add(t, "\"/>\n");
    }
    if (o->best != HG__NO_TRIAL && place_in_slice(o, &p, k, o->best, place))
        hg__text_add(t, "<circle class=\"ring\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>\n", place[0], place[1]);
    hg__plot_end(t);
}

void hg__tune_page_slices(hg__text *t, const hg__findings *o)
{
    size_t shown[HG__PAGE_DIMENSIONS], n = hg__tune_page_dimensions(o, shown), beyond;
    char name[128];
    hg__axis y;
    if (!n || !hg__tune_page_values(t, o, &y, &beyond)) return;
    size_t most = MOST_SLICE_DOTS / n, stride = (o->ranked + most - 1) / most;
    hg__text_add(t, "<section>\n<h2>Slices</h2>\n<p class=\"soft\">");
    hg__markup_wrap(t, "", hg__text_cut(hg__findings_name(o, 0), 40, name, sizeof name), "");
    hg__text_add(t, "%s against each dimension. Dots are complete trials, the ring is the best, × others.",
                 y.is_log ? " (logarithmic)" : "");
    if (stride > 1) hg__text_add(t, " %zu of %zu trials are drawn.", (o->ranked + stride - 1) / stride, o->ranked);
    hg__text_add(t, "</p>\n");
    say_shown(t, o, n);
    hg__text_add(t, "<div class=\"slices\">\n");
    for (size_t i = 0; i < n; i++) add_slice(t, o, &y, shown[i], stride);
    hg__text_add(t, "</div>\n</section>\n");
}
