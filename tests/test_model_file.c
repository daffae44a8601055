/* test_model_file.c: the safetensors container gives back what was put in, byte for byte, and refuses every
 * file that is not exactly one. */
#include "net/safetensors.h"

#include "test_model_place.h"

#include <math.h>

static const float values[24] = {0,  1,  -1, 0.5f, 1e-30f, 3.25f, -2e20f, 7,  8,  9,  10, 11,
                                 12, 13, 14, 15,   16,     17,    18,     19, 20, 21, 22, 23};

static const hg__tensor tensors[] = {
    {.name = "3.weight", .dims = 2, .dim = {3, 2}, .values = values},
    {.name = "1.bias", .dims = 1, .dim = {5}, .values = values + 2},
    {.name = "scalar", .dims = 0, .values = values + 5},
    {.name = "empty", .dims = 2, .dim = {4, 0}, .values = values},
    {.name = "1.weight", .dims = 4, .dim = {2, 1, 3, 4}, .values = values},
};
static const hg__label labels[] = {{"name", "conv"}, {"graph", "input 2x2x1 # \"quoted\"\n\tcafé\n"}, {"a", ""}};
enum { TENSORS = sizeof tensors / sizeof *tensors, LABELS = sizeof labels / sizeof *labels };

static void write_sample(const char *path)
{
    hg__tensor t[TENSORS];
    hg__label l[LABELS];
    memcpy(t, tensors, sizeof t);
    memcpy(l, labels, sizeof l);
    hg__container c = {.tensor = t, .tensors = TENSORS, .label = l, .labels = LABELS};
    assert_int_equal(hg__container_write(path, &c, true, NULL), HG_OK);
}

static size_t count(const hg__tensor *t)
{
    size_t n = 1;
    for (size_t d = 0; d < t->dims; d++) n *= t->dim[d];
    return n;
}

static void a_container_gives_back_what_was_put_in(void **state)
{
    const place *p = *state;
    write_sample(p->file);
    hg__container c = {0};
    assert_int_equal(hg__container_read(&c, p->file, NULL), HG_OK);
    assert_int_equal(c.tensors, TENSORS);
    assert_int_equal(c.labels, LABELS);
    for (size_t i = 0; i < TENSORS; i++) {
        const hg__tensor *t = hg__container_tensor(&c, tensors[i].name);
        assert_non_null(t);
        assert_int_equal(t->dims, tensors[i].dims);
        assert_memory_equal(t->dim, tensors[i].dim, sizeof t->dim);
        assert_memory_equal(t->values, tensors[i].values, count(t) * sizeof *t->values);
    }
    for (size_t i = 0; i < LABELS; i++) assert_string_equal(hg__container_label(&c, labels[i].key), labels[i].text);
    assert_null(hg__container_tensor(&c, "absent"));
    assert_null(hg__container_label(&c, "absent"));
    hg__container_close(&c);
    hg__container_close(&c);
}

static void reading_and_writing_again_gives_the_same_bytes(void **state)
{
    const place *p = *state;
    write_sample(p->file);
    hg__container c = {0};
    assert_int_equal(hg__container_read(&c, p->file, NULL), HG_OK);
    assert_int_equal(hg__container_write(p->other, &c, true, NULL), HG_OK);
    hg__container_close(&c);
    assert_same_files(p->file, p->other);
}

static void the_order_of_the_caller_does_not_matter(void **state)
{
    const place *p = *state;
    hg__tensor t[TENSORS];
    hg__label l[LABELS];
    for (size_t i = 0; i < TENSORS; i++) t[i] = tensors[TENSORS - 1 - i];
    for (size_t i = 0; i < LABELS; i++) l[i] = labels[LABELS - 1 - i];
    hg__container c = {.tensor = t, .tensors = TENSORS, .label = l, .labels = LABELS};
    assert_int_equal(hg__container_write(p->other, &c, false, NULL), HG_OK);
    write_sample(p->file);
    assert_same_files(p->file, p->other);
}

static void the_bytes_are_those_of_the_format(void **state)
{
    const place *p = *state;
    static const char header[] = "{\"__metadata__\":{\"k\":\"v\"},\"b\":{\"dtype\":\"F32\",\"shape\":[2],"
                                 "\"data_offsets\":[0,8]}}    ";
    const float one[] = {1, -2};
    hg__tensor t = {.name = "b", .dims = 1, .dim = {2}, .values = one};
    hg__label l = {"k", "v"};
    hg__container c = {.tensor = &t, .tensors = 1, .label = &l, .labels = 1};
    assert_int_equal(hg__container_write(p->file, &c, false, NULL), HG_OK);
    size_t size, length = (sizeof header - 1) / 8 * 8;
    char *bytes = get_file(p->file, &size);
    const unsigned char prefix[8] = {(unsigned char)length}, payload[8] = {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0};
    assert_int_equal(size, 8 + length + 8);
    assert_memory_equal(bytes, prefix, 8);
    assert_memory_equal(bytes + 8, header, length);
    assert_memory_equal(bytes + 8 + length, payload, 8);
    free(bytes);
}

#define ENTRY(shape, from, to) "{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" #from "," #to "]}"
#define ONE(shape, from, to) "{\"a\":" ENTRY(shape, from, to) "}"
#define TYPED(type) "{\"a\":{\"dtype\":" type ",\"shape\":[2],\"data_offsets\":[0,8]}}"
#define LONG_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void files_of_other_writers_are_read(void **state)
{
    const place *p = *state;
    static const char *const good[] = {
        "{\"a\":" ENTRY("[1]", 4, 8) ",\"b\":" ENTRY("[1]", 0, 4) "}", /* not in the order of the bytes */
        ONE("[2]", 0, 8),
        ONE("[2]", 0, 8) " ",
        ONE("[2]", 0, 8) "  ",                                         /* a length that is no multiple of 8 */
        "{\"z\":" ENTRY("[0]", 0, 0) ",\"a\":" ENTRY("[2]", 0, 8) "}", /* an empty tensor shares its place */
        "{\"a\":" ENTRY("[2]", 0, 8) ",\"z\":" ENTRY("[3, 0]", 8, 8) "}",
        "{\"__metadata__\":{},\"a\":" ENTRY("[1, 2]", 0, 8) "}\t\n ",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        hg__container c = {0};
        hg_error e = {0};
        put_container(p->file, good[i], 0, 8);
        if (hg__container_read(&c, p->file, &e)) fail_msg("%s refused: %s", good[i], e.what);
        assert_non_null(hg__container_tensor(&c, "a"));
        assert_true(hg__container_tensor(&c, "a")->values[0] == 0);
        hg__container_close(&c);
    }
}

static const struct {
    const char *header, *says;
    uint64_t claimed; /* 0: the truth */
} malformed[] = {
    {"{}", "follow the last tensor", 0},
    {"", "does not begin with {", 0},
    {"x", "does not begin with {", 0},
    {" " ONE("[2]", 0, 8), "does not begin with {", 0},
    {"[]", "does not begin with {", 0},
    {"{", "no valid JSON", 0},
    {ONE("[2]", 0, 8) "x", "no valid JSON", 0},
    {ONE("[2]", 0, 8) "{}", "no valid JSON", 0},
    {"{\"a\":}", "no valid JSON", 0},
    {"{\"a\xff\":" ENTRY("[2]", 0, 8) "}", "no valid JSON", 0},
    {"{\"a\\u0000b\":" ENTRY("[2]", 0, 8) "}", "no valid JSON", 0},
    {"{\"a\":" ENTRY("[1]", 0, 4) ",\"a\":" ENTRY("[1]", 4, 8) "}", "duplicate", 0},
    {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "duplicate", 0},
    {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\"a\":" ENTRY("[2]", 0, 8) "}", "duplicate", 0},
    {"{\"__metadata__\":[],\"a\":" ENTRY("[2]", 0, 8) "}", "not a JSON object", 0},
    {"{\"__metadata__\":{\"k\":1},\"a\":" ENTRY("[2]", 0, 8) "}", "not text", 0},
    {"{\"__metadata__\":{\"k\":{}},\"a\":" ENTRY("[2]", 0, 8) "}", "not text", 0},
    {"{\"a\":[]}", "not a JSON object", 0},
    {"{\"a\":null}", "not a JSON object", 0},
    {"{\"\":" ENTRY("[2]", 0, 8) "}", "name has 0 bytes", 0},
    {"{\"" LONG_NAME "\":" ENTRY("[2]", 0, 8) "}", "name has 64 bytes", 0},
    {"{\"a\\u001b[31m\":" ENTRY("[2]", 0, 8) "}", "control character", 0},
    {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "\"dtype\" is missing", 0},
    {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", "\"shape\" is missing", 0},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "data_offsets", 0},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}", "keys other than", 0},
    {TYPED("\"F16\""), "type F16", 0},
    {TYPED("\"BF16\""), "type BF16", 0},
    {TYPED("\"I64\""), "type I64", 0},
    {TYPED("\"f32\""), "type f32", 0},
    {TYPED("32"), "\"dtype\" is missing or no text", 0},
    {ONE("2", 0, 8), "\"shape\" is missing", 0},
    {ONE("[2.0]", 0, 8), "dimension 0 is not a whole number", 0},
    {ONE("[1,-2]", 0, 8), "dimension 1 is not a whole number", 0},
    {ONE("[\"2\"]", 0, 8), "dimension 0 is not a whole number", 0},
    {ONE("[1,1,1,1,2]", 0, 8), "5 dimensions", 0},
    {ONE("[4611686018427387904]", 0, 8), "too large for any memory", 0},
    {ONE("[4294967296,4294967296]", 0, 8), "too large for any memory", 0},
    {ONE("[3]", 0, 8), "needs 12 bytes", 0},
    {ONE("[1]", 0, 8), "needs 4 bytes", 0},
    {ONE("[3]", 0, 12), "8 bytes follow the header", 0},
    {ONE("[2]", 8, 16), "8 bytes follow the header", 0},
    {ONE("[2]", 8, 0), "8 bytes follow the header", 0},
    {ONE("[2]", -8, 0), "offset is not a whole number", 0},
    {ONE("[2]", 0.0, 8), "offset is not a whole number", 0},
    {ONE("[1]", 0, 4), "4 bytes follow the last tensor", 0},
    {ONE("[1]", 4, 8), "there is a gap", 0},
    {ONE("[1]", 2, 6), "no multiple of 4", 0},
    {ONE("[0]", 4, 4), "there is a gap", 0},
    {"{\"a\":" ENTRY("[2]", 0, 8) ",\"b\":" ENTRY("[2]", 0, 8) "}", "overlaps", 0},
    {"{\"a\":" ENTRY("[2]", 0, 8) ",\"b\":" ENTRY("[1]", 4, 8) "}", "overlaps", 0},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", "no list of two numbers", 0},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":{}}}", "no list of two numbers", 0},
    {ONE("[99999999999999999999]", 0, 8), "no valid JSON", 0},
    {ONE("[2]", 0, 8), "claimed", 100000001},
    {ONE("[2]", 0, 8), "claimed", 100000000},
    {ONE("[2]", 0, 8), "claimed", UINT64_MAX},
    {ONE("[2]", 0, 8), "no valid JSON", 1},
    {ONE("[2]", 0, 8), "no valid JSON", sizeof ONE("[2]", 0, 8)},
};

static void refuse(const place *p, const char *says, const char *what)
{
    hg__container c = {0};
    hg_error e = {0};
    if (hg__container_read(&c, p->file, &e) != HG_MODEL) fail_msg("not refused: %s", what);
    assert_string_equal(e.where, p->file);
    if (says && !strstr(e.what, says)) fail_msg("%s: said \"%s\", not \"%s\"", what, e.what, says);
    assert_null(c.tensor);
    assert_null(c.owner);
}

static void every_malformed_file_is_refused_with_its_reason(void **state)
{
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        put_container(((place *)*state)->file, malformed[i].header, malformed[i].claimed, 8);
        refuse(*state, malformed[i].says, malformed[i].header);
    }
}

static void a_header_of_endless_levels_is_refused(void **state)
{
    const place *p = *state;
    char deep[100000] = "{\"a\":";
    for (size_t i = strlen(deep); i < sizeof deep - 1; i++) deep[i] = '[';
    put_container(p->file, deep, 0, 8);
    refuse(p, "no valid JSON", "deep");
}

static void every_prefix_is_refused(void **state)
{
    const place *p = *state;
    size_t size;
    write_sample(p->other);
    char *bytes = get_file(p->other, &size);
    for (size_t n = 0; n < size; n++) {
        put_file(p->file, bytes, n);
        refuse(p, NULL, "prefix");
    }
    bytes = realloc(bytes, size + 1);
    assert_non_null(bytes);
    bytes[size] = 0;
    put_file(p->file, bytes, size + 1);
    refuse(p, "1 bytes follow the last tensor", "one byte more");
    free(bytes);
}

static void every_lying_length_is_refused(void **state)
{
    const place *p = *state;
    static const char *const sizes[] = {"2147483647", "4294967295", "9223372036854775807", "9223372036854775808",
                                        "-1",         "9",          "18446744073709551615"};
    static const char *const places[] = {"[%s],\"data_offsets\":[0,8]", "[1,%s],\"data_offsets\":[0,8]",
                                         "[2],\"data_offsets\":[%s,8]", "[2],\"data_offsets\":[0,%s]"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t claimed = strtoull(sizes[i], NULL, 10);
        put_container(p->file, ONE("[2]", 0, 8), claimed, 8);
        refuse(p, NULL, sizes[i]);
        for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
            char header[256], middle[128];
            const char *gap = strstr(places[k], "%s");
            snprintf(middle, sizeof middle, "%.*s%s%s", (int)(gap - places[k]), places[k], sizes[i], gap + 2);
            snprintf(header, sizeof header, "{\"a\":{\"dtype\":\"F32\",\"shape\":%s}}", middle);
            put_container(p->file, header, 0, 8);
            refuse(p, NULL, header);
        }
    }
    size_t truth = sizeof ONE("[2]", 0, 8) - 1;
    put_container(p->file, ONE("[2]", 0, 8), truth + 8 + 1, 8); /* one byte more than there is */
    refuse(p, "claimed", "size + 1");
}

static void a_missing_file_is_an_io_error(void **state)
{
    const place *p = *state;
    hg__container c = {0};
    assert_int_equal(hg__container_read(&c, p->file, NULL), HG_IO);
    assert_int_equal(hg__container_read(&c, p->root, NULL), HG_IO);
}

static void an_existing_file_is_kept_unless_forced(void **state)
{
    const place *p = *state;
    hg__container none = {0};
    put_file(p->file, "precious", 8);
    assert_int_equal(hg__container_write(p->file, &none, false, NULL), HG_EXISTS);
    size_t size;
    char *bytes = get_file(p->file, &size);
    assert_string_equal(bytes, "precious");
    free(bytes);
    assert_int_equal(hg__container_write(p->file, &none, true, NULL), HG_OK);
    assert_int_equal(hg__container_read(&none, p->file, NULL), HG_OK);
    assert_int_equal(none.tensors + none.labels, 0);
    hg__container_close(&none);
}

static void what_cannot_be_said_in_the_format_is_not_written(void **state)
{
    const place *p = *state;
    hg__tensor twice[] = {{.name = "a", .values = values}, {.name = "a", .values = values}};
    hg__label same[] = {{"k", "1"}, {"k", "2"}}, latin[] = {{"k", "caf\xe9"}};
    const hg__container bad[] = {
        {.tensor = twice, .tensors = 2},
        {.label = same, .labels = 2},
        {.label = latin, .labels = 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(hg__container_write(p->file, &bad[i], true, NULL), HG_FAILED);
        assert_false(hg__is_file(p->file));
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)
    const struct CMUnitTest tests[] = {
        TEST(a_container_gives_back_what_was_put_in),  TEST(reading_and_writing_again_gives_the_same_bytes),
        TEST(the_order_of_the_caller_does_not_matter), TEST(the_bytes_are_those_of_the_format),
        TEST(files_of_other_writers_are_read),         TEST(every_malformed_file_is_refused_with_its_reason),
        TEST(a_header_of_endless_levels_is_refused),   TEST(every_prefix_is_refused),
        TEST(every_lying_length_is_refused),           TEST(a_missing_file_is_an_io_error),
        TEST(an_existing_file_is_kept_unless_forced),  TEST(what_cannot_be_said_in_the_format_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
