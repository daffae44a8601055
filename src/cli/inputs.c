/* inputs.c: a command's IN…, as one set with values in [0,1]. See pictures.h. */
#include "base/file.h"
#include "base/text.h"
#include "cli/console.h"
#include "cli/pictures.h"
#include "data/sample_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_picture(const char *path)
{
    unsigned char head[3] = {0};
    FILE *in = !strncmp(path, "/dev/fd/", 8) || hg__is_file(path) ? fopen(path, "rb") : NULL;
    if (!in) return false;
    size_t n = fread(head, 1, sizeof head, in);
    fclose(in);
    return n == 3 && (!memcmp(head, "\x89PN", 3) || !memcmp(head, "\xFF\xD8\xFF", 3));
}

static char *plain_name(const char *path)
{
    if (!strncmp(path, "/dev/fd/", 8)) return strdup("standard-input");
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    return strndup(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

/* The picture, resized where asked, as values in [0,1] at `to`. */
static hg_status read_picture(float *to, const hg__subject *s, const char *path, const hg_set_options *o, hg_error *e)
{
    hg_image image = {0};
    hg_status status = hg_image_read(&image, path, e);
    if (status) return status;
    hg__table t = {.n = 1, .shape = image.shape, .bytes = image.pixels, .low = 0, .high = 255};
    if (o->resize.h) status = hg__table_reshape(&t, o->resize, o, path, e);
    if (!status) status = hg__subject_check(s, t.shape, path, e);
    for (size_t i = 0; !status && i < hg_shape_size(s->x); i++)
        to[i] = (float)t.bytes[i] * (1 / 255.0f); /* as a set of bytes does */
    hg__table_close(&t);
    return status;
}

/* Of "cat/1.png": "cat-1". */
static char *flat_name(const char *path)
{
    char *name = strdup(path), *dot = name ? strrchr(name, '.') : NULL;
    if (dot && dot > name) *dot = 0;
    for (char *p = name; p && *p; p++)
        if (*p == '/') *p = '-';
    return name;
}

static int by_text(const void *a, const void *b) { return strcmp(**(char **const *)a, **(char **const *)b); }

/* Of equal names all but the first get a number: "a", "a-2". HG_MEMORY only. */
static hg_status part_twins(hg__inputs *in, hg_error *e)
{
    char ***sorted = calloc(in->names + 1, sizeof *sorted);
    if (!sorted) return hg__fail_memory(e, "names", in->names * sizeof *sorted);
    hg_status s = HG_OK;
    for (bool again = true; !s && again;) {
        again = false;
        for (size_t i = 0; i < in->names; i++) sorted[i] = &in->name[i];
        qsort(sorted, in->names, sizeof *sorted, by_text);
        for (size_t i = 0, k = 1; !s && i + 1 < in->names; i++) {
            k = strcmp(*sorted[i], *sorted[i + 1]) != 0 ? 1 : k + 1;
            if (k == 1) continue;
            hg__text longer = {0};
            hg__text_add(&longer, "%s-%zu", *sorted[i], k);
            s = hg__text_done(&longer, e);
            if (!s) free(*sorted[i]), *sorted[i] = longer.at, again = true;
        }
    }
    free(sorted);
    return s;
}

/* The names of a folder's pictures. */
static hg_status name_files(hg__inputs *in, hg_error *e)
{
    if (!in->set->file) return HG_OK;
    in->name = calloc(in->set->n, sizeof *in->name);
    if (!in->name) return hg__fail_memory(e, "names", in->set->n * sizeof *in->name);
    for (; in->names < in->set->n; in->names++)
        if (!(in->name[in->names] = flat_name(in->set->file[in->names]))) return hg__fail_memory(e, "names", 64);
    return part_twins(in, e);
}

static hg_status open_pictures(hg__inputs *in, const hg__subject *s, hg__wanted w, const hg_set_options *o, hg_error *e)
{
    size_t size = hg_shape_size(s->x);
    in->name = calloc(w.words, sizeof *in->name);
    if (!in->name) return hg__fail_memory(e, "pictures", w.words * sizeof *in->name);
    hg_status status = hg__floats_open(&in->values, w.words, size, e);
    for (size_t i = 0; !status && i < w.words; i++) {
        in->name[i] = plain_name(w.word[i]), in->names++;
        status =
            in->name[i] ? read_picture(in->values + i * size, s, w.word[i], o, e) : hg__fail_memory(e, w.word[i], 1);
    }
    if (!status) status = part_twins(in, e);
    return status ? status : hg_set_wrap(&in->set, "pictures", in->values, w.words, s->x, e);
}

static hg_status open_inputs(hg__inputs *in, const hg__subject *s, hg__wanted w, hg_error *e)
{
    hg_set_options options;
    hg__source_options source = hg__subject_reading(s, w.source);
    hg_status status = hg__source_resolve(&options, w.word[0], &source, HG_TEST, e);
    options.say = hg__console_line, options.say_ctx = w.console;
    if (status) return status;
    if (w.words > 1 || is_picture(w.word[0])) return open_pictures(in, s, w, &options, e);
    status = hg_set_open(&in->set, w.word[0], &options, e);
    if (!status) status = hg__subject_check(s, in->set->shape, w.word[0], e);
    return status ? status : name_files(in, e);
}

hg_status hg__inputs_open(hg__inputs *in, const hg__subject *s, hg__wanted w, hg_error *e)
{
    *in = (hg__inputs){0};
    const char *first = w.word[0];
    if (w.words > 1) return open_inputs(in, s, w, e);
    hg_status status = hg__spool_open(&in->spool, &first, e);
    w.word = &first;
    if (!status) status = open_inputs(in, s, w, e);
    if (status) hg__spool_close(&in->spool, e);
    return status;
}

void hg__inputs_close(hg__inputs *in)
{
    for (size_t i = 0; i < in->names; i++) free(in->name[i]);
    free(in->name);
    hg_set_close(&in->set);
    free(in->values);
    hg__spool_close(&in->spool, NULL);
    *in = (hg__inputs){0};
}
