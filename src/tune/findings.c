/* findings.c: see findings.h. */
#include "tune/findings.h"

#include "tune/pareto.h"
#include "tune/tuner.h"

#include <math.h>
#include <stdlib.h>

double hg__findings_value(const hg__history *h, const hg__trial *t)
{
    if (t->state == HG__TRIAL_COMPLETE && isfinite(t->objective[0])) return t->objective[0];
    double loss = hg__trial_best_until(h, t, t->epochs);
    return h->maximize[0] ? -loss : loss;
}

const char *hg__findings_state(hg__trial_state state)
{
    static const char *const names[HG__TRIAL_STATES] = {[HG__TRIAL_RUNNING] = "running",
                                                        [HG__TRIAL_COMPLETE] = "complete",
                                                        [HG__TRIAL_PRUNED] = "pruned",
                                                        [HG__TRIAL_FAIL] = "failed",
                                                        [HG__TRIAL_WAITING] = "waiting"};
    return names[state];
}

const char *hg__findings_name(const hg__findings *f, size_t objective)
{
    return f->objective[objective] ? f->objective[objective] : "objective";
}

void hg__findings_counts(hg__text *t, const hg__findings *f)
{
    const struct {
        const char *name;
        size_t n;
    } rows[] = {{"complete", f->count[HG__TRIAL_COMPLETE]},
                {"pruned", f->count[HG__TRIAL_PRUNED]},
                {"failed", f->count[HG__TRIAL_FAIL] - f->too_large},
                {"too large", f->too_large},
                {"running", f->count[HG__TRIAL_RUNNING]},
                {"waiting", f->count[HG__TRIAL_WAITING]}};
    const char *between = "";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].n) continue;
        hg__text_add(t, "%s%zu %s", between, rows[i].n, rows[i].name);
        between = ", ";
    }
}

void hg__findings_point(hg__text *t, const hg__space *space, const double *point)
{
    char value[64];
    const char *between = "";
    for (size_t k = 0; k < space->n; k++) {
        const hg__dimension *d = &space->dimension[k];
        if (isnan(point[k])) continue;
        hg__text_add(t, "%s%s=%s", between, d->name, hg__dimension_text(d, point[k], value, sizeof value));
        between = " ";
    }
}

typedef struct rank {
    size_t at;
    int class; /* 0: complete, 1: another with a value, 2: without one */
    double loss;
} rank;

static int compare(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    if (x->class != y->class) return x->class - y->class;
    if (x->class < 2 && x->loss != y->loss) return x->loss < y->loss ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static hg_status order_trials(hg__findings *f, hg_error *e)
{
    const hg__history *h = f->h;
    rank *r = calloc(h->n + 1, sizeof *r);
    f->order = calloc(h->n + 1, sizeof *f->order);
    if (!r || !f->order) return free(r), hg__fail_memory(e, "trials", h->n * (sizeof *r + sizeof *f->order));
    for (size_t i = 0; i < h->n; i++) {
        const hg__trial *t = &h->trial[i];
        double value = hg__findings_value(h, t);
        bool complete = t->state == HG__TRIAL_COMPLETE && isfinite(t->objective[0]);
        r[i] = (rank){i, complete ? 0 : isfinite(value) ? 1 : 2, h->maximize[0] ? -value : value};
        if (r[i].class < 2) f->ranked++;
        f->count[t->state]++, f->too_large += hg__trial_is_too_large(t);
        if (t->seconds > 0 && t->seconds < 1e12) f->seconds += t->seconds;
    }
    qsort(r, h->n, sizeof *r, compare);
    for (size_t i = 0; i < h->n; i++) f->order[i] = r[i].at;
    f->best = hg__tuner_best(h);
    free(r);
    return HG_OK;
}

hg_status hg__findings_open(hg__findings *f, hg_error *e)
{
    hg_status s = order_trials(f, e);
    if (s) return s;
    f->front = calloc(f->h->n + 1, sizeof *f->front);
    if (!f->front) return hg__fail_memory(e, "trials", f->h->n * sizeof *f->front);
    s = hg__pareto_front(f->h, f->front, &f->fronts, e);
    if (!s) s = hg__importance_of(f->h, 0, 1, &f->importance, e);
    return s;
}

void hg__findings_close(hg__findings *f)
{
    free(f->order);
    free(f->front);
    f->order = f->front = NULL;
}
