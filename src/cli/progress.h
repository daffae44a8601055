/* progress.h: how training, and what else is long, looks while it runs: a line that moves on a terminal, for training a
 * line an epoch elsewhere. */
#ifndef HG_CLI_PROGRESS_H
#define HG_CLI_PROGRESS_H

#include "cli/console.h"

#include <hourglass/train.h>

typedef struct hg__progress_line {
    const hg__console *console;
    bool open; /* the moving line is on the screen */
} hg__progress_line;

/* The three are of hg_train_listener; ctx is the line. */
void hg__progress_step(hg__progress_line *line, const hg_progress *p);
void hg__progress_epoch(hg__progress_line *line, const hg_epoch *row, size_t epochs);
void hg__progress_say(hg__progress_line *line, const char *text);
/* Of other work, `done` of `all` parts behind it: only the moving line. what: "code of 8". */
void hg__progress_part(hg__progress_line *line, const char *what, size_t done, size_t all);
/* Takes the moving line off the screen. */
void hg__progress_close(hg__progress_line *line);

#endif
