/* scheduler_halving.c: successive halving as first written, which waits: factor^k trials, where k rungs lie below the
 * end, are a bracket by their numbers; when all of them have come to a rung (or failed on the way), the best 1/factor
 * go on to the next, and the last one trains to the end. Nobody is promoted by mistake, but a bracket that the study
 * does not fill stands still. */
#include "tune/rungs.h"

#include <math.h>

/* Trials in a bracket. */
static size_t bracket_size(const hg__schedule_options *o)
{
    size_t size = 1;
    for (size_t r = hg__rung_after(0, o->least, o); r < o->most; r = hg__rung_after(r, o->least, o)) size *= o->factor;
    return size;
}

static size_t bracket_of(size_t number, const hg__schedule_options *o) { return number / bracket_size(o); }

/* A rung, the one before it (0: the start), and how many trials are promoted to it. */
typedef struct stage {
    size_t rung, before, places;
} stage;

static stage stage_at(size_t rung, const hg__schedule_options *o)
{
    stage s = {.rung = hg__rung_after(0, o->least, o), .places = bracket_size(o)};
    for (; s.rung < rung && s.rung < o->most; s.rung = hg__rung_after(s.rung, o->least, o))
        s.before = s.rung, s.places /= o->factor;
    return s;
}

/* Was trial i promoted to this stage, and came there, or ended on the way? */
static bool is_settled(const hg__bracket *b, size_t i, const stage *s)
{
    const hg__trial *t = &b->h->trial[i];
    if (t->epochs >= s->rung) return true;
    if (t->state != HG__TRIAL_COMPLETE && t->state != HG__TRIAL_FAIL) return false;
    if (!s->before) return true;
    return hg__trial_reached(t, s->before) && hg__bracket_standing(b, i, s->before).better < s->places;
}

/* Is each of those there who were promoted? They are fewer than the places where too few could be. */
static bool is_full(const hg__bracket *b, const stage *s)
{
    size_t size = bracket_size(b->o), first = b->which * size, settled = 0, fit = 0;
    for (size_t i = first; i < first + size && i < b->h->n; i++) {
        const hg__trial *t = &b->h->trial[i];
        settled += is_settled(b, i, s) ? 1 : 0;
        fit += hg__trial_reached(t, s->before) && !isnan(hg__trial_best_until(b->h, t, s->before)) ? 1 : 0;
    }
    return settled >= (s->before && fit < s->places ? fit : s->places);
}

static bool goes_on(const hg__history *h, size_t number, size_t epoch, const hg__schedule_options *o)
{
    const stage s = stage_at(epoch, o);
    const hg__bracket b = {.h = h, .o = o, .least = o->least, .of = bracket_of, .which = bracket_of(number, o)};
    if (isnan(hg__trial_best_until(h, &h->trial[number], epoch)) || !is_full(&b, &s)) return false;
    return hg__bracket_standing(&b, number, epoch).better < s.places / o->factor;
}

static size_t promote(const hg__history *h, const hg__schedule_options *o)
{
    for (size_t i = 0; i < h->n; i++) {
        const hg__trial *t = &h->trial[i];
        size_t rung = t->state == HG__TRIAL_PRUNED ? hg__rung_until(t->epochs, o->least, o) : 0;
        if (rung && rung < o->most && goes_on(h, i, rung, o)) return i;
    }
    return HG__NEW_TRIAL;
}

static size_t next_rung(size_t number, size_t epoch, const hg__schedule_options *o)
{
    (void)number;
    return hg__rung_after(epoch, o->least, o);
}

const hg__scheduler hg__scheduler_halving = {
    .name = "halving",
    .help = "trains a bracket of trials a little, the best 1/factor on, when the whole rung is there",
    .source = "Jamieson & Talwalkar 2016, Non-stochastic best arm identification and hyperparameter optimization",
    .promote = promote,
    .rung = next_rung,
    .goes_on = goes_on,
};
