/* test_tune_schedulers.c: who may train on. Worlds of learning curves are trained under each scheduler by workers that
 * take turns, as the tuner's do, and the epochs spent, the rungs reached and the best found are counted. */
#include "base/random.h"
#include "tune/rungs.h"
#include "tune/scheduler.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- A world of learning curves --------------------------------------------------------------------------- */

enum { MOST = 400, EPOCHS = 128 };

typedef struct world {
    hg__space space;
    hg__history h;
    hg__trial trial[MOST];
    double curve[MOST][EPOCHS]; /* what each would give after every epoch */
    size_t spent;               /* epochs trained */
} world;

/* A trial's final loss is its quality in 0 … 1; it comes from 1 above, faster or slower, with a little noise. */
static world *world_open(uint64_t seed)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    for (size_t i = 0; i < MOST; i++) {
        hg__random r = hg__random_at(seed, HG__FOR_TEST, 0, i);
        double quality = hg__random_uniform(&r), pace = 1 + 3 * hg__random_uniform(&r);
        for (size_t e = 0; e < EPOCHS; e++)
            w->curve[i][e] = quality + exp(-(double)(e + 1) / pace) + 0.01 * hg__random_normal(&r);
    }
    w->h = (hg__history){.space = &w->space, .trial = w->trial, .objectives = 1};
    return w;
}

static hg__trial *add(world *w)
{
    hg__trial *t = &w->trial[w->h.n];
    *t = (hg__trial){.number = w->h.n, .by_epoch = w->curve[w->h.n], .objective[0] = (double)NAN};
    w->h.n++;
    return t;
}

/* What a worker holds: a trial and the epoch where it is judged next. */
typedef struct worker {
    size_t number, until;
} worker;

/* A worker without a trial takes what is promoted, else a new one. False: there is nothing to do. */
static bool take(world *w, const hg__scheduler *s, const hg__schedule_options *o, size_t trials, worker *k)
{
    k->number = s->promote ? s->promote(&w->h, o) : HG__NEW_TRIAL;
    if (k->number == HG__NEW_TRIAL && w->h.n == trials) return false;
    if (k->number == HG__NEW_TRIAL) k->number = add(w)->number;
    else assert_int_equal(w->trial[k->number].state, HG__TRIAL_PRUNED);
    w->trial[k->number].state = HG__TRIAL_RUNNING;
    k->until = s->rung(k->number, w->trial[k->number].epochs, o);
    return true;
}

/* One epoch; at a rung the trial is judged. */
static void train(world *w, const hg__scheduler *s, const hg__schedule_options *o, worker *k)
{
    hg__trial *t = &w->trial[k->number];
    t->epochs++, w->spent++;
    if (t->epochs < k->until) return;
    size_t number = k->number;
    if (t->epochs == o->most) {
        t->state = HG__TRIAL_COMPLETE, t->objective[0] = t->by_epoch[o->most - 1], k->number = HG__NEW_TRIAL;
    } else if (s->goes_on(&w->h, number, t->epochs, o)) {
        size_t next = s->rung(number, t->epochs, o);
        assert_true(next > t->epochs && next <= o->most);
        k->until = next;
    } else t->state = HG__TRIAL_PRUNED, k->number = HG__NEW_TRIAL;
}

/* Trains until nothing is left to do. */
static void run(world *w, const hg__scheduler *s, const hg__schedule_options *o, size_t trials, size_t workers)
{
    worker k[16];
    w->h.n = w->spent = 0;
    for (size_t i = 0; i < workers; i++) k[i].number = HG__NEW_TRIAL;
    for (bool busy = true; busy;) {
        busy = false;
        for (size_t i = 0; i < workers; i++) {
            if (k[i].number == HG__NEW_TRIAL && !take(w, s, o, trials, &k[i])) {
                k[i].number = HG__NEW_TRIAL;
                continue;
            }
            train(w, s, o, &k[i]);
            busy = true;
        }
    }
}

static size_t reached(const world *w, size_t epoch)
{
    size_t n = 0;
    for (size_t i = 0; i < w->h.n; i++) n += w->trial[i].epochs >= epoch ? 1 : 0;
    return n;
}

/* How many of all trials would have ended better than the best that was trained to the end. */
static size_t missed(const world *w, const hg__schedule_options *o)
{
    double best = (double)INFINITY;
    size_t n = 0;
    for (size_t i = 0; i < w->h.n; i++)
        if (w->trial[i].state == HG__TRIAL_COMPLETE) best = fmin(best, w->curve[i][o->most - 1]);
    for (size_t i = 0; i < w->h.n; i++) n += w->curve[i][o->most - 1] < best ? 1 : 0;
    return n;
}

static const hg__schedule_options o27 = {.least = 1, .most = 27, .factor = 3, .warm_up = 5};

/* ---- Losses ------------------------------------------------------------------------------------------------- */

static void a_loss_is_less_where_the_trial_is_better(void **state)
{
    (void)state;
    double curve[] = {3, (double)NAN, 1, 2};
    hg__trial t = {.by_epoch = curve, .epochs = 4};
    hg__history h = {.trial = &t, .n = 1, .objectives = 1};
    assert_true(hg__trial_loss(&h, &t, 1) == 3 && hg__trial_loss(&h, &t, 4) == 2);
    assert_true(isnan(hg__trial_loss(&h, &t, 0)) && isnan(hg__trial_loss(&h, &t, 2)) &&
                isnan(hg__trial_loss(&h, &t, 5)));
    assert_true(hg__trial_best_until(&h, &t, 2) == 3 && hg__trial_best_until(&h, &t, 4) == 1);
    assert_true(hg__trial_best_until(&h, &t, 9) == 1 && isnan(hg__trial_best_until(&h, &t, 0)));
    h.maximize[0] = true;
    assert_true(hg__trial_loss(&h, &t, 1) == -3 && hg__trial_best_until(&h, &t, 4) == -3);
}

static void rungs_grow_by_the_factor_up_to_the_end(void **state)
{
    (void)state;
    static const struct {
        hg__schedule_options o;
        size_t epoch, after, until;
    } rungs[] = {
        {{.least = 1, .most = 27, .factor = 3}, 0, 1, 0},
        {{.least = 1, .most = 27, .factor = 3}, 1, 3, 1},
        {{.least = 1, .most = 27, .factor = 3}, 2, 3, 1},
        {{.least = 1, .most = 27, .factor = 3}, 9, 27, 9},
        {{.least = 1, .most = 27, .factor = 3}, 26, 27, 9},
        {{.least = 1, .most = 27, .factor = 3}, 27, 27, 27},
        {{.least = 2, .most = 20, .factor = 4}, 2, 8, 2},
        {{.least = 2, .most = 20, .factor = 4}, 8, 20, 8},
        {{.least = 5, .most = 5, .factor = 2}, 0, 5, 0},
        {{.least = 9, .most = 5, .factor = 2}, 0, 5, 0},
        {{.least = 1, .most = SIZE_MAX, .factor = SIZE_MAX / 2}, SIZE_MAX / 2, SIZE_MAX, SIZE_MAX / 2},
    };
    for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++) {
        assert_int_equal(hg__rung_after(rungs[i].epoch, rungs[i].o.least, &rungs[i].o), rungs[i].after);
        assert_int_equal(hg__rung_until(rungs[i].epoch, rungs[i].o.least, &rungs[i].o), rungs[i].until);
    }
}

/* ---- All schedulers ------------------------------------------------------------------------------------------ */

static void schedulers_are_found_by_their_names(void **state)
{
    (void)state;
    assert_null(hg__scheduler_named("pbt"));
    for (size_t i = 0; i < hg__schedulers(); i++) {
        assert_ptr_equal(hg__scheduler_named(hg__scheduler_at(i)->name), hg__scheduler_at(i));
        assert_true(*hg__scheduler_at(i)->help);
    }
}

/* Also where there is one epoch only, or the first rung lies beyond the end. */
static void under_every_scheduler_a_study_ends(void **state)
{
    (void)state;
    static const hg__schedule_options options[] = {
        {.least = 1, .most = 1, .factor = 2},
        {.least = 5, .most = 3, .factor = 3},
        {.least = 1, .most = 20, .factor = 2, .warm_up = 3},
        {.least = 3, .most = 100, .factor = 4},
    };
    world *w = world_open(1);
    for (size_t i = 0; i < hg__schedulers(); i++)
        for (size_t k = 0; k < sizeof options / sizeof *options; k++)
            for (size_t workers = 1; workers <= 9; workers += 4) {
                run(w, hg__scheduler_at(i), &options[k], 70, workers);
                assert_int_equal(w->h.n, 70);
                assert_true(reached(w, options[k].most) > 0 && w->spent <= 70 * options[k].most);
                if (options[k].least >= options[k].most) assert_int_equal(reached(w, options[k].most), 70);
            }
    free(w);
}

static void none_trains_all_to_the_end(void **state)
{
    (void)state;
    world *w = world_open(2);
    run(w, &hg__scheduler_none, &o27, 81, 4);
    assert_int_equal(w->spent, 81 * 27);
    free(w);
}

/* The end of the best of 81 trials is not missed by much, at a part of what all would cost. Over ten worlds. */
static void a_good_trial_is_found_for_a_part_of_the_epochs(void **state)
{
    (void)state;
    static const struct {
        const hg__scheduler *s;
        double cost;  /* at most, as a part of all epochs */
        size_t worse; /* trials in ten worlds that would have been better, at most */
    } limits[] = {
        {&hg__scheduler_median, 0.7, 3},
        {&hg__scheduler_halving, 0.16, 20},
        {&hg__scheduler_asha, 0.22, 20},
        {&hg__scheduler_hyperband, 0.4, 40},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        size_t spent = 0, worse = 0;
        for (uint64_t seed = 1; seed <= 10; seed++) {
            world *w = world_open(seed);
            run(w, limits[i].s, &o27, 81, 4);
            spent += w->spent, worse += missed(w, &o27);
            free(w);
        }
        double cost = (double)spent / (10 * 81 * 27);
        print_message("# %s: %.3f of the epochs, %zu better ones missed\n", limits[i].s->name, cost, worse);
        if (cost > limits[i].cost || worse > limits[i].worse) fail_msg("%s: %g, %zu", limits[i].s->name, cost, worse);
    }
}

/* The same history gives the same answer, and to maximize is to minimize the negative. */
static void to_maximize_is_to_minimize_the_negative(void **state)
{
    (void)state;
    for (size_t i = 0; i < hg__schedulers(); i++) {
        world *a = world_open(3), *b = world_open(3);
        for (size_t k = 0; k < MOST; k++)
            for (size_t e = 0; e < EPOCHS; e++) b->curve[k][e] = -b->curve[k][e];
        b->h.maximize[0] = true;
        run(a, hg__scheduler_at(i), &o27, 81, 3);
        run(b, hg__scheduler_at(i), &o27, 81, 3);
        assert_int_equal(a->spent, b->spent);
        for (size_t k = 0; k < 81; k++) assert_int_equal(a->trial[k].epochs, b->trial[k].epochs);
        free(a);
        free(b);
    }
}

/* ---- Each --------------------------------------------------------------------------------------------------- */

static void median_stops_nobody_before_its_warm_up(void **state)
{
    (void)state;
    world *w = world_open(4);
    run(w, &hg__scheduler_median, &o27, 5, 1);
    assert_int_equal(w->spent, 5 * 27);
    w->h.n = 0;
    for (size_t i = 0; i < 6; i++) { /* five ended at 1 … 5, and one that stands at 2.5 or 3.5 after an epoch */
        hg__trial *t = add(w);
        t->state = i < 5 ? HG__TRIAL_COMPLETE : HG__TRIAL_RUNNING, t->epochs = 1, t->by_epoch[0] = (double)i + 1;
    }
    w->curve[5][0] = 2.5;
    assert_true(hg__scheduler_median.goes_on(&w->h, 5, 1, &o27));
    w->curve[5][0] = 3;
    assert_true(hg__scheduler_median.goes_on(&w->h, 5, 1, &o27));
    w->curve[5][0] = 3.5;
    assert_false(hg__scheduler_median.goes_on(&w->h, 5, 1, &o27));
    w->curve[5][0] = (double)NAN;
    assert_false(hg__scheduler_median.goes_on(&w->h, 5, 1, &o27));
    w->trial[4].state = HG__TRIAL_RUNNING; /* now four have finished */
    assert_true(hg__scheduler_median.goes_on(&w->h, 5, 1, &o27));
    free(w);
}

static void halving_promotes_exactly_the_best_third_of_each_full_rung(void **state)
{
    (void)state;
    world *w = world_open(5);
    for (size_t workers = 1; workers <= 9; workers += 4) {
        run(w, &hg__scheduler_halving, &o27, 81, workers); /* three brackets of 27 */
        assert_int_equal(reached(w, 1), 81);
        assert_int_equal(reached(w, 3), 27);
        assert_int_equal(reached(w, 9), 9);
        assert_int_equal(reached(w, 27), 3);
        assert_int_equal(w->spent, 3 * (27 + 9 * 2 + 3 * 6 + 18));
        for (size_t i = 0; i < 27; i++) /* nobody of a bracket that stayed was better than one who went on */
            for (size_t k = 0; k < 27; k++)
                if (w->trial[i].epochs >= 3 && w->trial[k].epochs < 3) assert_true(w->curve[i][0] < w->curve[k][0]);
        run(w, &hg__scheduler_halving, &o27, 80, workers); /* the last bracket does not fill */
        assert_int_equal(reached(w, 3), 18);
    }
    free(w);
}

/* One of a bracket of nine fails at once, one after its promotion; all but two fail. */
static void halving_does_not_wait_for_those_who_failed(void **state)
{
    (void)state;
    const hg__schedule_options o = {.least = 1, .most = 9, .factor = 3};
    world *w = world_open(6);
    w->h.n = 0;
    for (size_t i = 0; i < 9; i++) {
        hg__trial *t = add(w);
        t->state = HG__TRIAL_PRUNED, t->epochs = 1, t->by_epoch[0] = (double)i;
    }
    w->trial[8].state = HG__TRIAL_RUNNING, w->trial[8].epochs = 0;
    assert_int_equal(hg__scheduler_halving.promote(&w->h, &o), HG__NEW_TRIAL);
    w->trial[8].state = HG__TRIAL_FAIL;
    assert_int_equal(hg__scheduler_halving.promote(&w->h, &o), 0);
    for (size_t i = 0; i < 2; i++) w->trial[i].epochs = 3, w->trial[i].by_epoch[1] = w->trial[i].by_epoch[2] = 0;
    assert_int_equal(hg__scheduler_halving.promote(&w->h, &o), 2); /* the second rung is not full: 8 is not of it */
    w->trial[2].state = HG__TRIAL_FAIL, w->trial[2].epochs = 2;
    assert_int_equal(hg__scheduler_halving.promote(&w->h, &o), 0);
    for (size_t i = 1; i < 9; i++) w->trial[i].state = HG__TRIAL_FAIL, w->trial[i].epochs = 0;
    assert_int_equal(hg__scheduler_halving.promote(&w->h, &o), 0); /* one is left of nine */
    free(w);
}

/* Of each rung a third goes on, less what is rounded, more what was promoted before better ones came. */
static void asha_promotes_about_a_third_of_each_rung(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++)
        for (size_t workers = 1; workers <= 9; workers += 4) {
            world *w = world_open(seed);
            run(w, &hg__scheduler_asha, &o27, 243, workers);
            for (size_t rung = 1; rung < 27; rung *= 3) {
                size_t there = reached(w, rung), on = reached(w, 3 * rung);
                double spare = 2 * sqrt((double)there) + 1;
                if (on < there / 3 || (double)on > (double)there / 3 + spare)
                    fail_msg("seed %zu, %zu workers: %zu of %zu at %zu", (size_t)seed, workers, on, there, rung);
            }
            if (w->spent > 1800) fail_msg("%zu epochs of %d", w->spent, 243 * 27);
            free(w);
        }
}

static void asha_promotes_the_highest_rung_first_and_its_best(void **state)
{
    (void)state;
    world *w = world_open(7);
    for (size_t i = 0; i < 12; i++) {
        hg__trial *t = add(w);
        t->state = HG__TRIAL_PRUNED, t->epochs = i < 3 ? 3 : 1;
        for (size_t e = 0; e < t->epochs; e++) t->by_epoch[e] = 10 - (double)i;
    }
    assert_int_equal(hg__scheduler_asha.promote(&w->h, &o27), 2);
    w->trial[2].state = HG__TRIAL_RUNNING; /* promoted */
    assert_int_equal(hg__scheduler_asha.promote(&w->h, &o27), 11);
    w->curve[11][0] = (double)NAN; /* cannot be compared: never promoted */
    assert_int_equal(hg__scheduler_asha.promote(&w->h, &o27), 10);
    for (size_t i = 7; i < 11; i++) w->trial[i].state = HG__TRIAL_RUNNING; /* 4 of 12: a third */
    assert_int_equal(hg__scheduler_asha.promote(&w->h, &o27), HG__NEW_TRIAL);
    assert_true(hg__scheduler_asha.goes_on(&w->h, 7, 1, &o27));
    assert_false(hg__scheduler_asha.goes_on(&w->h, 6, 1, &o27));
    w->h.n = 2; /* of fewer than three nobody is */
    assert_int_equal(hg__scheduler_asha.promote(&w->h, &o27), HG__NEW_TRIAL);
    free(w);
}

/* Li et al. 2018, table 1, with 27 for 81: 27, 12, 6 and 4 trials begin at 1, 3, 9 and 27 epochs. */
static void hyperband_has_the_brackets_of_its_paper(void **state)
{
    (void)state;
    static const size_t end[] = {27, 39, 45, 49}, least[] = {1, 3, 9, 27};
    for (size_t number = 0; number < 2 * 49; number++) {
        size_t bracket = 0;
        while (number % 49 >= end[bracket]) bracket++;
        assert_int_equal(hg__scheduler_hyperband.rung(number, 0, &o27), least[bracket]);
    }
    world *w = world_open(8);
    run(w, &hg__scheduler_hyperband, &o27, 49, 1);
    for (size_t i = 45; i < 49; i++) assert_int_equal(w->trial[i].epochs, 27);
    for (size_t i = 27; i < 39; i++) assert_true(w->trial[i].epochs >= 3);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_is_less_where_the_trial_is_better),
        cmocka_unit_test(rungs_grow_by_the_factor_up_to_the_end),
        cmocka_unit_test(schedulers_are_found_by_their_names),
        cmocka_unit_test(under_every_scheduler_a_study_ends),
        cmocka_unit_test(none_trains_all_to_the_end),
        cmocka_unit_test(a_good_trial_is_found_for_a_part_of_the_epochs),
        cmocka_unit_test(to_maximize_is_to_minimize_the_negative),
        cmocka_unit_test(median_stops_nobody_before_its_warm_up),
        cmocka_unit_test(halving_promotes_exactly_the_best_third_of_each_full_rung),
        cmocka_unit_test(halving_does_not_wait_for_those_who_failed),
        cmocka_unit_test(asha_promotes_about_a_third_of_each_rung),
        cmocka_unit_test(asha_promotes_the_highest_rung_first_and_its_best),
        cmocka_unit_test(hyperband_has_the_brackets_of_its_paper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
