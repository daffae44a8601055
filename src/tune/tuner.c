/* tuner.c: see tuner.h. */
#include "tune/tuner.h"

#include "base/clock.h"
#include "tune/trial.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

enum { WARM_UP = 5, MOST_FAILURES = 5, MOST_TOO_LARGE = 200, NAP = 200 * 1000 * 1000 };

size_t hg__tuner_best(const hg__history *h)
{
    size_t best = HG__NO_TRIAL;
    double least = (double)INFINITY;
    for (size_t i = 0; i < h->n; i++) {
        double value = hg__trial_objective(h, &h->trial[i], 0);
        if (h->trial[i].state == HG__TRIAL_COMPLETE && value < least) best = i, least = value;
    }
    return best;
}

/* ---- What to do next ---- */

static size_t count_trials(const hg__history *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) n += !hg__trial_is_too_large(&h->trial[i]);
    return n;
}

/* At the end someone has to be trained to his end: of those who stand still the one who came furthest, the best of
 * equals. None while others are at work. */
static size_t find_finalist(const hg__history *h)
{
    const hg__trial *best = NULL;
    for (size_t i = 0; i < h->n; i++) {
        const hg__trial *t = &h->trial[i];
        if (t->state == HG__TRIAL_RUNNING || t->state == HG__TRIAL_COMPLETE) return HG__NO_TRIAL;
        if (t->state != HG__TRIAL_PRUNED) continue;
        bool better = best && t->epochs == best->epochs &&
                      hg__trial_best_until(h, t, t->epochs) < hg__trial_best_until(h, best, t->epochs);
        if (!best || t->epochs > best->epochs || better) best = t;
    }
    return best ? best->number : HG__NO_TRIAL;
}

static size_t choose(void *ctx, const hg__history *h)
{
    const hg__worker *w = ctx;
    size_t limit = hg__tune_trials(w->t->o), promoted = HG__NEW_TRIAL;
    if (w->scheduler->promote) promoted = w->scheduler->promote(h, &w->schedule);
    if (promoted < h->n && h->trial[promoted].state == HG__TRIAL_PRUNED) return promoted;
    bool enough = w->used_up || (limit && count_trials(h) >= limit);
    return enough ? find_finalist(h) : HG__NEW_TRIAL;
}

/* Before anyone else can see the new trial: what lies in its folders would be taken for its own and gone on with. */
static bool draw(void *ctx, const hg__history *h, size_t number, double *point)
{
    hg__worker *w = ctx;
    w->used_up = !w->sampler->sample(h, number, w->t->train->seed, point);
    if (!w->used_up) hg__trial_clear(w->t->study, number, w->t->o->repeats);
    return !w->used_up;
}

/* Trial after trial may fail for one reason, which is then worth an error. */
static hg_status check_failures(const hg__history *h, const char *study, hg_error *e)
{
    size_t failed = 0, good = 0, too_large = 0;
    const hg__trial *last = NULL;
    for (size_t i = 0; i < h->n; i++) {
        const hg__trial *t = &h->trial[i];
        bool large = hg__trial_is_too_large(t);
        too_large = large ? too_large + 1 : 0;
        good += t->state != HG__TRIAL_FAIL;
        if (t->state == HG__TRIAL_FAIL && !large) failed++, last = t;
    }
    if (too_large >= MOST_TOO_LARGE)
        return hg__fail(e, HG_FAILED, study,
                        "the last %zu points gave models larger than allowed; allow more, or narrow the search",
                        too_large);
    if (!good && failed >= MOST_FAILURES)
        return hg__fail(e, HG_FAILED, study, "all %zu trials failed; the last one: %s", failed, last->failure);
    return HG_OK;
}

/* ---- After a trial ---- */

static bool is_on_front(const hg__history *h, const hg__trial *t)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->trial[i].state == HG__TRIAL_COMPLETE && hg__trial_dominates(h, &h->trial[i], t)) return false;
    return true;
}

/* What no one can go on with keeps no checkpoint, and what is beaten no model. */
static void tidy(const hg__worker *w, const hg__history *h)
{
    size_t repeats = w->t->o->repeats;
    for (size_t i = 0; i < h->n; i++) {
        const hg__trial *t = &h->trial[i];
        bool stands = t->state == HG__TRIAL_PRUNED && w->scheduler->promote;
        if (t->state == HG__TRIAL_RUNNING || t->state == HG__TRIAL_WAITING || stands || !*t->run) continue;
        hg__trial_slim(w->t->study, i, repeats, t->state != HG__TRIAL_COMPLETE || !is_on_front(h, t));
    }
}

static hg_status after_trial(hg__worker *w, size_t number, hg_error *e)
{
    const hg__history *h = NULL;
    hg__tuner_news news = {.number = number};
    hg_status s = hg__study_noted(w->t->study, number, "sd", &news.sd, e);
    if (!s) s = hg__study_history(w->t->study, &h, e);
    if (s) return s;
    if (!w->t->keep_runs) tidy(w, h);
    news.h = h, news.best = hg__tuner_best(h);
    w->t->l->told(w->t->l->ctx, &news);
    return check_failures(h, "hourglass tune", e);
}

/* ---- The loop ---- */

static hg_status work_on(hg__worker *w, const hg__taken *taken, hg_error *e)
{
    hg__outcome outcome;
    w->t->l->begun(w->t->l->ctx, taken->number, taken);
    hg_status s = hg__trial_run(w, taken, &outcome, e);
    if (!s) s = hg__worker_spend(w, e);
    bool told = outcome == HG__TRIAL_ENDED || outcome == HG__TRIAL_STANDS;
    return s || !told ? s : after_trial(w, taken->number, e);
}

static hg_status open_worker(hg__worker *w, hg_error *e)
{
    const hg__tune_options *o = w->t->o;
    w->sampler = hg__sampler_named(o->sampler), w->scheduler = hg__scheduler_named(o->pruner);
    w->objectives = hg__study_objectives(w->t->study);
    w->clock = hg__seconds();
    w->schedule = (hg__schedule_options){
        .least = o->min_epochs, .most = w->t->train->epochs, .factor = o->factor, .warm_up = WARM_UP};
    hg_status s = HG_OK;
    if (o->budget && *o->budget) s = hg__duration_parse(&w->budget, o->budget, "--budget", e);
    return s ? s : hg__worker_spend(w, e);
}

hg_status hg__tuner_work(const hg__tuner *t, hg_error *e)
{
    hg__worker w = {.t = t};
    hg__study_chooser chooser = {.ctx = &w, .choose = choose, .draw = draw};
    hg_status s = open_worker(&w, e);
    while (!s && !w.is_over && !w.signal) {
        hg__taken taken;
        bool used_up = w.used_up;
        s = hg__study_take(t->study, &chooser, &taken, e);
        bool none = taken.number == HG__NO_TRIAL;
        if (s || (none && !taken.waits && w.used_up == used_up)) break; /* at a space's end it is chosen once more */
        if (!none) s = work_on(&w, &taken, e);
        else {
            nanosleep(&(struct timespec){.tv_nsec = NAP}, NULL);
            s = hg__worker_spend(&w, e);
        }
        if (!w.signal) w.signal = t->l->signal(t->l->ctx);
    }
    if (s || !w.signal) return s;
    return hg__fail(e, w.signal == SIGTERM ? HG_TERMINATED : HG_INTERRUPTED, "hourglass tune", "was stopped");
}
