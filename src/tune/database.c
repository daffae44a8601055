/* database.c: see database.h. */
#include "tune/database.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 60, NAP = 2 * 1000 * 1000 }; /* seconds, nanoseconds */

/* SQLite says no more than that it could not. */
static hg_status fail_open(const char *path, hg_error *e)
{
    if (hg__is_dir(path)) return hg__fail(e, HG_IO, path, "is a folder; name the study's file");
    if (access(path, F_OK)) return hg__fail(e, HG_IO, path, "is not there, or its folder is not");
    return hg__fail(e, HG_IO, path, "cannot be opened as a database; may it be read and written to?");
}

static hg_status fail(const hg__database *d, int code, hg_error *e)
{
    switch (code & 0xff) {
    case SQLITE_NOTADB: return hg__fail(e, HG_DATA, d->path, "is no SQLite database; name another file");
    case SQLITE_CORRUPT:
        return hg__fail(e, HG_DATA, d->path, "is damaged (%s); sqlite3 FILE .recover saves what can be",
                        sqlite3_errmsg(d->sqlite));
    case SQLITE_NOMEM: return hg__fail_memory(e, d->path, 1 << 16);
    case SQLITE_BUSY: return hg__fail(e, HG_IO, d->path, "was kept locked by another program for %d seconds", PATIENCE);
    case SQLITE_CANTOPEN: return fail_open(d->path, e);
    case SQLITE_READONLY: return hg__fail(e, HG_IO, d->path, "is read-only; a study is written to");
    case SQLITE_ERROR: return hg__fail(e, HG_DATA, d->path, "has another layout: %s", sqlite3_errmsg(d->sqlite));
    case SQLITE_FULL: return hg__fail(e, HG_IO, d->path, "finds the disk full; make room, and give the command again");
    case SQLITE_IOERR:
        return hg__fail(e, HG_IO, d->path,
                        "could not be read or written (%s); has the disk room? then give the command again",
                        sqlite3_errmsg(d->sqlite));
    default: return hg__fail(e, HG_IO, d->path, "%s", sqlite3_errmsg(d->sqlite));
    }
}

static void nap(void) { nanosleep(&(struct timespec){.tv_nsec = NAP}, NULL); }

/* Called while another holds the lock; 0 gives up. SQLite's own waits ever longer, up to 0.1 s, so that who has waited
 * long has the least chance. */
static int wait_for_lock(void *ctx, int asked)
{
    hg__database *d = ctx;
    double now = hg__seconds();
    if (!asked) d->waits_since = now;
    nap();
    return now - d->waits_since < PATIENCE;
}

/* To change into WAL mode takes the file for oneself, and SQLite does not wait for that by itself. */
static int enter_wal(hg__database *d)
{
    double until = hg__seconds() + PATIENCE;
    int code;
    while ((code = sqlite3_exec(d->sqlite, "PRAGMA journal_mode = WAL", NULL, NULL, NULL)) == SQLITE_BUSY) {
        if (hg__seconds() > until) break;
        nap();
    }
    return code;
}

static int look(const hg__database *d)
{
    return sqlite3_exec(d->sqlite, "SELECT 1 FROM sqlite_master", NULL, NULL, NULL);
}

/* In WAL mode also a reader writes beside the file. Where he may not, and no one else does, the file can be read as one
 * that does not change. */
static int look_at_still(hg__database *d, const char *path, int code)
{
    hg__text uri = {0};
    hg__text_add(&uri, "%s-wal", path);
    bool still = uri.at && access(uri.at, F_OK) != 0 && !access(path, R_OK);
    hg__text_close(&uri);
    if (!still) return code;
    hg__text_add(&uri, "file:");
    for (const char *p = path; *p; p++)
        if (*p == '/') hg__text_add(&uri, "/");
        else hg__text_add(&uri, "%%%02x", (unsigned)(unsigned char)*p);
    hg__text_add(&uri, "?immutable=1");
    hg__database_close(d);
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    code = uri.failed ? SQLITE_NOMEM : sqlite3_open_v2(uri.at, &d->sqlite, flags, NULL);
    hg__text_close(&uri);
    return code ? code : look(d);
}

/* A file that was made just now, and that a full disk let nothing come into. */
static void remove_empty(const char *path, int code)
{
    struct stat s;
    const bool full = (code & 0xff) == SQLITE_FULL || (code & 0xff) == SQLITE_IOERR;
    if (full && !stat(path, &s) && !s.st_size) unlink(path);
}

hg_status hg__database_open(hg__database *d, const char *path, bool make, hg_error *e)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (make ? SQLITE_OPEN_CREATE : 0);
    *d = (hg__database){0};
    if (hg__is_dir(path)) return fail_open(path, e);
    const bool fresh = make && access(path, F_OK) != 0;
    hg_status s = fresh ? hg__file_check(path, true, e) : HG_OK;
    if (s) return s;
    snprintf(d->path, sizeof d->path, "%s", path);
    int code = sqlite3_open_v2(path, &d->sqlite, flags, NULL);
    if (!code) code = sqlite3_busy_handler(d->sqlite, wait_for_lock, d);
    if (!code) code = make ? enter_wal(d) : look(d);
    bool may_not = (code & 0xff) == SQLITE_READONLY || (code & 0xff) == SQLITE_CANTOPEN;
    if (!make && may_not) code = look_at_still(d, path, code);
    if (fresh) remove_empty(path, code);
    return code ? fail(d, code, e) : HG_OK;
}

void hg__database_close(hg__database *d)
{
    sqlite3_close(d->sqlite);
    d->sqlite = NULL;
}

hg_status hg__database_begin(hg__database *d, hg_error *e) { return hg__database_do(d, e, "BEGIN IMMEDIATE", ""); }

hg_status hg__database_end(hg__database *d, hg_status so_far, hg_error *e)
{
    hg_status s = so_far ? so_far : hg__database_do(d, e, "COMMIT", "");
    if (s && !sqlite3_get_autocommit(d->sqlite)) sqlite3_exec(d->sqlite, "ROLLBACK", NULL, NULL, NULL);
    return s;
}

static int bind(sqlite3_stmt *at, const char *how, va_list args)
{
    int code = SQLITE_OK;
    for (int i = 1; !code && how[i - 1]; i++) {
        if (how[i - 1] == 'i') code = sqlite3_bind_int64(at, i, va_arg(args, int64_t));
        else if (how[i - 1] == 't') code = sqlite3_bind_text(at, i, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
        else {
            double value = va_arg(args, double);
            code = isfinite(value) ? sqlite3_bind_double(at, i, value) : sqlite3_bind_null(at, i);
        }
    }
    return code;
}

static hg__rows rows_of(hg__database *d, const char *sql, const char *how, va_list args)
{
    hg__rows r = {.d = d};
    r.code = sqlite3_prepare_v2(d->sqlite, sql, -1, &r.at, NULL);
    if (!r.code) r.code = bind(r.at, how, args);
    return r;
}

hg__rows hg__rows_open(hg__database *d, const char *sql, const char *how, ...)
{
    va_list args;
    va_start(args, how);
    hg__rows r = rows_of(d, sql, how, args);
    va_end(args);
    return r;
}

bool hg__rows_next(hg__rows *r)
{
    if (!r->code) r->code = sqlite3_step(r->at);
    if (r->code != SQLITE_ROW) return false;
    r->code = SQLITE_OK;
    return true;
}

hg_status hg__rows_close(hg__rows *r, hg_error *e)
{
    bool failed = r->code && r->code != SQLITE_DONE;
    hg_status s = failed ? fail(r->d, r->code, e) : HG_OK;
    sqlite3_finalize(r->at);
    r->at = NULL;
    return s;
}

hg_status hg__database_do(hg__database *d, hg_error *e, const char *sql, const char *how, ...)
{
    va_list args;
    va_start(args, how);
    hg__rows r = rows_of(d, sql, how, args);
    va_end(args);
    while (hg__rows_next(&r)) continue;
    return hg__rows_close(&r, e);
}

int64_t hg__database_row(const hg__database *d) { return sqlite3_last_insert_rowid(d->sqlite); }

int64_t hg__rows_whole(const hg__rows *r, int column) { return sqlite3_column_int64(r->at, column); }

double hg__rows_real(const hg__rows *r, int column)
{
    return hg__rows_null(r, column) ? (double)NAN : sqlite3_column_double(r->at, column);
}

const char *hg__rows_text(const hg__rows *r, int column)
{
    const char *text = (const char *)sqlite3_column_text(r->at, column);
    return text ? text : "";
}

bool hg__rows_null(const hg__rows *r, int column) { return sqlite3_column_type(r->at, column) == SQLITE_NULL; }
