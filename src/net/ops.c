/* ops.c: the list of ops. One line each; everything that loops over ops (parser, help, tests) loops over this. */
#include "net/op.h"

#include <hourglass/net.h>
#include <string.h>

#define HG__OPS(X) \
    X(input)       \
    X(dense)       \
    X(conv)        \
    X(deconv)      \
    X(act)         \
    X(maxpool)     \
    X(avgpool)     \
    X(up)          \
    X(bilinear)    \
    X(shuffle)     \
    X(batchnorm)   \
    X(layernorm)   \
    X(groupnorm)   \
    X(dropout)     \
    X(noise)       \
    X(gaussian)    \
    X(nested)      \
    X(add)         \
    X(concat)      \
    X(slice)       \
    X(reshape)     \
    X(flatten)     \
    X(loss)

#define X(name) extern const hg__op hg__op_##name;
HG__OPS(X)
#undef X

static const hg__op *const ops[] = {
#define X(name) &hg__op_##name,
    HG__OPS(X)
#undef X
};

size_t hg__ops(void) { return sizeof ops / sizeof *ops; }
const hg__op *hg__op_at(size_t i) { return ops[i]; }

/* mirror is no op, but the last of the usages: the parser writes ops in its place. */
size_t hg_usages(void) { return hg__ops() + 1; }
const char *hg_usage(size_t i, const char **help)
{
    *help = i < hg__ops() ? ops[i]->help
                          : "the decoder: undoes every line from here back to the input; its output is a sigmoid "
                            "unless told (none, tanh)";
    return i < hg__ops() ? ops[i]->usage : "mirror [ACTIVATION] [-> NAME]";
}

const hg__op *hg__op_named(const char *name)
{
    for (size_t i = 0; i < hg__ops(); i++)
        if (!strcmp(ops[i]->name, name)) return ops[i];
    return NULL;
}
