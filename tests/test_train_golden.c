/* test_train_golden.c: the first ten losses of presets against PyTorch, from the same weights and the same batches of
 * real digits. Skipped, and loudly, where Debian's python3-torch is not installed. */
#include <hourglass/train.h>

#include "train/update.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "temp_folder.h"

extern char **environ;

enum { STEPS = 10, BATCH = 100 };

typedef struct golden {
    char folder[512], model[600], batches[600], answers[600];
    hg_set *set;
    float *values;
    size_t size;
} golden;

/* The oracle's exit status; its lines go to g->answers. */
static int ask(golden *g, const char *optimizer)
{
    const char *source = getenv("SOURCE_DIR");
    char script[1024], python[] = "/usr/bin/python3", batch[24], name[24];
    snprintf(script, sizeof script, "%s/tests/oracle/golden.py", source ? source : "..");
    snprintf(batch, sizeof batch, "%d", BATCH);
    snprintf(name, sizeof name, "%s", optimizer);
    char *const command[] = {python, script, g->model, g->batches, batch, name, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, g->answers, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child;
    int status = -1;
    if (!posix_spawn(&child, python, &actions, NULL, command, environ)) waitpid(child, &status, 0);
    posix_spawn_file_actions_destroy(&actions);
    return status == -1 || !WIFEXITED(status) ? 77 : WEXITSTATUS(status);
}

static int golden_open(void **state)
{
    golden *g = calloc(1, sizeof *g);
    if (!g || !temp_open(g->folder, sizeof g->folder)) return -1;
    snprintf(g->model, sizeof g->model, "%s/model.safetensors", g->folder);
    snprintf(g->batches, sizeof g->batches, "%s/batches", g->folder);
    snprintf(g->answers, sizeof g->answers, "%s/answers", g->folder);
    if (hg_set_open(&g->set, "mnist-sample", &(hg_set_options){.offline = true, .limit = STEPS * BATCH}, NULL))
        return -1;
    g->size = hg_shape_size(g->set->shape);
    g->values = malloc(STEPS * BATCH * g->size * sizeof *g->values);
    if (!g->values || g->set->n != STEPS * BATCH) return -1;
    for (size_t i = 0; i < g->set->n; i++) hg_set_get(g->set, i, g->values + i * g->size);
    FILE *f = fopen(g->batches, "wb");
    if (!f) return -1;
    size_t n = STEPS * BATCH * g->size, written = fwrite(g->values, sizeof *g->values, n, f);
    *state = g;
    return fclose(f) || written != n;
}

static int golden_close(void **state)
{
    golden *g = *state;
    hg_set_close(&g->set);
    free(g->values);
    temp_close(g->folder);
    free(g);
    return 0;
}

/* Ten steps as training takes them. */
static void take_steps(const golden *g, hg_model *m, const hg_train_options *o, double losses[STEPS])
{
    hg_plan *p = NULL;
    size_t n;
    assert_int_equal(hg_plan_open(&p, m, &(hg_plan_options){.batch = BATCH, .train = true, .threads = 2}, NULL), HG_OK);
    hg__update u = {.o = o, .optimizer = hg__optimizer_named(o->optimizer), .g = hg_plan_gradient(p)};
    assert_int_equal(hg__kernels_choose(&u.k, HG_PRECISION_F32, NULL), HG_OK);
    u.w = hg_model_weights(m, &n);
    for (size_t i = 0; i < HG__MOST_STATE; i++) {
        u.state[i] = aligned_alloc(64, (n * sizeof(real) + 63) / 64 * 64);
        assert_non_null(u.state[i]);
        memset(u.state[i], 0, n * sizeof(real));
    }
    assert_int_equal(hg__update_open(&u, hg_model_graph(m), NULL), HG_OK);
    for (size_t step = 0; step < STEPS; step++) {
        hg_losses l;
        hg_gradient(p, BATCH, g->values + step * BATCH * g->size, NULL, (uint32_t)step, &l);
        assert_true(hg__update_step(&u, o->lr, step));
        hg_plan_refresh(p);
        losses[step] = l.total;
    }
    hg__update_close(&u);
    for (size_t i = 0; i < HG__MOST_STATE; i++) free(u.state[i]);
    hg_plan_close(&p);
}

static void compare(const golden *g, const double losses[STEPS])
{
    FILE *f = fopen(g->answers, "r");
    double theirs, worst = 0;
    assert_non_null(f);
    for (size_t i = 0; i < STEPS; i++) {
        assert_int_equal(fscanf(f, "%lf", &theirs), 1);
        worst = fmax(worst, fabs(losses[i] - theirs) / theirs);
        if (!(worst <= 1e-4)) fail_msg("step %zu: ours %.9g, PyTorch's %.9g", i, losses[i], theirs);
    }
    fclose(f);
    assert_true(losses[STEPS - 1] < losses[0]);
    print_message("# greatest relative difference %.2g\n", worst);
}

static void agrees(golden *g, const char *preset, const hg_train_options *o)
{
    hg_graph *graph = NULL;
    hg_model *m = NULL;
    double losses[STEPS];
    assert_int_equal(hg_graph_open(&graph, preset, NULL, NULL), HG_OK);
    assert_int_equal(hg_model_make(&m, &graph, 1, NULL), HG_OK);
    assert_int_equal(hg_model_save(m, g->model, NULL), HG_OK);
    int status = ask(g, o->optimizer);
    if (!status) take_steps(g, m, o, losses);
    hg_model_close(&m);
    if (status == 77) print_message("SKIPPED: no PyTorch here; apt-get install python3-torch\n"), skip();
    assert_int_equal(status, 0);
    compare(g, losses);
}

static void conv_trains_as_in_pytorch(void **state)
{
    hg_train_options o = hg_train_defaults();
    agrees(*state, "conv", &o);
}

static void deep_trains_as_in_pytorch(void **state)
{
    hg_train_options o = hg_train_defaults();
    agrees(*state, "deep", &o);
}

static void sgd_with_nesterov_steps_as_in_pytorch(void **state)
{
    hg_train_options o = hg_train_defaults();
    o.optimizer = "sgd", o.lr = 0.5, o.nesterov = true;
    agrees(*state, "conv", &o);
}

static void rmsprop_steps_as_in_pytorch(void **state)
{
    hg_train_options o = hg_train_defaults();
    o.optimizer = "rmsprop", o.momentum = 0.5;
    agrees(*state, "conv", &o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv_trains_as_in_pytorch),
        cmocka_unit_test(deep_trains_as_in_pytorch),
        cmocka_unit_test(sgd_with_nesterov_steps_as_in_pytorch),
        cmocka_unit_test(rmsprop_steps_as_in_pytorch),
    };
    return cmocka_run_group_tests(tests, golden_open, golden_close);
}
