/* forest.c: see forest.h.
 *
 * Each coordinate has the samples of the bag in its order. A node is a range [from, to) that is the same in all orders;
 * a split partitions each of them, stably, so nothing is sorted twice. A leaf is a box from its first moment: a split
 * halves the box and walks into both parts. */
#include "tune/forest.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_TO_SPLIT = 4 };

typedef struct place {
    double x;
    uint32_t at;
} place;

static int compare(const void *a, const void *b)
{
    const place *p = a, *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    return (p->at > q->at) - (p->at < q->at);
}

hg_status hg__samples_sort(hg__samples *s, hg_error *e)
{
    place *p = calloc(s->n + 1, sizeof *p);
    s->order = calloc(s->n * s->d + 1, sizeof *s->order);
    if (!p || !s->order) return free(p), hg__fail_memory(e, "importances", s->n * s->d * sizeof *s->order);
    for (size_t k = 0; k < s->d; k++) {
        for (size_t i = 0; i < s->n; i++) p[i] = (place){s->x[i * s->d + k], (uint32_t)i};
        qsort(p, s->n, sizeof *p, compare);
        for (size_t i = 0; i < s->n; i++) s->order[k * s->n + i] = p[i].at;
    }
    free(p);
    return HG_OK;
}

hg_status hg__tree_open(hg__tree *t, const hg__samples *s, hg_error *e)
{
    size_t n = s->n + 1, all = n * (s->d + 1);
    *t = (hg__tree){.d = s->d,
                    .low = calloc(all, sizeof *t->low),
                    .high = calloc(all, sizeof *t->high),
                    .value = calloc(n, sizeof *t->value),
                    .times = calloc(n, sizeof *t->times),
                    .order = calloc(all, sizeof *t->order),
                    .scratch = calloc(n, sizeof *t->scratch)};
    bool full = t->low && t->high && t->value && t->times && t->order && t->scratch;
    return full ? HG_OK : hg__fail_memory(e, "importances", all * (2 * sizeof(double) + sizeof(uint32_t)));
}

void hg__tree_close(hg__tree *t)
{
    free(t->low);
    free(t->high);
    free(t->value);
    free(t->times);
    free(t->order);
    free(t->scratch);
    *t = (hg__tree){0};
}

/* ---- growing ---- */

typedef struct node {
    size_t from, to;    /* in every order */
    double draws, sum;  /* of its samples, each as often as it was drawn */
    double *low, *high; /* [d] its box */
} node;

typedef struct split {
    size_t dimension;
    double at, gain;
} split;

/* The best split of the node along one coordinate, if it beats *best: the one with the greatest sum of both sides'
 * squared sums over their draws, which is the one with the least squared error. */
static void try_dimension(const hg__tree *t, const hg__samples *s, const node *v, size_t k, split *best)
{
    const uint32_t *order = t->order + k * s->n;
    double draws = 0, sum = 0;
    for (size_t i = v->from; i + 1 < v->to; i++) {
        double x = s->x[order[i] * s->d + k], next = s->x[order[i + 1] * s->d + k], middle = x + (next - x) / 2;
        draws += t->times[order[i]], sum += t->times[order[i]] * s->y[order[i]];
        if (!(x < middle && middle <= next)) continue;
        double rest = v->sum - sum, gain = sum * sum / draws + rest * rest / (v->draws - draws);
        if (gain > best->gain) *best = (split){k, middle, gain};
    }
}

static bool is_left(const hg__samples *s, const split *p, uint32_t at)
{
    return s->x[at * s->d + p->dimension] < p->at;
}

/* Both sides of the split in every order, each in its own; tells where the right one begins. */
static size_t partition(hg__tree *t, const hg__samples *s, const node *v, const split *p)
{
    size_t left = v->from;
    for (size_t k = 0; k < s->d; k++) {
        uint32_t *order = t->order + k * s->n;
        size_t right = 0;
        left = v->from;
        for (size_t i = v->from; i < v->to; i++)
            if (is_left(s, p, order[i])) order[left++] = order[i];
            else t->scratch[right++] = order[i];
        memcpy(order + left, t->scratch, right * sizeof *order);
    }
    return left;
}

static bool is_constant(const hg__tree *t, const hg__samples *s, const node *v)
{
    for (size_t i = v->from + 1; i < v->to; i++)
        if (s->y[t->order[i]] != s->y[t->order[v->from]]) return false;
    return true;
}

static void add_leaf(hg__tree *t, const node *v)
{
    size_t at = t->leaves++;
    memcpy(t->low + at * t->d, v->low, t->d * sizeof *v->low);
    memcpy(t->high + at * t->d, v->high, t->d * sizeof *v->high);
    t->value[at] = v->sum / v->draws;
}

static node node_of(const hg__tree *t, const hg__samples *s, size_t from, size_t to, const node *parent)
{
    node v = {.from = from, .to = to, .low = parent->low, .high = parent->high};
    for (size_t i = from; i < to; i++) {
        uint32_t at = t->order[i];
        v.draws += t->times[at], v.sum += t->times[at] * s->y[at];
    }
    return v;
}

/* Goes down to the leaves, at most as deep as there are samples: a few thousand. */
static void grow(hg__tree *t, const hg__samples *s, const node *v)
{
    split best = {.gain = v->sum * v->sum / v->draws};
    bool found = false;
    if (v->draws >= LEAST_TO_SPLIT && !is_constant(t, s, v))
        for (size_t k = 0; k < s->d; k++) {
            double before = best.gain;
            try_dimension(t, s, v, k, &best);
            found |= best.gain > before;
        }
    if (!found) {
        add_leaf(t, v);
        return;
    }
    size_t k = best.dimension, middle = partition(t, s, v, &best);
    double low = v->low[k], high = v->high[k];
    node left = node_of(t, s, v->from, middle, v), right = node_of(t, s, middle, v->to, v);
    v->high[k] = best.at;
    grow(t, s, &left);
    v->high[k] = high, v->low[k] = best.at;
    grow(t, s, &right);
    v->low[k] = low;
}

static void draw_bag(hg__tree *t, const hg__samples *s, hg__random *r)
{
    memset(t->times, 0, s->n * sizeof *t->times);
    for (size_t i = 0; i < s->n; i++) t->times[hg__random_below(r, s->n)]++;
    for (size_t k = 0; k < s->d; k++) {
        t->in_bag = 0;
        for (size_t i = 0; i < s->n; i++) {
            uint32_t at = s->order[k * s->n + i];
            if (t->times[at]) t->order[k * s->n + t->in_bag++] = at;
        }
    }
}

void hg__tree_grow(hg__tree *t, const hg__samples *s, hg__random *r)
{
    /* The box of the root, behind those of the leaves, of which there are at most n. */
    double *low = t->low + s->n * s->d, *high = t->high + s->n * s->d;
    for (size_t k = 0; k < s->d; k++) low[k] = 0, high[k] = 1;
    draw_bag(t, s, r);
    t->leaves = 0;
    node root = node_of(t, s, 0, t->in_bag, &(node){.low = low, .high = high});
    grow(t, s, &root);
}

double hg__tree_at(const hg__tree *t, const double *x)
{
    for (size_t leaf = 0; leaf < t->leaves; leaf++) {
        const double *low = t->low + leaf * t->d, *high = t->high + leaf * t->d;
        size_t k = 0;
        while (k < t->d && x[k] >= low[k] && (x[k] < high[k] || high[k] >= 1)) k++;
        if (k == t->d) return t->value[leaf];
    }
    return 0;
}
