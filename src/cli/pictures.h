/* pictures.h: what the commands read and write as pictures: files in, a file, a folder, a sheet or an array out. */
#ifndef HG_CLI_PICTURES_H
#define HG_CLI_PICTURES_H

#include "cli/spool.h"
#include "cli/subject.h"

/* IN… of a command as typed: a SOURCE or picture files, and how to read them. */
typedef struct hg__wanted {
    const char *const *word;
    size_t words;
    const hg__source_options *source;
    void *console; /* an hg__console, which hears what is resized or left out */
} hg__wanted;

/* The same, read. Values are in [0,1]. */
typedef struct hg__inputs {
    hg_set *set;
    float *values; /* behind a set made of picture files; owned */
    char **name;   /* [names] the pictures' names without folder and ending, each another; NULL: no pictures */
    size_t names;
    hg__spool spool; /* standard input, where IN is - */
} hg__inputs;

/* HG_MODEL when a sample is not of the subject's shape. The test part, where a source has parts and none is named. */
hg_status hg__inputs_open(hg__inputs *in, const hg__subject *s, hg__wanted w, hg_error *e);
void hg__inputs_close(hg__inputs *in);

typedef struct hg__pictures {
    const float *values; /* [n * shape size], in [0,1], clipped when drawn */
    size_t n;
    hg_shape shape;
    char *const *name; /* [n], each another, or NULL: numbers */
    bool one_file;     /* a single sample goes into the file OUT, not into a folder */
} hg__pictures;

/* out: "x.npy" an array [n, h, w, c]; a single picture file; "x.png" of several: a sheet; else a folder of PNG files,
 * which appears whole or not at all. HG_EXISTS unless force. */
hg_status hg__pictures_write(const char *out, const hg__pictures *p, bool force, hg_error *e);

/* HG_USAGE, naming what can be written, when `out` has another ending. */
hg_status hg__pictures_check(const char *out, hg_error *e);

/* The ending of a file's name, ".jpg", or "" without one. */
const char *hg__ending(const char *path);
/* Whatever the case of the letters: ".PNG" is ".png". */
bool hg__ends_with(const char *text, const char *end);

#endif
