/* rungs.c: see rungs.h. */
#include "tune/rungs.h"

#include <math.h>

size_t hg__rung_after(size_t epoch, size_t least, const hg__schedule_options *o)
{
    size_t rung = least ? least : 1;
    while (rung <= epoch && rung < o->most)
        if (__builtin_mul_overflow(rung, o->factor, &rung)) break;
    return rung < o->most && rung > epoch ? rung : o->most;
}

size_t hg__rung_until(size_t epoch, size_t least, const hg__schedule_options *o)
{
    size_t rung = 0;
    for (size_t next = hg__rung_after(0, least, o); next <= epoch; next = hg__rung_after(rung, least, o)) {
        rung = next;
        if (rung == o->most) break;
    }
    return rung;
}

bool hg__trial_reached(const hg__trial *t, size_t epoch)
{
    return t->epochs >= epoch || t->state == HG__TRIAL_COMPLETE;
}

/* What cannot be compared is worse than anything. */
static double standing_loss(const hg__history *h, const hg__trial *t, size_t rung)
{
    double loss = hg__trial_best_until(h, t, rung);
    return isnan(loss) ? (double)INFINITY : loss;
}

hg__standing hg__bracket_standing(const hg__bracket *b, size_t number, size_t rung)
{
    hg__standing s = {0};
    double own = standing_loss(b->h, &b->h->trial[number], rung);
    for (size_t i = 0; i < b->h->n; i++) {
        if (b->of(i, b->o) != b->which || !hg__trial_reached(&b->h->trial[i], rung)) continue;
        double loss = standing_loss(b->h, &b->h->trial[i], rung);
        s.reached++;
        if (loss < own || (loss == own && i < number)) s.better++;
    }
    return s;
}

bool hg__bracket_deserves(const hg__bracket *b, size_t number, size_t rung)
{
    if (isnan(hg__trial_best_until(b->h, &b->h->trial[number], rung))) return false;
    hg__standing s = hg__bracket_standing(b, number, rung);
    return s.better < s.reached / b->o->factor;
}

/* The best of those that stand still on a rung: if it does not deserve to go on, nobody there does. */
static size_t best_standing(const hg__bracket *b, size_t rung)
{
    size_t chosen = HG__NEW_TRIAL;
    double least = (double)INFINITY;
    for (size_t i = 0; i < b->h->n; i++) {
        const hg__trial *t = &b->h->trial[i];
        if (t->state != HG__TRIAL_PRUNED || t->epochs < rung || b->of(i, b->o) != b->which) continue;
        if (hg__rung_until(t->epochs, b->least, b->o) != rung) continue;
        double loss = hg__trial_best_until(b->h, t, rung);
        if (loss < least) chosen = i, least = loss;
    }
    return chosen;
}

size_t hg__bracket_promote(const hg__bracket *b)
{
    size_t rung[64], n = 0; /* each at least twice the one before */
    for (size_t r = hg__rung_after(0, b->least, b->o); r < b->o->most && n < 64; r = hg__rung_after(r, b->least, b->o))
        rung[n++] = r;
    while (n-- > 0) {
        size_t best = best_standing(b, rung[n]);
        if (best != HG__NEW_TRIAL && hg__bracket_deserves(b, best, rung[n])) return best;
    }
    return HG__NEW_TRIAL;
}
