/* test_data_idx.c: IDX files, raw and gzip: every type and number of dimensions, labels beside images, and that what
 * is damaged is refused, whatever the damage. */
#include "data_files.h"

#include <math.h>

/* ---- Valid files ------------------------------------------------------------------------------ */

static void every_type_gives_its_values(void **state)
{
    static const struct {
        uint8_t type, size, one[8];
        double value, unit; /* of `one`, as stored and as [0,1] */
    } types[] = {
        {0x08, 1, {200}, 200, 200 / 255.0},
        {0x09, 1, {0x80}, -128, 0},
        {0x0b, 2, {0xff, 0xfe}, -2, 0},
        {0x0c, 4, {0x7f, 0xff, 0xff, 0xff}, 2147483647, 1},
        {0x0b, 2, {0x00, 0xc8}, 200, 200 / 255.0},
        {0x0c, 4, {0, 0, 0, 1}, 1, 1},
        {0x0b, 2, {0x0f, 0xff}, 4095, 1},
        {0x0c, 4, {0, 0, 0, 255}, 255, 1},
        {0x0d, 4, {0x3f, 0xc0, 0, 0}, 1.5, 1.5},
        {0x0e, 8, {0xbf, 0xe0}, -0.5, -0.5},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        uint8_t file[64] = {0, 0, types[i].type, 1, 0, 0, 0, 2};
        memcpy(file + 8 + types[i].size, types[i].one, types[i].size);
        float first, second;
        put(*state, "a", file, 8 + 2u * types[i].size);
        hg_set *set = set_of(room_path(*state, "a"), (hg_set_options){.normalize = HG_NORMALIZE_NONE});
        assert_int_equal(set->n, 2);
        hg_set_get(set, 0, &first), hg_set_get(set, 1, &second);
        assert_true(first == 0 && (double)second == (double)(float)types[i].value);
        hg_set_close(&set);
        set = set_of(room_path(*state, "a"), (hg_set_options){0});
        hg_set_get(set, 1, &second);
        assert_true(fabs((double)second - types[i].unit) < 1e-6);
        hg_set_close(&set);
    }
}

static void a_range_that_is_told_beats_the_one_of_wide_whole_numbers(void **state)
{
    static const uint8_t wide[] = {0, 0, 0x0b, 1, 0, 0, 0, 2, 0, 0, 0x01, 0xf4},
                         narrow[] = {0, 0, 8, 1, 0, 0, 0, 1, 51};
    float value;
    put(*state, "wide", wide, sizeof wide);
    hg_set *set = set_of(room_path(*state, "wide"), (hg_set_options){.high = 1000});
    hg_set_get(set, 1, &value);
    assert_true(fabsf(value - 0.5F) < 1e-6F && set->high == 1000);
    assert_string_equal(set->stored, "integers");
    hg_set_close(&set);
    put(*state, "narrow", narrow, sizeof narrow);
    set = set_of(room_path(*state, "narrow"), (hg_set_options){.high = 1000});
    hg_set_get(set, 0, &value);
    assert_true(fabsf(value - 0.2F) < 1e-6F && set->high == 255);
    hg_set_close(&set);
}

static void dimensions_become_shapes(void **state)
{
    static const struct {
        uint8_t dims, dim[4];
        hg_shape shape;
    } cases[] = {{1, {3}, {1, 1, 1}}, {2, {3, 4}, {1, 1, 4}}, {3, {3, 2, 5}, {2, 5, 1}}, {4, {3, 2, 5, 3}, {2, 5, 3}}};
    for (size_t i = 0; i < 4; i++) {
        uint8_t file[200] = {0, 0, 8, cases[i].dims};
        size_t size = 4, values = 1;
        for (size_t k = 0; k < cases[i].dims; k++)
            file[size + 3] = cases[i].dim[k], size += 4, values *= cases[i].dim[k];
        put(*state, "a", file, size + values);
        hg_set *set = set_of(room_path(*state, "a"), (hg_set_options){0});
        assert_int_equal(set->n, 3);
        assert_true(hg_shape_equal(set->shape, cases[i].shape));
        hg_set_close(&set);
    }
}

static const uint8_t small[] = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40, 50, 60};

static void gzip_and_raw_give_the_same_set(void **state)
{
    put(*state, "raw", small, sizeof small);
    put_gzip(*state, "packed", small, sizeof small);
    hg_set *a = set_of(room_path(*state, "raw"), (hg_set_options){0});
    hg_set *b = set_of(room_path(*state, "packed"), (hg_set_options){0});
    assert_int_equal(b->n, 3);
    assert_memory_equal(a->bytes, b->bytes, 6);
    assert_string_equal(a->sha256, b->sha256);
    hg_set_close(&a), hg_set_close(&b);
}

static void the_hash_is_that_of_the_raw_file(void **state)
{
    put(*state, "raw", small, sizeof small);
    hg_set *set = set_of(room_path(*state, "raw"), (hg_set_options){0});
    assert_string_equal(set->sha256, "497d58ad6a89f0d9f981f6116dd010815459c6a9e4d52da489ba31bf1aab75e4");
    hg_set_close(&set);
}

static void a_limit_takes_the_first_samples(void **state)
{
    put(*state, "raw", small, sizeof small);
    hg_set *set = set_of(room_path(*state, "raw"), (hg_set_options){.limit = 2});
    assert_int_equal(set->n, 2);
    assert_int_equal(set->bytes[3], 40);
    hg_set_close(&set);
}

static void labels_are_found_beside_the_images(void **state)
{
    static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 3, 2, 0, 2};
    put(*state, "train-images-idx3-ubyte", small, sizeof small);
    put_gzip(*state, "train-labels-idx1-ubyte.gz", labels, sizeof labels);
    hg_set *set = set_of(room_path(*state, "train-images-idx3-ubyte"), (hg_set_options){0});
    assert_int_equal(set->classes, 3);
    assert_int_equal(set->labels[0], 2);
    assert_int_equal(set->labels[1], 0);
    hg_set_close(&set);
    put_gzip(*state, "t-images-idx3-ubyte.gz", small, sizeof small);
    put(*state, "t-labels-idx1-ubyte", labels, sizeof labels);
    set = set_of(room_path(*state, "t-images-idx3-ubyte.gz"), (hg_set_options){0});
    assert_non_null(set->labels);
    hg_set_close(&set);
}

/* ---- Damaged files ---------------------------------------------------------------------------- */

static void labels_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        const char *what;
        size_t size;
        uint8_t bytes[24];
    } cases[] = {
        {"too few", 10, {0, 0, 8, 1, 0, 0, 0, 2, 1, 1}},
        {"too many", 12, {0, 0, 8, 1, 0, 0, 0, 4, 1, 1, 1, 1}},
        {"two dimensions", 15, {0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 1, 1, 1, 1}},
        {"negative", 11, {0, 0, 9, 1, 0, 0, 0, 3, 1, 1, 0xff}},
        {"not whole", 20, {0, 0, 13, 1, 0, 0, 0, 3, 0x3f, 0xc0}},
        {"too large", 20, {0, 0, 12, 1, 0, 0, 0, 3, 0, 1, 0, 0}},
        {"cut short", 9, {0, 0, 8, 1, 0, 0, 0, 3, 1}},
    };
    put(*state, "x-images", small, sizeof small);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hg_set *set = NULL;
        hg_error e = {0};
        put(*state, "x-labels", cases[i].bytes, cases[i].size);
        assert_int_equal(hg_set_open(&set, room_path(*state, "x-images"), &(hg_set_options){0}, &e), HG_DATA);
        assert_non_null(strstr(e.where, "x-labels"));
    }
}

#define DIMS1(n) 0, 0, 0, n
static const struct damage {
    const char *what;
    size_t size;
    uint8_t bytes[40];
} damages[] = {
    {"nothing", 0, {0}},
    {"one byte", 1, {0}},
    {"two bytes", 2, {0, 0}},
    {"no dimensions byte", 3, {0, 0, 8}},
    {"no dimensions follow", 4, {0, 0, 8, 1}},
    {"half a dimension", 6, {0, 0, 8, 1, 0, 0}},
    {"one dimension of three", 8, {0, 0, 8, 3, DIMS1(1)}},
    {"first byte not zero", 9, {1, 0, 8, 1, DIMS1(1), 7}},
    {"second byte not zero", 9, {0, 1, 8, 1, DIMS1(1), 7}},
    {"type 0", 9, {0, 0, 0, 1, DIMS1(1), 7}},
    {"type 7", 9, {0, 0, 7, 1, DIMS1(1), 7}},
    {"type 0a", 9, {0, 0, 10, 1, DIMS1(1), 7}},
    {"type 0f", 9, {0, 0, 15, 1, DIMS1(1), 7}},
    {"type ff", 9, {0, 0, 255, 1, DIMS1(1), 7}},
    {"no dimensions at all", 5, {0, 0, 8, 0, 7}},
    {"five dimensions", 25, {0, 0, 8, 5, DIMS1(1), DIMS1(1), DIMS1(1), DIMS1(1), DIMS1(1), 7}},
    {"255 dimensions", 9, {0, 0, 8, 255, DIMS1(1), 7}},
    {"no samples", 8, {0, 0, 8, 1, DIMS1(0)}},
    {"no rows", 16, {0, 0, 8, 3, DIMS1(1), DIMS1(0), DIMS1(1)}},
    {"no columns", 16, {0, 0, 8, 3, DIMS1(1), DIMS1(1), DIMS1(0)}},
    {"one value too few", 9, {0, 0, 8, 1, DIMS1(2), 7}},
    {"one byte too many", 10, {0, 0, 8, 1, DIMS1(1), 7, 7}},
    {"half an element", 9, {0, 0, 11, 1, DIMS1(1), 7}},
    {"byte-swapped count", 9, {0, 0, 8, 1, 1, 0, 0, 0, 7}},
    {"byte-swapped header", 9, {1, 8, 0, 0, 1, 0, 0, 0, 7}},
    {"2^31-1 samples", 9, {0, 0, 8, 1, 0x7f, 255, 255, 255, 7}},
    {"2^32-1 samples", 9, {0, 0, 8, 1, 255, 255, 255, 255, 7}},
    {"2^64 in two dimensions", 13, {0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255, 7}},
    {"2^64 exactly in four", 21, {0, 0, 8, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 7}},
    {"2^62 elements of 8 bytes", 17, {0, 0, 14, 2, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 7}},
    {"2^96 in three dimensions", 17, {0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 7}},
    {"not a number", 12, {0, 0, 13, 1, DIMS1(1), 0x7f, 0xc0, 0, 0}},
    {"infinite", 12, {0, 0, 13, 1, DIMS1(1), 0x7f, 0x80, 0, 0}},
    {"a double beyond floats", 16, {0, 0, 14, 1, DIMS1(1), 0x7f, 0xe0, 0, 0, 0, 0, 0, 0}},
    {"text", 12, {'h', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd', '\n'}},
};

static void every_damaged_file_is_refused(void **state)
{
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        assert_refused(put(*state, "bad", damages[i].bytes, damages[i].size), damages[i].what);
        assert_refused(put_gzip(*state, "bad.gz", damages[i].bytes, damages[i].size), damages[i].what);
    }
}

static void every_prefix_is_refused(void **state)
{
    uint8_t packed[256];
    size_t n = get(put_gzip(*state, "whole.gz", small, sizeof small), packed, sizeof packed);
    for (size_t i = 0; i < sizeof small; i++) assert_refused(put(*state, "prefix", small, i), "a prefix");
    for (size_t i = 0; i < n; i++) assert_refused(put(*state, "prefix", packed, i), "a prefix of the gzip file");
}

static void every_changed_byte_of_a_gzip_file_is_noticed(void **state)
{
    uint8_t packed[256];
    size_t n = get(put_gzip(*state, "whole.gz", small, sizeof small), packed, sizeof packed);
    for (size_t i = 10; i < n; i++) { /* the first ten are gzip's own header: time, system */
        packed[i] ^= 0x55;
        assert_refused(put(*state, "changed", packed, n), "a changed byte");
        packed[i] ^= 0x55;
    }
}

static void zeros_after_the_gzip_data_are_padding(void **state)
{
    uint8_t packed[512] = {0};
    size_t n = get(put_gzip(*state, "whole.gz", small, sizeof small), packed, sizeof packed);
    hg_set *set = set_of(put(*state, "padded.gz", packed, n + 1), (hg_set_options){0});
    hg_set_close(&set);
    packed[n + 1] = 0x1f; /* but nothing follows them */
    assert_refused(put(*state, "more.gz", packed, n + 2), "bytes behind the padding");
}

static void bytes_after_the_gzip_data_are_refused(void **state)
{
    uint8_t packed[256];
    size_t n = get(put_gzip(*state, "whole.gz", small, sizeof small), packed, sizeof packed);
    memcpy(packed + n, "more", 4);
    assert_refused(put(*state, "more", packed, n + 4), "bytes after the gzip data");
}

static void a_bomb_is_refused_before_it_unpacks(void **state)
{
    /* 65 million zeros, as the header says, in some 65 kB: legal, and refused unread. */
    static const uint8_t header[16] = {0, 0, 8, 3, 0, 1, 0, 0, 0, 0, 0, 20, 0, 0, 0, 50};
    static const uint8_t zeros[1 << 16];
    gzFile out = gzopen(room_path(*state, "bomb"), "wb9");
    gzwrite(out, header, sizeof header);
    for (size_t i = 0; i < 1000; i++) gzwrite(out, zeros, sizeof zeros);
    gzclose(out);
    assert_refused(room_path(*state, "bomb"), "a bomb");
}

static void a_missing_file_is_named(void **state)
{
    hg_set *set = NULL;
    hg_error e = {0};
    assert_int_equal(hg_set_open(&set, room_path(*state, "nothing"), &(hg_set_options){0}, &e), HG_DATA);
    assert_non_null(strstr(e.where, "nothing"));
    assert_int_equal(hg_set_open(&set, "mnits", &(hg_set_options){0}, &e), HG_DATA);
    assert_non_null(strstr(e.what, "did you mean \"mnist\""));
}

static void a_pipe_is_refused_without_waiting(void **state)
{
    assert_int_equal(mkfifo(room_path(*state, "pipe"), 0600), 0);
    assert_refused(room_path(*state, "pipe"), "a pipe");
}

static void a_file_has_no_test_part(void **state)
{
    hg_set *set = NULL;
    put(*state, "raw", small, sizeof small);
    assert_int_equal(hg_set_open(&set, room_path(*state, "raw"), &(hg_set_options){.part = HG_TEST}, NULL), HG_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_gives_its_values, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_range_that_is_told_beats_the_one_of_wide_whole_numbers, room_open,
                                        room_close),
        cmocka_unit_test_setup_teardown(dimensions_become_shapes, room_open, room_close),
        cmocka_unit_test_setup_teardown(gzip_and_raw_give_the_same_set, room_open, room_close),
        cmocka_unit_test_setup_teardown(the_hash_is_that_of_the_raw_file, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_limit_takes_the_first_samples, room_open, room_close),
        cmocka_unit_test_setup_teardown(labels_are_found_beside_the_images, room_open, room_close),
        cmocka_unit_test_setup_teardown(labels_that_do_not_fit_are_refused, room_open, room_close),
        cmocka_unit_test_setup_teardown(every_damaged_file_is_refused, room_open, room_close),
        cmocka_unit_test_setup_teardown(every_prefix_is_refused, room_open, room_close),
        cmocka_unit_test_setup_teardown(every_changed_byte_of_a_gzip_file_is_noticed, room_open, room_close),
        cmocka_unit_test_setup_teardown(zeros_after_the_gzip_data_are_padding, room_open, room_close),
        cmocka_unit_test_setup_teardown(bytes_after_the_gzip_data_are_refused, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_bomb_is_refused_before_it_unpacks, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_missing_file_is_named, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_pipe_is_refused_without_waiting, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_file_has_no_test_part, room_open, room_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
