/* picture_png.c: PNG through libpng's low-level API, as its simple one bends 16 bits through gamma. Every kind
 * becomes 8-bit grey or RGB: palettes and small depths expanded, 16 bits scaled, transparency laid on white.
 * libpng reports errors by longjmp, so the calls that may jump stand in functions that own nothing. */
#include "base/file.h"
#include "data/picture.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

struct job {
    png_structp png;
    png_infop info;
    const uint8_t *in; /* the file, and where reading stands */
    size_t size, at;
    FILE *out;
    const char *name;
    hg_error *e;
    hg_status status;
    uint8_t *pixels; /* rows of the picture as libpng gives it: with alpha when there is any */
    png_bytep *row;
    png_colorp palette; /* libpng's, [colours]; alpha: of the first of them */
    png_bytep alpha;
    size_t colours;
    int alphas;
};

static void on_error(png_structp png, png_const_charp what)
{
    struct job *j = png_get_error_ptr(png);
    if (j->status) png_longjmp(png, 1);
    if (strstr(what, "emory")) j->status = hg__fail(j->e, HG_MEMORY, j->name, "there is no memory for it: %s", what);
    else if (j->out) j->status = hg__fail(j->e, HG_FAILED, j->name, "cannot be written as a PNG: %s", what);
    else j->status = hg__fail(j->e, HG_DATA, j->name, "is not a sound PNG picture: %s (byte %zu)", what, j->at);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp what) { (void)png, (void)what; }

static void give_bytes(png_structp png, png_bytep out, size_t n)
{
    struct job *j = png_get_io_ptr(png);
    if (n > j->size - j->at) png_error(png, "it is cut short");
    memcpy(out, j->in + j->at, n);
    j->at += n;
}

/* ---- Reading ---------------------------------------------------------------------------------- */

/* Reads the header and asks for 8-bit grey, grey + alpha, RGB or RGBA; of a palette for its indices, as libpng takes
 * one beyond the palette for black. What is no part of the picture (text, profiles) is passed over: it may be packed
 * a thousandfold. */
static void read_header(struct job *j, hg_shape *shape)
{
    png_structp png = j->png;
    int colours = 0;
    png_set_read_fn(png, j, give_bytes);
    png_set_user_limits(png, HG__PICTURE_MOST_SIDE, HG__PICTURE_MOST_SIDE);
    png_set_chunk_malloc_max(png, 8 << 20);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, j->info);
    if (png_get_color_type(png, j->info) == PNG_COLOR_TYPE_PALETTE) {
        png_get_PLTE(png, j->info, &j->palette, &colours);
        png_get_tRNS(png, j->info, &j->alpha, &j->alphas, NULL);
        j->colours = (size_t)colours;
        png_set_packing(png);
    } else png_set_expand(png);
    png_set_scale_16(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, j->info);
    *shape = (hg_shape){png_get_image_height(png, j->info), png_get_image_width(png, j->info),
                        j->colours ? j->alphas ? 4 : 3 : png_get_channels(png, j->info)};
}

static bool try_header(struct job *j, hg_shape *shape)
{
    if (setjmp(png_jmpbuf(j->png))) return false;
    read_header(j, shape);
    return true;
}

static bool try_rows(struct job *j)
{
    if (setjmp(png_jmpbuf(j->png))) return false;
    png_read_image(j->png, j->row);
    png_read_end(j->png, NULL);
    return true;
}

/* Indices, one a byte at the front of the pixels, become colours; from the end, so that none is written over. */
static hg_status look_up(const struct job *j, hg_image *image)
{
    size_t c = image->shape.c, w = image->shape.w;
    for (size_t i = image->shape.h * w; i-- > 0;) {
        size_t index = image->pixels[i];
        if (index >= j->colours)
            return hg__fail(j->e, HG_DATA, j->name, "row %zu, column %zu: colour %zu of a palette of %zu", i / w, i % w,
                            index, j->colours);
        const png_color *colour = &j->palette[index];
        uint8_t *p = image->pixels + i * c;
        p[0] = colour->red, p[1] = colour->green, p[2] = colour->blue;
        if (c == 4) p[3] = index < (size_t)j->alphas ? j->alpha[index] : 255;
    }
    return HG_OK;
}

/* Lays grey + alpha or RGBA on white, in place; the rows stay without gaps. */
static void drop_alpha(hg_image *image)
{
    size_t c = image->shape.c, n = image->shape.h * image->shape.w;
    if (c == 1 || c == 3) return;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = image->pixels + i * c;
        unsigned alpha = p[c - 1];
        for (size_t k = 0; k + 1 < c; k++)
            image->pixels[i * (c - 1) + k] = (uint8_t)((p[k] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
    image->shape.c = c - 1;
}

hg_status hg__png_decode(hg_image *image, const void *bytes, size_t size, const char *name, hg_error *e)
{
    struct job j = {.in = bytes, .size = size, .name = name, .e = e};
    hg_image made = {0};
    hg_shape shape = {0};
    j.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &j, on_error, on_warning);
    j.info = j.png ? png_create_info_struct(j.png) : NULL;
    if (!j.info) j.status = hg__fail_memory(e, name, 65536);
    else if (try_header(&j, &shape)) j.status = hg__image_make(&made, shape, size, name, e);
    if (j.status) goto done;
    j.row = malloc(shape.h * sizeof *j.row);
    if (!j.row) {
        j.status = hg__fail_memory(e, name, shape.h * sizeof *j.row);
        goto done;
    }
    for (size_t y = 0; y < shape.h; y++) j.row[y] = made.pixels + y * shape.w * (j.colours ? 1 : shape.c);
    if (try_rows(&j) && j.colours) j.status = look_up(&j, &made);
    if (!j.status) {
        drop_alpha(&made);
        *image = made;
    }
done:
    if (j.status) free(made.pixels);
    free(j.row);
    png_destroy_read_struct(&j.png, &j.info, NULL);
    return j.status;
}

/* ---- Writing ---------------------------------------------------------------------------------- */

static void put_bytes(png_structp png, png_bytep bytes, size_t n)
{
    struct job *j = png_get_io_ptr(png);
    if (fwrite(bytes, 1, n, j->out) == n) return;
    j->status = hg__fail_errno(j->e, j->name, "cannot be written");
    png_longjmp(png, 1);
}

static void put_nothing(png_structp png) { (void)png; } /* hg__file_close flushes */

static void try_write(struct job *j, hg_shape shape, const uint8_t *pixels)
{
    if (setjmp(png_jmpbuf(j->png))) return;
    png_set_write_fn(j->png, j, put_bytes, put_nothing);
    png_set_IHDR(j->png, j->info, (png_uint_32)shape.w, (png_uint_32)shape.h, 8,
                 shape.c == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(j->png, j->info);
    for (size_t y = 0; y < shape.h; y++) png_write_row(j->png, pixels + y * shape.w * shape.c);
    png_write_end(j->png, NULL);
}

hg_status hg_image_write_png(const char *path, hg_shape shape, const uint8_t *pixels, bool force, hg_error *e)
{
    hg__file file;
    enum { MOST = 1000000 }; /* libpng's own limit */
    if (!shape.h || !shape.w || shape.h > MOST || shape.w > MOST || (shape.c != 1 && shape.c != 3))
        return hg__fail(e, HG_USAGE, path, "%zu x %zu x %zu is no picture to write; channels are 1 or 3", shape.h,
                        shape.w, shape.c);
    hg_status s = hg__file_create(&file, path, force, e);
    if (s) return s;
    struct job j = {.out = file.stream, .name = path, .e = e};
    j.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &j, on_error, on_warning);
    j.info = j.png ? png_create_info_struct(j.png) : NULL;
    if (j.info) try_write(&j, shape, pixels);
    else j.status = hg__fail_memory(e, path, 65536);
    png_destroy_write_struct(&j.png, &j.info);
    return hg__file_close(&file, j.status, e);
}
