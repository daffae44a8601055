/* scheduler_asha.c: asynchronous successive halving. Nobody waits for a rung to fill: whoever is among the best
 * 1/factor of those that have reached it so far is promoted. So early promotions may be mistakes, one in some
 * sqrt(rung's size), and no worker is ever idle. */
#include "tune/rungs.h"

static size_t one_bracket(size_t number, const hg__schedule_options *o)
{
    (void)number, (void)o;
    return 0;
}

static hg__bracket bracket(const hg__history *h, const hg__schedule_options *o)
{
    return (hg__bracket){.h = h, .o = o, .least = o->least, .of = one_bracket};
}

static size_t promote(const hg__history *h, const hg__schedule_options *o)
{
    const hg__bracket all = bracket(h, o);
    return hg__bracket_promote(&all);
}

static size_t rung(size_t number, size_t epoch, const hg__schedule_options *o)
{
    (void)number;
    return hg__rung_after(epoch, o->least, o);
}

static bool goes_on(const hg__history *h, size_t number, size_t epoch, const hg__schedule_options *o)
{
    const hg__bracket all = bracket(h, o);
    return hg__bracket_deserves(&all, number, epoch);
}

const hg__scheduler hg__scheduler_asha = {
    .name = "asha",
    .help = "trains all a little, the best 1/factor of each rung on, without waiting",
    .source = "Li et al. 2020, A system for massively parallel hyperparameter tuning, algorithm 2",
    .promote = promote,
    .rung = rung,
    .goes_on = goes_on,
};
