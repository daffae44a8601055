/* test_tune_samplers.c: every sampler keeps to its space and repeats itself; a grid is complete, a Sobol sequence even,
 * and what TPE has learned beats chance. */
#include "tune/rank.h"
#include "tune/sampler.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Studies without training ------------------------------------------------------------------------------- */

typedef struct study {
    hg__space space;
    hg__history h;
    size_t room;
} study;

typedef void problem(const double *point, double *objective);

static study *study_open(const char *text, size_t room, size_t objectives)
{
    study *s = calloc(1, sizeof *s);
    hg_error e = {0};
    assert_non_null(s);
    if (hg__space_open(&s->space, text, "t.hg", NULL, &e)) fail_msg("%s: %s", e.where, e.what);
    s->room = room;
    s->h = (hg__history){.space = &s->space, .trial = calloc(room, sizeof *s->h.trial), .objectives = objectives};
    assert_non_null(s->h.trial);
    return s;
}

static void study_close(study *s)
{
    free(s->h.trial);
    hg__space_close(&s->space);
    free(s);
}

/* A row for a new trial: running, without a point. */
static hg__trial *study_add(study *s)
{
    assert_true(s->h.n < s->room);
    hg__trial *t = &s->h.trial[s->h.n];
    *t = (hg__trial){.number = s->h.n++, .state = HG__TRIAL_RUNNING};
    for (size_t i = 0; i < HG__MOST_DIMENSIONS; i++) t->point[i] = (double)NAN;
    for (size_t i = 0; i < HG__MOST_OBJECTIVES; i++) t->objective[i] = (double)NAN;
    return t;
}

static void run(study *s, const hg__sampler *sampler, uint64_t seed, problem *p)
{
    s->h.n = 0;
    while (s->h.n < s->room) {
        hg__trial *t = study_add(s);
        assert_true(sampler->sample(&s->h, t->number, seed, t->point));
        p(t->point, t->objective);
        t->state = HG__TRIAL_COMPLETE;
    }
}

static double best_of(const study *s)
{
    double best = (double)INFINITY;
    for (size_t i = 0; i < s->h.n; i++) best = fmin(best, s->h.trial[i].objective[0]);
    return best;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The median over 20 seeds of the best of a study. */
static double median_best(study *s, const hg__sampler *sampler, problem *p)
{
    double best[20];
    for (size_t seed = 0; seed < 20; seed++) run(s, sampler, seed + 1, p), best[seed] = best_of(s);
    qsort(best, 20, sizeof *best, by_value);
    return (best[9] + best[10]) / 2;
}

/* ---- All samplers ------------------------------------------------------------------------------------------- */

static const char mixed[] = "a {-3.0..5.0} {1e-5..1e-1 log} {0..1 step 0.25}\n"
                            "b {-4..4} {1..512 log} {0..96 step 32} {one,two,three} {7..7}\n";

/* Least at lr = 1e-3, 64 units, "two". */
static void mixed_problem(const double *x, double *objective)
{
    double rate = log10(x[1]) + 3, units = log2(x[4]) - 6;
    objective[0] = 0.02 * (x[0] - 1) * (x[0] - 1) + rate * rate + 0.1 * units * units + (x[6] == 1 ? 0 : 0.5) +
                   fabs(x[2] - 0.5) + 0.05 * x[3] * x[3] + x[5] / 100;
}

static void no_sampler_leaves_the_space(void **state)
{
    (void)state;
    study *s = study_open(mixed, 200, 1);
    for (size_t k = 0; k < hg__samplers(); k++) {
        run(s, hg__sampler_at(k), 5, mixed_problem);
        for (size_t i = 0; i < s->h.n; i++)
            for (size_t d = 0; d < s->space.n; d++) {
                double value = s->h.trial[i].point[d];
                if (hg__dimension_fit(&s->space.dimension[d], value) != value)
                    fail_msg("%s: trial %zu: dimension %zu is %.17g", hg__sampler_at(k)->name, i, d, value);
            }
    }
    study_close(s);
}

static void a_sampler_repeats_itself_by_the_seed_and_no_other_seed_does(void **state)
{
    (void)state;
    study *a = study_open(mixed, 40, 1), *b = study_open(mixed, 40, 1);
    for (size_t k = 0; k < hg__samplers(); k++) {
        run(a, hg__sampler_at(k), 7, mixed_problem);
        run(b, hg__sampler_at(k), 7, mixed_problem);
        for (size_t i = 0; i < a->h.n; i++)
            assert_memory_equal(a->h.trial[i].point, b->h.trial[i].point, a->space.n * sizeof(double));
        run(b, hg__sampler_at(k), 8, mixed_problem);
        bool same = !memcmp(a->h.trial[20].point, b->h.trial[20].point, a->space.n * sizeof(double));
        assert_true(same == (hg__sampler_at(k) == &hg__sampler_grid));
    }
    study_close(a);
    study_close(b);
}

/* A worker that looks at a trial's own row, already in the history, draws the same as one that does not. */
static void a_trial_s_own_row_changes_nothing(void **state)
{
    (void)state;
    study *s = study_open(mixed, 41, 1);
    double before[HG__MOST_DIMENSIONS], after[HG__MOST_DIMENSIONS];
    for (size_t k = 0; k < hg__samplers(); k++) {
        s->room = 40;
        run(s, hg__sampler_at(k), 7, mixed_problem);
        s->room = 41;
        hg__sampler_at(k)->sample(&s->h, 40, 7, before);
        study_add(s);
        hg__sampler_at(k)->sample(&s->h, 40, 7, after);
        assert_memory_equal(before, after, s->space.n * sizeof *before);
    }
    study_close(s);
}

static void samplers_are_found_by_their_names(void **state)
{
    (void)state;
    assert_null(hg__sampler_named("cma"));
    for (size_t k = 0; k < hg__samplers(); k++) {
        const hg__sampler *s = hg__sampler_at(k);
        assert_ptr_equal(hg__sampler_named(s->name), s);
        assert_true(*s->help && *s->source);
    }
}

/* ---- Grid --------------------------------------------------------------------------------------------------- */

static void a_grid_visits_each_point_once_and_then_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t points;
    } grids[] = {
        {"a {2..5}\n", 4},
        {"a {0.5..1.5}\n", 5},
        {"a {1..100 log}\n", 5},
        {"a {1..4 log}\n", 4},
        {"a {1..6 log}\n", 4},
        {"a {1e-4..1 log}\n", 5},
        {"a {3.5..3.5}\n", 1},
        {"a {0..1 step 0.25}\n", 5},
        {"a {x,y,z} {8,9}\n", 6},
        {"a {1..3} {0.1..0.2} {p,q} {4..4}\n", 30},
        {"a\n", 1},
    };
    for (size_t g = 0; g < sizeof grids / sizeof *grids; g++) {
        study *s = study_open(grids[g].text, 64, 1);
        double end[HG__MOST_DIMENSIONS], lowest = (double)INFINITY, highest = -(double)INFINITY;
        for (size_t i = 0; i < grids[g].points; i++) {
            hg__trial *t = study_add(s);
            if (!hg__sampler_grid.sample(&s->h, i, 1, t->point)) fail_msg("%s ends at %zu", grids[g].text, i);
            lowest = fmin(lowest, t->point[0]), highest = fmax(highest, t->point[0]);
            for (size_t k = 0; k < i; k++)
                if (!memcmp(s->h.trial[k].point, t->point, s->space.n * sizeof(double)))
                    fail_msg("%s: point %zu is point %zu", grids[g].text, i, k);
        }
        if (hg__sampler_grid.sample(&s->h, grids[g].points, 1, end)) fail_msg("%s does not end", grids[g].text);
        if (s->space.n) assert_true(lowest == s->space.dimension[0].low && highest == s->space.dimension[0].high);
        study_close(s);
    }
}

/* ---- Sobol -------------------------------------------------------------------------------------------------- */

static void the_first_2_to_the_k_sobol_points_meet_every_interval_once(void **state)
{
    (void)state;
    char text[64 * 16] = "";
    for (size_t i = 0; i < 64; i++) strcat(text, "a {0..255}\n");
    study *s = study_open(text, 256, 1);
    assert_int_equal(s->space.n, 64);
    for (uint64_t seed = 1; seed <= 3; seed++)
        for (size_t i = 0; i < 256; i++) {
            hg__sampler_sobol.sample(&s->h, i, seed, s->h.trial[i].point);
            if (i & (i + 1)) continue; /* 1, 2, 4 … 256 points */
            for (size_t d = 0; d < 64; d++) {
                bool met[256] = {false};
                for (size_t k = 0; k <= i; k++) {
                    size_t interval = (size_t)s->h.trial[k].point[d] * (i + 1) / 256;
                    if (met[interval]) fail_msg("seed %zu, %zu points, dimension %zu", (size_t)seed, i + 1, d);
                    met[interval] = true;
                }
            }
        }
    study_close(s);
}

/* In the plane of the first two dimensions each elementary box of area 2^-8 has one of the first 256 points. */
static void the_first_two_sobol_dimensions_are_a_net(void **state)
{
    (void)state;
    study *s = study_open("a {0..255}\na {0..255}\n", 256, 1);
    for (size_t i = 0; i < 256; i++) hg__sampler_sobol.sample(&s->h, i, 9, s->h.trial[i].point);
    for (size_t k = 0; k <= 8; k++) {
        bool met[256] = {false};
        for (size_t i = 0; i < 256; i++) {
            size_t x = (size_t)s->h.trial[i].point[0] >> (8 - k), y = (size_t)s->h.trial[i].point[1] >> k;
            assert_false(met[x << (8 - k) | y]);
            met[x << (8 - k) | y] = true;
        }
    }
    study_close(s);
}

/* The mean of a smooth function over 256 points: that of Sobol points is nearer to the integral. */
static void sobol_points_are_more_even_than_random_ones(void **state)
{
    (void)state;
    study *s = study_open("a {0.0..1.0} {0.0..1.0} {0.0..1.0} {0.0..1.0} {0.0..1.0}\n", 256, 1);
    double error[2] = {0};
    for (uint64_t seed = 1; seed <= 20; seed++)
        for (size_t k = 0; k < 2; k++) {
            double sum = 0, x[5];
            for (size_t i = 0; i < 256; i++) {
                (k ? hg__sampler_random : hg__sampler_sobol).sample(&s->h, i, seed, x);
                double product = 1;
                for (size_t d = 0; d < 5; d++) product *= 1 + (x[d] - 0.5);
                sum += product;
            }
            error[k] += fabs(sum / 256 - 1) / 20;
        }
    if (!(error[0] < error[1] / 5)) fail_msg("sobol %g, random %g", error[0], error[1]);
    study_close(s);
}

/* ---- TPE ---------------------------------------------------------------------------------------------------- */

static void branin(const double *x, double *objective)
{
    double b = 5.1 / (4 * M_PI * M_PI), c = 5 / M_PI, t = 1 / (8 * M_PI);
    double q = x[1] - b * x[0] * x[0] + c * x[0] - 6;
    objective[0] = q * q + 10 * (1 - t) * cos(x[0]) + 10 - 0.397887;
}

static void quadratic(const double *x, double *objective)
{
    objective[0] = 0;
    for (size_t d = 0; d < 4; d++) objective[0] += (x[d] - 0.3) * (x[d] - 0.3);
}

static void negated_quadratic(const double *x, double *objective)
{
    quadratic(x, objective);
    objective[0] = -objective[0];
}

/* The medians over 20 seeds of the best of 60 trials: TPE's regret is at most `share` of that of random search. */
static void tpe_beats_random_search(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        problem *p;
        double share;
    } problems[] = {
        {"branin", "a {-5.0..10.0} {0.0..15.0}\n", branin, 0.3},
        {"quadratic", "a {-1.0..1.0} {-1.0..1.0} {-1.0..1.0} {-1.0..1.0}\n", quadratic, 0.3},
        {"mixed", mixed, mixed_problem, 0.5},
    };
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        study *s = study_open(problems[i].text, 60, 1);
        double by_tpe = median_best(s, &hg__sampler_tpe, problems[i].p);
        double by_chance = median_best(s, &hg__sampler_random, problems[i].p);
        print_message("# %s: tpe %.4f, random %.4f\n", problems[i].name, by_tpe, by_chance);
        if (!(by_tpe < problems[i].share * by_chance))
            fail_msg("%s: tpe %g, random %g", problems[i].name, by_tpe, by_chance);
        study_close(s);
    }
}

static void to_maximize_is_to_minimize_the_negative(void **state)
{
    (void)state;
    study *a = study_open("a {-1.0..1.0} {-1.0..1.0} {-1.0..1.0} {-1.0..1.0}\n", 40, 1);
    study *b = study_open("a {-1.0..1.0} {-1.0..1.0} {-1.0..1.0} {-1.0..1.0}\n", 40, 1);
    b->h.maximize[0] = true;
    run(a, &hg__sampler_tpe, 3, quadratic);
    run(b, &hg__sampler_tpe, 3, negated_quadratic);
    for (size_t i = 0; i < 40; i++) assert_memory_equal(a->h.trial[i].point, b->h.trial[i].point, 4 * sizeof(double));
    study_close(a);
    study_close(b);
}

static void small(const double *x, double *objective) { objective[0] = x[0] + x[1] - x[2]; }

/* 30 points of 32, and not one twice. */
static void tpe_draws_no_point_twice_while_others_are_left(void **state)
{
    (void)state;
    study *s = study_open("a {1..4} {0..1} {p,q,r,s}\n", 30, 1);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        run(s, &hg__sampler_tpe, seed, small);
        size_t twice = 0;
        for (size_t i = 0; i < s->h.n; i++)
            for (size_t k = 0; k < i; k++)
                twice += !memcmp(s->h.trial[i].point, s->h.trial[k].point, 3 * sizeof(double)) ? 1 : 0;
        if (twice) fail_msg("seed %zu: %zu", (size_t)seed, twice);
    }
    study_close(s);
}

/* Least where x is 0 and where it is 1: all between is a trade. Beyond, from 1 to 10, both grow. */
static void trade(const double *x, double *objective)
{
    objective[0] = x[0] * x[0] + x[1];
    objective[1] = (x[0] - 1) * (x[0] - 1) + x[1];
}

static void with_two_objectives_tpe_goes_where_they_trade(void **state)
{
    (void)state;
    study *s = study_open("a {-10.0..10.0} {0.0..5.0}\n", 100, 2);
    size_t there[2] = {0}, left = 0;
    for (size_t k = 0; k < 2; k++)
        for (uint64_t seed = 1; seed <= 5; seed++) {
            run(s, k ? &hg__sampler_random : &hg__sampler_tpe, seed, trade);
            for (size_t i = 50; i < 100; i++) {
                const double *x = s->h.trial[i].point;
                bool near = x[0] > -0.5 && x[0] < 1.5 && x[1] < 1;
                there[k] += near ? 1 : 0;
                left += near && !k && x[0] < 0.5 ? 1 : 0;
            }
        }
    if (there[0] < 10 * there[1] || there[0] < 60) fail_msg("%zu, by chance %zu", there[0], there[1]);
    if (left < there[0] / 5 || left > there[0] * 4 / 5) fail_msg("%zu of %zu on one side", left, there[0]);
    study_close(s);
}

static void line(const double *x, double *objective) { objective[0] = fabs(x[0] - 0.3); }

/* While nothing comes back, 30 workers draw 30 points that are as far apart as random ones are. */
static void workers_that_know_nothing_of_each_other_s_end_do_not_crowd(void **state)
{
    (void)state;
    study *s = study_open("a {0.0..1.0}\n", 60, 1);
    s->room = 30;
    run(s, &hg__sampler_tpe, 4, line);
    s->room = 60;
    while (s->h.n < 60) {
        hg__trial *t = study_add(s);
        hg__sampler_tpe.sample(&s->h, t->number, 4, t->point);
        for (size_t k = 30; k + 1 < s->h.n; k++) assert_true(fabs(s->h.trial[k].point[0] - t->point[0]) > 1e-5);
    }
    double low = 1, high = 0;
    for (size_t i = 30; i < 60; i++) low = fmin(low, s->h.trial[i].point[0]), high = fmax(high, s->h.trial[i].point[0]);
    if (high - low < 0.2) fail_msg("all between %g and %g", low, high);
    study_close(s);
}

/* ---- Ranks -------------------------------------------------------------------------------------------------- */

static hg__trial *add_trial(study *s, hg__trial_state state, double objective, size_t epochs, double *by_epoch)
{
    hg__trial *t = study_add(s);
    t->state = state, t->objective[0] = objective, t->epochs = epochs, t->by_epoch = by_epoch, t->point[0] = 0.5;
    return t;
}

static void the_best_are_complete_then_long_trained_then_good(void **state)
{
    (void)state;
    study *s = study_open("a {0.0..1.0}\n", 16, 1);
    double curve[] = {0.9, 0.1, 0.7, (double)NAN}, low[] = {0.01}, none[] = {(double)NAN};
    add_trial(s, HG__TRIAL_FAIL, (double)NAN, 0, NULL);          /* 0 */
    add_trial(s, HG__TRIAL_RUNNING, (double)NAN, 0, NULL);       /* 1: nothing known */
    add_trial(s, HG__TRIAL_PRUNED, (double)NAN, 1, low);         /* 2 */
    add_trial(s, HG__TRIAL_COMPLETE, 0.8, 4, curve);             /* 3 */
    add_trial(s, HG__TRIAL_PRUNED, (double)NAN, 3, curve);       /* 4 */
    add_trial(s, HG__TRIAL_COMPLETE, 0.2, 4, curve);             /* 5 */
    add_trial(s, HG__TRIAL_RUNNING, (double)NAN, 2, curve);      /* 6 */
    add_trial(s, HG__TRIAL_PRUNED, (double)NAN, 1, none);        /* 7: as good as failed */
    add_trial(s, HG__TRIAL_COMPLETE, (double)INFINITY, 1, none); /* 8: the same */
    add_trial(s, HG__TRIAL_RUNNING, (double)NAN, 0, NULL)->point[0] = (double)NAN;
    static const size_t order[] = {5, 3, 4, 6, 2, 0, 7, 8};
    assert_int_equal(hg__trials_told(&s->h, SIZE_MAX), 8);
    for (size_t most = 0; most <= 9; most++) {
        hg__ranking best = {0}, other = {0};
        assert_true(hg__rank(&s->h, SIZE_MAX, most, &best, &other));
        assert_int_equal(best.n, most < 8 ? most : 8);
        assert_int_equal(best.n + other.n, 9);
        for (size_t i = 0; i < best.n; i++) {
            bool among = false;
            for (size_t k = 0; k < best.n; k++) among |= order[k] == best.number[i];
            assert_true(among && (!i || best.number[i - 1] < best.number[i]));
        }
        hg__ranking_close(&best);
        hg__ranking_close(&other);
    }
    study_close(s);
}

static void of_several_objectives_the_best_are_a_front_s_most_alone(void **state)
{
    (void)state;
    static const double objective[][2] = {{1, 5}, {2, 4}, {2.1, 3.9}, {5, 1}, {3, 5}, {6, 6}};
    study *s = study_open("a {0.0..1.0}\n", 6, 2);
    for (size_t i = 0; i < 6; i++)
        add_trial(s, HG__TRIAL_COMPLETE, objective[i][0], 1, NULL)->objective[1] = objective[i][1];
    static const size_t wanted[][6] = {{0}, {0}, {0, 3}, {0, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3, 4}, {0, 1, 2, 3, 4, 5}};
    for (size_t most = 2; most <= 6; most++) {
        hg__ranking best = {0}, other = {0};
        assert_true(hg__rank(&s->h, SIZE_MAX, most, &best, &other));
        assert_int_equal(best.n, most);
        assert_memory_equal(best.number, wanted[most], most * sizeof *best.number);
        hg__ranking_close(&best);
        hg__ranking_close(&other);
    }
    assert_true(hg__trial_dominates(&s->h, &s->h.trial[1], &s->h.trial[4]));
    assert_false(hg__trial_dominates(&s->h, &s->h.trial[1], &s->h.trial[2]));
    assert_false(hg__trial_dominates(&s->h, &s->h.trial[1], &s->h.trial[1]));
    study_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_sampler_leaves_the_space),
        cmocka_unit_test(a_sampler_repeats_itself_by_the_seed_and_no_other_seed_does),
        cmocka_unit_test(a_trial_s_own_row_changes_nothing),
        cmocka_unit_test(samplers_are_found_by_their_names),
        cmocka_unit_test(a_grid_visits_each_point_once_and_then_ends),
        cmocka_unit_test(the_first_2_to_the_k_sobol_points_meet_every_interval_once),
        cmocka_unit_test(the_first_two_sobol_dimensions_are_a_net),
        cmocka_unit_test(sobol_points_are_more_even_than_random_ones),
        cmocka_unit_test(tpe_beats_random_search),
        cmocka_unit_test(to_maximize_is_to_minimize_the_negative),
        cmocka_unit_test(tpe_draws_no_point_twice_while_others_are_left),
        cmocka_unit_test(with_two_objectives_tpe_goes_where_they_trade),
        cmocka_unit_test(workers_that_know_nothing_of_each_other_s_end_do_not_crowd),
        cmocka_unit_test(the_best_are_complete_then_long_trained_then_good),
        cmocka_unit_test(of_several_objectives_the_best_are_a_front_s_most_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
