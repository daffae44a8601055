/* bench.h: the benches. Each goes through its rows in turn, `rounds` times, and adds its figures. */
#ifndef HG_BENCH_BENCH_H
#define HG_BENCH_BENCH_H

#include "bench/samples.h"

typedef struct hg__bench_options {
    size_t rounds;
    size_t threads;        /* of the rows with many threads; 0: one per processor */
    bool pin;              /* these stay on a processor each */
    const char *model;     /* what hg__graph_named finds, "": all presets */
    const char *precision; /* of products: f32, bf16 or int8 */
    const char *set;       /* the only kernel set to be timed, "": all that run here but ref, which is no measure */
    size_t sweep;          /* so many random layers */
    uint64_t seed;         /* of the sweep */
    bool layers;           /* layer by layer, instead of the rows of the kernel table */

    /* Told before each part of the work, for a line on a terminal: what comes, and how many of all are done. */
    void (*progress)(void *ctx, const char *what, size_t done, size_t all);
    void *ctx;
} hg__bench_options;

typedef hg_status hg__bench(const hg__bench_options *o, hg__figures *figures, hg_error *e);

hg__bench hg__bench_kernels; /* products and other rows of the kernel table, one thread */
hg__bench hg__bench_layers;  /* the presets' layers, or random ones, three passes each, one thread, the set in use */
hg__bench hg__bench_sweep;   /* deciles over random layers, one thread, the set in use */
hg__bench hg__bench_train;   /* training steps, batch 128 */
hg__bench hg__bench_infer;   /* one image, a thousand images, opening a plan */

#endif
