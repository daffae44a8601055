/* loss.c: what training makes small. `loss mse y x` holds y against x; `loss l1 z * 1e-4` holds z against zero, a
 * penalty on the code; `loss kl mu logvar` is the divergence of a VAE's code from N(0,1) (Kingma & Welling 2014,
 * appendix B). Each is a mean over the samples; within a sample the mean over the elements, or their `sum`. No
 * gradient flows into what a loss holds against (x). */
#include "net/op.h"

enum kind { MSE, L1, HUBER, BCE, BCE_LOGITS, SSIM, KL };
static const char *const kinds[] = {"mse", "l1", "huber", "bce", "bce_logits", "ssim", "kl", NULL};

static hg_status solve(hg__node *node, hg_error *e)
{
    hg__attr *a = &node->attr;
    hg_shape y = node->in[0], t = node->in[1];
    if (node->inputs == 2 && !hg_shape_equal(y, t))
        return hg__line_fail(e, node, "holds %zux%zux%zu against %zux%zux%zu; the shapes must be the same", y.h, y.w,
                             y.c, t.h, t.w, t.c);
    if (a->kind >= BCE && node->inputs != 2) return hg__line_fail(e, node, "%s wants two values", kinds[a->kind]);
    if (a->kind == SSIM && (y.h < 11 || y.w < 11))
        return hg__line_fail(e, node, "ssim wants pictures of at least 11x11; these are %zux%zu", y.h, y.w);
    if (a->value >= 0 && a->kind != HUBER)
        return hg__line_fail(e, node, "%s takes no number, only huber has a delta; a factor is written '* %g'",
                             kinds[a->kind], a->value);
    if (a->sum && a->kind == SSIM)
        return hg__line_fail(e, node, "ssim is a figure of a whole picture; there is no sum of it over elements");
    if (a->value < 0) a->value = 1; /* huber's delta */
    if (a->value == 0) return hg__line_fail(e, node, "huber's delta must be above 0");
    return HG_OK;
}

/* By what the sum over all elements of the call is multiplied. */
static real factor(const hg__call *c)
{
    const hg__attr *a = &c->node->attr;
    bool mean = !a->sum && a->kind != SSIM;
    return (real)(a->factor / (double)c->batch / (mean ? (double)hg_shape_size(c->node->in[0]) : 1.0));
}

static hg__needs needs(const hg__setup *s)
{
    if (s->node->attr.kind != SSIM) return (hg__needs){0};
    return (hg__needs){.scratch = s->k->ssim_scratch(s->node->in[0])};
}

static void run(const hg__call *c, bool gradient)
{
    const hg__node *node = c->node;
    size_t size = hg_shape_size(node->in[0]);
    real *dy = gradient ? c->dx[0] : NULL;
    if (node->attr.kind == KL)
        c->k->kl(c->n, size, c->x[0], c->x[1], factor(c), c->value, dy, c->dx_add[0], gradient ? c->dx[1] : NULL,
                 c->dx_add[1]);
    else if (node->attr.kind == SSIM)
        c->k->ssim(&(hg__ssim_work){.n = c->n,
                                    .shape = node->in[0],
                                    .y = c->x[0],
                                    .t = c->x[1],
                                    .factor = factor(c),
                                    .value = c->value,
                                    .dy = dy,
                                    .dy_add = c->dx_add[0],
                                    .scratch = c->scratch});
    else
        c->k->loss(&(hg__loss_work){.kind = (hg__loss)node->attr.kind,
                                    .n = c->n,
                                    .size = size,
                                    .y = c->x[0],
                                    .t = c->x[1],
                                    .factor = factor(c),
                                    .delta = (real)node->attr.value,
                                    .value = c->value,
                                    .dy = dy,
                                    .dy_add = c->dx_add[0]});
}

/* In training the value comes with the gradient, where there is one. */
static void forward(const hg__call *c)
{
    if (!c->train || (!c->dx[0] && !c->dx[1])) run(c, false);
}

static void backward(const hg__call *c) { run(c, true); }

_Static_assert((int)MSE == (int)HG__LOSS_MSE && (int)BCE_LOGITS == (int)HG__LOSS_BCE_LOGITS,
               "kinds follow the kernels'");

const hg__op hg__op_loss = {
    .name = "loss",
    .usage = "loss mse|l1|huber|bce|bce_logits|ssim|kl A [B] [sum] [DELTA] [* FACTOR]",
    .help = "what training makes small; without B a penalty on A",
    .kinds = kinds,
    .words = HG__WORD_KIND | HG__WORD_INPUTS | HG__WORD_SUM | HG__WORD_VALUE | HG__WORD_FACTOR,
    .flags = HG__OP_LOSS | HG__OP_NEEDS_X,
    .least_inputs = 1,
    .most_inputs = 2,
    .solve = solve,
    .needs = needs,
    .forward = forward,
    .backward = backward,
};
