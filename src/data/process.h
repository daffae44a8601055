/* process.h: runs another program, without a shell, and never for longer than was said. */
#ifndef HG_DATA_PROCESS_H
#define HG_DATA_PROCESS_H

#include "base/fail.h"

#include <stdio.h>

typedef struct hg__process {
    const char *const *argv; /* argv[0] is looked for on PATH; ends with NULL */
    const char *folder;      /* where it runs; NULL: here */
    FILE *out;               /* takes its standard output; NULL: thrown away */
    size_t most;             /* bytes of output; it is stopped when there are more */
    int quiet, whole;        /* seconds: without a word, in all; it is stopped after that */
} hg__process;

/* HG_FAILED: e->what is what it answered, in one line, or that it is not installed or was stopped. HG_INTERRUPTED: it
 * was ended by Ctrl-C. HG_IO: `out` could not be written. */
hg_status hg__process_run(const hg__process *p, hg_error *e);

#endif
