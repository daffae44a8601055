/* hourglass/base.h: what every other public header stands on: status, error, shape, precision.
 *
 *     #include <hourglass/base.h>
 *     #include <stdio.h>
 *     int main(void) {
 *         hg_error e = {0};
 *         hg_shape s = {28, 28, 1};
 *         printf("%zu values, %s\n", hg_shape_size(s), hg_status_text(e.status));
 *     }
 *
 * Every call that can fail returns an hg_status and fills the caller's hg_error, which may be
 * NULL. After a failure the outputs are untouched unless the function says otherwise. Nothing in
 * the library prints or exits. */
#ifndef HOURGLASS_BASE_H
#define HOURGLASS_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* name, exit status of the program, text */
#define HG_STATUS_LIST(X)                                     \
    X(OK, 0, "done")                                          \
    X(MEMORY, 1, "out of memory")                             \
    X(IO, 1, "input or output failed")                        \
    X(EXISTS, 1, "would overwrite")                           \
    X(NETWORK, 1, "could not be fetched")                     \
    X(FAILED, 1, "failed")                                    \
    X(USAGE, 2, "wrong usage")                                \
    X(DATA, 3, "bad input data")                              \
    X(MODEL, 4, "model or file does not match or is corrupt") \
    X(DIVERGED, 5, "training diverged")                       \
    X(INTERRUPTED, 130, "interrupted")                        \
    X(TERMINATED, 143, "terminated")

typedef enum hg_status {
#define X(name, exit, text) HG_##name,
    HG_STATUS_LIST(X)
#undef X
} hg_status;

/* where: the file and the place in it, or the option ("model.hg:7", "--epochs"); what: what is
 * wrong and the next step. Both are complete, zero-terminated sentences' parts; print "where: what". */
typedef struct hg_error {
    hg_status status;
    char where[320];
    char what[704];
} hg_error;

const char *hg_status_text(hg_status status);
int hg_status_exit(hg_status status); /* the exit status that the program ends with */

/* One sample: height, width, channels, channels last. A vector is 1 x 1 x c. */
typedef struct hg_shape {
    size_t h, w, c;
} hg_shape;

static inline size_t hg_shape_size(hg_shape s) { return s.h * s.w * s.c; }
static inline bool hg_shape_equal(hg_shape a, hg_shape b) { return a.h == b.h && a.w == b.w && a.c == b.c; }

/* The working type of all arithmetic: float. The gradient tests build the same text with double. */
#ifndef HG_REAL
#define HG_REAL float
#endif
typedef HG_REAL hg_real;

/* Of the products of layers: their operands as they are, rounded to bf16 (nearest even), or to whole numbers of 8 bits
 * with a scale for each row of values and each output's weights ("vector-wise": Dettmers et al. 2022, LLM.int8(), 3.1).
 * Weights, values and all the rest are float32 in any case. bf16 is faster and needs a processor with
 * AVX-512-BF16, int8 is faster still, needs AVX-512-VNNI and cannot train: else HG_USAGE. */
typedef enum hg_precision { HG_PRECISION_F32, HG_PRECISION_BF16, HG_PRECISION_INT8 } hg_precision;

#define HG_VERSION "0.1.0"

#endif
