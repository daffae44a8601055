/* forward_options.h: options of the commands that run a model over samples and write what comes out. */
#ifndef HG_CLI_FORWARD_OPTIONS_H
#define HG_CLI_FORWARD_OPTIONS_H

#include "cli/command.h"
#include "cli/pictures.h"

typedef struct hg__forward_options {
    hg__common common;
    const char *output;
    bool force;
    size_t keep, batch, threads;
    const char *precision;
    hg__source_options source;
} hg__forward_options;

extern const hg__option_group hg__forward_groups[]; /* with the reading options */
extern const hg__option_group hg__decode_groups[];  /* without: codes have no size to bring to another */

/* Opens call->word[0], its code cut by --keep; HG_USAGE without -o, or where --json and `-o -` would share standard
 * output. */
hg_status hg__forward_open(hg__call *call, hg__subject *s, hg_error *e);
hg__walk hg__forward_walk(const hg__forward_options *v, const char *from, const char *to);
/* Says what was written: {"output", "n"} or a message. */
hg_status hg__forward_done(hg__call *call, size_t n, const char *what, hg_error *e);

#endif
