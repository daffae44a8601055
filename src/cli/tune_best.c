/* tune_best.c: see tune_best.h. What is printed as a command is what --retrain runs. */
#include "cli/tune_best.h"

#include "base/file.h"
#include "cli/output.h"
#include "record/json_text.h"
#include "train/schedules.h"
#include "train/train_rows.h"

#include <hourglass/record.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The call ---- */

static void add(hg__tune_best *b, const char *text)
{
    if (b->arguments < HG__MOST_ARGUMENTS - 1) b->argument[b->arguments++] = strdup(text);
}

static void add_option(hg__tune_best *b, const char *name, const char *value)
{
    char option[96];
    snprintf(option, sizeof option, "--%s", name);
    add(b, option), add(b, value);
}

/* Of a row that is not at its default. Flags have no value. */
static void add_row(hg__tune_best *b, const hg__option *row, const void *values, const void *defaults)
{
    char own[512], usual[512], option[96];
    hg__option_text(row, values, own, sizeof own);
    hg__option_text(row, defaults, usual, sizeof usual);
    if (!strcmp(own, usual)) return;
    if (row->type != HG__FLAG) {
        add_option(b, row->name, own);
        return;
    }
    snprintf(option, sizeof option, "--%s%s", !strcmp(own, "true") ? "" : "no-", row->name);
    add(b, option);
}

static bool is_said_otherwise(const char *name)
{
    static const char *const names[] = {"val", "epochs", "test", "threads", "offline"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) return true;
    return false;
}

/* Its best epoch as the study was told; 0: of none. */
static size_t best_epoch(const hg__history *h, const hg__trial *t)
{
    size_t best = 0;
    double least = (double)INFINITY;
    for (size_t epoch = 1; epoch <= t->epochs; epoch++) {
        double loss = hg__trial_loss(h, t, epoch);
        if (loss < least) best = epoch, least = loss;
    }
    return best;
}

/* How long: as long as the trial until its best epoch, or to the end of a schedule that spans the whole. The run folder
 * knows by which epoch's model the trial was judged; where it is gone, the study knows its best epoch. */
static size_t find_epochs(const hg__tune_best *b, const hg__tune_study *s, const hg_train_options *o)
{
    char path[1024];
    hg_run *run = NULL;
    hg_epoch *row = NULL;
    size_t n = 0, epochs = b->epoch ? b->epoch : o->epochs;
    if (hg__schedule_named(o->schedule)->whole) return o->epochs;
    hg_status gone = hg_run_open(&run, hg__study_run(s->study, b->number, "", path, sizeof path), NULL);
    if (!gone) gone = hg_run_epochs(run, &row, &n, NULL);
    for (size_t i = 0; !gone && i < n; i++)
        if (row[i].best) epochs = row[i].epoch;
    free(row);
    hg_run_close(&run);
    return epochs;
}

/* "digits.db" gives "digits.best". */
static void choose_out(const hg__tune_study *s, char *out, size_t n)
{
    snprintf(out, n, "%.*s.best", (int)hg__study_stem(s->path), s->path);
}

static hg_status build_call(hg__tune_best *b, const hg__tune_study *s, const hg_train_options *o, hg_error *e)
{
    char number[32], path[1024];
    hg__source_options usual = {0};
    hg_train_options defaults = hg_train_defaults();
    hg__options_default(hg__source_rows, &usual);
    add(b, "hourglass"), add(b, "train"), add(b, s->spec);
    add_option(b, "model", hg__study_run(s->study, b->number, ".hg", path, sizeof path));
    add_option(b, "val", "0");
    snprintf(number, sizeof number, "%zu", find_epochs(b, s, o));
    add_option(b, "epochs", number);
    snprintf(number, sizeof number, "%.15g", o->test);
    if (!hg__source_has_test(s->spec, &s->v.source)) add_option(b, "test", number);
    for (const hg__option *row = hg__train_rows; row->name; row++)
        if (!is_said_otherwise(row->name)) add_row(b, row, o, &defaults);
    for (const hg__option *row = hg__source_rows; row->name; row++)
        if (!is_said_otherwise(row->name)) add_row(b, row, &s->v.source, &usual);
    choose_out(s, path, sizeof path);
    add_option(b, "out", s->v.out && *s->v.out ? s->v.out : path);
    for (int i = 0; i < b->arguments; i++)
        if (!b->argument[i]) return hg__fail_memory(e, "the best trial", 4096);
    return HG_OK;
}

hg_status hg__tune_best_open(hg__tune_best *b, hg__tune_study *s, hg_error *e)
{
    const hg__history *h = NULL;
    const hg__space *space = hg__study_space(s->study);
    char *texts = NULL;
    hg_train_options o = s->v.train;
    *b = (hg__tune_best){.number = HG__NO_TRIAL};
    hg_status status = hg__study_history(s->study, &h, e);
    if (!status) b->number = hg__tuner_best(h);
    if (status || b->number == HG__NO_TRIAL) return status;
    const hg__trial *t = &h->trial[b->number];
    bool has_run = *t->run; /* one that Optuna ran has no folder here */
    b->value = t->objective[0], b->epoch = best_epoch(h, t);
    b->graph = hg__space_graph(space, t->point), b->options = hg__space_options(space, t->point);
    if (!b->graph || !b->options) return hg__fail_memory(e, s->path, 1 << 14);
    status = hg__trial_options(&o, &texts, space, t->point, e);
    if (!status) status = hg__study_noted(s->study, b->number, "sd", &b->sd, e);
    if (!status && has_run) status = build_call(b, s, &o, e);
    free(texts);
    return status;
}

hg_status hg__tune_best_restore(const hg__tune_best *b, const hg__tune_study *s, hg_error *e)
{
    char path[1024], folder[1024];
    if (!b->arguments || hg__is_file(hg__study_run(s->study, b->number, ".hg", path, sizeof path))) return HG_OK;
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    hg_status status = hg__dir_make(folder, e);
    return status ? status : hg__file_write(path, b->graph, strlen(b->graph), false, e);
}

void hg__tune_best_close(hg__tune_best *b)
{
    for (int i = 0; i < b->arguments; i++) free(b->argument[i]);
    free(b->graph);
    free(b->options);
    *b = (hg__tune_best){.number = HG__NO_TRIAL};
}

void hg__tune_best_command(const hg__tune_best *b, hg__text *out)
{
    for (int i = 0; i < b->arguments; i++) {
        if (i) hg__text_add(out, " ");
        hg__output_quoted(out, b->argument[i]);
    }
}

/* ---- Its run ---- */

/* A command as if it had been typed; what it made is in inner->out. */
static hg_status run_command(hg__call *inner, const hg__call *call, int argc, char **argv, hg_error *e)
{
    hg_status s = hg__call_open(inner, argc, argv, e);
    inner->console = call->console;
    return s ? s : inner->command->run(inner, e);
}

static hg_status train(const hg__tune_best *b, hg__call *call, char *run, size_t n, hg_error *e)
{
    char *argv[HG__MOST_ARGUMENTS + 2], json[] = "--json";
    hg__call inner = {0};
    json_t *result = NULL;
    int argc = b->arguments;
    memcpy(argv, b->argument, (size_t)argc * sizeof *argv);
    argv[argc++] = json, argv[argc] = NULL;
    hg_status s = run_command(&inner, call, argc, argv, e);
    if (!s) s = hg__json_parse(&result, inner.out.at, "train", e);
    if (!s) snprintf(run, n, "%s", json_string_value(json_object_get(result, "run")));
    json_decref(result);
    hg__call_close(&inner);
    return s;
}

hg_status hg__tune_best_retrain(const hg__tune_best *b, hg__call *call, json_t **test, hg_error *e)
{
    char run[512] = "", program[] = "hourglass", eval[] = "eval", json[] = "--json";
    char *argv[] = {program, eval, run, json, NULL};
    hg__call inner = {0};
    hg_status s = train(b, call, run, sizeof run, e);
    if (s) return s;
    s = run_command(&inner, call, call->common->json ? 4 : 3, argv, e);
    if (!s && call->common->json) s = hg__json_parse(test, inner.out.at, "eval", e);
    else if (!s) hg__text_bytes(&call->out, inner.out.at, inner.out.size);
    hg__call_close(&inner);
    return s;
}
