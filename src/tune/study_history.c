/* study_history.c: the trials of a study, from its tables, a query each; a trial stands at the place of its number. */
#include "tune/study_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const states[] = {[HG__TRIAL_RUNNING] = "RUNNING",
                                     [HG__TRIAL_COMPLETE] = "COMPLETE",
                                     [HG__TRIAL_PRUNED] = "PRUNED",
                                     [HG__TRIAL_FAIL] = "FAIL",
                                     [HG__TRIAL_WAITING] = "WAITING"};
enum { STATES = sizeof states / sizeof *states, MOST_EPOCHS = 1000000, MOST_TRIALS = 10000000 };

const char *hg__study_state(hg__trial_state state) { return states[state]; }

static hg__trial_state state_of(const char *name)
{
    size_t i = 0;
    while (i < STATES && strcmp(name, states[i])) i++;
    return i < STATES ? (hg__trial_state)i : HG__TRIAL_FAIL;
}

void hg__study_forget(hg__study *s)
{
    hg__history *h = &s->history;
    for (size_t i = 0; i < h->n; i++) free(h->trial[i].by_epoch);
    free(h->trial);
    h->trial = NULL, h->n = 0;
}

/* The trial that the row's first column numbers, or NULL. */
static hg__trial *trial_of(hg__study *s, const hg__rows *r)
{
    int64_t number = hg__rows_whole(r, 0);
    return number >= 0 && (size_t)number < s->history.n ? &s->history.trial[number] : NULL;
}

static hg_status make_room(hg__study *s, hg_error *e)
{
    hg__history *h = &s->history;
    int64_t n = 0;
    hg__rows r = hg__rows_open(&s->d, "SELECT coalesce(max(number) + 1, 0) FROM trials WHERE study_id = ?", "i", s->id);
    if (hg__rows_next(&r)) n = hg__rows_whole(&r, 0);
    hg_status status = hg__rows_close(&r, e);
    if (!status && (n < 0 || n > MOST_TRIALS))
        status = hg__fail(e, HG_DATA, s->d.path, "numbers its trials up to %lld, which is no study", (long long)n);
    if (status) return status;
    h->trial = calloc((size_t)n + 1, sizeof *h->trial);
    if (!h->trial) return hg__fail_memory(e, s->d.path, (size_t)n * sizeof *h->trial);
    h->n = (size_t)n;
    for (size_t i = 0; i < h->n; i++) {
        hg__trial *t = &h->trial[i];
        t->number = i, t->state = HG__TRIAL_FAIL; /* what a gap in the numbers is */
        for (size_t k = 0; k < HG__MOST_DIMENSIONS; k++) t->point[k] = (double)NAN;
        for (size_t k = 0; k < HG__MOST_OBJECTIVES; k++) t->objective[k] = (double)NAN;
    }
    return HG_OK;
}

static hg_status load_states(hg__study *s, hg_error *e)
{
    hg__rows r = hg__rows_open(&s->d,
                               "SELECT number, state, 86400 * (julianday(datetime_complete) - "
                               "julianday(datetime_start)) FROM trials WHERE study_id = ? AND number IS NOT NULL",
                               "i", s->id);
    while (hg__rows_next(&r)) {
        hg__trial *t = trial_of(s, &r);
        if (!t) continue;
        t->state = state_of(hg__rows_text(&r, 1));
        t->seconds = hg__rows_null(&r, 2) ? 0 : hg__rows_real(&r, 2);
    }
    return hg__rows_close(&r, e);
}

static void take_parameter(hg__study *s, const hg__rows *r)
{
    hg__trial *t = trial_of(s, r);
    for (size_t i = 0; t && i < s->space.n; i++) {
        const hg__dimension *d = &s->space.dimension[i];
        if (!strcmp(d->name, hg__rows_text(r, 1)))
            t->point[i] = hg__study_value(d, hg__rows_real(r, 2), hg__rows_text(r, 3));
    }
}

static hg_status load_points(hg__study *s, hg_error *e)
{
    hg__rows r = hg__rows_open(&s->d,
                               "SELECT number, param_name, param_value, distribution_json FROM trial_params "
                               "JOIN trials USING (trial_id) WHERE study_id = ?",
                               "i", s->id);
    while (hg__rows_next(&r)) take_parameter(s, &r);
    return hg__rows_close(&r, e);
}

/* Optuna writes an infinite number as NULL and a word. */
static double number_of(const hg__rows *r, int column)
{
    const char *type = hg__rows_text(r, column + 1);
    if (!strcmp(type, "INF_POS")) return (double)INFINITY;
    if (!strcmp(type, "INF_NEG")) return (double)-INFINITY;
    return hg__rows_real(r, column);
}

static hg_status load_values(hg__study *s, hg_error *e)
{
    hg__rows r = hg__rows_open(&s->d,
                               "SELECT number, objective, value, value_type FROM trial_values "
                               "JOIN trials USING (trial_id) WHERE study_id = ?",
                               "i", s->id);
    while (hg__rows_next(&r)) {
        hg__trial *t = trial_of(s, &r);
        int64_t i = hg__rows_whole(&r, 1);
        if (t && i >= 0 && i < HG__MOST_OBJECTIVES) t->objective[i] = number_of(&r, 2);
    }
    return hg__rows_close(&r, e);
}

/* Room for each trial's epochs. */
static hg_status load_lengths(hg__study *s, hg_error *e)
{
    bool full = true;
    hg__rows r = hg__rows_open(&s->d,
                               "SELECT number, max(step) FROM trial_intermediate_values JOIN trials USING (trial_id) "
                               "WHERE study_id = ? AND step BETWEEN 1 AND ? GROUP BY number",
                               "ii", s->id, (int64_t)MOST_EPOCHS);
    while (full && hg__rows_next(&r)) {
        hg__trial *t = trial_of(s, &r);
        size_t n = (size_t)hg__rows_whole(&r, 1);
        if (!t) continue;
        full = (t->by_epoch = calloc(n, sizeof *t->by_epoch));
        t->epochs = full ? n : 0;
        for (size_t i = 0; i < t->epochs; i++) t->by_epoch[i] = (double)NAN;
    }
    hg_status status = hg__rows_close(&r, e);
    return status || full ? status : hg__fail_memory(e, s->d.path, MOST_EPOCHS * sizeof(double));
}

static hg_status load_epochs(hg__study *s, hg_error *e)
{
    hg_status status = load_lengths(s, e);
    if (status) return status;
    hg__rows r = hg__rows_open(&s->d,
                               "SELECT number, step, intermediate_value, intermediate_value_type FROM "
                               "trial_intermediate_values JOIN trials USING (trial_id) WHERE study_id = ?",
                               "i", s->id);
    while (hg__rows_next(&r)) {
        hg__trial *t = trial_of(s, &r);
        int64_t step = hg__rows_whole(&r, 1);
        if (t && step >= 1 && (size_t)step <= t->epochs) t->by_epoch[step - 1] = number_of(&r, 2);
    }
    return hg__rows_close(&r, e);
}

/* A run folder is named as seen from the study's own folder. */
static void place_run(const hg__study *s, const char *run, hg__trial *t)
{
    const char *slash = strrchr(s->d.path, '/');
    int length = slash && *run != '/' && *run ? (int)(slash - s->d.path) + 1 : 0;
    snprintf(t->run, sizeof t->run, "%.*s%s", length, s->d.path, run);
}

static hg_status load_attributes(hg__study *s, hg_error *e)
{
    hg__rows r = hg__rows_open(&s->d,
                               "SELECT number, \"key\", value_json FROM trial_user_attributes JOIN trials USING "
                               "(trial_id) WHERE study_id = ? AND \"key\" IN ('hourglass:run', 'hourglass:seconds', "
                               "'hourglass:failure')",
                               "i", s->id);
    while (hg__rows_next(&r)) {
        hg__trial *t = trial_of(s, &r);
        json_t *value = json_loads(hg__rows_text(&r, 2), JSON_DECODE_ANY, NULL);
        const char *key = hg__rows_text(&r, 1) + strlen("hourglass:"), *text = json_string_value(value);
        if (t && text && !strcmp(key, "run")) place_run(s, text, t);
        if (t && text && !strcmp(key, "failure")) snprintf(t->failure, sizeof t->failure, "%s", text);
        if (t && json_is_number(value) && !strcmp(key, "seconds")) t->seconds = json_number_value(value);
        json_decref(value);
    }
    return hg__rows_close(&r, e);
}

hg_status hg__study_load(hg__study *s, hg_error *e)
{
    hg__study_forget(s);
    hg_status status = make_room(s, e);
    if (!status) status = load_states(s, e);
    if (!status) status = load_points(s, e);
    if (!status) status = load_values(s, e);
    if (!status) status = load_epochs(s, e);
    if (!status) status = load_attributes(s, e);
    return status;
}
