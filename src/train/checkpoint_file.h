/* checkpoint_file.h: the bytes of a checkpoint (doc/format.md): a JSON header, blocks of floats, a SHA-256. */
#ifndef HG_TRAIN_CHECKPOINT_FILE_H
#define HG_TRAIN_CHECKPOINT_FILE_H

#include "base/fail.h"

#include <jansson.h>

typedef struct hg__block {
    const char *name;
    float *values;
} hg__block;

enum { HG__MOST_BLOCKS = 8 };

typedef struct hg__blocks {
    hg__block block[HG__MOST_BLOCKS];
    size_t count, n; /* blocks, values in each */
} hg__blocks;

/* Writes header (with "blocks" and "values_per_block" added) and the blocks; replaces the file. */
hg_status hg__checkpoint_write(const char *path, json_t *header, const hg__blocks *b, hg_error *e);

/* A checkpoint that was read and found whole. */
typedef struct hg__saved {
    char path[4352];
    char *bytes;    /* owned */
    size_t at;      /* of the first block */
    json_t *header; /* owned */
    bool is_older;  /* the newest checkpoint is damaged, this is the one before it */
} hg__saved;

/* HG_MODEL says what is wrong and where. */
hg_status hg__checkpoint_open(hg__saved *s, const char *path, hg_error *e);
/* Copies the blocks out; they must be the file's, in name, order and size. */
hg_status hg__checkpoint_load(const hg__saved *s, const hg__blocks *b, hg_error *e);
void hg__checkpoint_close(hg__saved *s);

#endif
