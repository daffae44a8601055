/* test_graph.c: the graph text is understood, or refused with the line and the reason. */
#include <hourglass/net.h>

#include "base/random.h"
#include "base/text.h"
#include "net/graph.h"

#include "test_model_place.h"

/* ---- Wrong graphs -------------------------------------------------------------------------------------- */

static const struct {
    const char *text, *where, *what;
} wrong[] = {
    /* what every graph needs */
    {"", "conv.hg", "has no input; begin with a line 'input 28x28x1'"},
    {"# nothing\n\n", "conv.hg", "has no input; begin with a line 'input 28x28x1'"},
    {"input 28x28x1\n", "conv.hg", "no line gives y, the reconstruction; end the decoder's last line with '-> y'"},
    {"input 28x28x1\ndense 3 -> y\n", "conv.hg", "has no loss; add a line 'loss mse y x'"},
    {"dense 3\n", "conv.hg:1", "dense: has no input; begin with a line 'input 28x28x1'"},
    {"mirror\n", "conv.hg:1", "mirror: there is nothing above to undo"},
    /* input */
    {"input\n", "conv.hg:1", "input: wants a shape of height x width x channels, such as 28x28x1"},
    {"input 0x4x1\n", "conv.hg:1", "input: wants a shape of height x width x channels, such as 28x28x1"},
    {"input 4x4x4x4\n", "conv.hg:1", "input: '4x4x4x4' is not understood; usage: input HxWxC [-> x]"},
    {"input 28x28x1 relu\n", "conv.hg:1", "input: 'relu' is not understood; usage: input HxWxC [-> x]"},
    {"input -1x4x1\n", "conv.hg:1", "input: '-1x4x1' is not understood; usage: input HxWxC [-> x]"},
    {"input 7x7x1 -> q\n", "conv.hg:1", "input: its value is always called x"},
    {"input 7x7x1\ninput 7x7x1\n", "conv.hg:2", "input: stands once, above all other lines"},
    /* ops */
    {"input 7x7x1\n\nkonv 3x3 4\n", "conv.hg:3", "unknown op 'konv'; did you mean 'conv'?"},
    {"input 7x7x1\nmirorr\n", "conv.hg:2", "unknown op 'mirorr'; did you mean 'mirror'?"},
    {"input 7x7x1\nfrobnicate 3\n", "conv.hg:2", "unknown op 'frobnicate'; 'hourglass models ops' lists them"},
    {"input 7x7x1\nrelu=1\n", "conv.hg:2", "unknown op 'relu=1'; 'hourglass models ops' lists them"},
    /* conv and deconv */
    {"input 7x7x1\n# wide\nconv 9x9 4 valid\n", "conv.hg:3", "conv: kernel 9x9 is larger than the 7x7 input"},
    {"input 7x7x1\nconv\n", "conv.hg:2", "conv: wants a kernel and channels, such as 3x3 32"},
    {"input 7x7x1\nconv 3x3\n", "conv.hg:2", "conv: wants a number of channels behind the kernel, such as 3x3 32"},
    {"input 7x7x1\nconv 3x3 0\n", "conv.hg:2", "conv: wants a number of channels behind the kernel, such as 3x3 32"},
    {"input 7x7x3\nconv 3x3 4 g2\n", "conv.hg:2", "conv: 2 groups divide neither 3 nor 4 channels evenly"},
    {"input 7x7x1\nconv 3x3 2 p9\n", "conv.hg:2", "conv: padding 9x9 is more than the kernel reaches"},
    {"input 7x7x1\nconv 99x99 2 p50\n", "conv.hg:2", "conv: kernel 99x99 is larger than 64"},
    {"input 7x7x1\ndeconv 3x3 2 /2 to 28x28\n", "conv.hg:2",
     "deconv: 28x28 cannot be reached from 7x7 with kernel 3x3 and stride 2x2; 13x13 to 14x14 can"},
    /* dense */
    {"input 7x7x1\ndense\n", "conv.hg:2", "dense: wants a size, such as 32 or 7x7x64"},
    {"input 7x7x1\ndense 0\n", "conv.hg:2", "dense: wants a size, such as 32 or 7x7x64"},
    {"input 7x7x1\ndense 3x3\n", "conv.hg:2",
     "dense: '3x3' is not understood; usage: dense N|HxWxC [nobias] [ACTIVATION]"},
    {"input 7x7x1\ndense 3 relu tanh\n", "conv.hg:2",
     "dense: 'tanh' is not understood; usage: dense N|HxWxC [nobias] [ACTIVATION]"},
    /* names */
    {"input 7x7x1\ndense 3 <- nowhere\n", "conv.hg:2", "dense: no line above gives 'nowhere'"},
    {"input 7x7x1\ndense 3 <- a -> a\n", "conv.hg:2", "dense: no line above gives 'a'"},
    {"input 7x7x1\ndense 3 <- b -> a\ndense 3 <- a -> b\n", "conv.hg:2", "dense: no line above gives 'b'"},
    {"input 7x7x1\ndense 3 -> a\ndense 3 -> a\n", "conv.hg:3", "dense: 'a' is given by a line above already"},
    {"input 7x7x1\ndense 3 -> x\n", "conv.hg:2", "dense: 'x' is given by a line above already"},
    {"input 7x7x1\ndense 3 -> 9\n", "conv.hg:2", "dense: '9' is not a name"},
    {"input 7x7x1\ndense 3 -> a b\n", "conv.hg:2", "dense: a line gives one value; 'b' is too much"},
    {"input 7x7x1\ndense 3 ->\n", "conv.hg:2", "dense: '->' is too much, or lacks a name"},
    {"input 7x7x1\ndense 3 <-\n", "conv.hg:2", "dense: '<-' is too much, or lacks a name"},
    {"input 7x7x1\ndense 3 -> a -> b\n", "conv.hg:2", "dense: '->' is too much, or lacks a name"},
    {"input 7x7x1\ndense 3 <- x x\n", "conv.hg:2", "dense: has 2 inputs; usage: dense N|HxWxC [nobias] [ACTIVATION]"},
    {"input 7x7x1\nadd\n", "conv.hg:2", "add: has 0 inputs; usage: add NAME NAME [NAME [NAME]]"},
    {"input 7x7x1\nadd x\n", "conv.hg:2", "add: has 1 input; usage: add NAME NAME [NAME [NAME]]"},
    {"input 7x7x1\nadd x x x x x\n", "conv.hg:2", "add: takes at most 4 inputs"},
    {"input 7x7x1\ndense 3 -> a\nadd x a\n", "conv.hg:3", "add: input 2 is 1x1x3, but the first is 7x7x1"},
    {"input 7x7x1\ndense 3 -> a\nconcat x a\n", "conv.hg:3", "concat: input 2 is 1x1 pixels, but the first is 7x7"},
    /* losses */
    {"input 7x7x1\ndense 3 -> y\nloss mse y x\n", "conv.hg:3",
     "loss: holds 1x1x3 against 7x7x1; the shapes must be the same"},
    {"input 7x7x1\ndense 7x7x1 -> y\nloss mze y x\n", "conv.hg:3", "loss: there is no kind 'mze'; did you mean 'mse'?"},
    {"input 7x7x1\ndense 7x7x1 -> y\nloss mse y q\n", "conv.hg:3", "loss: no line above gives 'q'"},
    {"input 7x7x1\ndense 7x7x1 -> y\nloss ssim y x\n", "conv.hg:3",
     "loss: ssim wants pictures of at least 11x11; these are 7x7"},
    {"input 12x12x1\ndense 12x12x1 -> y\nloss ssim y x sum\n", "conv.hg:3",
     "loss: ssim is a figure of a whole picture; there is no sum of it over elements"},
    {"input 7x7x1\ndense 7x7x1 -> y\nloss mse y x 0.5\n", "conv.hg:3",
     "loss: mse takes no number, only huber has a delta; a factor is written '* 0.5'"},
    {"input 7x7x1\ndense 7x7x1 -> y\nloss bce y\n", "conv.hg:3", "loss: bce wants two values"},
    {"input 7x7x1\ndense 7x7x1 -> y\nloss mse y x -> l\n", "conv.hg:3", "loss: gives no value that 'l' could name"},
    {"input 7x7x1\ndense 7x7x1 -> y\nloss huber y x 0\n", "conv.hg:3", "loss: huber's delta must be above 0"},
    {"input 7x7x1\ndense 3 -> z\nmirror\nloss bce_logits y x\n", "conv.hg:4",
     "loss: bce_logits takes y before the sigmoid, but line 3 ends with sigmoid; write 'mirror none' (or none behind "
     "the layer), or 'loss bce y x'"},
    {"input 7x7x1\ndense 3 -> z\nmirror none\nloss bce_logits y x\nloss mse y x\n", "conv.hg:5",
     "loss: y is in logits here, as 'loss bce_logits' of line 4 takes it; keep one of the two"},
    /* pooling, resizing, reshaping, norms, chance */
    {"input 7x7x1\nmaxpool 9\n", "conv.hg:2", "maxpool: kernel 9x9 is larger than the 7x7 input"},
    {"input 7x7x1\nmaxpool 2 p2\n", "conv.hg:2",
     "maxpool: padding 2x2 must be smaller than the kernel 2x2, or a window holds no pixel"},
    {"input 7x7x1\nup 0\n", "conv.hg:2", "up: wants either a factor or a size; usage: up FACTOR | up to HxW"},
    {"input 7x7x1\nup to 9x9\n", "conv.hg:2",
     "up: 9x9 is not a whole multiple of the 7x7 input; use 'bilinear to 9x9'"},
    {"input 7x7x3\nshuffle 2\n", "conv.hg:2", "shuffle: the input's 3 channels are not a multiple of 4 (2x2)"},
    {"input 7x7x3\nreshape 7x7x2\n", "conv.hg:2", "reshape: 7x7x2 does not hold the 147 values of the 7x7x3 input"},
    {"input 7x7x3\nslice 2..1\n", "conv.hg:2", "slice: 2..1 holds no channel"},
    {"input 7x7x3\nslice 0..4\n", "conv.hg:2", "slice: 0..4 reaches beyond the input's 3 channels"},
    {"input 7x7x3\ngroupnorm 2\n", "conv.hg:2", "groupnorm: 2 groups do not divide the input's 3 channels"},
    {"input 7x7x3\ndropout 1\n", "conv.hg:2", "dropout: rate 1 must be at least 0 and below 1"},
    {"input 7x7x3\ndropout nan\n", "conv.hg:2", "dropout: 'nan' is not understood; usage: dropout RATE"},
    /* mirror */
    {"input 7x7x1\nmirror\n", "conv.hg:2", "mirror: there is nothing above to undo"},
    {"input 7x7x1\ndense 3 -> z\nmirror wave\n", "conv.hg:3",
     "mirror: 'wave' is not understood; usage: mirror [ACTIVATION] [-> NAME]"},
    {"input 7x7x4\nshuffle 2\ndense 3 -> z\nmirror\n", "conv.hg:2",
     "mirror cannot undo 'shuffle'; write the decoder by hand"},
    {"input 7x7x1\nup 2\ndense 3 -> z\nmirror\n", "conv.hg:2", "mirror cannot undo 'up'; write the decoder by hand"},
    {"input 7x7x1\nadd x x\ndense 3 -> z\nmirror\n", "conv.hg:2",
     "mirror cannot undo 'add'; write the decoder by hand"},
    {"input 7x7x4\nslice 0..2\ndense 3 -> z\nmirror\n", "conv.hg:2",
     "mirror cannot undo 'slice'; write the decoder by hand"},
    {"input 7x7x1\ndense 3 -> z\nmirror\nmirror\n", "conv.hg:4", "dense: 'y' is given by a line above already"},
    /* sizes */
    {"input 16777216x16777216x1\n", "conv.hg:1", "input: gives 16777216x16777216x1 values, more than a plan can hold"},
    {"input 16777217x1x1\n", "conv.hg:1", "input: '16777217x1x1' is not understood; usage: input HxWxC [-> x]"},
    {"input 99999999999999999999x1x1\n", "conv.hg:1",
     "input: '99999999999999999999x1x1' is not understood; usage: input HxWxC [-> x]"},
    {"input 7x7x1\ndense 16777216\n", "conv.hg:2", "dense: its weight has more values than a plan can hold"},
    {"input 28x28x4\nconv 3x3 4 d15000\n", "conv.hg:2",
     "conv: reaches over 30001x30001 pixels around 28x28x4, more than a plan can hold"},
    {"input 1x1x40000\nconv 1x1 60000\n", "conv.hg:2",
     "conv: has more weights than a plan can hold: 1x1 x 40000 x 60000"},
    {"input 7x7x3\nup 100000\n", "conv.hg:2", "up: gives 700000x700000x3 values, more than a plan can hold"},
    /* bytes */
    {"input 7x7x1\ndense \xc3\xa9\n", "conv.hg:2", "holds the byte 0xc3; a graph is plain ASCII text"},
    {"input 7x7x1\n\ndense \x1b[31m\n", "conv.hg:3", "holds the byte 0x1b; a graph is plain ASCII text"},
    {"input 7x7x1\n# caf\xe9\n", "conv.hg:2", "is not UTF-8 text"},
    {"# \xed\xa0\x80\n", "conv.hg:1", "is not UTF-8 text"},
    {"# \xc0\xaf\n", "conv.hg:1", "is not UTF-8 text"},
    {"# \xf4\x90\x80\x80\n", "conv.hg:1", "is not UTF-8 text"},
    {"# \xe2\x82", "conv.hg:1", "is not UTF-8 text"},
};

static void a_wrong_graph_is_refused_with_its_line_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hg_graph *g = NULL;
        hg_error e = {0};
        if (hg_graph_parse(&g, wrong[i].text, "conv.hg", NULL, &e) != HG_MODEL) fail_msg("accepted: %s", wrong[i].text);
        assert_null(g);
        if (strcmp(e.where, wrong[i].where) || strcmp(e.what, wrong[i].what))
            fail_msg("for:\n%s\nsaid:   %s: %s\nwanted: %s: %s", wrong[i].text, e.where, e.what, wrong[i].where,
                     wrong[i].what);
        assert_int_equal(hg_graph_parse(&g, wrong[i].text, "conv.hg", NULL, NULL), HG_MODEL);
    }
}

static hg_graph *parse(const char *text)
{
    hg_graph *g = NULL;
    hg_error e = {0};
    if (hg_graph_parse(&g, text, "conv.hg", NULL, &e)) fail_msg("%s: %s in\n%s", e.where, e.what, text);
    return g;
}

/* ---- Shapes -------------------------------------------------------------------------------------------- */

static const struct {
    const char *input, *line;
    hg_shape out;
} solved[] = {
    {"28x28x1", "conv 3x3 32 /2", {14, 14, 32}},
    {"28x28x1", "conv 3x3 32 valid", {26, 26, 32}},
    {"28x28x1", "conv 5x3 8 /3x2 p2x0", {10, 13, 8}},
    {"28x28x1", "conv 3x3 8 d2", {28, 28, 8}},
    {"9x8x2", "conv 2x2 4 /2 valid", {4, 4, 4}},
    {"1x100x2", "conv 5 4 /2", {1, 50, 4}},
    {"7x7x4", "deconv 3x3 2 /2", {14, 14, 2}},
    {"7x7x4", "deconv 3x3 2 /2 to 13x14", {13, 14, 2}},
    {"7x7x4", "deconv 2x2 2 /2 valid", {14, 14, 2}},
    {"7x7x4", "deconv 5x5 2 /3", {21, 21, 2}},
    {"7x7x1", "maxpool 2", {4, 4, 1}},
    {"7x7x1", "maxpool 2 valid", {3, 3, 1}},
    {"7x7x1", "avgpool 3 /2 p1", {4, 4, 1}},
    {"7x5x3", "up 2x3", {14, 15, 3}},
    {"7x5x3", "bilinear to 9x4", {9, 4, 3}},
    {"7x5x8", "shuffle 2", {14, 10, 2}},
    {"7x5x8", "dense 7", {1, 1, 7}},
    {"7x5x8", "dense 2x3x4", {2, 3, 4}},
    {"7x5x8", "flatten", {1, 1, 280}},
    {"7x5x8", "reshape 14x5x4", {14, 5, 4}},
    {"7x5x8", "slice 2..5", {7, 5, 3}},
    {"7x5x8", "concat x x", {7, 5, 16}},
    {"7x5x8", "silu", {7, 5, 8}},
};

static void shapes_come_out_as_computed_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof solved / sizeof *solved; i++) {
        char text[256];
        hg_shape s;
        snprintf(text, sizeof text, "input %s\n%s -> a\ndense %s -> y\nloss mse y x\n", solved[i].input, solved[i].line,
                 solved[i].input);
        hg_graph *g = parse(text);
        assert_true(hg_graph_shape(g, "a", &s));
        if (!hg_shape_equal(s, solved[i].out)) fail_msg("%s gives %zux%zux%zu", solved[i].line, s.h, s.w, s.c);
        assert_false(hg_graph_shape(g, "b", &s));
        hg_graph_close(&g);
    }
}

/* Random encoders: a line may fail to fit, then it is left out. */
static void add_random_line(hg__text *t, hg__random *r, hg_shape *at)
{
    static const char *const acts[] = {"", " relu", " leaky=0.2", " gelu", " tanh"};
    const char *act = acts[hg__random_below(r, 5)];
    size_t kh = 1 + hg__random_below(r, 5), kw = 1 + hg__random_below(r, 5), dh = 1 + hg__random_below(r, 2);
    size_t sh = 1 + hg__random_below(r, 3), sw = 1 + hg__random_below(r, 3), c = 1 + hg__random_below(r, 6);
    size_t ph = hg__random_below(r, kh), pw = hg__random_below(r, kw);
    bool fits = at->h + 2 * ph >= dh * (kh - 1) + 1 && at->w + 2 * pw >= dh * (kw - 1) + 1 && sh <= kh && sw <= kw;
    switch (hg__random_below(r, 6)) {
    case 0:
        if (kh > at->h || kw > at->w) return;
        hg__text_add(t, "%s %zux%zu\n", c % 2 ? "maxpool" : "avgpool", kh, kw);
        *at = (hg_shape){(at->h + kh - 1) / kh, (at->w + kw - 1) / kw, at->c};
        break;
    case 1: hg__text_add(t, "%s\n", c % 3 == 0 ? "layernorm" : c % 3 == 1 ? "batchnorm" : "dropout 0.1"); break;
    case 2:
        hg__text_add(t, "flatten\n");
        *at = (hg_shape){1, 1, hg_shape_size(*at)};
        break;
    default:
        if (!fits) return;
        hg__text_add(t, "conv %zux%zu %zu /%zux%zu p%zux%zu d%zu%s\n", kh, kw, c, sh, sw, ph, pw, dh, act);
        at->h = (at->h + 2 * ph - dh * (kh - 1) - 1) / sh + 1;
        at->w = (at->w + 2 * pw - dh * (kw - 1) - 1) / sw + 1;
        at->c = c;
    }
}

static void assert_same_graphs(const hg_graph *a, const hg_graph *b)
{
    assert_string_equal(a->text, b->text);
    assert_int_equal(a->nodes, b->nodes);
    assert_int_equal(a->weights, b->weights);
    for (size_t i = 0; i < a->nodes; i++) {
        assert_string_equal(a->node[i].name, b->node[i].name);
        assert_true(a->node[i].op == b->node[i].op && hg_shape_equal(a->node[i].shape, b->node[i].shape));
        assert_memory_equal(a->node[i].input, b->node[i].input, sizeof a->node[i].input);
    }
}

static void a_mirror_always_lands_on_the_shape_of_the_input(void **state)
{
    (void)state;
    hg__random r = hg__random_at(1, HG__FOR_TEST, 0, 0);
    size_t layers = 0;
    for (size_t i = 0; i < 300; i++) {
        hg__text t = {0};
        hg_shape x = {1 + hg__random_below(&r, 40), 1 + hg__random_below(&r, 40), 1 + hg__random_below(&r, 4)};
        hg_shape at = x, y;
        hg__text_add(&t, "input %zux%zux%zu\n", x.h, x.w, x.c);
        for (size_t depth = hg__random_below(&r, 7); depth; depth--, layers++) add_random_line(&t, &r, &at);
        hg__text_add(&t, "dense 3 -> z\nmirror -> y\nloss mse y x\n");
        hg_graph *g = parse(t.at), *again = parse(hg_graph_text(g));
        assert_true(hg_graph_shape(g, "y", &y));
        if (!hg_shape_equal(x, y)) fail_msg("landed on %zux%zux%zu:\n%s", y.h, y.w, y.c, hg_graph_text(g));
        assert_same_graphs(g, again);
        hg_graph_close(&g);
        hg_graph_close(&again);
        hg__text_close(&t);
    }
    assert_true(layers > 600);
}

static void a_mirror_answers_each_layer_with_its_opposite(void **state)
{
    (void)state;
    hg_graph *g = parse("input 25x31x3\nconv 3x3 8 /2 relu\nlayernorm\nmaxpool 2\nconv 5x5 6 g2 nobias\ntanh\nflatten\n"
                        "dropout 0.5\ndense 4 -> z\nmirror tanh -> y\nloss mse y x\n");
    static const char decoder[] = "dense 336\nreshape 7x8x6 tanh\ndeconv 5x5 8 p2 g2 to 7x8\nbilinear to 13x16\n"
                                  "layernorm relu\ndeconv 3x3 3 /2 p1 to 25x31 tanh -> y\nloss mse y x\n";
    assert_string_equal(strstr(hg_graph_text(g), "-> z\n") + 5, decoder);
    hg_graph_close(&g);
}

/* ---- Options ------------------------------------------------------------------------------------------- */

static void options_are_written_into_the_text(void **state)
{
    (void)state;
    static const char text[] = "# keeps comments\n  input 28x28x1 # and these\n"
                               "dense 9 relu # 9\n\tdense  30  relu -> z\n"
                               "mirror -> y\nloss mse y x\n";
    static const char expected[] = "# keeps comments\n  input 14x10x3 # and these\n"
                                   "dense 9 relu # 9\n\tdense  5  relu -> z\n"
                                   "dense 9 relu\ndense 14x10x3 sigmoid -> y\nloss mse y x\n";
    hg_graph *g = NULL, *again;
    hg_error e = {0};
    const hg_graph_options o = {.input = {14, 10, 3}, .code = 5};
    if (hg_graph_parse(&g, text, "conv.hg", &o, &e)) fail_msg("%s: %s", e.where, e.what);
    assert_string_equal(hg_graph_text(g), expected);
    again = parse(expected);
    assert_same_graphs(g, again);
    hg_graph_close(&g);
    hg_graph_close(&again);
}

static void the_length_of_a_nested_code_is_set_on_the_line_it_cuts(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"dense 9\n\n# a comment\nnested 0.2 -> z\n", "dense 5\n\n# a comment\nnested 0.2 -> z\n"},
        {"dense 9 -> c\ndense 4\nnested <- c -> z\n", "dense 5 -> c\ndense 4\nnested <- c -> z\n"},
        {"dense 9 -> c\nnested -> z\n", "dense 5 -> c\nnested -> z\n"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hg_graph *g = NULL;
        hg_error e = {0};
        hg__text t = {0};
        hg__text_add(&t, "input 6x6x1 -> x\n%sdense 6x6x1 -> y\nloss mse y x\n", texts[i][0]);
        if (hg_graph_parse(&g, t.at, "a.hg", &(hg_graph_options){.code = 5}, &e)) fail_msg("%s: %s", e.where, e.what);
        if (!strstr(hg_graph_text(g), texts[i][1])) fail_msg("%s", hg_graph_text(g));
        assert_true(hg_graph_is_nested(g));
        hg_graph_close(&g);
        hg__text_close(&t);
    }
    hg_graph *g = parse("input 6x6x1 -> x\ndense 9\nnested\ndense 9 -> z\nmirror -> y\nloss mse y x\n");
    assert_false(hg_graph_is_nested(g));
    hg_graph_close(&g);
}

static void a_bare_input_is_given_its_size_in_the_text(void **state)
{
    (void)state;
    hg_graph *g = NULL;
    const hg_graph_options o = {.input = {4, 5, 3}};
    static const char text[] = "\t input # as it comes\ndense 2 -> z\nmirror\nloss mse y x\n";
    assert_int_equal(hg_graph_parse(&g, text, "bare.hg", &o, NULL), HG_OK);
    assert_ptr_equal(strstr(hg_graph_text(g), "\t input 4x5x3 # as it comes\n"), hg_graph_text(g));
    hg_graph *again = parse(hg_graph_text(g));
    assert_same_graphs(g, again);
    hg_graph_close(&g);
    hg_graph_close(&again);
}

static void a_code_length_that_cannot_be_set_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *where;
    } fixed[] = {
        {"input 8x8x1\nmaxpool 2 -> z\nmirror -> y\nloss mse y x\n", "a.hg:2"},
        {"input 8x8x1\ndense 2x2x2 -> z\nmirror -> y\nloss mse y x\n", "a.hg:2"},
        {"input 8x8x1\ndense 4\nmirror -> y\nloss mse y x\n", "a.hg"},
    };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        hg_graph *g = NULL;
        hg_error e = {0};
        assert_int_equal(hg_graph_parse(&g, fixed[i].text, "a.hg", &(hg_graph_options){.code = 3}, &e), HG_MODEL);
        assert_string_equal(e.where, fixed[i].where);
    }
}

/* ---- Large, odd and random texts ----------------------------------------------------------------------- */

static void refuse_long(hg__text *t, const char *where, const char *what)
{
    hg_graph *g = NULL;
    hg_error e = {0};
    assert_false(t->failed);
    assert_int_equal(hg_graph_parse(&g, t->at, "a.hg", NULL, &e), HG_MODEL);
    assert_string_equal(e.where, where);
    if (!strstr(e.what, what)) fail_msg("said \"%s\", not \"%s\"", e.what, what);
    hg__text_close(t);
}

static void texts_beyond_every_limit_are_refused(void **state)
{
    (void)state;
    hg__text t = {0};
    hg__text_add(&t, "input 4x4x1\n");
    for (size_t i = 0; i < 10000; i++) hg__text_add(&t, "relu\n");
    refuse_long(&t, "a.hg:1025", "at most 1024 ops");
    hg__text_add(&t, "input 4x4x1\ndense ");
    for (size_t i = 0; i < 5000; i++) hg__text_add(&t, "3");
    refuse_long(&t, "a.hg:2", "longer than 1023 letters");
    hg__text_add(&t, "input 4x4x1\ndense 3 -> ");
    for (size_t i = 0; i < 900; i++) hg__text_add(&t, "a");
    refuse_long(&t, "a.hg:2", "longer than 31 letters");
    hg__text_add(&t, "input 4x4x1\nadd");
    for (size_t i = 0; i < 100; i++) hg__text_add(&t, " x");
    refuse_long(&t, "a.hg:2", "more than 64 words");
    for (size_t i = 0; i < 1100000; i++) hg__text_bytes(&t, "\n", 1);
    refuse_long(&t, "a.hg", "1 MiB");
}

static void ten_thousand_lines_of_comment_are_fine(void **state)
{
    (void)state;
    hg__text t = {0};
    for (size_t i = 0; i < 10000; i++) hg__text_add(&t, "# line %zu\n", i);
    hg__text_add(&t, "input 4x4x1\r\ndense 2 -> z\r\nmirror -> y\r\nloss mse y x");
    hg_graph *g = parse(t.at), *again = parse(hg_graph_text(g));
    assert_same_graphs(g, again);
    hg_graph_close(&g);
    hg_graph_close(&again);
    hg__text_close(&t);
}

/* What random texts are made of; clang-format would give each a line. */
/* clang-format off */
static const char *const word[] = {
    "input 6x5x2\n", "conv", "deconv", "dense", "mirror", "loss", "mse", "kl", "maxpool", "up", "bilinear",
    "reshape", "gaussian", "slice", "concat", "add", "batchnorm", "groupnorm", "noise", "dropout", "shuffle",
    "flatten", "relu", "gelu", "3x3", "3", "2x2x2", "4", "1..2", "0.5", "/2", "p1", "d2", "g2", "valid", "to",
    "12x10", "*", "sum", "nobias", "<-", "->", "x", "y", "z", "a", "\n", "\n", "\n", "\n", "-> y\n", "-> z\n", "#",
    "input", "1e9", "-1",
};
/* clang-format on */

static void random_words_are_refused_or_understood_but_never_crash(void **state)
{
    (void)state;
    hg__random r = hg__random_at(2, HG__FOR_TEST, 0, 0);
    size_t good = 0;
    for (size_t i = 0; i < 20000; i++) {
        hg__text t = {0};
        hg_graph *g = NULL;
        hg__text_add(&t, "input 6x5x2\ndense 2 -> z\nmirror -> y\nloss mse y x\n");
        for (size_t n = hg__random_below(&r, 12); n; n--)
            hg__text_add(&t, "%s ", word[hg__random_below(&r, sizeof word / sizeof *word)]);
        hg_status s = hg_graph_parse(&g, t.at, "a.hg", NULL, NULL);
        assert_true(s == HG_OK || s == HG_MODEL);
        if (!s) {
            hg_graph *again = parse(hg_graph_text(g));
            assert_same_graphs(g, again);
            hg_graph_close(&again);
            good++;
        }
        hg_graph_close(&g);
        hg__text_close(&t);
    }
    assert_true(good > 500 && good < 19500);
}

static void a_graph_file_is_opened_or_its_fault_named(void **state)
{
    const place *p = *state;
    hg_graph *g = NULL;
    hg_error e = {0};
    put_file(p->file, "input 2x2x1\ndense 1 -> z\nmirror\nloss mse y x\n", 45);
    assert_int_equal(hg_graph_open(&g, p->file, NULL, &e), HG_OK);
    assert_int_equal(hg_graph_parameters(g), 5 + 8);
    hg_graph_close(&g);
    put_file(p->file, "input 2x2x1\0dense 1\n", 20);
    assert_int_equal(hg_graph_open(&g, p->file, NULL, &e), HG_MODEL);
    assert_non_null(strstr(e.what, "zero byte"));
    assert_int_equal(hg_graph_open(&g, p->other, NULL, &e), HG_IO);
    assert_int_equal(hg_graph_open(&g, "konv", NULL, &e), HG_USAGE);
    assert_non_null(strstr(e.what, "did you mean 'conv'?"));
    assert_null(g);
}

static void assert_edited(const char *text, bool replace, const char *line, const char *expected)
{
    hg_graph *g = parse(text);
    char *made = replace ? hg__graph_with_loss(g, line) : hg__graph_with_line(g, line);
    assert_string_equal(made, expected);
    free(made);
    hg_graph_close(&g);
}

/* However its line is written: the losses on y are those of the nodes. */
static void a_loss_can_be_replaced_and_a_line_added(void **state)
{
    static const char *const spelt[] = {
        "loss mse y x",     "  loss  mse\ty x # against x", "loss mse <- y x",         "loss sum mse y x",
        "loss * 2 mse y x", "loss huber 0.5 y x",           "loss mse y x\nloss l1 y", "loss bce y x sum * 0.1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof spelt / sizeof *spelt; i++) {
        char text[256];
        snprintf(text, sizeof text, "input 4x4x1\ndense 2 -> z\nmirror -> y\n%s\nloss l1 z * 0.1", spelt[i]);
        assert_edited(text, true, "loss bce y x",
                      "input 4x4x1\ndense 2 -> z\ndense 4x4x1 sigmoid -> y\nloss l1 z * 0.1\nloss bce y x\n");
    }
    assert_edited("input 4x4x1\ndense 4x4x1 -> y\nloss mse y x", false, "loss l1 y x",
                  "input 4x4x1\ndense 4x4x1 -> y\nloss mse y x\nloss l1 y x\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_graph_is_refused_with_its_line_and_reason),
        cmocka_unit_test(shapes_come_out_as_computed_by_hand),
        cmocka_unit_test(a_mirror_always_lands_on_the_shape_of_the_input),
        cmocka_unit_test(a_mirror_answers_each_layer_with_its_opposite),
        cmocka_unit_test(options_are_written_into_the_text),
        cmocka_unit_test(a_bare_input_is_given_its_size_in_the_text),
        cmocka_unit_test(the_length_of_a_nested_code_is_set_on_the_line_it_cuts),
        cmocka_unit_test(a_code_length_that_cannot_be_set_is_refused),
        cmocka_unit_test(texts_beyond_every_limit_are_refused),
        cmocka_unit_test(ten_thousand_lines_of_comment_are_fine),
        cmocka_unit_test(random_words_are_refused_or_understood_but_never_crash),
        TEST(a_graph_file_is_opened_or_its_fault_named),
        cmocka_unit_test(a_loss_can_be_replaced_and_a_line_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
