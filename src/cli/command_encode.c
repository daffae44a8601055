/* command_encode.c: `hourglass encode`: samples into codes, an array [n, k] of float32. */
#include "cli/forward_options.h"

#include <stdlib.h>

static hg_status encode(const hg__subject *s, const hg__forward_options *v, const hg_set *set, hg_error *e)
{
    float *z = NULL;
    size_t k = hg_shape_size(s->z);
    hg__walk walk = {.from = "x", .to = "z", .threads = v->threads, .batch = v->batch};
    hg_status status = hg__floats_open(&z, set->n, k, e);
    if (!status) status = hg__subject_walk(s, set, &walk, z, e);
    if (!status) status = hg_npy_write(v->output, z, 2, (const size_t[]){set->n, k}, v->force, e);
    free(z);
    return status;
}

static hg_status run_encode(hg__call *call, hg_error *e)
{
    const hg__forward_options *v = call->values;
    hg__subject s = {0};
    hg__inputs in = {0};
    hg_status status = hg__forward_open(call, &s, e);
    if (!status) status = hg__inputs_open(&in, &s, (hg__wanted){call->word + 1, call->words - 1, &v->source}, e);
    if (!status) status = encode(&s, v, in.set, e);
    if (!status) status = hg__forward_done(call, in.set->n, "code", e);
    hg__inputs_close(&in);
    hg__subject_close(&s);
    return status;
}

const hg__command hg__command_encode = {
    .name = "encode",
    .summary = "turn samples into codes, a .npy array",
    .words = "RUN SOURCE|FILES -o codes.npy",
    .about = "The array is float32 of shape [samples, code size], in the order of the samples. Of a data set with "
             "parts the test part "
             "is taken; --part chooses another.",
    .examples = (const hg__example[]){{"hourglass encode runs/conv-mnist mnist -o codes.npy", "the test digits"},
                                      {"hourglass encode runs/conv-mnist mnist --part train -o train.npy",
                                       "the training digits"},
                                      {"hourglass encode runs/conv-mnist digit.png -o code.npy", "one picture"},
                                      {NULL, NULL}},
    .groups = hg__forward_groups,
    .size = sizeof(hg__forward_options),
    .words_min = 2,
    .words_max = HG__NO_LIMIT,
    .run = run_encode,
};
