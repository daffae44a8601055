/* tune_study.c: see tune_study.h. Settings are a document in the study: {"model", "data", "data_sha256", "tune",
 * "train"}; whoever goes on reads it, and what he typed besides is only compared. */
#include "cli/tune_study.h"

#include "base/file.h"
#include "base/json.h"
#include "record/json_text.h"
#include "train/train_rows.h"

#include <hourglass/net.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_TEMPLATE = 1 << 20 };

/* ---- A new study ---- */

static hg_status open_data(hg__tune_study *s, hg__call *call, hg_error *e)
{
    hg_set_options o;
    hg_status status = hg__source_resolve(&o, s->spec, &s->v.source, HG_TRAIN, e);
    o.say = hg__console_line, o.say_ctx = &call->console;
    return status ? status : hg_set_open(&s->set, s->spec, &o, e);
}

/* JSON, as the study keeps it, has no other encoding. */
static hg_status check_encoding(const char *text, const char *model, hg_error *e)
{
    json_t *word = json_string(text);
    bool good = word != NULL;
    json_decref(word);
    return good ? HG_OK : hg__fail(e, HG_DATA, model, "is no UTF-8 text; save it in that encoding");
}

static hg_status read_template(char **text, const char *model, hg_error *e)
{
    size_t size = 0;
    const char *preset = hg_preset_text(model);
    if (preset) return (*text = strdup(preset)) ? HG_OK : hg__fail_memory(e, model, strlen(preset));
    hg_status s = hg__file_read(model, MOST_TEMPLATE, text, &size, e);
    if (!s && strlen(*text) != size) s = hg__fail(e, HG_DATA, model, "holds a zero byte, so it is no text");
    return s ? s : check_encoding(*text, model, e);
}

static hg_status open_space(hg__space *space, const char *model, const char *search, hg_error *e)
{
    char *text = NULL;
    hg_status s = read_template(&text, model, e);
    if (!s) s = hg__space_open(space, text, model, search, e);
    free(text);
    return s;
}

bool hg__tune_is_template(const char *model)
{
    hg__space space = {0};
    bool can_be_read_twice = hg__is_file(model); /* a pipe is empty afterwards */
    bool has_holes = can_be_read_twice && !open_space(&space, model, NULL, NULL) && space.n;
    hg__space_close(&space);
    return has_holes;
}

static hg_status need_words(const hg__call *call, const hg__tune_values *v, hg_error *e)
{
    if (!call->words)
        return hg__fail(e, HG_USAGE, "tune",
                        "name the data to train on, or a study to go on with: hourglass tune mnist --model "
                        "template.hg, hourglass tune --study study.db");
    if (!v->model || !*v->model)
        return hg__fail(e, HG_USAGE, "--model", "name the template to fill: a file with a graph, or a preset");
    return HG_OK;
}

static json_t *describe(const hg__tune_study *s)
{
    return json_pack("{so so ss so so}", "model", hg__json_word(s->v.model), "data",
                     hg__source_to_json(s->spec, &s->v.source, s->set), "data_sha256", s->set->sha256, "tune",
                     hg__rows_values(hg__tune_rows, &s->v.tune), "train", hg__train_values(&s->v.train));
}

/* 0 stands for the seed, which each repeat has its own of. */
static hg_status check_repeats(const hg__tune_study *s, hg_error *e)
{
    if (s->v.tune.repeats < 2 || s->v.train.seed || s->v.train.split_seed) return HG_OK;
    return hg__fail(e, HG_USAGE, "--seed", "with 0, --repeats would part the data anew each time; take 1 or more");
}

static hg_status check_new(const hg__tune_study *s, const hg__space *space, hg_error *e)
{
    hg_status status = hg__train_check(&s->v.train, e);
    if (!status) status = hg__tune_check(&s->v.tune, s->v.train.epochs, e);
    if (!status && s->v.train.val <= 0)
        status = hg__fail(e, HG_USAGE, "--val", "trials are judged on validation data; set some aside");
    if (!status) status = check_repeats(s, e);
    if (!status && !space->n)
        status = hg__fail(e, HG_USAGE, s->v.model,
                          "nothing is to be searched: write a hole such as {8..64} in the template, or "
                          "--search 'lr={1e-4..1e-2}'");
    return status;
}

static hg_status begin_study(hg__tune_study *s, hg__call *call, hg_error *e)
{
    hg__space space = {0};
    hg__study_options o = {0};
    char *text = NULL;
    hg_status status = need_words(call, &s->v, e);
    if (status) return status;
    s->spec = call->word[0];
    status = open_space(&space, s->v.model, s->v.tune.search, e);
    if (!status) status = check_new(s, &space, e);
    if (!status) status = hg__source_settle_test(s->spec, &s->v.source, &s->v.train.test, e);
    if (!status) status = open_data(s, call, e);
    if (status) goto done;
    json_t *settings = describe(s);
    o.settings = text = settings ? hg__json_text(settings, JSON_COMPACT) : NULL;
    json_decref(settings);
    status =
        text ? hg__objectives_parse(&o, s->v.tune.objective, "--objective", e) : hg__fail_memory(e, s->path, 1 << 14);
    if (!status) status = hg__study_open(&s->study, s->path, &space, &o, e);
done:
    hg__space_close(&space);
    free(text);
    return status;
}

/* ---- One that is there ---- */

static hg_status refuse(const hg__tune_study *s, const char *name, const char *typed, const char *own, hg_error *e)
{
    char where[96];
    snprintf(where, sizeof where, "--%s", name);
    return hg__fail(e, HG_USAGE, where,
                    "%s was begun with \"%.100s\", not \"%.100s\"; leave it out, or name another --study", s->path, own,
                    typed);
}

/* The typed options of one table against the study's. */
static hg_status compare_rows(const hg__tune_study *s, const hg__call *call, const hg__option *rows, size_t part,
                              hg_error *e)
{
    static const char *const free_ones[] = {"trials", "budget", "threads", "offline", "sample-every"};
    for (const hg__option *row = rows; row->name; row++) {
        char typed[256], own[256];
        bool is_free = false;
        for (size_t i = 0; i < sizeof free_ones / sizeof *free_ones; i++) is_free |= !strcmp(row->name, free_ones[i]);
        if (is_free || !hg__call_typed(call, row->name)) continue;
        hg__option_text(row, (const char *)call->values + part, typed, sizeof typed);
        hg__option_text(row, (const char *)&s->v + part, own, sizeof own);
        if (strcmp(typed, own)) return refuse(s, row->name, typed, own, e);
    }
    return HG_OK;
}

static hg_status compare_template(const hg__tune_study *s, const hg__call *call, hg_error *e)
{
    const hg__tune_values *typed = call->values;
    hg__space space = {0};
    if (!hg__call_typed(call, "model")) return HG_OK;
    hg_status status = open_space(&space, typed->model, s->v.tune.search, e);
    if (!status && strcmp(space.graph, hg__study_space(s->study)->graph))
        status = hg__fail(e, HG_USAGE, "--model", "%s was begun with another text than %s holds; name another --study",
                          s->path, typed->model);
    hg__space_close(&space);
    return status;
}

static hg_status compare_source(const hg__tune_study *s, const hg__call *call, hg_error *e)
{
    if (!call->words) return HG_OK;
    char *full = hg__source_is_builtin(call->word[0]) ? NULL : realpath(call->word[0], NULL);
    bool same = !strcmp(full ? full : call->word[0], s->spec);
    free(full);
    if (same) return HG_OK;
    return hg__fail(e, HG_USAGE, call->word[0], "%s is a study of %s; name that, or another --study", s->path, s->spec);
}

static hg_status read_settings(hg__tune_study *s, hg_error *e)
{
    char data[600];
    snprintf(data, sizeof data, "%s: settings", s->path);
    json_decref(s->settings);
    s->settings = NULL;
    hg_status status = hg__json_parse(&s->settings, hg__study_settings(s->study), data, e);
    if (status) return status;
    const char *model = json_string_value(json_object_get(s->settings, "model"));
    s->v.model = model ? model : "template";
    status = hg__rows_values_read(hg__tune_rows, &s->v.tune, json_object_get(s->settings, "tune"), data, e);
    if (!status) status = hg__train_values_read(&s->v.train, json_object_get(s->settings, "train"), data, e);
    if (!status) status = hg__source_from_json(&s->spec, &s->v.source, json_object_get(s->settings, "data"), data, e);
    return status;
}

/* More trials or time are kept, for the others and for the next call. */
static hg_status keep_changes(hg__tune_study *s, const hg__call *call, hg_error *e)
{
    static const char *const names[] = {"trials", "budget"};
    const hg__tune_values *typed = call->values;
    hg__tune_options changed = s->v.tune;
    if (!hg__call_typed(call, "trials") && !hg__call_typed(call, "budget")) return HG_OK;
    if (hg__call_typed(call, "trials")) changed.trials = typed->tune.trials;
    if (hg__call_typed(call, "budget")) changed.budget = typed->tune.budget;
    hg_status status = hg__tune_check(&changed, s->v.train.epochs, e);
    if (status) return status;
    json_t *values = json_object(), *all = hg__rows_values(hg__tune_rows, &changed);
    for (size_t i = 0; i < 2; i++)
        if (hg__call_typed(call, names[i])) json_object_set(values, names[i], json_object_get(all, names[i]));
    char *text = json_object_size(values) ? hg__json_text(values, JSON_COMPACT) : NULL;
    status = text ? hg__study_settle(s->study, "tune", text, e) : hg__fail_memory(e, s->path, 1 << 12);
    if (!status) status = read_settings(s, e);
    free(text);
    json_decref(values);
    json_decref(all);
    return status;
}

/* The set as it was: the same samples, by checksum. */
static hg_status open_same_data(hg__tune_study *s, hg__call *call, hg_error *e)
{
    const hg__tune_values *typed = call->values;
    const char *sha256 = json_string_value(json_object_get(s->settings, "data_sha256"));
    double low = s->v.source.low, high = s->v.source.high;
    s->v.source.offline = typed->source.offline;
    s->v.source.low = s->v.source.high = 0; /* the set has its own, the same as then */
    hg_status status = s->set ? HG_OK : open_data(s, call, e);
    s->v.source.low = low, s->v.source.high = high;
    if (!status && (!sha256 || strcmp(sha256, s->set->sha256)))
        status = hg__fail(e, HG_DATA, s->spec, "is not what %s was begun with (SHA-256 %.12s…); restore it", s->path,
                          sha256 ? sha256 : "?");
    return status;
}

static hg_status adopt(hg__tune_study *s, hg__call *call, hg_error *e)
{
    const hg__tune_values *typed = call->values;
    hg_status status = read_settings(s, e);
    if (!status) status = compare_source(s, call, e);
    if (!status) status = compare_rows(s, call, hg__tune_rows, offsetof(hg__tune_values, tune), e);
    if (!status) status = compare_rows(s, call, hg__train_rows, offsetof(hg__tune_values, train), e);
    if (!status) status = compare_rows(s, call, hg__source_rows, offsetof(hg__tune_values, source), e);
    if (!status) status = compare_template(s, call, e);
    if (!status) status = check_repeats(s, e);
    if (!status) status = keep_changes(s, call, e);
    if (!status) status = open_same_data(s, call, e);
    s->v.train.threads = typed->train.threads;
    if (status) return status;
    json_t *data = json_object_get(s->settings, "data");
    s->data = hg__json_text(data, JSON_COMPACT);
    return s->data ? HG_OK : hg__fail_memory(e, s->path, 1 << 12);
}

hg_status hg__tune_study_open(hg__tune_study *s, hg__call *call, hg_error *e)
{
    const hg__tune_values *typed = call->values;
    *s = (hg__tune_study){.v = *typed};
    if (!call->words && !hg__call_typed(call, "study")) return need_words(call, typed, e);
    if (strlen(typed->study) >= sizeof s->path - 64) return hg__fail(e, HG_USAGE, "--study", "is too long a path");
    snprintf(s->path, sizeof s->path, "%s", typed->study);
    if (!call->words && access(s->path, F_OK))
        return hg__fail(e, HG_IO, s->path, "is not there; name the data and the template to begin it");
    bool begins = call->words && hg__study_is_missing(s->path);
    hg_status status = begins ? begin_study(s, call, e) : hg__study_read(&s->study, s->path, NULL, e);
    return status ? status : adopt(s, call, e);
}

hg_status hg__tune_study_look(hg__tune_study *s, const char *path, hg_error *e)
{
    *s = (hg__tune_study){0};
    if (strlen(path) >= sizeof s->path - 64) return hg__fail(e, HG_USAGE, path, "is too long a path");
    snprintf(s->path, sizeof s->path, "%s", path);
    hg_status status = hg__study_read(&s->study, path, NULL, e);
    return status ? status : read_settings(s, e);
}

hg_status hg__tune_study_again(hg__tune_study *s, hg_error *e)
{
    s->study = NULL;
    return hg__study_read(&s->study, s->path, NULL, e);
}

void hg__tune_study_close(hg__tune_study *s)
{
    hg__study_close(&s->study);
    hg_set_close(&s->set);
    json_decref(s->settings);
    free(s->data);
    *s = (hg__tune_study){0};
}
