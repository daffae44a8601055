/* test_graph_plan.c: the planner gives no two things that are needed at the same time the same memory. The walk is
 * played through with labels instead of numbers: whoever writes a buffer labels every element of it, and whoever reads
 * one finds its own labels, or the planner has handed the memory out twice. */
#include <hourglass/net.h>

#include "base/random.h"
#include "base/text.h"
#include "net/plan.h"
#include "net/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BATCH = 11, Y = 1, DY = 2, KEEP = 3 };

typedef struct stage {
    const hg_plan *p;
    uint32_t *narrow, *wide; /* a label for each element */
    size_t wide_size;
} stage;

static const hg__buffer *buffer_of(const stage *s, size_t node, int kind)
{
    const hg__place *q = &s->p->place[node];
    return kind == Y ? &q->y : kind == DY ? &q->dy : &q->keep;
}

static uint32_t *labels_of(const stage *s, const hg__buffer *b, size_t *n)
{
    *n = b->size * (b->wide ? s->p->o.batch : s->p->micro);
    size_t room = b->wide ? s->wide_size : s->p->scratch_at; /* behind the values lies the scratch */
    assert_true(b->at + *n <= room);
    return (b->wide ? s->wide : s->narrow) + b->at;
}

static void put(const stage *s, size_t node, int kind)
{
    size_t n;
    const hg__buffer *b = buffer_of(s, node, kind);
    if (!b->used) return;
    uint32_t *label = labels_of(s, b, &n);
    for (size_t i = 0; i < n; i++) label[i] = (uint32_t)(4 * node) + (uint32_t)kind;
}

static void need(const stage *s, size_t node, int kind)
{
    size_t n;
    const hg__buffer *b = buffer_of(s, node, kind);
    if (!b->used) return;
    const uint32_t *label = labels_of(s, b, &n);
    for (size_t i = 0; i < n; i++)
        if (label[i] != (uint32_t)(4 * node) + (uint32_t)kind)
            fail_msg("node %zu finds its %s overwritten by node %u in\n%s", node,
                     kind == Y    ? "y"
                     : kind == DY ? "dy"
                                  : "keep",
                     label[i] / 4, hg_graph_text(s->p->g));
}

static void go_forward(const stage *s, size_t i)
{
    const hg__node *n = &s->p->node[i];
    put(s, i, Y);
    put(s, i, KEEP);
    for (size_t k = 0; k < n->inputs; k++) need(s, n->input[k], Y);
}

/* What the step reads must still be there after it has written. */
static void go_back(const stage *s, size_t i)
{
    const hg__node *n = &s->p->node[i];
    const hg__place *q = &s->p->place[i];
    if (!q->trained) return;
    need(s, i, DY);
    for (size_t k = 0; k < n->inputs; k++) {
        if (!q->dx_wanted[k]) continue;
        if (q->dx_add[k]) need(s, n->input[k], DY);
        put(s, n->input[k], DY);
    }
    need(s, i, DY);
    need(s, i, KEEP);
    if (n->op->flags & HG__OP_NEEDS_Y) need(s, i, Y);
    for (size_t k = 0; k < n->inputs; k++) {
        if (n->op->flags & HG__OP_NEEDS_X) need(s, n->input[k], Y);
        if (q->dx_wanted[k]) need(s, n->input[k], DY);
    }
}

/* A layer that sees the whole batch finds all of it. */
static void sees_all(const hg_plan *p, const hg__leg *leg)
{
    if (leg->kind == HG__LEG_PIECES) return;
    for (size_t i = leg->from; i < leg->upto; i++) {
        const hg__place *q = &p->place[i], *x = &p->place[p->node[i].input[0]];
        assert_true((q->y.wide || !q->y.used) && (x->y.wide || !x->y.used));
        assert_true((q->dy.wide || !q->dy.used) && (x->dy.wide || !q->dx_wanted[0]) && (q->keep.wide || !q->keep.used));
    }
}

/* The next pieces, on this leg and on others, leave nothing in the narrow part. */
static void go_leg(const stage *s, const hg__leg *leg, bool forth, bool back)
{
    sees_all(s->p, leg);
    for (size_t i = leg->from; forth && i < leg->upto; i++) go_forward(s, i);
    for (size_t i = leg->upto; back && i-- > leg->from;) go_back(s, i);
    memset(s->narrow, 0xff, s->p->narrow_size * sizeof *s->narrow);
}

static void play(const hg_plan *p)
{
    stage s = {.p = p, .wide_size = p->sizes.wide / sizeof(real)};
    s.narrow = calloc(p->narrow_size + 1, sizeof *s.narrow);
    s.wide = calloc(s.wide_size + 1, sizeof *s.wide);
    if (!s.narrow || !s.wide) fail_msg("no memory");
    for (size_t l = 0; l < p->legs; l++) go_leg(&s, &p->leg[l], true, p->o.train && hg__leg_turns(p, &p->leg[l]));
    for (size_t l = p->legs; p->o.train && l-- > 0;)
        if (!hg__leg_turns(p, &p->leg[l])) go_leg(&s, &p->leg[l], hg__leg_repeats(p, &p->leg[l]), true);
    free(s.narrow);
    free(s.wide);
}

static void open_and_play(const char *text, hg_plan_options o)
{
    hg_graph *g = NULL;
    hg_model *m = NULL;
    hg_plan *p = NULL;
    hg_error e = {0};
    if (hg_graph_parse(&g, hg_preset_text(text) ? hg_preset_text(text) : text, "a.hg", NULL, &e))
        fail_msg("%s: %s", e.where, e.what);
    assert_int_equal(hg_model_make(&m, &g, 1, &e), HG_OK);
    o.batch = BATCH, o.threads = 1;
    if (hg_plan_open(&p, m, &o, &e)) fail_msg("%s: %s", e.where, e.what);
    play(p);
    hg_plan_close(&p);
    hg_model_close(&m);
}

static void open_each_way(const char *text)
{
    for (size_t micro = 0; micro < 3; micro++) {
        open_and_play(text, (hg_plan_options){.train = true, .micro = micro});
        open_and_play(text, (hg_plan_options){.train = true, .micro = micro, .recompute = true});
        open_and_play(text, (hg_plan_options){.train = false, .micro = micro});
    }
}

static void presets_share_no_memory_that_is_in_use(void **state)
{
    (void)state;
    for (size_t i = 0; i < hg_presets(); i++) open_each_way(hg_preset_name(i));
}

static void branches_and_coupled_samples_share_no_memory_in_use(void **state)
{
    (void)state;
    open_each_way("input 8x6x2\nconv 3x3 4 relu -> a\nconv 3x3 4 gelu -> b\nadd a b -> c\nbatchnorm relu\n"
                  "concat c a -> d\nmaxpool 2\ndense 5 -> z\ndense 8x6x2 -> e\nconv 3x3 2 <- d -> f\n"
                  "add e f\ndense 8x6x2 sigmoid -> y\nloss mse y x\nloss l1 z * 0.1\nloss mse a b * 0.1\n");
}

/* A random net: values of one shape are joined at random, some are left unused, some losses hold against others. */
static void write_random_net(hg__text *t, hg__random *r)
{
    static const char *const plain[] = {
        "conv 3x3 3 relu", "conv 3x3 3 gelu",    "conv 1x1 3",      "dense 4x4x3 tanh",
        "layernorm",       "dropout 0.2",        "maxpool 3 /1 p1", "silu",
        "deconv 3x3 3",    "noise gaussian 0.1", "sigmoid",         "dense 4x4x3 silu",
    };
    enum { PLAIN = sizeof plain / sizeof *plain };
    size_t lines = 2 + hg__random_below(r, 10);
    bool coupled = hg__random_below(r, 3) == 0;
    hg__text_add(t, "input 4x4x3\nconv 3x3 3 -> v0\n");
    for (size_t i = 1; i < lines; i++) {
        size_t a = hg__random_below(r, i), b = hg__random_below(r, i), kind = hg__random_below(r, 6);
        if (kind == 0) hg__text_add(t, "add v%zu v%zu -> v%zu\n", a, b, i);
        else if (kind == 1) hg__text_add(t, "concat v%zu v%zu x\nconv 1x1 3 -> v%zu\n", a, b, i);
        else if (kind == 2 && coupled) hg__text_add(t, "batchnorm <- v%zu -> v%zu\n", a, i);
        else if (kind == 3) hg__text_add(t, "gaussian v%zu v%zu -> v%zu\n", a, b, i);
        else hg__text_add(t, "%s <- v%zu -> v%zu\n", plain[hg__random_below(r, PLAIN)], i - 1, i);
    }
    hg__text_add(t, "dense 4x4x3 sigmoid <- v%zu -> y\nloss mse y x\n", lines - 1);
    size_t a = hg__random_below(r, lines), b = hg__random_below(r, lines);
    if (hg__random_below(r, 2)) hg__text_add(t, "loss kl v%zu v%zu\n", a, b);
    if (hg__random_below(r, 2)) hg__text_add(t, "loss l1 v%zu * 0.1\n", a);
}

static void random_nets_share_no_memory_in_use(void **state)
{
    (void)state;
    hg__random r = hg__random_at(5, HG__FOR_TEST, 0, 0);
    for (size_t i = 0; i < 200; i++) {
        hg__text t = {0};
        write_random_net(&t, &r);
        assert_false(t.failed);
        open_each_way(t.at);
        hg__text_close(&t);
    }
}

static void buffers_alive_together_are_placed_apart(void **state)
{
    (void)state;
    hg__random r = hg__random_at(6, HG__FOR_TEST, 0, 0);
    for (size_t trial = 0; trial < 200; trial++) {
        enum { N = 40 };
        hg__buffer b[N], *list[N];
        size_t samples = 1 + hg__random_below(&r, 5), whole = 0;
        for (size_t i = 0; i < N; i++) {
            size_t born = hg__random_below(&r, 50), dies = born + hg__random_below(&r, 9);
            b[i] = (hg__buffer){.size = hg__random_below(&r, 200), .born = born, .dies = dies};
            list[i] = &b[i];
            whole += b[i].size * samples + 64;
        }
        size_t room = hg__place_buffers(list, N, samples);
        assert_true(room <= whole);
        for (size_t i = 0; i < N; i++) {
            assert_true(b[i].at + b[i].size * samples <= room);
            for (size_t k = 0; k < i; k++) {
                bool together = b[i].born <= b[k].dies && b[k].born <= b[i].dies && b[i].size && b[k].size;
                bool apart = b[i].at + b[i].size * samples <= b[k].at || b[k].at + b[k].size * samples <= b[i].at;
                assert_true(!together || apart);
            }
        }
    }
}

static void reuse_saves_memory(void **state)
{
    (void)state;
    hg__buffer b[10], *list[10];
    for (size_t i = 0; i < 10; i++) b[i] = (hg__buffer){.size = 64, .born = i, .dies = i + 1}, list[i] = &b[i];
    assert_int_equal(hg__place_buffers(list, 10, 1), 128); /* a chain needs two */
}

/* For training, without memory. */
static hg_plan *sketch_of(const char *text, hg_precision precision, hg_model **m)
{
    hg_graph *g = NULL;
    hg_plan *p = NULL;
    hg_error e = {0};
    assert_int_equal(hg_graph_parse(&g, text, "a.hg", NULL, &e), HG_OK);
    assert_int_equal(hg_model_make(m, &g, 1, &e), HG_OK);
    hg_plan_options o = {.batch = 128, .train = true, .threads = 1, .precision = precision};
    assert_int_equal(hg__plan_sketch(&p, *m, &o, &e), HG_OK);
    return p;
}

/* All parts of a picture read one packed W, each way; in less than float32 precision each has its own, but of large
 * ones the copies would be several times W. */
static void large_weights_are_not_packed_many_times(void **state)
{
    (void)state;
    const char *const texts[] = {
        "input 4x4x3 -> x\nconv 1x1 256\nconv 3x3 256 -> y\nloss mse y\n",
        "input 7x7x3 -> x\nconv 1x1 192\ndeconv 3x3 192 /2 -> y\nloss mse y\n",
        "input 5x5x3 -> x\nconv 1x1 256\nup 2\nconv 3x3 192 -> y\nloss mse y\n",
    };
    const hg_precision kinds[] = {HG_PRECISION_F32, HG_PRECISION_BF16};
    for (size_t i = 0; i < 2 * sizeof texts / sizeof *texts; i++) {
        hg_model *m = NULL;
        const hg__kernels *k;
        if (hg__kernels_choose(&k, kinds[i % 2], NULL)) continue; /* none in bf16 here */
        hg_plan *p = sketch_of(texts[i / 2], kinds[i % 2], &m);
        size_t packed = p->sizes.packed, most = 2 * (p->sizes.weights + p->summed_size * sizeof(real));
        size_t spare = k->precision == HG_PRECISION_F32 ? 64 << 10 : 6 << 20;
        if (packed > most + spare)
            fail_msg("%zu bytes packed, %zu expected at most, of:\n%s", packed, most + spare, texts[i / 2]);
        hg_plan_close(&p);
        hg_model_close(&m);
    }
}

/* Two or three samples fill the near cache; W is 8 MB. */
static void large_weights_are_met_by_many_samples_at_a_time(void **state)
{
    (void)state;
    hg_model *m = NULL;
    hg_plan *p =
        sketch_of("input 16x16x128 -> x\nconv 3x3 256 relu\nconv 3x3 256 relu\nconv 3x3 256 -> y\nloss mse y\n",
                  HG_PRECISION_F32, &m);
    assert_in_range(p->micro, 4, 16);
    hg_plan_close(&p);
    hg_model_close(&m);
}

/* Opens conv for 128 samples within so many bytes. */
static hg_status open_within(size_t memory, hg_plan **p, hg_model **m, hg_error *e)
{
    hg_graph *g = NULL;
    assert_int_equal(hg_graph_open(&g, "conv", NULL, e), HG_OK);
    assert_int_equal(hg_model_make(m, &g, 1, e), HG_OK);
    return hg_plan_open(p, *m, &(hg_plan_options){.batch = 128, .train = true, .threads = 1, .memory = memory}, e);
}

static void a_plan_keeps_within_its_memory_or_says_what_it_needs(void **state)
{
    (void)state;
    bool recomputed = false;
    for (size_t memory = 20 << 20; memory > 2 << 20; memory -= 512 << 10) {
        hg_plan *p = NULL;
        hg_model *m = NULL;
        hg_error e = {0};
        hg_status s = open_within(memory, &p, &m, &e);
        if (s) assert_true(s == HG_USAGE && !p && !strcmp(e.where, "max-memory") && strstr(e.what, "a smaller batch"));
        else assert_true(hg_plan_memory(p) + p->sizes.weights <= memory);
        assert_true(s || memory > 8 << 20); /* the dense layers' inputs and gradients alone take 3 MB */
        recomputed |= p && p->recompute;
        hg_plan_close(&p), hg_model_close(&m);
    }
    assert_true(recomputed);
}

static void a_sketch_tells_what_the_plan_takes_and_takes_nothing(void **state)
{
    (void)state;
    for (int train = 0; train < 2; train++) {
        hg_plan *p = NULL, *sketch = NULL;
        hg_model *m = NULL;
        hg_graph *g = NULL;
        hg_plan_options o = {.batch = 64, .train = train, .threads = 2};
        assert_int_equal(hg_graph_open(&g, "conv", NULL, NULL), HG_OK);
        assert_int_equal(hg_model_make(&m, &g, 1, NULL), HG_OK);
        assert_int_equal(hg_plan_open(&p, m, &o, NULL), HG_OK);
        assert_int_equal(hg__plan_sketch(&sketch, m, &o, NULL), HG_OK);
        char *taken = hg_plan_describe(p, true), *told = hg_plan_describe(sketch, true);
        assert_string_equal(told, taken);
        assert_int_equal(hg_plan_memory(sketch), hg_plan_memory(p));
        assert_true(p->arena.size && !sketch->arena.size && !sketch->shared);
        free(taken), free(told);
        hg_plan_close(&sketch), hg_plan_close(&p), hg_model_close(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_share_no_memory_that_is_in_use),
        cmocka_unit_test(branches_and_coupled_samples_share_no_memory_in_use),
        cmocka_unit_test(random_nets_share_no_memory_in_use),
        cmocka_unit_test(a_plan_keeps_within_its_memory_or_says_what_it_needs),
        cmocka_unit_test(a_sketch_tells_what_the_plan_takes_and_takes_nothing),
        cmocka_unit_test(buffers_alive_together_are_placed_apart),
        cmocka_unit_test(reuse_saves_memory),
        cmocka_unit_test(large_weights_are_not_packed_many_times),
        cmocka_unit_test(large_weights_are_met_by_many_samples_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
