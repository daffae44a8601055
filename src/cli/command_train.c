/* command_train.c: `hourglass train`: a new run, or one that goes on. */
#include "base/file.h"
#include "base/json.h"
#include "base/team.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/old_run.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/sheets.h"
#include "cli/source_options.h"
#include "cli/subject.h"
#include "cli/tune_study.h"
#include "record/json_text.h"
#include "train/train_rows.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct values {
    hg__common common;
    const char *model, *out, *resume;
    bool force;
    hg_train_options train;
    hg__source_options source;
} values;

#define AT(field) offsetof(values, field)
static const hg__option rows[] = {
    {.name = "model",
     .type = HG__TEXT,
     .offset = AT(model),
     .value = "NAME|FILE",
     .help = "a preset, as in hourglass models list, or a file with a graph"},
    {.name = "out",
     .letter = 'o',
     .type = HG__TEXT,
     .offset = AT(out),
     .value = "RUN",
     .help = "the run folder, numbered when it is there already; else runs/MODEL-DATA"},
    {.name = "resume",
     .type = HG__TEXT,
     .offset = AT(resume),
     .value = "RUN",
     .help =
         "go on with a run; nothing else is needed, only --epochs, --threads, --max-memory and --recompute may change"},
    {.name = "force",
     .type = HG__FLAG,
     .offset = AT(force),
     .help = "put the new run in the place of an old one, which goes once the new one has begun"},
    {0},
};
#undef AT

/* What the listener needs. */
typedef struct session {
    hg__call *call;
    hg__progress_line line;
    hg__old_run old;
    bool stopping;
} session;

static void on_progress(void *ctx, const hg_progress *p) { hg__progress_step(&((session *)ctx)->line, p); }
static void on_epoch(void *ctx, const hg_epoch *row, size_t epochs)
{
    hg__progress_epoch(&((session *)ctx)->line, row, epochs);
}
static void on_begun(void *ctx) { hg__old_run_drop(&((session *)ctx)->old); }
static void on_say(void *ctx, const char *text) { hg__progress_say(&((session *)ctx)->line, text); }

static int on_signal(void *ctx)
{
    session *s = ctx;
    int number = hg__interrupt_signal();
    if (number && !s->stopping) on_say(ctx, number == SIGINT ? "Saving; Ctrl-C again quits at once." : "Saving.");
    s->stopping = number;
    return number;
}

/* size: the parameters are those of hg_train_listener. */
static hg_status on_samples(void *ctx, const char *path, const float *x, const float *y, size_t n, hg_shape shape,
                            hg_error *e)
{
    (void)ctx;
    hg__comparison c = {.shape = shape,
                        .t = x,
                        .y = y,
                        .n = n,
                        .columns = 10,
                        .difference = true,
                        .t_label = "original",
                        .y_label = "rebuilt"};
    return hg__comparison_write(path, &c, true, e);
}

/* ---- What config.json keeps about this call ---------------------------------------------------- */

static char *describe_sources(const hg__call *call)
{
    const values *v = call->values;
    json_t *sources = json_object();
    char *text = NULL;
    for (hg__slot s = {0}; hg__slot_next(call->command, &s);) {
        char source[1024];
        hg__call_source(call, s.row->name, source, sizeof source);
        bool settled = !strcmp(source, "default") && s.row->type == HG__REAL && !s.row->fallback &&
                       strcmp(s.row->name, "test") != 0;
        json_object_set_new(sources, s.row->name,
                            settled ? json_sprintf("default of %s", v->train.optimizer) : json_string(source));
    }
    text = hg__json_text(sources, JSON_COMPACT);
    json_decref(sources);
    return text;
}

static char *describe_data(const char *spec, const hg__source_options *o, const hg_set *set)
{
    json_t *data = hg__source_to_json(spec, o, set);
    char *text = data ? hg__json_text(data, JSON_COMPACT) : NULL;
    json_decref(data);
    return text;
}

/* ---- Results ----------------------------------------------------------------------------------- */

static json_t *result_json(const hg_train_result *r)
{
    return json_pack("{s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:s}", "run", hg__json_word(r->run), "epochs",
                     (json_int_t)r->epochs, "best_epoch", (json_int_t)r->best_epoch, "train_loss",
                     hg__json_number(r->train_loss), "val_loss", hg__json_number(r->val_loss), "images_per_second",
                     hg__json_number(r->images_per_second), "seconds", hg__json_number(r->seconds), "weights_sha256",
                     r->weights_sha256);
}

static hg_status print_result(hg__call *call, const hg_train_result *r, hg_error *e)
{
    char rate[32], time[32], validation[48] = "";
    if (call->common->json) return hg__output_json(&call->out, result_json(r), e);
    if (isfinite(r->val_loss)) snprintf(validation, sizeof validation, ", validation %.6f", r->val_loss);
    hg__text_add(&call->out, "%s: %zu epoch%s, best %zu: loss %.6f%s; %s images/s, %s, weights %.12s\n", r->run,
                 r->epochs, r->epochs == 1 ? "" : "s", r->best_epoch, r->train_loss, validation,
                 hg__text_count(r->images_per_second, rate, sizeof rate),
                 hg__output_time(r->seconds, time, sizeof time), r->weights_sha256);
    return HG_OK;
}

static hg_status stopped(hg_status s, const hg_train_result *r, hg_error *e)
{
    hg__text run = {0};
    hg__output_quoted(&run, r->run);
    hg__fail(e, s, r->run, "stopped, and everything is saved; go on with: hourglass train --resume %s",
             run.at ? run.at : r->run);
    hg__text_close(&run);
    return s;
}

static void say_next_step(const hg__console *c, const char *path)
{
    hg__text run = {0};
    hg__output_quoted(&run, path);
    hg__console_say(c, "The model and its report are in %s; hourglass eval %s measures it.", path,
                    run.at ? run.at : path);
    hg__text_close(&run);
}

static hg_status finish(hg__call *call, hg_status s, const hg_train_result *r, hg_error *e)
{
    char report[640];
    hg_error why = {0};
    if (s == HG_INTERRUPTED || s == HG_TERMINATED) return *r->run ? stopped(s, r, e) : s;
    if (s) return s;
    snprintf(report, sizeof report, "%s/report.html", r->run);
    if (hg_report_write(r->run, report, true, &why)) hg__console_warn(&call->console, &why);
    else say_next_step(&call->console, r->run);
    return print_result(call, r, e);
}

/* ---- A new run --------------------------------------------------------------------------------- */

static hg_status refuse_template(const hg__call *call, hg_error *e)
{
    const values *v = call->values;
    hg__text words = {0};
    hg__output_quoted(&words, call->word[0]);
    hg__text_add(&words, " --model ");
    hg__output_quoted(&words, v->model);
    hg__fail(e, HG_USAGE, v->model, "is a template: its holes are filled by a study; hourglass tune %s begins one",
             words.at ? words.at : "");
    hg__text_close(&words);
    return HG_USAGE;
}

static hg_status need_source_and_model(const hg__call *call, hg_error *e)
{
    const values *v = call->values;
    enum { MOST_PRESETS = 32 };
    const char *names[MOST_PRESETS];
    char presets[256];
    size_t n = 0;
    if (!call->words)
        return hg__fail(e, HG_USAGE, "train", "name the data to train on, as in: hourglass train mnist --model conv");
    if (v->model && *v->model) return hg__tune_is_template(v->model) ? refuse_template(call, e) : HG_OK;
    for (; n < hg_presets() && n < MOST_PRESETS; n++) names[n] = hg_preset_name(n);
    return hg__fail(e, HG_USAGE, "--model", "name the model to train: a preset (%s) or a file with a graph",
                    hg__list(names, n, presets, sizeof presets));
}

/* "runs/conv-mnist" from the names of model and data, without folders and endings. */
static void default_run(const char *model, const char *data, char *out, size_t n)
{
    const char *names[] = {model, data};
    size_t used = (size_t)snprintf(out, n, "runs/");
    for (size_t i = 0; i < 2 && used < n; i++) {
        size_t length;
        const char *last = hg__path_last(names[i], &length);
        size_t end = strcspn(last, "./");
        if (!end) end = length; /* "." or ".hidden" */
        used += (size_t)snprintf(out + used, n - used, "%s%.*s", i ? "-" : "", (int)end, last);
    }
}

/* --force: the old run makes way. */
static hg_status choose_run(const values *v, const hg_set *set, char *run, size_t n, hg__old_run *old, hg_error *e)
{
    bool given = v->out && *v->out;
    if (given && strlen(v->out) >= n)
        return hg__fail(e, HG_USAGE, "--out", "is longer than the %zu letters that a run's path may have", n - 1);
    if (given) snprintf(run, n, "%s", v->out);
    else default_run(v->model, set->name, run, n);
    return v->force ? hg__old_run_move(old, run, e) : HG_OK;
}

static hg_status settle_test(hg__call *call, hg_train_options *o, const hg_set *set, hg_error *e)
{
    const values *v = call->values;
    hg_status s = hg__source_settle_test(call->word[0], &v->source, &o->test, e);
    if (s) return s;
    size_t n = (size_t)llround(o->test * (double)set->n);
    char part[32], all[32];
    if (n)
        hg__console_say(&call->console,
                        "%s of %s samples are set aside for eval; training never sees them (--test 0 keeps "
                        "them).",
                        hg__text_count((double)n, part, sizeof part), hg__text_count((double)set->n, all, sizeof all));
    return HG_OK;
}

static hg_status train_new(hg__call *call, hg_train_listener *l, hg_train_result *r, hg_error *e)
{
    const values *v = call->values;
    hg_set_options o;
    hg_set *set = NULL;
    char run[512], n[32], *data = NULL, *sources = NULL;
    hg_train_options options = v->train;
    hg_status s = need_source_and_model(call, e);
    if (!s) s = hg__source_resolve(&o, call->word[0], &v->source, HG_TRAIN, e);
    o.say = hg__console_line, o.say_ctx = &call->console;
    if (!s) s = hg_set_open(&set, call->word[0], &o, e);
    if (!s) s = settle_test(call, &options, set, e);
    hg__interrupt_defer(); /* until here there is nothing to save, so a signal ends the program at once */
    if (!s) s = choose_run(v, set, run, sizeof run, &((session *)l->ctx)->old, e);
    if (s) goto done;
    hg__console_detail(&call->console, "%s: %s samples of %zu x %zu x %zu", set->name,
                       hg__text_count((double)set->n, n, sizeof n), set->shape.h, set->shape.w, set->shape.c);
    l->data = data = describe_data(call->word[0], &v->source, set);
    l->config_sources = sources = describe_sources(call);
    s = hg_train(r, set, v->model, run, &options, l, e);
done:
    hg__old_run_restore(&((session *)l->ctx)->old, &call->console);
    hg_set_close(&set);
    free(data);
    free(sources);
    return s;
}

/* ---- A run that goes on ------------------------------------------------------------------------ */

static bool may_change(const char *name)
{
    static const char *const names[] = {"resume", "epochs", "threads", "max-memory", "recompute", "offline"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) return true;
    return strcmp(name, "config") != 0 && hg__option_find(hg__common_rows, name);
}

static hg_status refuse_changes(const hg__call *call, hg_error *e)
{
    for (hg__slot s = {0}; hg__slot_next(call->command, &s);)
        if (call->origin[s.number] == HG__FROM_LINE && !may_change(s.row->name)) {
            char where[80], resume[1024];
            snprintf(where, sizeof where, "--%s", s.row->name);
            return hg__fail(e, HG_USAGE, where,
                            "a run goes on as it began; leave this out, or start a new run without %s",
                            hg__call_source(call, "resume", resume, sizeof resume));
        }
    return HG_OK;
}

/* The run's own data, or the SOURCE that was typed, where the data has moved. */
static hg_status open_run_data(hg__call *call, hg_set **set, json_t **config, hg_error *e)
{
    const values *v = call->values;
    const char *spec = NULL;
    char *text = NULL, where[640];
    hg_run *run = NULL;
    hg__source_options source;
    hg_set_options o;
    hg_status s = hg_run_open(&run, v->resume, e);
    if (s) return s;
    hg_run_file(run, "config.json", where, sizeof where);
    s = hg_run_read_json(run, "config.json", &text, e);
    if (!s) s = hg__json_parse(config, text, where, e);
    if (!s) s = hg__source_from_json(&spec, &source, json_object_get(*config, "data"), where, e);
    if (!s && call->words) spec = call->word[0];
    source.offline = v->source.offline;
    source.low = source.high = 0; /* the set has its own, the same as then */
    if (!s) s = hg__source_resolve(&o, spec, &source, HG_TRAIN, e);
    o.say = hg__console_line, o.say_ctx = &call->console;
    bool gone = !s && !call->words && !hg__source_is_builtin(spec) && access(spec, F_OK);
    if (gone)
        s = hg__fail(e, HG_DATA, spec,
                     "the run's data are no longer here; hourglass train SOURCE --resume %s takes them from elsewhere",
                     v->resume);
    if (!s) s = hg_set_open(set, spec, &o, e);
    free(text);
    hg_run_close(&run);
    return s;
}

static hg_status train_on(hg__call *call, hg_train_listener *l, hg_train_result *r, hg_error *e)
{
    const values *v = call->values;
    hg_set *set = NULL;
    json_t *config = NULL;
    hg_train_changes changes = {0};
    if (hg__call_typed(call, "epochs")) changes.epochs = v->train.epochs;
    if (hg__call_typed(call, "threads")) changes.threads = v->train.threads ? v->train.threads : hg__processors();
    if (hg__call_typed(call, "max-memory"))
        changes.max_memory = v->train.max_memory > 0 ? v->train.max_memory : (double)INFINITY;
    if (hg__call_typed(call, "recompute")) changes.recompute = v->train.recompute ? 1 : -1;
    hg_status s = refuse_changes(call, e);
    if (!s && strlen(v->resume) >= sizeof r->run)
        s = hg__fail(e, HG_USAGE, "--resume", "is longer than the %zu letters that a run's path may have",
                     sizeof r->run - 1);
    if (!s) s = open_run_data(call, &set, &config, e);
    hg__interrupt_defer(); /* a stop while the data are read leaves the run as it is */
    if (!s) s = hg_train_resume(r, set, v->resume, &changes, l, e);
    if (!*r->run) snprintf(r->run, sizeof r->run, "%s", v->resume);
    hg_set_close(&set);
    json_decref(config);
    return s;
}

static hg_status run_train(hg__call *call, hg_error *e)
{
    const values *v = call->values;
    session at = {.call = call, .line = {.console = &call->console}};
    hg_train_result r = {0};
    hg_train_listener l = {.ctx = &at,
                           .begun = on_begun,
                           .progress = on_progress,
                           .epoch = on_epoch,
                           .say = on_say,
                           .signal = on_signal,
                           .samples = on_samples,
                           .command = call->typed.at};
    hg_status s = v->resume && *v->resume ? train_on(call, &l, &r, e) : train_new(call, &l, &r, e);
    hg__progress_close(&at.line);
    return finish(call, s, &r, e);
}

const hg__command hg__command_train = {
    .name = "train",
    .summary = "train an autoencoder",
    .words = "SOURCE --model NAME|FILE [options], or --resume RUN",
    .about =
        "Writes a run folder with the best model, a checkpoint after every epoch, metrics, sample sheets and a report. "
        "Ctrl-C "
        "saves and prints the command that goes on; the same seed gives the same weights for any number of threads.",
    .examples =
        (const hg__example[]){
            {"hourglass train mnist --model conv", "a preset on a built-in data set"},
            {"hourglass train pictures/ --model conv --resize 64x64 --code 128", "your own pictures"},
            {"hourglass train mnist --model conv --noise gaussian:0.3 --out runs/denoiser", "learns to remove noise"},
            {"hourglass train mnist --model conv --config fast", "a recipe: 2 epochs at a fast rate"},
            {"hourglass train --resume runs/conv-mnist", "goes on where it stopped"},
            {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Run", rows, 0},
                                         {"Training", hg__train_rows, offsetof(values, train)},
                                         {"Data", hg__source_rows, offsetof(values, source)},
                                         HG__COMMON_GROUP,
                                         HG__GROUPS_END},
    .notes_title = "Words of --augment and --noise",
    .notes = hg_augment_help,
    .size = sizeof(values),
    .words_max = 1,
    .run = run_train,
};
