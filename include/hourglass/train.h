/* hourglass/train.h: from a set and a graph to a trained model in a run folder.
 *
 *     #include <hourglass/train.h>
 *     int main(void) {
 *         hg_set *set = NULL;
 *         hg_train_options o = hg_train_defaults();
 *         hg_train_result r;
 *         if (hg_set_open(&set, "mnist", &(hg_set_options){0}, NULL)) return 1;
 *         return (int)hg_train(&r, set, "conv", "runs/first", &o, NULL, NULL);
 *     }
 */
#ifndef HOURGLASS_TRAIN_H
#define HOURGLASS_TRAIN_H

#include <hourglass/data.h>
#include <hourglass/net.h>
#include <hourglass/record.h>

/* Every field is a row of one table: command line, help, man page, config file. Text fields
 * are borrowed; they must live as long as the call. */
typedef struct hg_train_options {
    size_t code; /* bottleneck size, 0: the model's own */
    size_t epochs, batch;
    double lr;
    const char *optimizer;                  /* adam, adamw, sgd, rmsprop */
    double beta1, beta2, epsilon, momentum; /* beta2, momentum: NaN is the optimiser's own default */
    bool nesterov;
    double weight_decay;   /* of the weights; adamw: decoupled, else it joins the gradient */
    const char *schedule;  /* constant, step, cosine, onecycle, plateau */
    double warmup;         /* epochs of linear warm-up */
    double lr_final;       /* cosine: the last rate, as a part of lr */
    double step_factor;    /* step and plateau: the rate is multiplied by this … */
    size_t step_epochs;    /* … every so many epochs (step), or after so many without gain (plateau) */
    double l1, l2;         /* penalties on the weights (not the biases) */
    double code_l1;        /* sparsity penalty on the code: factor of mean |z| */
    double clip;           /* greatest norm of the whole gradient; 0: off */
    double ema;            /* judged and kept is an average of the weights: decay per step; 0: the last ones */
    size_t patience;       /* early stopping after so many epochs without gain; 0: off */
    double min_delta;      /* what counts as a gain */
    double val;            /* part of the training data set aside for validation */
    double test;           /* part of it that training never sees, for eval; NaN: none */
    const char *augment;   /* hg_augment_parse's text, or NULL */
    const char *noise;     /* corrupts the input only, the target stays clean: "gaussian:0.3" …, or NULL */
    const char *loss;      /* replaces the graph's loss: mse, l1, huber, bce, ssim; NULL: the graph's own */
    const char *init;      /* how weights start: uniform, glorot; NULL: uniform */
    const char *precision; /* f32, bf16: of the products while training; judged in f32 */
    uint64_t seed;
    uint64_t split_seed; /* of the parts for validation and test; 0: seed */
    size_t threads;
    bool pin;            /* threads stay on a processor each: see hg_plan_options */
    double max_memory;   /* MB that plan and weights may take, 0: any; and */
    bool recompute;      /* values computed again instead of kept: see hg_plan_options */
    size_t sample_every; /* epochs between sample sheets; 0: none */
} hg_train_options;

hg_train_options hg_train_defaults(void);

/* Recipes: shipped options, as JSON objects with the names of the command line. help: one line. text: NULL where there
 * is no recipe of that name. */
size_t hg_recipes(void);
const char *hg_recipe_name(size_t i);
const char *hg_recipe_help(size_t i);
const char *hg_recipe_text(const char *name);

/* What is heard while training goes on. Each may be NULL. */
typedef struct hg_progress {
    size_t epoch, epochs, step, steps; /* epoch counted from 1 */
    double loss;                       /* running mean of this epoch */
    double images_per_second, seconds_left;
} hg_progress;
typedef struct hg_train_listener {
    void *ctx;
    void (*begun)(void *ctx);                          /* the run folder is there: from here on it can be resumed */
    void (*progress)(void *ctx, const hg_progress *p); /* some ten times a second */
    void (*epoch)(void *ctx, const hg_epoch *row, size_t epochs);
    void (*say)(void *ctx, const char *line); /* "stopped early: …", "warning: …" */
    /* Asked after every step and every epoch; not 0: stop, save, return HG_INTERRUPTED (SIGINT) or HG_TERMINATED. */
    int (*signal)(void *ctx);
    /* Draws samples/epoch-N.png: called with n originals and reconstructions (in [0,1]). May be NULL. */
    hg_status (*samples)(void *ctx, const char *path, const float *x, const float *y, size_t n, hg_shape shape,
                         hg_error *e);
    const char *command;        /* for env.json: what was typed; or NULL */
    const char *config_sources; /* for config.json: JSON object naming each value's source; or NULL */
    const char *data; /* JSON object that says how the set was opened: config.json's "data", which eval and resume
                         read; NULL: {"source": set name} */
} hg_train_listener;

typedef struct hg_train_result {
    size_t epochs, best_epoch;
    double train_loss, val_loss; /* of the best epoch; val NaN without validation */
    double images_per_second, seconds;
    char weights_sha256[65];
    char run[512]; /* the run folder that was made */
} hg_train_result;

/* model: a preset or a graph file. run: the folder to make, numbered when it exists.
 * HG_DIVERGED names layer and step and leaves the last good model; HG_INTERRUPTED after a clean save. *r is filled
 * whenever training began, also when it fails. size: each of the six is one thing that a caller has at hand. */
hg_status hg_train(hg_train_result *r, const hg_set *set, const char *model, const char *run, const hg_train_options *o,
                   const hg_train_listener *l, hg_error *e);

/* What a run that goes on may do otherwise; 0: as before. None changes the bits of the epochs that it shares. */
typedef struct hg_train_changes {
    size_t epochs;     /* train up to so many */
    size_t threads;    /* with so many threads */
    double max_memory; /* in so many MB; INFINITY: in any */
    int recompute;     /* 1: from now on with values computed again instead of kept; -1: no longer */
} hg_train_changes;

/* Goes on from RUN/checkpoint, bitwise as if it had never stopped. The set must be the one of the run
 * (by checksum). c: or NULL. */
hg_status hg_train_resume(hg_train_result *r, const hg_set *set, const char *run, const hg_train_changes *c,
                          const hg_train_listener *l, hg_error *e);

#endif
