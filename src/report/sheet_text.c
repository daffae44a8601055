/* sheet_text.c: a sheet for a terminal. A cell is two values high: an upper half block whose ink is the upper one
 * and whose paper is the lower one; without colour a character as dark as both. */
#include "report/sheet.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

typedef struct view {
    const hg_sheet *sheet;
    hg_colour colour;
    size_t labels;     /* cells for labels, with the gap behind them */
    size_t high, wide; /* values of a picture as it is shown; high is even */
} view;

/* The mean colour of the values behind one shown value: an area of the picture, at least one value. */
static hg__colour colour_at(const view *v, size_t row, size_t column, size_t y, size_t x)
{
    hg_shape s = v->sheet->shape;
    const float *picture = v->sheet->row[row] + column * hg_shape_size(s);
    size_t y0 = y * s.h / v->high, y1 = (y + 1) * s.h / v->high, x0 = x * s.w / v->wide, x1 = (x + 1) * s.w / v->wide;
    size_t n = 0, sum[3] = {0};
    for (size_t i = y0; i < y1 || i == y0; i++)
        for (size_t j = x0; j < x1 || j == x0; j++, n++) {
            hg__colour c = hg__sheet_colour(v->sheet, row, picture + (i * s.w + j) * s.c);
            sum[0] += c.r, sum[1] += c.g, sum[2] += c.b;
        }
    return (hg__colour){(uint8_t)(sum[0] / n), (uint8_t)(sum[1] / n), (uint8_t)(sum[2] / n)};
}

/* The nearest of xterm's 256 colours: its grey ramp, or its cube of 6 x 6 x 6. */
static unsigned nearest_256(hg__colour c)
{
    if (c.r == c.g && c.g == c.b) {
        unsigned step = c.r < 4 ? 0 : (c.r - 3u) / 10;
        return c.r < 4 ? 16 : c.r > 246 ? 231 : 232 + (step < 23 ? step : 23);
    }
    return 16 + 36 * ((c.r * 5u + 127) / 255) + 6 * ((c.g * 5u + 127) / 255) + (c.b * 5u + 127) / 255;
}

static void add_colour(hg__text *t, const view *v, int layer, hg__colour c)
{
    if (v->colour == HG_COLOUR_24BIT) hg__text_add(t, "\033[%d;2;%d;%d;%dm", layer, c.r, c.g, c.b);
    else hg__text_add(t, "\033[%d;5;%um", layer, nearest_256(c));
}

static bool same(hg__colour a, hg__colour b) { return a.r == b.r && a.g == b.g && a.b == b.b; }

static char shade(hg__colour a, hg__colour b)
{
    static const char shades[] = " .:-=+*#%@";
    unsigned brightest_a = a.r > a.b ? a.r : a.b, brightest_b = b.r > b.b ? b.r : b.b;
    return shades[(brightest_a + brightest_b) * (sizeof shades - 2) / 510];
}

/* One line of one picture: the values 2 * line and 2 * line + 1. */
static void add_cells(hg__text *t, const view *v, size_t row, size_t column, size_t line)
{
    hg__colour ink = {0}, paper = {0};
    for (size_t x = 0; x < v->wide; x++) {
        hg__colour upper = colour_at(v, row, column, 2 * line, x), lower = colour_at(v, row, column, 2 * line + 1, x);
        if (v->colour == HG_COLOUR_NONE) {
            hg__text_add(t, "%c", shade(upper, lower));
            continue;
        }
        if (!x || !same(upper, ink)) add_colour(t, v, 38, upper);
        if (!x || !same(lower, paper)) add_colour(t, v, 48, lower);
        hg__text_add(t, "\u2580");
        ink = upper, paper = lower;
    }
    if (v->colour != HG_COLOUR_NONE) hg__text_add(t, "\033[0m");
}

static void add_row(hg__text *t, const view *v, size_t row)
{
    size_t lines = v->high / 2;
    for (size_t line = 0; line < lines; line++) {
        const char *label = line == lines / 2 ? hg__sheet_label(v->sheet, row) : "";
        if (v->labels) hg__text_add(t, "%-*s", (int)v->labels, label);
        for (size_t column = 0; column < hg__sheet_count(v->sheet, row); column++) {
            if (column) hg__text_add(t, " ");
            add_cells(t, v, row, column, line);
        }
        hg__text_add(t, "\n");
    }
}

/* A picture keeps its proportions: a value is as high as it is wide. Never larger than it is. */
static void fit(view *v, size_t width)
{
    hg_shape s = v->sheet->shape;
    size_t longest = 0, columns = v->sheet->columns;
    for (size_t r = 0; r < v->sheet->rows; r++) {
        size_t n = strlen(hg__sheet_label(v->sheet, r));
        longest = n > longest ? n : longest;
    }
    v->labels = longest && longest + 1 + 4 * columns < width ? longest + 1 : 0;
    size_t left = width > v->labels + columns - 1 ? (width - v->labels - columns + 1) / columns : 1;
    v->wide = s.w < left ? s.w : left > 1 ? left : 1;
    v->high = (s.h * v->wide + s.w / 2) / s.w;
    v->high += v->high % 2;
    if (!v->high) v->high = 2;
}

hg_status hg_sheet_text(char **text, const hg_sheet *s, hg_colour colour, size_t width, hg_error *e)
{
    view v = {.sheet = s, .colour = colour};
    hg__text t = {0};
    if (!s->rows || !s->columns || !hg_shape_size(s->shape))
        return hg__fail(e, HG_USAGE, "sheet", "there are no pictures to draw");
    fit(&v, width);
    for (size_t r = 0; r < s->rows; r++) {
        if (hg__sheet_begins_group(s, r)) hg__text_add(&t, "\n");
        add_row(&t, &v, r);
    }
    hg_status status = hg__text_done(&t, e);
    if (status) hg__text_close(&t);
    else *text = t.at;
    return status;
}
