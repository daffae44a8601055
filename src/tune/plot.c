/* plot.c: see plot.h. */
#include "tune/plot.h"

#include "report/markup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char hg__plot_style[] =
    ":root{--v0:#2b0a52;--v1:#3f3a86;--v2:#2f668e;--v3:#21898e;--v4:#3fa573;--v5:#86b83f;--v6:#cdb52c}\n"
    "@media(prefers-color-scheme:dark){:root{--v0:#fde725;--v1:#b5de2b;--v2:#6ece58;--v3:#35b779;--v4:#1f9e89;"
    "--v5:#2c7f96;--v6:#4d5f9e}}\n"
    ".v0{stroke:var(--v0)}.v1{stroke:var(--v1)}.v2{stroke:var(--v2)}.v3{stroke:var(--v3)}.v4{stroke:var(--v4)}"
    ".v5{stroke:var(--v5)}.v6{stroke:var(--v6)}\n"
    ".dots{fill:none;stroke-width:7;stroke-linecap:round}.dots.small{stroke-width:5}\n"
    ".cross{fill:none;stroke:var(--second);stroke-width:1.4}.fail{fill:none;stroke:var(--second);stroke-width:2.5}\n"
    ".thin{fill:none;stroke-width:1.2;stroke-opacity:.6;stroke-linejoin:round}.thin.cut{stroke-dasharray:4 3}\n"
    ".many .thin{stroke-width:1;stroke-opacity:.3}.many .dots{stroke-width:4}\n"
    ".step{fill:none;stroke:var(--mark);stroke-width:2}\n"
    ".bold{fill:none;stroke:var(--ink);stroke-width:3;stroke-linejoin:round}\n"
    ".ring{fill:none;stroke:var(--ink);stroke-width:2}\n"
    ".axis{stroke:var(--soft);stroke-width:1}\n"
    "svg text.halo{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}\n"
    "svg text.name{fill:var(--ink)}\n"
    ".ramp{display:inline-block;white-space:nowrap;margin-left:.9em}.ramp "
    "i{display:inline-block;width:1.1em;height:.7em}\n"
    ".k{display:inline-block;width:.6em;height:.6em;border-radius:50%;margin:0 .35em 0 .9em}\n"
    ".slices{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:.8rem}.slices "
    "figure{margin:0}\n"
    "pre.wrap{white-space:pre-wrap;overflow-wrap:anywhere}table.bars{width:100%}.bars "
    "td.bar{width:60%;padding-right:1rem;vertical-align:middle}\n"
    ".bars span{display:block;height:.75rem;background:var(--first);border-radius:2px;min-width:1px}\n"
    "table.trials{font-size:.85rem}.trials td,.trials th{padding-right:1.1rem;white-space:nowrap}\n"
    ".all td{text-align:right}.all td:nth-child(-n+2){text-align:left}\n"
    ".trials td.text{white-space:normal;min-width:16rem}.trials td "
    "small{display:block;white-space:normal;min-width:12rem}\n"
    "@media(max-width:44rem){.card{overflow-x:auto}.card>svg{min-width:44rem}.slices .card>svg{min-width:0}}\n";

/* ---- words ---- */

const char *hg__plot_number(double value, char *out, size_t n)
{
    snprintf(out, n, "%.6g", value);
    char *e = strchr(out, 'e'), *digits = e ? e + 2 : NULL;
    if (!e) return out;
    while (digits[0] == '0' && digits[1]) memmove(digits, digits + 1, strlen(digits));
    if (e[1] == '+') memmove(e + 1, e + 2, strlen(e + 1));
    return out;
}

void hg__plot_value(hg__text *t, double value)
{
    if (fabs(value) < 1e9 && value == floor(value)) hg__text_add(t, "%.0f", value);
    else hg__markup_number(t, value, 4);
}

/* ---- frames ---- */

void hg__plot_begin(hg__text *t, const hg__plot *p, const char *note, const char *tail)
{
    hg__markup_wrap(t, "<figure class=\"card\">\n<figcaption><b>", p->title, "</b>");
    if (note && *note) hg__markup_escape(t, note);
    hg__text_add(t, "%s</figcaption>\n<svg%s viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-labelledby=\"%s\">",
                 tail ? tail : "", p->many ? " class=\"many\"" : "", p->wide, p->high, p->id);
    hg__text_add(t, "<title id=\"%s\">", p->id);
    hg__markup_wrap(t, "", p->title, "; the numbers are in the table of trials</title>\n");
}

void hg__plot_end(hg__text *t) { hg__text_add(t, "</svg>\n</figure>\n"); }

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bool hg__plot_values(double *value, size_t n, bool maximize, hg__axis *a, size_t *beyond)
{
    static const double factor = 100;
    size_t shown = 0;
    *beyond = 0;
    for (size_t i = 0; i < n; i++)
        if (hg__axis_shows(value[i])) value[shown++] = value[i];
        else *beyond += isfinite(value[i]) ? 1 : 0;
    if (!shown) return false;
    qsort(value, shown, sizeof *value, compare);
    double low = value[0], high = value[shown - 1], median = value[shown / 2];
    double limit = maximize ? median - factor * (high - median) : median + factor * (median - low);
    if (low > 0 && !maximize) limit = factor * median;
    if (shown > 4 && limit != median && maximize) low = fmax(low, limit);
    if (shown > 4 && limit != median && !maximize) high = fmin(high, limit);
    for (size_t i = 0; i < shown; i++) *beyond += value[i] < low || value[i] > high;
    *a = hg__axis_over(low, high, .06, hg__axis_wants_log(low, high));
    return true;
}

const char *hg__plot_note(const hg__axis *a, size_t beyond, char *out, size_t n)
{
    char more[64] = "";
    if (beyond) snprintf(more, sizeof more, " · %zu beyond the edge", beyond);
    snprintf(out, n, "%s%s", a->is_log ? " · logarithmic" : "", more);
    return out;
}

double hg__plot_at(const hg__axis *a, double value)
{
    double at = a->is_log && !(value > 0) ? a->from : hg__axis_place(a, value);
    double least = fmin(a->from, a->to), most = fmax(a->from, a->to);
    return fmin(fmax(at, least), most);
}

void hg__plot_rows(hg__text *t, const hg__plot *p)
{
    double tick[HG__MOST_TICKS], right = p->wide - p->right;
    char number[64];
    size_t n = hg__axis_ticks(&p->y, p->high < 250 ? 4 : 5, tick);
    for (size_t i = 0; i < n; i++) {
        double y = hg__axis_place(&p->y, tick[i]);
        hg__text_add(t, "<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>", p->left, right, y, y);
        hg__text_add(t, "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", p->left - 8, y + 4,
                     hg__plot_number(tick[i], number, sizeof number));
    }
}

void hg__plot_columns(hg__text *t, const hg__plot *p, const char *name, bool whole)
{
    double tick[HG__MOST_TICKS], y = p->high - p->bottom + 20;
    char number[64];
    size_t n = hg__axis_ticks(&p->x, (p->wide - p->left) / 90, tick);
    for (size_t i = 0; i < n; i++)
        if (!whole || tick[i] == floor(tick[i]))
            hg__text_add(t, "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%s</text>\n",
                         hg__axis_place(&p->x, tick[i]), y, hg__plot_number(tick[i], number, sizeof number));
    hg__text_add(t, "<text class=\"name\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">",
                 (p->left + p->wide - p->right) / 2, y + 18);
    hg__markup_wrap(t, "", name, "</text>\n");
}

/* ---- a dimension's ticks ---- */

/* The i-th of so many different values. */
static double value_at(const hg__dimension *d, size_t i, size_t values)
{
    return hg__dimension_from_unit(d, ((double)i + .5) / (double)values);
}

/* Every one of few values, or every second, third … one; the whole numbers of a log dimension only where all are. */
static size_t listed_ticks(const hg__dimension *d, size_t values, size_t most, double *value)
{
    size_t n = 0, stride = (values + most - 1) / most;
    for (size_t i = 0; i < values && n < most; i += stride)
        value[n++] = d->kind == HG__DIMENSION_CHOICE ? (double)i
                     : d->log                        ? hg__dimension_fit(d, d->low + (double)i)
                                                     : value_at(d, i, values);
    return n;
}

static size_t round_ticks(const hg__dimension *d, size_t most, double *value)
{
    hg__axis a = hg__axis_over(d->low, d->high, 0, d->log);
    double tick[HG__MOST_TICKS], last = (double)NAN;
    size_t kept = 0, n = hg__axis_ticks(&a, (double)most, tick);
    for (double about = (double)most; n > most && about > 1; n = hg__axis_ticks(&a, about, tick)) about /= 2;
    for (size_t i = 0; i < n && kept < most; i++) {
        double fitted = hg__dimension_fit(d, tick[i]);
        bool inside = tick[i] >= d->low && tick[i] <= d->high;
        if (inside && fitted != last) value[kept++] = last = fitted;
    }
    return kept;
}

size_t hg__plot_ticks(const hg__dimension *d, size_t most, size_t letters, hg__plot_tick tick[HG__MOST_TICKS])
{
    double value[HG__MOST_TICKS];
    char text[64], number[64];
    size_t values = hg__dimension_values(d), n = 0;
    if (most > HG__MOST_TICKS) most = HG__MOST_TICKS;
    bool list = values && (d->kind == HG__DIMENSION_CHOICE || values <= (d->log ? most : 2 * most));
    n = list ? listed_ticks(d, values, most, value) : round_ticks(d, most, value);
    for (size_t i = 0; i < n; i++) {
        const char *words = d->kind == HG__DIMENSION_CHOICE ? hg__dimension_text(d, value[i], text, sizeof text)
                                                            : hg__plot_number(value[i], number, sizeof number);
        tick[i].unit = hg__dimension_to_unit(d, value[i]);
        hg__text_cut(words, letters, tick[i].text, sizeof tick[i].text);
    }
    return n;
}

void hg__plot_dot(hg__text *t, double x, double y) { hg__text_add(t, "M%.1f %.1fh0", x, y); }
void hg__plot_cross(hg__text *t, double x, double y) { hg__text_add(t, "M%.1f %.1fl6 6m0-6l-6 6", x - 3, y - 3); }
