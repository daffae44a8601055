/* test_data_augment.c: the augmentations: text form, what each does to a picture, and that it is a pure function of
 * (seed, epoch, index). */
#include "base/random.h"
#include "data/augment.h"
#include "data_files.h"

#include <math.h>

enum { H = 12, W = 14, SIZE = H * W };
static const hg_shape shape = {H, W, 1};

static void draw_blob(float image[SIZE])
{
    for (int i = 0; i < SIZE; i++) {
        double x = i % W - 6.5, y = i / W - 5.5; /* the centre of the picture */
        image[i] = (float)exp(-(x * x + y * y) / 12);
    }
}

static void apply(const char *spec, uint64_t seed, uint32_t epoch, uint64_t index, float image[SIZE])
{
    float scratch[3 * SIZE];
    hg_augment *a = NULL;
    hg_error e = {0};
    if (hg_augment_parse(&a, spec, &e)) fail_msg("%s: %s", spec, e.what);
    hg_augment_apply(a, shape, seed, epoch, index, image, scratch);
    hg_augment_close(&a);
}

static double sum(const float image[SIZE])
{
    double s = 0;
    for (int i = 0; i < SIZE; i++) s += (double)image[i];
    return s;
}

/* ---- The text form ---------------------------------------------------------------------------- */

static const char *const specs[] = {
    "rotate=30",   "shift=2",   "scale=0.2",           "shear=20",        "flip=hv",      "elastic=8:2",
    "blur=1.5",    "occlude=4", "contrast=0.5",        "brightness=0.3",  "gaussian=0.2", "salt=0.1",
    "speckle=0.4", "mask=0.25", "share=0.9,rotate=30", "binarize=sample",
};
enum { SPECS = sizeof specs / sizeof *specs };

static void every_row_of_the_list_is_in_help_and_tested_here(void **state)
{
    size_t lines = 0;
    (void)state;
    for (const char *p = hg_augment_help(); *p; p++) lines += *p == '\n';
    assert_int_equal(lines, SPECS + 1); /* and one on noise= */
    for (size_t i = 0; i < SPECS; i++) {
        char name[32];
        snprintf(name, sizeof name, "%.*s=", (int)strcspn(specs[i], "="), specs[i]);
        assert_non_null(strstr(hg_augment_help(), name));
    }
}

static void the_forms_of_noise_are_one(void **state)
{
    static const char *const forms[] = {"gaussian=0.2", "gaussian:0.2", "noise=gaussian:0.2", "noise=gaussian=0.2"};
    float first[SIZE], other[SIZE];
    (void)state;
    draw_blob(first);
    apply(forms[0], 1, 2, 3, first);
    for (size_t i = 1; i < 4; i++) {
        draw_blob(other);
        apply(forms[i], 1, 2, 3, other);
        assert_memory_equal(first, other, sizeof first);
    }
}

static void bad_text_is_refused_with_a_hint(void **state)
{
    static const char *const bad[][2] = {
        {"", "no augmentation"},
        {"rotat=3", "did you mean rotate"},
        {"rotate", "needs a value: rotate=DEG"},
        {"rotate=", "DEG is expected"},
        {"rotate=x", "DEG is expected"},
        {"rotate=3x", "DEG is expected"},
        {"rotate=-1", "from 0 to 180"},
        {"rotate=181", "from 0 to 180"},
        {"rotate=nan", "from 0 to 180"},
        {"rotate=3:4", "is expected"},
        {"rotate=3,", "no augmentation"},
        {",rotate=3", "no augmentation"},
        {"flip=x", "h, v or hv"},
        {"flip=", "h, v or hv"},
        {"elastic=8:", "is expected"},
        {"elastic=8:99", "SIGMA is expected from 0.5 to 20"},
        {"elastic=34:0", "SIGMA is expected from 0.5 to 20"},
        {"elastic=2000:4", "ALPHA is expected from 0 to 1000"},
        {"elastic=8:2:2", "is expected"},
        {"salt=1.5", "from 0 to 1"},
        {"binarize=2", "sample|LEVEL is expected from 0 to 1"},
        {"binarize=some", "sample|LEVEL is expected"},
        {"noise=gausian:1", "did you mean gaussian"},
        {"noise=", "no augmentation"},
        {"share=0.5", "nothing follows the share"},
        {"rotate=5,share=0.5", "write what that part of the pictures meets behind it: share=0.5,rotate=15"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hg_augment *a = NULL;
        hg_error e = {0};
        assert_int_equal(hg_augment_parse(&a, bad[i][0], &e), HG_USAGE);
        assert_null(a);
        if (!strncmp(e.what, bad[i][0], 4)) fail_msg("\"%s\": the message begins with it again", bad[i][0]);
        if (!strstr(e.what, bad[i][1])) fail_msg("\"%s\": \"%s\" does not say \"%s\"", bad[i][0], e.what, bad[i][1]);
    }
}

static void names_from_elsewhere_are_understood(void **state)
{
    static const char *const pairs[][2] = {{"salt-and-pepper=0.2", "salt=0.2"}, {"cutout=3", "occlude=3"}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        float a[SIZE], b[SIZE];
        draw_blob(a), draw_blob(b);
        apply(pairs[i][0], 1, 0, 5, a), apply(pairs[i][1], 1, 0, 5, b);
        assert_memory_equal(a, b, sizeof a);
    }
}

static void what_reaches_beyond_the_picture_is_refused_with_the_limit(void **state)
{
    static const struct {
        const char *spec, *says;
    } rows[] = {{"occlude=8", NULL},
                {"occlude=9", "the most is 8"},
                {"shift=7", NULL},
                {"rotate=3,shift=8", "beyond pictures of 8 x 12; the most is 7"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hg_augment *a = NULL;
        hg_error e = {0};
        assert_int_equal(hg_augment_parse(&a, rows[i].spec, NULL), HG_OK);
        assert_int_equal(hg_augment_check(a, (hg_shape){8, 12, 1}, &e), rows[i].says ? HG_USAGE : HG_OK);
        if (rows[i].says) assert_non_null(strstr(e.what, rows[i].says));
        hg_augment_close(&a);
    }
}

/* ---- Purity ----------------------------------------------------------------------------------- */

static void each_is_a_pure_function_of_seed_epoch_and_index(void **state)
{
    (void)state;
    for (size_t i = 0; i < SPECS; i++) {
        float image[4][SIZE], again[SIZE], plain[SIZE];
        size_t differ = 0;
        draw_blob(plain);
        plain[2 * W + 3] = 1; /* so that no mirror shows the same */
        for (uint64_t index = 0; index < 40; index++) {
            for (int k = 0; k < 4; k++) memcpy(image[k], plain, sizeof plain);
            memcpy(again, plain, sizeof plain);
            apply(specs[i], 1, 1, index, image[0]), apply(specs[i], 1, 1, index, again);
            apply(specs[i], 2, 1, index, image[1]);
            apply(specs[i], 1, 2, index, image[2]);
            apply(specs[i], 1, 1, index + 1, image[3]);
            assert_memory_equal(image[0], again, sizeof again);
            for (int k = 1; k < 4; k++) differ += memcmp(image[0], image[k], sizeof again) != 0;
        }
        if (differ < 40) fail_msg("%s: the numbers do not depend on seed, epoch and index", specs[i]);
    }
}

static void a_row_at_the_end_leaves_the_numbers_before_it(void **state)
{
    float shorter[SIZE], longer[SIZE];
    (void)state;
    draw_blob(shorter), draw_blob(longer);
    apply("gaussian=0.2", 1, 0, 5, shorter), apply("gaussian=0.2,rotate=0", 1, 0, 5, longer);
    for (int i = 0; i < SIZE; i++) assert_true(fabsf(shorter[i] - longer[i]) < 1e-6f);
}

static void results_stay_in_0_to_1(void **state)
{
    (void)state;
    for (size_t i = 0; i < SPECS; i++)
        for (uint64_t index = 0; index < 20; index++) {
            float image[SIZE];
            draw_blob(image);
            apply(specs[i], 7, 0, index, image);
            for (int k = 0; k < SIZE; k++) assert_true(image[k] >= 0 && image[k] <= 1 + 1e-6f);
        }
}

/* ---- What each does --------------------------------------------------------------------------- */

static void moving_by_nothing_changes_nothing(void **state)
{
    float plain[SIZE], image[SIZE];
    (void)state;
    draw_blob(plain), draw_blob(image);
    apply("rotate=0,shift=0,scale=0,shear=0,elastic=0:4", 1, 0, 0, image);
    for (int i = 0; i < SIZE; i++) assert_true(fabsf(image[i] - plain[i]) < 1e-6f);
}

static void a_share_leaves_the_other_pictures_as_they_are(void **state)
{
    enum { TRIED = 400 };
    float plain[SIZE], image[SIZE];
    int changed = 0;
    (void)state;
    draw_blob(plain);
    for (uint64_t i = 0; i < TRIED; i++) {
        draw_blob(image);
        apply("share=0.25,rotate=20,blur=2", 1, 0, i, image);
        changed += memcmp(image, plain, sizeof image) != 0;
    }
    assert_in_range(changed, TRIED / 4 - 40, TRIED / 4 + 40);
}

/* A line of one pixel that is moved by half a pixel: bilinear weights give 0.5 and 0.5, and no more than that. */
static void a_move_keeps_lines_sharper_than_bilinear_weights_do(void **state)
{
    float scratch[3 * SIZE], image[SIZE] = {0};
    hg__canvas c = {.shape = shape, .image = image, .scratch = scratch};
    (void)state;
    for (size_t y = 0; y < shape.h; y++) image[y * shape.w + 10] = 1;
    hg__canvas_rest(&c);
    c.map[2] = 0.5f, c.moved = true;
    hg__canvas_move(&c);
    const float *row = image + shape.h / 2 * shape.w;
    assert_float_equal(row[9], 0.5625f, 1e-6f);
    assert_float_equal(row[10], 0.5625f, 1e-6f);
    assert_float_equal(row[8], 0, 0); /* -0.0625, brought back to the picture's range */
}

static void a_flip_mirrors_half_of_the_pictures(void **state)
{
    size_t flipped = 0;
    (void)state;
    for (uint64_t index = 0; index < 400; index++) {
        float image[SIZE] = {0};
        image[3 * W + 2] = 1;
        apply("flip=h", 1, 0, index, image);
        bool there = image[3 * W + W - 1 - 2] == 1, here = image[3 * W + 2] == 1;
        assert_true(there != here);
        flipped += there;
    }
    assert_in_range(flipped, 150, 250);
}

static void turning_keeps_the_middle_and_blanks_the_corners(void **state)
{
    float image[SIZE], turned = 0;
    (void)state;
    for (uint64_t index = 0; index < 50; index++) {
        for (int i = 0; i < SIZE; i++) image[i] = 1;
        apply("rotate=45", 1, 0, index, image);
        assert_true(fabsf(image[H / 2 * W + W / 2] - 1) < 1e-5f);
        turned += image[0] == 0;
    }
    assert_true(turned > 20);
}

/* A shift by (x, y) moves the centre of mass by as much: what leaves the picture is small. */
static void a_shift_moves_at_most_as_far_as_it_says(void **state)
{
    double farthest = 0;
    (void)state;
    for (uint64_t index = 0; index < 100; index++) {
        float image[SIZE];
        double x = 0, y = 0;
        draw_blob(image);
        apply("shift=1.5", 3, 0, index, image);
        for (int i = 0; i < SIZE; i++) x += (double)image[i] * (i % W - 6.5), y += (double)image[i] * (i / W - 5.5);
        x /= sum(image), y /= sum(image);
        assert_true(fabs(x) < 1.6 && fabs(y) < 1.6);
        farthest = fmax(farthest, fabs(x));
    }
    assert_true(farthest > 1);
}

/* ---- Units: 2,000 draws come near both ends of what the text promises, and never beyond ---- */

typedef double measured(const hg__canvas *c);
static double turn_of(const hg__canvas *c)
{
    return atan2((double)c->map[3], (double)c->map[0]) / 0.017453292519943295;
}
static double size_of(const hg__canvas *c) { return 1 / (double)c->map[0]; }
static double slant_of(const hg__canvas *c) { return atan((double)c->map[1]) / 0.017453292519943295; }
static double displacement_of(const hg__canvas *c) { return (double)c->shift_x[0]; }
static double value_of(const hg__canvas *c) { return (double)c->image[0]; }
static double difference_of(const hg__canvas *c) { return (double)(c->image[1] - c->image[0]); }

static void every_move_and_change_has_the_size_that_it_says(void **state)
{
    static const struct {
        hg__augmentation *work;
        double value[2], image[2]; /* of even and odd pixels */
        measured *of;
        double least, most;
    } rows[] = {
        {hg__move_rotate, {30, 0}, {0, 0}, turn_of, -30, 30},
        {hg__move_scale, {0.4, 0}, {0, 0}, size_of, 0.6, 1.4},
        {hg__move_shear, {20, 0}, {0, 0}, slant_of, -20, 20},
        {hg__move_elastic, {8, 0}, {0, 0}, displacement_of, -8, 8},
        {hg__alter_brightness, {0.3, 0}, {0.5, 0.5}, value_of, 0.2, 0.8},
        {hg__alter_contrast, {0.5, 0}, {0.4, 0.6}, difference_of, 0.1, 0.3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double least = INFINITY, most = -INFINITY, span = rows[i].most - rows[i].least;
        for (uint64_t draw = 0; draw < 2000; draw++) {
            float image[SIZE], scratch[3 * SIZE];
            hg__canvas c = {.shape = shape, .image = image, .scratch = scratch};
            hg__random r = hg__random_at(1, HG__FOR_TEST, 0, draw);
            for (int k = 0; k < SIZE; k++) image[k] = (float)rows[i].image[k % 2];
            hg__canvas_rest(&c);
            rows[i].work(&c, rows[i].value, &r);
            least = fmin(least, rows[i].of(&c)), most = fmax(most, rows[i].of(&c));
        }
        bool within = least >= rows[i].least - 1e-5 && most <= rows[i].most + 1e-5;
        if (!within || least > rows[i].least + 0.02 * span || most < rows[i].most - 0.02 * span)
            fail_msg("row %zu: %g to %g instead of %g to %g", i, least, most, rows[i].least, rows[i].most);
    }
}

/* Two flips and two turns by nothing make one map that rests; nothing is resampled before hg__canvas_move. */
static void rows_that_move_are_one_resampling(void **state)
{
    float scratch[3 * SIZE], plain[SIZE], image[SIZE];
    hg__canvas c = {.shape = shape, .image = image, .scratch = scratch};
    (void)state;
    draw_blob(plain), draw_blob(image);
    hg__canvas_rest(&c);
    for (int k = 0; k < 2; k++) {
        hg__random r = hg__random_at(1, HG__FOR_TEST, 0, 0);
        hg__move_flip(&c, (double[2]){3, 0}, &r);
        hg__move_rotate(&c, (double[2]){0, 0}, &r);
    }
    hg__canvas_move(&c);
    for (int i = 0; i < SIZE; i++) assert_true(fabsf(image[i] - plain[i]) < 1e-5f);
    assert_false(c.moved);
}

static void noise_has_the_asked_strength(void **state)
{
    double mean = 0, square = 0;
    size_t low = 0, high = 0, masked = 0, pictures = 200, n = pictures * SIZE;
    (void)state;
    for (uint64_t index = 0; index < pictures; index++) {
        float image[SIZE];
        for (int i = 0; i < SIZE; i++) image[i] = 0.5f;
        apply("gaussian=0.1", 1, 0, index, image);
        for (int i = 0; i < SIZE; i++) mean += (double)image[i] - 0.5, square += pow((double)image[i] - 0.5, 2);
        for (int i = 0; i < SIZE; i++) image[i] = 0.5f;
        apply("salt=0.2", 1, 0, index, image);
        for (int i = 0; i < SIZE; i++) low += image[i] == 0, high += image[i] == 1;
        for (int i = 0; i < SIZE; i++) image[i] = 0.5f;
        apply("mask=0.3", 1, 0, index, image);
        for (int i = 0; i < SIZE; i++) masked += image[i] == 0;
    }
    assert_true(fabs(mean / (double)n) < 0.003);
    assert_true(fabs(sqrt(square / (double)n) - 0.1) < 0.002);
    assert_true(fabs((double)low / (double)n - 0.1) < 0.01 && fabs((double)high / (double)n - 0.1) < 0.01);
    assert_true(fabs((double)masked / (double)n - 0.3) < 0.01);
}

static void speckle_grows_with_the_value_and_leaves_black(void **state)
{
    double squares[3] = {0};
    size_t n = 0;
    (void)state;
    for (uint64_t index = 0; index < 200; index++, n += SIZE / 3) {
        float image[SIZE], before[3] = {0, 0.2f, 0.4f};
        for (int i = 0; i < SIZE; i++) image[i] = before[i % 3];
        apply("speckle=0.2", 1, 0, index, image);
        for (int i = 0; i < SIZE; i++) squares[i % 3] += pow((double)(image[i] - before[i % 3]), 2);
    }
    assert_true(squares[0] == 0);
    assert_true(fabs(sqrt(squares[1] / (double)n) - 0.04) < 0.001);
    assert_true(fabs(sqrt(squares[2] / (double)n) - 0.08) < 0.002);
}

static void two_levels_are_by_a_level_or_as_often_as_the_pixel_is_high(void **state)
{
    size_t high[4] = {0}, n = 0;
    const float grey[4] = {0, 0.25f, 0.75f, 1};
    (void)state;
    for (uint64_t index = 0; index < 200; index++, n += SIZE / 4) {
        float image[SIZE];
        for (int i = 0; i < SIZE; i++) image[i] = grey[i % 4];
        apply("binarize=sample", 1, 0, index, image);
        for (int i = 0; i < SIZE; i++) assert_true(image[i] == 0 || image[i] == 1), high[i % 4] += image[i] == 1;
    }
    assert_int_equal(high[0], 0);
    assert_int_equal(high[3], n);
    assert_true(fabs((double)high[1] / (double)n - 0.25) < 0.01 && fabs((double)high[2] / (double)n - 0.75) < 0.01);
    float image[SIZE];
    for (int i = 0; i < SIZE; i++) image[i] = grey[i % 4];
    apply("binarise=0.25", 1, 0, 0, image);
    for (int i = 0; i < SIZE; i++) assert_true(image[i] == (i % 4 > 1));
}

static void a_blur_keeps_a_flat_picture_and_flattens_a_point(void **state)
{
    float flat[SIZE], point[SIZE] = {0};
    (void)state;
    for (int i = 0; i < SIZE; i++) flat[i] = 0.25f;
    point[5 * W + 6] = 1;
    hg__smooth(flat, shape, 3, false, (float[SIZE]){0});
    hg__smooth(point, shape, 0.8, false, (float[SIZE]){0});
    for (int i = 0; i < SIZE; i++) assert_true(fabsf(flat[i] - 0.25f) < 1e-6f);
    hg__smooth(flat, shape, 1, true, (float[SIZE]){0}); /* this one fades at its edges */
    assert_true(flat[0] < 0.15f && fabsf(flat[5 * W + 6] - 0.25f) < 1e-3f);
    assert_true(fabs(sum(point) - 1) < 1e-5);
    assert_true(point[5 * W + 6] < 0.3f && fabsf(point[5 * W + 5] - point[4 * W + 6]) < 1e-6f);
}

static void an_occlusion_blanks_a_square_at_most(void **state)
{
    size_t most = 0;
    (void)state;
    for (uint64_t index = 0; index < 200; index++) {
        float image[SIZE];
        size_t blank = 0;
        for (int i = 0; i < SIZE; i++) image[i] = 1;
        apply("occlude=5", 1, 0, index, image);
        for (int i = 0; i < SIZE; i++) blank += image[i] == 0;
        assert_in_range(blank, 4, 25);
        most = blank > most ? blank : most;
    }
    assert_int_equal(most, 25);
}

static void colour_moves_together_and_sizes_of_one_pixel_live(void **state)
{
    static const hg_shape shapes[] = {{1, 1, 1}, {1, 7, 3}, {5, 1, 2}, {6, 5, 3}};
    (void)state;
    for (size_t s = 0; s < 4; s++) {
        size_t n = hg_shape_size(shapes[s]);
        float image[90], scratch[270];
        for (size_t i = 0; i < SPECS; i++) {
            hg_augment *a = NULL;
            assert_int_equal(hg_augment_parse(&a, specs[i], NULL), HG_OK);
            for (size_t k = 0; k < n; k++) image[k] = 0.5f;
            hg_augment_apply(a, shapes[s], 1, 0, i, image, scratch);
            for (size_t k = 0; k < n; k++) assert_true(isfinite(image[k]));
            bool each_value =
                strstr(specs[i], "gaussian") || strstr(specs[i], "speckle") || strstr(specs[i], "binarize");
            for (size_t k = 0; k < n && !each_value; k++) assert_true(image[k] == image[k - k % shapes[s].c]);
            hg_augment_close(&a);
        }
    }
}

/* ---- Many random numbers at once -------------------------------------------------------------- */

static void many_words_are_those_of_the_plain_cipher(void **state)
{
    hg__random r = hg__random_at(5, HG__FOR_TEST, 1, 2);
    (void)state;
    r.counter[0] = 0xffffffe0u + 32 - HG__MANY / 4; /* the next call carries into the second word */
    for (int call = 0; call < 3; call++) {
        uint32_t many[HG__MANY], one[4], counter[4];
        memcpy(counter, r.counter, sizeof counter);
        hg__random_many(&r, many);
        for (uint32_t b = 0; b < HG__MANY / 4; b++) {
            hg__philox(counter, r.key, one);
            for (uint32_t k = 0; k < 4; k++) assert_int_equal(many[HG__MANY / 4 * k + b], one[k]);
            if (!++counter[0]) counter[1]++;
        }
        assert_memory_equal(counter, r.counter, sizeof counter);
    }
}

static void many_normals_are_box_mullers(void **state)
{
    hg__random words = hg__random_at(5, HG__FOR_TEST, 1, 2), normals = words;
    (void)state;
    for (int call = 0; call < 200; call++) {
        uint32_t word[HG__MANY];
        float normal[HG__MANY];
        hg__random_many(&words, word), hg__random_normals(&normals, normal);
        for (int i = 0; i < HG__MANY / 2; i++) {
            double u = ((word[i] >> 8) + 0.5) * 0x1p-24, t = (int32_t)word[HG__MANY / 2 + i] * 0x1p-32;
            double length = sqrt(-2 * log(u)), angle = 6.283185307179586 * t;
            assert_true(fabs((double)normal[i] - length * cos(angle)) < 1e-5);
            assert_true(fabs((double)normal[HG__MANY / 2 + i] - length * sin(angle)) < 1e-5);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_list_is_in_help_and_tested_here),
        cmocka_unit_test(the_forms_of_noise_are_one),
        cmocka_unit_test(bad_text_is_refused_with_a_hint),
        cmocka_unit_test(names_from_elsewhere_are_understood),
        cmocka_unit_test(what_reaches_beyond_the_picture_is_refused_with_the_limit),
        cmocka_unit_test(each_is_a_pure_function_of_seed_epoch_and_index),
        cmocka_unit_test(a_row_at_the_end_leaves_the_numbers_before_it),
        cmocka_unit_test(results_stay_in_0_to_1),
        cmocka_unit_test(moving_by_nothing_changes_nothing),
        cmocka_unit_test(a_share_leaves_the_other_pictures_as_they_are),
        cmocka_unit_test(a_move_keeps_lines_sharper_than_bilinear_weights_do),
        cmocka_unit_test(a_flip_mirrors_half_of_the_pictures),
        cmocka_unit_test(turning_keeps_the_middle_and_blanks_the_corners),
        cmocka_unit_test(a_shift_moves_at_most_as_far_as_it_says),
        cmocka_unit_test(every_move_and_change_has_the_size_that_it_says),
        cmocka_unit_test(speckle_grows_with_the_value_and_leaves_black),
        cmocka_unit_test(two_levels_are_by_a_level_or_as_often_as_the_pixel_is_high),
        cmocka_unit_test(rows_that_move_are_one_resampling),
        cmocka_unit_test(noise_has_the_asked_strength),
        cmocka_unit_test(a_blur_keeps_a_flat_picture_and_flattens_a_point),
        cmocka_unit_test(an_occlusion_blanks_a_square_at_most),
        cmocka_unit_test(colour_moves_together_and_sizes_of_one_pixel_live),
        cmocka_unit_test(many_words_are_those_of_the_plain_cipher),
        cmocka_unit_test(many_normals_are_box_mullers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
