/* test_report_page.c: report.html shows what the run folder holds, leaves out the rest, lets nothing hostile in. */
#include <hourglass/record.h>
#include <hourglass/report.h>

#include "base/file.h"
#include "report/markup.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "page_check.h"
#include "temp_folder.h"

typedef struct place {
    char root[512], run[600], page[620];
    hg_run *r;
} place;

static int set_up(void **state)
{
    static place p;
    if (!temp_open(p.root, sizeof p.root)) return -1;
    snprintf(p.run, sizeof p.run, "%s/run", p.root);
    snprintf(p.page, sizeof p.page, "%s/report.html", p.root);
    *state = &p;
    return hg_run_create(&p.r, p.run, false, NULL) ? -1 : 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    hg_run_close(&p->r);
    return temp_close(p->root);
}

/* Writes the page and reads it, checked for what holds of every page. */
static char *page_of(const place *p)
{
    char *html = NULL;
    size_t size = 0;
    hg_error e = {0};
    assert_int_equal(hg_report_write(p->run, p->page, true, &e), HG_OK);
    assert_int_equal(hg__file_read(p->page, 64 << 20, &html, &size, NULL), HG_OK);
    assert_int_equal(strlen(html), size);
    check_page(html);
    return html;
}

static void add_epochs(const place *p, size_t n, double val)
{
    for (size_t i = 1; i <= n; i++) {
        const hg_epoch row = {.epoch = i,
                              .train_loss = .05 / (double)i,
                              .val_loss = val / (double)i,
                              .val_mse = NAN,
                              .lr = .001,
                              .images_per_second = 5000,
                              .seconds = (double)i,
                              .best = true};
        assert_int_equal(hg_run_epoch(p->r, &row, NULL), HG_OK);
    }
}

static void add_sheet(const place *p, const char *name)
{
    static const float values[4] = {0, 1, .5f, 1};
    char path[700];
    const hg_sheet s = {.shape = {2, 2, 1}, .rows = 1, .columns = 1, .row = (const float *const[]){values}};
    assert_int_equal(hg_sheet_write(hg_run_file(p->r, name, path, sizeof path), &s, true, NULL), HG_OK);
}

static const char evaluation[] =
    "{\"source\": \"mnist\", \"split\": \"test\", \"n\": 10000, \"model\": \"conv\", \"code\": 32, \"parameters\": "
    "241441,"
    " \"mse\": 0.00378, \"sse_per_image\": 2.96, \"psnr\": 24.2, \"psnr_mean\": 25.0, \"ssim_gauss11\": 0.9601,"
    " \"ssim_uniform7\": 0.958, \"bce\": 0.0702, \"bce_floor\": 0.05808, \"pca\": {\"k\": 32, \"mse\": 0.0168,"
    " \"sse_per_image\": 13.193, \"mse_clipped\": 0.0152, \"psnr\": 18.179, \"ssim_gauss11\": 0.70749, "
    "\"ssim_uniform7\": 0.69993},"
    " \"per_class\": [{\"label\": 7, \"n\": 1028, \"mse\": 0.0031, \"ssim_gauss11\": 0.97}],"
    " \"worst\": [{\"index\": 4711, \"mse\": 0.03}],"
    " \"published\": [{\"model\": \"deep\", \"metric\": \"mse\", \"code\": 32, \"source\": \"A\", \"verified\": true, "
    "\"value\": 0.004},"
    " {\"model\": \"old\", \"metric\": \"mse\", \"code\": 32, \"source\": \"B\", \"verified\": false, \"value\": "
    "0.005}]}";

static void an_empty_run_gives_a_page_without_sections(void **state)
{
    place *p = *state;
    char *html = page_of(p);
    assert_null(strstr(html, "<section>"));
    assert_non_null(strstr(html, p->run));
    free(html);
}

static void what_the_run_holds_is_shown(void **state)
{
    static const char *const shown[] = {"<h1>conv on mnist</h1>",
                                        "PCA, k = 32",
                                        "0.0037800",
                                        "0.015200",
                                        "11.903",
                                        "0.70749",
                                        "0.012120",
                                        "recalled",
                                        "1028",
                                        "sample 4711",
                                        "best: epoch 12",
                                        "validation",
                                        "dense 32",
                                        "--epochs",
                                        "241\u2009441",
                                        "Zen",
                                        "After epoch 10:"};
    place *p = *state;
    add_epochs(p, 12, .06);
    add_sheet(p, "samples/epoch-0002.png"), add_sheet(p, "samples/epoch-0010.png");
    assert_int_equal(hg_run_write_json(p->r, "eval.json", evaluation, NULL), HG_OK);
    assert_int_equal(hg_run_write_json(p->r, "env.json", "{\"cpu\": \"Zen\", \"data\": {\"name\": \"mnist\"}}", NULL),
                     HG_OK);
    assert_int_equal(
        hg_run_write_json(p->r, "config.json",
                          "{\"model\": \"conv\", \"graph\": \"dense 32 -> z\", \"data\": {\"source\": \"mnist\"},"
                          " \"values\": {\"epochs\": 12, \"lr\": 0.001}, \"sources\": {\"epochs\": \"--epochs\", "
                          "\"lr\": \"default\"}}",
                          NULL),
        HG_OK);
    char *html = page_of(p);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (!strstr(html, shown[i])) fail_msg("the page lacks \"%s\"", shown[i]);
    assert_true(strstr(html, "After epoch 10:") < strstr(html, "After epoch 2:")); /* the latest first */
    assert_true(strstr(html, "<details>") < strstr(html, "After epoch 2:"));
    free(html);
}

static void what_the_doctor_saw_is_shown_with_its_remedy(void **state)
{
    place *p = *state;
    add_epochs(p, 2, .06);
    char *html = page_of(p);
    assert_null(strstr(html, "doctor"));
    free(html);
    assert_int_equal(
        hg_run_write_json(p->r, "doctor.json",
                          "{\"findings\": [{\"epoch\": 0, \"what\": \"large <data>\", \"remedy\": \"less\"},"
                          " {\"epoch\": 7, \"what\": \"by heart\", \"remedy\": \"--l2\"}, {}]}",
                          NULL),
        HG_OK);
    html = page_of(p);
    static const char *const shown[] = {
        "What the doctor saw", "before it began", "large &lt;data&gt;", "epoch 7", "by heart", "--l2"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (!strstr(html, shown[i])) fail_msg("the page lacks \"%s\"", shown[i]);
    free(html);
}

static void that_an_average_of_the_weights_was_kept_is_said_where_it_was(void **state)
{
    place *p = *state;
    add_epochs(p, 2, .06);
    static const char *const configs[] = {"{\"values\": {\"ema\": 0.99}}", "{\"values\": {\"ema\": 0.0}}", "{}"};
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        assert_int_equal(hg_run_write_json(p->r, "config.json", configs[i], NULL), HG_OK);
        char *html = page_of(p);
        bool said = strstr(html, "an average of the weights (<code>--ema 0.99</code>)") != NULL;
        assert_int_equal(said, i == 0);
        free(html);
    }
}

static void the_code_at_every_length_is_drawn_and_listed(void **state)
{
    place *p = *state;
    static const char evaluation_of_cuts[] =
        "{\"source\": \"mnist\", \"mse\": 0.01, \"codes\": [{\"k\": 1, \"mse\": 0.06, \"pca\": {\"mse_clipped\": "
        "0.07}},"
        " {\"k\": 8, \"mse\": 0.022, \"pca\": {\"mse_clipped\": 0.04}, \"beside\": {\"mse\": 0.02}}]}";
    assert_int_equal(hg_run_write_json(p->r, "eval.json", evaluation_of_cuts, NULL), HG_OK);
    char *html = page_of(p);
    static const char *const shown[] = {"MSE by code length", "<title>k 8, this model: 0.022", "<title>k 1, PCA: 0.07",
                                        "<title>k 8, trained for one k: 0.02", "+10.0 %"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (!strstr(html, shown[i])) fail_msg("the page lacks \"%s\"", shown[i]);
    free(html);
}

static void what_nobody_gave_is_not_called_chosen(void **state)
{
    static const char *const chosen[] = {"data source", "data limit", "10\u2009000", "epochs"};
    static const char *const others[] = {"data scale", "data skip_damaged", "beta2", "lr"};
    place *p = *state;
    assert_int_equal(
        hg_run_write_json(p->r, "config.json",
                          "{\"model\": \"conv\", \"graph\": \"dense 32 -> z\", \"data\": {\"source\": "
                          "\"mnist\", \"limit\": 10000, \"skip_damaged\": false, \"scale\": 0.5}, "
                          "\"values\": {\"epochs\": 12, \"beta2\": 0.999, \"lr\": 0.001}, "
                          "\"sources\": {\"epochs\": \"HOURGLASS_EPOCHS\", \"beta2\": \"default of adam\", "
                          "\"lr\": \"default\", \"limit\": \"--limit\", \"skip-damaged\": \"default\"}}",
                          NULL),
        HG_OK);
    char *html = page_of(p), *list = strstr(html, ">chosen<"), *all = list ? strstr(list, "<details>") : NULL;
    assert_true(list && all);
    for (size_t i = 0; i < 4; i++) {
        const char *yes = strstr(list, chosen[i]), *no = strstr(list, others[i]);
        if (!yes || yes > all) fail_msg("\"%s\" is not among the chosen", chosen[i]);
        if (!no || no < all) fail_msg("\"%s\" is among the chosen, or nowhere", others[i]);
    }
    free(html);
}

static void hostile_text_stays_text(void **state)
{
    place *p = *state;
    assert_int_equal(
        hg_run_write_json(
            p->r, "config.json",
            "{\"model\": \"<script>1</script>\", \"graph\": \"</pre><script>2\", \"data\": \"\\\" onload='3'\","
            " \"values\": {\"<img src=x>\": \"'\\\"><script>4\"}, \"sources\": {\"<img src=x>\": \"<script>5\"}}",
            NULL),
        HG_OK);
    assert_int_equal(
        hg_run_write_json(p->r, "env.json",
                          "{\"<script>6\": [\"<script>7\"], \"a\": {\"<script>\": {\"b\": \"</td><script>8\"}}}", NULL),
        HG_OK);
    assert_int_equal(hg_run_write_json(p->r, "eval.json",
                                       "{\"source\": \"<script>\", \"split\": \"</p><script>\", \"mse\": \"<script>\","
                                       " \"pca\": \"<script>\", \"per_class\": [{\"label\": \"<script>\"}], \"worst\": "
                                       "[{\"index\": \"<script>\"}, 7],"
                                       " \"published\": [{\"model\": \"<script>\", \"metric\": \"<script>\", "
                                       "\"source\": \"<script>\", \"value\": \"<script>\"}, null]}",
                                       NULL),
                     HG_OK);
    char *html = page_of(p); /* which holds no <script and nests */
    assert_null(strstr(html, "<img src=x"));
    assert_null(strstr(html, "onload='"));
    assert_non_null(strstr(html, "&lt;script&gt;8"));
    free(html);
}

static void a_broken_document_is_named(void **state)
{
    place *p = *state;
    char path[700];
    hg_error e = {0};
    assert_int_equal(hg__file_write(hg_run_file(p->r, "eval.json", path, sizeof path), "{\"mse\": ", 8, true, NULL),
                     HG_OK);
    assert_int_equal(hg_report_write(p->run, p->page, true, &e), HG_DATA);
    assert_non_null(strstr(e.where, "eval.json:"));
    assert_false(hg__is_file(p->page));
}

static void a_file_that_is_no_png_is_left_out(void **state)
{
    place *p = *state;
    char path[700];
    const char *bytes = "\x89PNG but not really, and long enough to hold a head";
    assert_int_equal(hg__file_write(hg_run_file(p->r, "samples/epoch-0001.png", path, sizeof path), bytes,
                                    strlen(bytes), true, NULL),
                     HG_OK);
    char *html = page_of(p);
    assert_null(strstr(html, "<img"));
    free(html);
}

static void strange_losses_are_drawn_or_left_out(void **state)
{
    place *p = *state;
    hg_epoch row = {.epoch = 1,
                    .train_loss = NAN,
                    .val_loss = NAN,
                    .val_mse = NAN,
                    .lr = NAN,
                    .images_per_second = NAN,
                    .seconds = NAN};
    assert_int_equal(hg_run_epoch(p->r, &row, NULL), HG_OK);
    char *html = page_of(p);
    assert_null(strstr(html, "<svg"));
    free(html);
    static const double losses[] = {0, -5, 1e300, NAN, 1e-300, 3, 3, 3};
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        row.epoch = i + 2, row.train_loss = losses[i], row.lr = 0, row.best = i == 1;
        assert_int_equal(hg_run_epoch(p->r, &row, NULL), HG_OK);
        html = page_of(p);
        const char *drawing = strstr(html, "<svg");
        assert_non_null(drawing);
        assert_null(strstr(drawing, "\"nan") ? strstr(drawing, "\"nan") : strstr(drawing, "inf\""));
        free(html);
    }
}

static void a_report_that_is_there_is_kept_without_force(void **state)
{
    place *p = *state;
    assert_int_equal(hg_report_write(p->run, p->page, false, NULL), HG_OK);
    assert_int_equal(hg_report_write(p->run, p->page, false, NULL), HG_EXISTS);
}

/* ---- the small pieces ---- */

static void check_text(hg__text *t, const char *expected)
{
    assert_false(t->failed);
    assert_string_equal(t->at ? t->at : "", expected);
    hg__text_close(t);
}

static void five_characters_are_escaped(void **state)
{
    (void)state;
    hg__text t = {0};
    hg__markup_escape(&t, "a<b>&\"c\"'é");
    check_text(&t, "a&lt;b&gt;&amp;&quot;c&quot;&#39;é");
}

static void numbers_are_short_and_honest(void **state)
{
    (void)state;
    static const struct {
        double value;
        int digits;
        const char *text;
    } rows[] = {{.0037812, 4, "0.003781"}, {13.193, 4, "13.19"}, {.5, 4, "0.5000"},
                {0, 4, "0.000"},           {-.25, 2, "-0.25"},   {1e-5, 4, "1e-05"},
                {1234, 4, "1234"},         {NAN, 4, "–"},        {INFINITY, 4, "∞"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hg__text t = {0};
        hg__markup_number(&t, rows[i].value, rows[i].digits);
        check_text(&t, rows[i].text);
    }
}

static void thousands_stand_apart(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        const char *text;
    } rows[] = {{0, "0"}, {999, "999"}, {1000, "1\u2009000"}, {2837314, "2\u2009837\u2009314"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hg__text t = {0};
        hg__markup_count(&t, rows[i].n);
        check_text(&t, rows[i].text);
    }
}

static int letter_value(char c)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? (int)(at - letters) : -1;
}

static void an_embedded_picture_is_the_file_byte_for_byte(void **state)
{
    place *p = *state;
    char path[700], *bytes = NULL;
    size_t size = 0, n = 0;
    add_sheet(p, "samples/a.png");
    hg__text t = {0};
    assert_true(hg__markup_image(&t, hg_run_file(p->r, "samples/a.png", path, sizeof path), "it's"));
    assert_non_null(strstr(t.at, "alt=\"it&#39;s\""));
    assert_int_equal(hg__file_read(path, 1 << 20, &bytes, &size, NULL), HG_OK);
    uint32_t bits = 0;
    unsigned have = 0;
    for (const char *c = strstr(t.at, "base64,") + 7; letter_value(*c) >= 0; c++) {
        bits = bits << 6 | (uint32_t)letter_value(*c), have += 6;
        if (have < 8) continue;
        have -= 8;
        assert_true(n < size && (uint8_t)(bits >> have) == (uint8_t)bytes[n++]);
    }
    assert_int_equal(n, size);
    free(bytes);
    hg__text_close(&t);
}

/* Rows as a damaged or hostile metrics.jsonl may have them, two each. */
static void no_number_keeps_the_page_from_its_end(void **state)
{
    place *p = *state;
    static const char *const files[] = {
        /* losses and rates that differ by one step of a double */
        "{\"epoch\": 1, \"train_loss\": 0.1, \"lr\": 1e20, \"best\": true}\n"
        "{\"epoch\": 2, \"train_loss\": 0.10000000000000002, \"lr\": 100000000000000016384.0, \"best\": true}\n",
        "{\"epoch\": 9223372036854775807, \"train_loss\": 0.1, \"best\": true}\n",
        "{\"epoch\": 9223372036854775806, \"train_loss\": 0.1, \"best\": true}\n"
        "{\"epoch\": 9223372036854775807, \"train_loss\": 0.2, \"best\": true}\n",
        "{\"epoch\": 1, \"train_loss\": 0.1, \"best\": true}\n"
        "{\"epoch\": 9223372036854775807, \"train_loss\": 0.2, \"best\": true}\n",
        "{\"epoch\": 1, \"train_loss\": -1.7e308, \"lr\": 5e-324, \"seconds\": -1e300, \"best\": true}\n"
        "{\"epoch\": 2, \"train_loss\": 1.7e308, \"lr\": 1e-323, \"seconds\": 1e300, \"best\": true}\n",
        "{\"epoch\": 1, \"train_loss\": 5e-324, \"lr\": -1e299, \"best\": true}\n"
        "{\"epoch\": 2, \"train_loss\": 1e299, \"lr\": 1e299, \"best\": true}\n",
    };
    assert_int_equal(hg_run_write_json(p->r, "eval.json", "{\"code\": 1e300, \"parameters\": -1e300}", NULL), HG_OK);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[700];
        hg_run_file(p->r, "metrics.jsonl", path, sizeof path);
        assert_int_equal(hg__file_write(path, files[i], strlen(files[i]), true, NULL), HG_OK);
        char *html = page_of(p);
        assert_in_range(strlen(html), 1000, 200000);
        assert_null(strstr(html, "\"nan\""));
        assert_null(strstr(html, "inf\""));
        free(html);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_run_gives_a_page_without_sections, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_run_holds_is_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_doctor_saw_is_shown_with_its_remedy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(that_an_average_of_the_weights_was_kept_is_said_where_it_was, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_code_at_every_length_is_drawn_and_listed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_nobody_gave_is_not_called_chosen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_text_stays_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_document_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_png_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strange_losses_are_drawn_or_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_number_keeps_the_page_from_its_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_report_that_is_there_is_kept_without_force, set_up, tear_down),
        cmocka_unit_test(five_characters_are_escaped),
        cmocka_unit_test(numbers_are_short_and_honest),
        cmocka_unit_test(thousands_stand_apart),
        cmocka_unit_test_setup_teardown(an_embedded_picture_is_the_file_byte_for_byte, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
