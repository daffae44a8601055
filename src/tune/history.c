/* history.c: what a trial gave, so that less is better. */
#include "tune/history.h"

#include <math.h>

double hg__trial_loss(const hg__history *h, const hg__trial *t, size_t epoch)
{
    if (!epoch || epoch > t->epochs || !t->by_epoch || !isfinite(t->by_epoch[epoch - 1])) return (double)NAN;
    return h->maximize[0] ? -t->by_epoch[epoch - 1] : t->by_epoch[epoch - 1];
}

double hg__trial_best_until(const hg__history *h, const hg__trial *t, size_t epoch)
{
    double best = (double)NAN;
    for (size_t i = 1; i <= epoch && i <= t->epochs; i++) best = fmin(best, hg__trial_loss(h, t, i)); /* not the NaN */
    return best;
}

double hg__trial_objective(const hg__history *h, const hg__trial *t, size_t i)
{
    if (!isfinite(t->objective[i])) return (double)NAN;
    return h->maximize[i] ? -t->objective[i] : t->objective[i];
}

bool hg__trial_dominates(const hg__history *h, const hg__trial *a, const hg__trial *b)
{
    bool better = false;
    for (size_t i = 0; i < h->objectives; i++) {
        double x = hg__trial_objective(h, a, i), y = hg__trial_objective(h, b, i);
        if (x > y) return false;
        better |= x < y;
    }
    return better;
}
