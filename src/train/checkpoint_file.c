/* checkpoint_file.c: see checkpoint_file.h. The header must give the file's size before memory is taken for it, and
 * the checksum is compared before a single number is believed; sizes are held against what is left before their use. */
#include "train/checkpoint_file.h"

#include "base/file.h"
#include "base/hash.h"
#include "record/json_text.h"

#include <stdlib.h>
#include <string.h>

enum { PREFIX = 16, CHECKSUM = 64, VERSION = 1, MOST_HEADER = 16 << 20, CHUNK = 16 * 1024 };

static const char magic[8] = {'H', 'G', 'C', 'K', 'P', 'T', '\r', '\n'};

static void put_u32(unsigned char *at, size_t v)
{
    for (size_t i = 0; i < 4; i++) at[i] = (unsigned char)(v >> 8 * i);
}

static size_t get_u32(const char *at)
{
    size_t v = 0;
    for (size_t i = 0; i < 4; i++) v |= (size_t)(unsigned char)at[i] << 8 * i;
    return v;
}

/* ---- Writing ---- */

typedef struct writer {
    hg__file file;
    hg__hash hash;
    bool failed;
} writer;

static void put(writer *w, const void *bytes, size_t size)
{
    hg__hash_add(&w->hash, bytes, size);
    if (fwrite(bytes, 1, size, w->file.stream) != size) w->failed = true;
}

/* Little-endian IEEE 754, on any machine. */
static void put_floats(writer *w, const float *values, size_t n)
{
    _Static_assert(sizeof(float) == 4, "IEEE 754 single");
    unsigned char bytes[4 * CHUNK];
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t count = n - at < CHUNK ? n - at : CHUNK;
        for (size_t i = 0; i < count; i++) {
            uint32_t bits;
            memcpy(&bits, values + at + i, 4);
            put_u32(bytes + 4 * i, bits);
        }
        put(w, bytes, 4 * count);
    }
}

/* The header's text, with spaces behind it up to a multiple of 8; malloc, or NULL. */
static char *header_text(json_t *header, const hg__blocks *b)
{
    json_t *names = json_array();
    for (size_t i = 0; i < b->count; i++) json_array_append_new(names, json_string(b->block[i].name));
    json_object_set_new(header, "blocks", names);
    json_object_set_new(header, "values_per_block", json_integer((json_int_t)b->n));
    char *text = hg__json_text(header, JSON_COMPACT);
    if (!text) return NULL;
    size_t length = strlen(text), padded = (length + 7) / 8 * 8;
    char *larger = realloc(text, padded + 1);
    if (!larger) return free(text), NULL;
    memset(larger + length, ' ', padded - length);
    larger[padded] = 0;
    return larger;
}

hg_status hg__checkpoint_write(const char *path, json_t *header, const hg__blocks *b, hg_error *e)
{
    writer w = {0};
    unsigned char prefix[PREFIX];
    char sum[CHECKSUM + 1];
    char *text = header_text(header, b);
    if (!text) return hg__fail_memory(e, path, 1 << 16);
    hg_status s = hg__file_create(&w.file, path, true, e);
    if (s) goto done;
    memcpy(prefix, magic, sizeof magic);
    put_u32(prefix + 8, VERSION);
    put_u32(prefix + 12, strlen(text));
    hg__hash_begin(&w.hash);
    put(&w, prefix, PREFIX);
    put(&w, text, strlen(text));
    for (size_t i = 0; i < b->count; i++) put_floats(&w, b->block[i].values, b->n);
    hg__hash_end(&w.hash, sum);
    if (fwrite(sum, 1, CHECKSUM, w.file.stream) != CHECKSUM) w.failed = true;
    if (w.failed) s = hg__fail_errno(e, path, "cannot be written");
    s = hg__file_close(&w.file, s, e);
done:
    free(text);
    return s;
}

/* ---- Reading ---- */

static hg_status check_prefix(const char *path, const char *prefix, size_t size, hg_error *e)
{
    if (size < PREFIX + CHECKSUM || memcmp(prefix, magic, sizeof magic))
        return hg__fail(e, HG_MODEL, path, "is no checkpoint, or cut short");
    size_t version = get_u32(prefix + 8), header = get_u32(prefix + 12);
    if (version != VERSION)
        return hg__fail(e, HG_MODEL, path, "is a checkpoint of version %zu; this program reads version %d", version,
                        VERSION);
    if (header > MOST_HEADER || header > size - PREFIX - CHECKSUM)
        return hg__fail(e, HG_MODEL, path, "offset 12: a header of %zu bytes does not fit; the file is damaged",
                        header);
    return HG_OK;
}

static hg_status check_sum(const hg__saved *s, size_t size, hg_error *e)
{
    char sum[CHECKSUM + 1];
    hg__sha256(s->bytes, size - CHECKSUM, sum);
    if (!memcmp(sum, s->bytes + size - CHECKSUM, CHECKSUM)) return HG_OK;
    return hg__fail(e, HG_MODEL, s->path, "is damaged: its SHA-256 is not the one at its end");
}

static hg_status check_blocks(const hg__saved *s, size_t size, hg_error *e)
{
    const json_t *blocks = json_object_get(s->header, "blocks"), *n = json_object_get(s->header, "values_per_block");
    size_t values, bytes;
    if (!json_is_array(blocks) || !json_is_integer(n) || json_integer_value(n) < 0)
        return hg__fail(e, HG_MODEL, s->path, "offset 16: the header does not say which blocks follow");
    if (hg__mul((size_t)json_integer_value(n), json_array_size(blocks), &values) && hg__mul(values, 4, &bytes) &&
        bytes == size - CHECKSUM - s->at)
        return HG_OK;
    return hg__fail(e, HG_MODEL, s->path, "offset %zu: the blocks are not as large as the header says", s->at);
}

/* The prefix and the header, before memory is taken for the rest. */
static hg_status read_header(hg__saved *s, FILE *in, size_t size, hg_error *e)
{
    char prefix[PREFIX] = {0};
    hg_error mine = {0};
    hg_status st = hg__file_next(in, s->path, prefix, size < PREFIX ? size : PREFIX, e);
    if (!st) st = check_prefix(s->path, prefix, size, e);
    if (st) return st;
    size_t length = get_u32(prefix + 12);
    char *text = calloc(1, length + 1);
    if (!text) return hg__fail_memory(e, s->path, length);
    st = hg__file_next(in, s->path, text, length, e);
    if (!st && (st = hg__json_parse(&s->header, text, s->path, &mine)))
        st = st == HG_MEMORY ? hg__fail_memory(e, s->path, length)
                             : hg__fail(e, HG_MODEL, s->path, "offset 16: the header is damaged: it is no JSON");
    free(text);
    s->at = PREFIX + length;
    return st ? st : check_blocks(s, size, e);
}

hg_status hg__checkpoint_open(hg__saved *s, const char *path, hg_error *e)
{
    size_t size = 0;
    FILE *in = NULL;
    *s = (hg__saved){0};
    snprintf(s->path, sizeof s->path, "%s", path);
    hg_status st = hg__file_open(&in, &size, path, e);
    if (!st) st = read_header(s, in, size, e);
    if (st) goto done;
    s->bytes = malloc(size);
    if (!s->bytes) st = hg__fail_memory(e, path, size);
    rewind(in);
    if (!st) st = hg__file_next(in, path, s->bytes, size, e);
    if (!st) st = check_sum(s, size, e);
done:
    if (in) fclose(in);
    if (st) hg__checkpoint_close(s);
    return st;
}

static void get_floats(const char *bytes, float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = (uint32_t)get_u32(bytes + 4 * i);
        memcpy(values + i, &bits, 4);
    }
}

hg_status hg__checkpoint_load(const hg__saved *s, const hg__blocks *b, hg_error *e)
{
    const json_t *names = json_object_get(s->header, "blocks");
    size_t count = json_array_size(names);
    size_t n = (size_t)json_integer_value(json_object_get(s->header, "values_per_block"));
    if (count != b->count || n != b->n)
        return hg__fail(e, HG_MODEL, s->path, "holds %zu blocks of %zu values, the model wants %zu of %zu", count, n,
                        b->count, b->n);
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(names, i)), *wanted = b->block[i].name;
        if (!name || strcmp(name, wanted))
            return hg__fail(e, HG_MODEL, s->path, "block %zu is \"%s\", not \"%s\"", i, name ? name : "", wanted);
    }
    for (size_t i = 0; i < count; i++) get_floats(s->bytes + s->at + 4 * n * i, b->block[i].values, n);
    return HG_OK;
}

void hg__checkpoint_close(hg__saved *s)
{
    free(s->bytes);
    json_decref(s->header);
    s->bytes = NULL;
    s->header = NULL;
}
