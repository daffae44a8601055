/* test_model_presets.c: the presets are the reference models to the parameter and the operation, fit other inputs and
 * code lengths, and a plan describes itself truly. */
#include <hourglass/net.h>

#include "base/embedded.h"
#include "net/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

extern const hg__embedded hg__preset_files[];

static const struct {
    const char *name;
    size_t parameters;
    hg_shape code;
    double mflop_training; /* per image */
} reference[] = {
    {"deep", 2837314, {1, 1, 30}, 15.43},
    {"conv", 241441, {1, 1, 32}, 12.61},
    {"pool", 4385, {4, 4, 8}, 4.28},
    {"vae", 191265, {1, 1, 16}, 12.31},
};
enum { REFERENCES = sizeof reference / sizeof *reference };

static hg_graph *graph_of(const char *preset, const hg_graph_options *o)
{
    hg_graph *g = NULL;
    hg_error e = {0};
    if (hg_graph_open(&g, preset, o, &e)) fail_msg("%s: %s", e.where, e.what);
    return g;
}

static hg_plan *plan_of(const char *preset, hg_model **m, bool train)
{
    hg_graph *g = graph_of(preset, NULL);
    hg_plan *p = NULL;
    assert_int_equal(hg_model_make(m, &g, 1, NULL), HG_OK);
    assert_int_equal(hg_plan_open(&p, *m, &(hg_plan_options){.batch = 16, .train = train, .threads = 2}, NULL), HG_OK);
    return p;
}

static void presets_have_the_parameters_and_codes_of_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < REFERENCES; i++) {
        hg_shape x = {0}, y = {0}, z = {0};
        hg_graph *g = graph_of(reference[i].name, NULL);
        assert_int_equal(hg_graph_parameters(g), reference[i].parameters);
        assert_true(hg_graph_shape(g, "x", &x) && hg_graph_shape(g, "y", &y) && hg_graph_shape(g, "z", &z));
        assert_true(hg_shape_equal(x, (hg_shape){28, 28, 1}));
        assert_true(hg_shape_equal(x, y));
        assert_true(hg_shape_equal(z, reference[i].code));
        hg_graph_close(&g);
    }
}

static void every_preset_file_is_listed_and_says_what_it_is(void **state)
{
    (void)state;
    size_t files = 0;
    for (const hg__embedded *f = hg__preset_files; f->name; f++) files++;
    assert_int_equal(files, hg_presets());
    for (size_t i = 0; i < hg_presets(); i++) {
        char opening[64];
        const char *text = hg_preset_text(hg_preset_name(i));
        assert_non_null(text);
        snprintf(opening, sizeof opening, "# %s: ", hg_preset_name(i));
        assert_memory_equal(text, opening, strlen(opening));
    }
    assert_null(hg_preset_text("conv.hg"));
    assert_null(hg_preset_text(""));
}

static void presets_with_a_mirror_fit_any_input_and_code(void **state)
{
    (void)state;
    static const char *const names[] = {"deep", "conv", "vae"};
    static const hg_shape inputs[] = {{28, 28, 1}, {27, 31, 3}, {1, 1, 1}, {5, 64, 2}, {33, 17, 4}};
    for (size_t n = 0; n < 3; n++)
        for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
            hg_shape y = {0}, z = {0};
            hg_graph *g = graph_of(names[n], &(hg_graph_options){.input = inputs[i], .code = 7});
            assert_true(hg_graph_shape(g, "y", &y) && hg_graph_shape(g, "z", &z));
            assert_true(hg_shape_equal(y, inputs[i]));
            assert_true(hg_shape_equal(z, (hg_shape){1, 1, 7}));
            hg_graph_close(&g);
        }
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static void the_description_has_the_operations_of_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < REFERENCES; i++) {
        hg_model *m = NULL;
        hg_plan *p = plan_of(reference[i].name, &m, true);
        char *text = hg_plan_describe(p, true);
        json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *node, *part;
        assert_non_null(root);
        assert_true(number_of(root, "mflop_training") - reference[i].mflop_training < 0.005);
        assert_true(number_of(root, "mflop_training") - reference[i].mflop_training > -0.005);
        assert_int_equal(json_array_size(json_object_get(root, "nodes")), hg_model_graph(m)->nodes);
        double forward = 0, parameters = 0, bytes = 0;
        size_t k;
        const char *key;
        json_array_foreach(json_object_get(root, "nodes"), k, node) forward += number_of(node, "mflop"),
            parameters += number_of(node, "parameters");
        json_object_foreach(json_object_get(root, "memory"), key, part) bytes += json_number_value(part);
        double total = number_of(json_object_get(root, "memory"), "total");
        assert_true(forward - number_of(root, "mflop_forward") < 1e-6);
        assert_true(parameters == (double)reference[i].parameters && parameters == number_of(root, "parameters"));
        assert_true(bytes - total <= total && bytes - total > 0.95 * total); /* the parts make the whole */
        json_decref(root);
        free(text);
        hg_plan_close(&p);
        hg_model_close(&m);
    }
}

static void the_table_shows_what_was_solved(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "value  line                              shape    parameters       MFLOP\n",
        "5      deconv 3x3 32 /2 p1 +1 relu    14x14x32        18,464       1.806\n",
        "z      dense 32                         1x1x32       100,384       0.201\n",
        "       loss mse y x\n",
        "\nparameters 241,441; per sample 4.24 MFLOP forwards, 12.61 in training\n",
        "memory for a batch of 16 in inference, 2 threads",
    };
    hg_model *m = NULL;
    hg_plan *p = plan_of("conv", &m, false);
    char *text = hg_plan_describe(p, false);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text, lines[i])) fail_msg("no line \"%s\" in:\n%s", lines[i], text);
    assert_null(strstr(text, "gradient")); /* inference has none */
    assert_null(strstr(text, " \n"));
    free(text);
    hg_plan_close(&p);
    hg_model_close(&m);
}

static void a_described_line_says_the_same_when_parsed_again(void **state)
{
    (void)state;
    static const char text[] = "input 12x10x4\n"
                               "conv 3x5 8 /2x1 p1x2 d1 g2 nobias leaky=0.2 -> a\n"
                               "maxpool 2 -> b\n"
                               "avgpool 3 /1 valid\n"
                               "bilinear to 7x9\n"
                               "up 2\n"
                               "slice 1..5\n"
                               "groupnorm 2\n"
                               "dropout 0.25\n"
                               "gelu\n"
                               "dense 6 tanh <- b -> z\n"
                               "dense 12x10x4 sigmoid -> y\n"
                               "loss huber y x 0.5 * 2\n"
                               "loss l1 z sum * 0.001\n";
    hg_graph *g = NULL;
    hg_model *m = NULL;
    hg_plan *p = NULL;
    hg_error e = {0};
    if (hg_graph_parse(&g, text, "odd.hg", NULL, &e)) fail_msg("%s: %s", e.where, e.what);
    assert_int_equal(hg_model_make(&m, &g, 1, NULL), HG_OK);
    assert_int_equal(hg_plan_open(&p, m, &(hg_plan_options){.batch = 4, .threads = 1}, NULL), HG_OK);
    char *json = hg_plan_describe(p, true), again[2048] = "";
    json_t *root = json_loads(json, 0, NULL), *node;
    size_t k, at = 0;
    json_array_foreach(json_object_get(root, "nodes"), k, node)
    {
        const char *value = json_string_value(json_object_get(node, "value"));
        bool named = value && (*value < '0' || *value > '9');
        const char *op = json_string_value(json_object_get(node, "op"));
        at += (size_t)snprintf(again + at, sizeof again - at, "%s%s%s\n", op, named ? " -> " : "", named ? value : "");
    }
    if (hg_graph_parse(&g, again, "again.hg", NULL, &e)) fail_msg("%s: %s in\n%s", e.where, e.what, again);
    const hg_graph *first = hg_model_graph(m);
    assert_int_equal(g->nodes, first->nodes);
    assert_int_equal(g->parameters, first->parameters);
    for (size_t i = 0; i < g->nodes; i++) {
        assert_ptr_equal(g->node[i].op, first->node[i].op);
        assert_true(hg_shape_equal(g->node[i].shape, first->node[i].shape));
        assert_true(g->node[i].attr.value == first->node[i].attr.value);
        assert_true(g->node[i].attr.factor == first->node[i].attr.factor);
        assert_true(g->node[i].attr.slope == first->node[i].attr.slope);
        assert_int_equal(g->node[i].attr.sum, first->node[i].attr.sum);
        assert_memory_equal(g->node[i].input, first->node[i].input, sizeof first->node[i].input);
    }
    hg_graph_close(&g);
    json_decref(root);
    free(json);
    hg_plan_close(&p);
    hg_model_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_have_the_parameters_and_codes_of_the_reference),
        cmocka_unit_test(every_preset_file_is_listed_and_says_what_it_is),
        cmocka_unit_test(presets_with_a_mirror_fit_any_input_and_code),
        cmocka_unit_test(the_description_has_the_operations_of_the_reference),
        cmocka_unit_test(the_table_shows_what_was_solved),
        cmocka_unit_test(a_described_line_says_the_same_when_parsed_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
