/* scheduler_hyperband.c: how long is long enough to be judged? Hyperband asks all answers: bracket s begins at
 * least * factor^s epochs, the last one trains all of its trials to the end. There are so many trials of each that the
 * brackets cost about the same, by the trial's number, over and over; within a bracket nobody waits, as in asha. */
#include "tune/rungs.h"

/* Brackets: one for each rung below the end, and the one that stops nobody. */
static size_t brackets(const hg__schedule_options *o)
{
    size_t n = 1;
    for (size_t rung = hg__rung_after(0, o->least, o); rung < o->most; rung = hg__rung_after(rung, o->least, o)) n++;
    return n;
}

/* Trials of a bracket of n in one round: ceil(n / (s + 1) * factor^s), where s rungs of it lie below the end (Li et al.
 * 2018, algorithm 1). */
static size_t trials_of(size_t bracket, size_t n, size_t factor)
{
    size_t s = n - 1 - bracket, power = 1;
    for (size_t i = 0; i < s; i++) power *= factor;
    return (n * power + s) / (s + 1);
}

static size_t bracket_of(size_t number, const hg__schedule_options *o)
{
    size_t n = brackets(o), round = 0, bracket = 0;
    for (size_t i = 0; i < n; i++) round += trials_of(i, n, o->factor);
    number %= round;
    while (number >= trials_of(bracket, n, o->factor)) number -= trials_of(bracket++, n, o->factor);
    return bracket;
}

static size_t least_of(size_t bracket, const hg__schedule_options *o)
{
    size_t least = hg__rung_after(0, o->least, o);
    for (size_t i = 0; i < bracket; i++) least = hg__rung_after(least, o->least, o);
    return least;
}

static hg__bracket make(const hg__history *h, const hg__schedule_options *o, size_t which)
{
    return (hg__bracket){.h = h, .o = o, .least = least_of(which, o), .of = bracket_of, .which = which};
}

static size_t promote(const hg__history *h, const hg__schedule_options *o)
{
    for (size_t i = 0; i < brackets(o); i++) {
        const hg__bracket b = make(h, o, i);
        size_t number = hg__bracket_promote(&b);
        if (number != HG__NEW_TRIAL) return number;
    }
    return HG__NEW_TRIAL;
}

static size_t rung(size_t number, size_t epoch, const hg__schedule_options *o)
{
    return hg__rung_after(epoch, least_of(bracket_of(number, o), o), o);
}

static bool goes_on(const hg__history *h, size_t number, size_t epoch, const hg__schedule_options *o)
{
    const hg__bracket b = make(h, o, bracket_of(number, o));
    return hg__bracket_deserves(&b, number, epoch);
}

const hg__scheduler hg__scheduler_hyperband = {
    .name = "hyperband",
    .help = "brackets of asha that begin at different rungs",
    .source = "Li et al. 2018, Hyperband: a novel bandit-based approach to hyperparameter optimization",
    .promote = promote,
    .rung = rung,
    .goes_on = goes_on,
};
