/* command_encode.c: `hourglass encode`: samples into codes, an array [n, k] of float32. */
#include "base/file.h"
#include "cli/forward_options.h"

#include <stdlib.h>
#include <string.h>

/* A line of names, then a line a sample; nine digits bring a float back exactly. */
static hg_status write_csv(const char *path, const float *z, size_t n, size_t k, bool force, hg_error *e)
{
    hg__file f;
    hg_status s = hg__file_create(&f, path, force, e);
    if (s) return s;
    for (size_t i = 0; i < k; i++) fprintf(f.stream, "%sz%zu", i ? "," : "", i);
    for (size_t i = 0; i < n * k; i++) fprintf(f.stream, "%s%.9g", i % k ? "," : "\n", (double)z[i]);
    fprintf(f.stream, "\n");
    return hg__file_close(&f, ferror(f.stream) ? hg__fail_errno(e, path, "cannot be written") : HG_OK, e);
}

/* Before the work. */
static hg_status check_output(const char *out, bool force, hg_error *e)
{
    const char *ending = hg__ending(out);
    if (!*ending || hg__ends_with(out, ".npy") || hg__ends_with(out, ".csv")) return hg__file_check(out, force, e);
    return hg__fail(e, HG_USAGE, out, "codes cannot be written as %s; name a file that ends with .npy or .csv", ending);
}

/* Rows of k values become rows of the first `keep` of them, which are returned. */
static size_t pack_rows(float *z, size_t n, size_t k, size_t keep)
{
    for (size_t i = 0; i < n; i++) memmove(z + i * keep, z + i * k, keep * sizeof *z);
    return keep;
}

static hg_status encode(const hg__subject *s, const hg__forward_options *v, const hg_set *set, hg_error *e)
{
    float *z = NULL;
    size_t k = hg_shape_size(s->z);
    hg__walk walk = hg__forward_walk(v, "x", "z");
    hg_status status = hg__floats_open(&z, set->n, k, e);
    if (!status) status = hg__subject_walk(s, set, &walk, z, e);
    if (!status && s->keep) k = pack_rows(z, set->n, k, s->keep);
    if (!status && hg__ends_with(v->output, ".csv")) status = write_csv(v->output, z, set->n, k, v->force, e);
    else if (!status) status = hg_npy_write(v->output, z, 2, (const size_t[]){set->n, k}, v->force, e);
    free(z);
    return status;
}

static hg_status run_encode(hg__call *call, hg_error *e)
{
    const hg__forward_options *v = call->values;
    hg__subject s = {0};
    hg__inputs in = {0};
    hg_status status = hg__forward_open(call, &s, e);
    if (!status) status = check_output(v->output, v->force, e);
    if (!status)
        status = hg__inputs_open(&in, &s, (hg__wanted){call->word + 1, call->words - 1, &v->source, &call->console}, e);
    if (!status) status = encode(&s, v, in.set, e);
    if (!status) status = hg__forward_done(call, in.set->n, "code", e);
    hg__inputs_close(&in);
    hg__subject_close(&s);
    return status;
}

const hg__command hg__command_encode = {
    .name = "encode",
    .summary = "turn samples into codes, a .npy array or .csv table",
    .words = "RUN SOURCE|FILES -o codes.npy",
    .about = "The array is float32 of shape [samples, code size], in the order of the samples; a name that ends with "
             ".csv gives a table. Of a data set with "
             "parts the test part "
             "is taken; --part chooses another. --keep K writes the first K values of each code, which decode takes.",
    .examples = (const hg__example[]){{"hourglass encode runs/conv-mnist mnist -o codes.npy", "the test digits"},
                                      {"hourglass encode runs/conv-mnist mnist --part train -o train.npy",
                                       "the training digits"},
                                      {"hourglass encode runs/conv-mnist digit.png -o code.npy", "one picture"},
                                      {"hourglass encode runs/rateless-mnist mnist --keep 16 -o short.npy",
                                       "the first 16 values of a code that is trained to be cut"},
                                      {NULL, NULL}},
    .groups = hg__forward_groups,
    .size = sizeof(hg__forward_options),
    .words_min = 2,
    .words_max = HG__NO_LIMIT,
    .run = run_encode,
};
