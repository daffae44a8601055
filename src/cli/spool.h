/* spool.h: standard input as a path, for readers that look at a file twice: once to tell its format, once to read. */
#ifndef HG_CLI_SPOOL_H
#define HG_CLI_SPOOL_H

#include "base/fail.h"

#include <stdio.h>

typedef struct hg__spool {
    FILE *file; /* NULL: the path is a path */
    char path[32];
} hg__spool;

/* Where *path is "-", reads standard input to its end into a nameless file and puts that one's path into *path. */
hg_status hg__spool_open(hg__spool *s, const char **path, hg_error *e);
/* In e, which may hold an error, the file is called "standard input". */
void hg__spool_close(hg__spool *s, hg_error *e);

#endif
