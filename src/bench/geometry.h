/* geometry.h: layers to be measured by themselves: a model's, or random ones, so that speed is not only looked for
 * where it is known to be. */
#ifndef HG_BENCH_GEOMETRY_H
#define HG_BENCH_GEOMETRY_H

#include "base/fail.h"

typedef struct hg__geometry {
    char line[96]; /* of graph text: "conv 3x3 32 /2" */
    hg_shape in;
    size_t n; /* samples */
} hg__geometry;

/* A convolution or transposed convolution (channels 1 to 256, kernel 1 to 7, stride 1 to 3, size 7 to 128 on its larger
 * side) or a dense layer (1 to 4,096 values). Work and memory are bounded, and arithmetic bounds the speed: there are
 * at least HG__BOUND operations to a byte of input, output and weights. A pure function of seed and index. */
enum { HG__BOUND = 8 };
hg__geometry hg__geometry_at(uint64_t seed, uint64_t index);

/* Of what hg__bench_graph finds: its layers that are products, each once, without activations, with as many samples as
 * a training plan takes at a time; dense ones with a batch of 128. *list: calloc, the caller frees it, also after an
 * error. */
hg_status hg__geometries_of(hg__geometry **list, size_t *n, const char *model, hg_error *e);

#endif
