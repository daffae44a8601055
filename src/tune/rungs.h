/* rungs.h: what the schedulers of the successive-halving family share: rungs at least * factor^k epochs, and who is how
 * good among those that stand on one. */
#ifndef HG_TUNE_RUNGS_H
#define HG_TUNE_RUNGS_H

#include "tune/scheduler.h"

/* Trials that are compared with each other: all, or a bracket of them. */
typedef struct hg__bracket {
    const hg__history *h;
    const hg__schedule_options *o;
    size_t least;                                               /* epochs to its first rung */
    size_t (*of)(size_t number, const hg__schedule_options *o); /* a trial's bracket */
    size_t which;                                               /* this one */
} hg__bracket;

/* The first rung beyond `epoch`, of rungs that begin at `least`; at most o->most. */
size_t hg__rung_after(size_t epoch, size_t least, const hg__schedule_options *o);
/* The last rung up to `epoch`; 0: none. */
size_t hg__rung_until(size_t epoch, size_t least, const hg__schedule_options *o);

/* Trained that long, or ended well before: then its best stands for it. */
bool hg__trial_reached(const hg__trial *t, size_t epoch);

/* How many of the bracket have reached the rung, and how many of these are better than trial `number`: less loss, or
 * the same and a lower number. */
typedef struct hg__standing {
    size_t reached, better;
} hg__standing;
hg__standing hg__bracket_standing(const hg__bracket *b, size_t number, size_t rung);

/* Asynchronous successive halving in one bracket (Li et al. 2020, algorithm 2): is a trial in the best 1/factor of its
 * rung? And the best one that is, and stands still, from the highest rung down; HG__NEW_TRIAL: none. */
bool hg__bracket_deserves(const hg__bracket *b, size_t number, size_t rung);
size_t hg__bracket_promote(const hg__bracket *b);

#endif
