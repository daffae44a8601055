/* batcher.c: batches made ahead of need by one thread, into a ring of slots.
 *
 * The maker fills slot `made % SLOTS` while the consumer holds slot `used % SLOTS`; both counts only grow, under
 * one lock. What a batch holds is a pure function of (seed, epoch, step), so a run that begins at
 * first_epoch meets the very batches that an uninterrupted one would have met. All memory is taken at
 * open: the maker cannot fail. */
#include "base/arena.h"
#include "base/random.h"
#include "data/augment.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4 };

struct slot {
    float *x, *input; /* input: x itself without noise */
    uint32_t *index;
    hg_batch batch;
};

struct hg_batcher {
    const hg_set *set;
    hg_batcher_options o;
    uint32_t *given, *order; /* [n]: the caller's samples; those in this epoch's order */
    size_t n, size;          /* samples, values in one */
    float *scratch;          /* the augmentation's, the maker's alone */
    struct slot slot[SLOTS];
    hg__arena arena;
    pthread_t maker;
    pthread_mutex_t lock;
    pthread_cond_t filled, freed;
    uint64_t made, used; /* batches filled, batches given back */
    bool holding, quit;  /* the consumer has one in hand; the maker is to end */
};

/* ---- The maker -------------------------------------------------------------------------------- */

static void order_epoch(hg_batcher *b, uint32_t epoch)
{
    memcpy(b->order, b->given, b->n * sizeof *b->order);
    if (!b->o.shuffle) return;
    hg__random r = hg__random_at(b->o.seed, HG__FOR_SHUFFLE, epoch, 0);
    hg__random_shuffle(&r, b->order, b->n);
}

static void make_sample(hg_batcher *b, struct slot *s, uint32_t epoch, size_t i)
{
    hg_shape shape = b->set->shape;
    hg__augment_key key = {.seed = b->o.seed, .purpose = HG__FOR_AUGMENT, .epoch = epoch, .index = s->index[i]};
    float *x = s->x + i * b->size, *input = s->input + i * b->size;
    hg_set_get(b->set, s->index[i], x);
    if (b->o.augment) hg__augment_image(b->o.augment, shape, key, x, b->scratch);
    if (!b->o.noise) return;
    key.purpose = HG__FOR_NOISE;
    memcpy(input, x, b->size * sizeof *x);
    hg__augment_image(b->o.noise, shape, key, input, b->scratch);
}

static void make_batch(hg_batcher *b, struct slot *s, uint32_t epoch, uint32_t step)
{
    size_t begin = (size_t)step * b->o.batch, n = b->n - begin < b->o.batch ? b->n - begin : b->o.batch;
    memcpy(s->index, b->order + begin, n * sizeof *s->index);
    for (size_t i = 0; i < n; i++) make_sample(b, s, epoch, i);
    s->batch = (hg_batch){.x = s->x,
                          .input = s->input,
                          .index = s->index,
                          .n = n,
                          .epoch = epoch,
                          .step = step,
                          .last = begin + n == b->n};
}

/* Waits for a free slot; NULL when the batcher is to close. */
static struct slot *await_slot(hg_batcher *b)
{
    pthread_mutex_lock(&b->lock);
    while (!b->quit && b->made - b->used == SLOTS) pthread_cond_wait(&b->freed, &b->lock);
    struct slot *s = b->quit ? NULL : &b->slot[b->made % SLOTS];
    pthread_mutex_unlock(&b->lock);
    return s;
}

static void publish(hg_batcher *b)
{
    pthread_mutex_lock(&b->lock);
    b->made++;
    pthread_cond_signal(&b->filled);
    pthread_mutex_unlock(&b->lock);
}

static void *make(void *arg)
{
    hg_batcher *b = arg;
    uint32_t steps = (uint32_t)((b->n + b->o.batch - 1) / b->o.batch);
    for (uint32_t epoch = b->o.first_epoch;; epoch++) {
        order_epoch(b, epoch);
        for (uint32_t step = 0; step < steps; step++) {
            struct slot *s = await_slot(b);
            if (!s) return NULL;
            make_batch(b, s, epoch, step);
            publish(b);
        }
    }
}

/* ---- The consumer ----------------------------------------------------------------------------- */

void hg_batcher_next(hg_batcher *b, hg_batch *batch)
{
    pthread_mutex_lock(&b->lock);
    if (b->holding) {
        b->used++;
        pthread_cond_signal(&b->freed);
    }
    while (b->made == b->used) pthread_cond_wait(&b->filled, &b->lock);
    b->holding = true;
    *batch = b->slot[b->used % SLOTS].batch;
    pthread_mutex_unlock(&b->lock);
}

/* ---- Open and close --------------------------------------------------------------------------- */

static hg_status check(const hg_set *set, const uint32_t *index, size_t n, const hg_batcher_options *o, hg_error *e)
{
    if (!n || !o->batch)
        return hg__fail(e, HG_USAGE, "batch", "a batch and the samples it is drawn from must not be empty");
    for (size_t i = 0; i < n; i++)
        if (index[i] >= set->n)
            return hg__fail(e, HG_USAGE, set->name, "sample %u is asked for, there are %zu", index[i], set->n);
    return HG_OK;
}

/* Takes all memory, batches cut to the n samples there are. */
static hg_status take_memory(hg_batcher *b, hg_error *e)
{
    size_t values, whole, copies = b->o.noise ? 2 : 1;
    if (!hg__mul(b->o.batch, b->size * sizeof(float), &values) || !hg__mul(values, 2 * SLOTS, &whole))
        return hg__fail(e, HG_USAGE, b->set->name, "a batch of %zu samples is too large", b->o.batch);
    size_t slot = copies * hg__align(values) + hg__align(b->o.batch * sizeof(uint32_t));
    size_t orders = hg__align(b->n * sizeof(uint32_t)), scratch = hg__align(3 * b->size * sizeof(float));
    hg_status s = hg__arena_open(&b->arena, SLOTS * slot + 2 * orders + scratch, e);
    if (s) return s;
    b->given = hg__arena_take(&b->arena, orders);
    b->order = hg__arena_take(&b->arena, orders);
    b->scratch = hg__arena_take(&b->arena, scratch);
    for (size_t i = 0; i < SLOTS; i++) {
        b->slot[i].x = b->slot[i].input = hg__arena_take(&b->arena, values);
        if (b->o.noise) b->slot[i].input = hg__arena_take(&b->arena, values);
        b->slot[i].index = hg__arena_take(&b->arena, b->o.batch * sizeof(uint32_t));
    }
    return HG_OK;
}

/* The maker is set to work; from here on the batcher is closed by hg_batcher_close. */
static bool start(hg_batcher *b)
{
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->filled, NULL);
    pthread_cond_init(&b->freed, NULL);
    return !pthread_create(&b->maker, NULL, make, b);
}

static void free_all(hg_batcher *b)
{
    hg__arena_close(&b->arena);
    free(b);
}

/* size: a public call; flat, so that its common use is one line. */
hg_status hg_batcher_open(hg_batcher **batcher, const hg_set *set, const uint32_t *index, size_t n,
                          const hg_batcher_options *o, hg_error *e)
{
    hg_status s = check(set, index, n, o, e);
    if (s) return s;
    hg_batcher *b = calloc(1, sizeof *b);
    if (!b) return hg__fail_memory(e, set->name, sizeof *b);
    b->set = set, b->o = *o, b->n = n, b->size = hg_shape_size(set->shape);
    if (b->o.batch > n) b->o.batch = n;
    s = take_memory(b, e);
    if (!s) {
        memcpy(b->given, index, n * sizeof *index);
        if (!start(b))
            s = hg__fail(
                e, HG_MEMORY, set->name,
                "the system gives no thread for making batches; raise its limit of memory or processes (ulimit)");
    }
    if (s) return free_all(b), s;
    *batcher = b;
    return HG_OK;
}

void hg_batcher_close(hg_batcher **batcher)
{
    hg_batcher *b = *batcher;
    if (!b) return;
    pthread_mutex_lock(&b->lock);
    b->quit = true;
    pthread_cond_signal(&b->freed);
    pthread_mutex_unlock(&b->lock);
    pthread_join(b->maker, NULL);
    pthread_cond_destroy(&b->freed);
    pthread_cond_destroy(&b->filled);
    pthread_mutex_destroy(&b->lock);
    free_all(b);
    *batcher = NULL;
}
