/* test_train_resume.c: a training that was stopped, killed or damaged goes on bitwise as if nothing had been. */
#include "test_train_place.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

/* ---- The library's calls of rename and fsync come here: they are logged, or end the process ---- */

enum { MOST_CALLS = 4096 };
static struct {
    char log[MOST_CALLS][160];  /* "fsync NAME", "rename NAME" */
    size_t n, renames, dies_at; /* before which rename the process is killed, counted from 1; 0: never */
} calls;

static void note(const char *what, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (calls.n < MOST_CALLS) snprintf(calls.log[calls.n++], sizeof *calls.log, "%s %.140s", what, name);
}

int rename(const char *from, const char *to)
{
    if (++calls.renames == calls.dies_at) kill(getpid(), SIGKILL);
    note("rename", to);
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int fsync(int fd)
{
    char link[64], path[4096] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, path, sizeof path - 1) < 0) return -1;
    note("fsync", path);
    return fdatasync(fd);
}

/* ---- Runs, compared ---- */

/* The weights that four epochs straight end with, and the file beside them. */
static void train_straight(place *p, const hg_train_options *o, char sha256[65])
{
    hg_train_result r = place_train(p, "straight", o);
    snprintf(sha256, 65, "%s", r.weights_sha256);
}

static char *read_file(const place *p, const char *name, size_t *size)
{
    char path[700], *bytes = NULL;
    if (hg__file_read(place_file(p, name, path), 1 << 26, &bytes, size, NULL)) fail_msg("%s cannot be read", path);
    return bytes;
}

/* The losses of every epoch, which must be there once each. */
static size_t read_losses(const char *folder, double losses[64])
{
    hg_run *run = NULL;
    hg_epoch *rows = NULL;
    size_t n = 0;
    assert_int_equal(hg_run_open(&run, folder, NULL), HG_OK);
    assert_int_equal(hg_run_epochs(run, &rows, &n, NULL), HG_OK);
    assert_true(n <= 32);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(rows[i].epoch, i + 1);
        losses[2 * i] = rows[i].train_loss, losses[2 * i + 1] = rows[i].val_loss;
    }
    free(rows);
    hg_run_close(&run);
    return n;
}

/* The run just made has the rows, the blocks and the model of RUN "straight". */
static void assert_as_straight(place *p)
{
    static const char *const files[] = {"model.safetensors", "checkpoint"};
    double mine[64], straight[64];
    char run[640];
    snprintf(run, sizeof run, "%s", p->run);
    size_t n = read_losses(run, mine);
    snprintf(p->run, sizeof p->run, "%s/straight", p->root);
    assert_int_equal(read_losses(p->run, straight), n);
    assert_memory_equal(mine, straight, 2 * n * sizeof *mine);
    for (size_t i = 0; i < 2; i++) {
        size_t size, other;
        char *theirs = read_file(p, files[i], &size);
        snprintf(p->run, sizeof p->run, "%s", run);
        char *ours = read_file(p, files[i], &other);
        snprintf(p->run, sizeof p->run, "%s/straight", p->root);
        if (i == 0) assert_int_equal(size, other);
        /* a checkpoint's header tells the time: only its blocks are compared, which end before the checksum */
        size_t compared =
            i ? size - 64 - 16 - (size_t)(unsigned char)theirs[12] - ((size_t)(unsigned char)theirs[13] << 8) : size;
        size_t behind = i ? 64 : 0;
        assert_memory_equal(theirs + size - behind - compared, ours + other - behind - compared, compared);
        free(theirs);
        free(ours);
    }
    snprintf(p->run, sizeof p->run, "%s", run);
}

static void two_epochs_and_two_more_are_four(void **state)
{
    static const char *const optimizers[] = {"adam", "adamw", "sgd", "rmsprop"};
    place *p = *state;
    char sha256[65], name[64];
    for (size_t i = 0; i < 4; i++) {
        hg_train_options o = place_options();
        o.optimizer = optimizers[i], o.weight_decay = 1e-3, o.ema = i % 2 ? 0 : 0.9, o.lr = 1e-3;
        hg_train_result r = place_train(p, "straight", &o);
        char straight[640];
        snprintf(straight, sizeof straight, "%s", p->run);
        snprintf(sha256, sizeof sha256, "%s", r.weights_sha256);
        o.epochs = 2;
        snprintf(name, sizeof name, "two-%zu", i);
        assert_string_not_equal(place_train(p, name, &o).weights_sha256, sha256);
        r = place_resume(p, 4);
        assert_string_equal(r.weights_sha256, sha256);
        assert_int_equal(r.epochs, 4);
        if (i == 0) assert_as_straight(p);
    }
}

static void threads_do_not_change_a_bit(void **state)
{
    place *p = *state;
    char sha256[65] = "";
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        hg_train_options o = place_options();
        o.threads = threads;
        hg_train_result r = place_train(p, "threads", &o);
        if (*sha256) assert_string_equal(r.weights_sha256, sha256);
        snprintf(sha256, sizeof sha256, "%s", r.weights_sha256);
    }
}

static void a_resume_may_take_other_threads(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    hg_train_result r = {0};
    char sha256[65];
    train_straight(p, &o, sha256);
    o.epochs = 2;
    place_train(p, "threads", &o);
    assert_int_equal(
        hg_train_resume(&r, p->set, p->run, &(hg_train_changes){.epochs = 4, .threads = 3}, &p->listener, &p->e),
        HG_OK);
    assert_string_equal(r.weights_sha256, sha256);
}

static void another_seed_gives_other_weights(void **state)
{
    place *p = *state;
    char sha256[65];
    hg_train_options o = place_options();
    train_straight(p, &o, sha256);
    o.seed = 2;
    assert_string_not_equal(place_train(p, "other", &o).weights_sha256, sha256);
}

/* ---- Signals ---- */

typedef struct stopper {
    size_t asked, at; /* after so many steps and epochs */
    int number;
} stopper;

static int stop_later(void *ctx)
{
    stopper *s = ctx;
    return ++s->asked == s->at ? s->number : 0;
}

static void a_stop_in_mid_epoch_loses_no_step(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    hg_train_result r = {0};
    char sha256[65];
    o.schedule = "onecycle";
    train_straight(p, &o, sha256);
    stopper s = {.at = 25, .number = SIGINT}; /* 17 steps an epoch, and its end */
    snprintf(p->run, sizeof p->run, "%s/stopped", p->root);
    assert_int_equal(
        hg_train(&r, p->set, p->graph, p->run, &o, &(hg_train_listener){.ctx = &s, .signal = stop_later}, &p->e),
        HG_INTERRUPTED);
    assert_non_null(strstr(p->e.what, "in epoch 2, after step 7 of 17; go on with: hourglass train --resume "));
    assert_string_equal(r.run, p->run);
    s = (stopper){.at = 3, .number = SIGTERM};
    assert_int_equal(
        hg_train_resume(&r, p->set, p->run, NULL, &(hg_train_listener){.ctx = &s, .signal = stop_later}, &p->e),
        HG_TERMINATED);
    assert_non_null(strstr(p->e.what, "after step 10 of 17"));
    assert_string_equal(place_resume(p, 0).weights_sha256, sha256);
    assert_as_straight(p);
}

static void a_stop_at_an_epochs_end_is_a_stop_after_it(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    hg_train_result r = {0};
    char sha256[65];
    o.schedule = "cosine";
    train_straight(p, &o, sha256);
    for (size_t at = 35; at <= 36; at++) { /* after the last step, and after the epoch */
        stopper s = {.at = at, .number = SIGINT};
        snprintf(p->run, sizeof p->run, "%s/stopped-%zu", p->root, at);
        assert_int_equal(
            hg_train(&r, p->set, p->graph, p->run, &o, &(hg_train_listener){.ctx = &s, .signal = stop_later}, &p->e),
            HG_INTERRUPTED);
        assert_non_null(strstr(p->e.what, "after epoch 2;"));
        assert_string_equal(place_resume(p, 0).weights_sha256, sha256);
        assert_as_straight(p);
    }
}

static void early_stopping_and_plateau_count_on_over_a_stop(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    char sha256[65];
    o.epochs = 20, o.patience = 5, o.min_delta = 0.02, o.schedule = "plateau", o.step_epochs = 2;
    hg_train_result straight = place_train(p, "straight", &o), r = {0};
    snprintf(sha256, sizeof sha256, "%s", straight.weights_sha256);
    assert_true(straight.epochs < 20);
    stopper s = {.at = 17 * (straight.epochs - 2) - 5, .number = SIGINT};
    snprintf(p->run, sizeof p->run, "%s/stopped", p->root);
    assert_int_equal(
        hg_train(&r, p->set, p->graph, p->run, &o, &(hg_train_listener){.ctx = &s, .signal = stop_later}, &p->e),
        HG_INTERRUPTED);
    r = place_resume(p, 0);
    assert_int_equal(r.epochs, straight.epochs);
    assert_int_equal(r.best_epoch, straight.best_epoch);
    assert_as_straight(p);
}

/* ---- kill -9 ---- */

static void sleep_for(long microseconds) { nanosleep(&(struct timespec){.tv_nsec = 1000 * microseconds}, NULL); }

/* A child trains or goes on; it is killed so many microseconds after its checkpoint is there. true: it was at it. */
static bool run_and_kill(place *p, const hg_train_options *o, long microseconds)
{
    char checkpoint[700];
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        hg_train_result r;
        bool fresh = !hg__is_dir(p->run);
        hg_status s = fresh ? hg_train(&r, p->set, p->graph, p->run, o, NULL, NULL)
                            : hg_train_resume(&r, p->set, p->run, NULL, NULL, NULL);
        _exit(s ? 1 : 0);
    }
    place_file(p, "checkpoint", checkpoint);
    for (size_t i = 0; i < 20000 && !hg__is_file(checkpoint); i++) sleep_for(500);
    sleep_for(microseconds);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) assert_int_equal(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status);
}

static void kills_at_random_moments_leave_no_trace(void **state)
{
    enum { KILLS = 20 };
    place *p = *state;
    hg_train_options o = place_options();
    char sha256[65];
    size_t met = 0;
    o.epochs = 12;
    double began = (double)clock();
    train_straight(p, &o, sha256);
    double whole = ((double)clock() - began) / CLOCKS_PER_SEC * 1e6; /* microseconds that a whole training takes */
    hg__random r = hg__random_at((uint64_t)time(NULL), HG__FOR_TEST, 0, 0);
    for (size_t run = 0; met < KILLS && run < 8; run++) {
        snprintf(p->run, sizeof p->run, "%s/killed-%zu", p->root, run);
        while (met < KILLS && run_and_kill(p, &o, (long)(whole / 3 * hg__random_uniform(&r)))) met++;
        assert_string_equal(place_resume(p, 0).weights_sha256, sha256);
        assert_as_straight(p);
    }
    print_message("# killed %zu times\n", met);
    assert_true(met >= KILLS / 2);
}

/* ---- Damage ---- */

/* A run of two epochs of four, whose two checkpoints are both there. */
static void make_half(place *p, char sha256[65])
{
    hg_train_options o = place_options();
    train_straight(p, &o, sha256);
    o.epochs = 2;
    place_train(p, "half", &o);
}

static void damage(const place *p, const char *name, size_t at)
{
    char path[700];
    size_t size;
    char *bytes = read_file(p, name, &size);
    bytes[at < size ? at : size - 1] ^= 4;
    assert_int_equal(hg__file_write(place_file(p, name, path), bytes, size, true, NULL), HG_OK);
    free(bytes);
}

static void a_damaged_checkpoint_falls_back_to_the_one_before(void **state)
{
    place *p = *state;
    char sha256[65];
    make_half(p, sha256);
    damage(p, "checkpoint", 5000);
    assert_string_equal(place_resume(p, 4).weights_sha256, sha256);
    assert_non_null(
        strstr(p->said, "is damaged: its SHA-256 is not the one at its end; going on from checkpoint.previous"));
    assert_as_straight(p);
}

static void a_missing_checkpoint_falls_back_to_the_one_before(void **state)
{
    place *p = *state;
    char sha256[65], path[700];
    make_half(p, sha256);
    assert_int_equal(unlink(place_file(p, "checkpoint", path)), 0);
    assert_string_equal(place_resume(p, 4).weights_sha256, sha256);
    assert_as_straight(p);
}

/* A process that resumes a run whose newest checkpoint is damaged dies before its n-th rename: whatever n is, the run
 * can still go on. */
static void a_kill_after_falling_back_leaves_a_run_that_goes_on(void **state)
{
    place *p = *state;
    char sha256[65], name[32];
    size_t died = 0;
    hg_train_options o = place_options();
    train_straight(p, &o, sha256);
    o.epochs = 2;
    for (size_t n = 1; n <= 12; n++) {
        int status;
        snprintf(name, sizeof name, "torn-%zu", n);
        place_train(p, name, &o);
        damage(p, "checkpoint", 5000);
        pid_t child = fork();
        assert_true(child >= 0);
        if (!child) {
            hg_train_result r;
            calls.renames = 0, calls.dies_at = n;
            _exit(hg_train_resume(&r, p->set, p->run, &(hg_train_changes){.epochs = 4}, NULL, NULL) ? 1 : 0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        died += WIFSIGNALED(status);
        assert_string_equal(place_resume(p, 4).weights_sha256, sha256);
    }
    assert_true(died >= 8);
}

static bool is_call(size_t i, const char *text) { return i < calls.n && !strncmp(calls.log[i], text, strlen(text)); }

/* A file's bytes before it takes its name, the folder after; of a checkpoint once both of its names are right. */
static void what_is_written_is_synced_before_its_name_and_after(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    size_t models = 0, checkpoints = 0;
    o.epochs = 2, calls.n = 0;
    place_train(p, "synced", &o);
    for (size_t i = 1; i < calls.n; i++)
        if (is_call(i, "rename model.safetensors")) {
            assert_true(is_call(i - 1, "fsync model.safetensors.part-") && is_call(i + 1, "fsync synced"));
            models++;
        } else if (is_call(i, "rename checkpoint.next")) {
            assert_true(is_call(i - 1, "fsync checkpoint.next.part-"));
        } else if (!strcmp(calls.log[i], "rename checkpoint")) {
            assert_true(is_call(i + 1, "fsync synced"));
            checkpoints++;
        }
    assert_int_equal(checkpoints, 3);
    assert_true(models >= 1);
}

static void every_cut_and_every_flip_is_found(void **state)
{
    place *p = *state;
    char sha256[65], path[700];
    size_t size;
    hg_train_result r;
    make_half(p, sha256);
    char *bytes = read_file(p, "checkpoint", &size);
    assert_int_equal(unlink(place_file(p, "checkpoint.previous", path)), 0);
    place_file(p, "checkpoint", path);
    for (size_t cut = 0; cut < size; cut += cut < 400 ? 37 : size / 23) {
        assert_int_equal(hg__file_write(path, bytes, cut, true, NULL), HG_OK);
        assert_int_equal(hg_train_resume(&r, p->set, p->run, NULL, NULL, &p->e), HG_MODEL);
        assert_non_null(strstr(p->e.where, "checkpoint"));
    }
    for (size_t at = 0; at < size; at += at < 64 ? 1 : size / 41) {
        bytes[at] ^= 1;
        assert_int_equal(hg__file_write(path, bytes, size, true, NULL), HG_OK);
        assert_int_equal(hg_train_resume(&r, p->set, p->run, NULL, NULL, &p->e), HG_MODEL);
        bytes[at] ^= 1;
    }
    free(bytes);
}

static void a_newer_checkpoint_is_refused_by_its_version(void **state)
{
    place *p = *state;
    char sha256[65];
    hg_train_result r;
    make_half(p, sha256);
    damage(p, "checkpoint", 8), damage(p, "checkpoint.previous", 8); /* 1 ^ 4: version 5 */
    assert_int_equal(hg_train_resume(&r, p->set, p->run, NULL, NULL, &p->e), HG_MODEL);
    assert_non_null(strstr(p->e.what, "version 5"));
}

/* ---- What a resume refuses ---- */

static void other_data_is_refused(void **state)
{
    place *p = *state;
    char sha256[65];
    hg_train_result r;
    hg_set *other = NULL;
    make_half(p, sha256);
    assert_int_equal(hg_set_wrap(&other, "less", p->values, PLACE_SAMPLES - 1, p->set->shape, NULL), HG_OK);
    assert_int_equal(hg_train_resume(&r, other, p->run, &(hg_train_changes){.epochs = 4}, NULL, &p->e), HG_DATA);
    assert_string_equal(p->e.where, "less");
    hg_set_close(&other);
}

static void other_labels_are_refused(void **state)
{
    static int32_t labels[PLACE_SAMPLES];
    place *p = *state;
    hg_train_options o = place_options();
    hg_train_result r = {0};
    for (size_t i = 0; i < PLACE_SAMPLES; i++) labels[i] = (int32_t)(i % 3);
    p->set->labels = labels, p->set->classes = 3;
    o.epochs = 2;
    place_train(p, "labelled", &o);
    labels[7] = 0, labels[8] = 1;
    assert_int_equal(hg_train_resume(&r, p->set, p->run, &(hg_train_changes){.epochs = 4}, NULL, &p->e), HG_DATA);
    assert_non_null(strstr(p->e.what, "its labels are not the run's"));
    labels[7] = 1, labels[8] = 2;
    assert_int_equal(hg_train_resume(&r, p->set, p->run, &(hg_train_changes){.epochs = 4}, NULL, &p->e), HG_OK);
    p->set->labels = NULL, p->set->classes = 0;
}

static void a_resume_sweeps_away_what_a_killed_process_left(void **state)
{
    place *p = *state;
    char sha256[65], name[64], files[4][700];
    make_half(p, sha256);
    pid_t dead = fork();
    if (!dead) _exit(0);
    assert_int_equal(waitpid(dead, NULL, 0), dead);
    const long number[] = {(long)dead, (long)dead, (long)getpid(), (long)getppid()};
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s.part-%ld", i == 1 ? "samples/epoch-0001.png" : "checkpoint.next", number[i]);
        place_file(p, name, files[i]);
        assert_int_equal(hg__file_write(files[i], "half", 4, true, NULL), HG_OK);
    }
    assert_string_equal(place_resume(p, 4).weights_sha256, sha256);
    for (size_t i = 0; i < 4; i++) assert_int_equal(hg__is_file(files[i]), i == 3); /* which is still being written */
}

static int resume_inside(void *ctx)
{
    place *p = ctx;
    hg_train_result r;
    hg_error e;
    char run[700];
    snprintf(run, sizeof run, "%s", p->run);
    assert_int_equal(hg_train_resume(&r, p->set, run, NULL, NULL, &e), HG_FAILED);
    assert_non_null(strstr(e.what, "another process is training in this folder"));
    return SIGINT;
}

static void two_trainings_never_share_a_folder(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    hg_train_result r = {0};
    p->listener.signal = resume_inside;
    assert_int_equal(hg_train(&r, p->set, p->graph, p->run, &o, &p->listener, &p->e), HG_INTERRUPTED);
}

static void a_finished_run_has_nothing_left_to_do(void **state)
{
    place *p = *state;
    hg_train_options o = place_options();
    char sha256[65];
    train_straight(p, &o, sha256);
    assert_string_equal(place_resume(p, 0).weights_sha256, sha256);
    assert_non_null(strstr(p->said, "nothing is left to train: 4 of 4 epochs are done"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_open, place_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_epochs_and_two_more_are_four),
        TEST(threads_do_not_change_a_bit),
        TEST(a_resume_may_take_other_threads),
        TEST(another_seed_gives_other_weights),
        TEST(a_stop_in_mid_epoch_loses_no_step),
        TEST(a_stop_at_an_epochs_end_is_a_stop_after_it),
        TEST(early_stopping_and_plateau_count_on_over_a_stop),
        TEST(kills_at_random_moments_leave_no_trace),
        TEST(a_damaged_checkpoint_falls_back_to_the_one_before),
        TEST(a_missing_checkpoint_falls_back_to_the_one_before),
        TEST(a_kill_after_falling_back_leaves_a_run_that_goes_on),
        TEST(what_is_written_is_synced_before_its_name_and_after),
        TEST(every_cut_and_every_flip_is_found),
        TEST(a_newer_checkpoint_is_refused_by_its_version),
        TEST(other_data_is_refused),
        TEST(other_labels_are_refused),
        TEST(a_resume_sweeps_away_what_a_killed_process_left),
        TEST(two_trainings_never_share_a_folder),
        TEST(a_finished_run_has_nothing_left_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
