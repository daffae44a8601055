/* test_tune_report.c: what came out of a study: the Pareto front, the importances, and the page that shows them. */
#include "tune/importance.h"
#include "tune/pareto.h"
#include "tune/tune_page.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "page_check.h"
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
            double before = hg__trial_objective(&p.h, &p.h.trial[front[i - 1]], 0);
            assert_true(before <= hg__trial_objective(&p.h, &p.h.trial[front[i]], 0));
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

/* ---- the page, the table, the document ---- */

static char *three[] = {"adam", "adamw", "rmsprop"};

/* Six dimensions of every kind, then more of them. */
static void open_space(tune_place *p, size_t dimensions)
{
    char name[64];
    tune_dimension(p, "lr", (hg__dimension){.low = 1e-5, .high = 3e-2, .log = true});
    tune_dimension(p, "optimizer", (hg__dimension){.kind = HG__DIMENSION_CHOICE, .choice = three, .choices = 3});
    tune_dimension(p, "dense 3", (hg__dimension){.kind = HG__DIMENSION_WHOLE, .low = 8, .high = 512, .log = true});
    tune_dimension(p, "depth", (hg__dimension){.kind = HG__DIMENSION_WHOLE, .low = 1, .high = 3});
    tune_dimension(p, "l2", (hg__dimension){.low = 0, .high = .1});
    tune_dimension(p, "fixed", (hg__dimension){.low = 4, .high = 4});
    for (size_t k = 6; k < dimensions; k++) {
        snprintf(name, sizeof name, "channels of convolution %zu of the decoder", k);
        tune_dimension(p, name, (hg__dimension){.kind = HG__DIMENSION_WHOLE, .low = 8, .high = 64, .step = 8});
    }
    p->space.n = dimensions;
}

/* As a pruner leaves it: the better a trial, the more epochs. Every 19th fails. */
static void run_study(tune_place *p, size_t epochs)
{
    for (size_t i = 0; i < p->h.n; i++) {
        hg__trial *t = &p->h.trial[i];
        double end = .003 * exp(pow(log10(t->point[0]) + 2.8, 2)) * (1 + .2 * hg__random_uniform(&p->r));
        tune_train(t, end, end < .006 ? epochs : 1 + epochs / 3, epochs);
        for (size_t k = 1; k < p->h.objectives; k++) t->objective[k] = (double)(8 + hg__random_below(&p->r, 57));
        if (i % 19 != 11) continue;
        t->state = HG__TRIAL_FAIL, t->epochs = 0, t->objective[0] = (double)NAN;
        snprintf(t->failure, sizeof t->failure, i % 2 ? "the loss became NaN at layer <conv 2>" : "too large: 9.00 MB");
    }
}

static hg__findings findings_of(const tune_place *p)
{
    hg__findings o = {
        .h = &p->h, .path = "digits.db", .objective = {"val_mse", "code", "bytes", "ms"}, .best_sd = .00012};
    assert_int_equal(hg__findings_open(&o, NULL), HG_OK);
    return o;
}

/* No number in it is without a value, but in the words of failures. */
static void check_numbers(const char *html)
{
    static const char *const wrong[] = {"nan\"", "nan ", ">nan", "-nan", "inf\"", "inf ", ">inf", "-inf"};
    const char *drawn = strstr(html, "<body>");
    assert_non_null(drawn);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (strstr(drawn, wrong[i])) fail_msg("the page has \"%s\": %.80s", wrong[i], strstr(drawn, wrong[i]) - 40);
}

/* Page, table and document of the findings, checked for what holds of every one; *page is the caller's. */
static void write_all(const hg__findings *o, hg__text *page)
{
    hg__text table = {0};
    hg__tune_page(page, o);
    assert_false(page->failed);
    assert_int_equal(strlen(page->at), page->size);
    check_page(page->at);
    check_numbers(page->at);
    hg__findings_text(&table, o, 10);
    assert_false(table.failed);
    assert_null(strstr(table.at, "nan"));
    json_t *document = hg__findings_json(o, 10);
    assert_int_equal(json_array_size(json_object_get(document, "objectives")), o->h->objectives);
    for (size_t k = 0; k < o->h->objectives; k++) {
        const json_t *objective = json_array_get(json_object_get(document, "objectives"), k);
        assert_string_equal(json_string_value(json_object_get(objective, "name")), o->objective[k]);
    }
    assert_int_equal(json_array_size(json_object_get(document, "top")), o->h->n < 10 ? o->h->n : 10);
    json_decref(document);
    hg__text_close(&table);
}

static void what_the_study_found_is_on_the_page(void **state)
{
    (void)state;
    static const char *const shown[] = {"Tuning conv.hg on mnist",
                                        "Best trial:",
                                        "val_mse by trial",
                                        "val_mse by epoch",
                                        "Pareto front",
                                        "What decided",
                                        "Parallel coordinates",
                                        "Slices",
                                        "Trials",
                                        "64 regression",
                                        "2 failed, 1 too large",
                                        "best so far",
                                        "± 0.00012",
                                        "hourglass train mnist --lr 0.1",
                                        "dense 3",
                                        "rmsprop",
                                        "layer &lt;conv 2&gt;",
                                        "asha",
                                        "logarithmic"};
    tune_place p = {.r = hg__random_at(8, HG__FOR_TEST, 0, 0)};
    hg__text page = {0};
    open_space(&p, 6);
    tune_open(&p, 60, 20, 2);
    run_study(&p, 20);
    hg__findings o = findings_of(&p);
    json_t *settings = json_pack("{s:{s:s}, s:s, s:{s:s, s:s}}", "data", "source", "mnist", "model", "conv.hg", "tune",
                                 "sampler", "tpe", "pruner", "asha");
    o.settings = settings, o.command = "hourglass train mnist --lr 0.1";
    write_all(&o, &page);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (!strstr(page.at, shown[i])) fail_msg("the page lacks \"%s\"", shown[i]);
    assert_true(page.size < 150000);
    for (size_t i = 1; i < o.ranked; i++) { /* complete ones first, each kind by value */
        const hg__trial *a = &p.h.trial[o.order[i - 1]], *b = &p.h.trial[o.order[i]];
        assert_true(a->state == b->state ? hg__findings_value(&p.h, a) <= hg__findings_value(&p.h, b)
                                         : a->state == HG__TRIAL_COMPLETE);
    }
    assert_int_equal(o.best, o.front[0]);
    json_decref(settings);
    hg__text_close(&page);
    hg__findings_close(&o);
    tune_close(&p);
}

/* Of any number of trials, of any fate. */
static void a_study_of_few_trials_has_a_page_too(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 4; n++)
        for (int fate = 0; fate < 5; fate++) {
            tune_place p = {.r = hg__random_at(9, HG__FOR_TEST, 0, n)};
            hg__text page = {0};
            open_space(&p, n % 2 ? 6 : 0);
            tune_open(&p, n, 5, 1 + n % 3);
            for (size_t i = 0; i < n; i++) {
                hg__trial *t = &p.h.trial[i];
                if (fate) tune_train(t, fate == 4 ? 0 : 1, fate < 2 ? 1 : 5, 5);
                for (size_t k = 1; k < 3 && fate; k++) t->objective[k] = 7;
                if (fate == 2) t->state = HG__TRIAL_FAIL, t->objective[0] = (double)NAN, t->epochs = 0;
                if (fate == 3 && i == 1) t->point[0] = t->objective[0] = (double)NAN, t->epochs = 0;
            }
            hg__findings o = findings_of(&p);
            write_all(&o, &page);
            assert_int_equal(strstr(page.at, "<h2>Best trial:") != NULL, fate > 2 && n > 0);
            hg__text_close(&page);
            hg__findings_close(&o);
            tune_close(&p);
        }
}

static void no_value_keeps_the_page_from_its_end(void **state)
{
    (void)state;
    static const double values[] = {NAN, INFINITY, -INFINITY, 1e308, -1e308, 5e-324, 0, -1, .1, 0.1 + 2e-17, 1e300, 1};
    enum { VALUES = sizeof values / sizeof *values };
    for (uint32_t round = 0; round < 40; round++) {
        tune_place p = {.r = hg__random_at(10, HG__FOR_TEST, 0, round)};
        hg__text page = {0};
        open_space(&p, 6);
        tune_open(&p, 30, 6, 1 + round % 3);
        size_t most = 2 + round % (VALUES - 1);
        for (size_t i = 0; i < p.h.n; i++) {
            hg__trial *t = &p.h.trial[i];
            tune_train(t, 1, 1 + hg__random_below(&p.r, 6), 6);
            for (size_t k = 0; k < t->epochs; k++) t->by_epoch[k] = values[hg__random_below(&p.r, most)];
            for (size_t k = 0; k < 3; k++) t->objective[k] = values[hg__random_below(&p.r, most)];
            t->state = (hg__trial_state)hg__random_below(&p.r, HG__TRIAL_STATES);
            t->seconds = values[hg__random_below(&p.r, most)];
            t->point[hg__random_below(&p.r, 6)] = values[hg__random_below(&p.r, most)];
            p.h.maximize[0] = round % 2;
        }
        hg__findings o = findings_of(&p);
        write_all(&o, &page);
        hg__text_close(&page);
        hg__findings_close(&o);
        tune_close(&p);
    }
}

static void a_page_of_2000_trials_can_be_mailed(void **state)
{
    (void)state;
    static const size_t dimensions[] = {6, HG__MOST_DIMENSIONS};
    for (size_t i = 0; i < 2; i++) {
        tune_place p = {.r = hg__random_at(11, HG__FOR_TEST, 0, i)};
        hg__text page = {0};
        open_space(&p, dimensions[i]);
        tune_open(&p, 2000, 200, 4);
        run_study(&p, 200);
        hg__findings o = findings_of(&p);
        write_all(&o, &page);
        assert_true(page.size < 1500000);
        hg__text_close(&page);
        hg__findings_close(&o);
        tune_close(&p);
    }
}

static void hostile_names_stay_text(void **state)
{
    (void)state;
    static char *hostile[] = {"<script>1</script>", "\" onload='2'", "</td></svg><script>3"};
    tune_place p = {.r = hg__random_at(12, HG__FOR_TEST, 0, 0)};
    hg__text page = {0};
    tune_dimension(&p, "<script>4</script>",
                   (hg__dimension){.kind = HG__DIMENSION_CHOICE, .choice = hostile, .choices = 3});
    tune_dimension(&p, "</title>\"'><script>5", (hg__dimension){.high = 1});
    tune_open(&p, 30, 3, 2);
    for (size_t i = 0; i < 30; i++) {
        tune_train(&p.h.trial[i], 1 + p.h.trial[i].point[1], 3, 3);
        p.h.trial[i].objective[1] = (double)i;
        snprintf(p.h.trial[i].run, sizeof p.h.trial[i].run, "</p><script>6");
        snprintf(p.h.trial[i].failure, sizeof p.h.trial[i].failure, "</small><script>7");
    }
    json_t *settings =
        json_pack("{s:{s:s}, s:{s:s, s:s}, s:s, s:s}", "data", "source", "<script>8", "tune", "sampler",
                  "</dd><script>9", "pruner", "</small><script>", "<script>", "a\n</pre><script>", "model", "'\"");
    hg__findings o = {.h = &p.h,
                      .path = "</p><script>.db",
                      .objective = {"</b><script>", "</title><script>"},
                      .settings = settings,
                      .command = "</pre><script>"};
    assert_int_equal(hg__findings_open(&o, NULL), HG_OK);
    write_all(&o, &page); /* which holds no <script and nests */
    assert_null(strstr(page.at, "onload='"));
    json_decref(settings);
    hg__text_close(&page);
    hg__findings_close(&o);
    tune_close(&p);
}

static void a_text_is_cut_between_letters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t letters;
        const char *cut;
    } rows[] = {{"", 3, ""},       {"abc", 3, "abc"},  {"abcd", 3, "ab…"},
                {"äöü", 3, "äöü"}, {"äöüß", 3, "äö…"}, {"…", 1, "…"}};
    char out[64], narrow[8];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(hg__text_cut(rows[i].text, rows[i].letters, out, sizeof out), rows[i].cut);
    assert_string_equal(hg__text_cut("abcdefghijk", 20, narrow, sizeof narrow), "abcd…");
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
        cmocka_unit_test(what_the_study_found_is_on_the_page),
        cmocka_unit_test(a_study_of_few_trials_has_a_page_too),
        cmocka_unit_test(no_value_keeps_the_page_from_its_end),
        cmocka_unit_test(a_page_of_2000_trials_can_be_mailed),
        cmocka_unit_test(hostile_names_stay_text),
        cmocka_unit_test(a_text_is_cut_between_letters),
        cmocka_unit_test(where_few_are_complete_an_epoch_that_many_reached_counts),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
