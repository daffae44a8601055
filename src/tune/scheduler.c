/* scheduler.c: the list of schedulers, and the one that stops nobody. To add one: a file, and a line here. */
#include "tune/scheduler.h"

#include <string.h>

static size_t only_the_end(size_t number, size_t epoch, const hg__schedule_options *o)
{
    (void)number, (void)epoch;
    return o->most;
}

static bool always(const hg__history *h, size_t number, size_t epoch, const hg__schedule_options *o)
{
    (void)h, (void)number, (void)epoch, (void)o;
    return true;
}

const hg__scheduler hg__scheduler_none = {
    .name = "none",
    .help = "every trial trains to its end",
    .source = "",
    .rung = only_the_end,
    .goes_on = always,
};

static const hg__scheduler *const schedulers[] = {
    &hg__scheduler_none, &hg__scheduler_median, &hg__scheduler_halving, &hg__scheduler_asha, &hg__scheduler_hyperband,
};

size_t hg__schedulers(void) { return sizeof schedulers / sizeof *schedulers; }
const hg__scheduler *hg__scheduler_at(size_t i) { return schedulers[i]; }

const hg__scheduler *hg__scheduler_named(const char *name)
{
    for (size_t i = 0; i < hg__schedulers(); i++)
        if (!strcmp(schedulers[i]->name, name)) return schedulers[i];
    return NULL;
}
