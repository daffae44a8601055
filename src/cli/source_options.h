/* source_options.h: a SOURCE and how it is to be read, from the command line or from a run's config.json. */
#ifndef HG_CLI_SOURCE_OPTIONS_H
#define HG_CLI_SOURCE_OPTIONS_H

#include "base/option.h"

#include <hourglass/data.h>
#include <jansson.h>

typedef struct hg__source_options {
    const char *part;      /* "train", "test", "whole", or NULL: what suits */
    const char *resize;    /* "28x28", "28x28x1" or NULL */
    const char *method;    /* "area", "bilinear" or NULL */
    const char *fit;       /* "stretch", "crop", "pad" or NULL */
    const char *normalize; /* "unit", "minmax", "standard", "none" or NULL */
    size_t limit;
    bool offline, skip_damaged;
    double low, high;   /* of a run's numbers: what is 0 and 1; high <= low: not told. No options … */
    const char *stored; /* … but its "bytes", "integers" or "floats" */
} hg__source_options;

extern const hg__option hg__source_rows[]; /* every row, for training and `data` */
extern const hg__option hg__input_rows[];  /* without normalize, and no defaults: a trained model brings its own */

/* "28x28" or "28x28x1"; where: "--resize". */
hg_status hg__shape_parse(hg_shape *shape, const char *text, const char *where, hg_error *e);

bool hg__source_is_builtin(const char *spec);
/* Has it a test part of its own, beside what is trained on? */
bool hg__source_has_test(const char *spec, const hg__source_options *o);
/* Data without one give up a part, so that eval has samples that no choice was made by: *test, where it is NaN, becomes
 * that. Data with one give up no other: HG_USAGE. */
hg_status hg__source_settle_test(const char *spec, const hg__source_options *o, double *test, hg_error *e);

/* What hg_set_open wants. `part` applies where o->part is NULL and the source has parts. */
hg_status hg__source_resolve(hg_set_options *out, const char *spec, const hg__source_options *o, hg_part part,
                             hg_error *e);

/* The object kept as config.json's "data", and back; texts point into the object. spec: a path becomes absolute. */
json_t *hg__source_to_json(const char *spec, const hg__source_options *o, const hg_set *set);
hg_status hg__source_from_json(const char **spec, hg__source_options *o, const json_t *data, const char *where,
                               hg_error *e);

#endif
