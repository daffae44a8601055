/* trainer.h: a training in progress: what the files of this room share.
 *
 * Everything is opened before the first step and nothing is allocated until the last. What a run depends
 * on is in three places only: the options, the blocks of numbers (weights, optimiser state, average, best
 * weights) and the standing. A checkpoint is these three, so what is resumed is the same training. */
#ifndef HG_TRAIN_TRAINER_H
#define HG_TRAIN_TRAINER_H

#include "base/arena.h"
#include "base/clock.h"
#include "train/checkpoint_file.h"
#include "train/doctor.h"
#include "train/schedules.h"
#include "train/update.h"

#include <jansson.h>

_Static_assert(sizeof(hg_real) == sizeof(float), "sets and checkpoints hold floats");

/* Where training stands. Numbers that a checkpoint holds have a row in standing.c. */
typedef struct hg__standing {
    size_t epoch;                          /* complete ones */
    size_t step;                           /* done of the epoch after them */
    double loss_sum;                       /* of that epoch so far: the steps' losses times their samples */
    double epoch_seconds;                  /* spent on its steps so far */
    size_t best_epoch;                     /* 0: none yet */
    double best_train_loss, best_val_loss; /* NaN: none */
    double mark;                           /* the loss that a gain has to undercut by min_delta; NaN: none yet */
    size_t waited;                         /* epochs since the last gain */
    hg__plateau plateau;
    double seconds,
        train_seconds; /* since the start, resumed parts added; of these, spent on steps of complete epochs */
} hg__standing;

typedef struct hg__reach {
    double least, greatest;
} hg__reach;

typedef struct hg__trainer {
    hg_train_options o;
    const hg_train_listener *l; /* never NULL */
    const hg_set *set;
    hg_run *run;
    int lock;                   /* the run folder, locked; -1: not yet */
    bool checkpoint_is_damaged; /* what stands there must not take checkpoint.previous' place */
    hg_model *model;
    hg_plan *plan, *judge; /* judge: at inference, on the same weights */
    hg_batcher *batcher;
    hg_augment *augment, *noise;
    uint32_t *index; /* [n_train + n_val], then the test's, owned */
    size_t n_train, n_val;
    size_t batch, steps; /* samples a step, steps an epoch */
    hg__update update;
    size_t n;                       /* values in a block */
    float *weights;                 /* the model's */
    float *best, *spare;            /* spare: where the weights wait while the average is judged; NULL without it */
    float *x, *input, *y, *scratch; /* the judge's: [most * sample size] each, scratch [3 * sample size] */
    size_t most;
    float *mean;     /* the mean of the training samples [sample size] … */
    hg__reach reach; /* … and their range, of at most some thousands of them */
    double size;     /* … and the root of their mean square */
    bool dead;       /* after the last epoch the model did nothing, and that was said */
    hg__doctor doctor;
    hg__arena arena;
    hg__standing at;
    double began;   /* on hg__seconds' clock, less what earlier parts took */
    double between; /* seconds that the last epoch took besides its steps */
    double lr;      /* of the last step */
    int signal;     /* not 0: stop */
    json_t *held;   /* a resumed run's options: their texts point into it */
} hg__trainer;

/* ---- setup.c ---- */

/* Says so when a graph file of the user's is given another input shape than it names. */
void hg__tell_input(const hg_train_listener *l, const hg_set *set, const char *model);
/* The graph that will be trained: shaped for the set, with the options' loss and penalty on the code. */
hg_status hg__trainer_graph(hg_graph **g, const hg_set *set, const char *model, const hg_train_options *o, hg_error *e);
/* Opens all but the run folder and the batcher, with fresh weights. Takes the graph over. t->o, l and set are
 * filled; close in any case. */
hg_status hg__trainer_open(hg__trainer *t, hg_graph **g, hg_error *e);
void hg__trainer_close(hg__trainer *t);
/* Batches from where t->at stands. */
hg_status hg__trainer_feed(hg__trainer *t, hg_error *e);
/* The blocks of a checkpoint. */
hg__blocks hg__trainer_blocks(const hg__trainer *t);

/* ---- epoch.c ---- */

/* The rest of the running epoch. HG_INTERRUPTED, HG_TERMINATED: stopped before its end, nothing is saved yet. */
hg_status hg__epoch_train(hg__trainer *t, hg_error *e);
/* HG_INTERRUPTED or HG_TERMINATED, with the command that goes on. */
hg_status hg__stopped(const hg__trainer *t, hg_error *e);

/* ---- loop.c ---- */

extern const hg_train_listener hg__nobody;
/* From where t->at stands to the end; fills *r also when it fails. */
hg_status hg__train_on(hg__trainer *t, hg_train_result *r, hg_error *e);
bool hg__train_is_done(const hg__trainer *t);
/* model.safetensors, of the weights as they are. */
hg_status hg__train_save(hg__trainer *t, hg_error *e);

/* ---- judge.c ---- */

/* n samples of the set (at most t->most) into t->x; what the model is given of them, corrupted where training does
 * so. */
const float *hg__judge_fill(hg__trainer *t, const uint32_t *index, size_t n);
/* On the validation samples, with the weights as they are; NaN both where there are none. */
typedef struct hg__verdict {
    double loss, mse;
} hg__verdict;
hg__verdict hg__judge(hg__trainer *t);
/* Whether the model does anything: on at most one batch, the validation's first (without any, the training's). */
typedef struct hg__pulse {
    double mse, mean_mse; /* of the reconstruction, and of the mean picture in its place */
    double spread; /* how much reconstructions differ from each other, beside the originals: 0 all are the same */
} hg__pulse;
/* false: it cannot be measured, for the samples are all alike or y is no picture like x. */
bool hg__judge_pulse(hg__trainer *t, hg__pulse *p);
/* samples/epoch-N.png, where the listener draws. */
hg_status hg__judge_samples(hg__trainer *t, size_t epoch, hg_error *e);

/* ---- advice.c ---- */

/* Mean, range and size of the training samples. HG_MEMORY only. */
hg_status hg__advice_look(hg__trainer *t, hg_error *e);
/* Says before the first step what cannot end well. */
void hg__advice_begin(hg__trainer *t);
/* Says at an epoch's end, with the weights that were judged, when training is dead. */
void hg__advice_epoch(hg__trainer *t, size_t epoch);

/* ---- diverge.c ---- */

/* HG_DIVERGED with the layer's name, found with n samples of input. */
hg_status hg__diverged(hg__trainer *t, size_t n, const float *input, hg_error *e);
bool hg__weights_are_finite(const hg__trainer *t);

/* ---- standing.c ---- */

/* RUN/checkpoint; the one before becomes RUN/checkpoint.previous. */
hg_status hg__standing_save(hg__trainer *t, hg_error *e);
/* The newest that is whole; says when that is not the newest. */
hg_status hg__standing_find(hg__saved *s, const hg_run *run, const hg_train_listener *l, hg_error *e);
/* Of the samples' numbers, uint32 little-endian: those trained on, then those of the validation. */
void hg__split_sha256(const hg__trainer *t, char hex[65]);
hg_status hg__standing_read(hg__standing *at, const hg__saved *s, hg_error *e);

/* ---- journal.c ---- */

/* config.json and env.json. */
hg_status hg__journal_begin(hg__trainer *t, const char *model, hg_error *e);
/* config.json of a resumed run says its new number of epochs. */
hg_status hg__journal_epochs(hg__trainer *t, hg_error *e);
/* A resumed run whose kernels are others than env.json's says so, and is added there to resumed_isa. */
hg_status hg__journal_isa(hg__trainer *t, hg_error *e);
void hg__say(const hg_train_listener *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
