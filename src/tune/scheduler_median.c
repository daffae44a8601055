/* scheduler_median.c: a trial whose best epoch so far is worse than the median of the others' best at the same epoch is
 * stopped for good. */
#include "tune/scheduler.h"

#include <math.h>

/* The next epoch from `least` on: it is judged after each. */
static size_t rung(size_t number, size_t epoch, const hg__schedule_options *o)
{
    (void)number;
    size_t next = epoch < o->least ? o->least : epoch + 1;
    return next < o->most ? next : o->most;
}

/* Worse than the median: more of the others are better than are worse. Those that ended or were stopped before this
 * epoch stand there with their best, or the median of those that are left would rise and rise. */
static bool goes_on(const hg__history *h, size_t number, size_t epoch, const hg__schedule_options *o)
{
    double own = hg__trial_best_until(h, &h->trial[number], epoch);
    size_t finished = 0, better = 0, worse = 0;
    for (size_t i = 0; i < h->n; i++) {
        const hg__trial *t = &h->trial[i];
        double other = hg__trial_best_until(h, t, epoch);
        bool ended = t->state == HG__TRIAL_COMPLETE || t->state == HG__TRIAL_PRUNED;
        finished += t->state == HG__TRIAL_COMPLETE ? 1 : 0;
        if (i == number || (t->epochs < epoch && !ended) || isnan(other)) continue;
        if (isnan(own) || other < own) better++;
        else if (other > own) worse++;
    }
    return finished < o->warm_up || better <= worse;
}

const hg__scheduler hg__scheduler_median = {
    .name = "median",
    .help = "stops what is worse than the median of the others at the same epoch",
    .source = "Golovin et al. 2017, Google Vizier: a service for black-box optimization, section 3.2",
    .rung = rung,
    .goes_on = goes_on,
};
