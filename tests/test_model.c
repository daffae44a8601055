/* test_model.c: a model comes back from its file bit for bit, its bytes depend on nothing but itself, and a file that
 * is not exactly the model of its own graph is refused. */
#include <hourglass/net.h>

#include "net/graph.h"
#include "net/safetensors.h"

#include "test_model_place.h"

#include <math.h>

static const char small[] = "input 5x4x2\n"
                            "conv 3x3 3 /2 relu\n"
                            "batchnorm\n"
                            "dense 4 -> z\n"
                            "mirror sigmoid -> y\n"
                            "loss mse y x\n";

static hg_model *make(const char *text, uint64_t seed)
{
    hg_graph *g = NULL;
    hg_model *m = NULL;
    hg_error e = {0};
    if (hg_graph_parse(&g, text, "small.hg", NULL, &e)) fail_msg("%s: %s", e.where, e.what);
    assert_int_equal(hg_model_make(&m, &g, seed, &e), HG_OK);
    assert_null(g);
    return m;
}

static void a_saved_model_comes_back_bit_for_bit(void **state)
{
    const place *p = *state;
    hg_model *m = make(small, 3), *back = NULL;
    hg_preprocess *pre = hg_model_preprocess(m);
    *pre = (hg_preprocess){.scale = 1 / 255.0f, .offset = -0.1307f};
    snprintf(pre->trained_on, sizeof pre->trained_on, "mnist \"train\" é");
    assert_int_equal(hg_model_save(m, p->file, NULL), HG_OK);
    assert_int_equal(hg_model_open(&back, p->file, NULL), HG_OK);
    size_t n, n_back;
    const hg_real *w = hg_model_weights(m, &n), *w_back = hg_model_weights(back, &n_back);
    assert_int_equal(n, n_back);
    for (size_t i = 0; i < n; i++) assert_true((float)w[i] == (float)w_back[i]);
    assert_string_equal(hg_graph_text(hg_model_graph(m)), hg_graph_text(hg_model_graph(back)));
    const hg_preprocess *pre_back = hg_model_preprocess(back);
    assert_true(pre_back->scale == pre->scale && pre_back->offset == pre->offset);
    assert_string_equal(pre_back->trained_on, pre->trained_on);
    char hex[65], hex_back[65];
    hg_model_sha256(m, hex);
    hg_model_sha256(back, hex_back);
    assert_string_equal(hex, hex_back);
    assert_int_equal(hg_model_save(back, p->other, NULL), HG_OK);
    assert_same_files(p->file, p->other);
    hg_model_close(&back);
    hg_model_close(&m);
    assert_null(m);
    hg_model_close(&m);
}

static void a_run_folder_opens_as_its_model(void **state)
{
    const place *p = *state;
    hg_model *m = make(small, 3), *back = NULL;
    hg_error e = {0};
    assert_int_equal(hg_model_open(&back, p->root, &e), HG_IO);
    assert_string_equal(e.where, p->root);
    assert_int_equal(hg_model_save(m, p->file, NULL), HG_OK);
    assert_int_equal(hg_model_open(&back, p->root, &e), HG_OK);
    hg_model_close(&back);
    hg_model_close(&m);
}

static void equal_seeds_give_equal_weights_and_others_do_not(void **state)
{
    (void)state;
    char a[65], b[65], c[65];
    hg_model *first = make(small, 1), *second = make(small, 1), *third = make(small, 2);
    hg_model_sha256(first, a);
    hg_model_sha256(second, b);
    hg_model_sha256(third, c);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    hg_model_close(&first);
    hg_model_close(&second);
    hg_model_close(&third);
}

/* Checks one fresh param: within the bound of its fan-in and spread over it, or its fill. */
static void check_fresh(const hg__param *p, const hg_real *w)
{
    double bound = p->fan_in ? 1 / sqrt((double)p->fan_in) : 0, sum = 0, squares = 0;
    for (size_t i = 0; i < p->size; i++) {
        double v = (double)w[i];
        if (!p->fan_in) assert_true(w[i] == p->fill);
        else assert_true(fabs(v) <= bound * (1 + 1e-6));
        sum += v, squares += v * v;
    }
    if (!p->fan_in || p->size < 1000) return;
    double n = (double)p->size, deviation = sqrt(squares / n);
    assert_true(fabs(sum / n) < 5 * bound / sqrt(3 * n));
    assert_true(fabs(deviation / bound - 0.57735) < 0.03); /* of U(-b, b): b / sqrt 3 */
}

static void fresh_weights_are_uniform_by_fan_in(void **state)
{
    (void)state;
    static const char large[] = "input 28x28x1\ndense 50 relu -> z\ndense 28x28x1 sigmoid -> y\nloss mse y x\n";
    static const char *const texts[] = {small, large};
    for (size_t t = 0; t < 2; t++) {
        hg_model *m = make(texts[t], 7);
        const hg_graph *g = hg_model_graph(m);
        const hg_real *w = hg_model_weights(m, NULL);
        for (size_t i = 0; i < g->nodes; i++)
            for (size_t k = 0; k < g->node[i].params; k++)
                check_fresh(&g->node[i].param[k], w + g->node[i].param[k].offset);
        hg_model_close(&m);
    }
}

/* ---- Files that are not the model of their graph ------------------------------------------------------ */

enum { MOST = 64 };

typedef struct draft { /* a model file taken apart, to be changed and written again */
    hg__container c;
    hg__tensor tensor[MOST];
    hg__label label[MOST];
    float value[4096];
} draft;

static const char *label_of(draft *d, const char *key, const char *text)
{
    for (size_t i = 0; i < d->c.labels; i++) {
        if (strcmp(d->label[i].key, key)) continue;
        if (text) d->label[i].text = text;
        else d->label[i] = d->label[--d->c.labels];
    }
    return key;
}

/* A function of its own, for gcc 12 for aarch64 breaks down over this loop inside of the other. */
static double greatest(const hg_real *w, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        double size = fabs((double)w[i]);
        if (size > most) most = size;
    }
    return most;
}

/* Glorot and Bengio 2010, with the fans as Keras counts them: those of a kernel are its taps times its channels. */
static void a_glorot_start_is_by_both_fans_and_leaves_biases_at_0(void **state)
{
    static const char text[] = "input 6x6x3 -> x\nconv 3x3 8 relu\ndeconv 3x3 5 /2 relu\nconv 3x3 4 g1\ndense 7 -> z\n"
                               "dense 6x6x3 sigmoid -> y\nloss mse y x\n";
    static const double fans[] = {9 * (3 + 8), 9 * (8 + 5), 9 * (5 + 4), 12 * 12 * 4 + 7};
    hg_model *m = make(text, 5);
    size_t n, found = 0;
    (void)state;
    hg__model_start(m, 5, HG__START_GLOROT);
    const hg_graph *g = hg_model_graph(m);
    for (size_t i = 0; i < g->nodes && found < 4; i++) {
        const hg__param *p = g->node[i].param;
        if (!g->node[i].params) continue;
        const hg_real *w = hg_model_weights(m, &n) + p[0].offset, *b = hg_model_weights(m, &n) + p[1].offset;
        double most = greatest(w, p[0].size), bound = sqrt(6 / fans[found++]);
        if (most > bound || most < 0.9 * bound) fail_msg("weights %zu reach %g, not %g", found, most, bound);
        for (size_t k = 0; k < p[1].size; k++) assert_true(b[k] == 0);
    }
    assert_int_equal(found, 4);
    hg_model_close(&m);
}

static void drop_tensor(draft *d) { d->c.tensors--; }
static void add_tensor(draft *d) { d->tensor[d->c.tensors++] = (hg__tensor){.name = "9.extra", .values = d->value}; }
static void rename_tensor(draft *d) { snprintf(d->tensor[0].name, sizeof d->tensor[0].name, "1.wait"); }
static void reshape_tensor(draft *d)
{
    for (size_t i = 0; i < d->c.tensors; i++)
        if (!strcmp(d->tensor[i].name, "z.weight")) d->tensor[i].dim[0] = d->tensor[i].dim[1], d->tensor[i].dim[1] = 18;
}
static void flatten_tensor(draft *d) { d->tensor[0].dims++, d->tensor[0].dim[d->tensor[0].dims - 1] = 1; }
static void put_nan(draft *d) { d->tensor[0].values = d->value, d->value[1] = NAN; }
static void put_infinity(draft *d) { d->tensor[0].values = d->value, d->value[0] = -INFINITY; }
static void drop_version(draft *d) { label_of(d, "hourglass", NULL); }
static void newer_version(draft *d) { label_of(d, "hourglass", "2"); }
static void drop_graph(draft *d) { label_of(d, "graph", NULL); }
static void wrong_graph(draft *d) { label_of(d, "graph", "input 5x4x2\nkonv 3x3 3\n"); }
static void other_graph(draft *d) { label_of(d, "graph", "input 5x4x2\ndense 3 -> z\nmirror\nloss mse y x\n"); }
static void drop_preprocess(draft *d) { label_of(d, "preprocess", NULL); }
static void bad_preprocess(draft *d) { label_of(d, "preprocess", "{\"scale\":1}"); }
static void zero_scale(draft *d) { label_of(d, "preprocess", "{\"scale\":0,\"offset\":0,\"trained_on\":\"\"}"); }
static void huge_scale(draft *d) { label_of(d, "preprocess", "{\"scale\":1e300,\"offset\":0,\"trained_on\":\"\"}"); }
static void no_json(draft *d) { label_of(d, "preprocess", "scale 1"); }

static const struct {
    void (*change)(draft *d);
    const char *says;
} wrong[] = {
    {drop_tensor, "is missing"},
    {add_tensor, "tensor \"9.extra\": is no part of the graph"},
    {rename_tensor, "is missing"},
    {reshape_tensor, "tensor \"z.weight\": has shape [4, 18], the graph needs [18, 4]"},
    {flatten_tensor, "has shape"},
    {put_nan, "value 1 is not a finite number"},
    {put_infinity, "value 0 is not a finite number"},
    {drop_version, "has no \"hourglass\""},
    {newer_version, "model format 2, this program reads 1"},
    {drop_graph, "has no \"graph\""},
    {wrong_graph, "did you mean 'conv'"},
    {other_graph, "the graph needs [40, 3]"},
    {drop_preprocess, "has no \"preprocess\""},
    {bad_preprocess, "\"preprocess\" is not"},
    {zero_scale, "\"preprocess\" is not"},
    {huge_scale, "\"preprocess\" is not"},
    {no_json, "\"preprocess\" is not"},
};

static void a_file_that_is_not_its_graphs_model_is_refused(void **state)
{
    const place *p = *state;
    hg_model *m = make(small, 3), *back = NULL;
    assert_int_equal(hg_model_save(m, p->file, NULL), HG_OK);
    hg_model_close(&m);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hg__container read = {0};
        hg_error e = {0};
        draft d = {0};
        assert_int_equal(hg__container_read(&read, p->file, NULL), HG_OK);
        memcpy(d.tensor, read.tensor, read.tensors * sizeof *read.tensor);
        memcpy(d.label, read.label, read.labels * sizeof *read.label);
        d.c = (hg__container){.tensor = d.tensor, .tensors = read.tensors, .label = d.label, .labels = read.labels};
        wrong[i].change(&d);
        assert_int_equal(hg__container_write(p->other, &d.c, true, NULL), HG_OK);
        assert_int_equal(hg_model_open(&back, p->other, &e), HG_MODEL);
        assert_null(back);
        if (!strstr(e.what, wrong[i].says)) fail_msg("said \"%s\", not \"%s\"", e.what, wrong[i].says);
        assert_memory_equal(e.where, p->other, strlen(p->other));
        hg__container_close(&read);
    }
}

static void an_error_in_the_files_graph_names_its_line(void **state)
{
    const place *p = *state;
    char expected[768];
    hg_model *m = NULL;
    hg_error e = {0};
    hg__label label[] = {{"hourglass", "1"},
                         {"graph", "input 2x2x1\n\nkonv 3\n"},
                         {"preprocess", "{\"scale\":1,\"offset\":0,\"trained_on\":\"\"}"}};
    assert_int_equal(hg__container_write(p->file, &(hg__container){.label = label, .labels = 3}, true, NULL), HG_OK);
    assert_int_equal(hg_model_open(&m, p->file, &e), HG_MODEL);
    snprintf(expected, sizeof expected, "%s: graph:3", p->file);
    assert_string_equal(e.where, expected);
}

static void every_damaged_model_is_refused_or_whole(void **state)
{
    const place *p = *state;
    size_t size, opened = 0;
    hg_model *m = make("input 2x2x1\ndense 1 -> z\nmirror\nloss mse y x\n", 3);
    assert_int_equal(hg_model_save(m, p->other, NULL), HG_OK);
    hg_model_close(&m);
    char *bytes = get_file(p->other, &size);
    for (size_t i = 0; i < 8 * size; i += 3) {
        bytes[i / 8] = (char)(bytes[i / 8] ^ (1 << i % 8));
        put_file(p->file, bytes, size);
        bytes[i / 8] = (char)(bytes[i / 8] ^ (1 << i % 8));
        hg_status s = hg_model_open(&m, p->file, NULL);
        assert_true(s == HG_OK || s == HG_MODEL);
        opened += s == HG_OK;
        hg_model_close(&m);
    }
    for (size_t n = 0; n < size; n++) {
        put_file(p->file, bytes, n);
        assert_int_equal(hg_model_open(&m, p->file, NULL), HG_MODEL);
    }
    assert_true(opened < 8 * size / 3 / 2); /* a flip within a number or a comment cannot be seen */
    free(bytes);
}

static void a_name_in_no_encoding_can_be_saved(void **state)
{
    const place *p = *state;
    hg_graph *g = NULL;
    hg_model *m = NULL, *back = NULL;
    assert_int_equal(hg_graph_parse(&g, small, "caf\xe9.hg", NULL, NULL), HG_OK);
    assert_int_equal(hg_model_make(&m, &g, 1, NULL), HG_OK);
    assert_int_equal(hg_model_save(m, p->file, NULL), HG_OK);
    assert_int_equal(hg_model_open(&back, p->file, NULL), HG_OK);
    assert_string_equal(hg_model_graph(back)->name, "caf?.hg");
    hg_model_close(&back);
    hg_model_close(&m);
}

static void a_model_that_cannot_be_written_leaves_nothing(void **state)
{
    const place *p = *state;
    hg_model *m = make(small, 3);
    char path[1400];
    snprintf(path, sizeof path, "%s/absent/model.safetensors", p->root);
    assert_int_equal(hg_model_save(m, path, NULL), HG_IO);
    assert_int_equal(hg_model_save(m, p->root, NULL), HG_IO);
    hg_model_close(&m);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)
    const struct CMUnitTest tests[] = {
        TEST(a_saved_model_comes_back_bit_for_bit),
        TEST(a_run_folder_opens_as_its_model),
        TEST(equal_seeds_give_equal_weights_and_others_do_not),
        TEST(fresh_weights_are_uniform_by_fan_in),
        TEST(a_glorot_start_is_by_both_fans_and_leaves_biases_at_0),
        TEST(a_file_that_is_not_its_graphs_model_is_refused),
        TEST(an_error_in_the_files_graph_names_its_line),
        TEST(every_damaged_model_is_refused_or_whole),
        TEST(a_name_in_no_encoding_can_be_saved),
        TEST(a_model_that_cannot_be_written_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
