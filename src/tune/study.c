/* study.c: see study.h. Every call is one transaction, and tells failures before it has changed anything. */
#include "base/json.h"
#include "record/json_text.h"
#include "tune/study_file.h"
#include "tune/study_schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As Optuna writes times: local, with microseconds. */
#define NOW "strftime('%Y-%m-%d %H:%M:%f000', 'now', 'localtime')"

/* ---- Attributes: a JSON value under a name ---- */

/* The value of the study's attribute as a document; NULL: there is none. */
static hg_status read_attribute(hg__study *s, const char *key, json_t **value, hg_error *e)
{
    *value = NULL;
    hg__rows r = hg__rows_open(&s->d, "SELECT value_json FROM study_user_attributes WHERE study_id = ? AND \"key\" = ?",
                               "it", s->id, key);
    if (hg__rows_next(&r)) *value = json_loads(hg__rows_text(&r, 0), JSON_DECODE_ANY, NULL);
    return hg__rows_close(&r, e);
}

/* One table of attributes, whose first column is the id of what has them. */
#define PUT_INTO(table, id)                                                                                  \
    "INSERT INTO " table " (" id ", \"key\", value_json) VALUES (?, ?, ?) ON CONFLICT (" id ", \"key\") DO " \
    "UPDATE SET value_json = excluded.value_json"

/* sql: PUT_INTO …; id: of the study or the trial. Takes the value. */
static hg_status put(hg__study *s, const char *sql, int64_t id, const char *key, json_t *value, hg_error *e)
{
    char *text = value ? hg__json_text(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    hg_status status =
        text ? hg__database_do(&s->d, e, sql, "itt", id, key, text) : hg__fail_memory(e, s->d.path, 1 << 12);
    free(text);
    json_decref(value);
    return status;
}

/* Takes the value. */
static hg_status write_attribute(hg__study *s, const char *key, json_t *value, hg_error *e)
{
    return put(s, PUT_INTO("study_user_attributes", "study_id"), s->id, key, value, e);
}

/* Takes the value. */
static hg_status write_trial_attribute(hg__study *s, int64_t trial, const char *key, json_t *value, hg_error *e)
{
    return put(s, PUT_INTO("trial_user_attributes", "trial_id"), trial, key, value, e);
}

/* Whose trial it is; "": nobody's. */
static hg_status own(hg__study *s, int64_t trial, const char *worker, hg_error *e)
{
    return put(s, PUT_INTO("trial_system_attributes", "trial_id"), trial, "hourglass:worker", json_string(worker), e);
}

/* ---- Open ---- */

static hg_status find_study(hg__study *s, const char *name, hg_error *e)
{
    s->id = 0;
    hg__rows r = hg__rows_open(&s->d, "SELECT study_id FROM studies WHERE study_name = ?", "t", name);
    if (hg__rows_next(&r)) s->id = hg__rows_whole(&r, 0);
    return hg__rows_close(&r, e);
}

static hg_status make_study(hg__study *s, const char *name, const hg__study_options *o, hg_error *e)
{
    hg_status status = hg__database_do(&s->d, e, "INSERT INTO studies (study_name) VALUES (?)", "t", name);
    s->id = hg__database_row(&s->d);
    for (size_t i = 0; !status && i < o->objectives; i++)
        status =
            hg__database_do(&s->d, e, "INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, ?)",
                            "tii", o->maximize[i] ? "MAXIMIZE" : "MINIMIZE", s->id, (int64_t)i);
    return status;
}

static hg_status describe_study(hg__study *s, const hg__space *space, const hg__study_options *o, hg_error *e)
{
    json_t *objectives = json_array();
    for (size_t i = 0; i < o->objectives; i++) json_array_append_new(objectives, json_string(o->objective[i]));
    hg_status status = write_attribute(s, "hourglass:space", hg__study_space_json(space), e);
    if (!status) status = write_attribute(s, "hourglass:objectives", json_incref(objectives), e);
    json_decref(objectives);
    return status ? status : write_attribute(s, "hourglass:settings", json_loads(o->settings, 0, NULL), e);
}

static hg_status read_objectives(hg__study *s, const json_t *names, hg_error *e)
{
    size_t directions = 0;
    hg__rows r = hg__rows_open(&s->d, "SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective",
                               "i", s->id);
    for (; directions < HG__MOST_OBJECTIVES && hg__rows_next(&r); directions++) {
        const char *name = json_string_value(json_array_get(names, directions));
        snprintf(s->objective[directions], sizeof s->objective[directions], "%s", name ? name : "value");
        s->history.maximize[directions] = !strcmp(hg__rows_text(&r, 0), "MAXIMIZE");
    }
    s->objectives = s->history.objectives = directions;
    hg_status status = hg__rows_close(&r, e);
    if (status || (directions && directions == json_array_size(names))) return status;
    return hg__fail(e, HG_MODEL, s->d.path, "tells other objectives than Hourglass wrote; name another file");
}

/* All that Hourglass knows about the study that was found. */
static hg_status read_study(hg__study *s, const char *name, hg_error *e)
{
    json_t *space = NULL, *objectives = NULL, *settings = NULL;
    hg_status status = read_attribute(s, "hourglass:space", &space, e);
    if (!status) status = read_attribute(s, "hourglass:objectives", &objectives, e);
    if (!status) status = read_attribute(s, "hourglass:settings", &settings, e);
    if (!status && (!space || !objectives || !settings))
        status =
            hg__fail(e, HG_DATA, s->d.path, "its study \"%s\" was not begun by Hourglass; name another file", name);
    if (!status) status = hg__study_space_read(&s->space, space, s->d.path, e);
    if (!status) status = read_objectives(s, objectives, e);
    if (!status && !(s->settings = hg__json_text(settings, JSON_INDENT(2))))
        status = hg__fail_memory(e, s->d.path, 1 << 12);
    json_decref(space);
    json_decref(objectives);
    json_decref(settings);
    s->history.space = &s->space;
    return status;
}

static hg_status check_same(const hg__study *s, const hg__space *space, const hg__study_options *o, hg_error *e)
{
    if (!hg__space_equal(&s->space, space))
        return hg__fail(e, HG_MODEL, s->d.path,
                        "is a study of another search space; give the same template and --search, or another --study");
    bool same = s->objectives == o->objectives;
    for (size_t i = 0; same && i < o->objectives; i++)
        same = !strcmp(s->objective[i], o->objective[i]) && s->history.maximize[i] == o->maximize[i];
    if (same) return HG_OK;
    return hg__fail(e, HG_MODEL, s->d.path, "is a study of other objectives; give the same, or another --study");
}

static hg_status begin(hg__study **out, const char *path, bool make, hg_error *e)
{
    hg__study *s = *out = calloc(1, sizeof *s);
    if (!s) return hg__fail_memory(e, path, sizeof *s);
    if (strlen(path) >= sizeof s->d.path / 8) return hg__fail(e, HG_USAGE, path, "is too long a path for a study");
    hg__study_worker(s->worker, sizeof s->worker);
    return hg__database_open(&s->d, path, make, e);
}

hg_status hg__study_open(hg__study **out, const char *path, const hg__space *space, const hg__study_options *o,
                         hg_error *e)
{
    const char *name = o->name ? o->name : "hourglass";
    hg_status status = begin(out, path, true, e);
    hg__study *s = *out;
    if (status) goto done;
    status = hg__database_begin(&s->d, e);
    if (status) goto done;
    status = hg__study_schema(&s->d, true, e);
    if (!status) status = find_study(s, name, e);
    bool fresh = !status && !s->id;
    if (fresh) status = make_study(s, name, o, e);
    if (fresh && !status) status = describe_study(s, space, o, e);
    if (!status) status = read_study(s, name, e);
    status = hg__database_end(&s->d, status, e);
    if (!status && !fresh) status = check_same(s, space, o, e);
done:
    if (status) hg__study_close(out);
    return status;
}

bool hg__study_is_missing(const char *path)
{
    hg__database d;
    bool missing = false;
    if (access(path, F_OK)) return true;
    if (!hg__database_open(&d, path, false, NULL)) {
        hg__rows r = hg__rows_open(&d, "SELECT count(*) FROM sqlite_master", "");
        missing = hg__rows_next(&r) && !hg__rows_whole(&r, 0);
        hg__rows_close(&r, NULL);
    }
    hg__database_close(&d);
    return missing;
}

hg_status hg__study_read(hg__study **out, const char *path, const char *name, hg_error *e)
{
    if (!name) name = "hourglass";
    hg_status status = begin(out, path, false, e);
    hg__study *s = *out;
    if (!status) status = hg__study_schema(&s->d, false, e);
    if (!status) status = find_study(s, name, e);
    if (!status && !s->id) status = hg__fail(e, HG_DATA, path, "holds no study \"%s\"; name another file", name);
    if (!status) status = read_study(s, name, e);
    if (status) hg__study_close(out);
    return status;
}

void hg__study_close(hg__study **out)
{
    hg__study *s = *out;
    *out = NULL;
    if (!s) return;
    hg__study_forget(s);
    hg__space_close(&s->space);
    hg__database_close(&s->d);
    free(s->settings);
    free(s);
}

const char *hg__study_settings(const hg__study *s) { return s->settings; }
const hg__space *hg__study_space(const hg__study *s) { return &s->space; }
size_t hg__study_objectives(const hg__study *s) { return s->objectives; }
const char *hg__study_objective(const hg__study *s, size_t i) { return s->objective[i]; }

size_t hg__study_stem(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    return dot && dot > name ? (size_t)(dot - path) : strlen(path);
}

const char *hg__study_run(const hg__study *s, size_t number, const char *ending, char *out, size_t n)
{
    snprintf(out, n, "%.*s.runs/trial-%04zu%s", (int)hg__study_stem(s->d.path), s->d.path, number, ending);
    return out;
}

hg_status hg__study_history(hg__study *s, const hg__history **h, hg_error *e)
{
    *h = &s->history;
    hg_status status = hg__database_do(&s->d, e, "BEGIN", ""); /* all tables as they are at one moment */
    if (status) return status;
    return hg__database_end(&s->d, hg__study_load(s, e), e);
}

/* ---- Take ---- */

static hg_status beat(hg__study *s, int64_t trial, hg_error *e)
{
    return hg__database_do(&s->d, e,
                           "INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?, CURRENT_TIMESTAMP) "
                           "ON CONFLICT (trial_id) DO UPDATE SET heartbeat = excluded.heartbeat",
                           "i", trial);
}

/* A running trial whose worker is gone, and whether there are others at work. */
static hg_status find_free(hg__study *s, hg__taken *taken, hg_error *e)
{
    hg__rows r = hg__rows_open(
        &s->d,
        "SELECT number, value_json, 86400 * (julianday('now') - julianday(heartbeat)) FROM trials "
        "JOIN trial_system_attributes AS a ON a.trial_id = trials.trial_id AND a.\"key\" = 'hourglass:worker' "
        "LEFT JOIN trial_heartbeats AS b ON b.trial_id = trials.trial_id "
        "WHERE study_id = ? AND state = 'RUNNING' ORDER BY number",
        "i", s->id);
    while (taken->number == HG__NO_TRIAL && hg__rows_next(&r)) {
        json_t *worker = json_loads(hg__rows_text(&r, 1), JSON_DECODE_ANY, NULL);
        double silent = hg__rows_null(&r, 2) ? (double)INFINITY : hg__rows_real(&r, 2);
        const char *name = json_string_value(worker);
        if (hg__study_worker_gone(name ? name : "", silent)) taken->number = (size_t)hg__rows_whole(&r, 0);
        else taken->waits = true;
        json_decref(worker);
    }
    return hg__rows_close(&r, e);
}

static hg_status write_point(hg__study *s, int64_t trial, const double *point, hg_error *e)
{
    hg_status status = HG_OK;
    for (size_t i = 0; !status && i < s->space.n; i++) {
        const hg__dimension *d = &s->space.dimension[i];
        char *distribution = hg__study_distribution(d);
        status = distribution ? hg__database_do(&s->d, e,
                                                "INSERT INTO trial_params (trial_id, param_name, param_value, "
                                                "distribution_json) VALUES (?, ?, ?, ?)",
                                                "itdt", trial, d->name, point[i], distribution)
                              : hg__fail_memory(e, s->d.path, 256);
        free(distribution);
    }
    return status;
}

/* The run folder as seen from the study's own: "digits.runs/trial-0007". */
static hg_status note_run(hg__study *s, int64_t trial, size_t number, hg_error *e)
{
    char run[1024];
    const char *name = strrchr(hg__study_run(s, number, "", run, sizeof run), '/');
    while (name > run && name[-1] != '/') name--;
    return write_trial_attribute(s, trial, "hourglass:run", hg__json_word(name), e);
}

static hg_status begin_trial(hg__study *s, const hg__study_chooser *c, hg__taken *taken, hg_error *e)
{
    size_t number = s->history.n;
    bool drawn = c->draw(c->ctx, &s->history, number, taken->point);
    taken->number = drawn ? number : HG__NO_TRIAL;
    if (!drawn) return HG_OK;
    taken->fresh = true;
    hg_status status = hg__database_do(&s->d, e,
                                       "INSERT INTO trials (number, study_id, state, datetime_start) VALUES (?, ?, "
                                       "'RUNNING', " NOW ")",
                                       "ii", (int64_t)number, s->id);
    int64_t trial = hg__database_row(&s->d);
    if (!status) status = write_point(s, trial, taken->point, e);
    if (!status) status = note_run(s, trial, number, e);
    if (!status) status = own(s, trial, s->worker, e);
    return status ? status : beat(s, trial, e);
}

static hg_status trial_id(hg__study *s, size_t number, int64_t *trial, hg_error *e)
{
    *trial = 0;
    hg__rows r = hg__rows_open(&s->d, "SELECT trial_id FROM trials WHERE study_id = ? AND number = ?", "ii", s->id,
                               (int64_t)number);
    if (hg__rows_next(&r)) *trial = hg__rows_whole(&r, 0);
    hg_status status = hg__rows_close(&r, e);
    if (!status && !*trial) status = hg__fail(e, HG_DATA, s->d.path, "holds no trial %zu", number);
    return status;
}

static hg_status resume_trial(hg__study *s, hg__taken *taken, hg_error *e)
{
    int64_t trial = 0;
    hg_status status = trial_id(s, taken->number, &trial, e);
    memcpy(taken->point, s->history.trial[taken->number].point, sizeof taken->point);
    if (!status)
        status = hg__database_do(
            &s->d, e, "UPDATE trials SET state = 'RUNNING', datetime_complete = NULL WHERE trial_id = ?", "i", trial);
    if (!status) status = own(s, trial, s->worker, e);
    return status ? status : beat(s, trial, e);
}

hg_status hg__study_take(hg__study *s, const hg__study_chooser *c, hg__taken *taken, hg_error *e)
{
    *taken = (hg__taken){.number = HG__NO_TRIAL};
    hg_status status = hg__database_begin(&s->d, e);
    if (status) return status;
    status = hg__study_load(s, e);
    if (!status) status = find_free(s, taken, e);
    bool chosen = !status && taken->number == HG__NO_TRIAL;
    if (chosen) taken->number = c->choose(c->ctx, &s->history);
    bool none = taken->number == HG__NO_TRIAL, fresh = taken->number == HG__NEW_TRIAL;
    taken->promoted = chosen && !none && !fresh;
    if (!status && fresh) status = begin_trial(s, c, taken, e);
    else if (!status && !none && taken->number >= s->history.n)
        status = hg__fail(e, HG_FAILED, s->d.path, "there is no trial %zu to go on with", taken->number);
    else if (!status && !none) status = resume_trial(s, taken, e);
    return hg__database_end(&s->d, status, e);
}

/* ---- What a worker tells ---- */

/* Begins a transaction on a trial that this worker holds. */
static hg_status begin_own(hg__study *s, size_t number, int64_t *trial, hg_error *e)
{
    char worker[600] = "";
    hg_status status = hg__database_begin(&s->d, e);
    if (status) return status;
    hg__rows r = hg__rows_open(&s->d,
                               "SELECT trials.trial_id, json_extract(value_json, '$') FROM trials "
                               "JOIN trial_system_attributes AS a ON a.trial_id = trials.trial_id "
                               "AND a.\"key\" = 'hourglass:worker' "
                               "WHERE study_id = ? AND number = ? AND state = 'RUNNING'",
                               "ii", s->id, (int64_t)number);
    if (hg__rows_next(&r)) {
        *trial = hg__rows_whole(&r, 0);
        snprintf(worker, sizeof worker, "%s", hg__rows_text(&r, 1));
    }
    status = hg__rows_close(&r, e);
    if (!status && strcmp(worker, s->worker))
        status = hg__fail(e, HG_FAILED, s->d.path, "trial %zu was taken over by another process; this one lets it go",
                          number);
    return status ? hg__database_end(&s->d, status, e) : HG_OK;
}

/* Optuna's word for what kind of number a column holds. */
static const char *type_of(double value)
{
    if (isnan(value)) return "NAN";
    if (isinf(value)) return value > 0 ? "INF_POS" : "INF_NEG";
    return "FINITE";
}

hg_status hg__study_epoch(hg__study *s, size_t number, const hg__study_row *row, hg_error *e)
{
    int64_t trial = 0;
    hg_status status = begin_own(s, number, &trial, e);
    if (status) return status;
    status = hg__database_do(&s->d, e,
                             "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, "
                             "intermediate_value_type) VALUES (?, ?, ?, ?) ON CONFLICT (trial_id, step) DO UPDATE SET "
                             "intermediate_value = excluded.intermediate_value, "
                             "intermediate_value_type = excluded.intermediate_value_type",
                             "iidt", trial, (int64_t)row->epoch, row->value, type_of(row->value));
    if (!status) status = write_trial_attribute(s, trial, "hourglass:seconds", hg__json_number(row->seconds), e);
    if (!status) status = beat(s, trial, e);
    return hg__database_end(&s->d, status, e);
}

hg_status hg__study_beat(hg__study *s, size_t number, hg_error *e)
{
    int64_t trial = 0;
    hg_status status = begin_own(s, number, &trial, e);
    return status ? status : hg__database_end(&s->d, beat(s, trial, e), e);
}

hg_status hg__study_note(hg__study *s, size_t number, const char *name, double value, hg_error *e)
{
    int64_t trial = 0;
    char key[96];
    snprintf(key, sizeof key, "hourglass:%s", name);
    hg_status status = begin_own(s, number, &trial, e);
    if (status) return status;
    return hg__database_end(&s->d, write_trial_attribute(s, trial, key, hg__json_number(value), e), e);
}

hg_status hg__study_noted(hg__study *s, size_t number, const char *name, double *value, hg_error *e)
{
    char key[96];
    *value = (double)NAN;
    snprintf(key, sizeof key, "hourglass:%s", name);
    hg__rows r = hg__rows_open(&s->d,
                               "SELECT json_extract(value_json, '$') FROM trial_user_attributes JOIN trials USING "
                               "(trial_id) WHERE study_id = ? AND number = ? AND \"key\" = ?",
                               "iit", s->id, (int64_t)number, key);
    if (hg__rows_next(&r)) *value = hg__rows_real(&r, 0);
    return hg__rows_close(&r, e);
}

static hg_status write_verdict(hg__study *s, int64_t trial, const hg__study_verdict *v, hg_error *e)
{
    hg_status status =
        hg__database_do(&s->d, e, "UPDATE trials SET state = ?, datetime_complete = " NOW " WHERE trial_id = ?", "ti",
                        hg__study_state(v->state), trial);
    for (size_t i = 0; !status && v->objective && i < s->objectives; i++)
        status = hg__database_do(&s->d, e,
                                 "INSERT INTO trial_values (trial_id, objective, value, value_type) "
                                 "VALUES (?, ?, ?, ?) ON CONFLICT (trial_id, objective) DO UPDATE SET "
                                 "value = excluded.value, value_type = excluded.value_type",
                                 "iidt", trial, (int64_t)i, v->objective[i], type_of(v->objective[i]));
    if (!status && v->failure)
        status = write_trial_attribute(s, trial, "hourglass:failure", hg__json_word(v->failure), e);
    return status ? status : own(s, trial, "", e);
}

hg_status hg__study_tell(hg__study *s, size_t number, const hg__study_verdict *v, hg_error *e)
{
    int64_t trial = 0;
    hg_status status = begin_own(s, number, &trial, e);
    return status ? status : hg__database_end(&s->d, write_verdict(s, trial, v, e), e);
}

hg_status hg__study_release(hg__study *s, size_t number, hg_error *e)
{
    int64_t trial = 0;
    hg_status status = begin_own(s, number, &trial, e);
    return status ? status : hg__database_end(&s->d, own(s, trial, "", e), e);
}

/* Within a transaction, so that what another process changed meanwhile stays. */
static hg_status settle(hg__study *s, const char *part, json_t *changes, hg_error *e)
{
    json_t *settings = NULL;
    hg_status status = read_attribute(s, "hourglass:settings", &settings, e);
    char *text = NULL;
    if (!status && json_object_update(json_object_get(settings, part), changes))
        status = hg__fail(e, HG_DATA, s->d.path, "its settings hold no \"%s\" to change", part);
    if (!status && !(text = hg__json_text(settings, JSON_INDENT(2)))) status = hg__fail_memory(e, s->d.path, 1 << 12);
    if (!status) status = write_attribute(s, "hourglass:settings", json_incref(settings), e);
    if (!status) free(s->settings), s->settings = text, text = NULL;
    free(text);
    json_decref(settings);
    return status;
}

hg_status hg__study_settle(hg__study *s, const char *part, const char *values, hg_error *e)
{
    json_t *changes = NULL;
    hg_status status = hg__json_parse(&changes, values, "settings", e);
    if (status) return status;
    status = hg__database_begin(&s->d, e);
    if (!status) status = hg__database_end(&s->d, settle(s, part, changes, e), e);
    json_decref(changes);
    return status;
}

hg_status hg__study_spend(hg__study *s, double seconds, double *sum, hg_error *e)
{
    json_t *spent = NULL;
    hg_status status = hg__database_begin(&s->d, e);
    if (status) return status;
    status = read_attribute(s, "hourglass:spent", &spent, e);
    *sum = json_number_value(spent) + seconds;
    json_decref(spent);
    if (!status) status = write_attribute(s, "hourglass:spent", json_real(*sum), e);
    return hg__database_end(&s->d, status, e);
}
