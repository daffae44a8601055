/* dimension.c: one thing that varies: its values, their texts, and their places in [0,1]. A dimension of which there
 * are finitely many values gives each an equal share of [0,1], or, where it is log, the share of its logarithm; so one
 * uniform number draws from any kind. */
#include "tune/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double step_of(const hg__dimension *d) { return d->kind == HG__DIMENSION_WHOLE && d->step < 1 ? 1 : d->step; }

static double within(double value, double low, double high)
{
    return !(value >= low) ? low : value > high ? high : value; /* NaN: low */
}

/* Without what a sum of decimals leaves behind its 15th digit: 0.1 + 2 * 0.1 is 0.3. */
static double neat(double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.15g", value);
    return strtod(text, NULL);
}

size_t hg__dimension_values(const hg__dimension *d)
{
    if (d->kind == HG__DIMENSION_CHOICE) return d->choices;
    if (!(d->high > d->low)) return 1;
    double step = step_of(d);
    return step > 0 ? (size_t)floor((d->high - d->low) / step + 1e-9) + 1 : 0;
}

double hg__dimension_fit(const hg__dimension *d, double value)
{
    size_t values = hg__dimension_values(d);
    if (d->kind == HG__DIMENSION_CHOICE) return within(floor(value), 0, (double)values - 1);
    value = within(value, d->low, d->high);
    if (!values) return value;
    double place = within(round((value - d->low) / step_of(d)), 0, (double)values - 1);
    double stepped = d->low + place * step_of(d);
    if (values == 1) return d->low;
    return within(d->kind == HG__DIMENSION_WHOLE ? stepped : neat(stepped), d->low, d->high);
}

/* Log dimensions with finitely many values are whole, in steps of 1: each has what lies within a half of it. */
static double half_of(const hg__dimension *d) { return d->kind == HG__DIMENSION_WHOLE ? 0.5 : 0; }

double hg__dimension_to_unit(const hg__dimension *d, double value)
{
    size_t values = hg__dimension_values(d);
    value = hg__dimension_fit(d, value);
    if (values == 1) return 0.5;
    if (d->log) {
        double low = log(d->low - half_of(d)), high = log(d->high + half_of(d));
        return within((log(value) - low) / (high - low), 0, 1);
    }
    if (!values) return (value - d->low) / (d->high - d->low);
    double place = d->kind == HG__DIMENSION_CHOICE ? value : round((value - d->low) / step_of(d));
    return (place + 0.5) / (double)values;
}

/* To six digits of what `scale` is: values that people can read, and the same ones on any processor. */
static double rounded(double value, double scale)
{
    double unit = pow(10, floor(log10(scale)) - 5);
    return neat(round(value / unit) * unit);
}

double hg__dimension_from_unit(const hg__dimension *d, double unit)
{
    size_t values = hg__dimension_values(d);
    unit = within(unit, 0, 1);
    if (values == 1) return hg__dimension_fit(d, d->low);
    if (d->log) {
        double low = log(d->low - half_of(d)), high = log(d->high + half_of(d));
        double value = exp(low + unit * (high - low));
        return hg__dimension_fit(d, values ? value : rounded(value, fmin(value, d->high - d->low)));
    }
    if (!values) return hg__dimension_fit(d, rounded(d->low + unit * (d->high - d->low), d->high - d->low));
    double place = within(floor(unit * (double)values), 0, (double)values - 1);
    return d->kind == HG__DIMENSION_CHOICE ? place : hg__dimension_fit(d, d->low + place * step_of(d));
}

const char *hg__dimension_text(const hg__dimension *d, double value, char *out, size_t n)
{
    value = hg__dimension_fit(d, value);
    if (d->kind == HG__DIMENSION_CHOICE) return d->choice[(size_t)value];
    if (d->kind == HG__DIMENSION_WHOLE) snprintf(out, n, "%.0f", value);
    for (int digits = 1; d->kind == HG__DIMENSION_REAL && digits <= 17; digits++) {
        snprintf(out, n, "%.*g", digits, value);
        if (strtod(out, NULL) == value) break;
    }
    return out;
}
