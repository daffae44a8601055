/* mirror.c: the decoder that undoes an encoder, as text. The path from the code back to the input is
 * walked; each line is answered by its opposite, which is told the exact shape it has to land on: a
 * convolution by a transposed one, a pooling by a resize, a dense layer by a dense one. A decoder
 * layer gets the activation of the encoder layer that gave the shape it restores; the last one gets its own. */
#include "net/parse.h"

#include <stdio.h>
#include <string.h>

typedef struct step {
    const hg__node *node; /* undone by this step */
    const hg__node *act;  /* of the layer before: what comes behind this step */
    const hg__node *norm;
} step;

static bool is(const hg__node *node, const char *op) { return !strcmp(node->op->name, op); }
static bool is_norm(const hg__node *n) { return is(n, "layernorm") || is(n, "batchnorm") || is(n, "groupnorm"); }
static bool is_passed_by(const hg__node *n)
{
    return is(n, "dropout") || is(n, "noise") || is(n, "gaussian") || is(n, "nested");
}

/* The act that a node carries, fused or as its own node. */
static const hg__node *carries_act(const hg__node *n) { return n->attr.act != HG__ACT_NONE ? n : NULL; }

static void write_act(hg__text *t, const hg__node *n)
{
    hg__act plain;
    real slope = 0;
    hg__text_add(t, " %s", hg__act_name(n->attr.act));
    hg__act_named(hg__act_name(n->attr.act), &plain, &slope);
    if (slope != n->attr.slope) hg__text_add(t, "=%g", (double)n->attr.slope);
}

static hg_status write_opposite(hg__text *t, const hg__node *n, hg_error *e)
{
    const hg__attr *a = &n->attr;
    hg_shape to = n->in[0];
    if (is(n, "dense")) {
        if (to.h * to.w == 1) hg__text_add(t, "dense %zu", to.c);
        else hg__text_add(t, "dense %zux%zux%zu", to.h, to.w, to.c);
    } else if (is(n, "conv")) {
        hg__text_add(t, "deconv %zux%zu %zu", a->kh, a->kw, to.c);
        if (a->sh * a->sw > 1) hg__text_add(t, a->sh == a->sw ? " /%zu" : " /%zux%zu", a->sh, a->sw);
        hg__text_add(t, a->ph == a->pw ? " p%zu" : " p%zux%zu", a->ph, a->pw);
        if (a->dh * a->dw > 1) hg__text_add(t, a->dh == a->dw ? " d%zu" : " d%zux%zu", a->dh, a->dw);
        if (a->groups > 1) hg__text_add(t, " g%zu", a->groups);
        hg__text_add(t, " to %zux%zu", to.h, to.w);
    } else if (is(n, "maxpool") || is(n, "avgpool")) {
        bool whole = to.h % n->shape.h == 0 && to.w % n->shape.w == 0;
        hg__text_add(t, "%s to %zux%zu", whole ? "up" : "bilinear", to.h, to.w);
    } else if (is(n, "reshape") || is(n, "flatten")) {
        hg__text_add(t, "reshape %zux%zux%zu", to.h, to.w, to.c);
    } else {
        hg__node at = {.line = n->line};
        return hg__line_fail(e, &at, "mirror cannot undo '%s'; write the decoder by hand", n->op->name);
    }
    return HG_OK;
}

static hg_status write_step(hg__text *t, const step *s, const char *last, const char *output, hg_error *e)
{
    hg_status status = write_opposite(t, s->node, e);
    if (status) return status;
    if (output) {
        hg__text_add(t, " %s -> %s\n", last, output);
        return HG_OK;
    }
    if (s->norm) {
        hg__text_add(t, "\n%s", s->norm->op->name);
        if (is(s->norm, "groupnorm")) hg__text_add(t, " g%zu", s->norm->attr.groups);
    }
    if (s->act) write_act(t, s->act);
    hg__text_add(t, "\n");
    return HG_OK;
}

hg_status hg__mirror_write(hg__text *t, const hg_graph *g, const hg__mirror *m, hg_error *e)
{
    step path[HG__MOST_NODES];
    size_t steps = 0;
    for (const hg__node *n = &g->node[m->from]; !is(n, "input"); n = &g->node[n->input[0]]) {
        if (n->inputs == 0) break;
        step *before = steps ? &path[steps - 1] : NULL; /* the step whose opposite restores n's shape */
        if (is_norm(n)) {
            if (before) before->norm = n;
            continue;
        }
        if (before && !before->act) before->act = carries_act(n);
        if (!is(n, "act") && !is_passed_by(n)) path[steps++] = (step){.node = n};
    }
    if (!steps) {
        hg__node at = {.line = g->node[m->from].line};
        return hg__line_fail(e, &at, "mirror: nothing between the input and here can be undone");
    }
    for (size_t i = 0; i < steps; i++) {
        hg_status s = write_step(t, &path[i], m->last, i + 1 == steps ? m->output : NULL, e);
        if (s) return s;
    }
    return HG_OK;
}
