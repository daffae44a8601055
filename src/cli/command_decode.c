/* command_decode.c: `hourglass decode`: codes, from a .npy array, back into samples. */
#include "cli/forward_options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static hg_status check_numbers(const float *z, size_t n, size_t k, const char *path, hg_error *e)
{
    for (size_t i = 0; i < n * k; i++)
        if (!isfinite(z[i]))
            return hg__fail(e, HG_DATA, path, "row %zu, column %zu (counted from 0) holds %g; codes are numbers", i / k,
                            i % k, (double)z[i]);
    return HG_OK;
}

/* Rows of `have` values become rows of k, what is missing 0. *values is replaced. */
static hg_status fill_up(float **values, size_t n, size_t have, size_t k, hg_error *e)
{
    float *whole = NULL;
    hg_status s = hg__floats_open(&whole, n, k, e);
    if (s) return s;
    memset(whole, 0, n * k * sizeof *whole);
    for (size_t i = 0; i < n; i++) memcpy(whole + i * k, *values + i * have, have * sizeof *whole);
    free(*values);
    *values = whole;
    return HG_OK;
}

/* The codes as a set of n samples of the code's shape; *values is behind it and the caller's to free. Codes that were
 * cut are filled up with zeros, where the model is one for it. */
static hg_status read_codes(hg_set **set, float **values, const hg__subject *s, const char *path, hg_error *e)
{
    size_t dims = 0, dim[4] = {0}, k = hg_shape_size(s->z), size = 1;
    if (hg__ends_with(path, ".csv"))
        return hg__fail(e, HG_DATA, path, "codes are read from arrays; write them anew with encode … -o codes.npy");
    hg_status status = hg_npy_read(path, values, &dims, dim, e);
    if (status) return status;
    for (size_t i = 1; i < dims; i++) size *= dim[i];
    bool cut = dims == 2 && size && size < k && hg_graph_is_nested(hg_model_graph(s->model));
    if (dims < 2 || (size != k && !cut))
        return hg__fail(e, HG_MODEL, path, "holds codes of %zu values in %zu dimensions, but %s takes [n, %zu]", size,
                        dims, s->path, k);
    if (!dim[0]) return hg__fail(e, HG_DATA, path, "holds no codes");
    status = check_numbers(*values, dim[0], size, path, e);
    if (!status && cut) status = fill_up(values, dim[0], size, k, e);
    return status ? status : hg_set_wrap(set, "codes", *values, dim[0], s->z, e);
}

static hg_status decode(const hg__subject *s, const hg__forward_options *v, const hg_set *codes, hg_error *e)
{
    float *y = NULL;
    hg__walk walk = hg__forward_walk(v, "z", "y");
    hg_status status = hg__floats_open(&y, codes->n, hg_shape_size(s->y), e);
    if (!status) status = hg__subject_walk(s, codes, &walk, y, e);
    hg__pictures p = {.values = y, .n = codes->n, .shape = s->y, .one_file = true};
    if (!status && hg__ends_with(v->output, ".npy")) hg__subject_store(s, codes->n * hg_shape_size(s->y), y);
    if (!status) status = hg__pictures_write(v->output, &p, v->force, e);
    free(y);
    return status;
}

static hg_status run_decode(hg__call *call, hg_error *e)
{
    const hg__forward_options *v = call->values;
    hg__subject s = {0};
    hg_set *codes = NULL;
    float *values = NULL;
    hg__spool spool = {0};
    const char *path = call->word[1];
    hg_status status = hg__forward_open(call, &s, e);
    if (!status) status = hg__pictures_check(v->output, e);
    if (!status) status = hg__spool_open(&spool, &path, e);
    if (!status) status = read_codes(&codes, &values, &s, path, e);
    if (!status) status = decode(&s, v, codes, e);
    if (!status) status = hg__forward_done(call, codes->n, "sample", e);
    hg_set_close(&codes);
    free(values);
    hg__spool_close(&spool, e);
    hg__subject_close(&s);
    return status;
}

const hg__command hg__command_decode = {
    .name = "decode",
    .summary = "turn codes back into samples",
    .words = "RUN codes.npy|- -o OUT",
    .about = "Codes are read from a file, or with - from standard input. OUT is a folder of PNG files, a sheet (it "
             "ends with .png) or an array (.npy) of shape [samples, height, "
             "width, channels]. A model whose code may be cut (nested) takes shorter codes, too: what is missing is 0.",
    .examples =
        (const hg__example[]){{"hourglass decode runs/conv-mnist codes.npy -o decoded.npy", "an array"},
                              {"hourglass decode runs/conv-mnist codes.npy -o sheet.png", "all of them on one sheet"},
                              {"hourglass decode runs/conv-mnist codes.npy -o digits/", "a PNG file each"},
                              {NULL, NULL}},
    .groups = hg__decode_groups,
    .size = sizeof(hg__forward_options),
    .words_min = 2,
    .words_max = 2,
    .run = run_decode,
};
