/* command_reconstruct.c: `hourglass reconstruct`: pictures through the bottleneck and back. */
#include "cli/forward_options.h"

#include <stdlib.h>

static hg_status reconstruct(const hg__subject *s, const hg__forward_options *v, const hg__inputs *in, hg_error *e)
{
    float *y = NULL;
    hg__walk walk = hg__forward_walk(v, "x", "y");
    hg_status status = hg__floats_open(&y, in->set->n, hg_shape_size(s->y), e);
    if (!status) status = hg__subject_walk(s, in->set, &walk, y, e);
    hg__pictures p = {
        .values = y, .n = in->set->n, .shape = s->y, .name = in->name, .one_file = !in->set->file && in->name};
    if (!status && hg__ends_with(v->output, ".npy")) hg__subject_store(s, in->set->n * hg_shape_size(s->y), y);
    if (!status) status = hg__pictures_write(v->output, &p, v->force, e);
    free(y);
    return status;
}

static hg_status run_reconstruct(hg__call *call, hg_error *e)
{
    const hg__forward_options *v = call->values;
    hg__subject s = {0};
    hg__inputs in = {0};
    hg_status status = hg__forward_open(call, &s, e);
    if (!status) status = hg__pictures_check(v->output, e);
    if (!status)
        status = hg__inputs_open(&in, &s, (hg__wanted){call->word + 1, call->words - 1, &v->source, &call->console}, e);
    if (!status) status = reconstruct(&s, v, &in, e);
    if (!status) status = hg__forward_done(call, in.set->n, "reconstruction", e);
    hg__inputs_close(&in);
    hg__subject_close(&s);
    return status;
}

const hg__command hg__command_reconstruct = {
    .name = "reconstruct",
    .summary = "pass pictures through a model and write what comes out",
    .words = "RUN IN… -o OUT",
    .about = "IN is a SOURCE, or PNG and JPEG files of the model's size. One picture makes one PNG; several make a "
             "folder of PNG "
             "files, a sheet (OUT ends with .png) or an array (.npy).",
    .examples =
        (const hg__example[]){
            {"hourglass reconstruct runs/conv-mnist digit.png -o out.png", "one picture"},
            {"hourglass reconstruct runs/conv-mnist a.png b.png -o rebuilt/", "a folder of PNG files"},
            {"hourglass reconstruct runs/conv-mnist mnist --limit 100 -o sheet.png", "test digits, as a sheet"},
            {NULL, NULL}},
    .groups = hg__forward_groups,
    .size = sizeof(hg__forward_options),
    .words_min = 2,
    .words_max = HG__NO_LIMIT,
    .run = run_reconstruct,
};
