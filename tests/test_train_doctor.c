/* test_train_doctor.c: each ailment has a training that has it and is told of, and a healthy one is told of nothing. */
#include "test_train_place.h"

#include <hourglass/net.h>
#include <jansson.h>
#include <math.h>

/* What ails: the options and the samples are made anew for each. */
typedef struct patient {
    const char *name, *said; /* of the finding; a part of what is said */
    const char *graph;
    void (*make)(hg_train_options *o, float *values);
} patient;

/* Noise cannot be learnt but by heart. */
static void few_samples_of_noise(hg_train_options *o, float *values)
{
    hg__random r = hg__random_at(3, HG__FOR_TEST, 0, 0);
    for (size_t i = 0; i < PLACE_SAMPLES * PLACE_SIZE; i++) values[i] = (float)hg__random_uniform(&r);
    o->val = 0.8, o->epochs = 250, o->patience = 0;
}

static void too_fast_in_the_end(hg_train_options *o, float *values)
{
    (void)values;
    o->schedule = "onecycle", o->warmup = 12, o->lr = 1, o->epochs = 14;
}

static void far_too_fast(hg_train_options *o, float *values)
{
    (void)values;
    o->optimizer = "sgd", o->lr = 300, o->epochs = 16;
}

static void below_zero(hg_train_options *o, float *values)
{
    for (size_t i = 0; i < PLACE_SAMPLES * PLACE_SIZE; i++) values[i] -= 2;
    o->epochs = 2, o->val = 0.4;
}

static void a_black_border(hg_train_options *o, float *values)
{
    for (size_t i = 0; i < PLACE_SAMPLES * PLACE_SIZE; i++) {
        size_t x = i % PLACE_SIDE, y = i / PLACE_SIDE % PLACE_SIDE;
        if (x < 2 || x >= PLACE_SIDE - 2 || y < 2 || y >= PLACE_SIDE - 2) values[i] = 0;
    }
    o->epochs = 70;
}

static void hardly_moving(hg_train_options *o, float *values)
{
    (void)values;
    o->lr = 1e-5, o->epochs = 70, o->patience = 0;
}

static void up_to_255(hg_train_options *o, float *values)
{
    for (size_t i = 0; i < PLACE_SAMPLES * PLACE_SIZE; i++) values[i] *= 255;
    o->epochs = 1;
}

static const char plain[] = "input 8x8x1 -> x\ndense 32 relu\ndense 6 -> z\nmirror sigmoid -> y\nloss mse y x\n";
static const char wide[] = "input 8x8x1 -> x\ndense 256 relu\ndense 40 -> z\nmirror sigmoid -> y\nloss mse y x\n";
static const char pooled[] =
    "input 8x8x1 -> x\navgpool 2 -> z\ndense 64 relu\ndense 8x8x1 sigmoid -> y\nloss mse y x\n";
static const char cut[] = "input 8x8x1 -> x\nflatten relu\ndense 6 -> z\nmirror none -> y\nloss mse y x\n";
static const char linear[] = "input 8x8x1 -> x\ndense 32 relu\ndense 6 -> z\nmirror none -> y\nloss mse y x\n";

static const patient patients[] = {
    {"overfitting", "by heart", wide, few_samples_of_noise},
    {"leaping loss", "the steps are too large", linear, too_fast_in_the_end},
    {"saturated output", "at an end of its sigmoid", plain, far_too_fast},
    {"silent units", "64 of 64 units of the layer 'relu' in line 2", cut, below_zero},
    {"idle code", "12 of 16 code values carry nothing", pooled, a_black_border},
    {"worse than PCA", "PCA, a linear code, is better at the same length of 6", plain, hardly_moving},
    {"input scale", "the data are large for a net", linear, up_to_255},
    {"out of reach", "what lies beyond cannot be learnt", plain, up_to_255},
};
enum { PATIENTS = sizeof patients / sizeof *patients };

static hg_train_options quiet_options(void)
{
    hg_train_options o = place_options();
    o.ema = 0, o.noise = NULL, o.augment = NULL, o.clip = 0, o.l2 = 0;
    return o;
}

static json_t *findings_of(const place *p)
{
    char path[700];
    json_t *document = json_load_file(place_file(p, "doctor.json", path), 0, NULL);
    json_t *list = json_incref(json_object_get(document, "findings"));
    json_decref(document);
    return list;
}

static bool is_found(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(json_string_value(json_object_get(json_array_get(list, i), "name")), name)) return true;
    return false;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, part)); at++) n++;
    return n;
}

static void every_ailment_is_told_of_once_and_kept_with_its_remedy(void **state)
{
    place *p = *state;
    for (size_t i = 0; i < PATIENTS; i++) {
        const patient *who = &patients[i];
        hg_train_options o = quiet_options();
        place_fill(p);
        who->make(&o, p->values);
        place_write(p, who->graph);
        p->said[0] = 0;
        place_train(p, who->name, &o);
        if (count(p->said, who->said) != 1) fail_msg("%s: heard\n%s", who->name, p->said);
        json_t *list = findings_of(p);
        if (!is_found(list, who->name)) fail_msg("%s: not in doctor.json", who->name);
        for (size_t k = 0; k < json_array_size(list); k++) {
            const json_t *row = json_array_get(list, k);
            assert_true(json_integer_value(json_object_get(row, "epoch")) <= (json_int_t)o.epochs);
            assert_true(strlen(json_string_value(json_object_get(row, "remedy"))) > 20);
        }
        json_decref(list);
    }
    place_fill(p);
}

static void a_healthy_training_is_told_of_nothing(void **state)
{
    static const char *const graphs[] = {
        plain,
        "input 8x8x1 -> x\nconv 3x3 8 /2 relu\nconv 3x3 16 /2 relu\ndense 6 -> z\nmirror sigmoid -> y\nloss mse y x\n",
        "input 8x8x1 -> x\ndense 32 silu\ndense 6\nnested -> z\nmirror sigmoid -> y\nloss mse y x\n"};
    place *p = *state;
    place_fill(p);
    for (size_t i = 0; i < sizeof graphs / sizeof *graphs; i++) {
        char name[16], path[700];
        hg_train_options o = quiet_options();
        o.epochs = 80, o.patience = 0;
        snprintf(name, sizeof name, "well-%zu", i);
        place_write(p, graphs[i]);
        p->said[0] = 0;
        place_train(p, name, &o);
        if (strstr(p->said, "warning")) fail_msg("%s: %s", graphs[i], p->said);
        assert_int_not_equal(access(place_file(p, "doctor.json", path), F_OK), 0);
    }
}

static void every_preset_is_healthy_on_the_sample(void **state)
{
    place *p = *state;
    hg_set *set = NULL;
    const hg_set_options s = {.part = HG_TRAIN};
    assert_int_equal(hg_set_open(&set, "mnist-sample", &s, &p->e), HG_OK);
    for (size_t i = 0; i < hg_presets(); i++) {
        hg_train_options o = hg_train_defaults();
        hg_train_result r;
        o.epochs = 6, o.threads = 1, o.sample_every = 0, o.batch = 16;
        p->said[0] = 0;
        snprintf(p->run, sizeof p->run, "%s/preset-%zu", p->root, i);
        assert_int_equal(hg_train(&r, set, hg_preset_name(i), p->run, &o, &p->listener, &p->e), HG_OK);
        if (strstr(p->said, "warning")) fail_msg("%s: %s", hg_preset_name(i), p->said);
    }
    hg_set_close(&set);
}

/* Interrupted after its second epoch, where the finding is kept; the second half says it no more. */
static void a_resumed_training_remembers_what_was_said(void **state)
{
    place *p = *state;
    hg_train_options o = quiet_options();
    place_fill(p);
    up_to_255(&o, p->values);
    place_write(p, linear);
    p->said[0] = 0;
    place_train(p, "again", &o);
    assert_int_equal(count(p->said, "large for a net"), 1);
    place_resume(p, 3);
    assert_int_equal(count(p->said, "large for a net"), 1);
    json_t *list = findings_of(p);
    assert_true(is_found(list, "input scale"));
    json_decref(list);
    place_fill(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ailment_is_told_of_once_and_kept_with_its_remedy),
        cmocka_unit_test(a_healthy_training_is_told_of_nothing),
        cmocka_unit_test(every_preset_is_healthy_on_the_sample),
        cmocka_unit_test(a_resumed_training_remembers_what_was_said),
    };
    return cmocka_run_group_tests(tests, place_open, place_close);
}
