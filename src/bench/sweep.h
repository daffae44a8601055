/* sweep.h: random layers, so that speed is not only looked for where it is known to be. */
#ifndef HG_BENCH_SWEEP_H
#define HG_BENCH_SWEEP_H

#include <hourglass/base.h>

/* A convolution or transposed convolution (channels 1 to 256, kernel 1 to 7, stride 1 to 3, size 7 to 128 on its larger
 * side) or a dense layer (1 to 4,096 values). Work and memory are bounded, and arithmetic bounds the speed: there are
 * at least HG__BOUND operations to a byte of input, output and weights. */
enum { HG__BOUND = 8 };

typedef struct hg__geometry {
    char line[48]; /* of graph text: "conv 3x3 32 /2" */
    hg_shape in;
    size_t n; /* samples */
} hg__geometry;

/* A pure function of seed and index. */
hg__geometry hg__geometry_at(uint64_t seed, uint64_t index);

#endif
