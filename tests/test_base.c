/* test_base.c: the helpers that every room stands on keep the promises of their headers. */
#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/option.h"
#include "base/poison.h"
#include "base/random.h"
#include "base/team.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "temp_folder.h"

/* ---- fail.h ------------------------------------------------------------------------------------ */

static void an_error_may_be_made_from_its_own_text(void **state)
{
    (void)state;
    hg_error e = {0};
    hg__fail(&e, HG_DATA, "digits.idx", "is cut off");
    assert_int_equal(hg__fail(&e, HG_MODEL, e.where, "is bad: %s", e.what), HG_MODEL);
    assert_string_equal(e.where, "digits.idx");
    assert_string_equal(e.what, "is bad: is cut off");
    assert_int_equal(hg__fail(NULL, HG_IO, "x", "y"), HG_IO);
}

static void a_text_longer_than_the_error_is_cut_and_ends(void **state)
{
    (void)state;
    char long_text[5000];
    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = 0;
    hg_error e;
    hg__fail(&e, HG_IO, long_text, "%s", long_text);
    assert_int_equal(strlen(e.where), sizeof e.where - 1);
    assert_int_equal(strlen(e.what), sizeof e.what - 1);
}

static void every_status_has_the_exit_of_the_contract(void **state)
{
    (void)state;
    assert_int_equal(hg_status_exit(HG_OK), 0);
    assert_int_equal(hg_status_exit(HG_IO), 1);
    assert_int_equal(hg_status_exit(HG_USAGE), 2);
    assert_int_equal(hg_status_exit(HG_DATA), 3);
    assert_int_equal(hg_status_exit(HG_MODEL), 4);
    assert_int_equal(hg_status_exit(HG_DIVERGED), 5);
    assert_int_equal(hg_status_exit(HG_INTERRUPTED), 130);
    assert_int_equal(hg_status_exit(HG_TERMINATED), 143);
}

static void the_nearest_word_is_found_and_a_far_one_is_not(void **state)
{
    (void)state;
    static const char *const words[] = {"train", "eval", "reconstruct", "report"};
    assert_string_equal(hg__nearest("trian", words, 4), "train");
    assert_string_equal(hg__nearest("evl", words, 4), "eval");
    assert_string_equal(hg__nearest("reconstuct", words, 4), "reconstruct");
    assert_null(hg__nearest("xylophone", words, 4));
    assert_null(hg__nearest("train", words, 0));
}

static void a_product_or_sum_that_overflows_is_refused(void **state)
{
    (void)state;
    size_t out;
    assert_true(hg__mul(1u << 20, 1u << 20, &out));
    assert_true(out == (size_t)1 << 40);
    assert_false(hg__mul(SIZE_MAX, 2, &out));
    assert_true(hg__add(SIZE_MAX - 1, 1, &out));
    assert_false(hg__add(SIZE_MAX, 1, &out));
}

/* ---- arena.h, text.h, hash.h ------------------------------------------------------------------- */

static void pieces_of_an_arena_are_zero_aligned_and_apart(void **state)
{
    (void)state;
    hg__arena a;
    assert_int_equal(hg__arena_open(&a, hg__align(100) + hg__align(1) + 64, NULL), HG_OK);
    char *p = hg__arena_take(&a, 100), *q = hg__arena_take(&a, 1), *r = hg__arena_take(&a, 64);
    assert_int_equal((uintptr_t)p % HG__ALIGN, 0);
    assert_true(q - p >= 128 && r - q >= 64);
    for (int i = 0; i < 100; i++) assert_int_equal(p[i], 0);
    hg__arena_close(&a);
    hg__arena_close(&a); /* twice does no harm */
}

static void address_sanitizer_sees_what_lies_between_pieces(void **state)
{
    (void)state;
    hg__arena a;
    assert_int_equal(hg__arena_open(&a, 3 * hg__align(100), NULL), HG_OK);
    char *p = hg__arena_take(&a, 100), *q = hg__arena_take(&a, 128);
    assert_false(hg__is_poisoned(p + 99) || hg__is_poisoned(q) || hg__is_poisoned(q + 127));
    assert_int_equal(hg__is_poisoned(p + 104), HG__POISONS); /* 8 bytes are told apart */
    assert_int_equal(hg__is_poisoned(q + 128), HG__POISONS);
    hg__arena_close(&a);
    if (HG__POISONS) assert_false(hg__is_poisoned(p + 104));
}

static void an_arena_beyond_all_memory_is_an_error(void **state)
{
    (void)state;
    hg__arena a = {0};
    hg_error e = {0};
    assert_int_equal(hg__arena_open(&a, SIZE_MAX, &e), HG_MEMORY);
    assert_int_equal(hg__arena_open(&a, (size_t)1 << 60, &e), HG_MEMORY);
    assert_null(a.base);
}

static void a_text_grows_to_any_length(void **state)
{
    (void)state;
    hg__text t = {0};
    for (int i = 0; i < 10000; i++) hg__text_add(&t, "%04d ", i);
    hg__text_bytes(&t, "end", 3);
    assert_int_equal(hg__text_done(&t, NULL), HG_OK);
    assert_int_equal(t.size, 50003);
    assert_int_equal(strlen(t.at), t.size);
    assert_string_equal(t.at + 49995, "9999 end");
    hg__text_close(&t);
    assert_null(t.at);
}

static void the_sha256_of_abc_is_the_standards(void **state)
{
    (void)state;
    static const char *const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    char whole[65], pieces[65];
    hg__sha256("abc", 3, whole);
    hg__hash h;
    hg__hash_begin(&h);
    hg__hash_add(&h, "a", 1);
    hg__hash_add(&h, "bc", 2);
    hg__hash_end(&h, pieces);
    assert_string_equal(whole, expected);
    assert_string_equal(pieces, expected);
}

/* ---- file.h: each test has a folder of its own, *state ------------------------------------------ */

typedef struct place {
    char folder[512], file[600];
} place;

static int open_place(void **state)
{
    place *p = calloc(1, sizeof *p);
    if (!p || !temp_open(p->folder, sizeof p->folder)) return -1;
    snprintf(p->file, sizeof p->file, "%s/file", p->folder);
    *state = p;
    return 0;
}

static int close_place(void **state)
{
    place *p = *state;
    int bad = temp_close(p->folder);
    free(p);
    return bad;
}

static void assert_holds(const char *path, const char *text)
{
    char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(hg__file_read(path, 1 << 20, &bytes, &size, NULL), HG_OK);
    assert_int_equal(size, strlen(text));
    assert_string_equal(bytes, text);
    free(bytes);
}

static size_t files_in(const char *folder)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (const struct dirent *entry; (entry = readdir(d));)
        n += !!strcmp(entry->d_name, ".") && !!strcmp(entry->d_name, "..");
    closedir(d);
    return n;
}

static void what_was_written_is_read_back(void **state)
{
    const place *p = *state;
    assert_int_equal(hg__file_write(p->file, "hello", 5, false, NULL), HG_OK);
    assert_holds(p->file, "hello");
    assert_int_equal(hg__file_write(p->file, "", 0, true, NULL), HG_OK);
    assert_holds(p->file, "");
    assert_int_equal(files_in(p->folder), 1);
}

static void a_file_is_overwritten_only_with_force(void **state)
{
    const place *p = *state;
    hg_error e = {0};
    assert_int_equal(hg__file_write(p->file, "old", 3, false, NULL), HG_OK);
    assert_int_equal(hg__file_write(p->file, "new", 3, false, &e), HG_EXISTS);
    assert_string_equal(e.where, p->file);
    assert_non_null(strstr(e.what, "--force"));
    assert_holds(p->file, "old");
    assert_int_equal(hg__file_write(p->file, "new", 3, true, NULL), HG_OK);
    assert_holds(p->file, "new");
}

static void a_pipe_is_never_replaced_by_a_file(void **state)
{
    const struct place *p = *state;
    hg_error e = {0};
    struct stat st;
    assert_int_equal(mkfifo(p->file, 0600), 0);
    assert_int_equal(hg__file_write(p->file, "new", 3, true, &e), HG_IO);
    assert_int_equal(stat(p->file, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
}

static void a_reader_sees_the_old_file_until_the_new_one_is_complete(void **state)
{
    const place *p = *state;
    hg__file f;
    hg__file_write(p->file, "old", 3, false, NULL);
    assert_int_equal(hg__file_create(&f, p->file, true, NULL), HG_OK);
    fputs("half of the new", f.stream);
    fflush(f.stream);
    assert_holds(p->file, "old");
    assert_int_equal(hg__file_close(&f, HG_OK, NULL), HG_OK);
    assert_holds(p->file, "half of the new");
}

static void a_file_given_up_leaves_nothing_behind(void **state)
{
    const place *p = *state;
    hg__file f;
    assert_int_equal(hg__file_create(&f, p->file, false, NULL), HG_OK);
    fputs("half", f.stream);
    assert_int_equal(hg__file_close(&f, HG_DATA, NULL), HG_DATA);
    assert_int_equal(files_in(p->folder), 0);
}

/* A limit on the size of files stands in for a disk that fills up: the write fails in the middle. */
static void a_full_disk_keeps_the_old_file_and_no_part_of_the_new(void **state)
{
    const place *p = *state;
    enum { BYTES = 1 << 20 };
    static char bytes[BYTES];
    struct rlimit before, small;
    hg_error e = {0};
    hg__file_write(p->file, "old", 3, false, NULL);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = BYTES / 2, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    hg_status s = hg__file_write(p->file, bytes, BYTES, true, &e);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(s, HG_IO);
    assert_string_equal(e.where, p->file);
    assert_holds(p->file, "old");
    assert_int_equal(files_in(p->folder), 1);
}

static void a_full_standard_output_is_an_error(void **state)
{
    (void)state;
    pid_t child = fork();
    if (!child) _exit(freopen("/dev/full", "w", stdout) && hg__file_write("-", "x", 1, false, NULL) == HG_IO ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void a_folder_without_permission_is_an_error_that_names_the_file(void **state)
{
    const place *p = *state;
    hg_error e = {0};
    assert_int_equal(chmod(p->folder, 0500), 0);
    bool root = !geteuid();
    if (root) assert_int_equal(seteuid(65534), 0);
    hg_status s = hg__file_write(p->file, "x", 1, false, &e);
    if (root) assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(p->folder, 0700), 0);
    assert_int_equal(s, HG_IO);
    assert_string_equal(e.where, p->file);
    assert_non_null(strstr(e.what, "Permission denied"));
}

static void a_missing_file_a_folder_and_a_file_too_large_are_refused(void **state)
{
    const place *p = *state;
    char *bytes = NULL;
    size_t size = 7;
    assert_int_equal(hg__file_read(p->file, 10, &bytes, &size, NULL), HG_IO);
    assert_int_equal(hg__file_read(p->folder, 10, &bytes, &size, NULL), HG_IO);
    hg__file_write(p->file, "0123456789", 10, false, NULL);
    assert_int_equal(hg__file_read(p->file, 9, &bytes, &size, NULL), HG_DATA);
    assert_int_equal(hg__file_read("/dev/zero", 100, &bytes, &size, NULL), HG_DATA);
    assert_null(bytes);
    assert_int_equal(size, 7);
    assert_int_equal(hg__file_read(p->file, 10, &bytes, &size, NULL), HG_OK);
    free(bytes);
}

static void a_folder_is_made_with_its_parents_and_made_again(void **state)
{
    const place *p = *state;
    char deep[700];
    snprintf(deep, sizeof deep, "%s/a/b/c", p->folder);
    assert_int_equal(hg__dir_make(deep, NULL), HG_OK);
    assert_int_equal(hg__dir_make(deep, NULL), HG_OK);
    assert_true(hg__is_dir(deep));
    assert_false(hg__is_file(deep));
    hg__file_write(p->file, "x", 1, false, NULL);
    snprintf(deep, sizeof deep, "%s/sub", p->file);
    assert_int_equal(hg__dir_make(deep, NULL), HG_IO);
}

/* ---- random.h ---------------------------------------------------------------------------------- */

/* The known answers that come with Random123. */
static void philox_gives_the_published_numbers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        hg__philox(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void a_stream_depends_on_its_name_alone(void **state)
{
    (void)state;
    hg__random a = hg__random_at(1, HG__FOR_TEST, 2, 3), b = hg__random_at(1, HG__FOR_TEST, 2, 3);
    hg__random others[] = {hg__random_at(2, HG__FOR_TEST, 2, 3), hg__random_at(1, HG__FOR_SPLIT, 2, 3),
                           hg__random_at(1, HG__FOR_TEST, 3, 3), hg__random_at(1, HG__FOR_TEST, 2, 4),
                           hg__random_at(1, HG__FOR_TEST, 2, 3 + (1ull << 32))};
    for (int i = 0; i < 100; i++) {
        uint32_t x = hg__random_u32(&a);
        assert_int_equal(x, hg__random_u32(&b));
        for (size_t j = 0; j < sizeof others / sizeof *others; j++) assert_int_not_equal(x, hg__random_u32(&others[j]));
    }
}

static void the_moments_are_those_of_the_distributions(void **state)
{
    (void)state;
    enum { N = 100000 };
    hg__random r = hg__random_at(0, HG__FOR_TEST, 0, 0);
    double u = 0, uu = 0, g = 0, gg = 0, g4 = 0;
    for (int i = 0; i < N; i++) {
        double x = hg__random_uniform(&r), y = hg__random_normal(&r);
        assert_true(x >= 0 && x < 1);
        u += x, uu += x * x, g += y, gg += y * y, g4 += y * y * y * y;
    }
    /* Bounds of five standard deviations. */
    assert_true(fabs(u / N - 0.5) < 5 * 0.2887 / sqrt(N));
    assert_true(fabs(uu / N - 1.0 / 3) < 5 * 0.2981 / sqrt(N));
    assert_true(fabs(g / N) < 5 / sqrt(N));
    assert_true(fabs(gg / N - 1) < 5 * 1.4142 / sqrt(N));
    assert_true(fabs(g4 / N - 3) < 5 * 9.798 / sqrt(N));
}

static void numbers_below_a_bound_fill_it_evenly(void **state)
{
    (void)state;
    size_t count[7] = {0};
    hg__random r = hg__random_at(5, HG__FOR_TEST, 0, 0);
    for (int i = 0; i < 70000; i++) count[hg__random_below(&r, 7)]++;
    for (int i = 0; i < 7; i++) assert_in_range(count[i], 10000 - 463, 10000 + 463); /* five deviations */
    assert_int_equal(hg__random_below(&r, 1), 0);
}

static void a_shuffle_is_a_permutation_and_moves_things(void **state)
{
    (void)state;
    enum { N = 1000 };
    uint32_t order[N];
    bool seen[N] = {false};
    size_t moved = 0;
    for (uint32_t i = 0; i < N; i++) order[i] = i;
    hg__random r = hg__random_at(0, HG__FOR_SHUFFLE, 0, 0);
    hg__random_shuffle(&r, order, N);
    for (size_t i = 0; i < N; i++) {
        assert_true(order[i] < N && !seen[order[i]]);
        seen[order[i]] = true;
        moved += order[i] != i;
    }
    assert_true(moved > N - 20);
    hg__random_shuffle(&r, order, 0);
}

/* ---- team.h ------------------------------------------------------------------------------------ */

enum { MOST_TASKS = 100 };

typedef struct tally {
    atomic_uint runs[MOST_TASKS];
    size_t threads;
    atomic_bool stray; /* a thread that is none of the team */
} tally;

static void count_run(void *ctx, size_t task, size_t thread)
{
    tally *t = ctx;
    atomic_fetch_add(&t->runs[task], 1);
    if (thread >= t->threads) atomic_store(&t->stray, true);
}

static void every_task_is_run_once_by_any_number_of_threads(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 8; threads++) {
        hg__team *team = NULL;
        assert_int_equal(hg__team_open(&team, threads, NULL), HG_OK);
        assert_int_equal(hg__team_size(team), threads);
        for (size_t tasks = 0; tasks <= MOST_TASKS; tasks += 9) {
            tally t = {.threads = threads};
            hg__team_run(team, tasks, count_run, &t);
            for (size_t i = 0; i < MOST_TASKS; i++) assert_int_equal(t.runs[i], i < tasks);
            assert_false(t.stray);
        }
        hg__team_close(&team);
        assert_null(team);
    }
}

static void without_a_team_the_caller_runs_all_tasks(void **state)
{
    (void)state;
    tally t = {.threads = 1};
    hg__team_run(NULL, MOST_TASKS, count_run, &t);
    for (size_t i = 0; i < MOST_TASKS; i++) assert_int_equal(t.runs[i], 1);
    assert_false(t.stray);
    assert_int_equal(hg__team_size(NULL), 1);
}

static void a_team_that_fell_asleep_wakes_for_the_next_loop(void **state)
{
    (void)state;
    hg__team *team = NULL;
    assert_int_equal(hg__team_open(&team, 3, NULL), HG_OK);
    for (int i = 0; i < 5; i++) {
        tally t = {.threads = 3};
        usleep(5000);
        hg__team_run(team, 30, count_run, &t);
        for (size_t j = 0; j < 30; j++) assert_int_equal(t.runs[j], 1);
    }
    hg__team_close(&team);
    hg__team_close(&team);
}

static void a_thousand_short_loops_lose_no_task(void **state)
{
    (void)state;
    hg__team *team = NULL;
    tally t = {.threads = 4};
    assert_int_equal(hg__team_open(&team, 4, NULL), HG_OK);
    for (int i = 0; i < 1000; i++) hg__team_run(team, 8, count_run, &t);
    hg__team_close(&team);
    for (size_t i = 0; i < 8; i++) assert_int_equal(t.runs[i], 1000);
}

typedef struct seen { /* how many processors a task of each thread may use */
    atomic_int processors[3];
} seen;

static void see_processors(void *ctx, size_t task, size_t thread)
{
    seen *s = ctx;
    (void)task;
    atomic_store(&s->processors[thread], (int)hg__processors());
    usleep(1000); /* leaves tasks to the others */
}

static void a_pinned_team_binds_its_workers_and_not_its_caller(void **state)
{
    (void)state;
    hg__team *team = NULL;
    seen s = {0};
    int all = (int)hg__processors();
    assert_false(hg__team_pin(NULL));
    assert_int_equal(hg__team_open(&team, 3, NULL), HG_OK);
    assert_true(hg__team_pin(team));
    while (!s.processors[0] || !s.processors[1] || !s.processors[2]) hg__team_run(team, 30, see_processors, &s);
    hg__team_close(&team);
    assert_int_equal(s.processors[0], all);
    assert_int_equal(s.processors[1], 1);
    assert_int_equal(s.processors[2], 1);
}

static void a_team_beyond_reason_is_refused(void **state)
{
    (void)state;
    hg__team *team = NULL;
    assert_int_equal(hg__team_open(&team, 100000, NULL), HG_USAGE);
    assert_null(team);
    assert_true(hg__processors() >= 1);
}

/* ---- option.h ---------------------------------------------------------------------------------- */

typedef struct settings {
    bool flag;
    size_t epochs;
    uint64_t seed;
    double lr;
    const char *optimizer, *out;
} settings;

#define AT(field) offsetof(settings, field)
static const hg__option table[] = {
    {.name = "flag", .type = HG__FLAG, .offset = AT(flag), .fallback = "true"},
    {.name = "epochs", .type = HG__SIZE, .offset = AT(epochs), .fallback = "20", .min = 1, .max = 100},
    {.name = "seed", .type = HG__U64, .offset = AT(seed), .fallback = "18446744073709551615"},
    {.name = "lr", .type = HG__REAL, .offset = AT(lr), .fallback = "1e-3", .min = 0, .max = 10},
    {.name = "optimizer", .type = HG__CHOICE, .offset = AT(optimizer), .fallback = "adam", .choices = "adam|adamw|sgd"},
    {.name = "out", .type = HG__TEXT, .offset = AT(out)},
    {0},
};
#undef AT

static void defaults_are_read_from_the_table(void **state)
{
    (void)state;
    settings s = {0};
    hg__options_default(table, &s);
    assert_true(s.flag && s.epochs == 20 && s.seed == UINT64_MAX && s.lr == 1e-3 && !s.out);
    assert_string_equal(s.optimizer, "adam");
}

static void a_value_that_does_not_fit_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"epochs", "0"},
        {"epochs", "101"},
        {"epochs", "-1"},
        {"epochs", "5x"},
        {"epochs", ""},
        {"epochs", "1e2"},
        {"epochs", " 5"},
        {"lr", "nan"},
        {"lr", "inf"},
        {"lr", "-1"},
        {"lr", "0.1.2"},
        {"lr", ""},
        {"optimizer", "adagrad"},
        {"flag", "maybe"},
        {"optimizer", ""},
        {"epochs", "0x10"},
        {"optimizer", "a"},
        {"seed", "18446744073709551616"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        settings before = {0}, s = {0};
        hg_error e = {0};
        assert_int_equal(hg__option_set(hg__option_find(table, wrong[i][0]), &s, wrong[i][1], "--x", &e), HG_USAGE);
        assert_string_equal(e.where, "--x");
        assert_memory_equal(&s, &before, sizeof s);
    }
}

static void a_misspelt_choice_is_answered_with_the_nearest(void **state)
{
    (void)state;
    settings s = {0};
    hg_error e = {0};
    hg__option_set(hg__option_find(table, "optimizer"), &s, "adamv", "--optimizer", &e);
    assert_non_null(strstr(e.what, "did you mean adam"));
}

static void every_value_is_written_as_text_that_reads_back(void **state)
{
    (void)state;
    settings s = {.flag = true, .epochs = 7, .seed = 1ull << 63, .lr = 0.1 + 0.2, .optimizer = "sgd", .out = "runs/a"};
    for (const hg__option *row = table; row->name; row++) {
        settings copy = s;
        char text[64];
        hg__option_text(row, &s, text, sizeof text);
        assert_int_equal(hg__option_set(row, &copy, text, "x", NULL), HG_OK);
        assert_true(copy.flag == s.flag && copy.epochs == s.epochs && copy.seed == s.seed && copy.lr == s.lr);
    }
    assert_null(hg__option_find(table, "no-such"));
}

/* ------------------------------------------------------------------------------------------------ */

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_place, close_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_may_be_made_from_its_own_text),
        cmocka_unit_test(a_text_longer_than_the_error_is_cut_and_ends),
        cmocka_unit_test(every_status_has_the_exit_of_the_contract),
        cmocka_unit_test(the_nearest_word_is_found_and_a_far_one_is_not),
        cmocka_unit_test(a_product_or_sum_that_overflows_is_refused),
        cmocka_unit_test(pieces_of_an_arena_are_zero_aligned_and_apart),
        cmocka_unit_test(address_sanitizer_sees_what_lies_between_pieces),
        cmocka_unit_test(an_arena_beyond_all_memory_is_an_error),
        cmocka_unit_test(a_text_grows_to_any_length),
        cmocka_unit_test(the_sha256_of_abc_is_the_standards),
        IN_A_FOLDER(what_was_written_is_read_back),
        IN_A_FOLDER(a_file_is_overwritten_only_with_force),
        IN_A_FOLDER(a_pipe_is_never_replaced_by_a_file),
        IN_A_FOLDER(a_reader_sees_the_old_file_until_the_new_one_is_complete),
        IN_A_FOLDER(a_file_given_up_leaves_nothing_behind),
        IN_A_FOLDER(a_full_disk_keeps_the_old_file_and_no_part_of_the_new),
        cmocka_unit_test(a_full_standard_output_is_an_error),
        IN_A_FOLDER(a_folder_without_permission_is_an_error_that_names_the_file),
        IN_A_FOLDER(a_missing_file_a_folder_and_a_file_too_large_are_refused),
        IN_A_FOLDER(a_folder_is_made_with_its_parents_and_made_again),
        cmocka_unit_test(philox_gives_the_published_numbers),
        cmocka_unit_test(a_stream_depends_on_its_name_alone),
        cmocka_unit_test(the_moments_are_those_of_the_distributions),
        cmocka_unit_test(numbers_below_a_bound_fill_it_evenly),
        cmocka_unit_test(a_shuffle_is_a_permutation_and_moves_things),
        cmocka_unit_test(every_task_is_run_once_by_any_number_of_threads),
        cmocka_unit_test(without_a_team_the_caller_runs_all_tasks),
        cmocka_unit_test(a_team_that_fell_asleep_wakes_for_the_next_loop),
        cmocka_unit_test(a_thousand_short_loops_lose_no_task),
        cmocka_unit_test(a_pinned_team_binds_its_workers_and_not_its_caller),
        cmocka_unit_test(a_team_beyond_reason_is_refused),
        cmocka_unit_test(defaults_are_read_from_the_table),
        cmocka_unit_test(a_value_that_does_not_fit_is_refused_and_changes_nothing),
        cmocka_unit_test(a_misspelt_choice_is_answered_with_the_nearest),
        cmocka_unit_test(every_value_is_written_as_text_that_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
