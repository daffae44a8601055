/* picture_exif.c: how a camera was held: the orientation in a JPEG's Exif segment, which viewers turn the picture by.
 * JPEG segments: ITU-T T.81, annex B; Exif: a TIFF directory in segment APP1 (CIPA DC-008, 4.6). */
#include "data/picture.h"

#include <stdlib.h>
#include <string.h>

typedef struct tiff {
    const uint8_t *at;
    size_t size;
    bool big_endian;
} tiff;

/* A number of `width` bytes; 0 beyond the end. */
static size_t number(const tiff *t, size_t at, size_t width)
{
    size_t value = 0;
    if (at > t->size || t->size - at < width) return 0;
    for (size_t i = 0; i < width; i++) value = value << 8 | t->at[at + (t->big_endian ? i : width - 1 - i)];
    return value;
}

static unsigned orientation_of(tiff t)
{
    enum { ORIENTATION = 0x0112, SHORT = 3, ENTRY = 12 };
    if (t.size < 8 || (memcmp(t.at, "II*\0", 4) != 0 && memcmp(t.at, "MM\0*", 4) != 0)) return 1;
    t.big_endian = t.at[0] == 'M';
    size_t directory = number(&t, 4, 4), entries = number(&t, directory, 2);
    for (size_t i = 0; i < entries; i++) {
        size_t at = directory + 2 + i * ENTRY;
        if (at > t.size) break;
        if (number(&t, at, 2) != ORIENTATION || number(&t, at + 2, 2) != SHORT) continue;
        size_t value = number(&t, at + 8, 2);
        return value >= 1 && value <= 8 ? (unsigned)value : 1;
    }
    return 1;
}

unsigned hg__exif_orientation(const void *bytes, size_t size)
{
    enum { APP1 = 0xE1, SCAN = 0xDA };
    const uint8_t *b = bytes;
    for (size_t at = 2; at + 4 <= size && b[at] == 0xFF && b[at + 1] != SCAN;) {
        size_t length = (size_t)b[at + 2] << 8 | b[at + 3];
        if (length < 2 || length > size - at - 2) break;
        if (b[at + 1] == APP1 && length >= 8 && !memcmp(b + at + 4, "Exif\0\0", 6))
            return orientation_of((tiff){.at = b + at + 10, .size = length - 8});
        at += 2 + length;
    }
    return 1;
}

/* Where pixel (y, x) of the upright picture lies in the stored one of h x w. */
static size_t source_of(unsigned orientation, hg_shape s, size_t y, size_t x)
{
    bool swap = orientation >= 5;
    size_t row = swap ? x : y, column = swap ? y : x;
    bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    return (from_below ? s.h - 1 - row : row) * s.w + (from_right ? s.w - 1 - column : column);
}

hg_status hg__image_upright(hg_image *image, unsigned orientation, const char *name, hg_error *e)
{
    const hg_shape s = image->shape, to = orientation >= 5 ? (hg_shape){s.w, s.h, s.c} : s;
    if (orientation <= 1) return HG_OK;
    uint8_t *turned = malloc(hg_shape_size(s));
    if (!turned) return hg__fail_memory(e, name, hg_shape_size(s));
    for (size_t y = 0; y < to.h; y++)
        for (size_t x = 0; x < to.w; x++)
            memcpy(turned + (y * to.w + x) * s.c, image->pixels + source_of(orientation, s, y, x) * s.c, s.c);
    free(image->pixels);
    *image = (hg_image){.shape = to, .pixels = turned};
    return HG_OK;
}
