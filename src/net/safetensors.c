/* safetensors.c: see safetensors.h. The reader trusts nothing: every length is held against the bytes that are
 * there before it is used, and the tensors must fill the space behind the header exactly, so that a file has
 * one meaning and no hidden parts. The values are turned to the host's byte order where they lie, in the buffer
 * that they were read into, which then belongs to the container. */
#include "net/safetensors.h"

#include "base/file.h"
#include "base/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_BYTES = 8, VALUE_BYTES = 4, MOST_HEADER = 100000000, CHUNK = 1024 };

static const char metadata_key[] = "__metadata__";

typedef struct contents { /* what a container that was read owns */
    json_t *header;
    char *bytes;
} contents;

typedef struct reader {
    const char *path;
    hg__container *c;
    contents *owner;
    size_t payload; /* bytes behind the header */
    hg_error *e;
} reader;

/* ---- Bytes ------------------------------------------------------------------------------------------ */

static uint64_t load_le(const char *bytes, size_t n)
{
    uint64_t v = 0;
    for (size_t i = n; i-- > 0;) v = v << 8 | (unsigned char)bytes[i];
    return v;
}

static void store_le(uint64_t v, size_t n, char *bytes)
{
    for (size_t i = 0; i < n; i++) bytes[i] = (char)(unsigned char)(v >> (8 * i));
}

void hg__floats_store(const float *values, size_t n, void *bytes)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t word;
        memcpy(&word, &values[i], sizeof word);
        store_le(word, VALUE_BYTES, (char *)bytes + VALUE_BYTES * i);
    }
}

/* Turns n values to the host's byte order, where they lie. */
static void load_values(char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t word = (uint32_t)load_le(bytes + VALUE_BYTES * i, VALUE_BYTES);
        memcpy(bytes + VALUE_BYTES * i, &word, sizeof word);
    }
}

static size_t elements(const hg__tensor *t)
{
    size_t n = 1;
    for (size_t d = 0; d < t->dims; d++) n *= t->dim[d];
    return n;
}

/* ---- Reading ---------------------------------------------------------------------------------------- */

static bool as_size(const json_t *value, size_t *out)
{
    if (!json_is_integer(value)) return false;
    json_int_t i = json_integer_value(value);
    if (i < 0 || (uint64_t)i > SIZE_MAX) return false;
    *out = (size_t)i;
    return true;
}

static hg_status read_name(const reader *r, const char *name, hg__tensor *t)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < 32 || name[i] == 127)
            return hg__fail(r->e, HG_MODEL, r->path, "header: a tensor's name holds a control character");
    if (!length || length >= sizeof t->name)
        return hg__fail(r->e, HG_MODEL, r->path, "header: a tensor's name has %zu bytes, 1 to %zu are allowed", length,
                        sizeof t->name - 1);
    memcpy(t->name, name, length + 1);
    return HG_OK;
}

/* Exactly dtype, shape and data_offsets, and a type that we read. */
static hg_status check_entry(const reader *r, const hg__tensor *t, const json_t *entry)
{
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    if (!json_is_object(entry))
        return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": its entry is not a JSON object", t->name);
    if (!type) return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": \"dtype\" is missing or no text", t->name);
    if (strcmp(type, "F32"))
        return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": has type %.16s, only F32 can be read; convert it",
                        t->name, type);
    if (!json_is_array(json_object_get(entry, "shape")))
        return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": \"shape\" is missing or no list", t->name);
    if (json_array_size(json_object_get(entry, "data_offsets")) != 2)
        return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": \"data_offsets\" is no list of two numbers", t->name);
    if (json_object_size(entry) != 3)
        return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": has keys other than dtype, shape and data_offsets",
                        t->name);
    return HG_OK;
}

static hg_status read_shape(const reader *r, hg__tensor *t, const json_t *shape, size_t *bytes)
{
    const size_t most = sizeof t->dim / sizeof *t->dim;
    t->dims = json_array_size(shape);
    if (t->dims > most)
        return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": has %zu dimensions, at most %zu can be read", t->name,
                        t->dims, most);
    *bytes = VALUE_BYTES;
    for (size_t d = 0; d < t->dims; d++) {
        if (!as_size(json_array_get(shape, d), &t->dim[d]))
            return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": dimension %zu is not a whole number from 0 on",
                            t->name, d);
        if (!hg__mul(*bytes, t->dim[d], bytes))
            return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": its shape is too large for any memory", t->name);
    }
    return HG_OK;
}

static hg_status read_place(const reader *r, hg__tensor *t, const json_t *offsets, size_t bytes)
{
    size_t begin, end;
    if (!as_size(json_array_get(offsets, 0), &begin) || !as_size(json_array_get(offsets, 1), &end))
        return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": an offset is not a whole number from 0 on", t->name);
    if (begin > end || end > r->payload)
        return hg__fail(r->e, HG_MODEL, r->path,
                        "tensor \"%s\": lies at %zu to %zu, but %zu bytes follow the header; copy the file again",
                        t->name, begin, end, r->payload);
    if (end - begin != bytes)
        return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": its shape needs %zu bytes, its offsets give %zu",
                        t->name, bytes, end - begin);
    if (begin % VALUE_BYTES)
        return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": begins at %zu, no multiple of 4", t->name, begin);
    t->values = (const float *)(const void *)r->owner->bytes + begin / VALUE_BYTES;
    return HG_OK;
}

static hg_status read_tensor(reader *r, const char *name, const json_t *entry)
{
    hg__tensor *t = &r->c->tensor[r->c->tensors++];
    size_t bytes = 0;
    hg_status s = read_name(r, name, t);
    if (!s) s = check_entry(r, t, entry);
    if (!s) s = read_shape(r, t, json_object_get(entry, "shape"), &bytes);
    if (!s) s = read_place(r, t, json_object_get(entry, "data_offsets"), bytes);
    return s;
}

static hg_status read_labels(reader *r, json_t *metadata)
{
    if (!json_is_object(metadata))
        return hg__fail(r->e, HG_MODEL, r->path, "header: \"%s\" is not a JSON object", metadata_key);
    r->c->label = calloc(json_object_size(metadata) + 1, sizeof *r->c->label);
    if (!r->c->label) return hg__fail_memory(r->e, r->path, json_object_size(metadata) * sizeof *r->c->label);
    const char *key;
    json_t *text;
    json_object_foreach(metadata, key, text)
    {
        if (!json_is_string(text))
            return hg__fail(r->e, HG_MODEL, r->path, "header: \"%s\" holds a value that is not text", metadata_key);
        r->c->label[r->c->labels++] = (hg__label){key, json_string_value(text)};
    }
    return HG_OK;
}

static int by_place(const void *pa, const void *pb)
{
    const hg__tensor *a = pa, *b = pb;
    if (a->values != b->values) return a->values < b->values ? -1 : 1;
    size_t na = elements(a), nb = elements(b);
    return (na > nb) - (na < nb);
}

/* Sorts the tensors by place: no gap, no overlap, nothing behind the last. */
static hg_status check_places(const reader *r)
{
    const float *base = (const float *)(const void *)r->owner->bytes, *at = base;
    qsort(r->c->tensor, r->c->tensors, sizeof *r->c->tensor, by_place);
    for (size_t i = 0; i < r->c->tensors; i++) {
        const hg__tensor *t = &r->c->tensor[i];
        if (t->values != at)
            return hg__fail(r->e, HG_MODEL, r->path, "tensor \"%s\": %s before it, at byte %zu behind the header",
                            t->name, t->values < at ? "overlaps the one" : "there is a gap",
                            VALUE_BYTES * (size_t)(at - base));
        at += elements(t);
    }
    size_t used = VALUE_BYTES * (size_t)(at - base);
    if (used == r->payload) return HG_OK;
    return hg__fail(r->e, HG_MODEL, r->path, "end: %zu bytes follow the last tensor", r->payload - used);
}

static hg_status read_entries(reader *r)
{
    json_t *header = r->owner->header, *entry;
    if (!json_is_object(header)) return hg__fail(r->e, HG_MODEL, r->path, "header: is not a JSON object");
    r->c->tensor = calloc(json_object_size(header) + 1, sizeof *r->c->tensor);
    if (!r->c->tensor) return hg__fail_memory(r->e, r->path, json_object_size(header) * sizeof *r->c->tensor);
    const char *name;
    json_object_foreach(header, name, entry)
    {
        hg_status s = strcmp(name, metadata_key) ? read_tensor(r, name, entry) : read_labels(r, entry);
        if (s) return s;
    }
    return check_places(r);
}

/* The header's length, once it is known to fit; head: the first bytes, up to the header's own first. */
static hg_status read_length(const reader *r, size_t size, const char *head, size_t *length)
{
    if (size < LENGTH_BYTES)
        return hg__fail(r->e, HG_MODEL, r->path, "byte 0: %zu bytes are too few for a model file; copy it again", size);
    uint64_t claimed = load_le(head, LENGTH_BYTES);
    if (claimed > MOST_HEADER)
        return hg__fail(r->e, HG_MODEL, r->path, "byte 0: is not a safetensors file: a header of %llu bytes is claimed",
                        (unsigned long long)claimed);
    if (claimed > size - LENGTH_BYTES)
        return hg__fail(r->e, HG_MODEL, r->path,
                        "byte 0: a header of %llu bytes is claimed, %zu follow; it is cut short or no safetensors",
                        (unsigned long long)claimed, size - LENGTH_BYTES);
    if (!claimed || head[LENGTH_BYTES] != '{')
        return hg__fail(r->e, HG_MODEL, r->path, "byte 8: is not a safetensors file: the header does not begin with {");
    *length = (size_t)claimed;
    return HG_OK;
}

static hg_status parse_header(const reader *r, const char *text, size_t length)
{
    json_error_t wrong;
    r->owner->header = json_loadb(text, length, JSON_REJECT_DUPLICATES, &wrong);
    if (r->owner->header) return HG_OK;
    if (json_error_code(&wrong) == json_error_out_of_memory || !*wrong.text)
        return hg__fail_memory(r->e, r->path, length);
    return hg__fail(r->e, HG_MODEL, r->path, "byte %d: the header is no valid JSON: %s", LENGTH_BYTES + wrong.position,
                    wrong.text);
}

static hg_status read_header(reader *r, FILE *in, size_t size)
{
    char head[LENGTH_BYTES + 1] = {0};
    size_t length = 0;
    hg_status s = hg__file_next(in, r->path, head, size < sizeof head ? size : sizeof head, r->e);
    if (!s) s = read_length(r, size, head, &length);
    if (s) return s;
    char *text = malloc(length);
    if (!text) return hg__fail_memory(r->e, r->path, length);
    text[0] = head[LENGTH_BYTES];
    s = hg__file_next(in, r->path, text + 1, length - 1, r->e);
    if (!s) s = parse_header(r, text, length);
    free(text);
    r->payload = size - LENGTH_BYTES - length;
    return s;
}

/* How many bytes the tensors take that the header names, at most what there are. */
static size_t payload_named(const reader *r)
{
    size_t named = 0, end;
    const char *name;
    json_t *entry;
    json_object_foreach(r->owner->header, name, entry)
    {
        if (as_size(json_array_get(json_object_get(entry, "data_offsets"), 1), &end) && end > named) named = end;
    }
    return named < r->payload ? named : r->payload;
}

/* Memory is taken for what the header names, not for what is there: a file may be as large as it likes. */
static hg_status read_file(reader *r, FILE *in, size_t size)
{
    hg_status s = read_header(r, in, size);
    if (s) return s;
    size_t named = payload_named(r);
    r->owner->bytes = malloc(named + 1);
    if (!r->owner->bytes) return hg__fail_memory(r->e, r->path, named);
    s = read_entries(r);
    if (!s) s = hg__file_next(in, r->path, r->owner->bytes, named, r->e);
    if (!s) load_values(r->owner->bytes, named / VALUE_BYTES);
    return s;
}

hg_status hg__container_read(hg__container *c, const char *path, hg_error *e)
{
    hg__container read = {.owner = calloc(1, sizeof(contents))};
    if (!read.owner) return hg__fail_memory(e, path, sizeof(contents));
    reader r = {.path = path, .c = &read, .owner = read.owner, .e = e};
    size_t size = 0;
    FILE *in = NULL;
    hg_status s = hg__file_open(&in, &size, path, e);
    if (!s) s = read_file(&r, in, size);
    if (in) fclose(in);
    if (s) hg__container_close(&read);
    else *c = read;
    return s;
}

void hg__container_close(hg__container *c)
{
    contents *owner = c->owner;
    if (!owner) return;
    json_decref(owner->header);
    free(owner->bytes);
    free(owner);
    free(c->tensor);
    free(c->label);
    *c = (hg__container){0};
}

const char *hg__container_label(const hg__container *c, const char *key)
{
    for (size_t i = 0; i < c->labels; i++)
        if (!strcmp(c->label[i].key, key)) return c->label[i].text;
    return NULL;
}

const hg__tensor *hg__container_tensor(const hg__container *c, const char *name)
{
    for (size_t i = 0; i < c->tensors; i++)
        if (!strcmp(c->tensor[i].name, name)) return &c->tensor[i];
    return NULL;
}

/* ---- Writing ---------------------------------------------------------------------------------------- */

static int by_name(const void *pa, const void *pb)
{
    const hg__tensor *const *a = pa, *const *b = pb;
    return strcmp((*a)->name, (*b)->name);
}

static int by_key(const void *pa, const void *pb)
{
    const hg__label *const *a = pa, *const *b = pb;
    return strcmp((*a)->key, (*b)->key);
}

/* Text for JSON; NULL where it is not UTF-8 or memory is short. */
static json_t *labels_json(const hg__container *c)
{
    json_t *all = json_object();
    const hg__label **order = calloc(c->labels + 1, sizeof *order);
    bool good = all && order;
    for (size_t i = 0; good && i < c->labels; i++) order[i] = &c->label[i];
    if (good) qsort(order, c->labels, sizeof *order, by_key);
    for (size_t i = 0; good && i < c->labels; i++)
        good = !json_object_get(all, order[i]->key) &&
               !json_object_set_new(all, order[i]->key, json_string(order[i]->text));
    free(order);
    if (!good) json_decref(all), all = NULL;
    return all;
}

static json_t *tensor_json(const hg__tensor *t, size_t begin)
{
    json_t *shape = json_array();
    bool good = shape != NULL;
    for (size_t d = 0; good && d < t->dims; d++)
        good = !json_array_append_new(shape, json_integer((json_int_t)t->dim[d]));
    if (!good) return json_decref(shape), NULL;
    size_t end = begin + VALUE_BYTES * elements(t);
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets", (json_int_t)begin,
                     (json_int_t)end);
}

/* The header in the order of the file, padded with spaces so that the values begin at a multiple of 8. */
static char *header_text(const hg__container *c, const hg__tensor *const *order, size_t *length)
{
    json_t *header = json_object();
    bool good = header && (!c->labels || !json_object_set_new(header, metadata_key, labels_json(c)));
    for (size_t i = 0, at = 0; good && i < c->tensors; at += VALUE_BYTES * elements(order[i++]))
        good = !json_object_get(header, order[i]->name) &&
               !json_object_set_new(header, order[i]->name, tensor_json(order[i], at));
    char *text = good ? hg__json_dump(header, JSON_COMPACT) : NULL, *padded = NULL;
    if (text) {
        size_t bare = strlen(text);
        *length = (bare + 7) / 8 * 8;
        padded = realloc(text, *length);
        if (padded) memset(padded + bare, ' ', *length - bare);
        else free(text);
    }
    json_decref(header);
    return padded;
}

static bool write_values(FILE *out, const hg__tensor *t)
{
    char bytes[VALUE_BYTES * CHUNK];
    size_t left = elements(t);
    for (const float *v = t->values; left;) {
        size_t n = left < CHUNK ? left : CHUNK;
        hg__floats_store(v, n, bytes);
        if (fwrite(bytes, VALUE_BYTES, n, out) != n) return false;
        v += n, left -= n;
    }
    return true;
}

hg_status hg__container_write(const char *path, const hg__container *c, bool force, hg_error *e)
{
    hg__file f = {0};
    size_t length = 0;
    char *header = NULL, prefix[LENGTH_BYTES];
    const hg__tensor **order = calloc(c->tensors + 1, sizeof *order);
    hg_status s = HG_OK;
    if (!order) return hg__fail_memory(e, path, c->tensors * sizeof *order);
    for (size_t i = 0; i < c->tensors; i++) order[i] = &c->tensor[i];
    qsort(order, c->tensors, sizeof *order, by_name);
    header = header_text(c, order, &length);
    if (!header) s = hg__fail(e, HG_FAILED, path, "header: a name stands twice, a text is no UTF-8 or memory is short");
    if (s || (s = hg__file_create(&f, path, force, e))) goto done;
    store_le(length, LENGTH_BYTES, prefix);
    bool good = fwrite(prefix, 1, LENGTH_BYTES, f.stream) == LENGTH_BYTES;
    good = good && fwrite(header, 1, length, f.stream) == length;
    for (size_t i = 0; good && i < c->tensors; i++) good = write_values(f.stream, order[i]);
    if (!good) s = hg__fail_errno(e, path, "cannot be written");
    s = hg__file_close(&f, s, e);
done:
    free(header);
    free(order);
    return s;
}
