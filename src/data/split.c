/* split.c: training, validation and test, parted by seed. The numbers for the last two are exact; the classes share
 * each by largest remainder, so each class gives its part to within one sample. A class's members are shuffled once:
 * the first are for validation, the last for the test. So each stays what it is whatever the other: a model that is
 * trained anew without validation is tested on the same samples. */
#include "base/fail.h"
#include "base/random.h"

#include <hourglass/data.h>
#include <math.h>
#include <stdlib.h>

/* One class while it is shared out; without labels the whole set is one. */
typedef struct group {
    size_t members, first; /* first: of its members in the list of all */
    size_t chosen[2];      /* for validation, for the test */
    double rest;           /* the part of a sample that rounding down lost */
} group;

typedef struct work {
    size_t groups;
    group *group;
    uint32_t *member; /* [n] by class, each in increasing order */
    uint8_t *part;    /* [n] 0 training, 1 validation, 2 test */
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

/* Shares out n samples for one part: what rounding down leaves goes to the largest remainders, the first of equals. */
static void share(work *w, size_t part, double fraction, size_t n)
{
    size_t given = 0;
    for (size_t i = 0; i < w->groups; i++) {
        group *g = &w->group[i];
        double share = (double)g->members * fraction;
        size_t left = g->members - (part ? g->chosen[0] : 0);
        g->chosen[part] = (size_t)share < left ? (size_t)share : left, g->rest = share - floor(share);
        given += g->chosen[part];
    }
    while (given < n) {
        group *best = NULL;
        for (size_t i = 0; i < w->groups; i++) {
            group *g = &w->group[i];
            if (g->chosen[0] + g->chosen[1] < g->members && (!best || g->rest > best->rest)) best = g;
        }
        best->chosen[part]++, best->rest -= 1;
        given++;
    }
}

static void draw(work *w, uint64_t seed)
{
    for (size_t i = 0; i < w->groups; i++) {
        const group *g = &w->group[i];
        hg__random r = hg__random_at(seed, HG__FOR_SPLIT, 0, i);
        hg__random_shuffle(&r, w->member + g->first, g->members);
        for (size_t k = 0; k < g->chosen[0]; k++) w->part[w->member[g->first + k]] = 1;
        for (size_t k = g->members - g->chosen[1]; k < g->members; k++) w->part[w->member[g->first + k]] = 2;
    }
}

static size_t part_of(const hg_set *set, double fraction) { return (size_t)llround((double)set->n * fraction); }

hg_status hg_split_three(const hg_set *set, const hg_split_options *o, uint32_t *index, size_t n[3], hg_error *e)
{
    bool sane = o->val >= 0 && o->val < 1 && o->test >= 0 && o->test < 1;
    size_t n_val = sane ? part_of(set, o->val) : set->n, n_test = sane ? part_of(set, o->test) : 0;
    if (n_val + n_test >= set->n)
        return hg__fail(e, HG_USAGE, "validation part", "%g of %zu samples leaves none to train on; ask for less",
                        o->val + o->test, set->n);
    work w = {.groups = set->labels ? set->classes : 1};
    hg_status s = HG_OK;
    w.group = calloc(w.groups, sizeof *w.group);
    w.member = calloc(set->n, sizeof *w.member);
    w.part = calloc(set->n, sizeof *w.part);
    if (!w.group || !w.member || !w.part) {
        s = hg__fail_memory(e, set->name, set->n * (sizeof *w.member + sizeof *w.part));
        goto done;
    }
    list_members(&w, set);
    share(&w, 0, o->val, n_val);
    share(&w, 1, o->test, n_test);
    draw(&w, o->seed);
    n[0] = set->n - n_val - n_test, n[1] = n_val, n[2] = n_test;
    size_t at[3] = {0, n[0], n[0] + n[1]};
    for (size_t i = 0; i < set->n; i++) index[at[w.part[i]]++] = (uint32_t)i;
done:
    free(w.part);
    free(w.member);
    free(w.group);
    return s;
}

/* size: a public call; flat, so that its common use is one line. */
hg_status hg_split(const hg_set *set, double fraction, uint64_t seed, uint32_t *index, size_t *n_train, hg_error *e)
{
    size_t n[3];
    hg_status s = hg_split_three(set, &(hg_split_options){.val = fraction, .seed = seed}, index, n, e);
    if (!s) *n_train = n[0];
    return s;
}
