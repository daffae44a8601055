/* test_tune_study.c: a study on disk keeps what it is told, from many processes at once, also when they are killed. */
#include "tune/study.h"

#include "base/file.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "temp_folder.h"

enum { WORKERS = 8, TRANSACTIONS = 250 };

typedef struct place {
    char root[512], path[640];
    hg__space space; /* z, lr, optimizer */
    hg_error e;
} place;

static const char template[] = "input 8x8x1 -> x\ndense {z: 8..64 step 4} -> z\nmirror sigmoid -> y\nloss mse y x\n";
static const hg__study_options options = {.objective = {"val_mse", "parameters"},
                                          .objectives = 2,
                                          .maximize = {false, true},
                                          .settings =
                                              "{\"data\": \"mnist\", \"tune\": {\"trials\": 3, \"budget\": null}}"};

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    if (!p || !temp_open(p->root, sizeof p->root)) return -1;
    snprintf(p->path, sizeof p->path, "%s/digits.db", p->root);
    *state = p;
    return (int)hg__space_open(&p->space, template, "template", "lr={1e-4..1e-2} optimizer={adam,sgd,rmsprop}", NULL);
}

static int tear_down(void **state)
{
    place *p = *state;
    hg__space_close(&p->space);
    int bad = temp_close(p->root);
    free(p);
    return bad;
}

static hg__study *open_study(place *p)
{
    hg__study *s = NULL;
    if (hg__study_open(&s, p->path, &p->space, &options, &p->e)) fail_msg("%s: %s", p->e.where, p->e.what);
    return s;
}

static const hg__history *history_of(place *p, hg__study *s)
{
    const hg__history *h = NULL;
    if (hg__study_history(s, &h, &p->e)) fail_msg("%s: %s", p->e.where, p->e.what);
    return h;
}

/* Promotes the trial that ctx numbers, else begins a new one. */
static size_t choose(void *ctx, const hg__history *h)
{
    (void)h;
    return ctx ? *(const size_t *)ctx : HG__NEW_TRIAL;
}

static bool draw(void *ctx, const hg__history *h, size_t number, double *point)
{
    (void)ctx, (void)h;
    point[0] = 8 + 4 * (double)(number % 10), point[1] = 1e-3, point[2] = (double)(number % 3);
    return true;
}

static bool draw_nothing(void *ctx, const hg__history *h, size_t number, double *point)
{
    (void)ctx, (void)h, (void)number, (void)point;
    return false;
}

static hg__taken take(place *p, hg__study *s, const size_t *promote)
{
    hg__taken taken;
    hg__study_chooser c = {.ctx = (void *)(uintptr_t)promote, .choose = choose, .draw = draw};
    if (hg__study_take(s, &c, &taken, &p->e)) fail_msg("%s: %s", p->e.where, p->e.what);
    return taken;
}

static void report(place *p, hg__study *s, size_t number, size_t epochs)
{
    for (size_t i = 1; i <= epochs; i++)
        if (hg__study_epoch(s, number, &(hg__study_row){i, 1 / (double)i, (double)i}, &p->e))
            fail_msg("%s: %s", p->e.where, p->e.what);
}

static void tell(place *p, hg__study *s, size_t number, hg__study_verdict v)
{
    if (hg__study_tell(s, number, &v, &p->e)) fail_msg("%s: %s", p->e.where, p->e.what);
}

/* ---- One process ---- */

static void what_was_told_is_read_again(void **state)
{
    place *p = *state;
    hg__study *s = open_study(p);
    for (size_t i = 0; i < 3; i++) assert_int_equal(take(p, s, NULL).number, i);
    report(p, s, 0, 3);
    report(p, s, 1, 1);
    assert_int_equal(hg__study_epoch(s, 1, &(hg__study_row){2, NAN, 2}, NULL), HG_OK);
    assert_int_equal(hg__study_epoch(s, 1, &(hg__study_row){3, INFINITY, 3.5}, NULL), HG_OK);
    assert_int_equal(hg__study_note(s, 0, "sd", 0.25, NULL), HG_OK);
    tell(p, s, 0, (hg__study_verdict){HG__TRIAL_COMPLETE, (double[]){0.125, 1000}, NULL});
    tell(p, s, 1, (hg__study_verdict){HG__TRIAL_FAIL, NULL, "layer 3 \"diverged\""});
    hg__study_close(&s);
    assert_int_equal(hg__study_read(&s, p->path, NULL, NULL), HG_OK);
    const hg__history *h = history_of(p, s);
    assert_int_equal(h->n, 3);
    assert_int_equal(h->objectives, 2);
    assert_true(!h->maximize[0] && h->maximize[1]);
    assert_string_equal(hg__study_objective(s, 1), "parameters");
    assert_non_null(strstr(hg__study_settings(s), "\"trials\": 3"));
    assert_true(hg__space_equal(hg__study_space(s), &p->space));
    assert_string_equal(hg__study_space(s)->graph, p->space.graph);
    const hg__trial *t = h->trial;
    assert_true(t[0].state == HG__TRIAL_COMPLETE && t[1].state == HG__TRIAL_FAIL && t[2].state == HG__TRIAL_RUNNING);
    assert_true(t[0].objective[0] == 0.125 && t[0].objective[1] == 1000 && isnan(t[1].objective[0]));
    assert_int_equal(t[0].epochs, 3);
    assert_true(t[0].by_epoch[1] == 0.5 && t[0].seconds == 3 && t[1].seconds == 3.5);
    assert_true(isnan(t[1].by_epoch[1]) && isinf(t[1].by_epoch[2]));
    assert_string_equal(t[1].failure, "layer 3 \"diverged\"");
    for (size_t i = 0; i < 3; i++) {
        char run[700];
        snprintf(run, sizeof run, "%s/digits.runs/trial-%04zu", p->root, i);
        assert_string_equal(t[i].run, run);
        assert_true(t[i].point[1] == 1e-3 && t[i].point[0] == 8 + 4 * (double)i && t[i].point[2] == (double)i);
    }
    double sd, none;
    assert_int_equal(hg__study_noted(s, 0, "sd", &sd, NULL), HG_OK);
    assert_int_equal(hg__study_noted(s, 1, "sd", &none, NULL), HG_OK);
    assert_true(sd == 0.25 && isnan(none));
    hg__study_close(&s);
}

static void a_pruned_trial_is_promoted_with_its_point(void **state)
{
    place *p = *state;
    hg__study *s = open_study(p);
    take(p, s, NULL), take(p, s, NULL);
    report(p, s, 1, 2);
    tell(p, s, 1, (hg__study_verdict){HG__TRIAL_PRUNED, NULL, NULL});
    assert_int_equal(history_of(p, s)->trial[1].state, HG__TRIAL_PRUNED);
    hg__taken taken = take(p, s, &(size_t){1});
    assert_true(taken.number == 1 && !taken.fresh && taken.point[0] == 12);
    assert_int_equal(history_of(p, s)->trial[1].state, HG__TRIAL_RUNNING);
    report(p, s, 1, 4);
    tell(p, s, 1, (hg__study_verdict){HG__TRIAL_COMPLETE, (double[]){0.5, 1}, NULL});
    assert_int_equal(history_of(p, s)->trial[1].epochs, 4);
    hg__study_close(&s);
}

static void a_released_trial_is_the_next_to_be_taken(void **state)
{
    place *p = *state;
    hg__study *s = open_study(p);
    take(p, s, NULL), take(p, s, NULL);
    assert_int_equal(hg__study_release(s, 0, NULL), HG_OK);
    hg__taken taken = take(p, s, NULL);
    assert_true(taken.number == 0 && !taken.fresh);
    assert_int_equal(take(p, s, NULL).number, 2);
    hg__study_close(&s);
}

static void a_space_that_is_used_up_gives_no_trial(void **state)
{
    place *p = *state;
    hg__study *s = open_study(p);
    hg__taken taken;
    hg__study_chooser c = {.choose = choose, .draw = draw_nothing};
    assert_int_equal(hg__study_take(s, &c, &taken, NULL), HG_OK);
    assert_true(taken.number == HG__NO_TRIAL && !taken.waits);
    assert_int_equal(history_of(p, s)->n, 0);
    take(p, s, NULL);
    assert_int_equal(hg__study_take(s, &c, &taken, NULL), HG_OK);
    assert_true(taken.number == HG__NO_TRIAL && taken.waits);
    hg__study_close(&s);
}

/* A path may stand in it. */
static void a_failure_is_kept_in_any_encoding(void **state)
{
    place *p = *state;
    hg__study *s = open_study(p);
    take(p, s, NULL);
    tell(p, s, 0, (hg__study_verdict){HG__TRIAL_FAIL, NULL, "caf\xe9.runs: diverged"});
    assert_string_equal(history_of(p, s)->trial[0].failure, "caf?.runs: diverged");
    hg__study_close(&s);
}

static void only_what_is_empty_is_missing(void **state)
{
    place *p = *state;
    assert_true(hg__study_is_missing(p->path));
    assert_int_equal(hg__file_write(p->path, "", 0, false, &p->e), HG_OK);
    assert_true(hg__study_is_missing(p->path));
    hg__study *s = open_study(p);
    assert_false(hg__study_is_missing(p->path));
    hg__study_close(&s);
    assert_false(hg__study_is_missing(p->path));
    assert_int_equal(hg__file_write(p->path, "a,b\n", 4, true, &p->e), HG_OK);
    assert_false(hg__study_is_missing(p->path));
}

static void settings_and_spent_time_are_kept(void **state)
{
    place *p = *state;
    double sum;
    hg__study *s = open_study(p);
    assert_int_equal(hg__study_settle(s, "tune", "{\"trials\": 20}", NULL), HG_OK);
    assert_non_null(strstr(hg__study_settings(s), "\"trials\": 20"));
    assert_int_equal(hg__study_spend(s, 1.5, &sum, NULL), HG_OK);
    hg__study_close(&s);
    s = open_study(p);
    assert_non_null(strstr(hg__study_settings(s), "\"trials\": 20"));
    assert_int_equal(hg__study_spend(s, 2, &sum, NULL), HG_OK);
    assert_true(sum == 3.5);
    hg__study_close(&s);
}

/* Both were opened before either changed anything. */
static void settings_that_two_change_at_once_are_both_kept(void **state)
{
    place *p = *state;
    hg__study *s = open_study(p), *other = open_study(p);
    assert_int_equal(hg__study_settle(s, "tune", "{\"trials\": 20}", NULL), HG_OK);
    assert_int_equal(hg__study_settle(other, "tune", "{\"budget\": \"2h\"}", NULL), HG_OK);
    hg__study_close(&s);
    assert_non_null(strstr(hg__study_settings(other), "\"trials\": 20"));
    assert_non_null(strstr(hg__study_settings(other), "\"budget\": \"2h\""));
    assert_int_equal(hg__study_settle(other, "tuna", "{\"trials\": 4}", &p->e), HG_DATA);
    assert_non_null(strstr(p->e.what, "hold no \"tuna\""));
    hg__study_close(&other);
}

/* ---- Refusals ---- */

static void expect_refusal(place *p, hg_status status, const char *what)
{
    hg__study *s = NULL;
    assert_int_equal(hg__study_open(&s, p->path, &p->space, &options, &p->e), status);
    assert_null(s);
    if (!strstr(p->e.what, what)) fail_msg("\"%s\" does not say \"%s\"", p->e.what, what);
}

static void run_sql(const place *p, const char *sql)
{
    sqlite3 *d = NULL;
    assert_int_equal(sqlite3_open(p->path, &d), SQLITE_OK);
    assert_int_equal(sqlite3_exec(d, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(d);
}

static void other_spaces_and_objectives_are_refused(void **state)
{
    place *p = *state;
    hg__study *s = open_study(p);
    hg__study_close(&s);
    hg__space other;
    hg__study_options goal = options;
    assert_int_equal(hg__space_open(&other, template, "template", "lr={1e-5..1e-2} optimizer={adam,sgd,rmsprop}", NULL),
                     HG_OK);
    goal.objective[1] = "code";
    assert_int_equal(hg__study_open(&s, p->path, &other, &options, &p->e), HG_MODEL);
    assert_non_null(strstr(p->e.what, "another search space"));
    hg__space_close(&other);
    assert_int_equal(hg__study_open(&s, p->path, &p->space, &goal, &p->e), HG_MODEL);
    assert_non_null(strstr(p->e.what, "other objectives"));
}

static void what_is_no_study_is_refused(void **state)
{
    place *p = *state;
    hg__study *s = NULL;
    assert_int_equal(hg__study_read(&s, p->path, NULL, &p->e), HG_IO);
    assert_int_equal(hg__file_write(p->path, "a,b\n1,2\nthis is a table of comma separated values\n", 50, true, NULL),
                     HG_OK);
    expect_refusal(p, HG_DATA, "no SQLite database");
    unlink(p->path);
    run_sql(p, "CREATE TABLE songs (name TEXT)");
    expect_refusal(p, HG_DATA, "holds no studies");
    unlink(p->path);
    s = open_study(p);
    hg__study_close(&s);
    run_sql(p, "UPDATE alembic_version SET version_num = 'v2.6.0.a'");
    expect_refusal(p, HG_DATA, "optuna storage upgrade");
    run_sql(p, "UPDATE alembic_version SET version_num = 'v3.0.0.d'; DELETE FROM study_user_attributes");
    expect_refusal(p, HG_DATA, "not begun by Hourglass");
    run_sql(p, "DROP TABLE trials; INSERT INTO studies VALUES (7, 'other')");
    assert_int_equal(hg__study_read(&s, p->path, "missing", &p->e), HG_DATA);
}

/* ---- Many processes ---- */

/* Takes, reports twice and tells, until it has made its transactions; the exit status says what failed. */
static int work(const place *p, size_t transactions)
{
    hg_error e = {0};
    hg__study *s = NULL;
    hg__study_chooser c = {.choose = choose, .draw = draw};
    alarm(300); /* it does not outlive a test that failed */
    hg_status status = hg__study_open(&s, p->path, &p->space, &options, &e);
    for (size_t done = 0; !status && done < transactions; done += 5) {
        hg__taken taken;
        status = hg__study_take(s, &c, &taken, &e);
        for (size_t i = 1; !status && i <= 3; i++)
            status = hg__study_epoch(s, taken.number, &(hg__study_row){i, (double)taken.number, 1}, &e);
        hg__study_verdict v = {HG__TRIAL_COMPLETE, (double[]){(double)taken.number, 2}, NULL};
        if (!status) status = hg__study_tell(s, taken.number, &v, &e);
    }
    if (status) fprintf(stderr, "# %s: %s\n", e.where, e.what);
    hg__study_close(&s);
    return (int)status;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void eight_processes_lose_no_transaction(void **state)
{
    place *p = *state;
    pid_t worker[WORKERS];
    double began = now();
    for (size_t i = 0; i < WORKERS; i++)
        if (!(worker[i] = fork())) _exit(work(p, TRANSACTIONS));
    for (size_t i = 0; i < WORKERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(worker[i], &status, 0), worker[i]);
        assert_int_equal(status, 0);
    }
    print_message("# %d transactions of %d processes in %.2f s\n", WORKERS * TRANSACTIONS, WORKERS, now() - began);
    hg__study *s = open_study(p);
    const hg__history *h = history_of(p, s);
    assert_int_equal(h->n, WORKERS * TRANSACTIONS / 5);
    for (size_t i = 0; i < h->n; i++) {
        const hg__trial *t = &h->trial[i];
        assert_true(t->state == HG__TRIAL_COMPLETE && t->epochs == 3);
        assert_true(t->objective[0] == (double)i && t->by_epoch[2] == (double)i);
    }
    hg__study_close(&s);
}

/* A process takes a trial, reports an epoch, says so and sleeps; it is then ended with `number`. */
static void die_at_work(place *p, int number)
{
    int said[2];
    char byte;
    assert_int_equal(pipe(said), 0);
    pid_t worker = fork();
    if (!worker) {
        hg__study *s = open_study(p);
        report(p, s, take(p, s, NULL).number, 1);
        if (write(said[1], "", 1) == 1) pause();
        _exit(1);
    }
    assert_int_equal(read(said[0], &byte, 1), 1);
    hg__study *s = open_study(p);
    assert_int_equal(take(p, s, NULL).number, 1); /* he lives, so his trial is his */
    kill(worker, number);
    assert_int_equal(waitpid(worker, NULL, 0), worker);
    hg__study_close(&s);
    close(said[0]), close(said[1]);
}

static void a_killed_workers_trial_is_taken_over_at_once(void **state)
{
    place *p = *state;
    die_at_work(p, SIGKILL);
    hg__study *s = open_study(p);
    hg__taken taken = take(p, s, NULL);
    assert_true(taken.number == 0 && !taken.fresh && taken.point[0] == 8);
    assert_int_equal(history_of(p, s)->trial[0].epochs, 1);
    assert_int_equal(take(p, s, NULL).number, 2);
    hg__study_close(&s);
}

static void killed_workers_leave_a_whole_study(void **state)
{
    enum { FORCE = 4 };
    place *p = *state;
    pid_t worker[FORCE];
    hg__study *s = open_study(p);
    hg__study_close(&s);
    for (size_t i = 0; i < FORCE; i++)
        if (!(worker[i] = fork())) _exit(work(p, i % 2 ? 100 : 100000));
    for (size_t i = 0; i < FORCE; i += 2)
        nanosleep(&(struct timespec){.tv_nsec = 150 * 1000 * 1000}, NULL), kill(worker[i], SIGKILL);
    for (size_t i = 0; i < FORCE; i++) {
        int status = -1;
        assert_int_equal(waitpid(worker[i], &status, 0), worker[i]);
        assert_int_equal(status, i % 2 ? 0 : SIGKILL);
    }
    s = open_study(p);
    const hg__history *h = history_of(p, s);
    size_t n = h->n, left = 0;
    for (size_t i = 0; i < n; i++) left += h->trial[i].state == HG__TRIAL_RUNNING;
    assert_true(n >= 2 * 100 / 5 && left <= 2);
    for (; left; left--) assert_true(take(p, s, NULL).number < n);
    assert_int_equal(take(p, s, NULL).number, n);
    hg__study_close(&s);
}

static void of_another_host_a_minutes_silence_counts(void **state)
{
    place *p = *state;
    hg__study *s = open_study(p);
    take(p, s, NULL);
    run_sql(p, "UPDATE trial_system_attributes SET value_json = '\"elsewhere 1 1 1\"'");
    assert_int_equal(take(p, s, NULL).number, 1);
    run_sql(p, "UPDATE trial_heartbeats SET heartbeat = datetime('now', '-61 seconds')");
    assert_int_equal(take(p, s, NULL).number, 0);
    run_sql(p, "UPDATE trial_system_attributes SET value_json = '\"elsewhere 1 1 1\"'");
    assert_int_equal(hg__study_epoch(s, 0, &(hg__study_row){1, 1, 1}, &p->e), HG_FAILED);
    assert_non_null(strstr(p->e.what, "taken over"));
    hg__study_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_told_is_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pruned_trial_is_promoted_with_its_point, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_released_trial_is_the_next_to_be_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_space_that_is_used_up_gives_no_trial, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_kept_in_any_encoding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_what_is_empty_is_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings_and_spent_time_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings_that_two_change_at_once_are_both_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_spaces_and_objectives_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_study_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(eight_processes_lose_no_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_killed_workers_trial_is_taken_over_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(killed_workers_leave_a_whole_study, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_another_host_a_minutes_silence_counts, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("a study", tests, NULL, NULL);
}
