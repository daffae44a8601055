/* trial.c: see trial.h. A trial's first seed is trained from rung to rung, and each of its epochs is told to the study;
 * only a trial that comes to its end is trained with the other seeds as well. */
#include "tune/trial.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/litter.h"
#include "train/train_rows.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_PATH = 1024, BEAT_SECONDS = 5 };

/* The training in progress: what its listener needs. */
typedef struct training {
    hg__worker *w;
    size_t number, epochs; /* epochs: of a whole training */
    size_t rung;           /* the next epoch at which it is judged */
    bool first;            /* the first seed: its epochs are told */
    bool stands;           /* stopped at a rung */
    bool lost;             /* another process has it */
    double beaten;         /* when it last gave a sign of life */
    hg_status status;      /* of the study, when it could not be told */
    hg_error *e;
} training;

/* ---- The point becomes options and a graph ---- */

/* "none" of an option that takes a text is written as nothing: it is not given. */
static hg_status set_option(hg_train_options *o, const char *name, const char *text, hg_error *e)
{
    char where[96];
    const hg__option *row = hg__option_find(hg__train_rows, name);
    snprintf(where, sizeof where, "--%s", name);
    if (!row) return hg__fail(e, HG_MODEL, where, "is no option of training; another version began this study");
    bool is_text = row->type == HG__TEXT || row->type == HG__CHOICE;
    if (is_text && !*text) return *(const char **)(void *)((char *)o + row->offset) = NULL, HG_OK;
    return hg__option_set(row, o, text, where, e);
}

hg_status hg__trial_options(hg_train_options *o, char **text, const hg__space *space, const double *point, hg_error *e)
{
    hg_status s = HG_OK;
    *text = hg__space_options(space, point);
    if (!*text) return hg__fail_memory(e, "a trial's options", 4096);
    for (char *line = *text; !s && *line;) {
        char *end = strchr(line, '\n'), *value = strchr(line, '=');
        if (end) *end = 0;
        if (value) *value++ = 0, s = set_option(o, line, value, e);
        line = end ? end + 1 : line + strlen(line);
    }
    return s;
}

/* The size of the file that the model will have, but for some hundred bytes. */
static double file_size(const hg_graph *g)
{
    return 4.0 * (double)hg_graph_parameters(g) + (double)strlen(hg_graph_text(g));
}

/* failure[n]: "" where the model may be trained. */
static void check_size(const hg__worker *w, const hg_graph *g, char *failure, size_t n)
{
    const hg__tune_options *o = w->t->o;
    size_t parameters = hg_graph_parameters(g);
    if (o->max_parameters && parameters > o->max_parameters)
        snprintf(failure, n, "too large: %zu parameters", parameters);
    else if (o->max_mb > 0 && file_size(g) > 1e6 * o->max_mb)
        snprintf(failure, n, "too large: %.2f MB", file_size(g) / 1e6);
}

bool hg__trial_is_too_large(const hg__trial *t)
{
    return t->state == HG__TRIAL_FAIL && !strncmp(t->failure, "too large:", strlen("too large:"));
}

/* Writes the trial's graph beside its run folder. */
static hg_status write_graph(const hg__worker *w, size_t number, const char *text, hg_error *e)
{
    char path[MOST_PATH], *slash;
    hg__study_run(w->t->study, number, ".hg", path, sizeof path);
    slash = strrchr(path, '/');
    *slash = 0;
    hg_status s = hg__dir_make(path, e);
    *slash = '/';
    return s ? s : hg__file_write(path, text, strlen(text), true, e);
}

static hg_status prepare_graph(const hg__worker *w, const hg__taken *taken, const hg_train_options *o, char *failure,
                               hg_error *e)
{
    hg_graph *g = NULL;
    char name[64], *text = hg__space_graph(hg__study_space(w->t->study), taken->point);
    if (!text) return hg__fail_memory(e, "a trial's graph", 4096);
    snprintf(name, sizeof name, "trial %zu", taken->number);
    hg_status s = write_graph(w, taken->number, text, e);
    hg_graph_options shape = {.input = w->t->set->shape, .code = o->code};
    if (!s) s = hg_graph_parse(&g, text, name, &shape, e);
    if (!s) check_size(w, g, failure, sizeof((hg__trial *)0)->failure);
    hg_graph_close(&g);
    free(text);
    return s;
}

/* ---- Run folders ---- */

/* Removes those files of a folder that `keeps` does not name. */
static void thin_folder(const char *path, bool (*keeps)(const char *name))
{
    DIR *dir = opendir(path);
    if (!dir) return;
    for (const struct dirent *entry; (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") && !keeps(entry->d_name))
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}

static bool is_no_checkpoint(const char *name) { return strncmp(name, "checkpoint", strlen("checkpoint")) != 0; }
static bool is_no_state(const char *name) { return is_no_checkpoint(name) && strcmp(name, "model.safetensors") != 0; }

/* "": the first seed's folder; "-seed2": the second's. */
static const char *seed_path(const hg__study *s, size_t number, size_t seed, char *path, size_t n)
{
    char ending[32] = "";
    if (seed) snprintf(ending, sizeof ending, "-seed%zu", seed + 1);
    return hg__study_run(s, number, ending, path, n);
}

void hg__trial_slim(const hg__study *s, size_t number, size_t repeats, bool models)
{
    char path[MOST_PATH];
    for (size_t i = 0; i < repeats; i++)
        thin_folder(seed_path(s, number, i, path, sizeof path), models ? is_no_state : is_no_checkpoint);
}

void hg__trial_clear(const hg__study *s, size_t number, size_t repeats)
{
    char path[MOST_PATH];
    for (size_t i = 0; i < repeats; i++) hg__litter_remove(seed_path(s, number, i, path, sizeof path));
}

static bool can_be_resumed(const char *run)
{
    char path[MOST_PATH + 32];
    snprintf(path, sizeof path, "%s/checkpoint", run);
    if (!access(path, F_OK)) return true;
    snprintf(path, sizeof path, "%s/checkpoint.previous", run);
    return !access(path, F_OK);
}

/* ---- What the training tells ---- */

/* Another process may have taken the trial over: then it is his, and this one stops. */
static void note_study(training *at, hg_status s)
{
    if (s == HG_FAILED) at->lost = true;
    at->status = s;
}

hg_status hg__worker_spend(hg__worker *w, hg_error *e)
{
    double now = hg__seconds(), spent = (now - w->clock) / (double)w->t->jobs;
    hg_status s = hg__study_spend(w->t->study, spent, &w->spent, e);
    w->clock = now;
    w->is_over = w->budget > 0 && w->spent >= w->budget;
    return s;
}

static void beat(training *at, double now)
{
    at->beaten = now;
    note_study(at, hg__study_beat(at->w->t->study, at->number, at->e));
    if (!at->status) note_study(at, hg__worker_spend(at->w, at->e));
}

static int on_signal(void *ctx)
{
    training *at = ctx;
    hg__worker *w = at->w;
    double now = hg__seconds();
    if (at->stands || at->status) return SIGINT;
    if (!w->signal) w->signal = w->t->l->signal(w->t->l->ctx);
    if (w->signal) return w->signal;
    if (now - at->beaten >= BEAT_SECONDS) beat(at, now);
    if (w->budget > 0 && w->spent + (now - w->clock) / (double)w->t->jobs >= w->budget) w->is_over = true;
    return w->is_over || at->status ? SIGINT : 0;
}

static bool may_go_on(training *at, size_t epoch)
{
    const hg__history *h = NULL;
    const hg__worker *w = at->w;
    note_study(at, hg__study_history(w->t->study, &h, at->e));
    return at->status || w->scheduler->goes_on(h, at->number, epoch, &w->schedule);
}

static void tell_epoch(training *at, const hg_epoch *row)
{
    hg__study *study = at->w->t->study;
    bool mse = !strcmp(hg__study_objective(study, 0), "val_mse");
    hg__study_row told = {row->epoch, mse ? row->val_mse : row->val_loss, row->seconds};
    note_study(at, hg__study_epoch(study, at->number, &told, at->e));
}

static void on_epoch(void *ctx, const hg_epoch *row, size_t epochs)
{
    training *at = ctx;
    const hg__worker *w = at->w;
    if (!at->first || at->status) return;
    tell_epoch(at, row);
    if (at->status || row->epoch != at->rung || row->epoch >= epochs) return;
    at->stands = !may_go_on(at, row->epoch);
    if (!at->stands) at->rung = w->scheduler->rung(at->number, row->epoch, &w->schedule);
}

static void on_say(void *ctx, const char *line)
{
    const hg__tuner_listener *l = ((training *)ctx)->w->t->l;
    l->say(l->ctx, line);
}

static void on_progress(void *ctx, const hg_progress *p)
{
    const hg__tuner_listener *l = ((training *)ctx)->w->t->l;
    l->progress(l->ctx, p);
}

/* ---- One seed ---- */

/* Epochs that were saved just before a kill -9 and not told; and where the trial stands then. */
static hg_status tell_what_was_missed(training *at, const char *run, size_t *epoch, hg_error *e)
{
    const hg__history *h = NULL;
    hg_run *folder = NULL;
    hg_epoch *row = NULL;
    size_t n = 0;
    hg_status s = hg_run_open(&folder, run, e);
    if (!s) s = hg_run_epochs(folder, &row, &n, e);
    if (!s) s = hg__study_history(at->w->t->study, &h, e);
    size_t known = s ? 0 : h->trial[at->number].epochs;
    for (size_t i = 0; !s && i < n; i++)
        if (row[i].epoch > known) tell_epoch(at, &row[i]), s = at->status;
    *epoch = n > known ? n : known;
    free(row);
    hg_run_close(&folder);
    return s;
}

/* Where a trial that is resumed stands: a rung that it had come to when its process died is judged now. */
static hg_status find_place(training *at, const char *run, bool promoted, hg_error *e)
{
    const hg__worker *w = at->w;
    size_t epoch = 0;
    hg_status s = tell_what_was_missed(at, run, &epoch, e);
    if (s) return s;
    at->rung = w->scheduler->rung(at->number, epoch, &w->schedule);
    bool at_rung = epoch && epoch < at->epochs && w->scheduler->rung(at->number, epoch - 1, &w->schedule) == epoch;
    if (at_rung && !promoted) at->stands = !may_go_on(at, epoch);
    return at->status;
}

/* HG_INTERRUPTED also when it was stopped at a rung. */
static hg_status train_seed(training *at, const hg__taken *taken, const hg_train_options *o, size_t seed, hg_error *e)
{
    const hg__tuner *t = at->w->t;
    char run[MOST_PATH], graph[MOST_PATH];
    hg_train_result r;
    hg_train_options own = *o;
    hg_train_listener l = {
        .ctx = at, .progress = on_progress, .epoch = on_epoch, .say = on_say, .signal = on_signal, .data = t->data};
    hg_status s = HG_OK;
    if (!own.split_seed)
        own.split_seed = own.seed; /* all are judged on the same samples, and spare the same test part */
    own.seed += seed, at->first = !seed;
    seed_path(t->study, at->number, seed, run, sizeof run);
    hg__study_run(t->study, at->number, ".hg", graph, sizeof graph);
    bool resume = can_be_resumed(run);
    if (at->first && resume) s = find_place(at, run, taken->promoted, e);
    else if (at->first) at->rung = at->w->scheduler->rung(at->number, 0, &at->w->schedule);
    if (s) return s;
    if (at->stands) return HG_INTERRUPTED;
    if (resume) return hg_train_resume(&r, t->set, run, &(hg_train_changes){.threads = own.threads}, &l, e);
    hg__litter_remove(run); /* what a kill -9 left of a run that had not begun */
    return hg_train(&r, t->set, graph, run, &own, &l, e);
}

/* ---- All seeds, and what they come to ---- */

/* The mean of the seeds' objectives, and how far the first one's lie apart. */
static void take_mean(const hg__worker *w, const hg__measured *m, double *objective, double *sd)
{
    size_t n = w->t->o->repeats;
    double sum = 0;
    for (size_t k = 0; k < w->objectives; k++) {
        const hg__objective *o = hg__objective_named(hg__study_objective(w->t->study, k));
        objective[k] = 0;
        for (size_t i = 0; i < n; i++) objective[k] += hg__objective_of(o, &m[i]) / (double)n;
        for (size_t i = 0; !k && i < n; i++) {
            double away = hg__objective_of(o, &m[i]) - objective[0];
            sum += away * away;
        }
    }
    *sd = n > 1 ? sqrt(sum / (double)(n - 1)) : (double)NAN;
}

static hg_status measure(const hg__worker *w, size_t number, size_t seed, hg__measured *m, hg_error *e)
{
    char run[MOST_PATH];
    bool clock = false;
    for (size_t i = 0; i < w->objectives; i++) clock |= !strcmp(hg__study_objective(w->t->study, i), "milliseconds");
    return hg__measure(m, seed_path(w->t->study, number, seed, run, sizeof run), clock, e);
}

/* The figures that are not objectives are noted as well. */
static hg_status note_figures(const hg__worker *w, size_t number, const hg__measured *m, double sd, hg_error *e)
{
    hg_status s = HG_OK;
    for (const hg__objective *o = hg__objectives; !s && o->name; o++) {
        double value = hg__objective_of(o, m);
        if (isfinite(value)) s = hg__study_note(w->t->study, number, o->name, value, e);
    }
    if (!s && isfinite(sd)) s = hg__study_note(w->t->study, number, "sd", sd, e);
    return s;
}

static hg_status tell_end(const hg__worker *w, size_t number, const hg__measured *m, hg_error *e)
{
    double objective[HG__MOST_OBJECTIVES], sd;
    take_mean(w, m, objective, &sd);
    for (size_t i = 0; i < w->objectives; i++)
        if (!isfinite(objective[i]))
            return hg__study_tell(w->t->study, number,
                                  &(hg__study_verdict){HG__TRIAL_FAIL, NULL, "an objective is not finite"}, e);
    hg_status s = note_figures(w, number, &m[0], sd, e);
    return s ? s : hg__study_tell(w->t->study, number, &(hg__study_verdict){HG__TRIAL_COMPLETE, objective, NULL}, e);
}

static hg_status train_seeds(training *at, const hg__taken *taken, const hg_train_options *o, hg_error *e)
{
    size_t n = at->w->t->o->repeats;
    hg__measured *m = calloc(n, sizeof *m);
    hg_status s = m ? HG_OK : hg__fail_memory(e, "a trial", n * sizeof *m);
    for (size_t i = 0; !s && i < n; i++) {
        s = train_seed(at, taken, o, i, e);
        if (!s) s = measure(at->w, at->number, i, &m[i], e);
    }
    if (!s) note_study(at, tell_end(at->w, at->number, m, at->e));
    free(m);
    return s;
}

/* Of what a point asks for; other failures would meet every trial. */
static bool is_its_own_fault(hg_status s)
{
    return s == HG_DIVERGED || s == HG_MODEL || s == HG_USAGE || s == HG_MEMORY;
}

static hg_status fail_trial(const hg__worker *w, size_t number, const char *failure, hg_error *e)
{
    return hg__study_tell(w->t->study, number, &(hg__study_verdict){HG__TRIAL_FAIL, NULL, failure}, e);
}

/* s: of the training. */
static hg_status settle(training *at, hg_status s, hg__outcome *outcome, const hg_error *why, hg_error *e)
{
    hg__study *study = at->w->t->study;
    char failure[1100];
    *outcome = HG__TRIAL_ENDED;
    if (at->lost) return *outcome = HG__TRIAL_LOST, HG_OK;
    if (at->status) return at->status;
    if (!s) return HG_OK;
    if (at->stands) {
        *outcome = HG__TRIAL_STANDS;
        return hg__study_tell(study, at->number, &(hg__study_verdict){HG__TRIAL_PRUNED, NULL, NULL}, e);
    }
    if (is_its_own_fault(s)) {
        snprintf(failure, sizeof failure, "%s: %s", why->where, why->what);
        return fail_trial(at->w, at->number, failure, e);
    }
    *outcome = HG__TRIAL_STOPPED;
    hg_status released = hg__study_release(study, at->number, e);
    if (released || s == HG_INTERRUPTED || s == HG_TERMINATED) return released;
    if (e) *e = *why;
    return s;
}

hg_status hg__trial_run(hg__worker *w, const hg__taken *taken, hg__outcome *outcome, hg_error *e)
{
    char failure[sizeof((hg__trial *)0)->failure] = "", *text = NULL;
    hg_error why = {0};
    hg_train_options o = *w->t->train;
    training at = {.w = w, .number = taken->number, .epochs = o.epochs, .beaten = hg__seconds(), .e = e};
    *outcome = HG__TRIAL_ENDED;
    hg_status s = hg__trial_options(&o, &text, hg__study_space(w->t->study), taken->point, &why);
    o.sample_every = 0;
    if (!s) s = prepare_graph(w, taken, &o, failure, &why);
    if (!s && *failure) s = fail_trial(w, taken->number, failure, e);
    else {
        if (!s) s = train_seeds(&at, taken, &o, &why);
        s = settle(&at, s, outcome, &why, e);
    }
    free(text);
    return s;
}
