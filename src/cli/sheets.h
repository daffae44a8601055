/* sheets.h: samples laid out as sheets: a plain grid, or originals above their reconstructions. */
#ifndef HG_CLI_SHEETS_H
#define HG_CLI_SHEETS_H

#include "base/fail.h"

#include <hourglass/report.h>

/* Sample i of a sheet is t + index[i] * size and y + index[i] * size. */
typedef struct hg__comparison {
    hg_shape shape;
    const float *t, *y;            /* originals, and what became of them; values in [0,1]; y NULL: a plain grid of t */
    const uint32_t *index;         /* [n], or NULL: 0 … n-1 */
    size_t n, columns;             /* columns: samples in a row */
    bool difference;               /* a third row: y - t */
    const char *t_label, *y_label; /* NULL: none */
} hg__comparison;

hg_status hg__comparison_write(const char *path, const hg__comparison *c, bool force, hg_error *e);
/* Samples in a row that leave each one large enough to be read in a terminal of this width. */
size_t hg__comparison_columns(size_t width);
/* For a terminal `width` cells wide; malloc, caller frees. */
hg_status hg__comparison_text(char **text, const hg__comparison *c, hg_colour colour, size_t width, hg_error *e);

#endif
