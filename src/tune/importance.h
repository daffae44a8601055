/* importance.h: how much each dimension matters: functional analysis of variance over a random forest (fANOVA: Hutter,
 * Hoos & Leyton-Brown 2014, "An Efficient Approach for Assessing Hyperparameter Importance").
 *
 * A forest of regression trees learns the objective over the unit cube of the space. A tree is constant on boxes, so
 * its mean over all dimensions but one, as a function of that one, is exact; that function's variance, over the tree's
 * whole variance, is the dimension's share. Shares sum to at most 1: what is missing comes from dimensions together. */
#ifndef HG_TUNE_IMPORTANCE_H
#define HG_TUNE_IMPORTANCE_H

#include "tune/history.h"

enum { HG__LEAST_TRIALS = 12, HG__FOREST_TREES = 64, HG__FOREST_TRIALS = 2000 };

/* trials: what was learned from; below HG__LEAST_TRIALS nothing was learned. epoch: 0: the values are final; else a
 * pruner left fewer trials complete than half of those that began (and only good ones), and the values are the first
 * objective after so many epochs, which at least half of them reached. is_log: of the values' logarithms, for all are
 * above 0 and the worst is above 4 times the best. r2: how well the forest tells trials that a tree did not see (out of
 * bag); 1: exactly, 0: no better than their mean does. */
typedef struct hg__importance {
    size_t trials, epoch;
    bool is_log;
    double share[HG__MOST_DIMENSIONS]; /* mean over the trees */
    double sd[HG__MOST_DIMENSIONS];    /* between the trees */
    double r2;
} hg__importance;

/* A pure function of the history and the seed. Trials with a dimension that is not given are left out; of more than
 * HG__FOREST_TRIALS the forest learns from so many, evenly spread. HG_MEMORY. */
hg_status hg__importance_of(const hg__history *h, size_t objective, uint64_t seed, hg__importance *out, hg_error *e);

#endif
