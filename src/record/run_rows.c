/* run_rows.c: a run's rows, one an epoch, in metrics.jsonl and metrics.csv.
 *
 * A row is one write of one complete line, then a sync. Only a crash inside that write can leave a torn line; readers
 * pass over it, and the next writer cuts it off. metrics.jsonl is the truth: whenever metrics.csv does
 * not say the same, it is written anew from it. Readers never change a file, so a run can be
 * looked at while it trains. */
#include "record/run_folder.h"

#include "base/file.h"
#include "base/text.h"
#include "record/json_text.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ROWS = 256 << 20 };

static const struct {
    const char *name;
    size_t offset;
} figures[] = {
    {"train_loss", offsetof(hg_epoch, train_loss)},
    {"val_loss", offsetof(hg_epoch, val_loss)},
    {"val_mse", offsetof(hg_epoch, val_mse)},
    {"lr", offsetof(hg_epoch, lr)},
    {"images_per_second", offsetof(hg_epoch, images_per_second)},
    {"seconds", offsetof(hg_epoch, seconds)},
};
enum { FIGURES = sizeof figures / sizeof *figures };

/* ---- one row, as text ---- */

static double figure(const hg_epoch *row, size_t i) { return *(const double *)((const char *)row + figures[i].offset); }
static void set_figure(hg_epoch *row, size_t i, double value) { *(double *)((char *)row + figures[i].offset) = value; }

static void add_json(hg__text *t, const hg_epoch *row)
{
    json_t *line = json_pack("{sI}", "epoch", (json_int_t)row->epoch);
    for (size_t i = 0; i < FIGURES; i++) hg__json_set_number(line, figures[i].name, figure(row, i));
    json_object_set_new(line, "best", json_boolean(row->best));
    char *text = hg__json_text(line, JSON_COMPACT);
    if (text) hg__text_add(t, "%s\n", text);
    else t->failed = true;
    free(text);
    json_decref(line);
}

static void add_csv_header(hg__text *t)
{
    hg__text_add(t, "epoch");
    for (size_t i = 0; i < FIGURES; i++) hg__text_add(t, ",%s", figures[i].name);
    hg__text_add(t, ",best\n");
}

/* Numbers go through Jansson here too: its decimal point does not follow the locale. */
static void add_csv(hg__text *t, const hg_epoch *row)
{
    hg__text_add(t, "%zu", row->epoch);
    for (size_t i = 0; i < FIGURES; i++) {
        json_t *number = hg__json_number(figure(row, i));
        char *text = hg__json_text(number, 0);
        if (text) hg__text_add(t, ",%s", json_is_null(number) ? "" : text);
        else t->failed = true;
        free(text);
        json_decref(number);
    }
    hg__text_add(t, ",%d\n", row->best);
}

/* ---- reading ---- */

static bool read_row(const json_t *line, hg_epoch *row)
{
    const json_t *epoch = json_object_get(line, "epoch"), *best = json_object_get(line, "best");
    if (!json_is_integer(epoch) || json_integer_value(epoch) < 1 || !json_is_boolean(best)) return false;
    *row = (hg_epoch){.epoch = (size_t)json_integer_value(epoch), .best = json_is_true(best)};
    for (size_t i = 0; i < FIGURES; i++) {
        const json_t *number = json_object_get(line, figures[i].name);
        if (number && !json_is_number(number) && !json_is_null(number)) return false;
        set_figure(row, i, json_is_number(number) ? json_number_value(number) : (double)NAN);
    }
    return true;
}

/* Parses the complete lines of text, which it cuts up, into *rows (malloc). */
static hg_status parse_rows(char *text, const char *path, hg_epoch **rows, size_t *n, hg_error *e)
{
    size_t lines = 0, used = 0;
    hg_status s = HG_OK;
    for (const char *p = text; (p = strchr(p, '\n')); p++) lines++;
    hg_epoch *made = calloc(lines + 1, sizeof *made);
    if (!made) return hg__fail_memory(e, path, lines * sizeof *made);
    for (char *line = text, *end; !s && (end = strchr(line, '\n')); line = end + 1) {
        char place[4400];
        json_t *object = NULL;
        *end = 0;
        snprintf(place, sizeof place, "%s:%zu", path, used + 1);
        s = hg__json_parse(&object, line, place, e);
        if (!s && !read_row(object, &made[used++]))
            s = hg__fail(e, HG_DATA, place, "is not a row of metrics; remove the line or the file");
        json_decref(object);
    }
    if (s) return free(made), s;
    *rows = made, *n = used;
    return HG_OK;
}

/* The file's text, "" when there is none. */
static hg_status read_text(const char *path, char **text, size_t *size, hg_error *e)
{
    if (!access(path, F_OK)) return hg__file_read(path, MOST_ROWS, text, size, e);
    *size = 0;
    *text = calloc(1, 1);
    return *text ? HG_OK : hg__fail_memory(e, path, 1);
}

hg_status hg_run_epochs(const hg_run *r, hg_epoch **rows, size_t *n, hg_error *e)
{
    char path[4352], place[4400], *text = NULL;
    size_t size;
    hg_status s = read_text(hg_run_file(r, "metrics.jsonl", path, sizeof path), &text, &size, e);
    while (!s && size && text[size - 1] != '\n') text[--size] = 0; /* a torn line, which a crash may fill with zeros */
    if (!s && strlen(text) != size) {
        size_t line = 1;
        for (const char *c = text; *c; c++) line += *c == '\n';
        snprintf(place, sizeof place, "%s:%zu", path, line);
        s = hg__fail(e, HG_DATA, place, "holds a zero byte, which no row of metrics has; remove the line or the file");
    }
    if (!s) s = parse_rows(text, path, rows, n, e);
    free(text);
    return s;
}

/* ---- writing ---- */

/* Puts `t` in the place of the file, if that does not say the same already. */
static hg_status replace(const hg_run *r, const char *name, hg__text *t, hg_error *e)
{
    char path[4352], *old = NULL;
    size_t size;
    hg_status s = hg__text_done(t, e);
    if (!s) s = read_text(hg_run_file(r, name, path, sizeof path), &old, &size, e);
    if (!s && (size != t->size || (size && memcmp(old, t->at, size))))
        s = hg__file_write(path, t->size ? t->at : "", t->size, true, e);
    free(old);
    return s;
}

hg_status hg_run_rewind(hg_run *r, size_t epoch, hg_error *e)
{
    hg_epoch *rows = NULL;
    size_t n = 0;
    hg__text jsonl = {0}, csv = {0};
    hg_status s = hg_run_epochs(r, &rows, &n, e);
    if (s) return s;
    add_csv_header(&csv);
    for (size_t i = 0; i < n; i++) {
        if (rows[i].epoch > epoch) continue;
        add_json(&jsonl, &rows[i]);
        add_csv(&csv, &rows[i]);
    }
    s = replace(r, "metrics.jsonl", &jsonl, e);
    if (!s) s = replace(r, "metrics.csv", &csv, e);
    r->mended = !s;
    hg__text_close(&jsonl);
    hg__text_close(&csv);
    free(rows);
    return s;
}

/* One line, synced; after a failure the file is as long as before. */
static hg_status append(const hg_run *r, const char *name, const hg__text *line, hg_error *e)
{
    char path[4352];
    int fd = open(hg_run_file(r, name, path, sizeof path), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return hg__fail_errno(e, path, "cannot be opened");
    hg_status s = HG_OK;
    off_t before = lseek(fd, 0, SEEK_END);
    ssize_t written;
    do written = write(fd, line->at, line->size);
    while (written < 0 && errno == EINTR);
    if (written >= 0 && (size_t)written < line->size) errno = ENOSPC;
    if (written != (ssize_t)line->size || fsync(fd)) s = hg__fail_errno(e, path, "cannot be written");
    if (s && before >= 0 && ftruncate(fd, before)) s = hg__fail_errno(e, path, "cannot be written, nor cut back");
    if (close(fd) && !s) s = hg__fail_errno(e, path, "cannot be written");
    return s;
}

hg_status hg_run_epoch(hg_run *r, const hg_epoch *row, hg_error *e)
{
    hg__text jsonl = {0}, csv = {0};
    hg_status s = r->mended ? HG_OK : hg_run_rewind(r, SIZE_MAX, e);
    add_json(&jsonl, row);
    add_csv(&csv, row);
    if (!s) s = hg__text_done(&jsonl, e);
    if (!s) s = hg__text_done(&csv, e);
    if (!s) s = append(r, "metrics.csv", &csv, e); /* first: what it has too much, mending takes away */
    if (!s) s = append(r, "metrics.jsonl", &jsonl, e);
    if (s) r->mended = false;
    hg__text_close(&jsonl);
    hg__text_close(&csv);
    return s;
}
