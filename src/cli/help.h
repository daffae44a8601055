/* help.h: everything that explains the program, made from the command table: the help texts, the man
 * pages and the completion scripts. */
#ifndef HG_CLI_HELP_H
#define HG_CLI_HELP_H

#include "cli/command.h"

extern const char hg__tagline[];         /* what the program is, in one line */
extern const hg__example hg__examples[]; /* the day's work, ends with a NULL line */

void hg__help_program(hg__text *t);
void hg__help_command(hg__text *t, const hg__command *parent, const hg__command *c);

/* What help calls an option's value: "N", "F", "TEXT", or its own name. "" for a flag. */
const char *hg__option_value(const hg__option *row);
/* "-o, --output FILE", into out[n]. */
const char *hg__option_spelling(const hg__option *row, char *out, size_t n);

/* roff, hourglass(1) or hourglass-NAME(1); page NULL: hourglass(1). */
void hg__manual_program(hg__text *t);
void hg__manual_command(hg__text *t, const hg__command *c);

/* shell: bash, zsh or fish. */
hg_status hg__completion(hg__text *t, const char *shell, hg_error *e);

#endif
