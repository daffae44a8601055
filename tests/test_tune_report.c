/* test_tune_report.c: what came out of a study: the Pareto front, the importances, and the page that shows them. */
#include "tune/importance.h"
#include "tune/pareto.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tune_place.h"

static const hg__dimension unit = {.high = 1}, rate = {.low = 1e-5, .high = 1, .log = true};

/* ---- the front ---- */

static bool beats(const hg__history *h, const hg__trial *a, const hg__trial *b)
{
    bool better = false;
    for (size_t k = 0; k < h->objectives; k++) {
        double x = h->maximize[k] ? -a->objective[k] : a->objective[k];
        double y = h->maximize[k] ? -b->objective[k] : b->objective[k];
        if (x > y) return false;
        better |= x < y;
    }
    return better;
}

static bool can_be_on_front(const hg__history *h, const hg__trial *t)
{
    bool good = t->state == HG__TRIAL_COMPLETE;
    for (size_t k = 0; k < h->objectives; k++) good &= isfinite(t->objective[k]);
    return good;
}

static bool is_on_front(const hg__history *h, size_t at)
{
    if (!can_be_on_front(h, &h->trial[at])) return false;
    for (size_t i = 0; i < h->n; i++)
        if (can_be_on_front(h, &h->trial[i]) && beats(h, &h->trial[i], &h->trial[at])) return false;
    return true;
}

/* Values on a coarse grid, so that many are equal; some trials are not complete, or their value is no number. */
static void fill_objectives(tune_place *p)
{
    for (size_t i = 0; i < p->h.n; i++) {
        hg__trial *t = &p->h.trial[i];
        t->state = hg__random_below(&p->r, 10) ? HG__TRIAL_COMPLETE : HG__TRIAL_PRUNED;
        for (size_t k = 0; k < p->h.objectives; k++) t->objective[k] = (double)hg__random_below(&p->r, 24) / 8 - 1;
        if (!hg__random_below(&p->r, 15))
            t->objective[0] = hg__random_below(&p->r, 2) ? (double)NAN : -(double)INFINITY;
    }
}

static void the_front_is_what_no_trial_beats(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 60; round++) {
        tune_place p = {.r = hg__random_at(1, HG__FOR_TEST, 0, round)};
        size_t front[150], n = 0;
        tune_open(&p, round * 5 / 2, 0, 1 + round % 4);
        for (size_t k = 0; k < p.h.objectives; k++) p.h.maximize[k] = hg__random_below(&p.r, 2);
        fill_objectives(&p);
        assert_int_equal(hg__pareto_front(&p.h, front, &n, NULL), HG_OK);
        bool listed[150] = {false};
        for (size_t i = 0; i < n; i++) {
            listed[front[i]] = true;
            if (!i) continue;
            double before = hg__objective_loss(&p.h, &p.h.trial[front[i - 1]], 0);
            assert_true(before <= hg__objective_loss(&p.h, &p.h.trial[front[i]], 0));
        }
        for (size_t i = 0; i < p.h.n; i++) assert_int_equal(listed[i], is_on_front(&p.h, i));
        tune_close(&p);
    }
}

static void the_share_of_the_box_is_its_area(void **state)
{
    (void)state;
    static const double value[][2] = {
        {0, 4}, {1, 1}, {4, 0}, {3, 3}}; /* of the box 4 x 4 nine unit squares are beaten */
    tune_place p = {.r = hg__random_at(1, HG__FOR_TEST, 1, 0)};
    size_t front[4], n = 0;
    tune_open(&p, 4, 0, 2);
    for (size_t i = 0; i < 4; i++) {
        p.h.trial[i].state = HG__TRIAL_COMPLETE;
        memcpy(p.h.trial[i].objective, value[i], sizeof value[i]);
    }
    assert_int_equal(hg__pareto_front(&p.h, front, &n, NULL), HG_OK);
    assert_int_equal(n, 3);
    assert_true(fabs(hg__pareto_share(&p.h, front, n) - 9 / 16.) < 1e-12);
    assert_true(hg__pareto_share(&p.h, front, 0) == 0);
    tune_close(&p);
}

/* ---- importances ---- */

static void open_cube(tune_place *p, size_t trials, size_t dimensions)
{
    char name[64];
    for (size_t k = 0; k < dimensions; k++) {
        snprintf(name, sizeof name, "d%zu", k);
        tune_dimension(p, name, k % 2 ? rate : unit);
    }
    tune_open(p, trials, 8, 1);
}

static double sum_of(const hg__importance *m, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++) sum += m->share[k];
    return sum;
}

static double at(const tune_place *p, size_t trial, size_t k)
{
    return hg__dimension_to_unit(&p->space.dimension[k], p->h.trial[trial].point[k]);
}

static void the_dimension_that_matters_comes_first(void **state)
{
    (void)state;
    for (size_t which = 0; which < 5; which++) {
        tune_place p = {.r = hg__random_at(2, HG__FOR_TEST, 0, which)};
        hg__importance m, again;
        open_cube(&p, 60, 5);
        for (size_t i = 0; i < 60; i++)
            tune_train(&p.h.trial[i], .004 + pow(at(&p, i, which) - .4, 2) + .002 * hg__random_uniform(&p.r), 8, 8);
        assert_int_equal(hg__importance_of(&p.h, 0, 1, &m, NULL), HG_OK);
        for (size_t k = 0; k < 5; k++) assert_true(k == which ? m.share[k] > .6 : m.share[k] < .1);
        assert_true(sum_of(&m, 5) <= 1 && m.r2 > .6 && m.trials == 60 && !m.epoch);
        assert_int_equal(hg__importance_of(&p.h, 0, 1, &again, NULL), HG_OK);
        assert_memory_equal(&m, &again, sizeof m);
        tune_close(&p);
    }
}

/* Of 3 a + 4 b with a, b uniform the variances are as 9 : 16. */
static void shares_of_a_sum_are_those_of_its_terms(void **state)
{
    (void)state;
    tune_place p = {.r = hg__random_at(3, HG__FOR_TEST, 0, 0)};
    hg__importance m;
    open_cube(&p, 1000, 4);
    for (size_t i = 0; i < 1000; i++) tune_train(&p.h.trial[i], 20 + 3 * at(&p, i, 1) + 4 * at(&p, i, 2), 8, 8);
    assert_int_equal(hg__importance_of(&p.h, 0, 1, &m, NULL), HG_OK);
    assert_true(fabs(m.share[1] - .36) < .05 && fabs(m.share[2] - .64) < .05 && m.r2 > .97);
    tune_close(&p);
}

/* The product of two signs: alone neither tells anything. */
static void what_only_two_together_tell_is_no_ones_share(void **state)
{
    (void)state;
    tune_place p = {.r = hg__random_at(4, HG__FOR_TEST, 0, 0)};
    hg__importance m;
    open_cube(&p, 600, 2);
    for (size_t i = 0; i < 600; i++) tune_train(&p.h.trial[i], 1 + ((at(&p, i, 0) < .5) != (at(&p, i, 1) < .5)), 8, 8);
    assert_int_equal(hg__importance_of(&p.h, 0, 1, &m, NULL), HG_OK);
    assert_true(sum_of(&m, 2) < .2 && m.r2 > .8);
    tune_close(&p);
}

static void too_few_trials_and_equal_values_give_none(void **state)
{
    (void)state;
    for (size_t trials = 0; trials <= 30; trials += 10) {
        tune_place p = {.r = hg__random_at(5, HG__FOR_TEST, 0, trials)};
        hg__importance m;
        open_cube(&p, trials, 3);
        for (size_t i = 0; i < trials; i++) tune_train(&p.h.trial[i], trials < 30 ? (double)i : 7, 8, 8);
        for (size_t i = 11; i < 20 && i < trials && trials < 30; i++) p.h.trial[i].point[1] = (double)NAN;
        assert_int_equal(hg__importance_of(&p.h, 0, 1, &m, NULL), HG_OK);
        assert_int_equal(m.trials, trials < 20 ? trials : trials == 20 ? 11 : 30);
        assert_true(sum_of(&m, 3) == 0);
        tune_close(&p);
    }
}

/* Of 40 trials 4 are complete; 24 have reached epoch 3, but only 10 epoch 4. */
static void where_few_are_complete_an_epoch_that_many_reached_counts(void **state)
{
    (void)state;
    tune_place p = {.r = hg__random_at(6, HG__FOR_TEST, 0, 0)};
    hg__importance m;
    open_cube(&p, 40, 3);
    for (size_t i = 0; i < 40; i++)
        tune_train(&p.h.trial[i], .01 + at(&p, i, 2), i < 4 ? 8 : i < 10 ? 4 : i < 24 ? 3 : 1, 8);
    assert_int_equal(hg__importance_of(&p.h, 0, 1, &m, NULL), HG_OK);
    assert_int_equal(m.epoch, 3);
    assert_int_equal(m.trials, 24);
    assert_true(m.share[2] > .5);
    tune_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_front_is_what_no_trial_beats),
        cmocka_unit_test(the_share_of_the_box_is_its_area),
        cmocka_unit_test(the_dimension_that_matters_comes_first),
        cmocka_unit_test(shares_of_a_sum_are_those_of_its_terms),
        cmocka_unit_test(what_only_two_together_tell_is_no_ones_share),
        cmocka_unit_test(too_few_trials_and_equal_values_give_none),
        cmocka_unit_test(where_few_are_complete_an_epoch_that_many_reached_counts),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
