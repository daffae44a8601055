/* op.h: what an op is, and what it sees when it runs.
 *
 * An op is a const struct in a file of its own in ops/, and one line in ops.c. It checks a line of
 * graph text and solves its shapes (solve), says what memory it wants (needs), fills its index
 * tables (open), lays out its weights for the kernels (pack), and describes work to the kernel table
 * (forward, backward). It never indexes a tensor, allocates, or knows about threads: the plan calls it
 * for a few samples at a time, or for a part of its outputs, with every pointer ready. */
#ifndef HG_NET_OP_H
#define HG_NET_OP_H

#include "base/fail.h"
#include "kern/kernels.h"

enum { HG__MOST_INPUTS = 4, HG__MOST_PARAMS = 4, HG__MOST_NODES = 1024 };

/* Which words a line of this op may hold, beyond its inputs. */
enum hg__word {
    HG__WORD_KERNEL = 1 << 0,   /* 3x3, or 3 for both (for 1x3 over 1 x w values) */
    HG__WORD_SIZE = 1 << 1,     /* 32, or 7x7x64 */
    HG__WORD_STRIDE = 1 << 2,   /* /2, /2x1 */
    HG__WORD_PAD = 1 << 3,      /* p1, p1x0, valid */
    HG__WORD_DILATION = 1 << 4, /* d2 */
    HG__WORD_GROUPS = 1 << 5,   /* g4 */
    HG__WORD_BIAS = 1 << 6,     /* nobias */
    HG__WORD_ACT = 1 << 7,      /* relu, leaky=0.1, … */
    HG__WORD_TO = 1 << 8,       /* to 27x27 */
    HG__WORD_VALUE = 1 << 9,    /* 0.25: a rate or a factor, the op says */
    HG__WORD_FACTOR = 1 << 10,  /* * 0.5 */
    HG__WORD_KIND = 1 << 11,    /* one of the op's own kinds: mse, gaussian, … */
    HG__WORD_SUM = 1 << 12,     /* sum: over the elements instead of their mean */
    HG__WORD_RANGE = 1 << 13,   /* 0..16: channels from, to (not included) */
    HG__WORD_INPUTS = 1 << 14,  /* names of values */
};

/* What a line says; an op reads what its words allow. Sizes not given are 0. */
typedef struct hg__attr {
    size_t kh, kw, sh, sw, ph, pw, dh, dw, groups;
    size_t oph, opw;   /* output padding of a transposed convolution: chosen by solve */
    hg_shape size;     /* "32" is 1x1x32 with `plain` set */
    hg_shape to;       /* h, w */
    size_t from, upto; /* channels */
    size_t kind;       /* index into the op's kinds */
    double value, factor;
    bool plain, pad_given, bias, sum;
    bool one_kernel; /* the kernel is one number: 3 means 3x3, or 1x3 over 1 x w values */
    bool by_phase;   /* chosen by the plan: ops/upconv.h */
    hg__act act;
    real slope;
    size_t size_at, size_length; /* where in the text the size stands */
} hg__attr;

typedef struct hg__param {
    const char *name;    /* "weight", "bias", … */
    size_t dims, dim[4]; /* kernel: [kh][kw][in][out] */
    size_t size, offset; /* elements; in the graph's weight block */
    size_t fan_in;       /* U(±1/sqrt(fan_in)); 0: filled with `fill` */
    real fill;
    bool decays; /* L1, L2 and weight decay apply */
    bool whole;  /* its gradient is made once per batch by op->weights, not per shard: an op that splits or has sums */
    bool frozen; /* not trained: running statistics */
} hg__param;

typedef struct hg__node {
    const struct hg__op *op;
    char name[32]; /* of its value; made up ("3") where the text gives none */
    size_t line;   /* counted from 1 */
    size_t input[HG__MOST_INPUTS], inputs;
    hg_shape in[HG__MOST_INPUTS], shape; /* a loss has no value: shape 0 */
    hg__attr attr;
    hg__param param[HG__MOST_PARAMS];
    size_t params;
} hg__node;

/* Memory an op wants, for calls of at most `micro` samples. */
typedef struct hg__needs {
    size_t table;   /* bytes, filled by open, read-only afterwards */
    size_t packed;  /* elements, filled by pack */
    size_t keep;    /* elements per sample, from forward to backward */
    size_t scratch; /* elements, within a call */
    size_t sums;    /* elements a shard: gradients of which op->weights makes those of whole params */
} hg__needs;

typedef struct hg__setup {
    const hg__node *node;
    const hg__kernels *k;
    size_t micro;
    bool train;
} hg__setup;

/* One call. Pointers are to the first of n samples. */
typedef struct hg__call {
    const hg__node *node;
    const hg__kernels *k;
    const void *table;
    real *packed;
    size_t n;                       /* samples in this call */
    size_t first;                   /* the first one's number in the batch */
    size_t batch;                   /* samples in the whole batch: losses are means over it */
    size_t part, parts;             /* HG__OP_SPLITS: this part of the outputs; parts 0 is all of them */
    bool train;                     /* this walk trains: chance is at work, values for backward are kept */
    bool both;                      /* the plan trains: `packed` holds what forward wants, then what backward wants */
    const real *x[HG__MOST_INPUTS]; /* [n][in size] */
    real *y;                        /* [n][size] */
    real *dy;                       /* [n][size], may be overwritten */
    real *dx[HG__MOST_INPUTS];      /* [n][in size], NULL where not wanted */
    bool dx_add[HG__MOST_INPUTS];   /* dx += … */
    bool dy_passed;                 /* HG__OP_SPLITS: dy has gone back through attr.act */
    real *w[HG__MOST_PARAMS];
    real *dw[HG__MOST_PARAMS]; /* this shard's; of whole ones the batch's, for op->weights; NULL for frozen ones */
    bool dw_add;
    real *sums; /* backward: this shard's, written as dw is; weights: all shards' together */
    real *keep, *scratch;
    real *value;   /* losses: [n] */
    uint64_t seed; /* chance: seed, step, and the node's number */
    uint32_t step, id;
} hg__call;

enum hg__op_flag {
    HG__OP_LOSS = 1,    /* gives a number, not a value */
    HG__OP_COUPLES = 2, /* in training, samples depend on each other: called once for the whole batch */
    HG__OP_NEEDS_X = 4, /* backward (or weights) reads x */
    HG__OP_NEEDS_Y = 8, /* backward reads y */
    HG__OP_SPLITS =
        16, /* large: in training it takes the whole batch, in parts of its outputs; needs x, ends in attr.act */
};

typedef struct hg__op {
    const char *name, *usage, *help;
    const char *const *kinds; /* NULL-terminated, for HG__WORD_KIND */
    unsigned words, flags;
    size_t least_inputs, most_inputs;
    /* Checks attr and in[], fills shape, param[], params. Fails with hg__line_fail. */
    hg_status (*solve)(hg__node *node, hg_error *e);
    size_t (*macs)(const hg__node *node);   /* multiply-adds per sample, forwards; NULL: 0 */
    hg__needs (*needs)(const hg__setup *s); /* NULL: none */
    void (*open)(const hg__setup *s, void *table);
    void (*pack)(const hg__call *c, size_t part, size_t parts); /* w → packed, a share of it */
    void (*forward)(const hg__call *c);
    void (*backward)(const hg__call *c);
    void (*weights)(const hg__call *c); /* the whole params' gradients, a part of them */
} hg__op;

const hg__op *hg__op_named(const char *name); /* NULL: none */
size_t hg__ops(void);
const hg__op *hg__op_at(size_t i);

/* HG_MODEL; where = the line, put in by the parser; what = "conv: …". */
hg_status hg__line_fail(hg_error *e, const hg__node *node, const char *what, ...) __attribute__((format(printf, 3, 4)));

/* Helpers for solve. */
void hg__param_add(hg__node *node, hg__param p); /* computes its size */

#endif
