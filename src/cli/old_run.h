/* old_run.h: the run that train --force puts a new one in the place of. It waits aside, locked, until the new one can
 * be resumed; until then nothing of it is lost. */
#ifndef HG_CLI_OLD_RUN_H
#define HG_CLI_OLD_RUN_H

#include "cli/console.h"

typedef struct hg__old_run {
    char path[512], aside[544]; /* aside: where it waits; "": there is none */
    int lock;
} hg__old_run;

/* Moves the run folder aside; {0} when there is none. Nothing is touched when the folder is no run's, holds anything
 * else (HG_EXISTS), or is still being trained in (HG_FAILED). */
hg_status hg__old_run_move(hg__old_run *o, const char *path, hg_error *e);
/* The new run has begun: the old one goes. */
void hg__old_run_drop(hg__old_run *o);
/* Puts it back, if it was not dropped. Where that cannot be, it stays aside, and a warning says where. */
void hg__old_run_restore(hg__old_run *o, const hg__console *c);

#endif
