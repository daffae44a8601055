/* scan.h: argv cut into words and settings, before anything is believed.
 *
 * Accepted: --name VALUE, --name=VALUE, --flag, --no-flag, -o VALUE, -oVALUE, bundled flags (-qv), and
 * `--`, after which everything is a word. A lone `-` is a word. Names are never abbreviated, so a
 * script does not change its meaning when an option is added. An option with a `bare` value may stand alone: behind its
 * name only a list of numbers is taken. */
#ifndef HG_CLI_SCAN_H
#define HG_CLI_SCAN_H

#include "cli/command.h"

typedef struct hg__setting {
    hg__slot slot;
    const char *text; /* "true" or "false" of a flag */
} hg__setting;

typedef struct hg__scan {
    hg__setting *setting; /* [settings], owned */
    const char **word;    /* [words], owned; the texts are argv's */
    size_t settings, words;
} hg__scan;

/* argv [argc]: what follows the command's name. HG_USAGE with "did you mean" for an unknown option. */
hg_status hg__scan_open(hg__scan *s, const hg__command *c, int argc, char **argv, hg_error *e);
void hg__scan_close(hg__scan *s);
/* Is there a --help or -h before any `--`? */
bool hg__scan_wants_help(int argc, char **argv);

#endif
