/* sampler_random.c: independent points. */
#include "tune/sampler.h"

static bool sample(const hg__history *h, size_t number, uint64_t seed, double *point)
{
    hg__random r = hg__random_at(seed, HG__FOR_TUNE, 0, number);
    for (size_t d = 0; d < h->space->n; d++)
        point[d] = hg__dimension_from_unit(&h->space->dimension[d], hg__random_uniform(&r));
    return true;
}

const hg__sampler hg__sampler_random = {
    .name = "random",
    .help = "independent points, evenly over the space",
    .source = "Bergstra & Bengio 2012, Random search for hyper-parameter optimization",
    .sample = sample,
};
