/* walk_rows.h: the rows of every command that runs a model. A macro, as a table of rows is a constant. */
#ifndef HG_CLI_WALK_ROWS_H
#define HG_CLI_WALK_ROWS_H

#define HG__BATCH_ROW(at, text)                                                                                    \
    {                                                                                                              \
        .name = "batch", .type = HG__SIZE, .offset = at, .fallback = "128", .min = 1, .max = 1 << 20, .help = text \
    }
#define HG__KEEP_ROW(at, text)                                                                                   \
    {                                                                                                            \
        .name = "keep", .type = HG__SIZE, .offset = at, .fallback = "0", .min = 0, .max = 1 << 24, .value = "K", \
        .help = text                                                                                             \
    }
#define HG__THREADS_ROW(at)                                                                        \
    {                                                                                              \
        .name = "threads", .type = HG__SIZE, .offset = at, .fallback = "0", .min = 0, .max = 1024, \
        .help = "0: one per processor; never changes the result"                                   \
    }
/* Its value is read with hg__precision_named. */
#define HG__PRECISION_ROW(at, text)                                                                           \
    {                                                                                                         \
        .name = "precision", .type = HG__CHOICE, .offset = at, .fallback = "f32", .choices = "f32|bf16|int8", \
        .help = text                                                                                          \
    }

#endif
