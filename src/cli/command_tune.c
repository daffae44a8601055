/* command_tune.c: `hourglass tune`: a study, from a template to the best model. */
#include "base/json.h"
#include "cli/output.h"
#include "cli/tune_best.h"
#include "cli/tune_workers.h"
#include "record/json_text.h"
#include "train/train_rows.h"
#include "tune/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(hg__tune_values, field)
static const hg__option rows[] = {
    {.name = "model",
     .type = HG__TEXT,
     .offset = AT(model),
     .value = "NAME|FILE",
     .help = "the template: a graph with holes such as {8..64}, or a preset"},
    {.name = "study",
     .type = HG__TEXT,
     .offset = AT(study),
     .fallback = "study.db",
     .value = "FILE.db",
     .help = "where trials are kept, begun or gone on with; run folders are beside it, in FILE.runs"},
    {.name = "jobs",
     .letter = 'j',
     .type = HG__SIZE,
     .offset = AT(jobs),
     .fallback = "1",
     .min = 1,
     .max = 256,
     .help = "worker processes, which share the processors"},
    {.name = "keep-runs",
     .type = HG__FLAG,
     .offset = AT(keep_runs),
     .help = "keep checkpoint and model of every trial, also of those that are beaten"},
    {.name = "retrain",
     .type = HG__FLAG,
     .offset = AT(retrain),
     .help = "then train the best anew on training and validation data, and read the test part, once"},
    {.name = "out",
     .letter = 'o',
     .type = HG__TEXT,
     .offset = AT(out),
     .value = "RUN",
     .help = "the run folder of --retrain; else FILE.best"},
    {0},
};
#undef AT

/* ---- What came out ---- */

static json_t *best_json(const hg__tune_best *b, const hg__history *h)
{
    hg__text command = {0};
    if (b->number == HG__NO_TRIAL) return json_null();
    hg__tune_best_command(b, &command);
    const hg__trial *t = &h->trial[b->number];
    json_t *document = json_pack("{sI so so so ss ss so so}", "number", (json_int_t)b->number, "value",
                                 hg__json_number(b->value), "sd", hg__json_number(b->sd), "point",
                                 hg__findings_point_json(h->space, t->point), "options", b->options, "graph", b->graph,
                                 "run", hg__json_word(t->run), "command", hg__json_word(command.at ? command.at : ""));
    hg__text_close(&command);
    return document;
}

static json_t *front_json(const hg__findings *f)
{
    json_t *list = json_array();
    for (size_t i = 0; i < f->fronts; i++) {
        const hg__trial *t = &f->h->trial[f->front[i]];
        json_t *values = json_object();
        for (size_t k = 0; k < f->h->objectives; k++)
            hg__json_set_number(values, hg__findings_name(f, k), t->objective[k]);
        json_array_append_new(list, json_pack("{sI so so}", "number", (json_int_t)t->number, "values", values, "point",
                                              hg__findings_point_json(f->h->space, t->point)));
    }
    return list;
}

static void print_front(hg__text *out, const hg__findings *f)
{
    if (!f->fronts) return;
    hg__text_add(out, "not beaten in both or all objectives:\n");
    for (size_t i = 0; i < f->fronts; i++) {
        const hg__trial *t = &f->h->trial[f->front[i]];
        hg__text_add(out, "  trial %zu ", t->number);
        for (size_t k = 0; k < f->h->objectives; k++)
            hg__text_add(out, " %s %.6g ", hg__findings_name(f, k), t->objective[k]);
        hg__text_add(out, " ");
        hg__findings_point(out, f->h->space, t->point);
        hg__text_add(out, "\n");
    }
}

/* Lines of a text, each behind two blanks; empty ones are left out. */
static void print_lines(hg__text *out, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (strspn(text, " ") < n) hg__text_add(out, "  %.*s\n", (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static void print_best(hg__text *out, const hg__tune_study *s, const hg__tune_best *b)
{
    char sd[64] = "";
    if (b->number == HG__NO_TRIAL) {
        hg__text_add(out, "no trial is complete yet\n");
        return;
    }
    if (isfinite(b->sd)) snprintf(sd, sizeof sd, " ± %.2g over %zu seeds", b->sd, s->v.tune.repeats);
    hg__text_add(out, "best: trial %zu, %s %.6g%s\n", b->number, hg__study_objective(s->study, 0), b->value, sd);
    print_lines(out, b->options);
    print_lines(out, b->graph);
    if (!b->arguments) return;
    hg__text_add(out, "anew, on training and validation data (--retrain does it):\n  ");
    hg__tune_best_command(b, out);
    hg__text_add(out, "\n");
}

static json_t *result_json(const hg__findings *f, const hg__tune_best *b)
{
    const size_t *n = f->count;
    return json_pack("{so sI sI sI sI sI sI so so}", "study", hg__json_word(f->path), "trials",
                     (json_int_t)(f->h->n - f->too_large), "complete", (json_int_t)n[HG__TRIAL_COMPLETE], "pruned",
                     (json_int_t)n[HG__TRIAL_PRUNED], "failed", (json_int_t)(n[HG__TRIAL_FAIL] - f->too_large),
                     "running", (json_int_t)n[HG__TRIAL_RUNNING], "too_large", (json_int_t)f->too_large, "best",
                     best_json(b, f->h), "pareto", front_json(f));
}

static void print_result(hg__text *out, const hg__tune_study *s, const hg__findings *f, const hg__tune_best *b)
{
    size_t trials = f->h->n - f->too_large;
    hg__text_add(out, "%s: %zu trial%s: ", s->path, trials, trials == 1 ? "" : "s");
    hg__findings_counts(out, f);
    hg__text_add(out, "\n");
    print_best(out, s, b);
    if (f->h->objectives > 1) print_front(out, f);
}

static hg_status tell_result(hg__call *call, hg__tune_study *s, const hg__tune_best *b, json_t *test, hg_error *e)
{
    hg__findings f = {.path = s->path};
    for (size_t k = 0; k < hg__study_objectives(s->study); k++) f.objective[k] = hg__study_objective(s->study, k);
    hg_status status = hg__study_history(s->study, &f.h, e);
    if (!status) status = hg__findings_open(&f, e);
    if (!status && call->common->json) {
        json_t *document = result_json(&f, b);
        if (document && test) json_object_set(document, "test", test);
        status = hg__output_json(&call->out, document, e);
    } else if (!status) print_result(&call->out, s, &f, b);
    hg__findings_close(&f);
    return status;
}

static hg_status stopped(hg_status status, const hg__tune_study *s, hg_error *e)
{
    hg__text path = {0};
    hg__output_quoted(&path, s->path);
    hg__fail(e, status, s->path, "stopped, and everything is saved; go on with: hourglass tune --study %s",
             path.at ? path.at : s->path);
    hg__text_close(&path);
    return status;
}

/* A study in which every trial failed is a failure, so that a script notices. */
static hg_status refuse_failures(const hg__tune_study *s, hg_error *e)
{
    const hg__history *h = NULL;
    const hg__trial *last = NULL;
    hg_status status = hg__study_history(s->study, &h, e);
    for (size_t i = 0; !status && i < h->n; i++) {
        if (h->trial[i].state != HG__TRIAL_FAIL) return HG_OK;
        last = &h->trial[i];
    }
    return last ? hg__fail(e, HG_FAILED, s->path, "every trial failed; the last one: %s", last->failure) : status;
}

static hg_status run_tune(hg__call *call, hg_error *e)
{
    const hg__tune_values *v = call->values;
    hg__tune_study s = {0};
    hg__tune_best b = {.number = HG__NO_TRIAL};
    json_t *test = NULL;
    hg__text shown = {0};
    hg_status status = hg__tune_study_open(&s, call, e);
    if (!status) status = hg__tune_workers_run(&s, call, v->jobs, e);
    if (status == HG_INTERRUPTED || status == HG_TERMINATED) status = stopped(status, &s, e);
    if (!status) status = refuse_failures(&s, e);
    if (!status) status = hg__tune_best_open(&b, &s, e);
    hg_status restored = status ? status : hg__tune_best_restore(&b, &s, v->retrain ? e : NULL);
    if (v->retrain) status = restored; /* to look at a study that may not be written to is no mistake */
    if (!status && v->retrain && !b.arguments)
        status = hg__fail(
            e, HG_FAILED, s.path, "%s",
            b.number == HG__NO_TRIAL
                ? "no trial is complete, so there is none to train anew; allow more trials"
                : "another program ran its best trial; train the graph that this call prints without --retrain");
    if (!status && v->retrain) status = hg__tune_best_retrain(&b, call, &test, e);
    shown = call->out, call->out = (hg__text){0}; /* what eval said stands at the end */
    if (!status) status = tell_result(call, &s, &b, test, e);
    if (!status && shown.at) hg__text_bytes(&call->out, shown.at, shown.size);
    hg__text_close(&shown);
    json_decref(test);
    hg__tune_best_close(&b);
    hg__tune_study_close(&s);
    return status;
}

const hg__command hg__command_tune = {
    .name = "tune",
    .summary = "search hyper-parameters and architectures",
    .words = "SOURCE --model TEMPLATE [options] | --study FILE.db | report FILE.db",
    .about =
        "Trains many points of a template's holes and of --search, judged on validation data, and prints the best. "
        "{8..64} is a range, {1e-4..1e-2 log} one by order of magnitude, {0..1 step 0.1} in steps, {16,32,64} a list; "
        "`repeat {1..3} LINE` gives depth. Trials live in an SQLite file in Optuna's layout, which any number of "
        "processes may work on: the same call again, or only --study, goes on, also after kill -9. What --pruner "
        "stopped is trained on when it has earned it. The test part is never read, but for --retrain, once.",
    .examples =
        (const hg__example[]){
            {"hourglass tune mnist --model conv --search 'lr={1e-4..1e-2} batch={64,128,256}' --epochs 9",
             "options of training"},
            {"hourglass tune mnist --model template.hg --budget 2h -j 4 --study digits.db",
             "an architecture, in two hours"},
            {"hourglass tune mnist --model template.hg --objective val_mse,bytes --max-mb 0.5",
             "the best within half a MB"},
            {"hourglass tune --study digits.db --trials 200 --retrain",
             "goes on, then trains the best on all but the test"},
            {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Study", rows, 0},
                                         {"Search", hg__tune_rows, offsetof(hg__tune_values, tune)},
                                         {"Training of each trial", hg__train_rows, offsetof(hg__tune_values, train)},
                                         {"Data", hg__source_rows, offsetof(hg__tune_values, source)},
                                         HG__COMMON_GROUP,
                                         HG__GROUPS_END},
    .sub = (const hg__command *const[]){&hg__command_tune_report, NULL},
    .size = sizeof(hg__tune_values),
    .words_max = 1,
    .run = run_tune,
};
