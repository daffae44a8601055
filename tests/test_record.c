/* test_record.c: the run folder keeps its promises: numbering, complete lines after a crash, documents for people. */
#include <hourglass/record.h>

#include "base/file.h"
#include "record/json_text.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "temp_folder.h"

typedef struct place {
    char root[512], run[640];
    hg_run *r;
} place;

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    if (!p || !temp_open(p->root, sizeof p->root)) return -1;
    snprintf(p->run, sizeof p->run, "%s/runs/first", p->root);
    *state = p;
    return hg_run_create(&p->r, p->run, false, NULL) ? -1 : 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    hg_run_close(&p->r);
    int bad = temp_close(p->root);
    free(p);
    return bad;
}

static char *text_of(const place *p, const char *name)
{
    char path[1024], *text = NULL;
    size_t size;
    assert_int_equal(hg__file_read(hg_run_file(p->r, name, path, sizeof path), 1 << 20, &text, &size, NULL), HG_OK);
    return text;
}

static void add_bytes(const place *p, const char *name, const char *bytes)
{
    char path[1024];
    FILE *f = fopen(hg_run_file(p->r, name, path, sizeof path), "ab");
    assert_non_null(f);
    assert_true(fputs(bytes, f) >= 0);
    fclose(f);
}

static void add_epochs(place *p, size_t from, size_t to)
{
    for (size_t i = from; i <= to; i++) {
        hg_epoch row = {.epoch = i,
                        .train_loss = .5 / (double)i,
                        .val_loss = NAN,
                        .val_mse = .1,
                        .lr = .001,
                        .seconds = (double)i,
                        .best = i == 2};
        assert_int_equal(hg_run_epoch(p->r, &row, NULL), HG_OK);
    }
}

static void a_row_is_one_line_in_both_files(void **state)
{
    place *p = *state;
    hg_epoch row = {.epoch = 1,
                    .train_loss = .1,
                    .val_loss = NAN,
                    .val_mse = INFINITY,
                    .lr = 1e-3,
                    .images_per_second = 5000.5,
                    .seconds = 12,
                    .best = true};
    assert_int_equal(hg_run_epoch(p->r, &row, NULL), HG_OK);
    char *jsonl = text_of(p, "metrics.jsonl"), *csv = text_of(p, "metrics.csv");
    assert_string_equal(jsonl, "{\"epoch\":1,\"train_loss\":0.1,\"val_loss\":null,\"val_mse\":null,\"lr\":0.001,"
                               "\"images_per_second\":5000.5,\"seconds\":12.0,\"best\":true}\n");
    assert_string_equal(
        csv, "epoch,train_loss,val_loss,val_mse,lr,images_per_second,seconds,best\n1,0.1,,,0.001,5000.5,12.0,1\n");
    free(jsonl), free(csv);
}

static void rows_read_back_to_the_bit(void **state)
{
    place *p = *state;
    hg_epoch *rows = NULL,
             row = {.epoch = 7, .train_loss = 1.0 / 3, .val_loss = 0x1.fffffffffffffp-9, .val_mse = NAN, .lr = 1e-300};
    size_t n = 0;
    assert_int_equal(hg_run_epoch(p->r, &row, NULL), HG_OK);
    assert_int_equal(hg_run_epochs(p->r, &rows, &n, NULL), HG_OK);
    assert_int_equal(n, 1);
    assert_int_equal(rows->epoch, 7);
    assert_true(rows->train_loss == row.train_loss && rows->val_loss == row.val_loss && rows->lr == row.lr &&
                isnan(rows->val_mse));
    free(rows);
}

static void a_run_without_rows_has_none(void **state)
{
    place *p = *state;
    hg_epoch *rows = NULL;
    size_t n = 9;
    assert_int_equal(hg_run_epochs(p->r, &rows, &n, NULL), HG_OK);
    assert_int_equal(n, 0);
    free(rows);
}

static void a_torn_line_is_passed_over_and_cut_by_the_next_writer(void **state)
{
    place *p = *state;
    hg_epoch *rows = NULL;
    size_t n = 0;
    add_epochs(p, 1, 2);
    char *before = text_of(p, "metrics.jsonl");
    add_bytes(p, "metrics.jsonl", "{\"epoch\":3,\"tra");
    add_bytes(p, "metrics.csv", "3,0.2");
    hg_run_close(&p->r);
    assert_int_equal(hg_run_open(&p->r, p->run, NULL), HG_OK);
    assert_int_equal(hg_run_epochs(p->r, &rows, &n, NULL), HG_OK);
    assert_int_equal(n, 2);
    add_epochs(p, 3, 3);
    char *after = text_of(p, "metrics.jsonl"), *csv = text_of(p, "metrics.csv");
    assert_memory_equal(before, after, strlen(before));
    assert_non_null(strstr(after + strlen(before), "{\"epoch\":3,"));
    assert_non_null(strstr(csv, "\n3,0.16666666666666666,"));
    assert_null(strstr(csv, "3,0.23"));
    free(rows), free(before), free(after), free(csv);
}

static void a_row_lost_from_the_csv_is_put_back(void **state)
{
    place *p = *state;
    char path[1024];
    add_epochs(p, 1, 3);
    char *whole = text_of(p, "metrics.csv");
    assert_int_equal(
        hg__file_write(hg_run_file(p->r, "metrics.csv", path, sizeof path), whole, strlen(whole) - 30, true, NULL),
        HG_OK);
    assert_int_equal(hg_run_rewind(p->r, 3, NULL), HG_OK);
    char *mended = text_of(p, "metrics.csv");
    assert_string_equal(whole, mended);
    free(whole), free(mended);
}

static void rewinding_drops_later_rows_only(void **state)
{
    place *p = *state;
    hg_epoch *rows = NULL;
    size_t n = 0;
    add_epochs(p, 1, 5);
    assert_int_equal(hg_run_rewind(p->r, 3, NULL), HG_OK);
    add_epochs(p, 4, 4);
    assert_int_equal(hg_run_epochs(p->r, &rows, &n, NULL), HG_OK);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) assert_int_equal(rows[i].epoch, i + 1);
    free(rows);
    assert_int_equal(hg_run_rewind(p->r, 0, NULL), HG_OK);
    char *csv = text_of(p, "metrics.csv");
    assert_non_null(strstr(csv, "best\n"));
    assert_string_equal(strstr(csv, "best\n"), "best\n");
    free(csv);
}

static void a_damaged_row_is_named_by_its_line(void **state)
{
    static const char *const damaged[] = {"{\"epoch\":2,,}\n",
                                          "[]\n",
                                          "{\"epoch\":0,\"best\":true}\n",
                                          "{\"epoch\":1.5,\"best\":true}\n",
                                          "{\"epoch\":2,\"best\":1}\n",
                                          "{\"epoch\":2,\"best\":true,\"lr\":\"x\"}\n",
                                          "\n"};
    place *p = *state;
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        hg_epoch *rows = NULL;
        size_t n = 0;
        hg_error e = {0};
        assert_int_equal(hg_run_rewind(p->r, 0, NULL), HG_OK);
        add_epochs(p, 1, 1);
        add_bytes(p, "metrics.jsonl", damaged[i]);
        assert_int_equal(hg_run_epochs(p->r, &rows, &n, &e), HG_DATA);
        assert_non_null(strstr(e.where, "metrics.jsonl:2"));
        assert_null(rows);
        char path[1024];
        assert_int_equal(unlink(hg_run_file(p->r, "metrics.jsonl", path, sizeof path)), 0);
    }
}

static void a_zero_byte_does_not_hide_the_rows_behind_it(void **state)
{
    place *p = *state;
    char path[700];
    hg_epoch *rows = NULL;
    size_t n = 0;
    hg_error e = {0};
    add_epochs(p, 1, 3);
    FILE *f = fopen(hg_run_file(p->r, "metrics.jsonl", path, sizeof path), "r+b");
    assert_non_null(f);
    for (int c = 0; c != '\n';) c = fgetc(f);
    assert_int_equal(fseek(f, 5, SEEK_CUR) || fputc(0, f) || fclose(f), 0);
    assert_int_equal(hg_run_epochs(p->r, &rows, &n, &e), HG_DATA);
    assert_non_null(strstr(e.where, "metrics.jsonl:2"));
    assert_non_null(strstr(e.what, "zero byte"));
}

static void a_torn_line_of_zeros_is_passed_over(void **state)
{
    place *p = *state;
    char path[700];
    hg_epoch *rows = NULL;
    size_t n = 0;
    add_epochs(p, 1, 2);
    FILE *f = fopen(hg_run_file(p->r, "metrics.jsonl", path, sizeof path), "ab");
    assert_non_null(f);
    assert_int_equal(fwrite("{\0\0\0", 1, 4, f), 4);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(hg_run_epochs(p->r, &rows, &n, NULL), HG_OK);
    assert_int_equal(n, 2);
    free(rows);
}

static void *no_memory(size_t n) { return (void)n, NULL; }

static void want_of_memory_is_not_called_bad_json(void **state)
{
    (void)state;
    json_t *document = NULL;
    hg_error e = {0};
    json_set_alloc_funcs(no_memory, free);
    hg_status s = hg__json_parse(&document, "{\"a\": [1]}", "a.json", &e);
    json_set_alloc_funcs(malloc, free);
    assert_int_equal(s, HG_MEMORY);
}

static void every_crash_leaves_readable_rows(void **state)
{
    place *p = *state;
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (!child)
            for (size_t k = 1;; k++) hg_run_epoch(p->r, &(hg_epoch){.epoch = k, .train_loss = 1 / (double)k}, NULL);
        usleep(1000 + 700 * (useconds_t)i);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        hg_epoch *rows = NULL;
        size_t n = 0;
        assert_int_equal(hg_run_epochs(p->r, &rows, &n, NULL), HG_OK);
        for (size_t k = 0; k < n; k++) assert_int_equal(rows[k].epoch, k + 1);
        free(rows);
        assert_int_equal(hg_run_rewind(p->r, 0, NULL), HG_OK);
    }
}

static void a_taken_name_is_refused_or_numbered(void **state)
{
    place *p = *state;
    hg_run *other = NULL;
    hg_error e = {0};
    char expected[700];
    assert_int_equal(hg_run_create(&other, p->run, false, &e), HG_EXISTS);
    assert_string_equal(e.where, p->run);
    assert_null(other);
    for (int i = 2; i <= 3; i++) {
        assert_int_equal(hg_run_create(&other, p->run, true, NULL), HG_OK);
        snprintf(expected, sizeof expected, "%s-%d", p->run, i);
        assert_string_equal(hg_run_path(other), expected);
        hg_run_close(&other);
    }
}

static void a_folder_that_is_no_run_is_refused(void **state)
{
    place *p = *state;
    hg_run *other = NULL;
    hg_error e = {0};
    char missing[700];
    assert_int_equal(hg_run_open(&other, p->root, &e), HG_DATA);
    assert_non_null(strstr(e.what, "config.json"));
    snprintf(missing, sizeof missing, "%s/nowhere", p->root);
    assert_int_equal(hg_run_open(&other, missing, &e), HG_DATA);
    assert_non_null(strstr(e.what, "no such folder"));
    assert_null(other);
}

static void a_document_is_kept_in_order_and_readable(void **state)
{
    place *p = *state;
    char *back = NULL;
    assert_int_equal(
        hg_run_write_json(p->r, "config.json", "{\"zebra\": 0.1, \"apple\": 9007199254740993, \"é\": [1, null]}", NULL),
        HG_OK);
    assert_int_equal(hg_run_read_json(p->r, "config.json", &back, NULL), HG_OK);
    assert_string_equal(back,
                        "{\n  \"zebra\": 0.1,\n  \"apple\": 9007199254740993,\n  \"é\": [\n    1,\n    null\n  ]\n}\n");
    free(back);
}

static void a_broken_document_is_refused_both_ways(void **state)
{
    static const char *const broken[] = {"", "{", "{\"a\": nan}", "{\"a\": 1, \"a\": 2}", "{} x", "\"\\u0000\""};
    place *p = *state;
    char path[1024], *back = NULL;
    hg_error e = {0};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        assert_int_equal(hg_run_write_json(p->r, "eval.json", broken[i], &e), HG_DATA);
        assert_false(hg__is_file(hg_run_file(p->r, "eval.json", path, sizeof path)));
    }
    add_bytes(p, "eval.json", "{\n \"a\": 1\n \"b\": 2}");
    assert_int_equal(hg_run_read_json(p->r, "eval.json", &back, &e), HG_DATA);
    assert_non_null(strstr(e.where, "eval.json:3:"));
    assert_null(back);
    assert_int_equal(hg_run_read_json(p->r, "env.json", &back, &e), HG_IO);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_is_one_line_in_both_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_read_back_to_the_bit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_without_rows_has_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_torn_line_is_passed_over_and_cut_by_the_next_writer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_lost_from_the_csv_is_put_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rewinding_drops_later_rows_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_row_is_named_by_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_zero_byte_does_not_hide_the_rows_behind_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_torn_line_of_zeros_is_passed_over, set_up, tear_down),
        cmocka_unit_test(want_of_memory_is_not_called_bad_json),
        cmocka_unit_test_setup_teardown(every_crash_leaves_readable_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_taken_name_is_refused_or_numbered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_is_no_run_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_document_is_kept_in_order_and_readable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_document_is_refused_both_ways, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
