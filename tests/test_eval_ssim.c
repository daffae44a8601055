/* test_eval_ssim.c: both SSIM indices against scikit-image, on pictures like digits, with noise. Skipped, and loudly,
 * where Debian's python3-skimage is not installed. */
#include <hourglass/eval.h>

#include "base/random.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "temp_folder.h"

extern char **environ;

/* A few soft strokes on black in t, and the same a little blurred and noisy in y. */
static void draw(hg_shape s, hg__random *draws, float noise, float *t, float *y)
{
    for (size_t i = 0; i < hg_shape_size(s); i++) t[i] = 0;
    for (int stroke = 0; stroke < 4; stroke++) {
        double row = hg__random_uniform(draws) * (double)s.h, column = hg__random_uniform(draws) * (double)s.w;
        double dy = hg__random_uniform(draws) - .5, dx = hg__random_uniform(draws) - .5;
        for (int at = 0; at < 12; at++, row += dy, column += dx)
            for (size_t i = 0; i < hg_shape_size(s); i++) {
                double a = (double)(i / s.c / s.w) - row, b = (double)(i / s.c % s.w) - column;
                t[i] = fmaxf(t[i], (float)exp(-(a * a + b * b) / (1.5 + (double)(i % s.c))));
            }
    }
    for (size_t i = 0; i < hg_shape_size(s); i++) {
        t[i] = roundf(t[i] * 255) / 255;
        y[i] = .9f * t[i] + noise * (float)hg__random_normal(draws);
        y[i] = y[i] < 0 ? 0 : y[i] > 1 ? 1 : y[i];
    }
}

/* The oracle's exit status; its lines go to `out`. */
static int ask(const char *in, const char *out, size_t n, hg_shape s)
{
    const char *source = getenv("SOURCE_DIR");
    char script[1024], number[4][24];
    snprintf(script, sizeof script, "%s/tests/oracle/ssim.py", source ? source : ".");
    const size_t numbers[] = {n, s.h, s.w, s.c};
    for (int i = 0; i < 4; i++) snprintf(number[i], sizeof *number, "%zu", numbers[i]);
    char python[] = "/usr/bin/python3", path[1024];
    snprintf(path, sizeof path, "%s", in);
    char *const command[] = {python, script, path, number[0], number[1], number[2], number[3], NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child;
    int status = -1;
    if (!posix_spawn(&child, python, &actions, NULL, command, environ)) waitpid(child, &status, 0);
    posix_spawn_file_actions_destroy(&actions);
    return status == -1 || !WIFEXITED(status) ? 77 : WEXITSTATUS(status);
}

static void compare(const char *answers, size_t n, hg_shape s, const float *t, const float *y)
{
    FILE *f = fopen(answers, "r");
    assert_non_null(f);
    double gauss, uniform, mean_gauss = 0, mean_uniform = 0;
    hg_metrics m;
    for (size_t i = 0; i < n; i++, mean_gauss += gauss, mean_uniform += uniform) {
        const float *a = t + i * hg_shape_size(s), *b = y + i * hg_shape_size(s);
        assert_int_equal(fscanf(f, "%lf %lf", &gauss, &uniform), 2);
        assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){a, b, 1, s}, NULL, NULL), HG_OK);
        assert_true(fabs(m.ssim_gauss11 - gauss) < 1e-9);
        assert_true(fabs(m.ssim_uniform7 - uniform) < 1e-9);
    }
    assert_int_equal(hg_metrics_measure(&m, &(hg_pairs){t, y, n, s}, NULL, NULL), HG_OK);
    assert_true(fabs(m.ssim_gauss11 - mean_gauss / (double)n) < 1e-9);
    assert_true(fabs(m.ssim_uniform7 - mean_uniform / (double)n) < 1e-9);
    fclose(f);
}

static void agrees(size_t n, hg_shape s, float noise)
{
    char folder[512], in[600], out[600];
    float *values = malloc(2 * n * hg_shape_size(s) * sizeof *values), *y = values + n * hg_shape_size(s);
    hg__random draws = hg__random_at(5, HG__FOR_TEST, 0, s.w);
    assert_non_null(values);
    assert_true(temp_open(folder, sizeof folder));
    snprintf(in, sizeof in, "%s/in", folder), snprintf(out, sizeof out, "%s/out", folder);
    for (size_t i = 0; i < n; i++) draw(s, &draws, noise, values + i * hg_shape_size(s), y + i * hg_shape_size(s));
    FILE *f = fopen(in, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(values, sizeof *values, 2 * n * hg_shape_size(s), f), 2 * n * hg_shape_size(s));
    fclose(f);
    int status = ask(in, out, n, s);
    if (!status) compare(out, n, s, values, y);
    temp_close(folder);
    free(values);
    if (status == 77) print_message("SKIPPED: no scikit-image here; apt-get install python3-skimage\n"), skip();
    assert_int_equal(status, 0);
}

static void digits_have_the_ssim_of_scikit_image(void **state)
{
    (void)state;
    agrees(100, (hg_shape){28, 28, 1}, .1f);
}

static void pictures_that_are_not_square_have_it_too(void **state)
{
    (void)state;
    agrees(3, (hg_shape){40, 17, 1}, .02f);
}

static void colour_pictures_have_the_mean_of_their_channels(void **state)
{
    (void)state;
    agrees(3, (hg_shape){11, 32, 3}, .05f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_have_the_ssim_of_scikit_image),
        cmocka_unit_test(pictures_that_are_not_square_have_it_too),
        cmocka_unit_test(colour_pictures_have_the_mean_of_their_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
