/* hourglass/data.h: samples in memory, where they come from, and how they are fed.
 *
 *     #include <hourglass/data.h>
 *     #include <stdio.h>
 *     int main(int argc, char **argv) {
 *         hg_error e = {0};
 *         hg_set *set = NULL;
 *         if (hg_set_open(&set, argc > 1 ? argv[1] : "mnist", &(hg_set_options){0}, &e)) return puts(e.what), 1;
 *         printf("%zu samples of %zu x %zu x %zu\n", set->n, set->shape.h, set->shape.w, set->shape.c);
 *         hg_set_close(&set);
 *     }
 *
 * All formats end in one thing, the hg_set: a table of equal-sized samples. Nothing behind it knows
 * where they came from. */
#ifndef HOURGLASS_DATA_H
#define HOURGLASS_DATA_H

#include <hourglass/base.h>

/* A path has only HG_WHOLE and gives it for HG_TRAIN too; a built-in's HG_WHOLE is its training part, then its test
 * part. */
typedef enum hg_part { HG_TRAIN, HG_TEST, HG_WHOLE } hg_part;
typedef enum hg_resize { HG_RESIZE_AREA, HG_RESIZE_BILINEAR } hg_resize;
/* A picture of another aspect: pulled into shape, cut at its sides, or whole with black beside it. */
typedef enum hg_fit { HG_FIT_STRETCH, HG_FIT_CROP, HG_FIT_PAD } hg_fit;
typedef enum hg_normalize {
    HG_NORMALIZE_UNIT,   /* to [0,1]: bytes by 255; wider whole numbers by 1, 255 or their own range, the least of these
                              that holds them all; floats as they are */
    HG_NORMALIZE_MINMAX, /* to [0,1] by the least and greatest value of the set */
    HG_NORMALIZE_STANDARD, /* to mean 0, deviation 1 over the set */
    HG_NORMALIZE_NONE,     /* the numbers as stored */
} hg_normalize;

/* One table of n samples of one shape, channels last. Read-only once open, so threads may share it. */
typedef struct hg_set {
    char name[128]; /* "mnist", "digits.idx": for people */
    size_t n;
    hg_shape shape;
    const uint8_t *bytes; /* [n * size], exactly one of bytes and floats is not NULL; owned by the set */
    const float *floats;
    float scale, offset;   /* value = stored * scale + offset */
    double low, high;      /* the stored numbers that are black and white: 0 and 255 of bytes; of floats 0 and 1, or the
                         least and the greatest where they go beyond */
    const char *stored;    /* "bytes", "integers" (wider ones, held as floats) or "floats" */
    const int32_t *labels; /* [n] or NULL; owned */
    size_t classes;        /* labels are 0 … classes-1; 0 without labels */
    const char *const *class_name; /* [classes] or NULL; owned. A folder's: the names of its folders */
    const char *const *file;       /* [n] or NULL; owned. A folder's: the pictures' paths within it */
    char sha256[65]; /* of the samples as a raw IDX file, hex (mnist: the published one): what trained a model */
    void *owner;     /* private */
} hg_set;

typedef struct hg_set_options {
    hg_part part;
    hg_shape resize; /* h, w: every picture becomes this size; 0: as it is (folders: the first picture's size).
                               c: 1 grey, 3 colour, 0 as it is */
    hg_resize method;
    hg_fit fit;
    hg_normalize normalize;
    float scale, offset; /* used instead of `normalize` when scale != 0: a model's own preprocessing */
    double low, high;    /* where high > low: the range of a run, in whose units numbers become [0,1] … */
    const char *stored;  /* … and what its set said of them: "bytes", "integers", "floats"; NULL: "floats" */
    bool offline;        /* never touch the network */
    bool skip_damaged;   /* a folder: pictures that cannot be read are told to `say` and left out */
    size_t limit;        /* first so many samples only; 0: all */
    void (*say)(void *ctx, const char *line); /* hears what a fetch tries, and what is resized unasked; or NULL */
    void *say_ctx;
} hg_set_options;

/* spec: a built-in name ("mnist", "fashion-mnist", "mnist-sample") or a path: an IDX file (raw or
 * gzip; the labels file beside it is found by its name), .npy, a folder of PNG/JPEG pictures (sub-folders are classes).
 * HG_DATA names the file, the place and the fault; HG_NETWORK which mirrors were tried. */
hg_status hg_set_open(hg_set **set, const char *spec, const hg_set_options *o, hg_error *e);
/* Makes a set around the caller's floats [n * size], which must outlive it. */
hg_status hg_set_wrap(hg_set **set, const char *name, const float *values, size_t n, hg_shape shape, hg_error *e);
void hg_set_close(hg_set **set);

/* Sample i as values, into out[shape size]. */
void hg_set_get(const hg_set *set, size_t i, float *out);

/* Indices 0 … n-1 parted in two: validation gets round(n * fraction), drawn by seed, equally from every
 * class where the set has labels. Both are in increasing order. index: room for n, owned by the
 * caller: training first (*n_train of them), then validation. */
hg_status hg_split(const hg_set *set, double fraction, uint64_t seed, uint32_t *index, size_t *n_train, hg_error *e);

/* The same in three: training, validation, test, in this order; n: of each. The validation is hg_split's, whatever the
 * test; the test, but for classes of a few samples, is the same whatever the validation. Fractions are of the whole
 * set. */
typedef struct hg_split_options {
    double val, test;
    uint64_t seed;
} hg_split_options;
hg_status hg_split_three(const hg_set *set, const hg_split_options *o, uint32_t *index, size_t n[3], hg_error *e);

/* Augmentation: one row of a fixed list (data/augment.c), in the order given. Text form, as in
 * --augment: "rotate=15,shift=2,noise=gaussian:0.2". A pure function of (seed, epoch, index). */
typedef struct hg_augment hg_augment;
hg_status hg_augment_parse(hg_augment **a, const char *spec, hg_error *e);
/* HG_USAGE, with the limit, when a step reaches beyond pictures of this shape (shift, occlude). */
hg_status hg_augment_check(const hg_augment *a, hg_shape shape, hg_error *e);
void hg_augment_close(hg_augment **a);
/* image [shape size] in place; scratch: as large as the image, times 3. Values are meant to be in [0,1]; noise and
 * contrast are clipped to it (to the image's own range where that is wider). size: three numbers name the draw. */
void hg_augment_apply(const hg_augment *a, hg_shape shape, uint64_t seed, uint32_t epoch, uint64_t index, float *image,
                      float *scratch);
/* "rotate=DEG  turn by up to ±DEG degrees" …, one line each: for help. */
const char *hg_augment_help(void);

/* Batches in shuffled order, made ahead of need on a thread of its own. */
typedef struct hg_batcher hg_batcher;
typedef struct hg_batcher_options {
    size_t batch;
    uint64_t seed;
    bool shuffle;              /* a fresh order each epoch, by (seed, epoch) */
    const hg_augment *augment; /* or NULL; applied to x and, as the target is x itself, to the target */
    uint32_t first_epoch;      /* counted from 0; where a resumed run goes on */
    const hg_augment *noise;   /* or NULL; applied to the input only: x stays the clean target */
} hg_batcher_options;

typedef struct hg_batch {
    const float *x;        /* [n * size], valid until the next hg_batcher_next */
    const float *input;    /* [n * size], x with the noise; x itself without noise */
    const uint32_t *index; /* [n]: which samples */
    size_t n;              /* batch, or less for an epoch's last */
    uint32_t epoch, step;  /* step counts from 0 within the epoch */
    bool last;             /* of its epoch */
} hg_batch;

/* index [n]: the samples to draw from; set, index, augment and noise must outlive the batcher. */
hg_status hg_batcher_open(hg_batcher **b, const hg_set *set, const uint32_t *index, size_t n,
                          const hg_batcher_options *o, hg_error *e);
void hg_batcher_close(hg_batcher **b);
/* Endless: epoch follows epoch. */
void hg_batcher_next(hg_batcher *b, hg_batch *batch);

/* The built-in data sets. */
typedef struct hg_dataset {
    const char *name, *what, *licence, *source;
} hg_dataset;
size_t hg_datasets(void);
const hg_dataset *hg_dataset_at(size_t i);
/* Puts the data set into the cache ($HOURGLASS_DATA, else $XDG_CACHE_HOME/hourglass, else ~/.cache/hourglass).
 * say(ctx, line), which may be NULL, hears what is tried. A cached, verified copy ends it at once. */
hg_status hg_dataset_fetch(const char *name, bool offline, void (*say)(void *ctx, const char *line), void *ctx,
                           hg_error *e);

/* Pictures: 8-bit, 1 or 3 channels, rows without gaps. */
typedef struct hg_image {
    hg_shape shape;
    uint8_t *pixels; /* owned: free() */
} hg_image;
/* PNG or JPEG, by content. 16 bits become 8; what is transparent shows white, as in a viewer. */
hg_status hg_image_read(hg_image *image, const char *path, hg_error *e);
/* Temporary file, sync, rename; HG_EXISTS unless force. */
hg_status hg_image_write_png(const char *path, hg_shape shape, const uint8_t *pixels, bool force, hg_error *e);

/* .npy, little-endian float32, C order; HG_EXISTS unless force. */
hg_status hg_npy_write(const char *path, const float *values, size_t dims, const size_t *dim, bool force, hg_error *e);
/* Reads any numeric .npy into *values (malloc, owner: caller), at most 4 dimensions; dim[0 … *dims-1]. */
hg_status hg_npy_read(const char *path, float **values, size_t *dims, size_t dim[4], hg_error *e);

#endif
