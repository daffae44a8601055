/* rows.c: see rows.h. Each case works on arrays of N values, those of 16 images 14 x 14 x 32: they fit the second
 * cache. A call must leave values with which it can be called again and again: none grows, none dies away. */
#include "bench/rows.h"

#include "bench/peak.h"

#include <stdlib.h>

enum { IMAGES = 16, SIDE = 14, CHANNELS = 32, PIXELS = IMAGES * SIDE * SIDE, N = PIXELS * CHANNELS, ROOM = N + 64 };
static const hg_shape image = {SIDE, SIDE, CHANNELS};

/* a, b, c: random values in (-0.5, 0.5); p, u, v, wide: in [0, 1) until they are written. */
typedef struct arrays {
    const hg__kernels *k;
    float *a, *b, *c, *p, *u, *v, *wide; /* [N] each, wide [4 N] */
    int32_t *where;                      /* [N] */
} arrays;

static const hg__window halves =
    {.n = IMAGES, .h = SIDE, .w = SIDE, .c = CHANNELS, .oh = 7, .ow = 7, .kh = 2, .kw = 2, .sh = 2, .sw = 2};

static void pad(const arrays *m) { m->k->pad(IMAGES, (hg_shape){12, 12, CHANNELS}, 1, 1, 1, 1, m->a, m->u); }
static void act_relu(const arrays *m) { m->k->act(HG__ACT_RELU, 0, N, m->a, m->u); }
static void act_tanh(const arrays *m) { m->k->act(HG__ACT_TANH, 0, N, m->a, m->u); }
static void act_sigmoid(const arrays *m) { m->k->act(HG__ACT_SIGMOID, 0, N, m->a, m->u); }
static void act_gelu(const arrays *m) { m->k->act(HG__ACT_GELU, 0, N, m->a, m->u); }
static void act_grad(const arrays *m) { m->k->act_grad(HG__ACT_RELU, 0, N, m->a, m->u); }
static void act_grad_gelu(const arrays *m) { m->k->act_grad(HG__ACT_GELU, 0, N, m->a, m->u); }
static void act_bias_grad(const arrays *m)
{
    m->k->act_bias_grad(HG__ACT_RELU, 0, PIXELS, CHANNELS, m->a, m->u, m->v, false);
}
static void copy(const arrays *m) { m->k->copy(N, m->a, m->u, false); }
static void sum2(const arrays *m) { m->k->sum2(N, m->a, m->b, m->u); }
static void sum_shards(const arrays *m) { m->k->sum_shards(N / 8, 8, N / 8, m->a, m->u); }
static void pack(const arrays *m)
{
    m->k->pack(&(hg__pack){.k = N / 32, .n = 32, .b = m->a, .row_step = 32, .col_step = 1, .packed = m->wide});
}
static void pack_transposed(const arrays *m)
{
    m->k->pack(&(hg__pack){.k = 32, .n = N / 32, .b = m->a, .row_step = 1, .col_step = 32, .packed = m->wide});
}
static void pool_max(const arrays *m) { m->k->pool_max(&halves, m->a, m->u, m->where); }
static void pool_max_grad(const arrays *m) { m->k->pool_max_grad(&halves, m->where, m->a, m->u, false); }
static void pool_avg(const arrays *m) { m->k->pool_avg(&halves, m->a, m->u); }
static void pool_avg_grad(const arrays *m) { m->k->pool_avg_grad(&halves, m->a, m->u, false); }
static void nearest(const arrays *m) { m->k->nearest(IMAGES, image, 2, 2, m->a, m->wide); }
static void nearest_grad(const arrays *m) { m->k->nearest_grad(IMAGES, image, 2, 2, m->wide, m->u, false); }
static void bilinear(const arrays *m) { m->k->bilinear(IMAGES, image, 2 * SIDE, 2 * SIDE, m->a, m->wide); }
static void bilinear_grad(const arrays *m)
{
    m->k->bilinear_grad(IMAGES, image, 2 * SIDE, 2 * SIDE, m->wide, m->u, false);
}
static void shuffle(const arrays *m) { m->k->shuffle(IMAGES, image, 2, m->a, m->u, false); }
static void unshuffle(const arrays *m) { m->k->unshuffle(IMAGES, image, 2, m->a, m->u, false); }

static hg__norm norm_work(const arrays *m, size_t groups)
{
    return (hg__norm){.n = IMAGES,
                      .pixels = SIDE * SIDE,
                      .c = CHANNELS,
                      .groups = groups,
                      .epsilon = 1e-5f,
                      .x = m->a,
                      .scale = m->b,
                      .shift = m->c,
                      .y = m->u,
                      .mean = m->v,
                      .istd = m->v + N / 2,
                      .dy = m->p,
                      .dx = m->u,
                      .dscale = m->wide,
                      .dshift = m->wide + N};
}

static void norm_group(const arrays *m)
{
    hg__norm w = norm_work(m, 8);
    m->k->norm(&w);
}

static void norm_group_grad(const arrays *m)
{
    hg__norm w = norm_work(m, 8);
    m->k->norm_grad(&w);
}

static void norm_batch(const arrays *m)
{
    hg__norm w = norm_work(m, 1);
    m->k->norm_batch(&w);
}

static void norm_batch_grad(const arrays *m)
{
    hg__norm w = norm_work(m, 1);
    m->k->norm_batch_grad(&w);
}

static void lose(const arrays *m, hg__loss kind)
{
    m->k->loss(&(hg__loss_work){.kind = kind,
                                .n = IMAGES,
                                .size = N / IMAGES,
                                .y = m->p,
                                .t = m->wide,
                                .factor = 1,
                                .delta = 1,
                                .value = m->v,
                                .dy = m->u});
}
static void loss_mse(const arrays *m) { lose(m, HG__LOSS_MSE); }
static void loss_bce(const arrays *m) { lose(m, HG__LOSS_BCE); }

static const hg__draw draw = {.seed = 1, .n = IMAGES, .size = N / IMAGES};
static void draw_uniform(const arrays *m) { m->k->draw_uniform(&draw, m->u); }
static void draw_normal(const arrays *m) { m->k->draw_normal(&draw, m->u); }
static void dropout(const arrays *m) { m->k->dropout(N, 0.25f, m->p, m->a, m->u, false); }
static void keep_first(const arrays *m)
{
    static const int32_t kept[4] = {CHANNELS / 4, CHANNELS / 2, 3 * CHANNELS / 4, CHANNELS};
    m->k->keep_first(&(hg__keep_first){PIXELS, CHANNELS, 4, kept, m->p}, m->a, m->u, false);
}

static void adam(const arrays *m)
{
    const hg__adam o = {
        .lr = 1e-3f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f, .correct1 = 0.5f, .correct2 = 0.5f};
    m->k->adam(&o, N, m->a, m->u, m->v, m->wide);
}
static void sgd(const arrays *m) { m->k->sgd(&(hg__sgd){.lr = 1e-3f, .momentum = 0.9f}, N, m->a, m->u, m->v); }
static void ema(const arrays *m) { m->k->ema(N, 0.999f, m->a, m->u); }
static void sum_squares(const arrays *m) { m->v[0] = (float)m->k->sum_squares(N, m->a); }
static void finite(const arrays *m) { m->v[0] = (float)m->k->finite(N, m->a); }

/* moves: values read and written, in arrays of N. */
typedef struct row_case {
    const char *name;
    double moves;
    void (*call)(const arrays *m);
} row_case;

static const row_case cases[] = {
    {"pad 12x12x32 by 1", 144.0 / 196 + 1, pad},
    {"act relu", 2, act_relu},
    {"act tanh", 2, act_tanh},
    {"act sigmoid", 2, act_sigmoid},
    {"act gelu", 2, act_gelu},
    {"act_grad relu", 3, act_grad},
    {"act_grad gelu", 3, act_grad_gelu},
    {"act_bias_grad relu", 3, act_bias_grad},
    {"copy", 2, copy},
    {"sum2", 3, sum2},
    {"sum_shards 8", 9.0 / 8, sum_shards},
    {"pack 3136x32", 2, pack},
    {"pack 32x3136 transposed", 2, pack_transposed},
    {"pool_max 2x2", 1.5, pool_max},
    {"pool_max_grad 2x2", 1.5, pool_max_grad},
    {"pool_avg 2x2", 1.25, pool_avg},
    {"pool_avg_grad 2x2", 1.25, pool_avg_grad},
    {"nearest 2x2", 5, nearest},
    {"nearest_grad 2x2", 5, nearest_grad},
    {"bilinear 2x2", 5, bilinear},
    {"bilinear_grad 2x2", 5, bilinear_grad},
    {"shuffle 2", 2, shuffle},
    {"unshuffle 2", 2, unshuffle},
    {"norm 8 groups", 2, norm_group},
    {"norm_grad 8 groups", 3, norm_group_grad},
    {"norm_batch", 2, norm_batch},
    {"norm_batch_grad", 3, norm_batch_grad},
    {"loss mse", 3, loss_mse},
    {"loss bce", 3, loss_bce},
    {"draw_uniform", 1, draw_uniform},
    {"draw_normal", 1, draw_normal},
    {"dropout", 3, dropout},
    {"keep_first", 1.6, keep_first},
    {"adam", 7, adam},
    {"sgd momentum", 5, sgd},
    {"ema", 3, ema},
    {"sum_squares", 1, sum_squares},
    {"finite", 1, finite},
};

size_t hg__row_count(void) { return sizeof cases / sizeof *cases; }
const char *hg__row_name(size_t i) { return cases[i].name; }

void hg__fill(float *x, size_t n)
{
    uint32_t state = 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)(state >> 8) * 0x1p-24f - 0.5f;
    }
}

typedef struct row_call {
    const row_case *row;
    arrays m;
} row_call;

static void call_row(void *ctx)
{
    const row_call *c = ctx;
    c->row->call(&c->m);
}

double hg__row_rate(size_t i, const hg__kernels *k)
{
    float *x = aligned_alloc(64, 10 * ROOM * sizeof *x);
    int32_t *where = calloc(N, sizeof *where);
    double rate = 0;
    if (x && where) {
        hg__fill(x, 10 * ROOM);
        for (size_t n = 3 * ROOM; n < 10 * ROOM; n++) x[n] += 0.5f;
        row_call c = {&cases[i],
                      {k, x, x + ROOM, x + 2 * ROOM, x + 3 * ROOM, x + 4 * ROOM, x + 5 * ROOM, x + 6 * ROOM, where}};
        pool_max(&c.m); /* pool_max_grad reads where */
        rate = cases[i].moves * N * sizeof(float) / hg__best_time(call_row, &c);
    }
    free(x);
    free(where);
    return rate;
}
