/* test_data_set.c: what the options make of samples: numbers, sizes and colours; and the sample that is built in. */
#include "data/resize.h"
#include "data_files.h"

#include <math.h>

/* Two samples of 1 x 2: bytes 0 50 100 250 or, as floats, the same. */
static const uint8_t bytes[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 50, 100, 250};

static void normalisation_maps_as_it_is_named(void **state)
{
    static const struct {
        hg_set_options o;
        double first, last;
    } cases[] = {
        {{.normalize = HG_NORMALIZE_UNIT}, 0, 250 / 255.0},
        {{.normalize = HG_NORMALIZE_MINMAX}, 0, 1},
        {{.normalize = HG_NORMALIZE_STANDARD}, -100 / 93.541434669, 150 / 93.541434669},
        {{.normalize = HG_NORMALIZE_NONE}, 0, 250},
        {{.normalize = HG_NORMALIZE_MINMAX, .scale = 2, .offset = -1}, -1, 499},
    };
    put(*state, "a", bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float out[2][2];
        hg_set *set = set_of(room_path(*state, "a"), cases[i].o);
        hg_set_get(set, 0, out[0]), hg_set_get(set, 1, out[1]);
        assert_true(fabs((double)out[0][0] - cases[i].first) < 1e-5);
        assert_true(fabs((double)out[1][1] - cases[i].last) < 1e-5);
        hg_set_close(&set);
    }
}

static void a_constant_set_is_normalised_without_dividing_by_nothing(void **state)
{
    static const uint8_t flat[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 7};
    static const hg_normalize ways[] = {HG_NORMALIZE_MINMAX, HG_NORMALIZE_STANDARD};
    put(*state, "a", flat, sizeof flat);
    for (size_t i = 0; i < 2; i++) {
        float out;
        hg_set *set = set_of(room_path(*state, "a"), (hg_set_options){.normalize = ways[i]});
        hg_set_get(set, 0, &out);
        assert_true(out == 0);
        hg_set_close(&set);
    }
}

static void resize_bytes(hg_shape from, hg_shape to, hg_resize method, const uint8_t *in, uint8_t *out)
{
    hg__resizer *r = NULL;
    assert_int_equal(hg__resizer_open(&r, from, to, method, NULL), HG_OK);
    hg__resize_bytes(r, in, out);
    hg__resizer_close(&r);
}

static void area_is_the_mean_of_what_a_pixel_covers(void **state)
{
    static const uint8_t in[16] = {0, 4, 8, 12, 4, 8, 12, 16, 100, 100, 0, 0, 100, 100, 0, 0};
    uint8_t out[4], three[9];
    (void)state;
    resize_bytes((hg_shape){4, 4, 1}, (hg_shape){2, 2, 1}, HG_RESIZE_AREA, in, out);
    assert_memory_equal(out, ((uint8_t[]){4, 12, 100, 0}), 4);
    resize_bytes((hg_shape){1, 4, 1}, (hg_shape){1, 3, 1}, HG_RESIZE_AREA, in, three);
    /* 4/3 of a pixel each: (0 + 4/3) / (4/3), (4 2/3 + 8 2/3) / (4/3), (8/3 + 12) / (4/3) */
    assert_memory_equal(three, ((uint8_t[]){1, 6, 11}), 3);
}

static void area_keeps_the_mean_for_any_sizes(void **state)
{
    float in[13 * 11], out[20 * 20];
    (void)state;
    for (int i = 0; i < 13 * 11; i++) in[i] = sinf((float)i);
    for (size_t h = 1; h <= 20; h += 3)
        for (size_t w = 1; w <= 20; w++) {
            hg__resizer *r = NULL;
            double a = 0, b = 0;
            assert_int_equal(hg__resizer_open(&r, (hg_shape){13, 11, 1}, (hg_shape){h, w, 1}, HG_RESIZE_AREA, NULL),
                             HG_OK);
            hg__resize_floats(r, in, out);
            for (int i = 0; i < 13 * 11; i++) a += (double)in[i] / (13 * 11);
            for (size_t i = 0; i < h * w; i++) b += (double)out[i] / (double)(h * w);
            assert_true(fabs(a - b) < 1e-6);
            hg__resizer_close(&r);
        }
}

static void bilinear_lies_between_its_neighbours(void **state)
{
    static const uint8_t in[2] = {0, 100};
    uint8_t out[4], same[2], one[1];
    (void)state;
    resize_bytes((hg_shape){1, 2, 1}, (hg_shape){1, 4, 1}, HG_RESIZE_BILINEAR, in, out);
    assert_memory_equal(out, ((uint8_t[]){0, 25, 75, 100}), 4);
    resize_bytes((hg_shape){1, 2, 1}, (hg_shape){1, 2, 1}, HG_RESIZE_BILINEAR, in, same);
    assert_memory_equal(same, in, 2);
    resize_bytes((hg_shape){1, 2, 1}, (hg_shape){1, 1, 1}, HG_RESIZE_BILINEAR, in, one);
    assert_int_equal(one[0], 50);
}

static void a_set_is_resized_and_coloured(void **state)
{
    put(*state, "a", bytes, sizeof bytes);
    hg_set *plain = set_of(room_path(*state, "a"), (hg_set_options){0});
    hg_set *set = set_of(room_path(*state, "a"), (hg_set_options){.resize = {2, 1, 3}});
    assert_true(hg_shape_equal(set->shape, (hg_shape){2, 1, 3}));
    for (size_t i = 0; i < 6; i++) assert_int_equal(set->bytes[6 + i], 175);
    assert_string_not_equal(set->sha256, plain->sha256);
    hg_set_close(&set), hg_set_close(&plain);
    hg_error e = {0};
    assert_int_equal(hg_set_open(&set, room_path(*state, "a"), &(hg_set_options){.resize = {.c = 2}}, &e), HG_USAGE);
    assert_int_equal(hg_set_open(&set, room_path(*state, "a"), &(hg_set_options){.resize = {.h = 1u << 20}}, &e),
                     HG_USAGE);
}

static void colour_becomes_luma_and_back(void **state)
{
    static const uint8_t rgb[] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255};
    uint8_t grey[4], back[12];
    (void)state;
    hg__recolour_bytes(rgb, 3, grey, 1, 4);
    assert_memory_equal(grey, ((uint8_t[]){76, 150, 29, 255}), 4);
    hg__recolour_bytes(grey, 1, back, 3, 4);
    assert_memory_equal(back + 3, ((uint8_t[]){150, 150, 150}), 3);
}

static void wrapped_values_are_hashed_as_an_idx_file(void **state)
{
    static const float values[2] = {1.5f, -0.5f};
    static const uint8_t file[] = {0, 0, 13, 1, 0, 0, 0, 2, 0x3f, 0xc0, 0, 0, 0xbf, 0, 0, 0};
    hg_set *wrapped = NULL;
    assert_int_equal(hg_set_wrap(&wrapped, "mine", values, 2, (hg_shape){1, 1, 1}, NULL), HG_OK);
    hg_set *read = set_of(put(*state, "a", file, sizeof file), (hg_set_options){0});
    assert_string_equal(wrapped->sha256, read->sha256);
    assert_string_equal(wrapped->name, "mine");
    assert_string_equal(read->name, "a");
    hg_set_close(&wrapped), hg_set_close(&read);
    assert_int_equal(hg_set_wrap(&wrapped, "none", values, 0, (hg_shape){1, 1, 1}, NULL), HG_USAGE);
    assert_int_equal(hg_set_wrap(&wrapped, "none", values, 2, (hg_shape){1, 0, 1}, NULL), HG_USAGE);
}

static void the_built_in_sample_is_balanced_and_needs_no_network(void **state)
{
    static const size_t sizes[] = {1000, 200, 1200};
    (void)state;
    for (int part = HG_TRAIN; part <= HG_WHOLE; part++) {
        size_t of[10] = {0};
        hg_set *set = set_of("mnist-sample", (hg_set_options){.part = (hg_part)part, .offline = true});
        assert_int_equal(set->n, sizes[part]);
        assert_true(hg_shape_equal(set->shape, (hg_shape){28, 28, 1}));
        for (size_t i = 0; i < set->n; i++) of[set->labels[i]]++;
        for (size_t c = 0; c < 10; c++) assert_int_equal(of[c], set->n / 10);
        hg_set_close(&set);
    }
    assert_int_equal(hg_dataset_fetch("mnist-sample", true, NULL, NULL, NULL), HG_OK);
    assert_int_equal(hg_dataset_fetch("no-such-set", true, NULL, NULL, NULL), HG_USAGE);
    for (size_t i = 0; i < hg_datasets(); i++) assert_non_null(hg_dataset_at(i)->licence);
    assert_null(hg_dataset_at(hg_datasets()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(normalisation_maps_as_it_is_named, room_open, room_close),
        cmocka_unit_test_setup_teardown(a_constant_set_is_normalised_without_dividing_by_nothing, room_open,
                                        room_close),
        cmocka_unit_test(area_is_the_mean_of_what_a_pixel_covers),
        cmocka_unit_test(area_keeps_the_mean_for_any_sizes),
        cmocka_unit_test(bilinear_lies_between_its_neighbours),
        cmocka_unit_test_setup_teardown(a_set_is_resized_and_coloured, room_open, room_close),
        cmocka_unit_test(colour_becomes_luma_and_back),
        cmocka_unit_test_setup_teardown(wrapped_values_are_hashed_as_an_idx_file, room_open, room_close),
        cmocka_unit_test(the_built_in_sample_is_balanced_and_needs_no_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
