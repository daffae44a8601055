/* hourglass/record.h: the run folder, where results meet.
 *
 *     #include <hourglass/record.h>
 *     int main(void) {
 *         hg_run *r = NULL;
 *         if (hg_run_create(&r, "runs/first", false, NULL)) return 1;
 *         hg_run_epoch(r, &(hg_epoch){.epoch = 1, .train_loss = .05, .val_loss = .06}, NULL);
 *         hg_run_close(&r);
 *     }
 *
 * runs/NAME/: config.json, env.json, metrics.jsonl, metrics.csv, model.safetensors, checkpoint,
 * samples/epoch-*.png, eval.json (on other data eval-SOURCE.json), report.html. Training writes it; eval, report and
 * resume read it. */
#ifndef HOURGLASS_RECORD_H
#define HOURGLASS_RECORD_H

#include <hourglass/base.h>

typedef struct hg_epoch { /* a row of metrics.jsonl and metrics.csv; a figure not measured is NaN (null, empty) */
    size_t epoch;         /* counted from 1 */
    double train_loss, val_loss, val_mse, lr, images_per_second,
        seconds; /* seconds since the start of training, resumed parts added */
    bool best;   /* the best validation (or training, without validation) so far */
} hg_epoch;

typedef struct hg_run hg_run;

/* path: the folder to make. HG_EXISTS when it is there, unless `number`: then the first free of path,
 * path-2, path-3 … is made. Fills the folder with nothing but samples/. */
hg_status hg_run_create(hg_run **r, const char *path, bool number, hg_error *e);
/* An existing run folder; HG_DATA when it is none. */
hg_status hg_run_open(hg_run **r, const char *path, hg_error *e);
void hg_run_close(hg_run **r);

const char *hg_run_path(const hg_run *r);
/* "runs/first/model.safetensors" for "model.safetensors": into out[n]. */
const char *hg_run_file(const hg_run *r, const char *name, char *out, size_t n);

/* Appends a row; both files are complete lines after any crash. */
hg_status hg_run_epoch(hg_run *r, const hg_epoch *row, hg_error *e);
/* Drops the rows after `epoch` (a resume from an older checkpoint). */
hg_status hg_run_rewind(hg_run *r, size_t epoch, hg_error *e);
/* All rows: *rows is malloc'ed, caller frees. */
hg_status hg_run_epochs(const hg_run *r, hg_epoch **rows, size_t *n, hg_error *e);

/* A JSON document of the folder (config.json, env.json, eval.json), as text; written whole. */
hg_status hg_run_write_json(hg_run *r, const char *name, const char *json, hg_error *e);
hg_status hg_run_read_json(const hg_run *r, const char *name, char **json, hg_error *e);

#endif
