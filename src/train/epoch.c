/* epoch.c: the steps of one epoch. A step asks the system for nothing: batches come from the batcher's thread, memory
 * was taken before, and the clock is read without a system call. */
#include "train/trainer.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>

static size_t samples_done(const hg__trainer *t)
{
    size_t n = t->at.step * t->batch;
    return n < t->n_train ? n : t->n_train;
}

/* One batch: gradient, check, update. */
static hg_status take_step(hg__trainer *t, const hg_batch *b, hg_error *e)
{
    hg_losses losses;
    size_t step = t->at.epoch * t->steps + t->at.step;
    hg__moment moment = {.step = step, .steps = t->steps, .cut = t->at.plateau.cut};
    t->lr = hg__rate(&t->o, &moment);
    hg_gradient(t->plan, b->n, b->input, b->input == b->x ? NULL : b->x, (uint32_t)step, &losses);
    if (!isfinite(losses.total) || !hg__update_step(&t->update, t->lr, step)) return hg__diverged(t, b->n, b->input, e);
    hg_plan_refresh(t->plan);
    t->at.loss_sum += losses.total * (double)b->n;
    hg__doctor_step(&t->doctor, losses.total);
    t->at.step++;
    return HG_OK;
}

/* now: seconds spent on this epoch's steps. */
static void tell_progress(const hg__trainer *t, double now)
{
    size_t done = samples_done(t), epochs_left = t->o.epochs - t->at.epoch - 1;
    double rate = now > 0 ? (double)done / now : 0;
    double left = (double)(t->n_train - done) + (double)(epochs_left * t->n_train);
    hg_progress p = {.epoch = t->at.epoch + 1,
                     .epochs = t->o.epochs,
                     .step = t->at.step,
                     .steps = t->steps,
                     .loss = t->at.loss_sum / (double)done,
                     .images_per_second = rate};
    p.seconds_left = rate > 0 ? left / rate + t->between * (double)(epochs_left + 1) : 0;
    t->l->progress(t->l->ctx, &p);
}

hg_status hg__stopped(const hg__trainer *t, hg_error *e)
{
    const char *run = hg_run_path(t->run);
    char place[96];
    if (t->at.step)
        snprintf(place, sizeof place, "in epoch %zu, after step %zu of %zu", t->at.epoch + 1, t->at.step, t->steps);
    else snprintf(place, sizeof place, "after epoch %zu", t->at.epoch);
    return hg__fail(e, t->signal == SIGTERM ? HG_TERMINATED : HG_INTERRUPTED, run,
                    "training was stopped %s; go on with: hourglass train --resume %s", place, run);
}

hg_status hg__epoch_train(hg__trainer *t, hg_error *e)
{
    const double often = 0.1;
    double began = hg__seconds() - t->at.epoch_seconds, told = began;
    hg_status s = HG_OK;
    while (!s && t->at.step < t->steps) {
        hg_batch batch;
        hg_batcher_next(t->batcher, &batch);
        s = take_step(t, &batch, e);
        double now = hg__seconds();
        t->at.epoch_seconds = now - began;
        if (s) break;
        if (t->l->progress && (now - told >= often || t->at.step == t->steps))
            tell_progress(t, now - began), told = now;
        if (t->l->signal && !t->signal) t->signal = t->l->signal(t->l->ctx);
        if (t->signal && t->at.step < t->steps) s = hg__stopped(t, e);
    }
    return s;
}
