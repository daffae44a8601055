/* npy.c: NumPy's array format, versions 1 to 3: a magic, a header that is a Python dictionary of exactly three
 * keys, the elements. The header is parsed, never evaluated; object arrays, which would be pickles, and
 * records are refused. Specification: numpy.lib.format. */
#include "base/file.h"
#include "data/formats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_HEADER = 65536, ALIGN = 64 };
static const char magic[] = "\x93NUMPY";

typedef struct cursor {
    const char *begin, *at, *name;
    hg_error *e;
} cursor;

typedef struct header {
    hg__array *a;
    bool fortran, has_descr, has_order, has_shape;
} header;

/* ---- The header's text ------------------------------------------------------------------------ */

static hg_status bad(const cursor *c, const char *what)
{
    return hg__fail(c->e, HG_DATA, c->name, "header, character %zu: %s", (size_t)(c->at - c->begin), what);
}

static void skip(cursor *c)
{
    while (*c->at == ' ' || *c->at == '\n' || *c->at == '\t' || *c->at == '\r') c->at++;
}

static bool take(cursor *c, const char *word)
{
    size_t n = strlen(word);
    skip(c);
    if (strncmp(c->at, word, n)) return false;
    c->at += n;
    return true;
}

static hg_status take_string(cursor *c, char *out, size_t room)
{
    skip(c);
    char quote = *c->at;
    if (quote != '\'' && quote != '"') return bad(c, "a string is expected");
    const char *end = strchr(c->at + 1, quote);
    size_t n = end ? (size_t)(end - c->at) - 1 : room;
    if (n >= room) return bad(c, "the string is too long or does not end");
    memcpy(out, c->at + 1, n);
    out[n] = 0;
    c->at = end + 1;
    return HG_OK;
}

/* "<f4": byte order, kind, width. */
static hg_status read_descr(cursor *c, header *h)
{
    static const struct kind {
        char letter;
        hg__kind kind;
        const char *widths;
    } kinds[] = {
        {'b', HG__UNSIGNED, "1"}, {'u', HG__UNSIGNED, "1248"}, {'i', HG__SIGNED, "1248"}, {'f', HG__FLOAT, "248"}};
    char text[64];
    skip(c);
    if (*c->at == '[') return bad(c, "records cannot be read; save one field as an array of its own");
    hg_status s = take_string(c, text, sizeof text);
    if (s) return s;
    if (strchr(text, 'O')) return bad(c, "arrays of objects are refused: they hold programs; save numbers");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(text) != 3 || text[1] != kinds[i].letter || !strchr(kinds[i].widths, text[2])) continue;
        h->a->kind = kinds[i].kind, h->a->width = (size_t)(text[2] - '0');
        h->a->big_endian = text[0] == '>', h->a->boolean = text[1] == 'b';
        if (text[0] == '<' || text[0] == '>' || (text[0] == '|' && h->a->width == 1)) return HG_OK;
    }
    return hg__fail(c->e, HG_DATA, c->name,
                    "has elements of type \"%s\"; integers and floats of 1 to 8 bytes can be read", text);
}

static hg_status read_order(cursor *c, header *h)
{
    if (take(c, "True")) h->fortran = true;
    else if (!take(c, "False")) return bad(c, "True or False is expected");
    return HG_OK;
}

static hg_status read_number(cursor *c, size_t *out)
{
    size_t n = 0;
    skip(c);
    if (*c->at < '0' || *c->at > '9') return bad(c, "a dimension is expected");
    for (; *c->at >= '0' && *c->at <= '9'; c->at++)
        if (!hg__mul(n, 10, &n) || !hg__add(n, (size_t)(*c->at - '0'), &n)) return bad(c, "the dimension is too large");
    if (*c->at == 'L') c->at++; /* Python 2's long numbers */
    *out = n;
    return HG_OK;
}

static hg_status read_shape(cursor *c, header *h)
{
    hg__array *a = h->a;
    if (!take(c, "(")) return bad(c, "a tuple is expected");
    while (!take(c, ")")) {
        if (a->dims == HG__ARRAY_DIMS) return bad(c, "more than 4 dimensions cannot be read");
        hg_status s = read_number(c, &a->dim[a->dims++]);
        if (s) return s;
        if (take(c, ",")) continue;
        if (!take(c, ")")) return bad(c, "a comma or a bracket is expected");
        return HG_OK;
    }
    return HG_OK;
}

static hg_status read_pair(cursor *c, header *h)
{
    char key[32];
    hg_status s = take_string(c, key, sizeof key);
    if (s) return s;
    if (!take(c, ":")) return bad(c, "a colon is expected");
    const struct {
        const char *key;
        bool *has;
        hg_status (*read)(cursor *c, header *h);
    } keys[] = {{"descr", &h->has_descr, read_descr},
                {"fortran_order", &h->has_order, read_order},
                {"shape", &h->has_shape, read_shape}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(key, keys[i].key)) continue;
        if (*keys[i].has) return bad(c, "a key stands there twice");
        *keys[i].has = true;
        return keys[i].read(c, h);
    }
    return bad(c, "a key other than descr, fortran_order and shape");
}

static hg_status read_dictionary(cursor *c, header *h)
{
    if (!take(c, "{")) return bad(c, "a dictionary is expected");
    while (!take(c, "}")) {
        hg_status s = read_pair(c, h);
        if (s) return s;
        if (take(c, ",")) continue;
        if (!take(c, "}")) return bad(c, "a comma or a brace is expected");
        break;
    }
    skip(c);
    if (*c->at) return bad(c, "something follows the dictionary");
    if (!h->has_descr || !h->has_order || !h->has_shape) return bad(c, "descr, fortran_order or shape is missing");
    return HG_OK;
}

/* ---- Reading ---------------------------------------------------------------------------------- */

/* The header's text, zero-terminated, into *text (malloc). */
static hg_status read_text(char **text, hg__stream *s, hg_error *e)
{
    uint8_t head[12];
    const char *name = hg__stream_name(s);
    hg_status status = hg__stream_read(s, head, 8, e);
    if (status) return status;
    if (memcmp(head, magic, 6))
        return hg__fail(e, HG_DATA, name, "does not start as a .npy file; numpy.save writes one");
    if (head[6] < 1 || head[6] > 3 || head[7])
        return hg__fail(e, HG_DATA, name, "is .npy version %u.%u; 1.0 to 3.0 can be read", head[6], head[7]);
    size_t wide = head[6] == 1 ? 2 : 4, size = 0;
    status = hg__stream_read(s, head + 8, wide, e);
    for (size_t i = wide; !status && i-- > 0;) size = size << 8 | head[8 + i];
    if (!status && size > MOST_HEADER)
        status = hg__fail(e, HG_DATA, name, "its header claims %zu bytes; %d are the most", size, MOST_HEADER);
    if (!status) status = hg__stream_promise(s, size, e);
    if (status) return status;
    *text = calloc(size + 1, 1);
    if (!*text) return hg__fail_memory(e, name, size + 1);
    status = hg__stream_read(s, *text, size, e);
    if (!status && strlen(*text) != size) status = hg__fail(e, HG_DATA, name, "its header holds a zero byte");
    return status;
}

/* Elements of `width` bytes from Fortran's order (first index fastest) to C's. */
static void reorder(const hg__array *a, const char *in, char *out, size_t width)
{
    size_t d[HG__ARRAY_DIMS] = {1, 1, 1, 1}, stride[HG__ARRAY_DIMS] = {1};
    for (size_t k = 0; k < a->dims; k++) d[k] = a->dim[k];
    for (size_t k = 1; k < HG__ARRAY_DIMS; k++) stride[k] = stride[k - 1] * d[k - 1];
    for (size_t i = 0; i < d[0]; i++)
        for (size_t j = 0; j < d[1]; j++)
            for (size_t k = 0; k < d[2]; k++)
                for (size_t l = 0; l < d[3]; l++, out += width)
                    memcpy(out, in + (i + j * stride[1] + k * stride[2] + l * stride[3]) * width, width);
}

static hg_status to_c_order(hg__array *a, const char *name, hg_error *e)
{
    size_t width = a->bytes ? 1 : sizeof(float), size = hg__array_count(a) * width;
    void *out = malloc(size);
    if (!out) return hg__fail_memory(e, name, size);
    reorder(a, a->bytes ? (const char *)a->bytes : (const char *)a->floats, out, width);
    free(a->bytes), free(a->floats);
    if (width == 1) a->bytes = out;
    else a->floats = out;
    return HG_OK;
}

hg_status hg__npy_read(hg__array *a, hg__stream *s, hg_error *e)
{
    char *text = NULL;
    header h = {.a = a};
    *a = (hg__array){0};
    hg_status status = read_text(&text, s, e);
    cursor c = {.begin = text, .at = text, .name = hg__stream_name(s), .e = e};
    if (!status) status = read_dictionary(&c, &h);
    if (!status) status = hg__array_read(a, s, e);
    if (!status && h.fortran && a->dims > 1) status = to_c_order(a, c.name, e);
    if (status) hg__array_close(a);
    free(text);
    return status;
}

hg_status hg_npy_read(const char *path, float **values, size_t *dims, size_t dim[4], hg_error *e)
{
    hg__stream *s = NULL;
    hg__array a = {0};
    hg_status status = hg__stream_open(&s, path, e);
    if (!status) status = hg__npy_read(&a, s, e);
    if (!status && a.bytes) {
        size_t n = hg__array_count(&a);
        a.floats = malloc(n * sizeof *a.floats);
        if (!a.floats) status = hg__fail_memory(e, path, n * sizeof *a.floats);
        for (size_t i = 0; !status && i < n; i++) a.floats[i] = a.bytes[i];
    }
    if (!status) {
        *values = a.floats, *dims = a.dims;
        for (size_t i = 0; i < HG__ARRAY_DIMS; i++) dim[i] = i < a.dims ? a.dim[i] : 1;
        a.floats = NULL;
    }
    hg__array_close(&a);
    hg__stream_close(&s);
    return status;
}

static bool sniff(const hg__probe *p) { return hg__starts(p, magic, 6); }

static hg_status open_npy(hg__table *t, const char *path, const hg_set_options *o, hg_error *e)
{
    (void)o;
    return hg__array_open(t, path, hg__npy_read, e);
}

const hg__format hg__format_npy = {.name = ".npy", .sniff = sniff, .open = open_npy};

/* ---- Writing ---------------------------------------------------------------------------------- */

/* Version 1.0, padded with spaces so that the elements begin at a multiple of 64. */
static void put_header(FILE *out, size_t dims, const size_t *dim)
{
    char text[256];
    size_t n = (size_t)snprintf(text, sizeof text, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (size_t i = 0; i < dims; i++) n += (size_t)snprintf(text + n, sizeof text - n, "%zu, ", dim[i]);
    if (dims > 1) n -= 2; /* only a tuple of one ends with a comma */
    n += (size_t)snprintf(text + n, sizeof text - n, "), }");
    size_t whole = (10 + n + 1 + ALIGN - 1) / ALIGN * ALIGN, length = whole - 10;
    fwrite(magic, 1, 6, out);
    fwrite((uint8_t[]){1, 0, (uint8_t)length, (uint8_t)(length >> 8)}, 1, 4, out);
    fprintf(out, "%s%*s", text, (int)(length - n), "\n");
}

static void put_values(FILE *out, const float *values, size_t n)
{
    enum { BLOCK = 4096 };
    uint8_t bytes[4 * BLOCK];
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t part = n - at < BLOCK ? n - at : BLOCK;
        for (size_t i = 0; i < part; i++) {
            uint32_t bits;
            memcpy(&bits, values + at + i, sizeof bits);
            for (int k = 0; k < 4; k++) bytes[4 * i + (size_t)k] = (uint8_t)(bits >> 8 * k);
        }
        if (fwrite(bytes, 4, part, out) != part) return; /* hg__file_close sees the stream's error */
    }
}

/* size: a public call; flat, so that its common use is one line. */
hg_status hg_npy_write(const char *path, const float *values, size_t dims, const size_t *dim, bool force, hg_error *e)
{
    hg__file f;
    size_t n = 1;
    if (dims > HG__ARRAY_DIMS)
        return hg__fail(e, HG_USAGE, path, "%zu dimensions are too many; %d at most", dims, HG__ARRAY_DIMS);
    for (size_t i = 0; i < dims; i++)
        if (!hg__mul(n, dim[i], &n)) return hg__fail(e, HG_USAGE, path, "the dimensions overflow");
    hg_status s = hg__file_create(&f, path, force, e);
    if (s) return s;
    put_header(f.stream, dims, dim);
    put_values(f.stream, values, n);
    return hg__file_close(&f, HG_OK, e);
}
