/* pareto.c: see pareto.h. */
#include "tune/pareto.h"

#include <math.h>
#include <stdlib.h>

/* A trial with its losses, so that qsort needs nothing else. */
typedef struct candidate {
    double loss[HG__MOST_OBJECTIVES];
    size_t at, objectives;
} candidate;

static int compare(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    for (size_t k = 0; k < x->objectives; k++)
        if (x->loss[k] != y->loss[k]) return x->loss[k] < y->loss[k] ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static bool is_candidate(const hg__history *h, size_t at, candidate *c)
{
    const hg__trial *t = &h->trial[at];
    *c = (candidate){.at = at, .objectives = h->objectives};
    bool good = t->state == HG__TRIAL_COMPLETE && h->objectives > 0;
    for (size_t k = 0; k < h->objectives; k++) good &= isfinite(c->loss[k] = hg__trial_objective(h, t, k));
    return good;
}

hg_status hg__pareto_front(const hg__history *h, size_t *front, size_t *n, hg_error *e)
{
    size_t candidates = 0;
    candidate *c = calloc(h->n + 1, sizeof *c);
    *n = 0;
    if (!c) return hg__fail_memory(e, "Pareto front", h->n * sizeof *c);
    for (size_t i = 0; i < h->n; i++) candidates += is_candidate(h, i, &c[candidates]);
    qsort(c, candidates, sizeof *c, compare);
    for (size_t i = 0; i < candidates; i++) {
        bool beaten = false;
        for (size_t k = 0; k < *n && !beaten; k++)
            beaten = hg__trial_dominates(h, &h->trial[front[k]], &h->trial[c[i].at]);
        if (!beaten) front[(*n)++] = c[i].at;
    }
    free(c);
    return HG_OK;
}

/* The least and the greatest loss among complete trials. */
static void range_of(const hg__history *h, size_t objective, double *low, double *high)
{
    candidate c;
    *low = INFINITY, *high = -INFINITY;
    for (size_t i = 0; i < h->n; i++)
        if (is_candidate(h, i, &c)) *low = fmin(*low, c.loss[objective]), *high = fmax(*high, c.loss[objective]);
}

double hg__pareto_share(const hg__history *h, const size_t *front, size_t n)
{
    double low[2], high[2], area = 0;
    if (h->objectives != 2 || !n) return 0;
    for (size_t k = 0; k < 2; k++) range_of(h, k, &low[k], &high[k]);
    if (!(high[0] > low[0] && high[1] > low[1]) || !isfinite(high[0] - low[0] + high[1] - low[1])) return 0;
    for (size_t i = 0; i < n; i++) { /* the strip from this trial to the next one, which is worse in the first */
        double from = hg__trial_objective(h, &h->trial[front[i]], 0);
        double to = i + 1 < n ? hg__trial_objective(h, &h->trial[front[i + 1]], 0) : high[0];
        double above = high[1] - hg__trial_objective(h, &h->trial[front[i]], 1);
        area += (to - from) / (high[0] - low[0]) * (above / (high[1] - low[1]));
    }
    return area;
}
