/* chart.c: see chart.h. */
#include "report/chart.h"

#include "report/axis.h"
#include "report/markup.h"

#include <math.h>

enum { WIDE = 960, LEFT = 64, RIGHT = 16, TOP = 16, BOTTOM = 36, MOST_DOTS = 60 };

static bool is_shown(const hg__chart *c, size_t curve, size_t i)
{
    return c->curve[curve].value && hg__axis_shows(c->curve[curve].value[i]);
}

/* The vertical axis; false when there is nothing to show. */
static bool scale_values(const hg__chart *c, hg__axis *a)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t k = 0; k < HG__CHART_CURVES; k++)
        for (size_t i = 0; i < c->n; i++)
            if (is_shown(c, k, i)) low = fmin(low, c->curve[k].value[i]), high = fmax(high, c->curve[k].value[i]);
    if (!(low <= high)) return false;
    *a = hg__axis_over(low, high, .06, !c->linear && hg__axis_wants_log(low, high));
    a->from = (double)c->high - BOTTOM, a->to = TOP;
    return true;
}

static hg__axis scale_across(const hg__chart *c)
{
    double low = c->at[0], high = c->at[c->n - 1];
    if (c->log_across) {
        low = log10(low), high = log10(high);
        if (!(high > low)) low -= 1, high += 1;
        return (hg__axis){low, high, LEFT + 8, WIDE - RIGHT, true};
    }
    double margin = fmax(1, high * 1e-9);
    if (high - low < margin) low -= margin, high += margin;
    return (hg__axis){low, high, LEFT + 8, WIDE - RIGHT, false};
}

static void add_tick_of_value(hg__text *t, const hg__axis *a, double value)
{
    double y = hg__axis_place(a, value);
    hg__text_add(t, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDE - RIGHT, y, y);
    hg__text_add(t, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.6g</text>\n", LEFT - 8, y + 4, value);
}

static void add_value_ticks(hg__text *t, const hg__axis *a)
{
    double tick[HG__MOST_TICKS];
    size_t n = hg__axis_ticks(a, 5, tick);
    for (size_t i = 0; i < n; i++) add_tick_of_value(t, a, tick[i]);
}

static const char *unit_of(const hg__chart *c) { return c->unit ? c->unit : "epoch"; }

static void add_tick_across(hg__text *t, const hg__chart *c, double x, double value)
{
    hg__text_add(t, "<text x=\"%.1f\" y=\"%zu\" text-anchor=\"middle\">%.0f</text>\n", x, c->high - BOTTOM + 20, value);
}

/* The points themselves, where there is room for their numbers. */
static void add_log_ticks_across(hg__text *t, const hg__chart *c, const hg__axis *a)
{
    const double room = 32;
    double last = -INFINITY, end = hg__axis_place(a, c->at[c->n - 1]);
    for (size_t i = 0; i < c->n; i++) {
        double x = hg__axis_place(a, c->at[i]);
        if (x - last < room || (i + 1 < c->n && end - x < room)) continue;
        add_tick_across(t, c, x, c->at[i]);
        last = x;
    }
}

static void add_ticks_across(hg__text *t, const hg__chart *c, const hg__axis *a)
{
    hg__text_add(t, "<text x=\"%d\" y=\"%zu\" text-anchor=\"end\">", LEFT - 8, c->high - BOTTOM + 20);
    hg__markup_escape(t, unit_of(c));
    hg__text_add(t, "</text>\n");
    if (c->log_across) {
        add_log_ticks_across(t, c, a);
        return;
    }
    double step = fmax(1, hg__axis_step(a->high - a->low, 10)), first = c->at[0], last = c->at[c->n - 1];
    first = ceil(first / step) * step;
    for (int i = 0; i < HG__MOST_TICKS && first + i * step <= last; i++)
        add_tick_across(t, c, hg__axis_place(a, first + i * step), first + i * step);
}

static void add_best(hg__text *t, const hg__chart *c, const hg__axis *x)
{
    if (!(c->best > 0)) return;
    double at = hg__axis_place(x, c->best);
    bool left = at > WIDE / 2.;
    hg__text_add(t, "<line class=\"mark\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%zu\"/>", at, at, TOP,
                 c->high - BOTTOM);
    hg__text_add(t, "<text class=\"mark\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">best: epoch %.0f</text>\n",
                 at + (left ? -6 : 6), TOP + 10, left ? "end" : "start", c->best);
}

static const char *class_of(size_t curve)
{
    static const char *const names[HG__CHART_CURVES] = {"first", "second", "third"};
    return names[curve];
}

/* The line breaks where a value is wanting. */
static void add_line(hg__text *t, const hg__chart *c, size_t k, const hg__axis *x, const hg__axis *y)
{
    bool pen_down = false;
    hg__text_add(t, "<path class=\"line %s\" d=\"", class_of(k));
    for (size_t i = 0; i < c->n; i++) {
        bool shown = is_shown(c, k, i);
        if (shown)
            hg__text_add(t, "%c%.1f %.1f", pen_down ? 'L' : 'M', hg__axis_place(x, c->at[i]),
                         hg__axis_place(y, c->curve[k].value[i]));
        pen_down = shown;
    }
    hg__text_add(t, "\"/>\n");
}

/* Every point says its numbers when the pointer rests on it; dots are drawn while they are few. */
static void add_points(hg__text *t, const hg__chart *c, size_t k, const hg__axis *x, const hg__axis *y)
{
    bool few = c->n <= MOST_DOTS || c->curve[k].dots;
    for (size_t i = 0; i < c->n; i++) {
        if (!is_shown(c, k, i)) continue;
        double at = hg__axis_place(x, c->at[i]), value = hg__axis_place(y, c->curve[k].value[i]);
        if (few)
            hg__text_add(t, "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>", class_of(k), at, value);
        hg__text_add(t, "<circle class=\"catch\" cx=\"%.1f\" cy=\"%.1f\" r=\"8\"><title>%s %.0f, ", at, value,
                     unit_of(c), c->at[i]);
        hg__markup_escape(t, c->curve[k].name);
        hg__text_add(t, ": %.6g</title></circle>\n", c->curve[k].value[i]);
    }
}

static void add_caption(hg__text *t, const hg__chart *c, bool is_log)
{
    hg__markup_wrap(t, "<figcaption><b>", c->title, "</b>");
    bool several = c->curve[0].value && (c->curve[1].value || c->curve[2].value);
    for (size_t k = 0; several && k < HG__CHART_CURVES; k++) {
        if (!c->curve[k].value) continue;
        hg__text_add(t, "<span class=\"key %s\"></span>", class_of(k));
        hg__markup_escape(t, c->curve[k].name);
    }
    hg__text_add(t, "%s</figcaption>\n", is_log ? " · logarithmic" : "");
}

void hg__chart_add(hg__text *t, const hg__chart *c)
{
    hg__axis y;
    if (!c->n || !scale_values(c, &y)) return;
    hg__axis x = scale_across(c);
    hg__text_add(t, "<figure class=\"card\">\n");
    add_caption(t, c, y.is_log);
    hg__text_add(t, "<svg viewBox=\"0 0 %d %zu\" role=\"img\" aria-labelledby=\"%s-title\"><title id=\"%s-title\">",
                 WIDE, c->high, c->id, c->id);
    hg__markup_escape(t, c->title);
    hg__text_add(t, ", %s %.0f to %.0f; the numbers are in the table below</title>\n", unit_of(c), c->at[0],
                 c->at[c->n - 1]);
    add_value_ticks(t, &y);
    add_ticks_across(t, c, &x);
    add_best(t, c, &x);
    for (size_t k = 0; k < HG__CHART_CURVES; k++) {
        if (!c->curve[k].value) continue;
        if (!c->curve[k].dots) add_line(t, c, k, &x, &y);
        add_points(t, c, k, &x, &y);
    }
    hg__text_add(t, "</svg>\n</figure>\n");
}
