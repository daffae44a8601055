/* test_data_batcher.c: what the batcher feeds is every sample once an epoch, in an order that is a function of (seed,
 * epoch), the same whether a run began at that epoch or came to it. */
#include "data_files.h"

enum { SAMPLES = 103, SIZE = 6, BATCH = 16, STEPS = 7 };

/* Sample i holds i in all its values. */
static hg_set *numbered(float values[SAMPLES * SIZE])
{
    hg_set *set = NULL;
    for (size_t i = 0; i < SAMPLES * SIZE; i++) values[i] = (float)(i / SIZE);
    assert_int_equal(hg_set_wrap(&set, "x", values, SAMPLES, (hg_shape){2, 3, 1}, NULL), HG_OK);
    return set;
}

static hg_batcher *batcher_of(const hg_set *set, hg_batcher_options o)
{
    uint32_t index[SAMPLES];
    hg_batcher *b = NULL;
    for (uint32_t i = 0; i < SAMPLES; i++) index[i] = i;
    o.batch = o.batch ? o.batch : BATCH;
    assert_int_equal(hg_batcher_open(&b, set, index, SAMPLES, &o, NULL), HG_OK);
    return b;
}

static void every_sample_comes_once_an_epoch(void **state)
{
    static float values[SAMPLES * SIZE];
    hg_set *set = numbered(values);
    hg_batcher *b = batcher_of(set, (hg_batcher_options){.seed = 1, .shuffle = true});
    (void)state;
    for (uint32_t epoch = 0; epoch < 3; epoch++) {
        bool seen[SAMPLES] = {0};
        for (uint32_t step = 0; step < STEPS; step++) {
            hg_batch batch;
            hg_batcher_next(b, &batch);
            assert_int_equal(batch.epoch, epoch);
            assert_int_equal(batch.step, step);
            assert_int_equal(batch.n, step + 1 < STEPS ? BATCH : SAMPLES % BATCH);
            assert_int_equal(batch.last, step + 1 == STEPS);
            assert_ptr_equal(batch.input, batch.x);
            for (size_t i = 0; i < batch.n; i++) {
                assert_false(seen[batch.index[i]]);
                seen[batch.index[i]] = true;
                for (size_t k = 0; k < SIZE; k++) assert_true(batch.x[i * SIZE + k] == (float)batch.index[i]);
            }
        }
    }
    hg_batcher_close(&b);
    hg_set_close(&set);
}

static void without_shuffling_the_order_is_the_given_one(void **state)
{
    static float values[SAMPLES * SIZE];
    static const uint32_t index[] = {5, 5, 100, 0};
    hg_set *set = numbered(values);
    hg_batcher *b = NULL;
    hg_batch batch;
    (void)state;
    assert_int_equal(hg_batcher_open(&b, set, index, 4, &(hg_batcher_options){.batch = 64}, NULL), HG_OK);
    for (uint32_t epoch = 0; epoch < 9; epoch++) {
        hg_batcher_next(b, &batch);
        assert_true(batch.last && batch.n == 4 && batch.epoch == epoch);
        assert_memory_equal(batch.index, index, sizeof index);
    }
    hg_batcher_close(&b);
    hg_set_close(&set);
}

static void go_to(hg_batcher *b, uint32_t epoch, hg_batch *batch)
{
    do hg_batcher_next(b, batch);
    while (batch->epoch != epoch);
}

static void a_resumed_epoch_is_that_of_a_straight_run(void **state)
{
    static float values[SAMPLES * SIZE];
    hg_set *set = numbered(values);
    hg_augment *augment = NULL, *noise = NULL;
    (void)state;
    assert_int_equal(hg_augment_parse(&augment, "rotate=20,shift=1,flip=hv", NULL), HG_OK);
    assert_int_equal(hg_augment_parse(&noise, "gaussian:0.5,mask:0.2", NULL), HG_OK);
    hg_batcher_options o = {.seed = 9, .shuffle = true, .augment = augment, .noise = noise};
    for (uint32_t epoch = 1; epoch < 4; epoch++) {
        hg_batch was, is;
        hg_batcher *straight = batcher_of(set, o);
        o.first_epoch = epoch;
        hg_batcher *resumed = batcher_of(set, o);
        o.first_epoch = 0;
        go_to(straight, epoch, &was), hg_batcher_next(resumed, &is);
        for (uint32_t step = 0; step < STEPS; step++) {
            assert_int_equal(is.epoch, was.epoch);
            assert_int_equal(is.step, was.step);
            assert_memory_equal(is.index, was.index, is.n * sizeof *is.index);
            assert_memory_equal(is.x, was.x, is.n * SIZE * sizeof *is.x);
            assert_memory_equal(is.input, was.input, is.n * SIZE * sizeof *is.x);
            hg_batcher_next(straight, &was), hg_batcher_next(resumed, &is);
        }
        hg_batcher_close(&straight), hg_batcher_close(&resumed);
    }
    hg_augment_close(&augment), hg_augment_close(&noise);
    hg_set_close(&set);
}

static void orders_differ_by_epoch_and_by_seed(void **state)
{
    static float values[SAMPLES * SIZE];
    hg_set *set = numbered(values);
    hg_batch a, b;
    (void)state;
    hg_batcher *one = batcher_of(set, (hg_batcher_options){.seed = 1, .shuffle = true, .batch = 200});
    hg_batcher *other = batcher_of(set, (hg_batcher_options){.seed = 2, .shuffle = true, .batch = 200});
    uint32_t first[SAMPLES];
    hg_batcher_next(one, &a), hg_batcher_next(other, &b);
    assert_memory_not_equal(a.index, b.index, SAMPLES * sizeof *a.index);
    memcpy(first, a.index, sizeof first);
    hg_batcher_next(one, &a);
    assert_memory_not_equal(a.index, first, sizeof first);
    hg_batcher_close(&one), hg_batcher_close(&other);
    hg_set_close(&set);
}

static void noise_changes_the_input_and_not_the_target(void **state)
{
    static float values[SAMPLES * SIZE];
    hg_set *set = numbered(values);
    hg_augment *noise = NULL;
    hg_batch batch;
    (void)state;
    assert_int_equal(hg_augment_parse(&noise, "noise=gaussian:0.3", NULL), HG_OK);
    hg_batcher *b = batcher_of(set, (hg_batcher_options){.noise = noise});
    hg_batcher_next(b, &batch);
    for (size_t i = 0; i < batch.n * SIZE; i++) assert_true(batch.x[i] == (float)batch.index[i / SIZE]);
    assert_memory_not_equal(batch.x, batch.input, batch.n * SIZE * sizeof *batch.x);
    hg_batcher_close(&b);
    hg_augment_close(&noise);
    hg_set_close(&set);
}

static void closing_at_any_moment_ends_it(void **state)
{
    static float values[SAMPLES * SIZE];
    hg_set *set = numbered(values);
    (void)state;
    for (size_t taken = 0; taken < 40; taken++) {
        hg_batch batch;
        hg_batcher *b = batcher_of(set, (hg_batcher_options){.seed = taken, .shuffle = true});
        for (size_t i = 0; i < taken; i++) hg_batcher_next(b, &batch);
        hg_batcher_close(&b);
        assert_null(b);
    }
    hg_batcher_close(&(hg_batcher *){NULL});
    hg_set_close(&set);
}

static void empty_and_outlying_requests_are_refused(void **state)
{
    static float values[SAMPLES * SIZE];
    hg_set *set = numbered(values);
    hg_batcher *b = NULL;
    uint32_t index[2] = {0, SAMPLES};
    (void)state;
    assert_int_equal(hg_batcher_open(&b, set, index, 0, &(hg_batcher_options){.batch = 1}, NULL), HG_USAGE);
    assert_int_equal(hg_batcher_open(&b, set, index, 1, &(hg_batcher_options){.batch = 0}, NULL), HG_USAGE);
    assert_int_equal(hg_batcher_open(&b, set, index, 2, &(hg_batcher_options){.batch = 1}, NULL), HG_USAGE);
    assert_null(b);
    hg_set_close(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_comes_once_an_epoch),
        cmocka_unit_test(without_shuffling_the_order_is_the_given_one),
        cmocka_unit_test(a_resumed_epoch_is_that_of_a_straight_run),
        cmocka_unit_test(orders_differ_by_epoch_and_by_seed),
        cmocka_unit_test(noise_changes_the_input_and_not_the_target),
        cmocka_unit_test(closing_at_any_moment_ends_it),
        cmocka_unit_test(empty_and_outlying_requests_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
