/* sheets.c: see sheets.h. A sheet wants whole rows, so samples are copied into rows of their own; the
 * places behind the last sample stay empty. */
#include "cli/sheets.h"

#include <stdlib.h>
#include <string.h>

enum { WIDEST = 65000, APART = 4 }; /* pixels: of the pictures in a row, which hg_sheet_write draws; between them */

typedef struct layout {
    hg_sheet sheet;
    float *values; /* [rows * columns * size] */
    const float **row;
    const char **label;
    bool *is_difference;
    size_t *count;
} layout;

static void layout_close(layout *l)
{
    free(l->values);
    free(l->row);
    free(l->label);
    free(l->is_difference);
    free(l->count);
}

/* Row kind 0: originals, 1: reconstructions, 2: the difference. */
static void fill(float *to, const hg__comparison *c, size_t sample, size_t kind)
{
    size_t size = hg_shape_size(c->shape), at = (c->index ? c->index[sample] : sample) * size;
    for (size_t k = 0; k < size; k++)
        to[k] = kind == 0 ? c->t[at + k] : kind == 1 ? c->y[at + k] : c->y[at + k] - c->t[at + k];
}

static hg_status layout_open(layout *l, const hg__comparison *c, hg_error *e)
{
    const char *const labels[] = {c->t_label, c->y_label, "difference"};
    size_t kinds = !c->y ? 1 : c->difference ? 3 : 2, size = hg_shape_size(c->shape);
    size_t columns = c->n < c->columns ? c->n : c->columns, rows = (c->n + columns - 1) / columns * kinds;
    *l = (layout){.values = calloc(rows * columns, size * sizeof(float)),
                  .row = calloc(rows, sizeof *l->row),
                  .label = calloc(rows, sizeof *l->label),
                  .is_difference = calloc(rows, sizeof(bool)),
                  .count = calloc(rows, sizeof *l->count)};
    if (!l->values || !l->row || !l->label || !l->is_difference || !l->count)
        return hg__fail_memory(e, "sheet", rows * columns * size * sizeof(float));
    for (size_t r = 0; r < rows; r++) {
        float *to = l->values + r * columns * size;
        l->row[r] = to, l->label[r] = labels[r % kinds], l->is_difference[r] = r % kinds == 2;
        size_t first = r / kinds * columns;
        for (; l->count[r] < columns && first + l->count[r] < c->n; l->count[r]++)
            fill(to + l->count[r] * size, c, first + l->count[r], r % kinds);
    }
    l->sheet = (hg_sheet){.shape = c->shape,
                          .rows = rows,
                          .columns = columns,
                          .row = l->row,
                          .count = l->count,
                          .label = c->t_label ? l->label : NULL,
                          .is_difference = l->is_difference};
    return HG_OK;
}

hg_status hg__comparison_write(const char *path, const hg__comparison *c, bool force, hg_error *e)
{
    layout l;
    hg__comparison fitting = *c;
    size_t most = WIDEST / (c->shape.w + APART);
    if (fitting.columns > most) fitting.columns = most ? most : 1;
    hg_status s = layout_open(&l, &fitting, e);
    if (!s) s = hg_sheet_write(path, &l.sheet, force, e);
    layout_close(&l);
    return s;
}

size_t hg__comparison_columns(size_t width) { return width >= 150 ? 10 : 5; }

hg_status hg__comparison_text(char **text, const hg__comparison *c, hg_colour colour, size_t width, hg_error *e)
{
    layout l;
    hg_status s = layout_open(&l, c, e);
    l.sheet.label = NULL;
    if (!s) s = hg_sheet_text(text, &l.sheet, colour, width, e);
    layout_close(&l);
    return s;
}
