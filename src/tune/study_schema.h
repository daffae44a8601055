/* study_schema.h: the tables of Optuna's RDB storage, schema version 12 (Optuna 2.0 to 3.x, as of alembic v3.0.0.d). */
#ifndef HG_TUNE_STUDY_SCHEMA_H
#define HG_TUNE_STUDY_SCHEMA_H

#include "tune/database.h"

/* Within a transaction. make: the tables are made where the file has none at all. HG_DATA: it holds something else, or
 * another version, and how to bring it to this one. */
hg_status hg__study_schema(hg__database *d, bool make, hg_error *e);

#endif
