/* layer.h: one layer of a graph by itself, on one thread, so that each of its three passes can be timed. */
#ifndef HG_BENCH_LAYER_H
#define HG_BENCH_LAYER_H

#include "base/arena.h"
#include "net/graph.h"

typedef enum hg__pass {
    HG__PASS_FORWARD,
    HG__PASS_INPUT_GRADIENT,
    HG__PASS_WEIGHT_GRADIENT, /* with the bias's */
    HG__PASSES
} hg__pass;

typedef struct hg__layer {
    hg_graph *g;
    hg__arena arena;
    hg__call call; /* what the op sees, with every pointer ready */
    double work;   /* operations of one pass over the samples */
} hg__layer;

/* line: of graph text ("conv 3x3 32 /2"), with weights and one input; n samples of shape `in`. Zeroed by the caller; to
 * be closed in any case. */
hg_status hg__layer_open(hg__layer *l, const char *line, hg_shape in, size_t n, hg_error *e);
void hg__layer_close(hg__layer *l);

/* Seconds of each pass, the best of a few stretches. */
void hg__layer_times(hg__layer *l, double seconds[HG__PASSES]);

#endif
