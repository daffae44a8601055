/* file.h: whole files in, whole files out.
 *
 * Every file this project writes goes through hg__file_write or a hg__file sink: a temporary file
 * in the target's folder, written, synced, renamed over the target, the folder synced. So a reader
 * sees the old file or the new one, and a failure leaves nothing behind; nor does a signal, where its handler sweeps
 * (litter.h). */
#ifndef HG_BASE_FILE_H
#define HG_BASE_FILE_H

#include "base/fail.h"

#include <stdio.h>

/* Reads a file of at most `most` bytes into *bytes (malloc, one zero byte added behind; caller frees). "-" is stdin. */
hg_status hg__file_read(const char *path, size_t most, char **bytes, size_t *size, hg_error *e);

/* Opens a regular file to be read piece by piece, for whoever looks at its head before he takes memory for the rest. */
hg_status hg__file_open(FILE **in, size_t *size, const char *path, hg_error *e);
/* The next n bytes, which the file's size promised; HG_IO when they do not come. */
hg_status hg__file_next(FILE *in, const char *path, void *bytes, size_t n, hg_error *e);

/* A file being written. Use it between open and close; close with ok = false throws it away. */
typedef struct hg__file {
    FILE *stream;    /* the temporary file, or stdout for "-" */
    char path[4096]; /* the target */
    char temp[4128];
    int litter; /* noted in litter.h */
} hg__file;

/* May a file be written there? HG_EXISTS, naming --force, when the target is there and !force. A folder, device or pipe
 * is never replaced, and no folder is made: HG_IO. "-" may. */
hg_status hg__file_check(const char *path, bool force, hg_error *e);
/* The same, and opens the temporary file. */
hg_status hg__file_create(hg__file *f, const char *path, bool force, hg_error *e);
/* Flush, sync, rename, sync the folder. Returns `so_far` when it is a failure, after removing the temporary file. */
hg_status hg__file_close(hg__file *f, hg_status so_far, hg_error *e);

/* All of the above for bytes at hand. */
hg_status hg__file_write(const char *path, const void *bytes, size_t size, bool force, hg_error *e);

/* After renames of one's own: what the folder holds survives a power failure. */
hg_status hg__folder_sync(const char *path, hg_error *e);

hg_status hg__dir_make(const char *path, hg_error *e); /* with its parents; an existing folder is fine */
/* The last part of a path, and its length without slashes behind it. */
const char *hg__path_last(const char *path, size_t *length);

bool hg__is_dir(const char *path);
bool hg__is_file(const char *path);
bool hg__is_absent(const char *path); /* nothing has that name; false also where that cannot be told */

#endif
