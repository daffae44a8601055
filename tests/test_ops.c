/* test_ops.c: what the ops make of a line of graph text: the shapes they solve, the messages they give, and the
 * values they compute in small cases, which are PyTorch's (2.x; pooling with ceil_mode=True and
 * count_include_pad=False, bilinear with align_corners=False), in channels-last order. */
#include "net/graph.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* "input …", the line(s), and what is missing up to a graph. */
static hg_status parse(hg_graph **g, const char *input, const char *lines, hg_error *e)
{
    char text[1024];
    *g = NULL;
    snprintf(text, sizeof text, "input %s\n%s -> y\nloss l1 y\n", input, lines);
    return hg_graph_parse(g, text, "t.hg", NULL, e);
}

/* ---- Shapes ------------------------------------------------------------------------------------------------ */

static const struct {
    const char *input, *lines;
    hg_shape y;
} shapes[] = {
    {"28x28x3", "maxpool 2", {14, 14, 3}},
    {"7x7x8", "maxpool 2", {4, 4, 8}},
    {"7x7x8", "maxpool 2 valid", {3, 3, 8}},
    {"7x7x8", "maxpool 2 p0", {3, 3, 8}},
    {"9x9x1", "maxpool 3 /2 p1", {5, 5, 1}},
    {"5x6x1", "maxpool 2 /3", {2, 2, 1}},
    {"7x7x1", "maxpool 2 /3", {3, 3, 1}},
    {"4x4x1", "maxpool 3 /3 p1", {2, 2, 1}},
    {"2x3x1", "avgpool 2 /3x4 p1", {1, 1, 1}},
    {"5x8x2", "avgpool 2x3", {3, 3, 2}},
    {"5x8x2", "avgpool 3x2 /1x2 p1x0", {5, 4, 2}},
    {"5x8x2", "avgpool 5x8", {1, 1, 2}},
    {"1x9x2", "maxpool 2", {1, 5, 2}},
    {"1x9x2", "maxpool 3 /2 p1", {1, 5, 2}},
    {"1x9x2", "up 2", {1, 18, 2}},
    {"1x1x2", "up 4", {4, 4, 2}},
    {"1x9x2", "conv 3 5 /2 p1", {1, 5, 5}},
    {"1x9x2", "conv 3 5 /2 d2", {1, 5, 5}},
    {"1x9x2", "deconv 3 5 /2", {1, 18, 5}},
    {"3x4x5", "up 2", {6, 8, 5}},
    {"3x4x5", "up 2x1", {6, 4, 5}},
    {"3x4x5", "up to 9x4", {9, 4, 5}},
    {"3x4x5", "bilinear 2", {6, 8, 5}},
    {"3x4x5", "bilinear to 27x2", {27, 2, 5}},
    {"3x4x8", "shuffle 2", {6, 8, 2}},
    {"3x4x9", "shuffle 3", {9, 12, 1}},
    {"3x4x5", "batchnorm", {3, 4, 5}},
    {"3x4x5", "layernorm relu", {3, 4, 5}},
    {"3x4x6", "groupnorm 3", {3, 4, 6}},
    {"3x4x6", "groupnorm g2", {3, 4, 6}},
    {"3x4x5", "dropout 0.2", {3, 4, 5}},
    {"3x4x5", "noise gaussian 0.3", {3, 4, 5}},
    {"3x4x5", "dense 7\nnested 0.3 relu", {1, 1, 7}},
    {"3x4x5", "dense 4 -> m\ndense 4 <- x -> v\ngaussian m v", {1, 1, 4}},
    {"3x4x5", "tanh -> a\nadd x a x", {3, 4, 5}},
    {"3x4x5", "slice 1..3 -> a\nconcat a x a", {3, 4, 9}},
    {"3x4x5", "slice 4..5", {3, 4, 1}},
    {"3x4x5", "reshape 5x4x3", {5, 4, 3}},
    {"3x4x5", "reshape 60", {1, 1, 60}},
    {"3x4x5", "flatten gelu", {1, 1, 60}},
    {"3x4x5", "conv 3x3 2 -> a\nmaxpool 2 <- x", {2, 2, 5}},
    {"1x9x2", "dense 4x4x1 -> a\nmaxpool 3 <- x", {1, 3, 2}},
};

static void every_line_solves_to_its_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        hg_graph *g = NULL;
        hg_error e = {0};
        hg_shape s = {0}, want = shapes[i].y;
        if (parse(&g, shapes[i].input, shapes[i].lines, &e)) fail_msg("%s: %s: %s", shapes[i].lines, e.where, e.what);
        assert_true(hg_graph_shape(g, "y", &s));
        if (!hg_shape_equal(s, want)) fail_msg("%s, %s: %zux%zux%zu", shapes[i].input, shapes[i].lines, s.h, s.w, s.c);
        hg_graph_close(&g);
    }
}

/* ---- Messages ---------------------------------------------------------------------------------------------- */

static const struct {
    const char *input, *line, *what;
} messages[] = {
    {"7x7x2", "maxpool 9", "maxpool: kernel 9x9 is larger than the 7x7 input"},
    {"7x7x2", "avgpool 7x8", "avgpool: kernel 7x8 is larger than the 7x7 input"},
    {"3x2x2", "maxpool 5 p1", "maxpool: kernel 5x5 is larger than the 3x2 input padded by 1x1"},
    {"9x9x2", "conv 3x3 2 /65", "conv: stride 65x65 is larger than 64"},
    {"9x9x2", "deconv 3x3 2 /65x1", "deconv: stride 65x1 is larger than 64"},
    {"7x7x2", "maxpool 2 p2x1", "maxpool: padding 2x1 must be smaller than the kernel 2x2, or a window holds no pixel"},
    {"7x7x2", "maxpool", "maxpool: wants a kernel; usage: maxpool KERNEL [/STRIDE] [pPADDING | valid]"},
    {"7x7x2", "maxpool 0", "maxpool: wants a kernel; usage: maxpool KERNEL [/STRIDE] [pPADDING | valid]"},
    {"7x7x2", "maxpool 2 /0", "maxpool: '/0' is not understood; usage: maxpool KERNEL [/STRIDE] [pPADDING | valid]"},
    {"7x7x2", "up", "up: wants either a factor or a size; usage: up FACTOR | up to HxW"},
    {"7x7x2", "up 2 to 14x14", "up: wants either a factor or a size; usage: up FACTOR | up to HxW"},
    {"7x7x2", "up 2x0", "up: factor 2x0 must be at least 1x1"},
    {"3x3x2", "up to 7x9", "up: 7x9 is not a whole multiple of the 3x3 input; use 'bilinear to 7x9'"},
    {"3x3x2", "bilinear to 0x9", "bilinear: size 0x9 must be at least 1x1"},
    {"3x3x6", "shuffle 2", "shuffle: the input's 6 channels are not a multiple of 4 (2x2)"},
    {"3x3x6", "shuffle 1.5", "shuffle: factor 1.5 must be a whole number from 1 to 4096"},
    {"3x3x6", "shuffle", "shuffle: wants a factor; usage: shuffle FACTOR"},
    {"3x3x6", "batchnorm 3", "batchnorm: '3' is not understood; usage: batchnorm"},
    {"3x3x6", "groupnorm 4", "groupnorm: 4 groups do not divide the input's 6 channels"},
    {"3x3x6", "groupnorm 0", "groupnorm: 0 groups do not divide the input's 6 channels"},
    {"3x3x6", "groupnorm 2.5", "groupnorm: 2.5 groups do not divide the input's 6 channels"},
    {"3x3x6", "groupnorm", "groupnorm: wants the number of groups; usage: groupnorm GROUPS"},
    {"3x3x6", "dropout", "dropout: wants a rate; usage: dropout RATE"},
    {"3x3x6", "dropout 1", "dropout: rate 1 must be at least 0 and below 1"},
    {"3x3x6", "dropout -0.5", "dropout: rate -0.5 must be at least 0 and below 1"},
    {"3x3x6", "noise 0.3", "noise: wants a kind; usage: noise gaussian DEVIATION"},
    {"3x3x6", "noise gaussian", "noise: wants a standard deviation; usage: noise gaussian DEVIATION"},
    {"3x3x6", "noise gaussian -2", "noise: standard deviation -2 must be at least 0"},
    {"3x3x6", "nested", "nested: cuts a flat code, not one of 3x3x6; put a dense layer before it"},
    {"1x1x6", "nested 1.5", "nested: the share 1.5 of the lengths that are halves must be from 0 to 1"},
    {"1x1x6", "nested -0.1", "nested: the share -0.1 of the lengths that are halves must be from 0 to 1"},
    {"3x3x6", "gaussian x", "gaussian: has 1 input; usage: gaussian MEAN LOGVAR"},
    {"3x3x6", "gaussian x w", "gaussian: no line above gives 'w'"},
    {"3x3x6", "slice 2", "slice: '2' is not understood; usage: slice FROM..TO"},
    {"3x3x6", "slice", "slice: wants a range of channels; usage: slice FROM..TO"},
    {"3x3x6", "slice 3..3", "slice: 3..3 holds no channel"},
    {"3x3x6", "slice 3..7", "slice: 3..7 reaches beyond the input's 6 channels"},
    {"3x3x6", "reshape 3x3x7", "reshape: 3x3x7 does not hold the 54 values of the 3x3x6 input"},
    {"3x3x6", "reshape 16777216x16777216x16777216",
     "reshape: 16777216x16777216x16777216 does not hold the 54 values of the 3x3x6 input"},
    {"3x3x6", "reshape", "reshape: wants a size; usage: reshape HxWxC | reshape C"},
    {"3x3x6", "flatten 54", "flatten: '54' is not understood; usage: flatten"},
};

static void every_wrong_line_is_refused_with_its_number_and_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        hg_graph *g = NULL;
        hg_error e = {0};
        assert_int_equal(parse(&g, messages[i].input, messages[i].line, &e), HG_MODEL);
        assert_null(g);
        assert_string_equal(e.where, "t.hg:2");
        assert_string_equal(e.what, messages[i].what);
    }
}

static void shapes_that_do_not_meet_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *line, *what;
    } cases[] = {
        {"add x a", "add: input 2 is 2x2x5, but the first is 3x3x5"},
        {"concat a x x", "concat: input 2 is 3x3 pixels, but the first is 2x2"},
        {"gaussian x a", "gaussian: the mean is 3x3x5, but the log-variance is 2x2x5"},
        {"add x", "add: has 1 input; usage: add NAME NAME [NAME [NAME]]"},
        {"concat x x x x x", "concat: takes at most 4 inputs"},
        {"loss mse x a\ntanh", "loss: 'x' is the input, which no training changes; name the output first: mse y x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hg_graph *g = NULL;
        hg_error e = {0};
        char lines[128];
        snprintf(lines, sizeof lines, "maxpool 2 -> a\n%s", cases[i].line);
        assert_int_equal(parse(&g, "3x3x5", lines, &e), HG_MODEL);
        assert_string_equal(e.where, "t.hg:3");
        assert_string_equal(e.what, cases[i].what);
    }
}

/* ---- Values ------------------------------------------------------------------------------------------------ */

typedef struct net {
    hg_model *m;
    hg_plan *p;
} net;

static net open_net(const char *input, const char *lines, size_t batch)
{
    net t = {0};
    hg_graph *g = NULL;
    hg_error e = {0};
    if (parse(&g, input, lines, &e)) fail_msg("%s: %s", e.where, e.what);
    assert_int_equal(hg_model_make(&t.m, &g, 1, NULL), HG_OK);
    hg_plan_options o = {.batch = batch, .train = true, .threads = 1, .seed = 9};
    if (hg_plan_open(&t.p, t.m, &o, &e)) fail_msg("%s: %s", e.where, e.what);
    return t;
}

static void close_net(net *t)
{
    hg_plan_close(&t->p);
    hg_model_close(&t->m);
}

/* What the values were computed with in PyTorch: 0, 1.75, 0.75, 2.5, 1.5, 0.5, 2.25, … */
static void fill(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = (float)(i * 7 % 11) / 4;
}

enum { MOST_VALUES = 24 };

static const struct {
    const char *input, *lines;
    size_t n;
    float y[MOST_VALUES];
} values[] = {
    {"1x2x8", "shuffle 2", 16, {0, 1.5f, 1.75f, .5f, .25f, 1.75f, 2, .75f, .75f, 2.25f, 2.5f, 1.25f, 1, 2.5f, 0, 1.5f}},
    {"2x3x1", "bilinear 2", 24, {0,         .4375f,  1.3125f, 1.5f,   1,      .75f,      .625f,     .890625f,
                                 1.421875f, 1.4375f, .9375f,  .6875f, 1.875f, 1.796875f, 1.640625f, 1.3125f,
                                 .8125f,    .5625f,  2.5f,    2.25f,  1.75f,  1.25f,     .75f,      .5f}},
    {"4x3x1", "bilinear to 3x2", 6, {.7395834f, .9583333f, 2.125f, .625f, 1.7916666f, .2916666f}},
    {"2x2x1", "up 2x3", 24, {0,    0,    0,    1.75f, 1.75f, 1.75f, 0,    0,    0,    1.75f, 1.75f, 1.75f,
                             .75f, .75f, .75f, 2.5f,  2.5f,  2.5f,  .75f, .75f, .75f, 2.5f,  2.5f,  2.5f}},
    {"3x3x1", "maxpool 2", 4, {2.5f, .75f, 2.25f, .25f}},
    {"3x3x1", "maxpool 2 valid", 1, {2.5f}},
    {"4x4x1", "maxpool 3 /2 p1", 9, {1.75f, 2.5f, 2.5f, 2, 2.5f, 1.5f, 1.75f, 2.5f, 1.5f}},
    {"3x3x1", "avgpool 2", 4, {1.4375f, .625f, 1.75f, .25f}},
    {"4x4x1", "avgpool 3 /2 p1", 9, {.9375f, 1.5f, 1.875f, 1.125f, 1.3055556f, .9166667f, 1.25f, 1.5833334f, 1.5f}},
    {"2x2x2",
     "layernorm",
     8,
     {-1.6250163f, .5416721f, -.6964356f, 1.4702529f, .2321452f, -1.0059625f, 1.160726f, -.0773817f}},
    {"1x2x4",
     "groupnorm 2",
     8,
     {-1.3105433f, 1.1358042f, -1.3105433f, 1.1358042f, .786326f, -.6115869f, .786326f, -.6115869f}},
    {"1x2x2", "add x x x", 4, {0, 5.25f, 2.25f, 7.5f}},
    {"1x2x3", "slice 1..3 -> a\nconcat a x", 10, {1.75f, .75f, 0, 1.75f, .75f, 1.5f, .5f, 2.5f, 1.5f, .5f}},
    {"1x2x3", "slice 2..3", 2, {.75f, .5f}},
    {"2x1x2", "flatten -> a\nreshape 1x2x2", 4, {0, 1.75f, .75f, 2.5f}},
    {"1x1x4", "dropout 0.5", 4, {0, 1.75f, .75f, 2.5f}},
    {"1x1x4", "noise gaussian 9", 4, {0, 1.75f, .75f, 2.5f}},
    {"1x1x4", "nested 0", 4, {0, 1.75f, .75f, 2.5f}},
    {"1x1x4", "tanh -> v\ngaussian x v", 4, {0, 1.75f, .75f, 2.5f}},
};

static void small_cases_have_the_values_of_pytorch(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        net t = open_net(values[i].input, values[i].lines, 1);
        hg_shape in = {0}, out = {0};
        float x[64], y[64];
        assert_true(hg_graph_shape(hg_model_graph(t.m), "x", &in) && hg_graph_shape(hg_model_graph(t.m), "y", &out));
        assert_true(hg_shape_size(in) <= 64 && hg_shape_size(out) == values[i].n);
        fill(x, hg_shape_size(in));
        assert_int_equal(hg_forward(t.p, "x", "y", 1, x, y), HG_OK);
        for (size_t k = 0; k < values[i].n; k++)
            if (!(fabsf(y[k] - values[i].y[k]) < 2e-6f))
                fail_msg("%s, value %zu: %.8g is not %.8g", values[i].lines, k, (double)y[k], (double)values[i].y[k]);
        close_net(&t);
    }
}

static const float *param(const net *t, const char *name)
{
    hg__stretch list[8];
    size_t n = hg__graph_stretches(hg_model_graph(t->m), list, 8), size;
    for (size_t i = 0; i < n; i++) {
        const char *end = strchr(list[i].name, '.');
        if (end && !strcmp(end + 1, name)) return hg_model_weights(t->m, &size) + list[i].offset;
    }
    fail_msg("no param %s", name);
    return NULL;
}

static void assert_near(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(a[i] - b[i]) < 2e-6f)) fail_msg("value %zu: %.8g is not %.8g", i, (double)a[i], (double)b[i]);
}

/* torch.nn.BatchNorm2d: momentum 0.1, the unbiased variance in the running statistics, which inference uses. */
static void batchnorm_keeps_running_statistics_as_pytorch_does(void **state)
{
    (void)state;
    net t = open_net("1x2x2", "batchnorm", 2);
    float x[8], y[8];
    hg_losses losses;
    fill(x, 8);
    hg_gradient(t.p, 2, x, NULL, 0, &losses);
    assert_near(param(&t, "running_mean"), (const float[]){.1125f, .15f}, 2);
    assert_near(param(&t, "running_var"), (const float[]){.99375f, .9708333f}, 2);
    hg_gradient(t.p, 2, x, NULL, 1, &losses);
    assert_near(param(&t, "running_mean"), (const float[]){.21375f, .285f}, 2);
    assert_near(param(&t, "running_var"), (const float[]){.98812497f, .9445833f}, 2);
    const float want[] = {-.2150295f, 1.5073537f, .5394599f, 2.2790365f, 1.2939494f, .2212157f, 2.0484388f, .9928985f};
    assert_int_equal(hg_forward(t.p, "x", "y", 2, x, y), HG_OK);
    assert_near(y, want, 8);
    close_net(&t);
}

static void batchnorm_of_one_value_leaves_finite_running_statistics(void **state)
{
    (void)state;
    net t = open_net("1x1x2", "batchnorm", 1);
    hg_losses losses;
    hg_gradient(t.p, 1, (const float[]){1, 2}, NULL, 0, &losses);
    assert_near(param(&t, "running_mean"), (const float[]){.1f, .2f}, 2);
    assert_near(param(&t, "running_var"), (const float[]){.9f, .9f}, 2);
    close_net(&t);
}

/* A kernel smaller than the stride: every second row and column is reached by no tap. */
static void a_pixel_that_no_tap_reaches_is_the_bias(void **state)
{
    (void)state;
    enum { CHANNELS = 37 };
    float x[4], y[16 * CHANNELS];
    fill(x, 4);
    for (size_t i = 0; i < hg__kernel_sets(); i++) {
        bool runs_here;
        const hg__kernels *k = hg__kernel_set(i, &runs_here);
        if (!runs_here || k->precision == HG_PRECISION_INT8) continue; /* a net here trains */
        const char *name = k->name;
        assert_int_equal(setenv("HOURGLASS_ISA", name, 1), 0);
        net t = open_net("2x2x1", "deconv 1x1 37 /2 relu to 4x4", 1);
        const float *bias = param(&t, "bias");
        for (size_t at = 0; at < 16 * CHANNELS; at++) y[at] = -1;
        assert_int_equal(hg_forward(t.p, "x", "y", 1, x, y), HG_OK);
        for (size_t c = 0; c < CHANNELS; c++)
            if (y[(1 * 4 + 2) * CHANNELS + c] != (bias[c] > 0 ? bias[c] : 0)) fail_msg("%s: channel %zu", name, c);
        close_net(&t);
    }
    unsetenv("HOURGLASS_ISA");
}

/* ---- Chance ------------------------------------------------------------------------------------------------ */

enum { MANY = 20000 };

/* The loss in training of MANY ones: with `loss l1 y` the mean of |y|. */
static double training_loss(const net *t, uint32_t step)
{
    hg_losses losses;
    float *x = malloc(MANY * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < MANY; i++) x[i] = 1;
    hg_gradient(t->p, 1, x, NULL, step, &losses);
    free(x);
    return losses.total;
}

static void dropout_drops_its_share_in_training_and_keeps_the_mean(void **state)
{
    (void)state;
    net t = open_net("1x1x20000", "dropout 0.25", 1);
    double first = training_loss(&t, 0);
    double kept = first * MANY * 0.75; /* each kept one counts 1 / 0.75 */
    assert_true(fabs(kept - round(kept)) < 0.05);
    assert_true(fabs(first - 1) < 0.02);
    assert_true(training_loss(&t, 0) == first);
    assert_true(training_loss(&t, 1) != first);
    close_net(&t);
}

/* Of a line between x and y, in training: the mean squared difference, another for every step. */
static void assert_variance(const char *line, double expected)
{
    net t = {0};
    hg_graph *g = NULL;
    hg_error e = {0};
    char text[96];
    snprintf(text, sizeof text, "input 1x1x20000\n%s -> y\nloss mse y x\n", line);
    assert_int_equal(hg_graph_parse(&g, text, "t.hg", NULL, &e), HG_OK);
    assert_int_equal(hg_model_make(&t.m, &g, 1, NULL), HG_OK);
    assert_int_equal(hg_plan_open(&t.p, t.m, &(hg_plan_options){.batch = 1, .train = true, .threads = 1}, NULL), HG_OK);
    double first = training_loss(&t, 0);
    assert_true(fabs(first - expected) < 0.045 * expected);
    assert_true(training_loss(&t, 0) == first);
    assert_true(training_loss(&t, 1) != first);
    close_net(&t);
}

static void noise_has_its_deviation_in_training(void **state)
{
    (void)state;
    assert_variance("noise gaussian 0.3", 0.09);
}

/* x is 1, and so is the log of the variance. */
static void a_code_is_drawn_with_its_variance_in_training(void **state)
{
    (void)state;
    assert_variance("gaussian <- x x", exp(1));
}

/* How many of SIZE values are kept, by training steps: the loss is their share. */
static void count_kept(const char *line, size_t size, size_t times[])
{
    char input[32];
    float x[64];
    snprintf(input, sizeof input, "1x1x%zu", size);
    net t = open_net(input, line, 1);
    for (size_t i = 0; i < size; i++) x[i] = 1;
    for (uint32_t step = 0; step < 4000; step++) {
        hg_losses losses;
        hg_gradient(t.p, 1, x, NULL, step, &losses);
        double kept = losses.total * (double)size;
        assert_true(fabs(kept - round(kept)) < 1e-3);
        times[(size_t)round(kept)]++;
    }
    close_net(&t);
}

static void nested_keeps_halves_of_the_code_or_any_length(void **state)
{
    (void)state;
    size_t half[65] = {0}, any[17] = {0}, few[4] = {0};
    count_kept("nested 1", 64, half);
    for (size_t k = 0; k <= 64; k++)
        if (k == 64) assert_in_range(half[k], 1900, 2100);
        else if (k == 8 || k == 16 || k == 32) assert_in_range(half[k], 590, 750);
        else assert_int_equal(half[k], 0);
    count_kept("nested 0", 16, any);
    assert_int_equal(any[0], 0);
    for (size_t k = 1; k <= 16; k++) assert_in_range(any[k], 190, 310);
    count_kept("nested", 3, few);
    assert_int_equal(few[0], 0);
    assert_int_equal(few[1] + few[2] + few[3], 4000);
}

static void two_dropouts_of_a_graph_drop_different_values(void **state)
{
    (void)state;
    net t = open_net("1x1x20000", "dropout 0.5 -> a\ndropout 0.5 <- a", 1);
    assert_true(fabs(training_loss(&t, 0) - 1) < 0.05); /* the same mask twice would give 2 */
    close_net(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_solves_to_its_shape),
        cmocka_unit_test(every_wrong_line_is_refused_with_its_number_and_the_reason),
        cmocka_unit_test(shapes_that_do_not_meet_are_refused),
        cmocka_unit_test(small_cases_have_the_values_of_pytorch),
        cmocka_unit_test(batchnorm_keeps_running_statistics_as_pytorch_does),
        cmocka_unit_test(batchnorm_of_one_value_leaves_finite_running_statistics),
        cmocka_unit_test(a_pixel_that_no_tap_reaches_is_the_bias),
        cmocka_unit_test(dropout_drops_its_share_in_training_and_keeps_the_mean),
        cmocka_unit_test(noise_has_its_deviation_in_training),
        cmocka_unit_test(a_code_is_drawn_with_its_variance_in_training),
        cmocka_unit_test(nested_keeps_halves_of_the_code_or_any_length),
        cmocka_unit_test(two_dropouts_of_a_graph_drop_different_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
