/* pareto.h: the trials that no other trial beats: better in one objective only where it is worse in another. */
#ifndef HG_TUNE_PARETO_H
#define HG_TUNE_PARETO_H

#include "tune/history.h"

/* The front of the complete trials whose objectives all are finite, as places in h->trial, into front[h->n]: sorted by
 * the first objective, the best first, ties by the second and so on, equal trials by number. Tells how many they are.
 * Trials with the same objectives are all on it, or none is. After sorting (O(n log n)) a trial is compared with the
 * front alone, for what is sorted behind a trial cannot beat it. HG_MEMORY. */
hg_status hg__pareto_front(const hg__history *h, size_t *front, size_t *n, hg_error *e);

/* For two objectives: which share of the box between the best and the worst value of each objective, among complete
 * trials, the front beats: the hypervolume (Zitzler & Thiele 1999) in 0 … 1; 0 where the box is empty. front[n] is what
 * hg__pareto_front gave. */
double hg__pareto_share(const hg__history *h, const size_t *front, size_t n);

#endif
