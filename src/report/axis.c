/* axis.c: see axis.h. */
#include "report/axis.h"

#include <math.h>

static const double largest = 1e300, finest = 1e-9;

bool hg__axis_shows(double value) { return fabs(value) < largest; }

bool hg__axis_wants_log(double low, double high) { return low > 0 && high > 4 * low; }

hg__axis hg__axis_over(double low, double high, double margin, bool is_log)
{
    if (is_log) low = log10(low), high = log10(high);
    double size = fmax(fabs(low), fabs(high)), least = size * finest;
    double room = high > low ? fmax(margin * (high - low), least) : size > 0 && !is_log ? size : 1;
    return (hg__axis){.low = low - room, .high = high + room, .is_log = is_log};
}

double hg__axis_place(const hg__axis *a, double value)
{
    double v = a->is_log ? log10(value) : value;
    return a->from + (v - a->low) / (a->high - a->low) * (a->to - a->from);
}

double hg__axis_step(double range, double ticks)
{
    double raw = range / ticks, power = pow(10, floor(log10(raw))), part = raw / power;
    return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

static size_t log_ticks(const hg__axis *a, double about, double tick[HG__MOST_TICKS])
{
    static const double parts[] = {1, 2, 5};
    size_t n = 0, each = a->high - a->low > about / 2 ? 1 : 3; /* many decades: only the powers of ten */
    double decades = fmax(1, ceil((a->high - a->low) / (2 * about)));
    for (double power = floor(a->low / decades) * decades; power <= a->high; power += decades)
        for (size_t i = 0; i < each && n < HG__MOST_TICKS; i++) {
            double value = parts[i] * pow(10, power);
            if (log10(value) >= a->low && log10(value) <= a->high) tick[n++] = value;
        }
    return n;
}

size_t hg__axis_ticks(const hg__axis *a, double about, double tick[HG__MOST_TICKS])
{
    size_t n = a->is_log ? log_ticks(a, about, tick) : 0;
    if (n >= 2) return n;
    /* Within a decade of a logarithmic axis the ticks are those of a linear one. */
    double low = a->is_log ? pow(10, a->low) : a->low, high = a->is_log ? pow(10, a->high) : a->high;
    double step = hg__axis_step(high - low, about), first = ceil(low / step);
    n = 0;
    for (int i = 0; i < HG__MOST_TICKS && (first + i) * step <= high; i++)
        tick[n++] = (first + i) * step + 0.0; /* + 0: no -0 */
    return n;
}
