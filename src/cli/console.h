/* console.h: what people see besides the data: messages, errors and colour on standard error.
 *
 * Standard output belongs to the data. Colour and a progress bar appear only on a terminal; NO_COLOR
 * and TERM=dumb are honoured. This is the only place, with progress.c, that prints. */
#ifndef HG_CLI_CONSOLE_H
#define HG_CLI_CONSOLE_H

#include "base/fail.h"

#include <hourglass/report.h>

typedef enum hg__progress_kind {
    HG__PROGRESS_NONE,
    HG__PROGRESS_PLAIN,
    HG__PROGRESS_BAR,
    HG__PROGRESS_JSON
} hg__progress_kind;

typedef struct hg__console {
    bool quiet, verbose;
    bool utf8;            /* may `…` and `━` be written? */
    bool colour_err;      /* colour on standard error */
    hg_colour colour_out; /* pictures on standard output: none when it is no terminal */
    bool terminal_out;    /* standard output is a terminal */
    hg__progress_kind progress;
} hg__console;

/* Looks at the terminals and the environment; `progress` is auto, bar, plain, json or none. */
hg__console hg__console_look(bool quiet, bool verbose, const char *progress);
/* Columns of the terminal behind `fd`, now; 80 when unknown. */
size_t hg__console_width(int fd);

/* A message, one line; silent with -q. */
void hg__console_say(const hg__console *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same as a callback, for hg_set_options.say; console: an hg__console. */
void hg__console_line(void *console, const char *line);
/* Only with -v. */
void hg__console_detail(const hg__console *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "warning: WHERE: WHAT", as a message: about what can be done without. */
void hg__console_warn(const hg__console *c, const hg_error *e);
/* "hourglass: WHERE: WHAT", always. */
void hg__console_error(const hg__console *c, const hg_error *e);

#endif
