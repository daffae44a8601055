/* update.c: see update.h. Without clipping the gradient is met once, while it is in the cache: penalty, check,
 * step and average follow each other piece by piece. Clipping must know the whole norm first, so it takes two walks. */
#include "train/update.h"

#include <math.h>
#include <stdlib.h>

enum { PIECE = 16 * 1024 };

/* The step that the team's tasks share. */
typedef struct step_work {
    hg__update *u;
    hg__stride stride;
    real shrink; /* 1: no clipping */
    real decay;  /* of the average */
} step_work;

static size_t cut(const hg__stretch *s, size_t stretches, hg__piece *piece)
{
    size_t n = 0;
    for (size_t i = 0; i < stretches; i++)
        for (size_t at = 0; at < s[i].size && !s[i].frozen; at += PIECE, n++) {
            if (!piece) continue;
            size_t left = s[i].size - at;
            piece[n] =
                (hg__piece){.offset = s[i].offset + at, .size = left < PIECE ? left : PIECE, .decays = s[i].decays};
        }
    return n;
}

hg_status hg__update_open(hg__update *u, const hg_graph *g, hg_error *e)
{
    size_t n = hg__graph_stretches(g, NULL, 0);
    hg__stretch *list = calloc(n + 1, sizeof *list);
    if (!list) return hg__fail_memory(e, "training", n * sizeof *list);
    hg__graph_stretches(g, list, n);
    u->pieces = cut(list, n, NULL);
    u->piece = calloc(u->pieces + 1, sizeof *u->piece);
    if (u->piece) cut(list, n, u->piece);
    free(list);
    return u->piece ? HG_OK : hg__fail_memory(e, "training", u->pieces * sizeof *u->piece);
}

void hg__update_close(hg__update *u)
{
    free(u->piece);
    u->piece = NULL;
}

static void penalize(const hg__update *u, const hg__piece *p)
{
    if (!p->decays || (u->o->l1 == 0 && u->o->l2 == 0)) return;
    u->k->penalty(p->size, (real)u->o->l1, (real)u->o->l2, u->w + p->offset, u->g + p->offset);
}

static void measure_piece(void *ctx, size_t task, size_t thread)
{
    const step_work *s = ctx;
    hg__piece *p = &s->u->piece[task];
    (void)thread;
    penalize(s->u, p);
    p->squares = s->u->k->sum_squares(p->size, s->u->g + p->offset);
}

/* What the gradient is multiplied by, so that its norm is at most `clip` (Pascanu et al. 2013). */
static real shrinkage(step_work *s)
{
    double squares = 0;
    hg__team_run(s->u->team, s->u->pieces, measure_piece, s);
    for (size_t i = 0; i < s->u->pieces; i++) squares += s->u->piece[i].squares;
    double norm = sqrt(squares), clip = s->u->o->clip;
    return norm > clip ? (real)(clip / norm) : 1;
}

static void step_piece(void *ctx, size_t task, size_t thread)
{
    const step_work *s = ctx;
    const hg__update *u = s->u;
    hg__piece *p = &u->piece[task];
    real *g = u->g + p->offset, *w = u->w + p->offset;
    hg__stretch_work work = {.n = p->size, .g = g, .w = w, .decay = p->decays ? u->o->weight_decay : 0};
    (void)thread;
    if (u->o->clip == 0) penalize(u, p);
    p->bad = !u->k->finite(p->size, g);
    if (p->bad) return;
    if (s->shrink < 1) u->k->scale(p->size, s->shrink, g, g, false);
    for (size_t i = 0; i < HG__MOST_STATE; i++) work.state[i] = u->state[i] ? u->state[i] + p->offset : NULL;
    u->optimizer->step(&s->stride, &work);
    if (u->average) u->k->ema(p->size, s->decay, w, u->average + p->offset);
}

/* The average forgets the random start sooner while it is young. */
static double average_decay(double decay, size_t step)
{
    double young = (1 + (double)step) / (20 + (double)step);
    return young < decay ? young : decay;
}

bool hg__update_step(hg__update *u, double lr, size_t step)
{
    step_work s = {.u = u,
                   .stride = hg__stride_at(u->k, u->o, lr, step),
                   .shrink = 1,
                   .decay = (real)average_decay(u->o->ema, step)};
    if (u->o->clip > 0) s.shrink = shrinkage(&s);
    hg__team_run(u->team, u->pieces, step_piece, &s);
    bool good = true;
    for (size_t i = 0; i < u->pieces; i++) good &= !u->piece[i].bad;
    return good;
}
