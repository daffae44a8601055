/* test_data_npy.c: .npy files: what is written reads back, every type and order reads as NumPy means it, and what is
 * damaged is refused. */
#include "data_files.h"

#include <math.h>

/* A file of the given version, header text (padded and ended as NumPy does) and data. */
static const char *put_npy(room *r, int version, const char *text, const void *data, size_t size)
{
    uint8_t file[4096] = "\x93NUMPY";
    size_t n = strlen(text), at = version == 1 ? 10 : 12;
    file[6] = (uint8_t)version;
    file[8] = (uint8_t)(n & 255), file[9] = (uint8_t)(n >> 8);
    memcpy(file + at, text, n);
    memcpy(file + at + n, data, size);
    return put(r, "a.npy", file, at + n + size);
}

#define HEADER(descr, order, shape) "{'descr': '" descr "', 'fortran_order': " order ", 'shape': " shape ", }\n"

/* ---- Valid files ------------------------------------------------------------------------------ */

static void what_is_written_reads_back(void **state)
{
    const size_t dim[4] = {2, 3, 4, 5};
    float values[120];
    for (size_t i = 0; i < 120; i++) values[i] = (float)i * 0.37f - 5;
    for (size_t dims = 0; dims <= 4; dims++) {
        size_t n = 1, got_dims, got[4];
        float *back = NULL;
        for (size_t k = 0; k < dims; k++) n *= dim[k];
        const char *path = room_path(*state, "w.npy");
        assert_int_equal(hg_npy_write(path, values, dims, dim, true, NULL), HG_OK);
        assert_int_equal(hg_npy_read(path, &back, &got_dims, got, NULL), HG_OK);
        assert_int_equal(got_dims, dims);
        assert_memory_equal(got, dim, dims * sizeof *dim);
        assert_memory_equal(back, values, n * sizeof *values);
        free(back);
    }
}

static void the_file_is_byte_for_byte_numpys(void **state)
{
    /* numpy.save of numpy.float32([[1, 2]]) */
    static const char header[] = "\x93NUMPY\x01\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    uint8_t file[256];
    assert_int_equal(hg_npy_write(room_path(*state, "w.npy"), (float[]){1, 2}, 2, (size_t[]){1, 2}, false, NULL),
                     HG_OK);
    assert_int_equal(get(room_path(*state, "w.npy"), file, sizeof file), 128 + 8);
    assert_memory_equal(file, header, sizeof header - 1);
    assert_int_equal(file[127], '\n');
    assert_memory_equal(file + 128, "\0\0\x80\x3f\0\0\0\x40", 8);
}

static void an_existing_file_is_kept_unless_forced(void **state)
{
    const size_t dim = 1;
    const char *path = put(*state, "w.npy", "mine", 4);
    char bytes[8];
    assert_int_equal(hg_npy_write(path, (float[]){1}, 1, &dim, false, NULL), HG_EXISTS);
    assert_int_equal(get(path, bytes, sizeof bytes), 4);
    assert_int_equal(hg_npy_write(path, (float[]){1}, 1, &dim, true, NULL), HG_OK);
}

static void every_type_and_byte_order_is_understood(void **state)
{
    static const struct {
        const char *descr;
        size_t size;
        uint8_t bytes[8];
        double value;
    } types[] = {
        {"|b1", 1, {1}, 1},
        {"|u1", 1, {200}, 200},
        {"|i1", 1, {0xfe}, -2},
        {"<u2", 2, {1, 2}, 513},
        {">u2", 2, {1, 2}, 258},
        {"<i2", 2, {0xfe, 0xff}, -2},
        {">i2", 2, {0xff, 0xfe}, -2},
        {"<u4", 4, {0, 0, 1, 0}, 65536},
        {">i4", 4, {0xff, 0xff, 0xff, 0xfd}, -3},
        {"<u8", 8, {0, 0, 0, 0, 1}, 4294967296.0},
        {">i8", 8, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf6}, -10},
        {"<f2", 2, {0x00, 0x3e}, 1.5},
        {">f2", 2, {0xc0, 0x00}, -2},
        {"<f2", 2, {0x01, 0x00}, 0x1p-24},
        {"<f4", 4, {0, 0, 0xc0, 0x3f}, 1.5},
        {">f4", 4, {0x3f, 0xc0, 0, 0}, 1.5},
        {"<f8", 8, {0, 0, 0, 0, 0, 0, 0xf8, 0x3f}, 1.5},
        {">f8", 8, {0xbf, 0xe0}, -0.5},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (int version = 1; version <= 3; version++) {
            char text[128];
            float *values = NULL;
            size_t dims, dim[4];
            hg_error e = {0};
            snprintf(text, sizeof text, HEADER("%s", "False", "(1,)"), types[i].descr);
            if (hg_npy_read(put_npy(*state, version, text, types[i].bytes, types[i].size), &values, &dims, dim, &e))
                fail_msg("%s: %s", types[i].descr, e.what);
            assert_int_equal(dims, 1);
            assert_true((double)values[0] == types[i].value);
            free(values);
        }
}

static void fortran_order_is_turned_round(void **state)
{
    /* Element (i, j, k) of shape (2, 3, 2) is 100 i + 10 j + k; the first index runs fastest in the file. */
    uint8_t data[12];
    float *values = NULL;
    size_t dims, dim[4];
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 2; k++) data[i + 2 * j + 6 * k] = (uint8_t)(100 * i + 10 * j + k);
    const char *path = put_npy(*state, 1, HEADER("|u1", "True", "(2, 3, 2)"), data, sizeof data);
    assert_int_equal(hg_npy_read(path, &values, &dims, dim, NULL), HG_OK);
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 2; k++) assert_true(values[(i * 3 + j) * 2 + k] == (float)(100 * i + 10 * j + k));
    free(values);
}

static void the_header_may_be_written_in_other_ways(void **state)
{
    static const char *const headers[] = {
        "{\"shape\": (2L,), \"descr\": \"|u1\", \"fortran_order\": False}",
        "{ 'fortran_order':False,'shape':(2,),'descr':'<u1' }     \n",
        HEADER("|u1", "False", "(2, 1, 1, 1)"),
        HEADER("|u1", "True", "(1, 2)"),
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        float *values = NULL;
        size_t dims, dim[4];
        assert_int_equal(hg_npy_read(put_npy(*state, 1, headers[i], "\1\2", 2), &values, &dims, dim, NULL), HG_OK);
        assert_true(values[0] == 1 && values[1] == 2);
        free(values);
    }
}

static void an_array_is_a_source(void **state)
{
    hg_set *set =
        set_of(put_npy(*state, 1, HEADER("|u1", "False", "(2, 1, 2, 3)"), "abcdefghijkl", 12), (hg_set_options){0});
    assert_int_equal(set->n, 2);
    assert_true(hg_shape_equal(set->shape, (hg_shape){1, 2, 3}));
    hg_set_close(&set);
}

/* ---- Damaged files ---------------------------------------------------------------------------- */

static const struct damage {
    const char *what, *text;
    size_t size;
} damages[] = {
    {"no dictionary", "\n", 1},
    {"a list", "['descr']\n", 1},
    {"does not end", "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)", 1},
    {"no shape", "{'descr': '|u1', 'fortran_order': False}\n", 1},
    {"no descr", "{'fortran_order': False, 'shape': (1,)}\n", 1},
    {"no order", "{'descr': '|u1', 'shape': (1,)}\n", 1},
    {"a key twice", "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}\n", 1},
    {"another key", "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}\n", 1},
    {"a key that is too long", "{'descrdescrdescrdescrdescrdescrdescr': 1}\n", 1},
    {"a key without quotes", "{descr: '|u1', 'fortran_order': False, 'shape': (1,)}\n", 1},
    {"a string without end", "{'descr: |u1, fortran_order: False, shape: (1,)}\n", 1},
    {"no colon", "{'descr' '|u1', 'fortran_order': False, 'shape': (1,)}\n", 1},
    {"no comma", "{'descr': '|u1' 'fortran_order': False, 'shape': (1,)}\n", 1},
    {"text behind it", HEADER("|u1", "False", "(1,)") "more", 1},
    {"an object array", HEADER("|O", "False", "(1,)"), 8},
    {"an object array of 8", HEADER("|O8", "False", "(1,)"), 8},
    {"records", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}\n", 4},
    {"strings", HEADER("<U1", "False", "(1,)"), 4},
    {"complex numbers", HEADER("<c8", "False", "(1,)"), 8},
    {"dates", HEADER("<M8", "False", "(1,)"), 8},
    {"f16", HEADER("<f16", "False", "(1,)"), 16},
    {"f1", HEADER("<f1", "False", "(1,)"), 1},
    {"u3", HEADER("<u3", "False", "(1,)"), 3},
    {"b2", HEADER("<b2", "False", "(1,)"), 2},
    {"no byte order", HEADER("f4", "False", "(1,)"), 4},
    {"a wrong byte order", HEADER("!f4", "False", "(1,)"), 4},
    {"order 1", HEADER("|u1", "1", "(1,)"), 1},
    {"order false", HEADER("|u1", "false", "(1,)"), 1},
    {"a shape without brackets", HEADER("|u1", "False", "1"), 1},
    {"a shape that does not end", HEADER("|u1", "False", "(1"), 1},
    {"a negative dimension", HEADER("|u1", "False", "(-1,)"), 1},
    {"a dimension that is no number", HEADER("|u1", "False", "(x,)"), 1},
    {"dimension 0", HEADER("|u1", "False", "(0,)"), 0},
    {"five dimensions", HEADER("|u1", "False", "(1, 1, 1, 1, 1)"), 1},
    {"no comma between dimensions", HEADER("|u1", "False", "(1 1)"), 1},
    {"2^64 elements", HEADER("|u1", "False", "(18446744073709551616,)"), 1},
    {"2^63 elements", HEADER("|u1", "False", "(9223372036854775808,)"), 1},
    {"2^64 in two dimensions", HEADER("|u1", "False", "(4294967296, 4294967296)"), 1},
    {"2^61 doubles", HEADER("<f8", "False", "(2305843009213693952,)"), 8},
    {"one byte too few", HEADER("<f4", "False", "(1,)"), 3},
    {"one byte too many", HEADER("<f4", "False", "(1,)"), 5},
};

static void assert_npy_refused(const char *path, const char *what)
{
    float *values = NULL;
    size_t dims, dim[4];
    hg_error e = {0};
    hg_status s = hg_npy_read(path, &values, &dims, dim, &e);
    if (s != HG_DATA) fail_msg("%s: status %d (%s)", what, (int)s, e.what);
    assert_string_equal(e.where, path);
    assert_null(values);
}

static void every_damaged_file_is_refused(void **state)
{
    static const uint8_t data[64];
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
        assert_npy_refused(put_npy(*state, 1, damages[i].text, data, damages[i].size), damages[i].what);
}

static void a_damaged_beginning_is_refused(void **state)
{
    static const struct {
        const char *what;
        size_t size;
        const char *bytes;
    } cases[] = {
        {"another magic", 12, "\x93NUMPX\1\0\2\0{}"},
        {"version 0", 12, "\x93NUMPY\0\0\2\0{}"},
        {"version 4", 12, "\x93NUMPY\4\0\2\0{}"},
        {"version 1.1", 12, "\x93NUMPY\1\1\2\0{}"},
        {"a header longer than the file", 12, "\x93NUMPY\1\0\xff\xff{}"},
        {"a header of 4 GB", 14, "\x93NUMPY\2\0\xff\xff\xff\xff{}"},
        {"a header of nothing", 10, "\x93NUMPY\1\0\0\0"},
        {"a zero byte in the header", 14, "\x93NUMPY\1\0\4\0{\0}\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_npy_refused(put(*state, "b.npy", cases[i].bytes, cases[i].size), cases[i].what);
}

static void every_prefix_is_refused(void **state)
{
    uint8_t file[512];
    const size_t dim[2] = {2, 3};
    assert_int_equal(hg_npy_write(room_path(*state, "w.npy"), (float[6]){1}, 2, dim, false, NULL), HG_OK);
    size_t n = get(room_path(*state, "w.npy"), file, sizeof file);
    for (size_t i = 0; i < n; i++) assert_npy_refused(put(*state, "prefix.npy", file, i), "a prefix");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_reads_back, room_open, room_close),
        cmocka_unit_test_setup_teardown(the_file_is_byte_for_byte_numpys, room_open, room_close),
        cmocka_unit_test_setup_teardown(an_existing_file_is_kept_unless_forced, room_open, room_close),
        cmocka_unit_test_setup_teardown(every_type_and_byte_order_is_understood, room_open, room_close),
        cmocka_unit_test_setup_teardown(fortran_order_is_turned_round, room_open, room_close),
        cmocka_unit_test_setup_teardown(the_header_may_be_written_in_other_ways, room_open, room_close),
        cmocka_unit_test_setup_teardown(an_array_is_a_source, room_open, room_close),
        cmocka_unit_test_setup_teardown(every_damaged_file_is_refused, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_damaged_beginning_is_refused, room_open, room_close),
        cmocka_unit_test_setup_teardown(every_prefix_is_refused, room_open, room_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
