/* train_rows.h: the options of training as a table, and its values as JSON (config.json, checkpoint). */
#ifndef HG_TRAIN_TRAIN_ROWS_H
#define HG_TRAIN_TRAIN_ROWS_H

#include "base/option.h"

#include <hourglass/train.h>
#include <jansson.h>

extern const hg__option hg__train_rows[]; /* over hg_train_options */

/* Every value against its row: an unknown choice, a batch of 0 … HG_USAGE names the option. */
hg_status hg__train_check(const hg_train_options *o, hg_error *e);

/* The same of any table over any struct; reading sets what is not there to its default: it is from before there
 * was such a row. What no row knows is refused. */
json_t *hg__rows_values(const hg__option *rows, const void *values);
hg_status hg__rows_values_read(const hg__option *rows, void *values, const json_t *document, const char *where,
                               hg_error *e);

/* {"epochs": 20, …}: every row, typed; a text that is not given is null. NULL: out of memory. */
json_t *hg__train_values(const hg_train_options *o);
/* The inverse. Texts point into `values`. where: the file, for messages; HG_MODEL. */
hg_status hg__train_values_read(hg_train_options *o, const json_t *values, const char *where, hg_error *e);

#endif
