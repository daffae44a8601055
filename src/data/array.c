/* array.c: see array.h. One decoder takes every width and byte order: the element's bytes are put
 * together into 64 bits by place value, so the machine's own order never matters. */
#include "data/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16384 }; /* elements decoded at a time: a multiple of 8 bytes, in cache */

size_t hg__array_count(const hg__array *a)
{
    size_t n = 1;
    for (size_t i = 0; i < a->dims; i++) n *= a->dim[i];
    return n;
}

void hg__array_close(hg__array *a)
{
    free(a->bytes);
    free(a->floats);
    *a = (hg__array){0};
}

static uint64_t bits_of(const uint8_t *p, size_t width, bool big_endian)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < width; i++) bits = bits << 8 | p[big_endian ? i : width - 1 - i];
    return bits;
}

/* IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
static float from_half(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    float fraction = (float)(bits & 1023), value;
    if (exponent == 31) value = bits & 1023 ? NAN : INFINITY;
    else value = exponent ? ldexpf(fraction + 1024, exponent - 25) : ldexpf(fraction, -24);
    return bits >> 15 ? -value : value;
}

static float from_float(uint64_t bits, size_t width)
{
    if (width == 2) return from_half(bits);
    if (width == 4) {
        uint32_t low = (uint32_t)bits;
        float value;
        memcpy(&value, &low, sizeof value);
        return value;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return (float)value;
}

static float element(const hg__array *a, const uint8_t *p)
{
    uint64_t bits = bits_of(p, a->width, a->big_endian);
    if (a->kind == HG__UNSIGNED) return (float)bits;
    if (a->kind == HG__FLOAT) return from_float(bits, a->width);
    uint64_t sign = (uint64_t)1 << (8 * a->width - 1);
    return (float)(int64_t)((bits ^ sign) - sign);
}

static hg_status read_floats(hg__array *a, hg__stream *s, size_t count, hg_error *e)
{
    size_t room = BLOCK * a->width;
    uint8_t *raw = malloc(room);
    a->floats = malloc(count * sizeof *a->floats);
    hg_status status = raw && a->floats ? HG_OK : hg__fail_memory(e, hg__stream_name(s), count * sizeof *a->floats);
    for (size_t at = 0; !status && at < count; at += BLOCK) {
        size_t n = count - at < BLOCK ? count - at : BLOCK;
        status = hg__stream_read(s, raw, n * a->width, e);
        for (size_t i = 0; !status && i < n; i++) a->floats[at + i] = element(a, raw + i * a->width);
    }
    free(raw);
    return status;
}

static hg_status read_bytes(hg__array *a, hg__stream *s, size_t count, hg_error *e)
{
    a->bytes = malloc(count);
    if (!a->bytes) return hg__fail_memory(e, hg__stream_name(s), count);
    hg_status status = hg__stream_read(s, a->bytes, count, e);
    for (size_t i = 0; !status && a->boolean && i < count; i++) a->bytes[i] = a->bytes[i] != 0;
    return status;
}

/* The number of elements, checked for overflow also as floats. */
static hg_status measure(const hg__array *a, const char *name, size_t *count, hg_error *e)
{
    size_t n = 1, bytes;
    for (size_t i = 0; i < a->dims; i++) {
        if (!a->dim[i]) return hg__fail(e, HG_DATA, name, "is empty: dimension %zu is 0", i);
        if (!hg__mul(n, a->dim[i], &n))
            return hg__fail(e, HG_DATA, name, "its dimensions overflow; the header is damaged");
    }
    if (!hg__mul(n, 8, &bytes)) return hg__fail(e, HG_DATA, name, "its dimensions overflow; the header is damaged");
    *count = n;
    return HG_OK;
}

hg_status hg__array_read(hg__array *a, hg__stream *s, hg_error *e)
{
    size_t count = 0;
    hg_status status = measure(a, hg__stream_name(s), &count, e);
    if (!status) status = hg__stream_promise(s, count * a->width, e);
    bool as_bytes = a->kind == HG__UNSIGNED && a->width == 1;
    if (!status) status = as_bytes ? read_bytes(a, s, count, e) : read_floats(a, s, count, e);
    if (!status) status = hg__stream_end(s, e);
    if (!status) return HG_OK;
    free(a->bytes), free(a->floats);
    a->bytes = NULL, a->floats = NULL;
    return status;
}
