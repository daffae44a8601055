/* bench_options.h: the part of `hourglass bench` that repeats published protocols. */
#ifndef HG_CLI_BENCH_OPTIONS_H
#define HG_CLI_BENCH_OPTIONS_H

#include "cli/command.h"

typedef struct hg__literature_values {
    bool quick, full, force, offline;
    const char *only, *out, *output;
} hg__literature_values;
extern const hg__option hg__literature_rows[]; /* over that */

/* What is shared with the other benches. */
typedef struct hg__literature_frame {
    size_t threads;
    uint64_t seed;
} hg__literature_frame;

hg_status hg__bench_literature(hg__call *call, const hg__literature_values *v, const hg__literature_frame *f,
                               hg_error *e);

#endif
