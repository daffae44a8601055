/* sheet.h: what the two ways to draw a sheet share. */
#ifndef HG_REPORT_SHEET_H
#define HG_REPORT_SHEET_H

#include "base/fail.h"

#include <hourglass/report.h>

typedef struct hg__colour {
    uint8_t r, g, b;
} hg__colour;

/* A value of row `row` of a sheet as a colour: v points to its channels; differences are blue below and red above. */
hg__colour hg__sheet_colour(const hg_sheet *s, size_t row, const float *v);

/* The label of a row, "" without labels. */
/* How many pictures row has. */
size_t hg__sheet_count(const hg_sheet *s, size_t row);
const char *hg__sheet_label(const hg_sheet *s, size_t row);
/* Rows come in groups (original, reconstruction, difference): a row whose label is the first row's begins one. */
bool hg__sheet_begins_group(const hg_sheet *s, size_t row);

#endif
