/* tune_rows.c: see tune_rows.h. */
#include "tune/tune_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_TRIALS = 50 };

#define AT(field) offsetof(hg__tune_options, field)
const hg__option hg__tune_rows[] = {
    {.name = "search",
     .type = HG__TEXT,
     .offset = AT(search),
     .value = "OPTION={…}…",
     .help = "options of training with holes, with blanks between: 'lr={1e-4..1e-2} batch={64,128}'"},
    {.name = "objective",
     .type = HG__TEXT,
     .offset = AT(objective),
     .fallback = "val_mse",
     .value = "NAME,…",
     .help = "what should be small: val_mse or val_loss, then code, parameters, bytes, milliseconds, seconds as well"},
    {.name = "trials",
     .type = HG__SIZE,
     .offset = AT(trials),
     .fallback = "0",
     .max = 1e6,
     .help = "points of the whole study, stopped ones included; 0: 50, or as many as --budget allows"},
    {.name = "budget",
     .type = HG__TEXT,
     .offset = AT(budget),
     .value = "TIME",
     .help = "time spent on the whole study: 90s, 30m, 2h"},
    {.name = "sampler",
     .type = HG__CHOICE,
     .offset = AT(sampler),
     .fallback = "tpe",
     .choices = "grid|random|sobol|tpe",
     .help = "how the next point is chosen"},
    {.name = "pruner",
     .type = HG__CHOICE,
     .offset = AT(pruner),
     .fallback = "asha",
     .choices = "none|median|halving|asha|hyperband",
     .help = "who is stopped early, and who goes on later"},
    {.name = "min-epochs",
     .type = HG__SIZE,
     .offset = AT(min_epochs),
     .fallback = "1",
     .min = 1,
     .max = 1e6,
     .help = "epochs before a trial is first judged"},
    {.name = "factor",
     .type = HG__SIZE,
     .offset = AT(factor),
     .fallback = "3",
     .min = 2,
     .max = 100,
     .help = "halving, asha, hyperband: one in so many goes on, and trains so many times as long"},
    {.name = "repeats",
     .type = HG__SIZE,
     .offset = AT(repeats),
     .fallback = "1",
     .min = 1,
     .max = 100,
     .help = "seeds with which each whole trial is trained, the data parted alike; the objective is their mean"},
    {.name = "max-parameters",
     .type = HG__SIZE,
     .offset = AT(max_parameters),
     .fallback = "0",
     .max = 1e12,
     .help = "no models with more weights; 0: any"},
    {.name = "max-mb",
     .type = HG__REAL,
     .offset = AT(max_mb),
     .fallback = "0",
     .max = 1e9,
     .help = "no models whose file is larger than so many MB; 0: any"},
    {0},
};
#undef AT

hg_status hg__duration_parse(double *seconds, const char *text, const char *where, hg_error *e)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    char *end = NULL;
    double value = strtod(text, &end);
    bool number = *text >= '0' && *text <= '9' && isfinite(value) && value > 0;
    for (size_t i = 0; number && i < sizeof units / sizeof *units; i++)
        if (!strcmp(end, units[i].unit)) return *seconds = value * units[i].seconds, HG_OK;
    return hg__fail(e, HG_USAGE, where, "\"%s\" is no time; write 90s, 30m or 2h", text);
}

size_t hg__tune_trials(const hg__tune_options *o)
{
    if (o->trials || (o->budget && *o->budget)) return o->trials;
    return DEFAULT_TRIALS;
}

hg_status hg__tune_check(const hg__tune_options *o, size_t epochs, hg_error *e)
{
    hg__study_options goal = {0};
    double seconds;
    hg_status s = hg__objectives_parse(&goal, o->objective, "--objective", e);
    if (!s && o->budget && *o->budget) s = hg__duration_parse(&seconds, o->budget, "--budget", e);
    if (!s && o->min_epochs > epochs)
        s = hg__fail(e, HG_USAGE, "--min-epochs", "%zu are more than the %zu of --epochs", o->min_epochs, epochs);
    return s;
}
