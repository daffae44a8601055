/* hourglass/report.h: results for the eye: picture sheets, the report page, digits in a terminal.
 *
 *     #include <hourglass/report.h>
 *     int main(void) {
 *         float a[2 * 784] = {0}, b[2 * 784] = {0};
 *         const float *rows[] = {a, b};
 *         hg_sheet sheet = {.shape = {28, 28, 1}, .rows = 2, .columns = 2, .row = rows};
 *         return (int)hg_sheet_write("sheet.png", &sheet, true, NULL);
 *     }
 */
#ifndef HOURGLASS_REPORT_H
#define HOURGLASS_REPORT_H

#include <hourglass/base.h>

/* A sheet of pictures: rows of pictures of one shape, values in [0,1] (clipped). Typically the originals,
 * the reconstructions and the difference, in groups. A label stands left of its row, in a small built-in font. */
typedef struct hg_sheet {
    hg_shape shape;            /* c: 1 or 3; of other depths the first channel is drawn */
    size_t rows, columns;      /* columns: pictures in a row */
    const float *const *row;   /* [rows] each [columns * shape size] */
    const size_t *count;       /* [rows] how many pictures each row has, or NULL: columns; the rest stays paper */
    const char *const *label;  /* [rows] or NULL */
    const bool *is_difference; /* [rows] or NULL: values in [-1,1], drawn blue - black - red */
    size_t scale;              /* pixels a value; 0: chosen: a picture 56 pixels high, unless the sheet gets too wide */
} hg_sheet;
hg_status hg_sheet_write(const char *path, const hg_sheet *s, bool force, hg_error *e);

/* The same sheet for a terminal: half blocks (two values a cell), 24-bit colour, 256 colours or plain
 * characters; scaled down to `width` cells. malloc, caller frees. */
typedef enum hg_colour { HG_COLOUR_NONE, HG_COLOUR_256, HG_COLOUR_24BIT } hg_colour;
hg_status hg_sheet_text(char **text, const hg_sheet *s, hg_colour colour, size_t width, hg_error *e);

/* Writes report.html: self-contained (inline SVG curves, sheets as data URIs, evaluation table beside PCA and the
 * published rows, configuration, environment); light and dark; no script needed. Reads what the run folder holds; parts
 * that are not there are left out. HG_DATA names the file of the folder that is damaged. */
hg_status hg_report_write(const char *run_folder, const char *path, bool force, hg_error *e);

#endif
