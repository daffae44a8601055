/* option.h: one row describes one value, and serves the command line, --help, the man page, the shell
 * completion, the config file, the environment (HOURGLASS_NAME), the tuner and the web form.
 *
 * A table is an array of rows that ends with a row without a name. A row's value lives at `offset`
 * in the command's own struct, of the C type that its `type` names. */
#ifndef HG_BASE_OPTION_H
#define HG_BASE_OPTION_H

#include "base/fail.h"

typedef enum hg__option_type {
    HG__FLAG,   /* bool; --name, --no-name */
    HG__SIZE,   /* size_t */
    HG__U64,    /* uint64_t */
    HG__REAL,   /* double */
    HG__TEXT,   /* const char *; borrowed from argv, or from the config file's owner */
    HG__CHOICE, /* const char *, one of `choices` */
} hg__option_type;

typedef struct hg__option {
    const char *name; /* "weight-decay"; the config file's key is the same */
    char letter;      /* 'o' for -o, or 0 */
    hg__option_type type;
    size_t offset;
    const char *fallback; /* the default, as text; NULL: none */
    double min, max;      /* SIZE, U64, REAL: both 0: any */
    const char *choices;  /* "adam|adamw|sgd|rmsprop" */
    const char *value;    /* what help calls it: "F", "N", "FILE"; NULL: by type */
    const char *help;     /* one line, no full stop */
    const char *bare;     /* TEXT: what the name alone stands for; a list of numbers may still follow */
    bool tunable, log_scale;
} hg__option;

/* Writes every fallback into *values; a REAL without one becomes NaN, which no text can set: not given. */
void hg__options_default(const hg__option *table, void *values);
/* Sets one value from text, checked; `where` names the source in messages ("--epochs"). */
hg_status hg__option_set(const hg__option *row, void *values, const char *text, const char *where, hg_error *e);
/* The row of that name (without dashes), or NULL. */
const hg__option *hg__option_find(const hg__option *table, const char *name);
/* A value as text, into out[n]; "" for a NULL text. */
const char *hg__option_text(const hg__option *row, const void *values, char *out, size_t n);

#endif
