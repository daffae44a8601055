/* findings_text.c: findings as tables for people and as a JSON document. See findings.h. */
#include "tune/findings.h"

#include "base/json.h"
#include "record/json_text.h"

#include <math.h>
#include <stdlib.h>

/* ---- JSON -------------------------------------------------------------------------------------- */

static void set(json_t *object, const char *name, json_t *value) { json_object_set_new(object, name, value); }

json_t *hg__findings_point_json(const hg__space *space, const double *point)
{
    json_t *object = json_object();
    char text[64];
    for (size_t k = 0; k < space->n; k++) {
        const hg__dimension *d = &space->dimension[k];
        if (isnan(point[k])) set(object, d->name, json_null());
        else if (d->kind == HG__DIMENSION_REAL) set(object, d->name, hg__json_number(hg__dimension_fit(d, point[k])));
        else if (d->kind == HG__DIMENSION_WHOLE)
            set(object, d->name, json_integer((json_int_t)hg__dimension_fit(d, point[k])));
        else set(object, d->name, hg__json_word(hg__dimension_text(d, point[k], text, sizeof text)));
    }
    return object;
}

static json_t *trial_json(const hg__findings *f, const hg__trial *trial)
{
    json_t *row =
        json_pack("{s:I, s:s}", "number", (json_int_t)trial->number, "state", hg__findings_state(trial->state));
    json_t *objectives = json_object();
    set(row, "value", hg__json_number(hg__findings_value(f->h, trial)));
    for (size_t k = 0; k < f->h->objectives; k++)
        set(objectives, hg__findings_name(f, k), hg__json_number(trial->objective[k]));
    set(row, "objectives", objectives);
    set(row, "point", hg__findings_point_json(f->h->space, trial->point));
    set(row, "epochs", json_integer((json_int_t)trial->epochs));
    set(row, "seconds", hg__json_number(trial->seconds));
    set(row, "run", *trial->run ? hg__json_word(trial->run) : json_null());
    if (*trial->failure) set(row, "failure", hg__json_word(trial->failure));
    return row;
}

static json_t *best_json(const hg__findings *f)
{
    if (f->best == HG__NO_TRIAL) return json_null();
    json_t *best = trial_json(f, &f->h->trial[f->best]);
    set(best, "sd", hg__json_number(f->best_sd));
    set(best, "command", f->command ? hg__json_word(f->command) : json_null());
    return best;
}

static json_t *list_json(const hg__findings *f, const size_t *place, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, trial_json(f, &f->h->trial[place[i]]));
    return list;
}

static json_t *importance_json(const hg__findings *f)
{
    const hg__importance *m = &f->importance;
    bool enough = m->trials >= HG__LEAST_TRIALS;
    json_t *document =
        json_pack("{s:s, s:I, s:b}", "method", "fANOVA", "trials", (json_int_t)m->trials, "enough", enough);
    json_t *shares = json_object();
    set(document, "epoch", m->epoch ? json_integer((json_int_t)m->epoch) : json_null());
    set(document, "r2", enough ? hg__json_number(m->r2) : json_null());
    for (size_t k = 0; enough && k < f->h->space->n; k++)
        set(shares, f->h->space->dimension[k].name, hg__json_number(m->share[k]));
    set(document, "shares", shares);
    return document;
}

json_t *hg__findings_json(const hg__findings *f, size_t top)
{
    json_t *document = json_object(), *objectives = json_array(), *trials = json_object();
    set(document, "study", f->path ? hg__json_word(f->path) : json_null());
    for (size_t k = 0; k < f->h->objectives; k++)
        json_array_append_new(objectives, json_pack("{s:o, s:s}", "name", hg__json_word(hg__findings_name(f, k)),
                                                    "direction", f->h->maximize[k] ? "maximize" : "minimize"));
    set(document, "objectives", objectives);
    for (size_t i = 0; i < HG__TRIAL_STATES; i++) {
        size_t n = f->count[i] - (i == HG__TRIAL_FAIL ? f->too_large : 0);
        set(trials, hg__findings_state((hg__trial_state)i), json_integer((json_int_t)n));
    }
    set(trials, "too_large", json_integer((json_int_t)f->too_large));
    set(trials, "all", json_integer((json_int_t)f->h->n));
    set(document, "trials", trials);
    set(document, "seconds", hg__json_number(f->seconds));
    set(document, "best", best_json(f));
    set(document, "top", list_json(f, f->order, top < f->h->n ? top : f->h->n));
    if (f->h->objectives > 1) set(document, "front", list_json(f, f->front, f->fronts));
    set(document, "importances", importance_json(f));
    return document;
}

/* ---- text -------------------------------------------------------------------------------------- */

static void add_counts(hg__text *t, const hg__findings *f)
{
    hg__text_add(t, "%zu trial%s%s", f->h->n, f->h->n == 1 ? "" : "s", f->h->n ? ": " : "");
    hg__findings_counts(t, f);
    hg__text_add(t, "; %.0f s of training\n", fmin(f->seconds, 1e12));
}

static void add_best(hg__text *t, const hg__findings *f)
{
    if (f->best == HG__NO_TRIAL) return;
    const hg__trial *best = &f->h->trial[f->best];
    hg__text_add(t, "best: trial %zu, %s %.5g", best->number, hg__findings_name(f, 0), best->objective[0]);
    if (isfinite(f->best_sd)) hg__text_add(t, " ± %.2g between seeds", f->best_sd);
    hg__text_add(t, "\n");
    if (f->command) hg__text_add(t, "\n%s\n", f->command);
}

static void add_value(hg__text *t, double value, int width)
{
    if (!isfinite(value)) hg__text_add(t, "  %*s", width, "-");
    else if (value == floor(value) && fabs(value) < 1e9) hg__text_add(t, "  %*.0f", width, value);
    else hg__text_add(t, "  %*.5g", width, value);
}

/* As wide as its name, and at least as a number. */
static int width_of(const hg__findings *f, size_t k)
{
    size_t n = 0;
    while (hg__findings_name(f, k)[n] && n < 40) n++;
    return n < 10 ? 10 : (int)n;
}

static void add_rows(hg__text *t, const hg__findings *f, const size_t *place, size_t n)
{
    hg__text_add(t, "%7s  %-8s", "trial", "state");
    for (size_t k = 0; k < f->h->objectives; k++) hg__text_add(t, "  %*.40s", width_of(f, k), hg__findings_name(f, k));
    hg__text_add(t, "  %6s  %9s  point\n", "epochs", "seconds");
    for (size_t i = 0; i < n; i++) {
        const hg__trial *trial = &f->h->trial[place[i]];
        hg__text_add(t, "%7zu  %-8s", trial->number, hg__findings_state(trial->state));
        add_value(t, hg__findings_value(f->h, trial), width_of(f, 0));
        for (size_t k = 1; k < f->h->objectives; k++) add_value(t, trial->objective[k], width_of(f, k));
        hg__text_add(t, "  %6zu  %9.1f  ", trial->epochs, isfinite(trial->seconds) ? fmin(trial->seconds, 1e12) : 0);
        hg__findings_point(t, f->h->space, trial->point);
        if (*trial->failure) hg__text_add(t, "  (%s)", trial->failure);
        hg__text_add(t, "\n");
    }
}

static void add_importances(hg__text *t, const hg__findings *f)
{
    const hg__importance *m = &f->importance;
    const hg__space *space = f->h->space;
    if (!space->n || !f->h->n) return;
    if (m->trials < HG__LEAST_TRIALS) {
        hg__text_add(t, "\nimportances: too few trials, %zu of %d\n", m->trials, HG__LEAST_TRIALS);
        return;
    }
    hg__text_add(t, "\nimportances: fANOVA, %zu trials", m->trials);
    if (m->epoch) hg__text_add(t, " after epoch %zu", m->epoch);
    hg__text_add(t, ", R2 of unseen ones %.2f\n", m->r2);
    bool written[HG__MOST_DIMENSIONS] = {false};
    for (size_t row = 0; row < space->n; row++) {
        size_t next = space->n;
        for (size_t k = 0; k < space->n; k++)
            if (!written[k] && (next == space->n || m->share[k] > m->share[next])) next = k;
        written[next] = true;
        hg__text_add(t, "%6.1f %%  %s\n", 100 * m->share[next], space->dimension[next].name);
    }
}

void hg__findings_text(hg__text *t, const hg__findings *f, size_t top)
{
    size_t n = top < f->h->n ? top : f->h->n;
    add_counts(t, f);
    add_best(t, f);
    if (n) hg__text_add(t, "\n"), add_rows(t, f, f->order, n);
    if (n && n < f->h->n) hg__text_add(t, "        and %zu more; --top N lists the N best\n", f->h->n - n);
    if (f->h->objectives > 1 && f->fronts) {
        hg__text_add(t, "\nPareto front: %zu trial%s\n", f->fronts, f->fronts == 1 ? "" : "s");
        add_rows(t, f, f->front, f->fronts);
    }
    add_importances(t, f);
}
