/* plan.h: a model laid out in memory for a stated batch.
 *
 * A walk goes in legs. Most ops go a few samples at a time through as many nodes as follow each other, so that what
 * one gives the next finds in the cache. A layer with large weights is a leg of its own for the whole batch, or its
 * weights would be read from far away for every few samples; so is an op that couples samples.
 *
 * One arena holds everything. A value is narrow (in the walking thread's own part of the arena, for
 * `micro` samples) where it lives and dies within one leg of pieces, else wide (for the whole batch). Either way it
 * shares its room with values of other lifetimes. */
#ifndef HG_NET_PLAN_H
#define HG_NET_PLAN_H

#include "base/arena.h"
#include "base/team.h"
#include "net/fuse.h"
#include "net/graph.h"
#include "net/packed.h"

/* Gradient copies, one a shard of the batch: 8, and one more for every 16 samples beyond 128, so that a large batch
 * feeds up to 64 threads. A constant of the arithmetic (another number gives other roundings), not of the machine. */
enum { HG__LEAST_SHARDS = 8, HG__MOST_SHARDS = 64, HG__SHARD_SAMPLES = 16, HG__MOST_LOSSES = 8 };

/* A tensor of the plan: where, and while which steps of a walk it is alive. Offsets are in elements. */
typedef struct hg__buffer {
    size_t size; /* elements per sample */
    size_t at;   /* in the thread's part, or in the wide part */
    size_t born, dies;
    bool used, wide;
    bool leaves; /* another leg reads it */
} hg__buffer;

typedef enum hg__leg_kind {
    HG__LEG_PIECES, /* a few samples at a time through all its nodes */
    HG__LEG_PARTS,  /* one op, parts of its outputs, for the whole batch */
    HG__LEG_WHOLE,  /* one op, all at once */
} hg__leg_kind;

typedef struct hg__leg {
    hg__leg_kind kind;
    size_t from, upto; /* nodes */
} hg__leg;

typedef struct hg__place { /* of one node */
    hg__buffer y, dy, keep;
    const void *table;
    real *packed;
    size_t packed_size;
    size_t shard_at[HG__MOST_PARAMS]; /* in a shard's gradients; SIZE_MAX: not there */
    size_t sums, sums_at, summed_at;  /* needs.sums: likewise; and their sum, behind the gradient of the weights */
    bool trained;                     /* it has a gradient to pass on or params to train, and leads to a loss */
    bool dx_wanted[HG__MOST_INPUTS], dx_add[HG__MOST_INPUTS];
    size_t loss; /* its number among the losses */
    real *bound; /* the caller's memory in y's place, for this walk */
} hg__place;

/* After the walk: a stretch of the shards' sum. */
typedef struct hg__job {
    size_t shard_at, gradient_at, size;
} hg__job;

typedef struct hg__sizes { /* bytes, for people */
    size_t weights, gradient, shards, packed, tables, wide, narrow, scratch, losses;
} hg__sizes;

struct hg_plan {
    hg_model *model;
    const hg_graph *g;
    const hg__kernels *k;
    hg__team *team;
    bool is_sketch; /* without memory: it cannot be walked */
    bool pinned;    /* its threads are, as o.pin asks */
    hg_plan_options o;
    hg__node *node;   /* [nodes], as they are walked: see fuse.h */
    hg__place *place; /* [nodes] */
    hg__leg *leg;     /* [legs] */
    size_t legs;
    size_t micro;
    bool recompute; /* legs but the last are walked again on the way back, for the values within them */
    real *weights, *gradient;
    size_t shard_size;  /* elements of one shard's gradients */
    size_t summed_size; /* elements of the sums of all needs.sums */
    real *shards;       /* [hg__shards_for the batch][shard_size] */
    real *wide;
    real *narrow; /* [threads][narrow_size], the scratch behind the values */
    size_t narrow_size, scratch_at;
    real *loss_values; /* [losses][batch] */
    size_t losses;
    char loss_name[HG__MOST_LOSSES][96];
    hg__job *job;
    size_t jobs;
    hg__sizes sizes;
    hg__packed *shared; /* the packed weights of a plan that infers; one that trains has them in its arena */
    hg__arena arena;
};

hg__team *hg__plan_team(hg_plan *p); /* NULL: one thread */

/* Whether a walk goes back from here at once, piece by piece. */
bool hg__leg_turns(const hg_plan *p, const hg__leg *leg);
/* Whether it goes forwards again before it goes back. */
bool hg__leg_repeats(const hg_plan *p, const hg__leg *leg);

/* Into how many parts a batch of n is cut: the fixed number where each has gradients of its own to add up, or else one
 * a thread, so that dense weights are read as seldom as can be. */
size_t hg__shards_for(const hg_plan *p, size_t n, bool train);

/* Places the buffers so that those alive at the same time do not overlap; returns the room they take,
 * in elements, for `samples` samples. Exposed for the tests. */
size_t hg__place_buffers(hg__buffer **list, size_t n, size_t samples);

#endif
