/* schedules.c: see schedules.h. To add one: a function and a row, and its name in the choices of
 * --schedule (a test compares the two). */
#include "train/schedules.h"

#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* From 1 at part 0 to `last` at part 1. */
static double half_cosine(double part, double last) { return last + (1 - last) * (1 + cos(pi * part)) / 2; }

/* Where `step` stands between `from` and `to`, 0 … 1; 0 in an interval without length: a fall has not begun there. */
static double part_of(double step, double from, double to)
{
    double part = to > from ? (step - from) / (to - from) : 0;
    return part < 0 ? 0 : part > 1 ? 1 : part;
}

/* Linear warm-up: the first step already moves, the step after the warm-up has the whole rate. */
static double warmth(const hg_train_options *o, const hg__moment *m)
{
    double rising = o->warmup * (double)m->steps;
    return (double)m->step + 1 < rising ? ((double)m->step + 1) / rising : 1;
}

static double last_step(const hg_train_options *o, const hg__moment *m) { return (double)(o->epochs * m->steps) - 1; }

static double constant(const hg_train_options *o, const hg__moment *m) { return warmth(o, m); }

static double step_down(const hg_train_options *o, const hg__moment *m)
{
    return warmth(o, m) * pow(o->step_factor, (double)(m->step / m->steps / o->step_epochs));
}

/* Loshchilov and Hutter 2016, equation 5, one period. */
static double cosine(const hg_train_options *o, const hg__moment *m)
{
    double part = part_of((double)m->step, o->warmup * (double)m->steps, last_step(o, m));
    return warmth(o, m) * half_cosine(part, o->lr_final);
}

/* Smith 2018: up from 1/25 to the whole rate, then down to far below where it began; both as half cosines.
 * Only the rate goes round: the momentum stays. */
static double onecycle(const hg_train_options *o, const hg__moment *m)
{
    const double first = 1.0 / 25, rise = 0.3;
    double end = last_step(o, m), last = o->lr_final > 0 ? o->lr_final : first * 1e-4;
    double top = o->warmup > 0 ? o->warmup * (double)m->steps - 1 : rise * (end + 1) - 1;
    top = top > 0 ? floor(top + 1e-9) : 0; /* a step, so that there is one at the top */
    if ((double)m->step < top) return half_cosine(1 - part_of((double)m->step, 0, top), first);
    return half_cosine(part_of((double)m->step, top, end), last);
}

static double plateau(const hg_train_options *o, const hg__moment *m) { return warmth(o, m) * m->cut; }

const hg__schedule hg__schedules[] = {
    {.name = "constant", .help = "one rate", .factor = constant},
    {.name = "step", .help = "times --step-factor every --step-epochs", .factor = step_down},
    {.name = "cosine", .help = "half a cosine down to --lr-final", .whole = true, .factor = cosine},
    {.name = "onecycle", .help = "up and down once (Smith 2018)", .whole = true, .factor = onecycle},
    {.name = "plateau", .help = "times --step-factor after --step-epochs without gain", .factor = plateau},
    {0},
};

const hg__schedule *hg__schedule_named(const char *name)
{
    for (const hg__schedule *s = hg__schedules; s->name; s++)
        if (!strcmp(s->name, name)) return s;
    return NULL;
}

double hg__rate(const hg_train_options *o, const hg__moment *m)
{
    return o->lr * hg__schedule_named(o->schedule)->factor(o, m);
}

void hg__plateau_epoch(hg__plateau *p, const hg_train_options *o, bool gained)
{
    p->waited = gained ? 0 : p->waited + 1;
    if (p->waited < o->step_epochs) return;
    p->cut *= o->step_factor;
    p->waited = 0;
}
