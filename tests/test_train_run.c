/* test_train_run.c: what a training does, tells and leaves behind. */
#include "test_train_place.h"

#include "base/team.h"
#include "train/checkpoint_file.h"

#include <malloc.h>
#include <math.h>
#include <signal.h>

static hg_model *open_model(const place *p)
{
    hg_model *m = NULL;
    hg_error e = {0};
    if (hg_model_open(&m, p->run, &e)) fail_msg("%s: %s", e.where, e.what);
    return m;
}

static void training_learns(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    o.epochs = 30, o.ema = 0, o.noise = NULL, o.augment = NULL;
    place_write(p, "input 8x8x1 -> x\nconv 3x3 8 /2 relu\ndense 6 -> z\nmirror sigmoid -> y\nloss mse y x\n");
    hg_train_result r = place_train(p, "run", &o);
    assert_int_equal(r.epochs, 30);
    assert_true(r.val_loss < 0.012); /* the mean picture's error is 0.05 */
    assert_true(r.images_per_second > 0 && r.seconds > 0);
}

static void the_model_file_holds_the_best_weights(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    o.lr = 0.05, o.epochs = 8; /* so fast that the last epoch is not always the best */
    hg_train_result r = place_train(p, "run", &o);
    char sha256[65];
    hg_model *m = open_model(p);
    hg_model_sha256(m, sha256);
    assert_string_equal(sha256, r.weights_sha256);
    assert_string_equal(hg_model_preprocess(m)->trained_on, "spots");
    hg_model_close(&m);
    hg_epoch *rows = NULL;
    hg_run *run = NULL;
    size_t n = 0, best = 0;
    assert_int_equal(hg_run_open(&run, p->run, NULL), HG_OK);
    assert_int_equal(hg_run_epochs(run, &rows, &n, NULL), HG_OK);
    assert_int_equal(n, r.epochs);
    for (size_t i = 0; i < n; i++)
        if (rows[i].val_loss < rows[best].val_loss) best = i;
    assert_int_equal(r.best_epoch, best + 1);
    assert_true(r.val_loss == rows[best].val_loss);
    free(rows);
    hg_run_close(&run);
}

/* The last row's validation MSE, and the least and greatest value of the reconstructions, of a graph with this end. */
static double trained_with(place *p, const char *name, const char *end, float range[2])
{
    char graph[200];
    hg_train_options o = place_options();
    o.ema = 0, o.noise = NULL, o.augment = NULL;
    snprintf(graph, sizeof graph, "input 8x8x1 -> x\ndense 6 -> z\n%s", end);
    place_write(p, graph);
    place_train(p, name, &o);
    hg_model *m = open_model(p);
    hg_plan *plan = NULL;
    static float y[PLACE_SAMPLES * PLACE_SIZE];
    assert_int_equal(hg_plan_open(&plan, m, &(hg_plan_options){.batch = PLACE_SAMPLES, .threads = 1}, NULL), HG_OK);
    assert_int_equal(hg_forward(plan, "x", "y", PLACE_SAMPLES, p->values, y), HG_OK);
    range[0] = INFINITY, range[1] = -INFINITY;
    for (size_t i = 0; i < PLACE_SAMPLES * PLACE_SIZE; i++)
        range[0] = fminf(range[0], y[i]), range[1] = fmaxf(range[1], y[i]);
    hg_plan_close(&plan);
    hg_model_close(&m);
    hg_run *run = NULL;
    hg_epoch *rows = NULL;
    size_t n = 0;
    assert_int_equal(hg_run_open(&run, p->run, NULL), HG_OK);
    assert_int_equal(hg_run_epochs(run, &rows, &n, NULL), HG_OK);
    double mse = rows[n - 1].val_mse;
    free(rows);
    hg_run_close(&run);
    return mse;
}

static void trained_on_logits_the_reconstruction_is_their_sigmoid(void **state)
{
    float of_bce[2], of_logits[2];
    double bce = trained_with(*state, "bce", "mirror sigmoid -> y\nloss bce y x\n", of_bce);
    double logits = trained_with(*state, "logits", "mirror none -> y\nloss bce_logits y x\n", of_logits);
    assert_true(fabs(logits / bce - 1) < 0.01); /* the same training, but for rounding */
    assert_true(of_logits[0] > 0 && of_logits[1] < 1);
    assert_true(fabsf(of_logits[0] - of_bce[0]) < 0.01F && fabsf(of_logits[1] - of_bce[1]) < 0.01F);
}

static char *read_json(const place *p, const char *name)
{
    char *text = NULL;
    hg_run *run = NULL;
    assert_int_equal(hg_run_open(&run, p->run, NULL), HG_OK);
    assert_int_equal(hg_run_read_json(run, name, &text, NULL), HG_OK);
    hg_run_close(&run);
    return text;
}

static const char plain_graph[] = "input 8x8x1 -> x\ndense 20 relu\ndense 6 -> z\nmirror sigmoid -> y\nloss mse y x\n";

static void an_optimizer_brings_its_own_defaults_unless_told(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    o.epochs = 30, o.ema = 0, o.noise = NULL, o.augment = NULL, o.optimizer = "rmsprop", o.lr = 1e-3;
    place_write(p, plain_graph);
    hg_train_result r = place_train(p, "own", &o);
    assert_true(r.val_loss < 0.03);
    assert_null(strstr(p->said, "warning"));
    char *config = read_json(p, "config.json");
    assert_non_null(strstr(config, "\"beta2\": 0.99"));
    assert_null(strstr(config, "\"beta2\": 0.999"));
    assert_non_null(strstr(config, "\"momentum\": 0.0"));
    free(config);
    o.momentum = 0.5, o.epochs = 1;
    place_train(p, "told", &o);
    config = read_json(p, "config.json");
    assert_non_null(strstr(config, "\"momentum\": 0.5"));
    free(config);
}

static void a_dead_training_is_told_of_and_ends_well(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    o.ema = 0, o.noise = NULL, o.augment = NULL, o.clip = 0, o.optimizer = "sgd", o.lr = 300, o.val = 0, o.epochs = 12;
    place_write(p, plain_graph);
    place_train(p, "dead", &o);
    assert_non_null(strstr(p->said, "nearly the same picture for every input"));
    assert_non_null(strstr(p->said, "smaller --lr"));
}

static void data_beyond_the_outputs_reach_are_warned_of(void **state)
{
    static const struct {
        const char *end;
        float scale, offset;
        bool beyond;
    } rows[] = {{"mirror sigmoid", 1, 0, false}, {"mirror sigmoid", 255, 0, true}, {"mirror sigmoid", 2, -1, true},
                {"mirror tanh", 2, -1, false},   {"mirror tanh", 4, -2, true},     {"mirror none", 255, -9, false},
                {"mirror relu", 9, 0, false},    {"mirror relu", 1, -0.5F, true}};
    place *p = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hg_train_options o = place_options();
        char graph[160];
        o.epochs = 1, p->set->scale = rows[i].scale, p->set->offset = rows[i].offset, p->said[0] = 0;
        snprintf(graph, sizeof graph, "input 8x8x1 -> x\ndense 6 -> z\n%s\nloss mse y x\n", rows[i].end);
        place_write(p, graph);
        place_train(p, "run", &o);
        bool told = strstr(p->said, "beyond cannot be learnt") && strstr(p->said, "--normalize minmax");
        if (told != rows[i].beyond) fail_msg("row %zu: said \"%s\"", i, p->said);
    }
}

static void what_has_no_effect_is_told_before_the_first_step(void **state)
{
    static const struct {
        hg_train_options o; /* optimizer, schedule and one more; 0: as usual */
        const char *told;   /* NULL: nothing */
    } rows[] = {
        {{.nesterov = true}, "--nesterov has no effect with adam; it is for sgd"},
        {{.momentum = 0.5}, "--momentum has no effect with adam; it is for sgd and rmsprop"},
        {{.optimizer = "adamw", .momentum = 0.5}, "--momentum has no effect with adamw"},
        {{.optimizer = "rmsprop", .momentum = 0.5}, NULL},
        {{.optimizer = "sgd", .beta1 = 0.5}, "--beta1 has no effect with sgd; it is for adam and adamw"},
        {{.beta1 = 0.5}, NULL},
        {{.lr_final = 0.5}, "--lr-final has no effect with constant; it is for cosine and onecycle"},
        {{.schedule = "cosine", .lr_final = 0.5}, NULL},
        {{.schedule = "cosine", .step_factor = 0.1}, "--step-factor has no effect with cosine"},
        {{.step_epochs = 2}, "--step-epochs has no effect with constant; it is for step and plateau"},
        {{.schedule = "plateau", .step_factor = 0.1, .step_epochs = 2}, NULL},
    };
    place *p = *state;
    place_write(p, plain_graph);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hg_train_options o = place_options();
        const hg_train_options *r = &rows[i].o;
        o.epochs = 1, o.nesterov = r->nesterov, p->said[0] = 0;
        if (r->optimizer) o.optimizer = r->optimizer;
        if (r->schedule) o.schedule = r->schedule;
        if (r->momentum > 0) o.momentum = r->momentum;
        if (r->beta1 > 0) o.beta1 = r->beta1;
        if (r->lr_final > 0) o.lr_final = r->lr_final;
        if (r->step_factor > 0) o.step_factor = r->step_factor;
        if (r->step_epochs) o.step_epochs = r->step_epochs;
        place_train(p, "run", &o);
        const char *found = strstr(p->said, rows[i].told ? rows[i].told : "has no effect");
        if (!found != !rows[i].told) fail_msg("row %zu: said \"%s\"", i, p->said);
    }
}

static void threads_beyond_the_processors_are_told_of(void **state)
{
    place *p = *state;
    place_write(p, plain_graph);
    for (size_t more = 0; more < 2; more++) {
        hg_train_options o = place_options();
        o.epochs = 1, o.threads = hg__processors() + more, p->said[0] = 0;
        place_train(p, "run", &o);
        assert_int_equal(strstr(p->said, "wait for each other") != NULL, more);
    }
}

static void the_run_folder_says_how_it_came_to_be(void **state)
{
    static const char *const wanted[] = {"\"epochs\": 1",    "\"noise\": \"gaussian:0.1\"", "\"loss\": null",
                                         "\"lr\": \"--lr\"", "\"resize\": \"8x8\"",         "\"data_sha256\"",
                                         "input 8x8x1"};
    place *p = *state;
    hg_train_options o = place_options();
    o.epochs = 1;
    p->listener.command = "hourglass train spots", p->listener.config_sources = "{\"lr\": \"--lr\"}";
    p->listener.data = "{\"source\": \"spots\", \"resize\": \"8x8\"}";
    place_train(p, "run", &o);
    char *config = read_json(p, "config.json"), *env = read_json(p, "env.json");
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) assert_non_null(strstr(config, wanted[i]));
    assert_non_null(strstr(env, "\"command\": \"hourglass train spots\""));
    assert_non_null(strstr(env, "\"threads\": 1"));
    free(config);
    free(env);
}

/* One epoch without gaps in the block: what training leaves, the model holds the average of. */
static void the_model_holds_the_averaged_weights(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    hg__saved saved = {0};
    char file[700];
    size_t n, differ = 0;
    o.epochs = 1, o.ema = 0.9;
    place_write(p, plain_graph);
    place_train(p, "averaged", &o);
    hg_model *m = open_model(p);
    const float *model = hg_model_weights(m, &n);
    float *block = calloc(5 * n, sizeof *block);
    hg__blocks blocks = {.n = n, .count = 5};
    static const char *const names[] = {"weights", "mean", "square", "average", "best"};
    for (size_t i = 0; i < 5; i++) blocks.block[i] = (hg__block){names[i], block + i * n};
    assert_int_equal(hg__checkpoint_open(&saved, place_file(p, "checkpoint", file), NULL), HG_OK);
    assert_int_equal(hg__checkpoint_load(&saved, &blocks, NULL), HG_OK);
    assert_memory_equal(model, block + 3 * n, n * sizeof *model);
    for (size_t i = 0; i < n; i++) differ += model[i] != block[i];
    assert_true(differ > n / 2);
    hg__checkpoint_close(&saved);
    hg_model_close(&m);
    free(block);
}

static hg_epoch *read_rows(const place *p, size_t n)
{
    hg_run *run = NULL;
    hg_epoch *rows = NULL;
    size_t found = 0;
    assert_int_equal(hg_run_open(&run, p->run, NULL), HG_OK);
    assert_int_equal(hg_run_epochs(run, &rows, &found, NULL), HG_OK);
    assert_int_equal(found, n);
    hg_run_close(&run);
    return rows;
}

static void a_plateau_lowers_the_rate_of_a_training_that_gains_nothing(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    o.epochs = 5, o.schedule = "plateau", o.step_epochs = 2, o.step_factor = 0.25, o.min_delta = 1, o.lr = 0.008;
    place_train(p, "plateau", &o);
    hg_epoch *rows = read_rows(p, 5);
    static const double expected[] = {0.008, 0.008, 0.008, 0.002, 0.002}; /* epochs 2 and 3 gain nothing */
    for (size_t i = 0; i < 5; i++) assert_float_equal(rows[i].lr, expected[i], 1e-9);
    free(rows);
}

/* The weights hardly move, so what differs is the input of the validation. */
static void validation_is_of_corrupted_input_where_training_is(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    double loss[2];
    o.epochs = 1, o.lr = 1e-12, o.ema = 0, o.l2 = 0, o.augment = NULL;
    place_write(p, "input 8x8x1 -> x\ndense 64 -> z\nreshape 8x8x1 -> y\nloss mse y x\n");
    for (size_t i = 0; i < 2; i++) {
        o.noise = i ? "salt:0.9" : NULL;
        loss[i] = place_train(p, "noisy", &o).val_loss;
    }
    assert_true(loss[1] > 1.05 * loss[0]);
}

/* The last step's gradient is finite, but a rate so high times it is not. */
static void weights_that_overflow_in_the_last_step_are_no_model(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    hg_train_result r = {0};
    char file[700];
    for (size_t i = 0; i < PLACE_SAMPLES * PLACE_SIZE; i++) p->values[i] *= 1e15f;
    o.epochs = 1, o.batch = 1000, o.val = 0, o.optimizer = "sgd", o.lr = 1e12, o.noise = o.augment = NULL;
    o.ema = o.clip = o.l2 = 0;
    place_write(p, "input 8x8x1 -> x\ndense 4 -> z\ndense 8x8x1 -> y\nloss mse y x\n");
    assert_int_equal(hg_train(&r, p->set, p->graph, p->run, &o, &p->listener, &p->e), HG_DIVERGED);
    assert_non_null(strstr(p->e.what, "the parameter "));
    assert_false(hg__is_file(place_file(p, "model.safetensors", file)));
}

static void a_loss_given_as_an_option_replaces_the_graphs(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    o.epochs = 1, o.loss = "l1", o.code_l1 = 0.5;
    place_train(p, "run", &o);
    char *config = read_json(p, "config.json");
    assert_non_null(strstr(config, "loss l1 y x\\nloss l1 z * 0.5\\n"));
    assert_null(strstr(config, "loss mse"));
    free(config);
}

static void patience_ends_a_training_that_gains_nothing(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    o.epochs = 50, o.patience = 3, o.min_delta = 1; /* no loss falls by so much */
    hg_train_result r = place_train(p, "run", &o);
    assert_int_equal(r.epochs, 4);
    assert_non_null(strstr(p->said, "stopped early: no gain in 3 epochs"));
}

static void without_validation_patience_is_off_and_its_figures_are_not_numbers(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    o.epochs = 4, o.patience = 1, o.min_delta = 1, o.val = 0;
    hg_train_result r = place_train(p, "run", &o);
    assert_int_equal(r.epochs, 4);
    assert_true(isnan(r.val_loss) && isfinite(r.train_loss));
}

/* Widths so great, and a rate so high, that the second step's values overflow. */
static const char deep_graph[] = "input 8x8x1 -> x\ndense 200\ndense 200 -> middle\ndense 200\ndense 200\ndense 200\n"
                                 "dense 5 -> z\ndense 8x8x1 -> y\nloss mse y x\n";

static void a_divergence_names_layer_and_step_and_writes_no_model(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    hg_train_result r = {0};
    char file[700];
    o.lr = 1e6, o.ema = 0, o.clip = 0;
    place_write(p, deep_graph);
    assert_int_equal(hg_train(&r, p->set, p->graph, p->run, &o, &p->listener, &p->e), HG_DIVERGED);
    assert_non_null(strstr(p->e.where, "epoch 1, step 2"));
    assert_non_null(strstr(p->e.what, " is not finite"));
    assert_true(strstr(p->e.what, "the value of ") || strstr(p->e.what, "the gradient of "));
    assert_false(hg__is_file(place_file(p, "model.safetensors", file)));
}

/* The data go bad after the second epoch, behind the back of their checksum. */
static void a_divergence_leaves_the_last_good_model(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    hg_train_result r = {0};
    size_t n;
    o.epochs = 2, o.noise = o.augment = NULL;
    place_train(p, "run", &o);
    for (size_t i = 0; i < PLACE_SAMPLES; i++) p->values[i * PLACE_SIZE] = (float)NAN;
    assert_int_equal(hg_train_resume(&r, p->set, p->run, &(hg_train_changes){.epochs = 4}, &p->listener, &p->e),
                     HG_DIVERGED);
    assert_string_equal(p->e.where, "epoch 3, step 1");
    assert_non_null(strstr(p->e.what, "the input itself is not finite; the model of epoch "));
    hg_model *m = open_model(p);
    const float *w = hg_model_weights(m, &n);
    for (size_t i = 0; i < n; i++) assert_true(isfinite(w[i]));
    hg_model_close(&m);
}

static void a_model_that_does_not_fit_leaves_no_folder(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    hg_train_result r = {0};
    place_write(p, "input 8x8x1 -> x\ndense 5 -> z\ndense 7x7x1 -> y\nloss mse y x\n");
    assert_int_equal(hg_train(&r, p->set, p->graph, p->run, &o, NULL, &p->e), HG_MODEL);
    assert_false(hg__is_dir(p->run));
    place_write(p, place_graph);
    o.noise = "glitter:1";
    assert_int_equal(hg_train(&r, p->set, p->graph, p->run, &o, NULL, &p->e), HG_USAGE);
    assert_false(hg__is_dir(p->run));
}

static void a_run_that_cannot_begin_leaves_no_folder(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    hg_train_result r = {0};
    p->listener.data = "[not an object";
    assert_int_equal(hg_train(&r, p->set, p->graph, p->run, &o, &p->listener, &p->e), HG_USAGE);
    assert_false(hg__is_dir(p->run));
}

static void a_batch_larger_than_the_data_is_the_data(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    o.batch = 100000, o.epochs = 2;
    place_write(p, "input 8x8x1 -> x\ndense 5 -> z\ndense 8x8x1 -> y\nloss mse y x\n");
    assert_int_equal(place_train(p, "run", &o).epochs, 2);
}

/* ---- What the listener is asked and told ---- */

typedef struct heard {
    place *p;
    size_t sheets, progress, steps;
    float least, greatest;
    struct mallinfo2 at_10;
    bool grew;
} heard;

/* size: the parameters are the listener's. */
static hg_status hear_samples(void *ctx, const char *path, const float *x, const float *y, size_t n, hg_shape shape,
                              hg_error *e)
{
    heard *h = ctx;
    (void)e;
    assert_non_null(strstr(path, h->sheets ? "samples/epoch-0003.png" : "samples/epoch-0002.png"));
    assert_true(n == 10 && shape.h == 8);
    for (size_t i = 0; i < n * PLACE_SIZE; i++) assert_true(x[i] >= 0 && x[i] <= 1 && y[i] >= 0 && y[i] <= 1);
    h->sheets++;
    return HG_OK;
}

static void hear_progress(void *ctx, const hg_progress *q)
{
    heard *h = ctx;
    h->progress++;
    assert_true(q->step <= q->steps && q->epoch <= q->epochs && q->loss > 0 && q->seconds_left >= 0);
}

static void samples_are_drawn_every_so_many_epochs_and_at_the_end(void **state)
{
    place *p = *state;
    heard h = {.p = p};
    hg_train_options o = place_options();
    o.epochs = 3, o.sample_every = 2;
    p->listener = (hg_train_listener){.ctx = &h, .samples = hear_samples, .progress = hear_progress};
    place_train(p, "run", &o);
    assert_int_equal(h.sheets, 2);
    assert_true(h.progress >= 3); /* at least at each epoch's end */
}

/* Between two steps of one epoch the heap must not have been touched: not even its free lists. */
static int look_at_heap(void *ctx)
{
    heard *h = ctx;
    h->steps++;
    if (h->steps == 2) h->at_10 = mallinfo2();
    if (h->steps != 15) return 0;
    struct mallinfo2 now = mallinfo2();
    h->grew = memcmp(&now, &h->at_10, sizeof now) != 0;
    return SIGINT;
}

static void no_memory_is_taken_between_steps(void **state)
{
    place *p = *state;
    heard h = {.p = p};
    hg_train_options o = place_options();
    hg_train_result r = {0};
    o.threads = 2;
    p->listener = (hg_train_listener){.ctx = &h, .signal = look_at_heap};
    assert_int_equal(hg_train(&r, p->set, p->graph, p->run, &o, &p->listener, &p->e), HG_INTERRUPTED);
    assert_int_equal(h.steps, 15);
    assert_false(h.grew);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(training_learns, place_open, place_close),
        cmocka_unit_test_setup_teardown(trained_on_logits_the_reconstruction_is_their_sigmoid, place_open, place_close),
        cmocka_unit_test_setup_teardown(an_optimizer_brings_its_own_defaults_unless_told, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_dead_training_is_told_of_and_ends_well, place_open, place_close),
        cmocka_unit_test_setup_teardown(data_beyond_the_outputs_reach_are_warned_of, place_open, place_close),
        cmocka_unit_test_setup_teardown(what_has_no_effect_is_told_before_the_first_step, place_open, place_close),
        cmocka_unit_test_setup_teardown(threads_beyond_the_processors_are_told_of, place_open, place_close),
        cmocka_unit_test_setup_teardown(the_model_file_holds_the_best_weights, place_open, place_close),
        cmocka_unit_test_setup_teardown(the_run_folder_says_how_it_came_to_be, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_loss_given_as_an_option_replaces_the_graphs, place_open, place_close),
        cmocka_unit_test_setup_teardown(the_model_holds_the_averaged_weights, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_plateau_lowers_the_rate_of_a_training_that_gains_nothing, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(validation_is_of_corrupted_input_where_training_is, place_open, place_close),
        cmocka_unit_test_setup_teardown(weights_that_overflow_in_the_last_step_are_no_model, place_open, place_close),
        cmocka_unit_test_setup_teardown(patience_ends_a_training_that_gains_nothing, place_open, place_close),
        cmocka_unit_test_setup_teardown(without_validation_patience_is_off_and_its_figures_are_not_numbers, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(a_divergence_names_layer_and_step_and_writes_no_model, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_divergence_leaves_the_last_good_model, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_model_that_does_not_fit_leaves_no_folder, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_run_that_cannot_begin_leaves_no_folder, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_batch_larger_than_the_data_is_the_data, place_open, place_close),
        cmocka_unit_test_setup_teardown(samples_are_drawn_every_so_many_epochs_and_at_the_end, place_open, place_close),
        cmocka_unit_test_setup_teardown(no_memory_is_taken_between_steps, place_open, place_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
