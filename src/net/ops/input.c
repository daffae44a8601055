/* input.c: where the samples come in. The plan puts the caller's pointer in the value's place, so nothing runs. */
#include "net/op.h"

static hg_status solve(hg__node *node, hg_error *e)
{
    const hg__attr *a = &node->attr;
    if (!hg_shape_size(a->size))
        return hg__line_fail(e, node, "wants a shape of height x width x channels, such as 28x28x1");
    node->shape = a->size;
    return HG_OK;
}

static void nothing(const hg__call *c) { (void)c; }

const hg__op hg__op_input = {
    .name = "input",
    .usage = "input HxWxC [-> x]",
    .help = "the samples: height, width, channels",
    .words = HG__WORD_SIZE,
    .solve = solve,
    .forward = nothing,
};
