/* forest.h: regression trees over the unit cube, for importance.c: what a tree learns is constant on boxes that fill
 * the cube, and this gives the boxes. */
#ifndef HG_TUNE_FOREST_H
#define HG_TUNE_FOREST_H

#include "base/fail.h"
#include "base/random.h"

#include <stdint.h>

/* n samples of d coordinates in [0,1] and the value at each. */
typedef struct hg__samples {
    size_t n, d;
    const double *x; /* [n][d] */
    const double *y; /* [n] */
    uint32_t *order; /* [d][n] the samples in the order of each coordinate */
} hg__samples;

typedef struct hg__tree {
    size_t leaves, d;
    double *low, *high; /* [leaves][d] */
    double *value;      /* [leaves] */
    uint32_t *times;    /* [n] how often the sample is in the bag; 0: the tree did not see it */
    uint32_t *order;    /* [d][in bag], and scratch: while it grows */
    uint32_t *scratch;
    size_t in_bag;
} hg__tree;

/* Fills order: malloc, the caller frees it. HG_MEMORY. */
hg_status hg__samples_sort(hg__samples *s, hg_error *e);

/* Room for trees over these samples; close it also on failure. HG_MEMORY. */
hg_status hg__tree_open(hg__tree *t, const hg__samples *s, hg_error *e);
void hg__tree_close(hg__tree *t);

/* Grows the tree on a bootstrap sample (Breiman 2001): n draws with replacement. Every split is the one, of all
 * coordinates, that leaves the least squared error; it lies in the middle between two samples. A box that holds fewer
 * than 4 draws, or one value only, is a leaf. */
void hg__tree_grow(hg__tree *t, const hg__samples *s, hg__random *r);

/* The tree's value at x[d]. */
double hg__tree_at(const hg__tree *t, const double *x);

#endif
