/* sheet.c: a sheet of pictures as a PNG: dark paper, thin gaps, labels at the left. */
#include "report/sheet.h"

#include "report/font.h"

#include <hourglass/data.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAPER = 0x11,
    INK = 0x9a,
    MARGIN = 12,
    GAP = 3, /* between pictures */
    GROUP_GAP = 14,
    LEAST_HIGH = 56,  /* of a picture, when the scale is ours to choose */
    FULL_WIDE = 8192, /* of a sheet: no scale of ours makes it wider */
    LETTER = 2,       /* pixels a dot of the font */
};

/* ---- what both ways share ---- */

static uint8_t byte_of(double v) { return v > 0 ? (uint8_t)(v < 1 ? v * 255 + .5 : 255) : 0; }

hg__colour hg__sheet_colour(const hg_sheet *s, size_t row, const float *v)
{
    if (s->is_difference && s->is_difference[row]) {
        double strength = sqrt(fabs((double)v[0])); /* small differences are to be seen */
        uint8_t full = byte_of(strength), part = byte_of(.35 * strength);
        return v[0] < 0 ? (hg__colour){part, byte_of(.6 * strength), full}
                        : (hg__colour){full, byte_of(.4 * strength), part};
    }
    if (s->shape.c == 3) return (hg__colour){byte_of((double)v[0]), byte_of((double)v[1]), byte_of((double)v[2])};
    uint8_t grey = byte_of((double)v[0]);
    return (hg__colour){grey, grey, grey};
}

size_t hg__sheet_count(const hg_sheet *s, size_t row)
{
    return s->count && s->count[row] < s->columns ? s->count[row] : s->columns;
}

const char *hg__sheet_label(const hg_sheet *s, size_t row) { return s->label && s->label[row] ? s->label[row] : ""; }

bool hg__sheet_begins_group(const hg_sheet *s, size_t row)
{
    return row && *hg__sheet_label(s, 0) && !strcmp(hg__sheet_label(s, row), hg__sheet_label(s, 0));
}

/* ---- the picture ---- */

typedef struct canvas {
    const hg_sheet *sheet;
    size_t scale, high, wide, left; /* of a picture; left: where the pictures begin */
    hg_shape shape;                 /* of the whole */
    uint8_t *pixels;
} canvas;

static size_t label_room(const hg_sheet *s)
{
    size_t longest = 0;
    for (size_t r = 0; r < s->rows; r++) {
        size_t n = strlen(hg__sheet_label(s, r));
        longest = n > longest ? n : longest;
    }
    return longest ? longest * (HG__FONT_WIDE + 1) * LETTER + MARGIN : 0;
}

/* Where row r begins, from the top; of the row behind the last: where the sheet ends but for its margin. */
static size_t top_of(const canvas *c, size_t row)
{
    size_t top = MARGIN + row * (c->high + GAP);
    for (size_t r = 1; r <= row && r < c->sheet->rows; r++)
        top += hg__sheet_begins_group(c->sheet, r) ? GROUP_GAP - GAP : 0;
    return top;
}

/* High enough for the eye, but a sheet of wide pictures stays of a size that programs show. */
static size_t choose_scale(const hg_sheet *s)
{
    size_t wanted = (LEAST_HIGH + s->shape.h - 1) / s->shape.h, most = FULL_WIDE / s->columns / s->shape.w;
    return wanted < most ? wanted : most ? most : 1;
}

static hg_status lay_out(canvas *c, hg_error *e)
{
    const hg_sheet *s = c->sheet;
    size_t size, limit = 65500; /* pixels a side */
    if (!s->rows || !s->columns || !s->shape.h || !s->shape.w || !s->shape.c)
        return hg__fail(e, HG_USAGE, "sheet", "there are no pictures to draw");
    c->scale = s->scale ? s->scale : choose_scale(s);
    c->left = MARGIN + label_room(s);
    bool fits = hg__mul(s->shape.h, c->scale, &c->high) && hg__mul(s->shape.w, c->scale, &c->wide);
    fits = fits && hg__mul(s->rows, c->high + GROUP_GAP, &size) && size < limit;
    fits = fits && hg__mul(s->columns, c->wide + GAP, &size) && size + c->left < limit;
    if (!fits) return hg__fail(e, HG_USAGE, "sheet", "is larger than a picture may be; draw fewer samples");
    c->shape = (hg_shape){top_of(c, s->rows) - GAP + MARGIN, c->left + s->columns * (c->wide + GAP) - GAP + MARGIN, 3};
    c->pixels = malloc(hg_shape_size(c->shape));
    if (!c->pixels) return hg__fail_memory(e, "sheet", hg_shape_size(c->shape));
    memset(c->pixels, PAPER, hg_shape_size(c->shape));
    return HG_OK;
}

static void fill(const canvas *c, size_t top, size_t left, size_t side, hg__colour colour)
{
    for (size_t y = top; y < top + side; y++)
        for (size_t x = left; x < left + side; x++) {
            uint8_t *p = c->pixels + (y * c->shape.w + x) * 3;
            p[0] = colour.r, p[1] = colour.g, p[2] = colour.b;
        }
}

static void draw_label(const canvas *c, size_t row)
{
    size_t text = HG__FONT_HIGH * LETTER, left = MARGIN;
    if (c->high < text) return;
    size_t top = top_of(c, row) + (c->high - text) / 2;
    for (const char *p = hg__sheet_label(c->sheet, row); *p; p++, left += (HG__FONT_WIDE + 1) * LETTER)
        for (size_t y = 0; y < HG__FONT_HIGH; y++)
            for (size_t x = 0; x < HG__FONT_WIDE; x++)
                if (hg__font_letter(*p)[y] >> (HG__FONT_WIDE - 1 - x) & 1)
                    fill(c, top + y * LETTER, left + x * LETTER, LETTER, (hg__colour){INK, INK, INK});
}

static void draw_picture(const canvas *c, size_t row, size_t column)
{
    const hg_sheet *s = c->sheet;
    const float *v = s->row[row] + column * hg_shape_size(s->shape);
    size_t top = top_of(c, row), left = c->left + column * (c->wide + GAP);
    for (size_t y = 0; y < s->shape.h; y++)
        for (size_t x = 0; x < s->shape.w; x++, v += s->shape.c)
            fill(c, top + y * c->scale, left + x * c->scale, c->scale, hg__sheet_colour(s, row, v));
}

hg_status hg_sheet_write(const char *path, const hg_sheet *s, bool force, hg_error *e)
{
    canvas c = {.sheet = s};
    hg_status status = lay_out(&c, e);
    if (status) return status;
    for (size_t r = 0; r < s->rows; r++) {
        draw_label(&c, r);
        for (size_t k = 0; k < hg__sheet_count(s, r); k++) draw_picture(&c, r, k);
    }
    status = hg_image_write_png(path, c.shape, c.pixels, force, e);
    free(c.pixels);
    return status;
}
