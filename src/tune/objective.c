/* objective.c: see objective.h. */
#include "tune/objective.h"

#include "base/clock.h"

#include <hourglass/net.h>
#include <hourglass/record.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define AT(field) offsetof(hg__measured, field)
const hg__objective hg__objectives[] = {
    {"val_mse", "mean squared error on the validation data", AT(val_mse)},
    {"val_loss", "the model's own loss on the validation data", AT(val_loss)},
    {"code", "length of the code", AT(code)},
    {"parameters", "weights of the model", AT(parameters)},
    {"bytes", "size of the model file", AT(bytes)},
    {"milliseconds", "time to encode and decode one sample on one thread", AT(milliseconds)},
    {"seconds", "time that training took", AT(seconds)},
    {0},
};
#undef AT
enum { OBJECTIVES = sizeof hg__objectives / sizeof *hg__objectives - 1, TOLD_BY_EPOCH = 2, CALLS = 9 };

const hg__objective *hg__objective_named(const char *name)
{
    for (const hg__objective *o = hg__objectives; o->name; o++)
        if (!strcmp(o->name, name)) return o;
    return NULL;
}

double hg__objective_of(const hg__objective *o, const hg__measured *m)
{
    return *(const double *)(const void *)((const char *)m + o->offset);
}

static hg_status unknown(const char *word, const char *where, hg_error *e)
{
    const char *names[OBJECTIVES];
    for (size_t i = 0; i < OBJECTIVES; i++) names[i] = hg__objectives[i].name;
    const char *near = hg__nearest(word, names, OBJECTIVES);
    return hg__fail(e, HG_USAGE, where,
                    "\"%s\" is no objective%s%s%s; there are val_mse, val_loss, code, parameters, bytes, milliseconds, "
                    "seconds",
                    word, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static hg_status check_objectives(const hg__study_options *o, const char *where, hg_error *e)
{
    size_t first = (size_t)(hg__objective_named(o->objective[0]) - hg__objectives);
    if (first >= TOLD_BY_EPOCH)
        return hg__fail(e, HG_USAGE, where,
                        "%s cannot be the first: trials are judged by it while they train; begin with val_mse or "
                        "val_loss",
                        o->objective[0]);
    for (size_t i = 0; i < o->objectives; i++)
        for (size_t k = 0; k < i; k++)
            if (o->objective[i] == o->objective[k])
                return hg__fail(e, HG_USAGE, where, "%s stands twice", o->objective[i]);
    return HG_OK;
}

hg_status hg__objectives_parse(hg__study_options *o, const char *text, const char *where, hg_error *e)
{
    o->objectives = 0;
    for (const char *at = text;; at++) {
        char word[64];
        size_t n = strcspn(at, ",");
        snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), at);
        const hg__objective *found = hg__objective_named(word);
        if (!found) return unknown(word, where, e);
        if (o->objectives == HG__MOST_OBJECTIVES)
            return hg__fail(e, HG_USAGE, where, "are more than %d", HG__MOST_OBJECTIVES);
        o->maximize[o->objectives] = false;
        o->objective[o->objectives++] = found->name;
        at += n;
        if (!*at) return check_objectives(o, where, e);
    }
}

/* ---- Measuring ---- */

static hg_status look_at_epochs(hg__measured *m, const char *path, hg_error *e)
{
    hg_run *run = NULL;
    hg_epoch *row = NULL;
    size_t n = 0;
    hg_status s = hg_run_open(&run, path, e);
    if (!s) s = hg_run_epochs(run, &row, &n, e);
    if (!s && !n) s = hg__fail(e, HG_DATA, path, "tells no epoch");
    for (size_t i = 0; !s && i < n; i++)
        if (row[i].best || !i) m->val_mse = row[i].val_mse, m->val_loss = row[i].val_loss;
    if (!s) m->seconds = row[n - 1].seconds;
    free(row);
    hg_run_close(&run);
    return s;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of a few calls, after one that warms the caches. */
static hg_status clock_model(hg__measured *m, hg_model *model, size_t size, hg_error *e)
{
    double took[CALLS];
    hg_plan *plan = NULL;
    float *values = calloc(2 * size, sizeof *values);
    hg_status s = values ? HG_OK : hg__fail_memory(e, "the clock", 2 * size * sizeof *values);
    if (!s) s = hg_plan_open(&plan, model, &(hg_plan_options){.batch = 1, .threads = 1}, e);
    if (!s) s = hg_forward(plan, "x", "y", 1, values, values + size);
    for (size_t i = 0; !s && i < CALLS; i++) {
        double began = hg__seconds();
        s = hg_forward(plan, "x", "y", 1, values, values + size);
        took[i] = 1e3 * (hg__seconds() - began);
    }
    hg_plan_close(&plan);
    free(values);
    if (s) return s;
    qsort(took, CALLS, sizeof *took, by_size);
    m->milliseconds = took[CALLS / 2];
    return HG_OK;
}

static hg_status look_at_model(hg__measured *m, const char *path, bool clock, hg_error *e)
{
    hg_model *model = NULL;
    hg_shape x = {0}, z = {0};
    struct stat file;
    hg_status s = hg_model_open(&model, path, e);
    if (s) return s;
    const hg_graph *g = hg_model_graph(model);
    hg_graph_shape(g, "x", &x), hg_graph_shape(g, "z", &z);
    m->code = (double)hg_shape_size(z), m->parameters = (double)hg_graph_parameters(g);
    if (stat(path, &file)) s = hg__fail_errno(e, path, "cannot be looked at");
    else m->bytes = (double)file.st_size;
    if (!s && clock) s = clock_model(m, model, hg_shape_size(x), e);
    hg_model_close(&model);
    return s;
}

hg_status hg__measure(hg__measured *m, const char *run, bool clock, hg_error *e)
{
    char path[1024];
    *m = (hg__measured){.milliseconds = (double)NAN};
    snprintf(path, sizeof path, "%s/model.safetensors", run);
    hg_status s = look_at_epochs(m, run, e);
    return s ? s : look_at_model(m, path, clock, e);
}
