/* sampler.c: the list of samplers. To add one: a file, and a line here. */
#include "tune/sampler.h"

#include <string.h>

static const hg__sampler *const samplers[] = {
    &hg__sampler_tpe,
    &hg__sampler_random,
    &hg__sampler_sobol,
    &hg__sampler_grid,
};

size_t hg__samplers(void) { return sizeof samplers / sizeof *samplers; }
const hg__sampler *hg__sampler_at(size_t i) { return samplers[i]; }

const hg__sampler *hg__sampler_named(const char *name)
{
    for (size_t i = 0; i < hg__samplers(); i++)
        if (!strcmp(samplers[i]->name, name)) return samplers[i];
    return NULL;
}
