/* sampler_grid.c: every combination once. Trial numbers count through the grid, the last dimension first, so any number
 * of workers visit each point once, and a study is gone on with where it stopped. */
#include "tune/sampler.h"

#include <math.h>

enum { STEPS = 5 }; /* of a range that is not counted through */

/* The values of a range that is cut, evenly spaced (by their logarithm where it is log), without those that fell
 * together when they were rounded. */
static size_t cut(const hg__dimension *d, double value[STEPS])
{
    size_t n = 0;
    for (size_t i = 0; i < STEPS; i++) {
        double part = (double)i / (STEPS - 1);
        double v = d->log ? d->low * pow(d->high / d->low, part) : d->low + part * (d->high - d->low);
        v = hg__dimension_from_unit(d, hg__dimension_to_unit(d, v)); /* a neat one */
        if (!n || v > value[n - 1]) value[n++] = v;
    }
    return n;
}

static double value_at(const hg__dimension *d, size_t i)
{
    if (d->kind == HG__DIMENSION_CHOICE) return (double)i;
    return hg__dimension_fit(d, d->low + (double)i * (d->step > 0 ? d->step : 1));
}

static bool sample(const hg__history *h, size_t number, uint64_t seed, double *point)
{
    (void)seed;
    size_t left = number;
    for (size_t d = h->space->n; d-- > 0;) {
        const hg__dimension *dimension = &h->space->dimension[d];
        double steps[STEPS];
        size_t values = hg__dimension_values(dimension);
        bool is_cut = !values || (dimension->log && values > STEPS);
        if (is_cut) values = cut(dimension, steps);
        point[d] = is_cut ? steps[left % values] : value_at(dimension, left % values);
        left /= values;
    }
    return left == 0;
}

const hg__sampler hg__sampler_grid = {
    .name = "grid",
    .help = "every combination once; real and log ranges are cut to 5 values",
    .source = "Fisher 1935, The design of experiments: the full factorial",
    .sample = sample,
};
