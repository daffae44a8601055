/* database.h: SQLite as a study needs it: one file that many processes write to at once.
 *
 * The file is in WAL mode, whoever finds it locked waits, and every change is one BEGIN IMMEDIATE transaction: it takes
 * the lock before it reads, so it never has to be given up half-way. A statement's arguments follow its text, as
 * printf's do:
 *
 *     s = hg__database_do(d, e, "UPDATE trials SET state = ? WHERE trial_id = ?", "ti", "FAIL", (int64_t)7); */
#ifndef HG_TUNE_DATABASE_H
#define HG_TUNE_DATABASE_H

#include "base/fail.h"

typedef struct hg__database {
    struct sqlite3 *sqlite;
    double waits_since; /* for a lock */
    char path[4096];
} hg__database;

/* make: an empty database is made where there is none; else one that may not be written to can be read. HG_DATA: the
 * file is no SQLite database. Close in any case. */
hg_status hg__database_open(hg__database *d, const char *path, bool make, hg_error *e);
void hg__database_close(hg__database *d);

/* Waits a minute for the others; then HG_IO. */
hg_status hg__database_begin(hg__database *d, hg_error *e);
/* Commits; where `so_far` is a failure rolls back, and returns it. */
hg_status hg__database_end(hg__database *d, hg_status so_far, hg_error *e);

/* Runs a statement. how: a letter for each argument: i is an int64_t, d a double (NULL where not finite), t a text (or
 * NULL). */
hg_status hg__database_do(hg__database *d, hg_error *e, const char *sql, const char *how, ...);
int64_t hg__database_row(const hg__database *d); /* that was inserted last */

/* The rows of a query: open, next until it is false, close, which says what went wrong on the way. */
typedef struct hg__rows {
    hg__database *d;
    struct sqlite3_stmt *at;
    int code; /* SQLite's */
} hg__rows;
hg__rows hg__rows_open(hg__database *d, const char *sql, const char *how, ...);
bool hg__rows_next(hg__rows *r);
hg_status hg__rows_close(hg__rows *r, hg_error *e);
/* Columns of the row, counted from 0. A text is valid until the next row; "" for NULL. A NULL real is NaN. */
int64_t hg__rows_whole(const hg__rows *r, int column);
double hg__rows_real(const hg__rows *r, int column);
const char *hg__rows_text(const hg__rows *r, int column);
bool hg__rows_null(const hg__rows *r, int column);

#endif
