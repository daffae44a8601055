/* test_train_parts.c: schedules against their closed forms, optimisers against steps computed by hand, options as
 * text and back, the update over pieces of the block. */
#include "train/schedules.h"
#include "train/train_rows.h"
#include "train/update.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Schedules ---- */

static double rate_at(const hg_train_options *o, size_t step)
{
    return hg__rate(o, &(hg__moment){.step = step, .steps = 10, .cut = 1});
}

static void assert_near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-12 * fmax(1, fabs(b)))) fail_msg("%.17g is not %.17g", a, b);
}

static void a_constant_rate_stays(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    o.lr = 0.5;
    for (size_t i = 0; i < 200; i++) assert_near(rate_at(&o, i), 0.5);
}

static void warm_up_rises_in_equal_steps_to_the_whole_rate(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    o.lr = 1, o.warmup = 0.5;
    for (size_t i = 0; i < 5; i++) assert_near(rate_at(&o, i), 0.2 * (double)(i + 1));
    assert_near(rate_at(&o, 5), 1);
}

static void a_step_schedule_cuts_every_so_many_epochs(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    o.lr = 1, o.schedule = "step", o.step_factor = 0.1, o.step_epochs = 2;
    assert_near(rate_at(&o, 19), 1);
    assert_near(rate_at(&o, 20), 0.1);
    assert_near(rate_at(&o, 59), 0.01);
}

static void a_cosine_ends_at_its_last_rate(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    o.lr = 2, o.schedule = "cosine", o.epochs = 3, o.warmup = 1, o.lr_final = 0.1;
    assert_near(rate_at(&o, 0), 0.2);
    assert_near(rate_at(&o, 10), 2);
    assert_near(rate_at(&o, 29), 0.2);
    double part = 5.0 / 19;
    assert_near(rate_at(&o, 15), 2 * (0.1 + 0.9 * (1 + cos(acos(-1) * part)) / 2));
}

/* Also when the warm-up fills the training, or all of it is one step: then the rate only rises, it is never 0. */
static void no_schedule_ever_trains_at_rate_0(void **state)
{
    (void)state;
    for (const hg__schedule *s = hg__schedules; s->name; s++)
        for (size_t epochs = 1; epochs <= 3; epochs++)
            for (size_t steps = 1; steps <= 3; steps++)
                for (size_t half = 0; half <= 2 * epochs; half++) {
                    hg_train_options o = hg_train_defaults();
                    double highest = 0;
                    o.lr = 1, o.schedule = s->name, o.epochs = epochs, o.warmup = (double)half / 2;
                    for (size_t i = 0; i < epochs * steps; i++)
                        highest = fmax(highest, hg__rate(&o, &(hg__moment){.step = i, .steps = steps, .cut = 1}));
                    if (!(highest > 0.49 && highest <= 1))
                        fail_msg("%s: %zu epochs of %zu steps, warm-up of %g: %g", s->name, epochs, steps, o.warmup,
                                 highest);
                    double last = hg__rate(&o, &(hg__moment){.step = epochs * steps - 1, .steps = steps, .cut = 1});
                    if (half == 2 * epochs) assert_near(last, 1);
                }
}

static void one_cycle_rises_from_a_25th_and_falls_to_almost_nothing(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    o.lr = 1, o.schedule = "onecycle", o.epochs = 10;
    assert_near(rate_at(&o, 0), 1.0 / 25);
    assert_near(rate_at(&o, 29), 1); /* 30 % of 100 steps */
    assert_near(rate_at(&o, 99), 1e-4 / 25);
    for (size_t i = 1; i < 100; i++)
        assert_true(i <= 29 ? rate_at(&o, i) > rate_at(&o, i - 1) : rate_at(&o, i) < rate_at(&o, i - 1));
}

static void a_plateau_cuts_after_epochs_without_gain_only(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    hg__plateau p = {.cut = 1};
    o.step_factor = 0.5, o.step_epochs = 2;
    static const bool gain[] = {true, false, true, false, false, false, false};
    static const double cut[] = {1, 1, 1, 1, 0.5, 0.5, 0.25};
    for (size_t i = 0; i < sizeof gain / sizeof *gain; i++) {
        hg__plateau_epoch(&p, &o, gain[i]);
        assert_near(p.cut, cut[i]);
    }
    o.schedule = "plateau", o.lr = 8;
    assert_near(hg__rate(&o, &(hg__moment){.step = 3, .steps = 10, .cut = 0.25}), 2);
}

/* ---- Tables ---- */

static void assert_choices(const char *option, const char *const *names)
{
    char joined[256] = "";
    for (size_t used = 0; *names; names++)
        used += (size_t)snprintf(joined + used, sizeof joined - used, "%s%s", used ? "|" : "", *names);
    assert_string_equal(joined, hg__option_find(hg__train_rows, option)->choices);
}

static void every_listed_optimizer_and_schedule_can_be_chosen(void **state)
{
    (void)state;
    const char *names[16] = {0};
    for (size_t i = 0; hg__optimizers[i].name; i++) names[i] = hg__optimizers[i].name;
    assert_choices("optimizer", names);
    memset(names, 0, sizeof names);
    for (size_t i = 0; hg__schedules[i].name; i++) names[i] = hg__schedules[i].name;
    assert_choices("schedule", names);
}

static void options_come_back_from_json_unchanged(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults(), back;
    o.lr = 0.1 + 0.2, o.seed = UINT64_MAX, o.noise = "gaussian:0.3", o.nesterov = true;
    json_t *values = hg__train_values(&o);
    assert_non_null(values);
    assert_int_equal(hg__train_values_read(&back, values, "test", NULL), HG_OK);
    assert_true(back.lr == o.lr && back.seed == o.seed && back.nesterov && back.patience == o.patience);
    assert_string_equal(back.noise, "gaussian:0.3");
    assert_string_equal(back.schedule, "constant");
    assert_null(back.augment);
    json_decref(values);
}

/* As in a file from before there was such an option. */
static void an_option_that_json_lacks_stands_at_its_default(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults(), back;
    o.lr = 7, o.seed = 8;
    json_t *values = hg__train_values(&o);
    json_object_del(values, "lr");
    assert_int_equal(hg__train_values_read(&back, values, "test", NULL), HG_OK);
    assert_true(back.lr == hg_train_defaults().lr && back.seed == 8);
    json_decref(values);
}

static void json_with_an_option_that_is_wrong_or_unknown_is_refused(void **state)
{
    (void)state;
    hg_error e;
    hg_train_options o = hg_train_defaults(), back = o;
    json_t *values = hg__train_values(&o);
    json_object_set_new(values, "lr", json_string("fast"));
    assert_int_equal(hg__train_values_read(&back, values, "RUN/checkpoint", &e), HG_MODEL);
    assert_non_null(strstr(e.where, "RUN/checkpoint: lr"));
    json_object_del(values, "lr");
    json_object_set_new(values, "momentous", json_true());
    assert_int_equal(hg__train_values_read(&back, values, "RUN/checkpoint", &e), HG_MODEL);
    assert_non_null(strstr(e.where, "RUN/checkpoint: momentous"));
    json_decref(values);
    assert_int_equal(hg__train_values_read(&back, NULL, "RUN/checkpoint", &e), HG_MODEL);
    assert_non_null(strstr(e.what, "holds no options"));
}

static void options_out_of_range_are_refused_by_name(void **state)
{
    (void)state;
    hg_error e;
    hg_train_options o = hg_train_defaults();
    assert_int_equal(hg__train_check(&o, &e), HG_OK);
    o.batch = 0;
    assert_int_equal(hg__train_check(&o, &e), HG_USAGE);
    assert_string_equal(e.where, "--batch");
    o = hg_train_defaults();
    o.warmup = 20.5;
    assert_int_equal(hg__train_check(&o, &e), HG_USAGE);
    assert_string_equal(e.where, "--warmup");
    o = hg_train_defaults();
    o.optimizer = "adamm";
    assert_int_equal(hg__train_check(&o, &e), HG_USAGE);
    assert_non_null(strstr(e.what, "did you mean adam"));
}

/* ---- Optimisers ---- */

/* Three steps with the same gradient on one weight, by every kernel set that runs here. */
static void assert_steps(const hg_train_options *o, double decay, const double expected[3])
{
    const hg__optimizer *optimizer = hg__optimizer_named(o->optimizer);
    for (size_t k = 0; k < hg__kernel_sets(); k++) {
        bool runs;
        const hg__kernels *kernels = hg__kernel_set(k, &runs);
        if (!runs) continue;
        _Alignas(64) real w[5] = {1, 1, 1, 1, 1}, g[5], m[5] = {0}, v[5] = {0};
        for (size_t step = 0; step < 3; step++) {
            for (size_t i = 0; i < 5; i++) g[i] = (real)0.5;
            hg__stride s = hg__stride_at(kernels, o, o->lr, step);
            optimizer->step(&s, &(hg__stretch_work){.n = 5, .g = g, .w = w, .state = {m, v}, .decay = decay});
            for (size_t i = 0; i < 5; i++)
                if (fabs((double)w[i] - expected[step]) > 3e-7)
                    fail_msg("%s by %s, step %zu: %.9g is not %.9g", o->optimizer, kernels->name, step, (double)w[i],
                             expected[step]);
        }
    }
}

/* A gradient that does not change makes both of Adam's corrected means exact, so each step is lr * g / (|g| + eps). */
static void adam_moves_by_the_rate_when_the_gradient_stays(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    o.lr = 0.1;
    assert_steps(&o, 0, (const double[]){0.9, 0.8, 0.7});
}

static void adams_decay_joins_the_gradient(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    double w = 1, m = 0, v = 0, expected[3];
    o.lr = 0.1;
    for (size_t i = 0; i < 3; i++) {
        double g = 0.5 + 2 * w, t = (double)i + 1;
        m = o.beta1 * m + (1 - o.beta1) * g, v = 0.999 * v + 0.001 * g * g;
        expected[i] = w -= o.lr * m / (1 - pow(o.beta1, t)) / (sqrt(v / (1 - pow(0.999, t))) + o.epsilon);
    }
    assert_steps(&o, 2, expected);
}

static void adamw_shrinks_the_weight_before_the_step(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    o.lr = 0.1, o.optimizer = "adamw";
    double a = 0.98 - 0.1, b = a * 0.98 - 0.1, c = b * 0.98 - 0.1;
    assert_steps(&o, 0.2, (const double[]){a, b, c});
}

static void sgd_gathers_speed(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    o.lr = 0.1, o.optimizer = "sgd", o.momentum = 0;
    assert_steps(&o, 0, (const double[]){0.95, 0.9, 0.85});
    o.momentum = 0.9; /* velocities .5, .95, 1.355 */
    assert_steps(&o, 0, (const double[]){0.95, 0.855, 0.7195});
    o.nesterov = true; /* .5 + .9 v: .95, 1.355, 1.7195 */
    assert_steps(&o, 0, (const double[]){0.905, 0.7695, 0.59755});
}

static void sgd_decay_joins_the_gradient(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    o.lr = 0.1, o.optimizer = "sgd", o.momentum = 0;
    double a = 1 - 0.1 * (0.5 + 0.2), b = a - 0.1 * (0.5 + 0.2 * a), c = b - 0.1 * (0.5 + 0.2 * b);
    assert_steps(&o, 0.2, (const double[]){a, b, c});
}

static void rmsprop_divides_by_the_root_of_the_mean_square(void **state)
{
    (void)state;
    hg_train_options o = hg_train_defaults();
    o.lr = 0.01, o.optimizer = "rmsprop", o.momentum = 0, o.beta2 = 0.9;
    double w = 1, square = 0, expected[3];
    for (size_t i = 0; i < 3; i++) {
        square = 0.9 * square + 0.1 * 0.25;
        expected[i] = w -= 0.01 * 0.5 / sqrt(square);
    }
    assert_steps(&o, 0, expected);
    w = 1, square = 0;
    for (size_t i = 0; i < 3; i++) {
        double g = 0.5 + 0.2 * w;
        square = 0.9 * square + 0.1 * g * g;
        expected[i] = w -= 0.01 * g / sqrt(square);
    }
    assert_steps(&o, 0.2, expected);
}

/* ---- The update over the block ---- */

typedef struct bench {
    hg_graph *g;
    hg_train_options o;
    hg__update u;
    real *w, *gradient, *m, *v;
    size_t n;
} bench;

static const char graph_text[] = "input 1x1x200 -> x\ndense 100 relu -> z\ndense 200 -> y\nloss mse y x\n";

static int bench_open(void **state)
{
    bench *b = calloc(1, sizeof *b);
    if (!b || hg_graph_parse(&b->g, graph_text, "test", NULL, NULL)) return -1;
    b->n = b->g->weights, b->o = hg_train_defaults();
    b->w = aligned_alloc(64, 4 * b->n * sizeof(real));
    b->gradient = b->w + b->n, b->m = b->gradient + b->n, b->v = b->m + b->n;
    memset(b->w, 0, 4 * b->n * sizeof(real));
    b->u = (hg__update){.k = &hg__kernels_ref, .o = &b->o, .w = b->w, .g = b->gradient, .state = {b->m, b->v}};
    b->u.optimizer = hg__optimizer_named("sgd");
    *state = b;
    return hg__update_open(&b->u, b->g, NULL) ? -1 : 0;
}

static int bench_close(void **state)
{
    bench *b = *state;
    hg__update_close(&b->u);
    hg_graph_close(&b->g);
    free(b->w);
    free(b);
    return 0;
}

static void the_pieces_cover_every_parameter_once(void **state)
{
    const bench *b = *state;
    size_t sum = 0, end = 0;
    for (size_t i = 0; i < b->u.pieces; i++) {
        assert_true(b->u.piece[i].offset >= end && b->u.piece[i].size <= 16384);
        end = b->u.piece[i].offset + b->u.piece[i].size, sum += b->u.piece[i].size;
    }
    assert_int_equal(sum, hg_graph_parameters(b->g));
    assert_true(b->u.pieces >= 6);
}

static void clipping_brings_the_whole_norm_down_to_the_limit(void **state)
{
    bench *b = *state;
    double squares = 0;
    b->o.momentum = 0, b->o.clip = 2;
    for (size_t i = 0; i < b->u.pieces; i++)
        for (size_t k = 0; k < b->u.piece[i].size; k++) b->gradient[b->u.piece[i].offset + k] = (real)0.25;
    assert_true(hg__update_step(&b->u, 1, 0));
    for (size_t i = 0; i < b->n; i++) squares += (double)b->w[i] * (double)b->w[i];
    assert_float_equal(sqrt(squares), 2, 1e-5);
}

static void a_gradient_below_the_limit_is_not_changed(void **state)
{
    bench *b = *state;
    b->o.momentum = 0, b->o.clip = 2;
    b->gradient[0] = (real)-0.125;
    assert_true(hg__update_step(&b->u, 1, 0));
    assert_true(b->w[0] == (real)0.125);
}

static void penalties_touch_weights_and_leave_biases(void **state)
{
    bench *b = *state;
    b->o.momentum = 0, b->o.l1 = 0.5, b->o.l2 = 0.25;
    for (size_t i = 0; i < b->n; i++) b->w[i] = -1;
    assert_true(hg__update_step(&b->u, 1, 0));
    for (size_t i = 0; i < b->u.pieces; i++)
        assert_true(b->w[b->u.piece[i].offset] == (b->u.piece[i].decays ? (real)-0.25 : (real)-1));
}

static void weight_decay_touches_weights_and_leaves_biases(void **state)
{
    static const char *const names[] = {"adam", "adamw", "sgd", "rmsprop"};
    bench *b = *state;
    for (size_t k = 0; k < 4; k++) {
        b->u.optimizer = hg__optimizer_named(names[k]), b->o.weight_decay = 0.25;
        memset(b->gradient, 0, 3 * b->n * sizeof(real)); /* and both states */
        for (size_t i = 0; i < b->n; i++) b->w[i] = 1;
        assert_true(hg__update_step(&b->u, 0.5, 0));
        for (size_t i = 0; i < b->u.pieces; i++) {
            real w = b->w[b->u.piece[i].offset];
            assert_true(b->u.piece[i].decays ? w < 1 : w == 1);
        }
    }
}

static void a_gradient_that_is_not_a_number_is_caught_and_marked(void **state)
{
    bench *b = *state;
    b->gradient[b->u.piece[2].offset + 3] = (real)NAN;
    assert_false(hg__update_step(&b->u, 1, 0));
    for (size_t i = 0; i < b->u.pieces; i++) assert_int_equal(b->u.piece[i].bad, i == 2);
    for (size_t i = 0; i < b->n; i++) assert_true(isfinite(b->w[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_constant_rate_stays),
        cmocka_unit_test(warm_up_rises_in_equal_steps_to_the_whole_rate),
        cmocka_unit_test(a_step_schedule_cuts_every_so_many_epochs),
        cmocka_unit_test(a_cosine_ends_at_its_last_rate),
        cmocka_unit_test(no_schedule_ever_trains_at_rate_0),
        cmocka_unit_test(one_cycle_rises_from_a_25th_and_falls_to_almost_nothing),
        cmocka_unit_test(a_plateau_cuts_after_epochs_without_gain_only),
        cmocka_unit_test(every_listed_optimizer_and_schedule_can_be_chosen),
        cmocka_unit_test(options_come_back_from_json_unchanged),
        cmocka_unit_test(an_option_that_json_lacks_stands_at_its_default),
        cmocka_unit_test(json_with_an_option_that_is_wrong_or_unknown_is_refused),
        cmocka_unit_test(options_out_of_range_are_refused_by_name),
        cmocka_unit_test(adam_moves_by_the_rate_when_the_gradient_stays),
        cmocka_unit_test(adams_decay_joins_the_gradient),
        cmocka_unit_test(adamw_shrinks_the_weight_before_the_step),
        cmocka_unit_test(sgd_gathers_speed),
        cmocka_unit_test(sgd_decay_joins_the_gradient),
        cmocka_unit_test(rmsprop_divides_by_the_root_of_the_mean_square),
        cmocka_unit_test_setup_teardown(the_pieces_cover_every_parameter_once, bench_open, bench_close),
        cmocka_unit_test_setup_teardown(clipping_brings_the_whole_norm_down_to_the_limit, bench_open, bench_close),
        cmocka_unit_test_setup_teardown(a_gradient_below_the_limit_is_not_changed, bench_open, bench_close),
        cmocka_unit_test_setup_teardown(penalties_touch_weights_and_leave_biases, bench_open, bench_close),
        cmocka_unit_test_setup_teardown(weight_decay_touches_weights_and_leaves_biases, bench_open, bench_close),
        cmocka_unit_test_setup_teardown(a_gradient_that_is_not_a_number_is_caught_and_marked, bench_open, bench_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
