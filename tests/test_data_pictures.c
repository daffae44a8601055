/* test_data_pictures.c: PNG and JPEG pictures of every kind, folders of them, and that what is damaged is refused. */
#include "data/picture.h"
#include "data_files.h"

#include <math.h>
#include <png.h>
#include <time.h>
#include <turbojpeg.h>

/* ---- Making pictures -------------------------------------------------------------------------- */

typedef struct recipe {
    int colour, depth, interlace;
    bool transparent; /* palette: entry 0 is; grey and RGB: the value 0 is */
} recipe;

/* A picture of 5 x 3 with random-looking samples, written by libpng itself. Returns what it should read as. */
static hg_shape make_png(const char *path, recipe r, const uint8_t *rows, size_t row_bytes)
{
    FILE *out = fopen(path, "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    static const png_color palette[4] = {{10, 20, 30}, {40, 50, 60}, {70, 80, 90}, {100, 110, 120}};
    static const png_byte clear[1] = {0};
    static const png_color_16 nothing = {0};
    png_init_io(png, out);
    png_set_IHDR(png, info, 5, 3, r.depth, r.colour, r.interlace, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (r.colour == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, 4);
    if (r.transparent) png_set_tRNS(png, info, clear, 1, &nothing);
    png_write_info(png, info);
    png_bytep row[3];
    for (size_t y = 0; y < 3; y++) row[y] = (png_bytep)(uintptr_t)(rows + y * row_bytes);
    png_write_image(png, row);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    fclose(out);
    return (hg_shape){3, 5, r.colour == PNG_COLOR_TYPE_GRAY || r.colour == PNG_COLOR_TYPE_GRAY_ALPHA ? 1 : 3};
}

static const char *make_jpeg(room *r, const char *name, hg_shape s, uint8_t grey)
{
    uint8_t pixels[64 * 64 * 3];
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    memset(pixels, grey, hg_shape_size(s));
    tjhandle tj = tjInitCompress();
    assert_int_equal(tjCompress2(tj, pixels, (int)s.w, 0, (int)s.h, s.c == 1 ? TJPF_GRAY : TJPF_RGB, &bytes, &size,
                                 s.c == 1 ? TJSAMP_GRAY : TJSAMP_444, 95, 0),
                     0);
    put(r, name, bytes, size);
    tjFree(bytes);
    tjDestroy(tj);
    return r->path;
}

static const char *make_flat(room *r, const char *name, hg_shape s, uint8_t value)
{
    uint8_t pixels[64 * 64 * 3];
    hg_error e = {0};
    memset(pixels, value, sizeof pixels);
    if (hg_image_write_png(room_path(r, name), s, pixels, true, &e)) fail_msg("%s", e.what);
    return r->path;
}

/* ---- Single pictures -------------------------------------------------------------------------- */

static void a_written_png_reads_back(void **state)
{
    uint8_t pixels[7 * 9 * 3];
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)(i * 37);
    for (size_t c = 1; c <= 3; c += 2) {
        hg_image image = {0};
        const hg_shape s = {7, 9, c};
        const char *path = room_path(*state, "a.png");
        assert_int_equal(hg_image_write_png(path, s, pixels, true, NULL), HG_OK);
        assert_int_equal(hg_image_read(&image, path, NULL), HG_OK);
        assert_true(hg_shape_equal(image.shape, s));
        assert_memory_equal(image.pixels, pixels, hg_shape_size(s));
        free(image.pixels);
    }
    assert_int_equal(hg_image_write_png(room_path(*state, "a.png"), (hg_shape){1, 1, 1}, pixels, false, NULL),
                     HG_EXISTS);
    assert_int_equal(hg_image_write_png(room_path(*state, "b.png"), (hg_shape){1, 1, 2}, pixels, false, NULL),
                     HG_USAGE);
    assert_int_equal(access(room_path(*state, "b.png"), F_OK), -1);
}

static void every_kind_of_png_is_understood(void **state)
{
    enum { GREY = PNG_COLOR_TYPE_GRAY, RGB = PNG_COLOR_TYPE_RGB, PALETTE = PNG_COLOR_TYPE_PALETTE };
    enum { GREY_ALPHA = PNG_COLOR_TYPE_GRAY_ALPHA, RGBA = PNG_COLOR_TYPE_RGB_ALPHA };
    /* The first bytes of a row, and what the first pixel's first channel is. */
    static const struct {
        const char *what;
        recipe r;
        uint8_t row[8], first;
    } cases[] = {
        {"grey 1", {GREY, 1, 0, false}, {0x80}, 255},
        {"grey 2", {GREY, 2, 0, false}, {0x40}, 85},
        {"grey 4", {GREY, 4, 0, false}, {0x30}, 51},
        {"grey 8", {GREY, 8, 0, false}, {77}, 77},
        {"grey 16", {GREY, 16, 0, false}, {0x80, 0x80}, 128},
        {"grey 16, scaled, not cut", {GREY, 16, 0, false}, {0x81, 0x00}, 128},
        {"grey, transparent", {GREY, 8, 0, true}, {0}, 255},
        {"rgb 8", {RGB, 8, 0, false}, {9, 8, 7}, 9},
        {"rgb 16", {RGB, 16, 0, false}, {0xff, 0xff}, 255},
        {"palette 2", {PALETTE, 2, 0, false}, {0x40}, 40},
        {"palette 8", {PALETTE, 8, 0, false}, {3}, 100},
        {"palette, transparent", {PALETTE, 8, 0, true}, {0}, 255},
        {"grey and alpha", {GREY_ALPHA, 8, 0, false}, {100, 0}, 255},
        {"grey and half alpha", {GREY_ALPHA, 8, 0, false}, {100, 51}, 224},
        {"rgba, opaque", {RGBA, 8, 0, false}, {5, 6, 7, 255}, 5},
        {"rgba 16", {RGBA, 16, 0, false}, {0x10, 0x10, 0, 0, 0, 0, 0xff, 0xff}, 16},
        {"interlaced grey", {GREY, 8, PNG_INTERLACE_ADAM7, false}, {33}, 33},
        {"interlaced rgb", {RGB, 8, PNG_INTERLACE_ADAM7, false}, {44}, 44},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t rows[3 * 64] = {0};
        hg_image image = {0};
        hg_error e = {0};
        for (size_t y = 0; y < 3; y++) memcpy(rows + y * 64, cases[i].row, sizeof cases[i].row);
        const char *path = room_path(*state, "kind.png");
        hg_shape shape = make_png(path, cases[i].r, rows, 64);
        if (hg_image_read(&image, path, &e)) fail_msg("%s: %s", cases[i].what, e.what);
        assert_true(hg_shape_equal(image.shape, shape));
        if (image.pixels[0] != cases[i].first) fail_msg("%s: %d", cases[i].what, image.pixels[0]);
        assert_int_equal(image.pixels[2 * 5 * shape.c], cases[i].first);
        free(image.pixels);
    }
}

static void jpeg_is_read_in_grey_and_colour(void **state)
{
    for (size_t c = 1; c <= 3; c += 2) {
        hg_image image = {0};
        const hg_shape s = {10, 20, c};
        assert_int_equal(hg_image_read(&image, make_jpeg(*state, "a.jpg", s, 120), NULL), HG_OK);
        assert_true(hg_shape_equal(image.shape, s));
        for (size_t i = 0; i < hg_shape_size(s); i++) assert_in_range(image.pixels[i], 118, 122);
        free(image.pixels);
    }
}

/* size: a picture's parts and what is made of them; flat, so that a test reads as a line.
   pixels [s] as a JPEG in `format`, with an Exif segment of this orientation where it is not 0. */
static void put_jpeg(room *r, const char *name, hg_shape s, const uint8_t *pixels, int format, uint8_t orientation)
{
    uint8_t exif[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M',         0, '*', 0, 0, 0, 8,
                      0,    1,    1, 18, 0,   3,   0,   0,   0, 1, 0,   orientation, 0, 0,   0, 0, 0, 0};
    uint8_t file[8192];
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    tjhandle tj = tjInitCompress();
    int sampling = format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_444;
    assert_int_equal(tjCompress2(tj, pixels, (int)s.w, 0, (int)s.h, format, &bytes, &size, sampling, 95, 0), 0);
    size_t more = orientation ? sizeof exif : 0;
    assert_true(size + more <= sizeof file);
    memcpy(file, bytes, 2), memcpy(file + 2, exif, more), memcpy(file + 2 + more, bytes + 2, size - 2);
    put(r, name, file, size + more);
    tjFree(bytes);
    tjDestroy(tj);
}

static void a_jpeg_stands_upright_as_its_camera_was_held(void **state)
{
    static const struct {
        bool swaps, right, below; /* where the bright corner, stored at the top left, is seen */
    } seen[] = {{0}, {0, 1, 0}, {0, 1, 1}, {0, 0, 1}, {1, 0, 0}, {1, 1, 0}, {1, 1, 1}, {1, 0, 1}};
    const hg_shape s = {16, 24, 1};
    uint8_t pixels[16 * 24];
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = i / 24 < 8 && i % 24 < 8 ? 220 : 20;
    for (uint8_t o = 1; o <= 8; o++) {
        hg_image image = {0};
        put_jpeg(*state, "held.jpg", s, pixels, TJPF_GRAY, o);
        assert_int_equal(hg_image_read(&image, room_path(*state, "held.jpg"), NULL), HG_OK);
        assert_true(hg_shape_equal(image.shape, seen[o - 1].swaps ? (hg_shape){24, 16, 1} : s));
        size_t y = seen[o - 1].below ? image.shape.h - 4 : 4, x = seen[o - 1].right ? image.shape.w - 4 : 4;
        assert_true(image.pixels[y * image.shape.w + x] > 200);
        size_t bright = 0;
        for (size_t i = 0; i < sizeof pixels; i++) bright += image.pixels[i] > 120;
        assert_int_equal(bright, 64);
        free(image.pixels);
    }
}

static void every_cut_of_an_exif_segment_is_harmless(void **state)
{
    const uint8_t pixels[64] = {0};
    uint8_t file[8192], *cut;
    put_jpeg(*state, "held.jpg", (hg_shape){8, 8, 1}, pixels, TJPF_GRAY, 6);
    size_t n = get(room_path(*state, "held.jpg"), file, sizeof file);
    for (size_t i = 2; i < 60; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            hg_image image = {0};
            file[i] ^= (uint8_t)(1u << bit);
            put(*state, "bent.jpg", file, n);
            if (!hg_image_read(&image, room_path(*state, "bent.jpg"), NULL)) free(image.pixels);
            file[i] ^= (uint8_t)(1u << bit);
        }
    for (size_t size = 0; size < 60; size++) { /* an exact copy: a reader past its end is seen by the sanitizer */
        assert_non_null(cut = malloc(size + 1));
        memcpy(cut, file, size);
        unsigned o = hg__exif_orientation(cut, size);
        assert_true(o == 1 || o == 6);
        free(cut);
    }
}

static void a_jpeg_for_print_is_called_so(void **state)
{
    uint8_t pixels[8 * 8 * 4] = {0};
    hg_image image = {0};
    hg_error e = {0};
    put_jpeg(*state, "print.jpg", (hg_shape){8, 8, 4}, pixels, TJPF_CMYK, 0);
    assert_int_equal(hg_image_read(&image, room_path(*state, "print.jpg"), &e), HG_DATA);
    assert_non_null(strstr(e.what, "CMYK"));
    assert_non_null(strstr(e.what, "-colorspace sRGB"));
}

static void a_single_picture_is_a_set_of_one(void **state)
{
    hg_set *set = set_of(make_flat(*state, "one.png", (hg_shape){4, 6, 3}, 9), (hg_set_options){0});
    assert_int_equal(set->n, 1);
    assert_true(hg_shape_equal(set->shape, (hg_shape){4, 6, 3}));
    assert_null(set->labels);
    hg_set_close(&set);
}

/* ---- Damaged pictures ------------------------------------------------------------------------- */

static void every_prefix_of_a_picture_is_refused(void **state)
{
    const char *const paths[] = {"a.png", "a.jpg"};
    make_flat(*state, "a.png", (hg_shape){6, 5, 3}, 100), make_jpeg(*state, "a.jpg", (hg_shape){8, 8, 1}, 100);
    for (size_t k = 0; k < 2; k++) {
        uint8_t file[2048];
        size_t n = get(room_path(*state, paths[k]), file, sizeof file);
        assert_true(n > 60 && n < sizeof file);
        for (size_t i = 0; i < n; i++) assert_refused(put(*state, "prefix", file, i), paths[k]);
    }
}

/* Bytes at a place are changed: each with the checksum left wrong or, for IHDR, mended. */
static void damaged_pngs_are_refused(void **state)
{
    static const struct {
        const char *what;
        size_t at, n;
        uint8_t bytes[8];
        bool mend; /* the checksum of IHDR, so that its contents count */
    } cases[] = {
        {"wrong magic", 1, 1, {'X'}, false},
        {"IHDR too long", 8, 4, {0, 0, 0, 14}, false},
        {"IHDR too short", 8, 4, {0, 0, 0, 12}, false},
        {"IHDR of 2^31", 8, 4, {0x80, 0, 0, 0}, false},
        {"IHDR of 2^32-1", 8, 4, {255, 255, 255, 255}, false},
        {"not IHDR", 12, 4, {'I', 'D', 'A', 'T'}, false},
        {"width 0", 16, 4, {0, 0, 0, 0}, true},
        {"height 0", 20, 4, {0, 0, 0, 0}, true},
        {"width 2^31-1", 16, 4, {0x7f, 255, 255, 255}, true},
        {"height 2^31-1", 20, 4, {0x7f, 255, 255, 255}, true},
        {"width 2^32-1", 16, 4, {255, 255, 255, 255}, true},
        {"both 30000", 16, 8, {0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30}, true},
        {"8000 x 8000, a bomb", 16, 8, {0, 0, 0x1f, 0x40, 0, 0, 0x1f, 0x40}, true},
        {"one row more", 20, 4, {0, 0, 0, 7}, true},
        {"one column more", 16, 4, {0, 0, 0, 6}, true},
        {"depth 3", 24, 1, {3}, true},
        {"depth 0", 24, 1, {0}, true},
        {"depth 32", 24, 1, {32}, true},
        {"colour type 1", 25, 1, {1}, true},
        {"colour type 5", 25, 1, {5}, true},
        {"a palette that is not there", 25, 1, {3}, true},
        {"compression 1", 26, 1, {1}, true},
        {"filter 1", 27, 1, {1}, true},
        {"interlace 2", 28, 1, {2}, true},
        {"IHDR's checksum", 29, 1, {0}, false},
        {"IDAT of 2^31", 33, 4, {0x80, 0, 0, 0}, false},
        {"IDAT longer than the file", 33, 4, {0, 0, 0x10, 0}, false},
        {"IDAT empty", 33, 4, {0, 0, 0, 0}, false},
        {"not IDAT", 37, 4, {'J', 'D', 'A', 'T'}, false},
        {"no zlib header", 41, 2, {0, 0}, false},
        {"IDAT's contents", 45, 2, {0xff, 0xff}, false},
    };
    uint8_t file[2048];
    size_t n = get(make_flat(*state, "a.png", (hg_shape){6, 5, 3}, 100), file, sizeof file);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bad[2048];
        memcpy(bad, file, n);
        memcpy(bad + cases[i].at, cases[i].bytes, cases[i].n);
        uint32_t crc = (uint32_t)crc32(0, bad + 12, 17);
        for (int k = 0; cases[i].mend && k < 4; k++) bad[29 + k] = (uint8_t)(crc >> (24 - 8 * k));
        assert_refused(put(*state, "bad", bad, n), cases[i].what);
    }
}

static void text_in_a_png_is_not_unpacked(void **state)
{
    enum { CHUNKS = 900, UNPACKED = 7 << 20 };
    uint8_t file[2048], *zeros = calloc(1, UNPACKED), *chunk = malloc(65536), end[4];
    size_t n = get(make_flat(*state, "a.png", (hg_shape){6, 5, 3}, 100), file, sizeof file);
    uLongf packed = 60000;
    memcpy(chunk + 4, "zTXtkey\0", 9); /* and method 0 */
    assert_int_equal(compress2(chunk + 13, &packed, zeros, UNPACKED, 9), Z_OK);
    uint32_t length = (uint32_t)packed + 5, crc = (uint32_t)crc32(0, chunk + 4, (uInt)packed + 9);
    for (int k = 0; k < 4; k++) chunk[k] = (uint8_t)(length >> (24 - 8 * k)), end[k] = (uint8_t)(crc >> (24 - 8 * k));
    FILE *out = fopen(room_path(*state, "text.png"), "wb");
    fwrite(file, 1, 33, out); /* the magic and IHDR */
    for (int i = 0; i < CHUNKS; i++) fwrite(chunk, 1, packed + 13, out), fwrite(end, 1, 4, out);
    fwrite(file + 33, 1, n - 33, out);
    fclose(out);
    hg_image image = {0};
    clock_t began = clock();
    assert_int_equal(hg_image_read(&image, room_path(*state, "text.png"), NULL), HG_OK);
    assert_true((double)(clock() - began) / CLOCKS_PER_SEC < 5); /* unpacked: minutes */
    free(image.pixels), free(zeros), free(chunk);
}

/* What is refused, and in which words. */
static void assert_refused_as(const char *path, const char *words)
{
    hg_image image = {0};
    hg_error e = {0};
    assert_int_equal(hg_image_read(&image, path, &e), HG_DATA);
    if (!strstr(e.what, words)) fail_msg("\"%s\" does not say \"%s\"", e.what, words);
}

static void a_colour_that_the_palette_lacks_is_refused(void **state)
{
    uint8_t rows[3 * 64] = {0};
    rows[64 + 2] = 4;
    const char *path = room_path(*state, "palette.png");
    make_png(path, (recipe){PNG_COLOR_TYPE_PALETTE, 8, 0, false}, rows, 64);
    assert_refused_as(path, "row 1, column 2: colour 4 of a palette of 4");
}

static void a_refusal_says_what_is_wrong(void **state)
{
    uint8_t file[2048];
    size_t n = get(make_jpeg(*state, "a.jpg", (hg_shape){8, 8, 1}, 100), file, sizeof file), frame = 0;
    while (file[frame] != 0xff || file[frame + 1] != 0xc0) frame++;
    assert_refused_as(put(*state, "cut.jpg", file, frame), "before it says its size");
    assert_refused_as(put_gzip(*state, "a.jpg.gz", file, n), "is packed with gzip");
}

static void damaged_jpegs_are_refused(void **state)
{
    uint8_t file[2048];
    size_t n = get(make_jpeg(*state, "a.jpg", (hg_shape){8, 8, 1}, 100), file, sizeof file), frame = 0;
    for (size_t i = 2; i + 9 < n && !frame; i++)
        if (file[i] == 0xff && file[i + 1] == 0xc0) frame = i; /* length 2, depth 1, height 2, width 2 */
    assert_true(frame > 0);
    const struct {
        const char *what;
        size_t at, n;
        uint8_t bytes[4];
    } cases[] = {
        {"no marker after the first", 2, 1, {0}},
        {"frame of 2 bytes", frame + 2, 2, {0, 2}},
        {"frame of 65535", frame + 2, 2, {255, 255}},
        {"depth 12", frame + 4, 1, {12}},
        {"height 0", frame + 5, 2, {0, 0}},
        {"width 0", frame + 7, 2, {0, 0}},
        {"height 65535", frame + 5, 2, {255, 255}},
        {"60000 x 60000", frame + 5, 4, {0xea, 0x60, 0xea, 0x60}},
        {"8000 x 8000", frame + 5, 4, {0x1f, 0x40, 0x1f, 0x40}},
        {"no components", frame + 9, 1, {0}},
        {"255 components", frame + 9, 1, {255}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bad[2048];
        memcpy(bad, file, n);
        memcpy(bad + cases[i].at, cases[i].bytes, cases[i].n);
        assert_refused(put(*state, "bad", bad, n), cases[i].what);
    }
}

/* ---- Folders ---------------------------------------------------------------------------------- */

static void sub(room *r, const char *name) { assert_int_equal(mkdir(room_path(r, name), 0700), 0); }

static void sub_folders_are_classes_in_the_order_of_their_names(void **state)
{
    const hg_shape s = {2, 2, 1};
    sub(*state, "set"), sub(*state, "set/b"), sub(*state, "set/a"), sub(*state, "set/empty"), sub(*state, "set/c");
    sub(*state, "set/c/deep");
    make_flat(*state, "set/b/2.png", s, 3), make_flat(*state, "set/b/10.PNG", s, 2),
        make_flat(*state, "set/a/z.png", s, 1);
    make_flat(*state, "set/c/deep/x.png", s, 4);
    put(*state, "set/a/notes.txt", "text", 4), put(*state, "set/a/.hidden.png", "x", 1);
    hg_set *set = set_of(room_path(*state, "set"), (hg_set_options){0});
    assert_int_equal(set->n, 4);
    assert_int_equal(set->classes, 3);
    for (size_t i = 0; i < 4; i++) assert_int_equal(set->bytes[i * 4], i + 1);
    assert_memory_equal(set->labels, ((int32_t[]){0, 1, 1, 2}), 4 * sizeof(int32_t));
    hg_set_close(&set);
    set = set_of(room_path(*state, "set"), (hg_set_options){.limit = 2});
    assert_int_equal(set->n, 2);
    hg_set_close(&set);
}

static void pictures_of_other_sizes_are_resized_to_the_first(void **state)
{
    sub(*state, "set");
    make_flat(*state, "set/1.png", (hg_shape){4, 6, 1}, 50), make_flat(*state, "set/2.png", (hg_shape){9, 5, 1}, 60);
    make_jpeg(*state, "set/3.jpg", (hg_shape){20, 20, 1}, 70);
    hg_set *set = set_of(room_path(*state, "set"), (hg_set_options){0});
    assert_true(hg_shape_equal(set->shape, (hg_shape){4, 6, 1}));
    assert_null(set->labels);
    for (size_t i = 0; i < 24; i++) assert_int_equal(set->bytes[24 + i], 60);
    hg_set_close(&set);
    set = set_of(room_path(*state, "set"), (hg_set_options){.resize = {3, 3, 3}, .method = HG_RESIZE_BILINEAR});
    assert_true(hg_shape_equal(set->shape, (hg_shape){3, 3, 3}));
    assert_int_equal(set->bytes[27], 60);
    hg_set_close(&set);
}

static void classes_and_pictures_keep_their_names(void **state)
{
    const hg_shape s = {2, 2, 1};
    sub(*state, "set"), sub(*state, "set/dog"), sub(*state, "set/cat");
    make_flat(*state, "set/dog/2.png", s, 2), make_flat(*state, "set/cat/1.png", s, 1);
    hg_set *set = set_of(room_path(*state, "set"), (hg_set_options){0});
    assert_string_equal(set->class_name[0], "cat");
    assert_string_equal(set->class_name[1], "dog");
    assert_string_equal(set->file[0], "cat/1.png");
    assert_string_equal(set->file[1], "dog/2.png");
    hg_set_close(&set);
}

static void another_aspect_is_stretched_cut_or_padded(void **state)
{
    /* 4 x 8: dark but for the two columns at each side. */
    static const uint8_t wide[32] = {9, 9, 0, 0, 0, 0, 9, 9, 9, 9, 0, 0, 0, 0, 9, 9,
                                     9, 9, 0, 0, 0, 0, 9, 9, 9, 9, 0, 0, 0, 0, 9, 9};
    static const struct {
        hg_fit fit;
        uint8_t row[2][4]; /* the first and the second of 4 x 4 */
    } rows[] = {{HG_FIT_STRETCH, {{9, 0, 0, 9}, {9, 0, 0, 9}}},
                {HG_FIT_CROP, {{0, 0, 0, 0}, {0, 0, 0, 0}}},
                {HG_FIT_PAD, {{0, 0, 0, 0}, {9, 0, 0, 9}}}};
    hg_error e = {0};
    if (hg_image_write_png(room_path(*state, "wide.png"), (hg_shape){4, 8, 1}, wide, true, &e)) fail_msg("%s", e.what);
    for (size_t i = 0; i < 3; i++) {
        hg_set *set = set_of(room_path(*state, "wide.png"), (hg_set_options){.resize = {4, 4, 1}, .fit = rows[i].fit});
        assert_memory_equal(set->bytes, rows[i].row, 8);
        hg_set_close(&set);
    }
}

static void hear(void *ctx, const char *line) { snprintf(ctx, 1200, "%.1199s", line); }

static void a_damaged_picture_is_named_and_may_be_left_out(void **state)
{
    char said[1200] = "";
    const hg_shape s = {2, 2, 1};
    hg_set_options o = {.skip_damaged = true, .say = hear, .say_ctx = said};
    sub(*state, "set"), sub(*state, "set/a"), sub(*state, "set/b");
    put(*state, "set/a/0.png", "no picture", 10), put(*state, "set/b/1.png", "nor this", 8);
    make_flat(*state, "set/a/1.png", s, 1), make_flat(*state, "set/b/0.png", s, 2),
        make_flat(*state, "set/b/2.png", s, 3);
    assert_refused(room_path(*state, "set"), "a damaged picture");
    hg_set *set = set_of(room_path(*state, "set"), o);
    assert_int_equal(set->n, 3);
    for (size_t i = 0; i < 3; i++) assert_int_equal(set->bytes[4 * i], i + 1);
    assert_memory_equal(set->labels, ((int32_t[]){0, 1, 1}), 3 * sizeof(int32_t));
    assert_string_equal(set->file[2], "b/2.png");
    assert_non_null(strstr(said, "set/b/1.png"));
    hg_set_close(&set);
}

static void one_colour_picture_makes_the_set_colour(void **state)
{
    sub(*state, "set");
    make_flat(*state, "set/1.png", (hg_shape){2, 2, 1}, 50), make_flat(*state, "set/2.png", (hg_shape){2, 2, 3}, 60);
    make_flat(*state, "set/3.png", (hg_shape){2, 2, 1}, 70);
    hg_set *set = set_of(room_path(*state, "set"), (hg_set_options){0});
    assert_int_equal(set->shape.c, 3);
    for (size_t i = 0; i < 36; i++) assert_int_equal(set->bytes[i], 50 + 10 * (i / 12));
    hg_set_close(&set);
    set = set_of(room_path(*state, "set"), (hg_set_options){.resize = {.c = 1}});
    assert_int_equal(set->shape.c, 1);
    hg_set_close(&set);
}

static void folders_without_a_clear_meaning_are_refused(void **state)
{
    sub(*state, "empty"), sub(*state, "mixed"), sub(*state, "mixed/a"), sub(*state, "bad");
    assert_refused(room_path(*state, "empty"), "an empty folder");
    make_flat(*state, "mixed/1.png", (hg_shape){2, 2, 1}, 1),
        make_flat(*state, "mixed/a/1.png", (hg_shape){2, 2, 1}, 1);
    assert_refused(room_path(*state, "mixed"), "pictures beside classes");
    put(*state, "bad/1.png", "no picture", 10);
    hg_set *set = NULL;
    hg_error e = {0};
    assert_int_equal(hg_set_open(&set, room_path(*state, "bad"), &(hg_set_options){0}, &e), HG_DATA);
    assert_non_null(strstr(e.where, "bad/1.png"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_written_png_reads_back, room_open, room_close),
        cmocka_unit_test_setup_teardown(every_kind_of_png_is_understood, room_open, room_close),
        cmocka_unit_test_setup_teardown(jpeg_is_read_in_grey_and_colour, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_jpeg_stands_upright_as_its_camera_was_held, room_open, room_close),
        cmocka_unit_test_setup_teardown(every_cut_of_an_exif_segment_is_harmless, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_jpeg_for_print_is_called_so, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_single_picture_is_a_set_of_one, room_open, room_close),
        cmocka_unit_test_setup_teardown(every_prefix_of_a_picture_is_refused, room_open, room_close),
        cmocka_unit_test_setup_teardown(damaged_pngs_are_refused, room_open, room_close),
        cmocka_unit_test_setup_teardown(text_in_a_png_is_not_unpacked, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_colour_that_the_palette_lacks_is_refused, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_refusal_says_what_is_wrong, room_open, room_close),
        cmocka_unit_test_setup_teardown(damaged_jpegs_are_refused, room_open, room_close),
        cmocka_unit_test_setup_teardown(sub_folders_are_classes_in_the_order_of_their_names, room_open, room_close),
        cmocka_unit_test_setup_teardown(pictures_of_other_sizes_are_resized_to_the_first, room_open, room_close),
        cmocka_unit_test_setup_teardown(classes_and_pictures_keep_their_names, room_open, room_close),
        cmocka_unit_test_setup_teardown(another_aspect_is_stretched_cut_or_padded, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_damaged_picture_is_named_and_may_be_left_out, room_open, room_close),
        cmocka_unit_test_setup_teardown(one_colour_picture_makes_the_set_colour, room_open, room_close),
        cmocka_unit_test_setup_teardown(folders_without_a_clear_meaning_are_refused, room_open, room_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
