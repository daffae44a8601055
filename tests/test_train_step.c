/* test_train_step.c: a training step makes no system call and allocates nothing. A child opens all that a step needs,
 * then has the kernel kill it at any system call but read, write and exit (seccomp's strict mode), takes a hundred
 * steps, and exits. One thread: with more, a worker that waited for long sleeps, and is woken by a system call. */
#include "net/plan.h"
#include "train/update.h"

#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { BATCH = 16, STEPS = 100, ALLOCATED = 10, NOT_FINITE, NO_SECCOMP };

/* The allocator counts its calls, but where a sanitizer has its own. */
static atomic_size_t allocations;
#ifndef __SANITIZE_ADDRESS__
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);
static void count(void) { atomic_fetch_add(&allocations, 1); }
void *malloc(size_t size)
{
    count();
    return __libc_malloc(size);
}
void *calloc(size_t n, size_t size)
{
    count();
    return __libc_calloc(n, size);
}
void *realloc(void *old, size_t size)
{
    count();
    return __libc_realloc(old, size);
}
void *aligned_alloc(size_t align, size_t size)
{
    count();
    return __libc_memalign(align, size);
}
#endif

typedef struct training {
    hg_train_options o;
    hg_model *m;
    hg_plan *p;
    hg__update u;
    float x[BATCH * 784];
} training;

static hg_status open_training(training *t, const char *preset, const char *optimizer)
{
    hg_graph *g = NULL;
    size_t n;
    hg_status s = hg_graph_open(&g, preset, NULL, NULL);
    t->o = hg_train_defaults();
    t->o.optimizer = optimizer, t->o.clip = 1, t->o.l2 = 1e-5, t->o.beta2 = 0.999, t->o.momentum = 0.9;
    if (!s) s = hg_model_make(&t->m, &g, 1, NULL);
    if (!s) s = hg_plan_open(&t->p, t->m, &(hg_plan_options){.batch = BATCH, .train = true, .threads = 1}, NULL);
    if (s) return s;
    t->u = (hg__update){.k = t->p->k,
                        .o = &t->o,
                        .optimizer = hg__optimizer_named(optimizer),
                        .w = hg_model_weights(t->m, &n),
                        .g = hg_plan_gradient(t->p)};
    for (size_t i = 0; i < HG__MOST_STATE; i++)
        if (!(t->u.state[i] = calloc(n, sizeof(float)))) return HG_MEMORY;
    for (size_t i = 0; i < BATCH * 784; i++) t->x[i] = (float)(i % 97) / 97;
    return hg__update_open(&t->u, hg_model_graph(t->m), NULL);
}

static void close_training(training *t)
{
    hg__update_close(&t->u);
    for (size_t i = 0; i < HG__MOST_STATE; i++) free(t->u.state[i]);
    hg_plan_close(&t->p);
    hg_model_close(&t->m);
}

/* In the child: does not come back. */
static void take_steps(training *t)
{
    int result = 0;
    hg_losses losses;
    size_t before = allocations;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT)) _exit(NO_SECCOMP);
    for (size_t i = 0; i < STEPS && !result; i++) {
        hg_gradient(t->p, BATCH, t->x, NULL, (uint32_t)i, &losses);
        if (!hg__update_step(&t->u, 1e-4, i)) result = NOT_FINITE;
        hg_plan_refresh(t->p);
    }
    if (allocations != before) result = ALLOCATED;
    syscall(SYS_exit, result); /* exit_group, which _exit takes, is not allowed */
}

static void steps_of(const char *preset, const char *optimizer)
{
    training *t = calloc(1, sizeof *t);
    int status;
    assert_non_null(t);
    assert_int_equal(open_training(t, preset, optimizer), HG_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) take_steps(t);
    assert_int_equal(waitpid(child, &status, 0), child);
    close_training(t);
    free(t);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_SECCOMP) {
        print_message("# SKIP: this system has no strict seccomp\n");
        skip();
    }
    if (WIFSIGNALED(status))
        fail_msg("%s, %s: a step made a system call (signal %d)", preset, optimizer, WTERMSIG(status));
    if (WEXITSTATUS(status) == ALLOCATED) fail_msg("%s, %s: a step allocated memory", preset, optimizer);
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_step_of_every_preset_makes_no_system_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < hg_presets(); i++) steps_of(hg_preset_name(i), "adam");
}

static void a_step_of_every_optimizer_makes_no_system_call(void **state)
{
    (void)state;
    const char *const names[] = {"adam", "adamw", "sgd", "rmsprop"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) steps_of("conv", names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_of_every_preset_makes_no_system_call),
        cmocka_unit_test(a_step_of_every_optimizer_makes_no_system_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
