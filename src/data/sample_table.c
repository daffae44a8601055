/* sample_table.c: see sample_table.h. The hash is taken of the IDX form, so that it names the samples whatever file
 * brought them, and so that MNIST's is the checksum that everybody knows. */
#include "data/sample_table.h"
#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 65536 };

static void free_texts(char **text)
{
    for (size_t i = 0; text && text[i]; i++) free(text[i]);
    free(text);
}

void hg__table_close(hg__table *t)
{
    free_texts(t->class_name);
    free_texts(t->file);
    free(t->bytes);
    free(t->floats);
    free(t->labels);
    *t = (hg__table){0};
}

/* The range of a wide type says nothing about the numbers in it: pixels of 0 to 255 are often stored in 64 bits. So it
 * is what the numbers use, but the same for all files of masks (0, 1) and of 8-bit pixels. */
static void find_used_range(hg__table *t, size_t count)
{
    double least = 0, greatest = 1;
    for (size_t i = 0; i < count; i++) {
        double v = (double)t->floats[i];
        if (v < least) least = v;
        if (v > greatest) greatest = v;
    }
    if (least >= 0 && greatest > 1 && greatest < 255) greatest = 255;
    t->low = least, t->high = greatest;
}

static void set_range(hg__table *t, const hg__array *a)
{
    t->low = 0, t->high = 1;
    t->integers = t->floats && a->kind != HG__FLOAT;
    t->wide = t->integers && a->width > 1;
    if (t->wide) find_used_range(t, hg__array_count(a));
    else if (a->kind == HG__UNSIGNED && !a->boolean) t->high = 255;
    else if (a->kind == HG__SIGNED) t->low = -128, t->high = 127;
}

hg_status hg__table_from_array(hg__table *t, hg__array *a, const char *name, hg_error *e)
{
    const size_t *d = a->dim;
    hg_shape shape = {1, 1, 1};
    if (a->dims == 2) shape.c = d[1];
    if (a->dims >= 3) shape.h = d[1], shape.w = d[2];
    if (a->dims == 4) shape.c = d[3];
    if (!a->dims || d[0] > UINT32_MAX) {
        hg__array_close(a);
        return hg__fail(e, HG_DATA, name, "its first dimension must count samples, from 1 to 4294967295");
    }
    *t = (hg__table){.n = d[0], .shape = shape, .bytes = a->bytes, .floats = a->floats};
    set_range(t, a);
    *a = (hg__array){0};
    return HG_OK;
}

static hg_status copy_labels(hg__table *t, const hg__array *a, const char *name, hg_error *e)
{
    for (size_t i = 0; i < t->n; i++) {
        float value = a->bytes ? (float)a->bytes[i] : a->floats[i];
        if (!(value >= 0 && value < MOST_CLASSES && value == floorf(value)))
            return hg__fail(e, HG_DATA, name, "label %zu is %g; labels are whole numbers from 0 to %d", i,
                            (double)value, MOST_CLASSES - 1);
        t->labels[i] = (int32_t)value;
        if ((size_t)value >= t->classes) t->classes = (size_t)value + 1;
    }
    return HG_OK;
}

hg_status hg__table_label(hg__table *t, hg__array *a, const char *name, hg_error *e)
{
    hg_status s = HG_OK;
    if (a->dims != 1 || a->dim[0] != t->n)
        s = hg__fail(e, HG_DATA, name, "holds %zu labels in %zu dimensions for %zu samples; move it away to go without",
                     hg__array_count(a), a->dims, t->n);
    else if (!(t->labels = malloc(t->n * sizeof *t->labels))) s = hg__fail_memory(e, name, t->n * sizeof *t->labels);
    else s = copy_labels(t, a, name, e);
    hg__array_close(a);
    return s;
}

/* Grows one column by `more`; NULL columns stay NULL. False: no memory, the column is as it was. */
static bool extend(void **column, const void *more, size_t have, size_t add)
{
    if (!*column || !more) return true;
    char *larger = realloc(*column, have + add);
    if (!larger) return false;
    memcpy(larger + have, more, add);
    *column = larger;
    return true;
}

hg_status hg__table_append(hg__table *t, hg__table *more, hg_error *e)
{
    size_t size = hg_shape_size(t->shape);
    void *bytes = t->bytes, *floats = t->floats, *labels = t->labels;
    bool ok = extend(&bytes, more->bytes, t->n * size, more->n * size) &&
              extend(&floats, more->floats, t->n * size * sizeof(float), more->n * size * sizeof(float)) &&
              extend(&labels, more->labels, t->n * sizeof(int32_t), more->n * sizeof(int32_t));
    t->bytes = bytes, t->floats = floats, t->labels = labels;
    if (!ok) return hg__fail_memory(e, "data", (t->n + more->n) * size);
    t->n += more->n;
    if (more->classes > t->classes) t->classes = more->classes;
    hg__table_close(more);
    return HG_OK;
}

static void put32(uint8_t *out, uint32_t v)
{
    for (int i = 0; i < 4; i++) out[i] = (uint8_t)(v >> (24 - 8 * i));
}

static size_t idx_header(const hg__table *t, uint8_t header[20])
{
    const hg_shape s = t->shape;
    size_t dim[4] = {t->n, s.h, s.w, s.c}, dims = 4;
    if (s.c == 1) dims = s.h * s.w == 1 ? 1 : 3;
    else if (s.h * s.w == 1) dims = 2, dim[1] = s.c;
    put32(header, (t->bytes ? 0x0800u : 0x0d00u) | (uint32_t)dims);
    for (size_t i = 0; i < dims; i++) put32(header + 4 + 4 * i, (uint32_t)dim[i]);
    return 4 + 4 * dims;
}

static void hash_floats(hg__hash *h, const float *values, size_t n)
{
    enum { BLOCK = 1024 };
    uint8_t out[4 * BLOCK];
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t part = n - at < BLOCK ? n - at : BLOCK;
        for (size_t i = 0; i < part; i++) {
            uint32_t bits;
            memcpy(&bits, values + at + i, sizeof bits);
            put32(out + 4 * i, bits);
        }
        hg__hash_add(h, out, 4 * part);
    }
}

void hg__table_hash(const hg__table *t, char hex[65])
{
    uint8_t header[20];
    size_t count = t->n * hg_shape_size(t->shape);
    hg__hash h;
    hg__hash_begin(&h);
    hg__hash_add(&h, header, idx_header(t, header));
    if (t->bytes) hg__hash_add(&h, t->bytes, count);
    else hash_floats(&h, t->floats, count);
    hg__hash_end(&h, hex);
}

hg_status hg__table_check(const hg__table *t, const char *name, hg_error *e)
{
    size_t size = hg_shape_size(t->shape);
    for (size_t i = 0; t->floats && i < t->n * size; i++)
        if (!isfinite(t->floats[i]))
            return hg__fail(e, HG_DATA, name, "sample %zu holds %g as its value %zu; replace it by a number", i / size,
                            (double)t->floats[i], i % size);
    return HG_OK;
}
