/* command.h: a command is one row of one table, and a call is one use of it.
 *
 * The row holds everything that help, man pages and shell completion say about the command, so they
 * cannot disagree with what it does. Its option groups describe one struct, `size` bytes, which
 * begins with a hg__common. The resolver fills that struct; `run` reads it and never sees argv.
 * What `run` adds to call->out becomes standard output, written only when the command succeeds. */
#ifndef HG_CLI_COMMAND_H
#define HG_CLI_COMMAND_H

#include "base/option.h"
#include "base/text.h"
#include "cli/console.h"

/* Rows that describe a part of the command's struct, under one heading in the help. */
typedef struct hg__option_group {
    const char *title; /* "Training" */
    const hg__option *rows;
    size_t offset; /* of the part */
} hg__option_group;

typedef struct hg__example {
    const char *line, *what;
} hg__example;

typedef struct hg__call hg__call;

enum { HG__NO_LIMIT = 1 << 20 }; /* words without a limit */

typedef struct hg__command {
    const char *name;        /* "train"; of a sub-command "fetch" */
    const char *summary;     /* one line, no full stop */
    const char *words;       /* what stands behind the name: "RUN IN… -o OUT" */
    const char *about;       /* paragraphs for the help; may be NULL */
    const char *notes_title; /* heading of what notes() says, behind the options; or NULL */
    const char *(*notes)(void);
    const hg__example *examples;          /* ends with a NULL line */
    const hg__option_group *groups;       /* ends with NULL rows; NULL where run is */
    const struct hg__command *const *sub; /* ends with NULL; or NULL */
    size_t size;                          /* of the struct that the options fill */
    size_t words_min, words_max;
    hg_status (*run)(hg__call *call, hg_error *e); /* NULL: it has nothing but sub-commands */
} hg__command;

/* Options that every command has; the first part of its struct. */
typedef struct hg__common {
    bool help, json, quiet, verbose;
    const char *progress, *config;
} hg__common;
extern const hg__option hg__common_rows[];
#define HG__COMMON_GROUP                    \
    {                                       \
        "Every command", hg__common_rows, 0 \
    }
#define HG__GROUPS_END \
    {                  \
        NULL, NULL, 0  \
    }

/* Where a value came from; a later one beats an earlier one. */
typedef enum hg__origin {
    HG__FROM_DEFAULT,
    HG__FROM_USER_CONFIG, /* $XDG_CONFIG_HOME/hourglass/config.json */
    HG__FROM_CONFIG,      /* --config FILE */
    HG__FROM_ENVIRONMENT,
    HG__FROM_ISA, /* HOURGLASS_ISA: the precision alone */
    HG__FROM_LINE,
} hg__origin;
enum { HG__CONFIGS = 2 };

struct hg__call {
    const hg__command *command;
    const hg__command *parent; /* of a sub-command, or NULL */
    bool wants_help;           /* then nothing below is filled */
    void *values;              /* the command's struct, resolved */
    const hg__common *common;  /* its first part */
    const char **word;         /* [words] what is no option */
    size_t words;
    unsigned char *origin; /* hg__origin of each option, in the order of the groups */
    char config_path[HG__CONFIGS][1024];
    struct json_t *config[HG__CONFIGS]; /* text values point into these */
    hg__console console;
    hg__text out;
    hg__text typed;    /* the whole command line, quoted for a shell */
    char warning[200]; /* about a HOURGLASS_* variable that is nearly an option, or "" */
};

/* The list of commands, ends with NULL. */
extern const hg__command *const hg__commands[];
const hg__command *hg__command_find(const hg__command *const *list, const char *name);
/* HG_USAGE, with "did you mean" where a command's name is near. */
hg_status hg__command_unknown(const hg__command *const *list, const char *kind, const char *word, hg_error *e);

/* A sub-command in a file of its own. */
extern const hg__command hg__command_tune_report;

/* The name that begins with `word`, else the one nearest to it, or NULL. */
const char *hg__guess(const char *word, const char *const *names, size_t n);

/* "train" or "data fetch", into out[n]. */
const char *hg__command_title(const hg__command *parent, const hg__command *c, char *out, size_t n);

extern const hg__command hg__command_data, hg__command_train, hg__command_eval, hg__command_reconstruct,
    hg__command_encode, hg__command_decode, hg__command_report, hg__command_tune, hg__command_models, hg__command_bench,
    hg__command_doctor, hg__command_help, hg__command_completion;

/* Finds the command in argv, resolves its options and takes its words. The call is zeroed; close it in any case. */
hg_status hg__call_open(hg__call *call, int argc, char **argv, hg_error *e);
void hg__call_close(hg__call *call);
/* "--lr", "HOURGLASS_LR", "config.json" or "default", into out[n]; `name` is one of the command's options. */
const char *hg__call_source(const hg__call *call, const char *name, char *out, size_t n);
/* Was it given on the command line? */
bool hg__call_typed(const hg__call *call, const char *name);

/* One option of a command, wherever its group: for (hg__slot s = {0}; hg__slot_next(c, &s);) …. */
typedef struct hg__slot {
    const hg__option *row;
    size_t offset; /* of its part in the command's struct */
    size_t group, number;
} hg__slot;
bool hg__slot_next(const hg__command *c, hg__slot *s);

#endif
