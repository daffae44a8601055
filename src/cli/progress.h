/* progress.h: how training looks while it runs: a line that moves on a terminal, a line an epoch elsewhere. */
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
/* Takes the moving line off the screen. */
void hg__progress_close(hg__progress_line *line);

#endif
