/* chart.c: see chart.h. */
#include "report/chart.h"

#include "report/markup.h"

#include <math.h>

enum { WIDE = 960, LEFT = 64, RIGHT = 16, TOP = 16, BOTTOM = 36, MOST_DOTS = 60, MOST_TICKS = 32 };

/* A file may hold any number. Beyond `largest` sums of them overflow, and an axis shorter than `finest` times its
 * values has no room for ticks in a double. */
static const double largest = 1e300, finest = 1e-9;

typedef struct axis {
    double low, high; /* of the values shown, in log10 where is_log */
    double from, to;  /* pixels */
    bool is_log;
} axis;

static double place(const axis *a, double value)
{
    double v = a->is_log ? log10(value) : value;
    return a->from + (v - a->low) / (a->high - a->low) * (a->to - a->from);
}

static bool is_shown(const hg__chart *c, size_t curve, size_t i)
{
    return c->curve[curve].value && fabs(c->curve[curve].value[i]) < largest;
}

/* The vertical axis; false when there is nothing to show. */
static bool scale_values(const hg__chart *c, axis *a)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t k = 0; k < HG__CHART_CURVES; k++)
        for (size_t i = 0; i < c->n; i++)
            if (is_shown(c, k, i)) low = fmin(low, c->curve[k].value[i]), high = fmax(high, c->curve[k].value[i]);
    if (!(low <= high)) return false;
    a->is_log = !c->linear && low > 0 && high > 4 * low;
    if (a->is_log) low = log10(low), high = log10(high);
    double size = fmax(fabs(low), fabs(high)), least = size * finest;
    double margin = high > low ? fmax(.06 * (high - low), least) : size > 0 && !a->is_log ? size : 1;
    *a = (axis){low - margin, high + margin, (double)c->high - BOTTOM, TOP, a->is_log};
    return true;
}

static axis scale_epochs(const hg__chart *c)
{
    double low = c->epoch[0], high = c->epoch[c->n - 1];
    double margin = fmax(1, high * finest);
    if (high - low < margin) low -= margin, high += margin;
    return (axis){low, high, LEFT + 8, WIDE - RIGHT, false};
}

/* The round step (1, 2 or 5 times a power of ten) that gives about `ticks` of them. */
static double round_step(double range, double ticks)
{
    double raw = range / ticks, power = pow(10, floor(log10(raw))), part = raw / power;
    return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

static void add_tick_of_value(hg__text *t, const axis *a, double value)
{
    double y = place(a, value);
    hg__text_add(t, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDE - RIGHT, y, y);
    hg__text_add(t, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.6g</text>\n", LEFT - 8, y + 4, value);
}

static void add_value_ticks(hg__text *t, const axis *a)
{
    if (!a->is_log) {
        double step = round_step(a->high - a->low, 5), first = ceil(a->low / step);
        for (int i = 0; i < MOST_TICKS && (first + i) * step <= a->high; i++)
            add_tick_of_value(t, a, (first + i) * step + 0.0); /* + 0: no -0 */
        return;
    }
    static const double parts[] = {1, 2, 5};
    size_t each = a->high - a->low > 2.5 ? 1 : 3; /* many decades: only the powers of ten */
    for (double power = floor(a->low); power <= a->high; power++)
        for (size_t i = 0; i < each; i++) {
            double value = parts[i] * pow(10, power);
            if (log10(value) >= a->low && log10(value) <= a->high) add_tick_of_value(t, a, value);
        }
}

static void add_epoch_ticks(hg__text *t, const hg__chart *c, const axis *a)
{
    double step = fmax(1, round_step(a->high - a->low, 10)), first = c->epoch[0], last = c->epoch[c->n - 1];
    first = ceil(first / step) * step;
    for (int i = 0; i < MOST_TICKS && first + i * step <= last; i++)
        hg__text_add(t, "<text x=\"%.1f\" y=\"%zu\" text-anchor=\"middle\">%.0f</text>\n", place(a, first + i * step),
                     c->high - BOTTOM + 20, first + i * step);
    hg__text_add(t, "<text x=\"%d\" y=\"%zu\" text-anchor=\"end\">epoch</text>\n", LEFT - 8, c->high - BOTTOM + 20);
}

static void add_best(hg__text *t, const hg__chart *c, const axis *x)
{
    if (!(c->best > 0)) return;
    double at = place(x, c->best);
    bool left = at > WIDE / 2.;
    hg__text_add(t, "<line class=\"mark\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%zu\"/>", at, at, TOP,
                 c->high - BOTTOM);
    hg__text_add(t, "<text class=\"mark\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">best: epoch %.0f</text>\n",
                 at + (left ? -6 : 6), TOP + 10, left ? "end" : "start", c->best);
}

/* The line breaks where a value is wanting. */
static void add_line(hg__text *t, const hg__chart *c, size_t k, const axis *x, const axis *y)
{
    bool pen_down = false;
    hg__text_add(t, "<path class=\"line %s\" d=\"", k ? "second" : "first");
    for (size_t i = 0; i < c->n; i++) {
        bool shown = is_shown(c, k, i);
        if (shown)
            hg__text_add(t, "%c%.1f %.1f", pen_down ? 'L' : 'M', place(x, c->epoch[i]), place(y, c->curve[k].value[i]));
        pen_down = shown;
    }
    hg__text_add(t, "\"/>\n");
}

/* Every point says its numbers when the pointer rests on it; dots are drawn while they are few. */
static void add_points(hg__text *t, const hg__chart *c, size_t k, const axis *x, const axis *y)
{
    bool few = c->n <= MOST_DOTS;
    for (size_t i = 0; i < c->n; i++) {
        if (!is_shown(c, k, i)) continue;
        double at = place(x, c->epoch[i]), value = place(y, c->curve[k].value[i]);
        if (few)
            hg__text_add(t, "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>", k ? "second" : "first", at,
                         value);
        hg__text_add(t, "<circle class=\"catch\" cx=\"%.1f\" cy=\"%.1f\" r=\"8\"><title>epoch %.0f, ", at, value,
                     c->epoch[i]);
        hg__markup_escape(t, c->curve[k].name);
        hg__text_add(t, ": %.6g</title></circle>\n", c->curve[k].value[i]);
    }
}

static void add_caption(hg__text *t, const hg__chart *c, bool is_log)
{
    hg__markup_wrap(t, "<figcaption><b>", c->title, "</b>");
    bool several = c->curve[0].value && c->curve[1].value;
    for (size_t k = 0; several && k < HG__CHART_CURVES; k++) {
        hg__text_add(t, "<span class=\"key %s\"></span>", k ? "second" : "first");
        hg__markup_escape(t, c->curve[k].name);
    }
    hg__text_add(t, "%s</figcaption>\n", is_log ? " · logarithmic" : "");
}

void hg__chart_add(hg__text *t, const hg__chart *c)
{
    axis y;
    if (!c->n || !scale_values(c, &y)) return;
    axis x = scale_epochs(c);
    hg__text_add(t, "<figure class=\"card\">\n");
    add_caption(t, c, y.is_log);
    hg__text_add(t, "<svg viewBox=\"0 0 %d %zu\" role=\"img\" aria-labelledby=\"%s-title\"><title id=\"%s-title\">",
                 WIDE, c->high, c->id, c->id);
    hg__markup_escape(t, c->title);
    hg__text_add(t, ", epochs %.0f to %.0f; the numbers are in the table of epochs</title>\n", c->epoch[0],
                 c->epoch[c->n - 1]);
    add_value_ticks(t, &y);
    add_epoch_ticks(t, c, &x);
    add_best(t, c, &x);
    for (size_t k = 0; k < HG__CHART_CURVES; k++) {
        if (!c->curve[k].value) continue;
        add_line(t, c, k, &x, &y);
        add_points(t, c, k, &x, &y);
    }
    hg__text_add(t, "</svg>\n</figure>\n");
}
