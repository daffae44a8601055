/* test_tune_space.c: text with holes is understood, or refused with the line and the reason; what a point of it stands
 * for is text that parses; dimensions go to [0,1] and back. */
#include "tune/space.h"

#include "base/random.h"
#include "train/train_rows.h"

#include <hourglass/net.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Wrong templates ---------------------------------------------------------------------------------------- */

#define HOLE "; a hole is {LOW..HIGH} or {a,b,c}"

static const struct {
    const char *graph, *search, *where, *what;
} wrong[] = {
    /* braces */
    {"input 4x4x1\ndense {8..64\n", "", "t.hg:2", "'{' is not closed; a hole ends with '}' on the same line"},
    {"dense 8}\n", "", "t.hg:1", "'}' closes nothing" HOLE},
    {"dense {8..{9}\n", "", "t.hg:1", "'{' stands within a hole; close the one before it with '}'"},
    {"dense {8..9 # }\n", "", "t.hg:1", "'{' is not closed; a hole ends with '}' on the same line"},
    /* holes */
    {"\n\ndense {}\n", "", "t.hg:3", "{} is empty" HOLE},
    {"dense {8}\n", "", "t.hg:1", "{8} leaves nothing to choose" HOLE},
    {"dense {w}\n", "", "t.hg:1", "{w} is the name of no hole above" HOLE},
    {"dense {w}\ndense {w: 1..2}\n", "", "t.hg:1", "{w} is the name of no hole above" HOLE},
    {"dense {w: 1..2}\ndense {w: 1..2}\n", "", "t.hg:2",
     "{w: 1..2} takes a name that is given above; write {NAME} alone to fill in the same value"},
    {"dense {a23456789012345678901234567890bc: 1..2}\n", "", "t.hg:1",
     "{a23456789012345678901234567890bc: 1..2} has a name of more than 31 letters"},
    /* ranges */
    {"dense {64..8}\n", "", "t.hg:1", "{64..8} has its low end above its high end"},
    {"dense {8..x}\n", "", "t.hg:1", "{8..x} has a bound that is not a number" HOLE},
    {"dense {..8}\n", "", "t.hg:1", "{..8} has a bound that is not a number" HOLE},
    {"dense {0x8..9}\n", "", "t.hg:1", "{0x8..9} has a bound that is not a number" HOLE},
    {"dense {nan..9}\n", "", "t.hg:1", "{nan..9} has a bound that is not a number" HOLE},
    {"dense {1..1e999}\n", "", "t.hg:1", "{1..1e999} has a bound that is not a number" HOLE},
    {"dense {8..64 lgo}\n", "", "t.hg:1", "{8..64 lgo} has neither 'log' nor 'step S' behind its bounds" HOLE},
    {"dense {0..64 log}\n", "", "t.hg:1", "{0..64 log} is log, so its low end must be above 0"},
    {"dropout {-1.0..0.5 log}\n", "", "t.hg:1", "{-1.0..0.5 log} is log, so its low end must be above 0"},
    {"dense {8..64 log step 8}\n", "", "t.hg:1",
     "{8..64 log step 8} has too much behind 'log'; a log range takes no step"},
    {"dense {8..64 step}\n", "", "t.hg:1", "{8..64 step} wants one number above 0 behind 'step'"},
    {"dense {8..64 step 0}\n", "", "t.hg:1", "{8..64 step 0} wants one number above 0 behind 'step'"},
    {"dense {8..64 step 4 4}\n", "", "t.hg:1", "{8..64 step 4 4} wants one number above 0 behind 'step'"},
    {"dense {1..9007199254740993}\n", "", "t.hg:1", NULL}, /* rounds to 2^53 + 0: accepted */
    {"dense {1..90071992547409930}\n", "", "t.hg:1",
     "{1..90071992547409930} reaches beyond 2^53; a whole number is at most that"},
    {"dense {-1e308..1e308}\n", "", "t.hg:1", "{-1e308..1e308} ranges over more than 1e300"},
    {"dense {0..1e300 step 1}\n", "", "t.hg:1", "{0..1e300 step 1} has more than 2^53 steps"},
    /* lists */
    {"dense {8,,16}\n", "", "t.hg:1", "{8,,16} has an empty item"},
    {"dense {8,16,}\n", "", "t.hg:1", "{8,16,} has an empty item"},
    {"dense {8,16, 8}\n", "", "t.hg:1", "{8,16, 8} has an item twice"},
    /* repeats */
    {"repeat\n", "", "t.hg:1",
     "repeat: wants a whole number of 0 to 1024 or a hole: repeat N LINE, or repeat N, lines and a line 'end'"},
    {"repeat 1025 relu\n", "", "t.hg:1",
     "repeat: wants a whole number of 0 to 1024 or a hole: repeat N LINE, or repeat N, lines and a line 'end'"},
    {"repeat {1..2}x relu\n", "", "t.hg:1",
     "repeat: wants a whole number of 0 to 1024 or a hole: repeat N LINE, or repeat N, lines and a line 'end'"},
    {"repeat {0.5..2} relu\n", "", "t.hg:1", "repeat: its hole must hold whole numbers of 0 to 1024"},
    {"repeat {-1..2} relu\n", "", "t.hg:1", "repeat: its hole must hold whole numbers of 0 to 1024"},
    {"repeat {1,two} relu\n", "", "t.hg:1", "repeat: its hole must hold whole numbers of 0 to 1024"},
    {"repeat {1..2 relu\n", "", "t.hg:1", "'{' is not closed; a hole ends with '}' on the same line"},
    {"x\nrepeat 2\ny\n", "", "t.hg:2", "repeat: no line 'end' closes it"},
    {"x\nend\n", "", "t.hg:2", "end: no line 'repeat N' above is open"},
    {"repeat 2\nend now\n", "", "t.hg:2", "end: stands alone on its line"},
    {"repeat 2\nrepeat 3 relu\nend\n", "", "t.hg:2",
     "a repeat within that of line 1 is not understood; write one of the two out"},
    {"repeat 2 repeat 3 relu\n", "", "t.hg:1", "repeat: neither 'repeat' nor 'end' can be repeated"},
    {"repeat 2 end\n", "", "t.hg:1", "repeat: neither 'repeat' nor 'end' can be repeated"},
    /* search lines */
    {"\nsearch\n", "", "t.hg:2", "search: wants words OPTION=TEXT behind it, as lr={1e-4..1e-2}"},
    {"\nsearch lr\n", "", "t.hg:2", "\"lr\" is not of the form OPTION=TEXT, as lr={1e-4..1e-2}"},
    {"search lrr={1..2}\n", "", "t.hg:1", "unknown option 'lrr'; did you mean 'lr'?"},
    {"search lr={1..2}\nsearch lr={1..2}\n", "", "t.hg:2", "lr is searched already; one of the two is too much"},
    {"search lr={0.1..0.01}\n", "", "t.hg:1: search lr", "{0.1..0.01} has its low end above its high end"},
    {"search lr={0..0.01}\n", "", "t.hg:1: search lr", "0 is too small; the least is 1e-12"},
    {"search lr=0.1\n", "", "t.hg:1: search lr", "has no hole, so there is nothing to search; give one value as --lr"},
    /* --search */
    {"x\n", "lr={1..2} =3", "--search", "\"=3\" is not of the form OPTION=TEXT, as lr={1e-4..1e-2}"},
    {"x\n", "lr={1..2} lr={2..3}", "--search", "lr is searched already; one of the two is too much"},
    {"x\n", "epochs={1..2}", "--search", "'epochs' cannot be searched; it is the same for all trials"},
    {"x\n", "frobnicate={1..2}", "--search", "unknown option 'frobnicate'; 'hourglass train --help' lists them"},
    {"x\n", "optimiser={adam,sgd}", "--search", "unknown option 'optimiser'; did you mean 'optimizer'?"},
    {"x\n", "optimizer={adam,sdg}", "--search optimizer",
     "\"sdg\" is not one of adam, adamw, sgd, rmsprop; did you mean sgd?"},
    {"x\n", "optimizer={adam,none}", "--search optimizer", "\"none\" is not one of adam, adamw, sgd, rmsprop"},
    {"x\n", "batch={0..64}", "--search batch", "0 is too small; the least is 1"},
    {"x\n", "batch={1.5..64}", "--search batch", "wants whole numbers; write the bounds of {1.5..64} without point"},
    {"x\n", "batch={32,6.4}", "--search batch", "\"6.4\" is not a whole number"},
    {"x\n", "beta1={0.5..1}", "--search beta1", "1 is too large; the most is 0.9999"},
    {"x\n", "nesterov={true,maybe}", "--search nesterov", "\"maybe\" is neither true nor false"},
    {"x\n", "augment=shfit={0..2}", "--search augment",
     "shfit=2: there is no augmentation \"shfit\"; did you mean shift"},
    {"x\n", "lr={1e-4..1e-2", "--search lr", "'{' is not closed; a hole ends with '}' on the same line"},
};

static void a_wrong_template_is_refused_with_its_line_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hg__space s;
        hg_error e = {0};
        hg_status status = hg__space_open(&s, wrong[i].graph, "t.hg", wrong[i].search, &e);
        hg__space_close(&s);
        if (!wrong[i].what && !status) continue;
        hg_status wanted = wrong[i].where[0] == '-' ? HG_USAGE : HG_MODEL;
        if (status != wanted || strcmp(e.where, wrong[i].where) || strcmp(e.what, wrong[i].what))
            fail_msg("for: %s%s\nsaid:   %d %s: %s\nwanted: %d %s: %s", wrong[i].graph, wrong[i].search, status,
                     e.where, e.what, wanted, wrong[i].where, wrong[i].what);
        assert_int_equal(hg__space_open(&s, wrong[i].graph, "t.hg", wrong[i].search, NULL), wanted);
        hg__space_close(&s);
    }
}

/* ---- Right ones ----------------------------------------------------------------------------------------------- */

static void open_space(hg__space *s, const char *graph, const char *search)
{
    hg_error e = {0};
    if (hg__space_open(s, graph, "t.hg", search, &e)) fail_msg("%s\n%s: %s", graph, e.where, e.what);
}

/* The text of a dimension: "name kind low high step log", or "name {a|b|c}". */
static void describe(const hg__dimension *d, char *out, size_t n)
{
    int used = snprintf(out, n, "%s", d->name);
    if (d->kind == HG__DIMENSION_CHOICE) {
        for (size_t i = 0; i < d->choices; i++)
            used += snprintf(out + used, n - (size_t)used, "%s%s", i ? "|" : " {", d->choice[i]);
        snprintf(out + used, n - (size_t)used, "}");
    } else
        snprintf(out + used, n - (size_t)used, " %s %g %g %g%s", d->kind == HG__DIMENSION_REAL ? "real" : "whole",
                 d->low, d->high, d->step, d->log ? " log" : "");
}

static const struct {
    const char *graph, *search, *dimension[3], *first, *last, *options;
} right[] = {
    {"dense 8\n", NULL, {0}, "dense 8\n", "dense 8\n", ""},
    {"dense {8..64}", NULL, {"dense 1 whole 8 64 1"}, "dense 8\n", "dense 64\n", ""},
    {"# {no hole}\ndense { 8 .. 64  log } # {nor this}\n",
     "",
     {"dense 2 whole 8 64 1 log"},
     "# {no hole}\ndense 8 # {nor this}\n",
     "# {no hole}\ndense 64 # {nor this}\n",
     ""},
    {"dense {8..63 step 8}\n", NULL, {"dense 1 whole 8 56 8"}, "dense 8\n", "dense 56\n", ""},
    {"dropout {0..1 step 0.25}\n", NULL, {"dropout 1 real 0 1 0.25"}, "dropout 0\n", "dropout 1\n", ""},
    {"dropout {.1..5e-1}\n", NULL, {"dropout 1 real 0.1 0.5 0"}, "dropout 0.1\n", "dropout 0.5\n", ""},
    {"slice {-8..-4}\n", NULL, {"slice 1 whole -8 -4 1"}, "slice -8\n", "slice -4\n", ""},
    {"{dense 8,conv 3x3 4 /2} relu\n",
     NULL,
     {"line 1 {dense 8|conv 3x3 4 /2}"},
     "dense 8 relu\n",
     "conv 3x3 4 /2 relu\n",
     ""},
    {"conv {3x3,5x5} {8..9} {relu,none}\n",
     NULL,
     {"conv 1 {3x3|5x5}", "conv 1.2 whole 8 9 1", "conv 1.3 {relu|none}"},
     "conv 3x3 8 relu\n",
     "conv 5x5 9 none\n",
     ""},
    {"dense {w: 8..16}\ndense {w} <- {w}\n",
     NULL,
     {"w whole 8 16 1"},
     "dense 8\ndense 8 <- 8\n",
     "dense 16\ndense 16 <- 16\n",
     ""},
    /* a colon without a blank is no name */
    {"x {gaussian:0.1,mask:0.2}\n", NULL, {"x 1 {gaussian:0.1|mask:0.2}"}, "x gaussian:0.1\n", "x mask:0.2\n", ""},
    /* repeats */
    {"repeat {0..2} dense {3..4}\nrelu\n",
     NULL,
     {"repeat 1 whole 0 2 1", "dense 1 whole 3 4 1"},
     "relu\n",
     "dense 4\ndense 4\nrelu\n",
     ""},
    {"repeat {n: 1,3}  # so many\n a {n}\n b\nend # of it\nrepeat 2 c\nrepeat 0\nd\nend\n",
     NULL,
     {"n {1|3}"},
     " a 1\n b\nc\nc\n",
     " a 3\n b\n a 3\n b\n a 3\n b\nc\nc\n",
     ""},
    /* search: lines keep their numbers, the command line wins */
    {"search lr={1e-4..1e-2} batch={16..64} # {x}\ndense {1..2}\n",
     "batch={32,64}",
     {"dense 2 whole 1 2 1", "lr real 0.0001 0.01 0 log", "batch {32|64}"},
     "\ndense 1\n",
     "\ndense 2\n",
     "lr=0.01\nbatch=64\n"},
    {"x\n", "lr={1..2}", {"lr real 1 2 0 log"}, "x\n", "x\n", "lr=2\n"},
    {"x\n", "lr={1..3 step 1}", {"lr real 1 3 1"}, "x\n", "x\n", "lr=3\n"},
    {"x\n", "l2={0..0.1}", {"l2 real 0 0.1 0"}, "x\n", "x\n", "l2=0.1\n"},
    {"x\n", " batch={16..64}\n", {"batch whole 16 64 1 log"}, "x\n", "x\n", "batch=64\n"},
    {"x\n", "batch={16..64 step 16}", {"batch whole 16 64 16"}, "x\n", "x\n", "batch=64\n"},
    {"x\n", "noise={gaussian:0.3,none}", {"noise {gaussian:0.3|none}"}, "x\n", "x\n", "noise=\n"},
    {"x\n", "loss={mse,none}", {"loss {mse|none}"}, "x\n", "x\n", "loss=\n"},
    {"x\n",
     "augment=shift={0..2},rotate={0..15}",
     {"augment shift whole 0 2 1", "augment rotate whole 0 15 1"},
     "x\n",
     "x\n",
     "augment=shift=2,rotate=15\n"},
    {"dense {w: 8..16}\n",
     "code={w} noise=gaussian:{0.1..0.5}",
     {"w whole 8 16 1", "noise gaussian real 0.1 0.5 0"},
     "dense 8\n",
     "dense 16\n",
     "code=16\nnoise=gaussian:0.5\n"},
};

static void assert_text(char *text, const char *wanted, const char *of)
{
    if (!text || strcmp(text, wanted)) fail_msg("of %s\nwas:\n%s\nwanted:\n%s", of, text, wanted);
    free(text);
}

static void a_template_has_these_dimensions_and_stands_for_these_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        hg__space s;
        double low[HG__MOST_DIMENSIONS], high[HG__MOST_DIMENSIONS];
        open_space(&s, right[i].graph, right[i].search);
        size_t n = 0;
        while (n < 3 && right[i].dimension[n]) n++;
        if (s.n != n) fail_msg("%s has %zu dimensions", right[i].graph, s.n);
        for (size_t d = 0; d < n; d++) {
            char text[200];
            describe(&s.dimension[d], text, sizeof text);
            assert_string_equal(text, right[i].dimension[d]);
            low[d] = s.dimension[d].low, high[d] = s.dimension[d].high;
        }
        assert_text(hg__space_graph(&s, low), right[i].first, right[i].graph);
        assert_text(hg__space_graph(&s, high), right[i].last, right[i].graph);
        assert_text(hg__space_options(&s, high), right[i].options, right[i].graph);
        hg__space_close(&s);
    }
}

/* What a study keeps is s->graph and s->options. */
static void a_space_opened_from_its_own_text_is_equal_to_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        hg__space a, b;
        open_space(&a, right[i].graph, right[i].search);
        open_space(&b, a.graph, a.options);
        assert_true(hg__space_equal(&a, &b));
        assert_string_equal(a.graph, b.graph);
        assert_string_equal(a.options, b.options);
        if (b.n) b.dimension[b.n - 1].high++;
        if (b.n) assert_false(hg__space_equal(&a, &b));
        hg__space_close(&a);
        hg__space_close(&b);
    }
}

static void a_space_has_at_most_64_dimensions(void **state)
{
    (void)state;
    char text[65 * 16] = "";
    hg__space s;
    hg_error e = {0};
    for (size_t i = 0; i < 64; i++) strcat(text, "dense {1..2}\n");
    open_space(&s, text, NULL);
    assert_int_equal(s.n, 64);
    hg__space_close(&s);
    strcat(text, "dense {1..2}\n");
    assert_int_equal(hg__space_open(&s, text, "t.hg", NULL, &e), HG_MODEL);
    assert_string_equal(e.where, "t.hg:65");
    assert_string_equal(e.what, "{1..2} is one hole too many; a space has at most 64 dimensions");
    hg__space_close(&s);
}

static void a_template_that_grows_beyond_a_graph_is_refused(void **state)
{
    (void)state;
    hg__space s;
    hg_error e = {0};
    char text[2048];
    memset(text, 'x', sizeof text);
    memcpy(text, "repeat {1..1024} ", 17);
    text[1500] = 0;
    assert_int_equal(hg__space_open(&s, text, "t.hg", NULL, &e), HG_MODEL);
    assert_string_equal(e.where, "t.hg");
    assert_string_equal(e.what, "stands for graphs of more than 1 MiB; repeat less");
    hg__space_close(&s);
}

/* ---- Points ------------------------------------------------------------------------------------------------- */

static const char conv_template[] = "input 28x28x1 -> x\n"
                                    "repeat {1..2}\n"
                                    "  conv {3x3,5x5} {channels: 4..32 log} {act: relu,gelu,silu}\n"
                                    "  {batchnorm,groupnorm 1,none}\n"
                                    "end\n"
                                    "repeat {0..2} conv 3x3 {channels} /2 {act}\n"
                                    "dropout {0..0.5}\n"
                                    "dense {4..64 log} -> z\n"
                                    "mirror sigmoid -> y\n"
                                    "loss {mse,bce} y x\n"
                                    "search lr={1e-4..1e-1} optimizer={adam,sgd} augment=shift={0..2},rotate={0..15}\n";

/* The example of doc/format.md. */
static const char doc_template[] =
    "input  28x28x1 -> x\n"
    "repeat {1..2} conv 3x3 {width: 8..64 log} {act: relu,gelu} /2\n"
    "dense  {8..64 log} -> z\n"
    "mirror sigmoid -> y\n"
    "loss   mse y x\n"
    "search lr={1e-4..1e-2} optimizer={adam,adamw} augment=shift={0..2},rotate={0..15}\n";

static void random_point(const hg__space *s, hg__random *r, double *point)
{
    for (size_t d = 0; d < s->n; d++) point[d] = hg__dimension_from_unit(&s->dimension[d], hg__random_uniform(r));
}

static void what_a_template_stands_for_parses_as_a_graph(void **state)
{
    (void)state;
    hg__space s;
    hg__random r = hg__random_at(1, HG__FOR_TEST, 0, 0);
    double point[HG__MOST_DIMENSIONS];
    for (size_t i = 0; i < 400; i++) {
        open_space(&s, i < 200 ? conv_template : doc_template, NULL);
        random_point(&s, &r, point);
        char *text = hg__space_graph(&s, point);
        hg_graph *g = NULL;
        hg_error e = {0};
        if (hg_graph_parse(&g, text, "t.hg", NULL, &e)) fail_msg("%s: %s\n%s", e.where, e.what, text);
        hg_graph_close(&g);
        free(text);
        hg__space_close(&s);
    }
}

/* Bytes of a good template are changed, cut out and doubled: it opens, and then fills at any point, or is refused. */
static void no_damage_to_a_template_does_more_than_refuse_it(void **state)
{
    (void)state;
    static const char letters[] = "{}..,:#=\n repeat end search log step 0 1 9e-";
    hg__random r = hg__random_at(4, HG__FOR_TEST, 0, 0);
    size_t opened = 0;
    for (size_t i = 0; i < 20000; i++) {
        char text[sizeof conv_template + 64];
        double point[HG__MOST_DIMENSIONS];
        hg__space s;
        hg_error e = {0};
        strcpy(text, conv_template);
        for (size_t k = hg__random_below(&r, 4) + 1; k > 0; k--) {
            size_t length = strlen(text), at = hg__random_below(&r, length), n = hg__random_below(&r, 12);
            if (at + n > length) n = length - at;
            size_t kind = hg__random_below(&r, 3);
            if (kind == 0) text[at] = letters[hg__random_below(&r, sizeof letters - 1)];
            if (kind == 1) memmove(text + at, text + at + n, length + 1 - at - n);
            if (kind == 2) memmove(text + at + n, text + at, length + 1 - at);
        }
        hg_status status = hg__space_open(&s, text, "t.hg", i % 2 ? "l1={0..1}" : NULL, &e);
        if (status != HG_OK) assert_true((status == HG_MODEL || status == HG_USAGE) && *e.where && *e.what);
        else {
            random_point(&s, &r, point);
            char *graph = hg__space_graph(&s, point), *options = hg__space_options(&s, point);
            assert_true(graph && options && !strpbrk(options, "{}"));
            free(graph);
            free(options);
            opened++;
        }
        hg__space_close(&s);
    }
    assert_true(opened > 1000 && opened < 19000);
}

static void every_point_gives_options_that_their_rows_take(void **state)
{
    (void)state;
    hg__space s;
    hg__random r = hg__random_at(2, HG__FOR_TEST, 0, 0);
    double point[HG__MOST_DIMENSIONS];
    open_space(&s, conv_template, "batch={1..1024} lr-final={0..1} nesterov={true,false} l1={1e-9..1}");
    for (size_t i = 0; i < 200; i++) {
        random_point(&s, &r, point);
        hg_train_options o = hg_train_defaults();
        char *text = hg__space_options(&s, point), *next = text;
        for (char *line = strsep(&next, "\n"); line && *line; line = strsep(&next, "\n")) {
            hg_error e = {0};
            char *value = strchr(line, '=');
            *value++ = 0;
            if (hg__option_set(hg__option_find(hg__train_rows, line), &o, value, line, &e))
                fail_msg("%s: %s", e.where, e.what);
        }
        for (size_t d = 0; d < s.n; d++)
            if (!strcmp(s.dimension[d].name, "lr")) assert_true(o.lr == point[d]);
        free(text);
    }
    hg__space_close(&s);
}

static const hg__dimension kinds[] = {
    {.kind = HG__DIMENSION_REAL, .low = -3, .high = 5},
    {.kind = HG__DIMENSION_REAL, .low = 1e-5, .high = 1, .log = true},
    {.kind = HG__DIMENSION_REAL, .low = 0.1, .high = 0.7, .step = 0.1},
    {.kind = HG__DIMENSION_REAL, .low = 1e6, .high = 1e6 + 1},
    {.kind = HG__DIMENSION_REAL, .low = 1e6, .high = 1e6 + 1, .log = true},
    {.kind = HG__DIMENSION_REAL, .low = 2.5, .high = 2.5},
    {.kind = HG__DIMENSION_WHOLE, .low = -3, .high = 9, .step = 1},
    {.kind = HG__DIMENSION_WHOLE, .low = 0, .high = 9},
    {.kind = HG__DIMENSION_WHOLE, .low = 8, .high = 64, .step = 8},
    {.kind = HG__DIMENSION_WHOLE, .low = 1, .high = 100, .step = 1, .log = true},
    {.kind = HG__DIMENSION_WHOLE, .low = 7, .high = 7, .step = 1, .log = true},
    {.kind = HG__DIMENSION_CHOICE, .high = 2, .choices = 3},
};

static void a_value_goes_to_the_unit_interval_and_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const hg__dimension *d = &kinds[i];
        size_t values = hg__dimension_values(d);
        double before = d->low;
        for (size_t k = 0; k <= 1000; k++) {
            double unit = (double)k / 1000, value = hg__dimension_from_unit(d, unit);
            double back = hg__dimension_from_unit(d, hg__dimension_to_unit(d, value));
            assert_true(value >= before && value <= d->high); /* it rises */
            assert_true(hg__dimension_fit(d, value) == value);
            if (fabs(back - value) > (values ? 0 : 1e-5 * (d->high - d->low)))
                fail_msg("%zu: %.17g, %.17g", i, value, back);
            if (!values && fabs(hg__dimension_to_unit(d, value) - unit) > 1e-4) fail_msg("%zu: %g", i, unit);
            before = value;
        }
        assert_true(hg__dimension_from_unit(d, 1) == d->high && hg__dimension_from_unit(d, 0) == d->low);
        assert_true(hg__dimension_from_unit(d, (double)NAN) == d->low && hg__dimension_from_unit(d, 7) == d->high);
    }
}

/* One value of many has an equal share of [0,1], or, in a log range, the share of its logarithm. */
static void every_value_of_a_finite_dimension_has_its_share(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const hg__dimension *d = &kinds[i];
        size_t values = hg__dimension_values(d), met[128] = {0}, grid = 100000;
        if (!values) continue;
        for (size_t k = 0; k < grid; k++) {
            double value = hg__dimension_from_unit(d, ((double)k + 0.5) / (double)grid);
            double step = d->kind == HG__DIMENSION_CHOICE || d->step == 0 ? 1 : d->step;
            met[(size_t)round((value - d->low) / step)]++;
        }
        for (size_t v = 0; v < values; v++) {
            double x = d->low + (double)v, share = 1 / (double)values;
            if (d->log) share = log((x + 0.5) / (x - 0.5)) / log((d->high + 0.5) / (d->low - 0.5));
            if (fabs((double)met[v] / (double)grid - share) > 2e-5) fail_msg("%zu: value %zu: %zu", i, v, met[v]);
        }
    }
}

static void a_real_value_is_written_so_that_it_reads_back_the_same(void **state)
{
    (void)state;
    char text[40];
    assert_string_equal(hg__dimension_text(&kinds[0], 1.0 / 3, text, sizeof text), "0.3333333333333333");
    assert_string_equal(hg__dimension_text(&kinds[0], hg__dimension_from_unit(&kinds[0], 0.7654321), text, sizeof text),
                        "3.12346");
    assert_string_equal(hg__dimension_text(&kinds[2], 0.3000001, text, sizeof text), "0.3");
    assert_string_equal(hg__dimension_text(&kinds[6], 2.4, text, sizeof text), "2");
    hg__random r = hg__random_at(3, HG__FOR_TEST, 0, 0);
    for (size_t i = 0; i < 1000; i++) {
        double value = hg__dimension_from_unit(&kinds[1], hg__random_uniform(&r));
        assert_true(strtod(hg__dimension_text(&kinds[1], value, text, sizeof text), NULL) == value);
        assert_true(strlen(text) <= 11); /* six digits: 1.23456e-05 */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_template_is_refused_with_its_line_and_reason),
        cmocka_unit_test(a_template_has_these_dimensions_and_stands_for_these_texts),
        cmocka_unit_test(a_space_opened_from_its_own_text_is_equal_to_itself),
        cmocka_unit_test(a_space_has_at_most_64_dimensions),
        cmocka_unit_test(a_template_that_grows_beyond_a_graph_is_refused),
        cmocka_unit_test(what_a_template_stands_for_parses_as_a_graph),
        cmocka_unit_test(no_damage_to_a_template_does_more_than_refuse_it),
        cmocka_unit_test(every_point_gives_options_that_their_rows_take),
        cmocka_unit_test(a_value_goes_to_the_unit_interval_and_comes_back),
        cmocka_unit_test(every_value_of_a_finite_dimension_has_its_share),
        cmocka_unit_test(a_real_value_is_written_so_that_it_reads_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
