/* formats.h: the list of formats that a source's path may have.
 *
 * A format is one file with one hg__format, and one line in formats.c. It is chosen by content, never by the file's
 * name: the first row whose sniff agrees opens the path. */
#ifndef HG_DATA_FORMATS_H
#define HG_DATA_FORMATS_H

#include "data/sample_table.h"

/* What a format is chosen by. */
typedef struct hg__probe {
    bool folder;
    uint8_t head[8]; /* the first bytes, unpacked when the file is gzip */
    size_t size;     /* how many of head the file has */
} hg__probe;

typedef struct hg__format {
    const char *name; /* for people: "IDX" */
    bool (*sniff)(const hg__probe *p);
    /* Fills an empty table; what it holds after a failure is closed by the caller. */
    hg_status (*open)(hg__table *t, const char *path, const hg_set_options *o, hg_error *e);
} hg__format;

hg_status hg__format_open(hg__table *t, const char *path, const hg_set_options *o, hg_error *e);

/* True when as much of the head as there is, and at least one byte, is the start of magic. */
bool hg__starts(const hg__probe *p, const void *magic, size_t size);

/* The array formats read from any stream, to its end. After a failure the array is empty. */
typedef hg_status hg__array_reader(hg__array *a, hg__stream *s, hg_error *e);
hg__array_reader hg__idx_read, hg__npy_read;

/* Opens path with the reader and makes a table of it, with the labels that lie beside it: the file of the same
 * name with "labels" for "images" (and idx1 for idx3), raw or .gz. */
hg_status hg__array_open(hg__table *t, const char *path, hg__array_reader *read, hg_error *e);

#endif
