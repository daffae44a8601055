/* journal.c: what a run folder says about how the run came to be: config.json and env.json. */
#include "base/json.h"
#include "base/processor.h"
#include "net/plan.h"
#include "record/json_text.h"
#include "train/train_rows.h"
#include "train/trainer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void hg__say(const hg_train_listener *l, const char *format, ...)
{
    char line[1024];
    va_list args;
    if (!l || !l->say) return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    l->say(l->ctx, line);
}

/* Takes the document. */
static hg_status write_document(hg_run *run, const char *name, json_t *document, hg_error *e)
{
    char *text = document ? hg__json_text(document, JSON_COMPACT) : NULL;
    hg_status s = text ? hg_run_write_json(run, name, text, e) : hg__fail_memory(e, name, 1 << 16);
    free(text);
    json_decref(document);
    return s;
}

/* The caller's. */
static hg_status read_document(hg_run *run, const char *name, json_t **document, hg_error *e)
{
    char *text = NULL;
    hg_status s = hg_run_read_json(run, name, &text, e);
    if (!s) s = hg__json_parse(document, text, name, e);
    free(text);
    return s;
}

/* A JSON object that came as text; {} for NULL. */
static json_t *object_of(const char *text) { return text ? json_loads(text, 0, NULL) : json_object(); }

static hg_status write_config(hg__trainer *t, const char *model, hg_error *e)
{
    json_t *data = t->l->data ? object_of(t->l->data) : json_pack("{so}", "source", hg__json_word(t->set->name));
    json_t *sources = object_of(t->l->config_sources);
    if (!json_is_object(data) || !json_is_object(sources)) {
        json_decref(data);
        json_decref(sources);
        return hg__fail(e, HG_USAGE, "listener", "data and config_sources must be JSON objects");
    }
    json_t *config = json_pack("{so ss so ss}", "model", hg__json_word(model), "graph",
                               hg_graph_text(hg_model_graph(t->model)), "data", data, "data_sha256", t->set->sha256);
    json_object_set_new(config, "values", hg__train_values(&t->o));
    json_object_set_new(config, "sources", sources);
    return write_document(t->run, "config.json", config, e);
}

static hg_status write_environment(hg__trainer *t, hg_error *e)
{
    char cpu[256], date[64];
    time_t now = time(NULL);
    struct tm utc;
    hg__processor_name(cpu, sizeof cpu);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    const char *command = t->l->command ? t->l->command : "";
    json_t *data = json_pack("{so ss sI}", "name", hg__json_word(t->set->name), "sha256", t->set->sha256, "samples",
                             (json_int_t)t->set->n);
    json_t *env = json_pack("{ss ss ss sI so ss ss so}", "version", HG_VERSION, "cpu", cpu, "isa", t->plan->k->name,
                            "threads", (json_int_t)hg__team_size(t->update.team), "command", hg__json_word(command),
                            "compiler", __VERSION__, "date", date, "data", data);
    return write_document(t->run, "env.json", env, e);
}

hg_status hg__journal_begin(hg__trainer *t, const char *model, hg_error *e)
{
    hg_status s = write_config(t, model, e);
    return s ? s : write_environment(t, e);
}

hg_status hg__journal_isa(hg__trainer *t, hg_error *e)
{
    json_t *env = NULL;
    const char *now = t->plan->k->name;
    if (read_document(t->run, "env.json", &env, NULL)) return HG_OK; /* it is not needed to go on */
    json_t *list = json_object_get(env, "resumed_isa"), *last = json_array_get(list, json_array_size(list) - 1);
    const char *then = json_string_value(last ? last : json_object_get(env, "isa"));
    if (!then || !strcmp(then, now)) {
        json_decref(env);
        return HG_OK;
    }
    hg__say(t->l,
            "warning: the run began with the kernels %s and goes on with %s: it will not have the bits of one that "
            "never stopped (HOURGLASS_ISA=%s keeps them)",
            then, now, then);
    if (!json_is_array(list)) json_object_set_new(env, "resumed_isa", list = json_array());
    json_array_append_new(list, json_string(now));
    return write_document(t->run, "env.json", env, e);
}

hg_status hg__journal_epochs(hg__trainer *t, hg_error *e)
{
    json_t *config = NULL;
    hg_status s = read_document(t->run, "config.json", &config, e);
    if (s) return s;
    json_object_set_new(json_object_get(config, "values"), "epochs", json_integer((json_int_t)t->o.epochs));
    json_object_set_new(json_object_get(config, "sources"), "epochs", json_string("--resume"));
    return write_document(t->run, "config.json", config, e);
}
