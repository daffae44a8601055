/* test_report_sheet.c: sheets of pictures, as PNG files and in a terminal. */
#include <hourglass/data.h>
#include <hourglass/report.h>

#include "report/font.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "temp_folder.h"

static char folder[512];

static int set_up(void **state)
{
    (void)state;
    return temp_open(folder, sizeof folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return temp_close(folder);
}

static const char *path_of(const char *name)
{
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Two rows of two pictures of 2 x 2: light and dark, and their difference. */
static const float light[8] = {1, 1, 1, 1, .5f, .5f, .5f, .5f}, unlike[8] = {-1, -1, -1, -1, 1, 1, 1, 1};
static const float *const two_rows[] = {light, unlike};
static const bool second_differs[] = {false, true};

static const hg_sheet small =
    {.shape = {2, 2, 1}, .rows = 2, .columns = 2, .row = two_rows, .is_difference = second_differs, .scale = 10};

static const uint8_t *pixel(const hg_image *i, size_t y, size_t x)
{
    return i->pixels + (y * i->shape.w + x) * i->shape.c;
}

static void a_sheet_reads_back_with_its_colours(void **state)
{
    (void)state;
    hg_image image = {0};
    assert_int_equal(hg_sheet_write(path_of("a.png"), &small, false, NULL), HG_OK);
    assert_int_equal(hg_image_read(&image, path_of("a.png"), NULL), HG_OK);
    assert_int_equal(image.shape.w, image.shape.h);
    size_t margin = (image.shape.w - 43) / 2; /* two pictures of 20 and a gap of 3 */
    const uint8_t *paper = pixel(&image, 1, 1), *white = pixel(&image, margin + 10, margin + 10);
    const uint8_t *blue = pixel(&image, margin + 33, margin + 10), *red = pixel(&image, margin + 33, margin + 33);
    assert_int_equal(paper[0], 0x11);
    assert_int_equal(white[0], 255);
    assert_int_equal(pixel(&image, margin + 10, margin + 33)[0], 128);
    assert_true(blue[2] == 255 && blue[0] < 128);
    assert_true(red[0] == 255 && red[2] < 128);
    free(image.pixels);
}

static void places_behind_the_last_picture_stay_paper(void **state)
{
    (void)state;
    hg_image image = {0};
    hg_sheet s = small;
    char *text = NULL;
    s.count = (const size_t[]){2, 1};
    assert_int_equal(hg_sheet_write(path_of("a.png"), &s, false, NULL), HG_OK);
    assert_int_equal(hg_image_read(&image, path_of("a.png"), NULL), HG_OK);
    size_t margin = (image.shape.w - 43) / 2;
    assert_int_equal(pixel(&image, margin + 10, margin + 33)[0], 128);
    assert_int_equal(pixel(&image, margin + 33, margin + 33)[0], 0x11);
    free(image.pixels);
    assert_int_equal(hg_sheet_text(&text, &s, HG_COLOUR_NONE, 80, NULL), HG_OK);
    assert_string_equal(strchr(text, '\n') + 1, "@@\n");
    free(text);
}

static void only_tails_hang_below_the_line(void **state)
{
    (void)state;
    for (char c = ' '; c <= '~'; c++)
        assert_int_equal(hg__font_letter(c)[HG__FONT_HIGH - 1] != 0, strchr("gpqy", c) != NULL);
    for (size_t y = 0; y < 2; y++) assert_int_equal(hg__font_letter('g')[y], 0);
    assert_memory_equal(hg__font_letter('g') + 5, hg__font_letter('y') + 5, 3);
}

static void a_label_makes_room_and_is_drawn(void **state)
{
    (void)state;
    hg_image plain = {0}, labelled = {0};
    hg_sheet s = small;
    assert_int_equal(hg_sheet_write(path_of("plain.png"), &s, false, NULL), HG_OK);
    s.label = (const char *const[]){"one", "other"};
    assert_int_equal(hg_sheet_write(path_of("labelled.png"), &s, false, NULL), HG_OK);
    assert_int_equal(hg_image_read(&plain, path_of("plain.png"), NULL), HG_OK);
    assert_int_equal(hg_image_read(&labelled, path_of("labelled.png"), NULL), HG_OK);
    assert_true(labelled.shape.w >= plain.shape.w + 5 * 12 && labelled.shape.h == plain.shape.h);
    size_t ink = 0;
    for (size_t y = 0; y < labelled.shape.h; y++)
        for (size_t x = 0; x < labelled.shape.w - plain.shape.w; x++) ink += pixel(&labelled, y, x)[0] > 0x80;
    assert_in_range(ink, 100, 800);
    free(plain.pixels), free(labelled.pixels);
}

static void the_scale_is_chosen_for_the_eye(void **state)
{
    (void)state;
    hg_image image = {0};
    hg_sheet s = small;
    s.scale = 0;
    assert_int_equal(hg_sheet_write(path_of("a.png"), &s, false, NULL), HG_OK);
    assert_int_equal(hg_image_read(&image, path_of("a.png"), NULL), HG_OK);
    assert_true(image.shape.h >= 2 * 56);
    free(image.pixels);
}

static void a_sheet_of_wide_pictures_can_be_drawn(void **state)
{
    (void)state;
    static const float zeros[10 * 1200];
    hg_image image = {0};
    const hg_sheet s = {.shape = {1, 1200, 1}, .rows = 1, .columns = 10, .row = (const float *const[]){zeros}};
    assert_int_equal(hg_sheet_write(path_of("a.png"), &s, false, NULL), HG_OK);
    assert_int_equal(hg_image_read(&image, path_of("a.png"), NULL), HG_OK);
    assert_true(image.shape.w > 12000 && image.shape.w < 13000);
    free(image.pixels);
}

static void a_sheet_that_is_there_is_kept_without_force(void **state)
{
    (void)state;
    hg_error e = {0};
    assert_int_equal(hg_sheet_write(path_of("a.png"), &small, false, NULL), HG_OK);
    assert_int_equal(hg_sheet_write(path_of("a.png"), &small, false, &e), HG_EXISTS);
    assert_int_equal(hg_sheet_write(path_of("a.png"), &small, true, NULL), HG_OK);
}

static void a_sheet_of_nothing_or_of_too_much_is_refused(void **state)
{
    (void)state;
    hg_sheet none = small, much = small;
    char *text = NULL;
    none.rows = 0;
    much.scale = SIZE_MAX / 3;
    assert_int_equal(hg_sheet_write(path_of("a.png"), &none, false, NULL), HG_USAGE);
    assert_int_equal(hg_sheet_text(&text, &none, HG_COLOUR_NONE, 80, NULL), HG_USAGE);
    assert_int_equal(hg_sheet_write(path_of("a.png"), &much, false, NULL), HG_USAGE);
    much.scale = 40000;
    assert_int_equal(hg_sheet_write(path_of("a.png"), &much, false, NULL), HG_USAGE);
    assert_null(text);
}

/* ---- terminal ---- */

static char *text_of(const hg_sheet *s, hg_colour colour, size_t width)
{
    char *text = NULL;
    assert_int_equal(hg_sheet_text(&text, s, colour, width, NULL), HG_OK);
    return text;
}

static void plain_characters_are_as_dark_as_two_values(void **state)
{
    (void)state;
    static const float row[] = {0, 1, .5f, 0, 1, .5f};
    const hg_sheet s = {.shape = {2, 3, 1}, .rows = 1, .columns = 1, .row = (const float *const[]){row}};
    char *text = text_of(&s, HG_COLOUR_NONE, 80);
    assert_string_equal(text, " @=\n");
    free(text);
}

static void a_cell_has_the_upper_value_as_ink(void **state)
{
    (void)state;
    static const float row[] = {1, 0};
    const hg_sheet s = {.shape = {2, 1, 1}, .rows = 1, .columns = 1, .row = (const float *const[]){row}};
    char *text = text_of(&s, HG_COLOUR_24BIT, 80);
    assert_string_equal(text, "\033[38;2;255;255;255m\033[48;2;0;0;0m▀\033[0m\n");
    free(text);
    text = text_of(&s, HG_COLOUR_256, 80);
    assert_string_equal(text, "\033[38;5;231m\033[48;5;16m▀\033[0m\n");
    free(text);
}

static size_t widest(const char *text)
{
    size_t most = 0;
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        size_t n = strcspn(line, "\n");
        most = n > most ? n : most;
    }
    return most;
}

static void a_wide_sheet_is_made_to_fit(void **state)
{
    (void)state;
    static float row[10 * 784];
    const hg_sheet s = {.shape = {28, 28, 1},
                        .rows = 2,
                        .columns = 10,
                        .row = (const float *const[]){row, row},
                        .label = (const char *const[]){"original", "rebuilt"}};
    for (size_t width = 50; width <= 400; width += 7) {
        char *text = text_of(&s, HG_COLOUR_NONE, width);
        assert_true(widest(text) <= width);
        assert_true(widest(text) <= 9 + 289);
        assert_non_null(strstr(text, "original"));
        free(text);
    }
    char *text = text_of(&s, HG_COLOUR_NONE, 1); /* narrower than can be: still a picture */
    assert_true(strlen(text) > 0);
    free(text);
}

static void values_beyond_the_range_are_clipped(void **state)
{
    (void)state;
    static const float row[] = {-3, -3, 9, 9};
    const hg_sheet s = {.shape = {2, 1, 1}, .rows = 1, .columns = 2, .row = (const float *const[]){row}};
    char *text = text_of(&s, HG_COLOUR_NONE, 80);
    assert_string_equal(text, "  @\n");
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sheet_reads_back_with_its_colours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(places_behind_the_last_picture_stay_paper, set_up, tear_down),
        cmocka_unit_test(only_tails_hang_below_the_line),
        cmocka_unit_test_setup_teardown(a_label_makes_room_and_is_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_scale_is_chosen_for_the_eye, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sheet_of_wide_pictures_can_be_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sheet_that_is_there_is_kept_without_force, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sheet_of_nothing_or_of_too_much_is_refused, set_up, tear_down),
        cmocka_unit_test(plain_characters_are_as_dark_as_two_values),
        cmocka_unit_test(a_cell_has_the_upper_value_as_ink),
        cmocka_unit_test(a_wide_sheet_is_made_to_fit),
        cmocka_unit_test(values_beyond_the_range_are_clipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
