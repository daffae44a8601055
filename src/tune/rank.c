/* rank.c: see rank.h. */
#include "tune/rank.h"

#include <math.h>
#include <stdlib.h>

/* In the order of how good they are. */
typedef enum group { COMPLETE, STOPPED, FAILED, UNKNOWN } group;

typedef struct ranked {
    size_t number;
    group group;
    double first, second; /* less is better */
} ranked;

/* ---- What a trial tells ----------------------------------------------------------------------------------- */

static bool has_point(const hg__history *h, const hg__trial *t)
{
    for (size_t d = 0; d < h->space->n; d++)
        if (isnan(t->point[d])) return false;
    return true;
}

static ranked read_trial(const hg__history *h, const hg__trial *t)
{
    ranked r = {.number = t->number, .group = t->state == HG__TRIAL_COMPLETE ? COMPLETE : STOPPED};
    if (t->state == HG__TRIAL_FAIL) r.group = FAILED;
    for (size_t i = 0; r.group == COMPLETE && i < h->objectives; i++)
        if (isnan(hg__trial_objective(h, t, i))) r.group = FAILED;
    if (r.group == COMPLETE) r.first = hg__trial_objective(h, t, 0);
    if (r.group != STOPPED) return r;
    r.first = -(double)t->epochs, r.second = hg__trial_best_until(h, t, t->epochs);
    if (!isnan(r.second)) return r;
    r.group = t->state == HG__TRIAL_PRUNED ? FAILED : UNKNOWN;
    r.first = r.second = 0;
    return r;
}

/* Into list, if not NULL; returns how many. */
static size_t read_trials(const hg__history *h, size_t without, ranked *list)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) {
        if (i == without || !has_point(h, &h->trial[i])) continue;
        if (list) list[n] = read_trial(h, &h->trial[i]), list[n].number = i;
        n++;
    }
    return n;
}

size_t hg__trials_told(const hg__history *h, size_t without)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++)
        if (i != without && has_point(h, &h->trial[i]) && read_trial(h, &h->trial[i]).group != UNKNOWN) n++;
    return n;
}

/* ---- Fronts ----------------------------------------------------------------------------------------------- */

/* Of list[from … n-1], all complete: those that none of the others dominates move to its beginning. Returns where they
 * end. */
static size_t next_front(const hg__history *h, ranked *list, size_t from, size_t n)
{
    size_t end = from;
    for (size_t i = from; i < n; i++) {
        bool dominated = false;
        for (size_t k = from; k < n && !dominated; k++)
            dominated = hg__trial_dominates(h, &h->trial[list[k].number], &h->trial[list[i].number]);
        if (dominated) continue;
        ranked r = list[i];
        list[i] = list[end], list[end++] = r;
    }
    return end;
}

/* How far apart the nearest on both sides are in one objective, as a part of the front's extent; infinite at its
 * ends. */
static double gap_around(const hg__history *h, const ranked *front, size_t n, size_t i, size_t objective)
{
    double own = hg__trial_objective(h, &h->trial[front[i].number], objective);
    double below = -(double)INFINITY, above = (double)INFINITY, low = own, high = own;
    for (size_t k = 0; k < n; k++) {
        double other = hg__trial_objective(h, &h->trial[front[k].number], objective);
        low = fmin(low, other), high = fmax(high, other);
        if (other < own || (other == own && k < i)) below = fmax(below, other);
        if (other > own || (other == own && k > i)) above = fmin(above, other);
    }
    return high > low ? (above - below) / (high - low) : 0;
}

static int by_rank(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    if (x->second != y->second) return x->second < y->second ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Sets first to the number of the front, second to minus the crowding distance; what lies behind the first `most` stays
 * together as one more front. */
static void rank_fronts(const hg__history *h, ranked *list, size_t n, size_t most)
{
    size_t from = 0, front = 0;
    while (from < n) {
        size_t end = from < most ? next_front(h, list, from, n) : n;
        for (size_t i = from; i < end; i++) list[i].first = (double)front, list[i].second = 0;
        for (size_t i = from; i < end && from < most && end > most; i++)
            for (size_t k = 0; k < h->objectives; k++)
                list[i].second -= gap_around(h, list + from, end - from, i - from, k);
        from = end, front++;
    }
}

/* ---- Parting ---------------------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

static bool fill_ranking(hg__ranking *r, const ranked *list, size_t n)
{
    r->number = malloc((n + 1) * sizeof *r->number);
    if (!r->number) return false;
    for (size_t i = 0; i < n; i++) r->number[r->n++] = list[i].number;
    qsort(r->number, r->n, sizeof *r->number, by_number);
    return true;
}

bool hg__rank(const hg__history *h, size_t without, size_t most, hg__ranking *best, hg__ranking *other)
{
    size_t n = read_trials(h, without, NULL), complete = 0, known = 0;
    ranked *list = malloc((n + 1) * sizeof *list);
    if (!list) return false;
    read_trials(h, without, list);
    qsort(list, n, sizeof *list, by_rank);
    while (complete < n && list[complete].group == COMPLETE) complete++;
    while (known < n && list[known].group != UNKNOWN) known++;
    if (h->objectives > 1) {
        rank_fronts(h, list, complete, most);
        qsort(list, complete, sizeof *list, by_rank);
    }
    size_t parted = most < known ? most : known;
    bool done = fill_ranking(best, list, parted) && fill_ranking(other, list + parted, n - parted);
    free(list);
    return done;
}

void hg__ranking_close(hg__ranking *r)
{
    free(r->number);
    *r = (hg__ranking){0};
}
