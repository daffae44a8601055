/* picture.h: what the picture formats share: each decodes a whole file in memory into an hg_image. A new one is one
 * file with a decoder, and one line in picture.c. */
#ifndef HG_DATA_PICTURE_H
#define HG_DATA_PICTURE_H

#include "data/formats.h"

/* More is not a picture to learn from but a way to fill the memory. */
enum { HG__PICTURE_MOST_SIDE = 32768, HG__PICTURE_MOST_PIXELS = 1 << 26, HG__PICTURE_MOST_BYTES = 1 << 28 };

/* name: for messages. Fills *image, whose pixels the caller frees. */
hg_status hg__png_decode(hg_image *image, const void *bytes, size_t size, const char *name, hg_error *e);
hg_status hg__jpeg_decode(hg_image *image, const void *bytes, size_t size, const char *name, hg_error *e);

/* 1 (as it is) to 8, from a JPEG's Exif segment; 1 where there is none. */
unsigned hg__exif_orientation(const void *bytes, size_t size);
/* Turns and mirrors the picture so. HG_MEMORY only; the picture is as it was then. */
hg_status hg__image_upright(hg_image *image, unsigned orientation, const char *name, hg_error *e);

/* Takes memory for the picture that the header of a file of `stored` bytes promises; HG_DATA when that is not to be
 * believed. */
hg_status hg__image_make(hg_image *image, hg_shape shape, size_t stored, const char *name, hg_error *e);

#endif
