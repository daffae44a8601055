/* sample_table.h: a set in the making: n samples of one shape, as a format gives them, in memory of our own.
 *
 * Formats fill a table; set.c hashes, cuts and resizes it and hands it out as an hg_set. */
#ifndef HG_DATA_SAMPLE_TABLE_H
#define HG_DATA_SAMPLE_TABLE_H

#include "data/array.h"

#include <hourglass/data.h>

typedef struct hg__table {
    size_t n;
    hg_shape shape;
    uint8_t *bytes; /* owned; exactly one of bytes and floats */
    float *floats;
    double low, high; /* what [0,1] is in stored numbers; 0 and 1 for floats */
    bool integers;    /* the floats are whole numbers in the file … */
    bool wide;        /* … of more than a byte: low and high are of the numbers, not of their type */
    int32_t *labels;  /* owned, or NULL */
    size_t classes;
    char **class_name, **file; /* owned, or NULL: of the classes and of the samples; end with NULL */
} hg__table;

void hg__table_close(hg__table *t);

/* Dimensions are n; n,c; n,h,w; n,h,w,c. Takes the array's values over, also on failure. */
hg_status hg__table_from_array(hg__table *t, hg__array *a, const char *name, hg_error *e);
/* Takes the array over as labels of t's samples. name: of the labels' file. */
hg_status hg__table_label(hg__table *t, hg__array *a, const char *name, hg_error *e);
/* Behind t's samples those of `more`, which is emptied. Both are of one origin: shape and type are the same. */
hg_status hg__table_append(hg__table *t, hg__table *more, hg_error *e);

/* SHA-256 of the samples as a raw IDX file: bytes as type 08, floats as type 0D. */
void hg__table_hash(const hg__table *t, char hex[65]);
/* HG_DATA, naming the sample, when a float is infinite or not a number. */
hg_status hg__table_check(const hg__table *t, const char *name, hg_error *e);

/* Brings every sample to h x w (0: as it is) and c channels (0: as it is). */
hg_status hg__table_reshape(hg__table *t, hg_shape to, const hg_set_options *how, const char *name, hg_error *e);

#endif
