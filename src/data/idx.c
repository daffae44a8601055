/* idx.c: the IDX format of the MNIST files (Y. LeCun): two zero bytes, a type byte, the number of
 * dimensions, each dimension as 32 bits, then the elements; everything big-endian. */
#include "data/formats.h"

static const struct type {
    uint8_t code;
    hg__kind kind;
    size_t width;
} types[] = {
    {0x08, HG__UNSIGNED, 1}, {0x09, HG__SIGNED, 1}, {0x0b, HG__SIGNED, 2},
    {0x0c, HG__SIGNED, 4},   {0x0d, HG__FLOAT, 4},  {0x0e, HG__FLOAT, 8},
};

static hg_status read_header(hg__array *a, hg__stream *s, hg_error *e)
{
    uint8_t magic[4], dim[4 * HG__ARRAY_DIMS];
    const char *name = hg__stream_name(s);
    hg_status status = hg__stream_read(s, magic, sizeof magic, e);
    if (status) return status;
    if (magic[0] || magic[1])
        return hg__fail(e, HG_DATA, name, "does not start with the two zero bytes of an IDX file");
    const struct type *type = NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].code == magic[2]) type = &types[i];
    if (!type) return hg__fail(e, HG_DATA, name, "byte 2: %02x is no IDX type (08, 09, 0b, 0c, 0d, 0e)", magic[2]);
    if (magic[3] < 1 || magic[3] > HG__ARRAY_DIMS)
        return hg__fail(e, HG_DATA, name, "byte 3: %u dimensions; 1 to %d can be read", magic[3], HG__ARRAY_DIMS);
    *a = (hg__array){.kind = type->kind, .width = type->width, .big_endian = true, .dims = magic[3]};
    status = hg__stream_read(s, dim, 4 * a->dims, e);
    for (size_t i = 0; !status && i < a->dims; i++)
        a->dim[i] =
            (size_t)dim[4 * i] << 24 | (size_t)dim[4 * i + 1] << 16 | (size_t)dim[4 * i + 2] << 8 | dim[4 * i + 3];
    return status;
}

hg_status hg__idx_read(hg__array *a, hg__stream *s, hg_error *e)
{
    hg_status status = read_header(a, s, e);
    return status ? status : hg__array_read(a, s, e);
}

static bool sniff(const hg__probe *p) { return hg__starts(p, "\0", 2); }

static hg_status open_idx(hg__table *t, const char *path, const hg_set_options *o, hg_error *e)
{
    (void)o;
    return hg__array_open(t, path, hg__idx_read, e);
}

const hg__format hg__format_idx = {.name = "IDX", .sniff = sniff, .open = open_idx};
