/* test64_gradients.c: the gradient of every op, with every activation and every loss, and of every geometry in
 * op_texts.h, against central differences in double precision. What is compared is a param's gradient (some of its
 * elements) as a vector: |ours - theirs| <= 1e-6 |theirs| + what rounding may do to the difference. */
#include "net/graph.h"
#include "op_texts.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

_Static_assert(sizeof(real) == sizeof(double), "this test wants the double build");

#define TOLERANCE 1e-6
#define STEP_SIZE 2e-6
enum { STEP = 5, MOST_STRETCHES = 64 };

typedef struct trial {
    const char *text;
    hg_model *m;
    hg_plan *p;
    size_t n;
    double *x, *t; /* owned */
    double *w;
    hg__stretch stretch[MOST_STRETCHES];
    size_t stretches;
} trial;

static double *random_values(size_t n, uint32_t step, double low, double high)
{
    hg__random r = hg__random_at(11, HG__FOR_TEST, step, 0);
    double *v = malloc(n * sizeof *v);
    assert_non_null(v);
    for (size_t i = 0; i < n; i++) v[i] = low + (high - low) * hg__random_uniform(&r);
    return v;
}

/* Moves the weights away from what they begin with: a norm's scale of 1 and shift of 0 would hide mistakes. */
static void stir(trial *t)
{
    size_t size;
    t->w = hg_model_weights(t->m, &size);
    double *more = random_values(size, 3, -0.15, 0.15);
    for (size_t i = 0; i < size; i++) t->w[i] += more[i];
    free(more);
    hg_plan_refresh(t->p);
}

static void open_trial(trial *t, const char *text, size_t n, size_t micro)
{
    hg_graph *g = NULL;
    hg_error e = {0};
    hg_shape s = {0};
    *t = (trial){.text = text, .n = n};
    if (hg_graph_parse(&g, text, "test.hg", NULL, &e)) fail_msg("%s: %s\n%s", e.where, e.what, text);
    t->stretches = hg__graph_stretches(g, t->stretch, MOST_STRETCHES);
    assert_in_range(t->stretches, 1, MOST_STRETCHES);
    assert_true(hg_graph_shape(g, "x", &s));
    if (hg_model_make(&t->m, &g, 4, &e)) fail_msg("%s: %s\n%s", e.where, e.what, text);
    hg_plan_options o = {.batch = n, .train = true, .threads = 1, .micro = micro, .seed = 7};
    if (hg_plan_open(&t->p, t->m, &o, &e)) fail_msg("%s: %s\n%s", e.where, e.what, text);
    t->x = random_values(n * hg_shape_size(s), 1, 0.05, 0.95);
    t->t = random_values(n * hg_shape_size(s), 2, 0.05, 0.95);
    stir(t);
}

static void close_trial(trial *t)
{
    hg_plan_close(&t->p);
    hg_model_close(&t->m);
    free(t->x);
    free(t->t);
}

static double loss_of(trial *t)
{
    hg_losses losses;
    hg_gradient(t->p, t->n, t->x, t->t, STEP, &losses);
    return losses.total;
}

static double difference(trial *t, double *w)
{
    double old = *w;
    *w = old + STEP_SIZE;
    hg_plan_refresh(t->p);
    double above = loss_of(t);
    *w = old - STEP_SIZE;
    hg_plan_refresh(t->p);
    double below = loss_of(t);
    *w = old;
    return (above - below) / (2 * STEP_SIZE);
}

/* Up to `picks` elements of a stretch, spread over it. */
static void check_stretch(trial *t, const hg__stretch *s, const double *gradient, double loss, size_t picks)
{
    double wrong = 0, size = 0;
    size_t count = s->size < picks ? s->size : picks;
    for (size_t i = 0; i < count; i++) {
        size_t at = s->offset + (i * s->size / count + (i * 7919 + 1) % (s->size / count));
        double ours = gradient[at], theirs = difference(t, t->w + at);
        wrong += (ours - theirs) * (ours - theirs);
        size += theirs * theirs;
    }
    double rounding = 4e-16 * (1 + fabs(loss)) / STEP_SIZE * sqrt((double)count);
    if (!(sqrt(wrong) <= TOLERANCE * sqrt(size) + rounding))
        fail_msg("%s: |gradient| %g, off by %g\n%s", s->name, sqrt(size), sqrt(wrong), t->text);
}

/* Every trained stretch, and that there is some gradient at all. */
static void check_gradients(const char *text, size_t n, size_t micro, size_t picks)
{
    trial t;
    open_trial(&t, text, n, micro);
    double loss = loss_of(&t), all = 0;
    size_t size;
    hg_model_weights(t.m, &size);
    double *gradient = malloc(size * sizeof *gradient);
    assert_non_null(gradient);
    memcpy(gradient, hg_plan_gradient(t.p), size * sizeof *gradient);
    for (size_t i = 0; i < size; i++) all += fabs(gradient[i]);
    if (!(all > 1e-6) || !isfinite(loss)) fail_msg("loss %g, sum of |gradient| %g\n%s", loss, all, text);
    for (size_t i = 0; i < t.stretches; i++)
        if (!t.stretch[i].frozen) check_stretch(&t, &t.stretch[i], gradient, loss, picks);
    free(gradient);
    close_trial(&t);
}

static void check_op_texts(const char *loss)
{
    char text[OP_TEXT_SIZE];
    for (size_t i = 0; i < OP_TEXTS; i++)
        for (hg__act a = HG__ACT_NONE; a < HG__ACTS; a++) {
            op_text_complete(text, op_texts[i], hg__act_name(a), loss);
            check_gradients(text, 2, 1, 5);
        }
}

static void every_op_with_every_activation_and_every_loss_has_the_right_gradient(void **state)
{
    (void)state;
    for (const char *const *loss = hg__op_named("loss")->kinds; *loss; loss++) check_op_texts(*loss);
}

static void every_op_with_every_activation_passes_on_the_gradient_of_a_penalty_on_its_value(void **state)
{
    (void)state;
    check_op_texts("code l1");
    check_op_texts("code mse");
}

static void every_geometry_has_the_right_gradient(void **state)
{
    (void)state;
    char text[OP_TEXT_SIZE];
    for (size_t i = 0; i < GEOMETRY_TEXTS; i++) {
        op_text_complete(text, geometry_texts[i], "tanh", "mse");
        check_gradients(text, 3, 1, 30);
    }
}

/* Nine samples are more than there are shards, so that a shard's gradient is added up from several pieces. */
static void a_batch_larger_than_its_shards_has_the_right_gradient(void **state)
{
    (void)state;
    char text[OP_TEXT_SIZE];
    for (size_t i = 0; i < OP_TEXTS; i++) {
        op_text_complete(text, op_texts[i], "tanh", "mse");
        check_gradients(text, 9, 1, 6);
        check_gradients(text, 17, 2, 6);
    }
}

static bool holds_op(const char *text, const hg__op *op)
{
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t length = strcspn(line, " \n");
        if (length == strlen(op->name) && !strncmp(line, op->name, length)) return true;
        if (*line == '@' && !strcmp(op->name, "act")) return true;
    }
    return false;
}

static void every_op_of_the_list_is_in_some_text(void **state)
{
    (void)state;
    for (size_t k = 0; k < hg__ops(); k++) {
        bool held = !strcmp(hg__op_at(k)->name, "loss");
        for (size_t i = 0; i < OP_TEXTS; i++) held |= holds_op(op_texts[i], hg__op_at(k));
        if (!held) fail_msg("op '%s' has no gradient test: add a graph to tests/op_texts.h", hg__op_at(k)->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_op_of_the_list_is_in_some_text),
        cmocka_unit_test(every_geometry_has_the_right_gradient),
        cmocka_unit_test(a_batch_larger_than_its_shards_has_the_right_gradient),
        cmocka_unit_test(every_op_with_every_activation_and_every_loss_has_the_right_gradient),
        cmocka_unit_test(every_op_with_every_activation_passes_on_the_gradient_of_a_penalty_on_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
