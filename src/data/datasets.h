/* datasets.h: the built-in data sets: which files they are, what those must hash to, where they may come from. */
#ifndef HG_DATA_DATASETS_H
#define HG_DATA_DATASETS_H

#include "base/embedded.h"
#include "data/sample_table.h"

enum { HG__DATASET_FILES = 4, HG__DATASET_MIRRORS = 3 };

typedef struct hg__dataset_file {
    const char *name, *sha256; /* of the raw IDX file */
    size_t size;
} hg__dataset_file;

typedef struct hg__dataset {
    hg_dataset about;
    /* Training images, training labels, test images, test labels. */
    hg__dataset_file file[HG__DATASET_FILES];
    /* Each way may be missing. */
    const char *mirror[HG__DATASET_MIRRORS + 1]; /* the files' addresses without "NAME.gz"; ends with NULL */
    const char *npm, *npm_folder;                /* "NAME@VERSION", and where the raw files lie in it */
    const char *debian, *debian_folder;          /* the package, and where the files lie in it */
    const hg__embedded *embedded;                /* built into the library, .gz; in the order of `file` */
} hg__dataset;

const hg__dataset *hg__dataset_find(const char *name); /* NULL: no such built-in */

/* Fills the table with the part that o asks for, fetching it when need be. hash: of the samples, as
 * hg__table_hash gives it. */
hg_status hg__dataset_load(hg__table *t, char hash[65], const hg__dataset *d, const hg_set_options *o, hg_error *e);

/* hg_dataset_fetch for a row that need not be in the list. */
typedef void hg__say(void *ctx, const char *line);
hg_status hg__dataset_fetch(const hg__dataset *d, bool offline, hg__say *say, void *ctx, hg_error *e);

/* $HOURGLASS_DATA, else $XDG_CACHE_HOME/hourglass, else ~/.cache/hourglass, into path[room]; need not exist. */
hg_status hg__cache_folder(char *path, size_t room, hg_error *e);
/* The data set's folder in it. */
hg_status hg__dataset_folder(const hg__dataset *d, char *path, size_t room, hg_error *e);

#endif
