/* subject.h: the RUN of the command line: a run folder or a model file, opened, and what its model was
 * told about data.
 *
 * Commands speak in pictures with values in [0,1]. A model may have been trained on other numbers
 * (standardised, say); the walk translates on the way in and back on the way out. */
#ifndef HG_CLI_SUBJECT_H
#define HG_CLI_SUBJECT_H

#include "cli/source_options.h"

#include <hourglass/net.h>
#include <hourglass/record.h>

typedef struct hg__subject {
    const char *path; /* as typed */
    char name[128];   /* of the model: "conv" */
    hg_model *model;
    hg_shape x, z, y;
    size_t keep;       /* of the code's values, the others are 0; 0: all */
    hg_run *run;       /* NULL: the path is a model file */
    json_t *config;    /* the run's config.json, or NULL */
    bool lacks_config; /* the run has none, and its model file is all that is known */
} hg__subject;

hg_status hg__subject_open(hg__subject *s, const char *path, hg_error *e);
void hg__subject_close(hg__subject *s);

/* The data that the run was trained on; HG_USAGE for a model file, which does not know. */
hg_status hg__subject_source(const hg__subject *s, const char **spec, hg__source_options *o, hg_error *e);
/* A number of config.json's "values", or `otherwise`. */
double hg__subject_value(const hg__subject *s, const char *name, double otherwise);

uint64_t hg__subject_seed(const hg__subject *s);
uint64_t hg__subject_split_seed(const hg__subject *s); /* of the parts for validation and test */
/* What corrupted the input in training; NULL: nothing did, or a model file cannot tell. */
const char *hg__subject_noise(const hg__subject *s);

/* HG_MODEL, saying both shapes, when the model does not take samples of this shape. */
hg_status hg__subject_check(const hg__subject *s, hg_shape shape, const char *what, hg_error *e);

/* Cuts the code to its first `keep` values (0: leaves it whole). HG_USAGE when it is no code that can be cut (its graph
 * ends the encoder with no `nested`), or has no more values than that. */
hg_status hg__subject_cut(hg__subject *s, size_t keep, hg_error *e);

typedef struct hg__walk {
    const char *from, *to; /* "x" "z" "y" */
    size_t threads, batch;
    hg_precision precision;
    const uint32_t *index; /* [n] which samples of the set, or NULL: all */
    size_t n;
    const hg_augment *noise; /* corrupts x as in the validation of a training with this seed; or NULL */
    uint64_t seed;
    float *input; /* with noise: [n * size of x] what came of it, in the set's values; or NULL */
} hg__walk;

/* Those samples of the set, values in [0,1] where from is "x", through the model into out [n * size of `to`].
 * Where the code is cut, what was cut off is 0. HG_MODEL when a value comes out that is not finite. */
hg_status hg__subject_walk(const hg__subject *s, const hg_set *set, const hg__walk *w, float *out, hg_error *e);

/* n values in [0,1] in the numbers of the run's data, where these are floats beyond [0,1]: for arrays, not pictures. */
void hg__subject_store(const hg__subject *s, size_t n, float *v);

/* The model's range, where its file knows it. */
void hg__subject_range(const hg__subject *s, hg__source_options *o);
/* How a SOURCE is read for this subject: as the run's data was (size, fit, range), where `typed` does not say. */
hg__source_options hg__subject_reading(const hg__subject *s, const hg__source_options *typed);

/* Room for n samples of `size` floats; NULL and HG_MEMORY otherwise. */
hg_status hg__floats_open(float **out, size_t n, size_t size, hg_error *e);

#endif
