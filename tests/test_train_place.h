/* test_train_place.h: a temporary folder, a small set and small graphs for the tests of training: an epoch takes
 * milliseconds. */
#ifndef HG_TEST_TRAIN_PLACE_H
#define HG_TEST_TRAIN_PLACE_H

#include "base/file.h"
#include "base/random.h"

#include <hourglass/train.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "temp_folder.h"

enum { PLACE_SAMPLES = 300, PLACE_SIDE = 8, PLACE_SIZE = PLACE_SIDE * PLACE_SIDE };

typedef struct place {
    char root[512], graph[640], run[640];
    float values[PLACE_SAMPLES * PLACE_SIZE];
    hg_set *set;
    char said[4096]; /* all lines that the listener heard */
    hg_train_listener listener;
    hg_error e;
} place;

/* Convolutions, a dense layer of more than one piece of the optimiser, dropout, batch norm: all that has a state. */
static const char place_graph[] = "input 8x8x1 -> x\nconv 3x3 4 /2 relu\nbatchnorm\ndense 270 relu\ndropout 0.1\n"
                                  "dense 5 -> z\ndense 70 relu\ndense 8x8x1 sigmoid -> y\nloss mse y x\n";

static inline void place_write(place *p, const char *graph)
{
    assert_int_equal(hg__file_write(p->graph, graph, strlen(graph), true, NULL), HG_OK);
}

static inline void place_hear(void *ctx, const char *line)
{
    place *p = ctx;
    size_t used = strlen(p->said);
    snprintf(p->said + used, sizeof p->said - used, "%s\n", line);
}

/* Soft spots: a code of a few values can describe them. */
static inline void place_fill(place *p)
{
    for (uint64_t i = 0; i < PLACE_SAMPLES; i++) {
        hg__random r = hg__random_at(7, HG__FOR_TEST, 0, i);
        double cx = 7 * hg__random_uniform(&r), cy = 7 * hg__random_uniform(&r);
        for (size_t k = 0; k < PLACE_SIZE; k++) {
            double dx = (double)(k % PLACE_SIDE) - cx, dy = (double)(k / PLACE_SIDE) - cy;
            p->values[i * PLACE_SIZE + k] = (float)(1 / (1 + dx * dx / 2 + dy * dy / 2));
        }
    }
}

static inline int place_open(void **state)
{
    place *p = calloc(1, sizeof *p);
    if (!p || !temp_open(p->root, sizeof p->root)) return -1;
    snprintf(p->graph, sizeof p->graph, "%s/small.hg", p->root);
    snprintf(p->run, sizeof p->run, "%s/run", p->root);
    p->listener = (hg_train_listener){.ctx = p, .say = place_hear};
    place_fill(p);
    *state = p;
    if (hg__file_write(p->graph, place_graph, strlen(place_graph), true, NULL)) return -1;
    return hg_set_wrap(&p->set, "spots", p->values, PLACE_SAMPLES, (hg_shape){PLACE_SIDE, PLACE_SIDE, 1}, NULL) ? -1
                                                                                                                : 0;
}

static inline int place_close(void **state)
{
    place *p = *state;
    hg_set_close(&p->set);
    int bad = temp_close(p->root);
    free(p);
    return bad;
}

/* Small batches, and all that keeps a state switched on. */
static inline hg_train_options place_options(void)
{
    hg_train_options o = hg_train_defaults();
    o.batch = 16, o.epochs = 4, o.threads = 1, o.ema = 0.95, o.clip = 1, o.l2 = 1e-4, o.sample_every = 0;
    o.noise = "gaussian:0.1", o.augment = "shift=1", o.lr = 3e-3;
    return o;
}

/* Trains and tells where; fails the test when it does not end well. */
static inline hg_train_result place_train(place *p, const char *name, const hg_train_options *o)
{
    hg_train_result r = {0};
    snprintf(p->run, sizeof p->run, "%s/%s", p->root, name);
    if (hg_train(&r, p->set, p->graph, p->run, o, &p->listener, &p->e)) fail_msg("%s: %s", p->e.where, p->e.what);
    snprintf(p->run, sizeof p->run, "%s", r.run);
    return r;
}

static inline hg_train_result place_resume(place *p, size_t epochs)
{
    hg_train_result r = {0};
    if (hg_train_resume(&r, p->set, p->run, &(hg_train_changes){.epochs = epochs}, &p->listener, &p->e))
        fail_msg("%s: %s", p->e.where, p->e.what);
    return r;
}

/* "RUN/name" into out[700]. */
static inline const char *place_file(const place *p, const char *name, char *out)
{
    snprintf(out, 700, "%.640s/%.50s", p->run, name);
    return out;
}

#endif
