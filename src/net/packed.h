/* packed.h: a model's weights in the order of a kernel set, for the plans that infer.
 *
 * They depend on nothing but the weights and the set, so the model keeps one copy for each set, and its plans share
 * it: the first one lays it out while others wait, the last one frees it. A plan that trains has a copy in its own
 * arena instead: it lays its weights out after every step, in two orders, and must not do so under one that infers. */
#ifndef HG_NET_PACKED_H
#define HG_NET_PACKED_H

#include "base/arena.h"
#include "kern/kernels.h"

#include <hourglass/net.h>

#include <pthread.h>

typedef struct hg__packed {
    const hg__kernels *k;
    size_t plans;    /* that use it */
    hg__arena arena; /* nothing taken: each plan takes its nodes' pieces from a copy, in order, and so finds the same */
    struct hg__packed *next;
} hg__packed;

typedef struct hg__shelf { /* of a model */
    pthread_mutex_t lock;  /* held by who calls the functions below, until a new copy is filled */
    hg__packed *first;     /* owned */
} hg__shelf;

hg__shelf *hg__model_shelf(hg_model *m);

/* The copy for k, of `size` bytes, with one more plan; its first plan (plans is 1) has to fill it. */
hg_status hg__packed_take(hg__packed **packed, hg__shelf *shelf, const hg__kernels *k, size_t size, hg_error *e);
void hg__packed_leave(hg__packed **packed, hg__shelf *shelf);

#endif
