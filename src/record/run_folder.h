/* run_folder.h: what the files of this room share: the open run folder. */
#ifndef HG_RECORD_RUN_FOLDER_H
#define HG_RECORD_RUN_FOLDER_H

#include "base/fail.h"

#include <hourglass/record.h>

/* Locks the folder until *lock is closed (or the process dies): no two may train in it, or remove it. HG_FAILED when
 * another process holds it; *lock is then -1. The folder itself is locked, so no lock file can be left behind. */
hg_status hg__run_lock(int *lock, const char *path, hg_error *e);

/* Removes what killed processes left half written ("eval.json.part-123"). Under the lock. */
void hg__run_sweep(const hg_run *run);

struct hg_run {
    bool mended; /* the metrics files were checked for a torn end since the folder was opened */
    char path[];
};

#endif
