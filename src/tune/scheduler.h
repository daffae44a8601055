/* scheduler.h: who may train how long (a pruner, in Optuna's words). A scheduler is a const struct in its own
 * file and a line in scheduler.c's list; like a sampler it is a pure function of the history.
 *
 * A trial trains to a rung, is judged there, and goes on, or stands still as PRUNED with its checkpoint. Before
 * a worker begins a new trial it asks whether one that stands still has earned its promotion; that one is gone
 * on with. */
#ifndef HG_TUNE_SCHEDULER_H
#define HG_TUNE_SCHEDULER_H

#include "tune/history.h"

typedef struct hg__schedule_options {
    size_t least;   /* epochs to the first rung, at least 1 */
    size_t most;    /* epochs of a whole training */
    size_t factor;  /* eta: one in so many is promoted, at least 2 */
    size_t warm_up; /* median: trials that finish before any is stopped */
} hg__schedule_options;

enum { HG__NEW_TRIAL = SIZE_MAX };

typedef struct hg__scheduler {
    const char *name, *help, *source; /* "asha", one line, the paper */
    /* The trial that has earned more epochs, by number, or HG__NEW_TRIAL. NULL: never promotes. */
    size_t (*promote)(const hg__history *h, const hg__schedule_options *o);
    /* The next epoch, beyond `epoch`, at which trial `number` is to be judged; o->most: only its end. */
    size_t (*rung)(size_t number, size_t epoch, const hg__schedule_options *o);
    /* At a rung: may trial `number` go on at once? Its row for this epoch is in the history. */
    bool (*goes_on)(const hg__history *h, size_t number, size_t epoch, const hg__schedule_options *o);
} hg__scheduler;

/* none: all trials train to the end. median: stops what is worse than the median of the others at that epoch (Golovin
 * et al. 2017). halving: successive halving in brackets that wait (Jamieson & Talwalkar 2016). asha: the same without
 * waiting (Li et al. 2020). hyperband: brackets of several least budgets (Li et al. 2018), by trial number. */
extern const hg__scheduler hg__scheduler_none, hg__scheduler_median, hg__scheduler_halving, hg__scheduler_asha,
    hg__scheduler_hyperband;

size_t hg__schedulers(void);
const hg__scheduler *hg__scheduler_at(size_t i);
const hg__scheduler *hg__scheduler_named(const char *name); /* NULL: none */

#endif
