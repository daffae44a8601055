/* gaussian.c: draws a code from N(mu, e^logvar) in such a way that gradients reach mu and logvar: z = mu +
 * e^(logvar/2) eps (the reparameterisation of Kingma & Welling 2014). At inference z is its mean. */
#include "base/random.h"
#include "net/op.h"

static hg_status solve(hg__node *node, hg_error *e)
{
    hg_shape mu = node->in[0], logvar = node->in[1];
    if (!hg_shape_equal(mu, logvar))
        return hg__line_fail(e, node, "the mean is %zux%zux%zu, but the log-variance is %zux%zux%zu", mu.h, mu.w, mu.c,
                             logvar.h, logvar.w, logvar.c);
    node->shape = mu;
    return HG_OK;
}

/* eps */
static hg__needs needs(const hg__setup *s) { return (hg__needs){.keep = s->train ? hg_shape_size(s->node->shape) : 0}; }

static void forward(const hg__call *c)
{
    size_t size = hg_shape_size(c->node->shape);
    if (!c->train) {
        c->k->copy(c->n * size, c->x[0], c->y, false);
        return;
    }
    hg__draw d = {.seed = c->seed,
                  .purpose = HG__FOR_LATENT | c->id << 8,
                  .step = c->step,
                  .first = c->first,
                  .n = c->n,
                  .size = size};
    c->k->draw_normal(&d, c->keep);
    c->k->gaussian(c->n * size, c->x[0], c->x[1], c->keep, c->y);
}

static void backward(const hg__call *c)
{
    c->k->gaussian_grad(c->n * hg_shape_size(c->node->shape), c->x[1], c->keep, c->dy, c->dx[0], c->dx_add[0], c->dx[1],
                        c->dx_add[1]);
}

const hg__op hg__op_gaussian = {
    .name = "gaussian",
    .usage = "gaussian MEAN LOGVAR",
    .help = "a sample of N(MEAN, e^LOGVAR), for a VAE; the mean at inference",
    .words = HG__WORD_INPUTS,
    .flags = HG__OP_NEEDS_X,
    .least_inputs = 2,
    .most_inputs = 2,
    .solve = solve,
    .needs = needs,
    .forward = forward,
    .backward = backward,
};
