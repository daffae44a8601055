/* update.h: one optimiser step over the whole weight block, spread over a team.
 *
 * The block is cut once into pieces of at most 16 Ki values that do not cross from one parameter to the next. The
 * cut does not depend on the team, and sums over the pieces run in their order, so neither do the bits. Nothing is
 * allocated in a step. */
#ifndef HG_TRAIN_UPDATE_H
#define HG_TRAIN_UPDATE_H

#include "base/team.h"
#include "net/graph.h"
#include "train/optimizers.h"

typedef struct hg__piece {
    size_t offset, size;
    bool decays;
    bool bad;       /* its gradient was not finite in the last step */
    double squares; /* of its gradient, when clipping */
} hg__piece;

typedef struct hg__update {
    const hg__kernels *k;
    const hg_train_options *o;
    const hg__optimizer *optimizer;
    hg__team *team; /* borrowed, or NULL */
    real *w, *g;    /* blocks, borrowed */
    real *state[HG__MOST_STATE];
    real *average;    /* NULL: no weight averaging */
    hg__piece *piece; /* [pieces], owned */
    size_t pieces;
} hg__update;

/* Fills piece and pieces; the rest is the caller's. Frozen stretches are left out. */
hg_status hg__update_open(hg__update *u, const hg_graph *g, hg_error *e);
void hg__update_close(hg__update *u);

/* Penalties, clipping, step, averaging. step: counted from 0 since the start. false: a gradient is not finite; its
 * pieces are marked and left as they were. */
bool hg__update_step(hg__update *u, double lr, size_t step);

#endif
