/* split.c: training and validation, parted by seed. The number for validation is exact; the classes share it
 * by largest remainder, so each class gives its part to within one sample. */
#include "base/fail.h"
#include "base/random.h"

#include <hourglass/data.h>
#include <math.h>
#include <stdlib.h>

/* One class while it is shared out; without labels the whole set is one. */
typedef struct group {
    size_t members, chosen, first; /* first: of its members in the list of all */
    double rest;                   /* the part of a sample that rounding down lost */
} group;

typedef struct work {
    size_t groups;
    group *group;
    uint32_t *member; /* [n] by class, each in increasing order */
    bool *held;       /* [n] set aside for validation */
} work;

static size_t group_of(const hg_set *set, size_t i) { return set->labels ? (size_t)set->labels[i] : 0; }

static void list_members(work *w, const hg_set *set)
{
    for (size_t i = 0; i < set->n; i++) w->group[group_of(set, i)].members++;
    for (size_t g = 1; g < w->groups; g++) w->group[g].first = w->group[g - 1].first + w->group[g - 1].members;
    for (size_t g = 0; g < w->groups; g++) w->group[g].members = 0;
    for (size_t i = 0; i < set->n; i++) {
        group *g = &w->group[group_of(set, i)];
        w->member[g->first + g->members++] = (uint32_t)i;
    }
}

/* Shares out n_val: what rounding down leaves goes to the largest remainders, the first of equals. */
static void share(work *w, double fraction, size_t n_val)
{
    size_t given = 0;
    for (size_t i = 0; i < w->groups; i++) {
        group *g = &w->group[i];
        double part = (double)g->members * fraction;
        g->chosen = (size_t)part, g->rest = part - floor(part);
        given += g->chosen;
    }
    while (given < n_val) {
        group *best = NULL;
        for (size_t i = 0; i < w->groups; i++) {
            group *g = &w->group[i];
            if (g->chosen < g->members && (!best || g->rest > best->rest)) best = g;
        }
        best->chosen++, best->rest -= 1;
        given++;
    }
}

static void draw(work *w, uint64_t seed)
{
    for (size_t i = 0; i < w->groups; i++) {
        const group *g = &w->group[i];
        hg__random r = hg__random_at(seed, HG__FOR_SPLIT, 0, i);
        hg__random_shuffle(&r, w->member + g->first, g->members);
        for (size_t k = 0; k < g->chosen; k++) w->held[w->member[g->first + k]] = true;
    }
}

/* size: a public call; flat, so that its common use is one line. */
hg_status hg_split(const hg_set *set, double fraction, uint64_t seed, uint32_t *index, size_t *n_train, hg_error *e)
{
    size_t n_val = 0;
    if (fraction >= 0 && fraction < 1) n_val = (size_t)llround((double)set->n * fraction);
    if (!(fraction >= 0 && fraction < 1) || n_val == set->n)
        return hg__fail(e, HG_USAGE, "validation part", "%g of %zu samples leaves none to train on; ask for less",
                        fraction, set->n);
    work w = {.groups = set->labels ? set->classes : 1};
    hg_status s = HG_OK;
    w.group = calloc(w.groups, sizeof *w.group);
    w.member = calloc(set->n, sizeof *w.member);
    w.held = calloc(set->n, sizeof *w.held);
    if (!w.group || !w.member || !w.held) {
        s = hg__fail_memory(e, set->name, set->n * (sizeof *w.member + sizeof *w.held));
        goto done;
    }
    list_members(&w, set);
    share(&w, fraction, n_val);
    draw(&w, seed);
    size_t train = 0, val = set->n - n_val;
    *n_train = val;
    for (size_t i = 0; i < set->n; i++) index[w.held[i] ? val++ : train++] = (uint32_t)i;
done:
    free(w.held);
    free(w.member);
    free(w.group);
    return s;
}
