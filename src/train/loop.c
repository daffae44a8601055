/* loop.c: from a set and a graph to a run folder, epoch after epoch.
 *
 * At an epoch's end the best weights are written, then the row of metrics, then the checkpoint. Whatever comes before
 * the checkpoint is done again by a resume, with the same bits, so a crash between any two of them leaves no trace. */
#include "base/text.h"
#include "record/run_folder.h"
#include "train/train_rows.h"
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const hg_train_listener hg__nobody = {0};

/* ---- The end of an epoch ---- */

/* The averaged weights take the weights' place, and back. Running statistics stay: they are means already. */
static void lend_average(hg__trainer *t)
{
    if (!t->spare) return;
    memcpy(t->spare, t->weights, t->n * sizeof(float));
    for (size_t i = 0; i < t->update.pieces; i++) {
        const hg__piece *p = &t->update.piece[i];
        memcpy(t->weights + p->offset, t->update.average + p->offset, p->size * sizeof(float));
    }
}

static void take_back(hg__trainer *t)
{
    if (t->spare) memcpy(t->weights, t->spare, t->n * sizeof(float));
}

hg_status hg__train_save(hg__trainer *t, hg_error *e)
{
    char path[4352];
    return hg_model_save(t->model, hg_run_file(t->run, "model.safetensors", path, sizeof path), e);
}

/* Early stopping and plateau go by the validation, or without any by the training loss. */
static bool note_gain(hg__trainer *t, double loss)
{
    bool gained = isnan(t->at.mark) || loss < t->at.mark - t->o.min_delta;
    if (gained) t->at.mark = loss;
    t->at.waited = gained ? 0 : t->at.waited + 1;
    hg__plateau_epoch(&t->at.plateau, &t->o, gained);
    return gained;
}

/* How many samples the last batch of the validation had: the judge still holds them. */
static size_t last_judged(const hg__trainer *t) { return (t->n_val - 1) % t->most + 1; }

/* A sheet is for the eye: training goes on without it. */
static void draw_samples(hg__trainer *t, size_t epoch)
{
    hg_error why = {0};
    if (hg__judge_samples(t, epoch, &why))
        hg__say(t->l, "warning: no sheet of epoch %zu: %s: %s", epoch, why.where, why.what);
}

/* Judges the weights that stand in the block; keeps them when they are the best. */
static hg_status judge(hg__trainer *t, hg_epoch *row, hg_error *e)
{
    bool sheet = t->o.sample_every && (row->epoch % t->o.sample_every == 0 || row->epoch == t->o.epochs);
    if (!hg__weights_are_finite(t)) return hg__diverged(t, 0, t->x, e);
    hg_plan_refresh(t->judge);
    hg__verdict v = hg__judge(t);
    if (t->n_val && !isfinite(v.loss)) return hg__diverged(t, last_judged(t), t->noise ? t->input : t->x, e);
    row->val_loss = v.loss, row->val_mse = v.mse;
    double now = t->n_val ? v.loss : row->train_loss, best = t->n_val ? t->at.best_val_loss : t->at.best_train_loss;
    row->best = !t->at.best_epoch || now < best;
    note_gain(t, now);
    hg__advice_epoch(t, row->epoch);
    hg__doctor_epoch(t, row);
    if (sheet) draw_samples(t, row->epoch);
    if (!row->best) return HG_OK;
    t->at.best_epoch = row->epoch, t->at.best_train_loss = row->train_loss, t->at.best_val_loss = v.loss;
    memcpy(t->best, t->weights, t->n * sizeof(float));
    return hg__train_save(t, e);
}

static hg_status end_epoch(hg__trainer *t, hg_error *e)
{
    double began = hg__seconds();
    hg_epoch row = {.epoch = t->at.epoch + 1,
                    .train_loss = t->at.loss_sum / (double)t->n_train,
                    .lr = t->lr,
                    .images_per_second = (double)t->n_train / t->at.epoch_seconds};
    lend_average(t);
    hg_status s = judge(t, &row, e);
    take_back(t);
    if (s) return s;
    t->at.epoch++;
    t->at.train_seconds += t->at.epoch_seconds;
    t->at.step = 0, t->at.loss_sum = 0, t->at.epoch_seconds = 0;
    row.seconds = hg__seconds() - t->began;
    s = hg_run_epoch(t->run, &row, e);
    if (!s) s = hg__standing_save(t, e);
    t->between = hg__seconds() - began;
    if (!s && t->l->epoch) t->l->epoch(t->l->ctx, &row, t->o.epochs);
    return s;
}

/* ---- All epochs ---- */

static bool has_lost_patience(const hg__trainer *t)
{
    return t->n_val && t->o.patience && t->at.waited >= t->o.patience;
}

bool hg__train_is_done(const hg__trainer *t) { return t->at.epoch >= t->o.epochs || has_lost_patience(t); }

static hg_status run_epochs(hg__trainer *t, hg_error *e)
{
    hg_status s = HG_OK;
    while (!s && !hg__train_is_done(t)) {
        s = hg__epoch_train(t, e);
        if (s == HG_INTERRUPTED || s == HG_TERMINATED) {
            hg_status saved = hg__standing_save(t, e);
            return saved ? saved : s;
        }
        if (!s) s = end_epoch(t, e);
        if (!s && t->l->signal && !t->signal) t->signal = t->l->signal(t->l->ctx);
        if (!s && t->signal && !hg__train_is_done(t)) s = hg__stopped(t, e);
    }
    if (!s && has_lost_patience(t) && t->at.epoch < t->o.epochs)
        hg__say(t->l, "stopped early: no gain in %zu epoch%s; the best was epoch %zu", t->at.waited,
                t->at.waited == 1 ? "" : "s", t->at.best_epoch);
    if (!s && t->dead && t->at.epoch < t->o.epochs)
        hg__say(t->l, "warning: the model was no better than the mean picture of the data when training ended");
    return s;
}

/* What is told at the end, the best weights back in the model. */
static void fill_result(hg__trainer *t, hg_train_result *r)
{
    double images = (double)(t->at.epoch * t->n_train + t->at.step * t->batch);
    double spent = t->at.train_seconds + t->at.epoch_seconds;
    *r = (hg_train_result){.epochs = t->at.epoch,
                           .best_epoch = t->at.best_epoch,
                           .train_loss = t->at.best_train_loss,
                           .val_loss = t->at.best_val_loss,
                           .images_per_second = spent > 0 ? images / spent : 0,
                           .seconds = hg__seconds() - t->began};
    snprintf(r->run, sizeof r->run, "%s", hg_run_path(t->run));
    memcpy(t->weights, t->best, t->n * sizeof(float));
    hg_model_sha256(t->model, r->weights_sha256);
}

/* One line, so that who sees no progress bar knows what is going on until the first epoch ends. */
static void say_begin(const hg__trainer *t)
{
    size_t threads = hg__team_size(t->update.team);
    char n[32], n_val[32];
    if (hg__train_is_done(t)) return;
    hg__say(t->l, "training %s on %s: %s sample%s, %s for validation, %zu thread%s", hg_model_graph(t->model)->name,
            t->set->name, hg__text_count((double)t->n_train, n, sizeof n), t->n_train == 1 ? "" : "s",
            hg__text_count((double)t->n_val, n_val, sizeof n_val), threads, threads == 1 ? "" : "s");
}

hg_status hg__train_on(hg__trainer *t, hg_train_result *r, hg_error *e)
{
    t->began = hg__seconds() - t->at.seconds;
    hg_status s = hg__trainer_feed(t, e);
    if (!s) say_begin(t);
    if (!s) s = run_epochs(t, e);
    fill_result(t, r);
    if (!s) hg__doctor_end(t);
    return s;
}

/* ---- Begin ---- */

/* A folder in which no training began does not stay. */
static void forsake(const hg_run *run)
{
    static const char *const names[] = {"config.json", "env.json", "doctor.json", "checkpoint.next", "samples", ""};
    char path[4352];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) remove(hg_run_file(run, names[i], path, sizeof path));
}

/* size: the parameters are the public call's. */
hg_status hg_train(hg_train_result *r, const hg_set *set, const char *model, const char *run, const hg_train_options *o,
                   const hg_train_listener *l, hg_error *e)
{
    hg__trainer t = {.o = *o, .l = l ? l : &hg__nobody, .set = set, .lock = -1};
    hg_graph *g = NULL;
    hg_status s = hg__train_check(o, e);
    if (!s) hg__optimizer_settle(&t.o);
    if (!s) s = hg__trainer_graph(&g, set, model, o, e);
    if (!s) hg__tell_input(t.l, set, model);
    if (!s) s = hg__trainer_open(&t, &g, e);
    if (!s) s = hg_run_create(&t.run, run, true, e);
    if (!s) s = hg__run_lock(&t.lock, hg_run_path(t.run), e);
    if (!s) hg__advice_begin(&t);
    t.began = hg__seconds();
    if (!s) s = hg__journal_begin(&t, model, e);
    if (!s) s = hg__standing_save(&t, e);
    if (s && t.run) forsake(t.run);
    if (!s && strlen(hg_run_path(t.run)) > strlen(run)) /* numbered */
        hg__say(t.l, "%s is there already, so this run is %s.", run, hg_run_path(t.run));
    if (!s && t.l->begun) t.l->begun(t.l->ctx);
    if (!s) s = hg__train_on(&t, r, e);
    hg__trainer_close(&t);
    return s;
}
