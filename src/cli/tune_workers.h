/* tune_workers.h: the processes of one call of `hourglass tune`, and what they say. */
#ifndef HG_CLI_TUNE_WORKERS_H
#define HG_CLI_TUNE_WORKERS_H

#include "cli/tune_study.h"

/* Works on the study until its trials or its budget are used up: this process alone, or so many of its children, which
 * share the data. One that dies leaves its trial to the others. HG_INTERRUPTED, HG_TERMINATED: all is saved. */
hg_status hg__tune_workers_run(hg__tune_study *s, const hg__call *call, size_t jobs, hg_error *e);

#endif
