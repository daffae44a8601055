/* picture.c: one picture of any format, chosen by its first bytes. */
#include "data/picture.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

static const struct codec {
    const char *magic;
    size_t size;
    hg_status (*decode)(hg_image *image, const void *bytes, size_t size, const char *name, hg_error *e);
} codecs[] = {
    {"\x89PNG\r\n\x1a\n", 8, hg__png_decode},
    {"\xff\xd8", 2, hg__jpeg_decode},
};
enum { CODECS = sizeof codecs / sizeof *codecs };

static const struct codec *codec_of(const hg__probe *p)
{
    for (size_t i = 0; i < CODECS; i++)
        if (hg__starts(p, codecs[i].magic, codecs[i].size)) return &codecs[i];
    return NULL;
}

hg_status hg__image_make(hg_image *image, hg_shape shape, size_t stored, const char *name, hg_error *e)
{
    if (!shape.h || !shape.w || shape.h > HG__PICTURE_MOST_SIDE || shape.w > HG__PICTURE_MOST_SIDE ||
        shape.h * shape.w > HG__PICTURE_MOST_PIXELS)
        return hg__fail(e, HG_DATA, name, "is a picture of %zu x %zu; the most is %d a side and %d pixels in all",
                        shape.h, shape.w, HG__PICTURE_MOST_SIDE, HG__PICTURE_MOST_PIXELS);
    size_t size = hg_shape_size(shape);
    if (hg__is_bomb(size, stored))
        return hg__fail(e, HG_DATA, name, "its header promises %zu bytes of picture, too many for %zu compressed ones",
                        size, stored);
    uint8_t *pixels = malloc(size);
    if (!pixels) return hg__fail_memory(e, name, size);
    *image = (hg_image){.shape = shape, .pixels = pixels};
    return HG_OK;
}

hg_status hg_image_read(hg_image *image, const char *path, hg_error *e)
{
    char *bytes = NULL;
    size_t size = 0;
    hg__probe p = {0};
    hg_status s = hg__file_read(path, HG__PICTURE_MOST_BYTES, &bytes, &size, e);
    if (s) return s;
    p.size = size < sizeof p.head ? size : sizeof p.head;
    memcpy(p.head, bytes, p.size);
    const struct codec *codec = codec_of(&p);
    if (codec) s = codec->decode(image, bytes, size, path, e);
    else if (hg__starts(&p, "\x1f\x8b", 2))
        s = hg__fail(e, HG_DATA, path, "is packed with gzip, and pictures are read as they are; unpack it with gunzip");
    else s = hg__fail(e, HG_DATA, path, "is neither a PNG nor a JPEG picture");
    free(bytes);
    return s;
}

/* ---- A single picture as a set of one --------------------------------------------------------- */

static bool sniff(const hg__probe *p) { return codec_of(p); }

static hg_status open_picture(hg__table *t, const char *path, const hg_set_options *o, hg_error *e)
{
    (void)o;
    hg_image image;
    hg_status s = hg_image_read(&image, path, e);
    if (!s) *t = (hg__table){.n = 1, .shape = image.shape, .bytes = image.pixels, .high = 255};
    return s;
}

const hg__format hg__format_picture = {.name = "PNG or JPEG picture", .sniff = sniff, .open = open_picture};
