/* nested.c: nested dropout (Rippel, Gelbart & Adams 2014, "Learning ordered representations with nested dropout"): in
 * training each sample keeps only the first k values of its code, another k for each, and loses the rest. So the first
 * values learn to carry the most, and the code of one model can be cut anywhere. At inference all are kept.
 *
 * The paper draws k from a geometric distribution. Here a share of the samples keep one of the lengths K, K/2, K/4 and
 * K/8 (as in Kusupati et al. 2022, "Matryoshka representation learning"), half of them K and a sixth each of the
 * others; the rest keep any from 1 to K, all equally often. So the lengths that people cut to are learnt well, and none
 * is left out. */
#include "base/random.h"
#include "net/op.h"

enum { STEPS = 4096, OCTAVES = 4, WHOLE = 3 };
static const double usual_share = 0.9;

static hg_status solve(hg__node *node, hg_error *e)
{
    hg_shape in = node->in[0];
    if (in.h * in.w != 1)
        return hg__line_fail(e, node, "cuts a flat code, not one of %zux%zux%zu; put a dense layer before it", in.h,
                             in.w, in.c);
    if (node->attr.value == -1) node->attr.value = usual_share;
    if (!(node->attr.value >= 0 && node->attr.value <= 1))
        return hg__line_fail(e, node, "the share %g of the lengths that are halves must be from 0 to 1",
                             node->attr.value);
    node->shape = in;
    return HG_OK;
}

/* One number a sample, which decides its k both ways; and the k that each stretch of numbers stands for. */
static hg__needs needs(const hg__setup *s)
{
    return (hg__needs){.keep = s->train ? 1 : 0, .table = STEPS * sizeof(int32_t)};
}

/* How often the code is halved: of six parts three are the whole, and one each of the others. */
static size_t octave(size_t i, size_t halves)
{
    size_t part = i * (WHOLE + OCTAVES - 1) / halves;
    return part < WHOLE ? 0 : part - WHOLE + 1;
}

static void open(const hg__setup *s, void *table)
{
    size_t size = s->node->shape.c, halves = (size_t)(s->node->attr.value * STEPS + .5);
    int32_t *kept = table;
    for (size_t i = 0; i < STEPS; i++) {
        size_t k = i < halves ? size >> octave(i, halves) : (i - halves) * size / (STEPS - halves) + 1;
        kept[i] = (int32_t)(k ? k : 1);
    }
}

/* What is kept of this call's samples. */
static hg__keep_first work_of(const hg__call *c)
{
    return (hg__keep_first){
        .n = c->n, .size = hg_shape_size(c->node->shape), .steps = STEPS, .kept = c->table, .u = c->keep};
}

static void forward(const hg__call *c)
{
    hg__keep_first work = work_of(c);
    hg__draw d = {.seed = c->seed,
                  .purpose = HG__FOR_DROPOUT | c->id << 8,
                  .step = c->step,
                  .first = c->first,
                  .n = c->n,
                  .size = 1};
    if (!c->train) {
        c->k->copy(c->n * work.size, c->x[0], c->y, false);
        return;
    }
    c->k->draw_uniform(&d, c->keep);
    c->k->keep_first(&work, c->x[0], c->y, false);
}

static void backward(const hg__call *c)
{
    hg__keep_first work = work_of(c);
    if (c->dx[0]) c->k->keep_first(&work, c->dy, c->dx[0], c->dx_add[0]);
}

const hg__op hg__op_nested = {
    .name = "nested",
    .usage = "nested [SHARE]",
    .help = "in training, keeps the first k values of each sample, another k for each: the code may be cut to any",
    .words = HG__WORD_VALUE,
    .least_inputs = 1,
    .most_inputs = 1,
    .solve = solve,
    .needs = needs,
    .open = open,
    .forward = forward,
    .backward = backward,
};
