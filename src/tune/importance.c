/* importance.c: see importance.h. Which trials and values the forest learns from, and what each tree's boxes tell. */
#include "tune/importance.h"

#include "tune/forest.h"
#include "tune/pareto.h"

#include <math.h>
#include <stdlib.h>

/* ---- the samples ---- */

static bool has_point(const hg__history *h, const hg__trial *t)
{
    for (size_t k = 0; k < h->space->n; k++)
        if (isnan(t->point[k])) return false;
    return true;
}

/* The objective after that epoch; 0: at the end. NaN: none. */
static double value_of(const hg__history *h, const hg__trial *t, size_t objective, size_t epoch)
{
    if (!has_point(h, t)) return (double)NAN;
    if (epoch) return epoch <= t->epochs && isfinite(t->by_epoch[epoch - 1]) ? t->by_epoch[epoch - 1] : (double)NAN;
    return t->state == HG__TRIAL_COMPLETE && isfinite(t->objective[objective]) ? t->objective[objective] : (double)NAN;
}

static size_t count(const hg__history *h, size_t objective, size_t epoch)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) n += isfinite(value_of(h, &h->trial[i], objective, epoch)) ? 1 : 0;
    return n;
}

/* The last epoch that as many trials have reached as half of those that reached the first one. */
static size_t common_epoch(const hg__history *h)
{
    size_t half = (count(h, 0, 1) + 1) / 2, epoch = 1, most = 0;
    size_t least = half > HG__LEAST_TRIALS ? half : HG__LEAST_TRIALS;
    for (size_t i = 0; i < h->n; i++) most = h->trial[i].epochs > most ? h->trial[i].epochs : most;
    while (epoch < most && epoch < 1000 && count(h, 0, epoch + 1) >= least) epoch++;
    return epoch;
}

/* Every stride-th of those that have a value, so that at most HG__FOREST_TRIALS are left. */
static void fill(const hg__history *h, size_t objective, const hg__importance *out, size_t all, hg__samples *s)
{
    size_t d = h->space->n, stride = (all + HG__FOREST_TRIALS - 1) / HG__FOREST_TRIALS, seen = 0;
    double *x = (double *)s->x, *y = (double *)s->y;
    s->n = 0;
    for (size_t i = 0; i < h->n; i++) {
        double value = value_of(h, &h->trial[i], objective, out->epoch);
        if (!isfinite(value) || seen++ % stride) continue;
        for (size_t k = 0; k < d; k++)
            x[s->n * d + k] = hg__dimension_to_unit(&h->space->dimension[k], h->trial[i].point[k]);
        y[s->n++] = value;
    }
}

/* To mean 0 and variance 1, of the logarithm where that shows more; false: all values are the same. */
static bool standardise(double *y, size_t n, bool *is_log)
{
    double low = INFINITY, high = -INFINITY, mean = 0, variance = 0;
    for (size_t i = 0; i < n; i++) low = fmin(low, y[i]), high = fmax(high, y[i]);
    *is_log = low > 0 && high > 4 * low;
    for (size_t i = 0; i < n; i++) {
        y[i] = *is_log ? log(y[i]) : y[i] / fmax(fabs(low), fabs(high)); /* no square overflows */
        mean += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) variance += (y[i] - mean) * (y[i] - mean) / (double)n;
    for (size_t i = 0; high > low && i < n; i++) y[i] = (y[i] - mean) / sqrt(variance);
    return high > low && variance > 0;
}

/* ---- a tree's variance ---- */

static double volume_of(const hg__tree *t, size_t leaf, size_t without)
{
    double volume = 1;
    for (size_t k = 0; k < t->d; k++)
        if (k != without) volume *= t->high[leaf * t->d + k] - t->low[leaf * t->d + k];
    return volume;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t place_of(double x, const double *cut, size_t n)
{
    const double *at = bsearch(&x, cut, n, sizeof x, compare);
    return at ? (size_t)(at - cut) : 0;
}

/* The variance of the tree's mean over all dimensions but k. That mean is constant between the cuts, the borders of the
 * leaves in dimension k; what a leaf adds to it is noted at its two borders. scratch: 2 * (leaves + 1) numbers, for
 * there are at most leaves + 1 cuts. */
static double variance_along(const hg__tree *t, size_t k, double mean, double *scratch)
{
    double *cut = scratch, *change = scratch + t->leaves + 1, height = 0, variance = 0;
    size_t cuts = 0;
    for (size_t i = 0; i < t->leaves; i++) cut[i] = t->low[i * t->d + k];
    cut[t->leaves] = 1;
    qsort(cut, t->leaves + 1, sizeof *cut, compare);
    for (size_t i = 0; i <= t->leaves; i++)
        if (!cuts || cut[i] != cut[cuts - 1]) change[cuts] = 0, cut[cuts++] = cut[i];
    for (size_t i = 0; i < t->leaves; i++) {
        double part = t->value[i] * volume_of(t, i, k);
        change[place_of(t->low[i * t->d + k], cut, cuts)] += part;
        change[place_of(t->high[i * t->d + k], cut, cuts)] -= part;
    }
    for (size_t i = 0; i + 1 < cuts; i++) {
        height += change[i];
        variance += (cut[i + 1] - cut[i]) * (height - mean) * (height - mean);
    }
    return variance;
}

/* Each dimension's share of the tree's variance; false: the tree is constant. */
static bool shares_of(const hg__tree *t, double *share, double *scratch)
{
    double mean = 0, variance = 0, sum = 0;
    for (size_t i = 0; i < t->leaves; i++) mean += t->value[i] * volume_of(t, i, SIZE_MAX);
    for (size_t i = 0; i < t->leaves; i++)
        variance += (t->value[i] - mean) * (t->value[i] - mean) * volume_of(t, i, SIZE_MAX);
    if (!(variance > 0)) return false;
    for (size_t k = 0; k < t->d; k++) sum += share[k] = variance_along(t, k, mean, scratch) / variance;
    for (size_t k = 0; k < t->d && sum > 1; k++) share[k] /= sum; /* rounding */
    return true;
}

/* ---- the forest ---- */

typedef struct forest {
    hg__samples samples;
    hg__tree tree;
    double *scratch;        /* [2][n + 1] */
    double *told, *told_by; /* [n] the sum of what trees say of a sample that they did not see, and how many did */
    size_t trees;           /* that are not constant */
} forest;

static void learn(forest *f, uint64_t seed, hg__importance *out)
{
    const hg__samples *s = &f->samples;
    double share[HG__MOST_DIMENSIONS];
    for (uint64_t tree = 0; tree < HG__FOREST_TREES; tree++) {
        hg__random r = hg__random_at(seed, HG__FOR_FOREST, 0, tree);
        hg__tree_grow(&f->tree, s, &r);
        for (size_t i = 0; i < s->n; i++)
            if (!f->tree.times[i]) f->told[i] += hg__tree_at(&f->tree, s->x + i * s->d), f->told_by[i]++;
        if (!shares_of(&f->tree, share, f->scratch)) continue;
        f->trees++;
        for (size_t k = 0; k < s->d; k++) out->share[k] += share[k], out->sd[k] += share[k] * share[k];
    }
    for (size_t k = 0; f->trees && k < s->d; k++) {
        double mean = out->share[k] /= (double)f->trees;
        out->sd[k] = sqrt(fmax(0, out->sd[k] / (double)f->trees - mean * mean));
    }
}

/* The values have mean 0 and variance 1, so their mean square error is what is not told of the variance. */
static double r2_of(const forest *f)
{
    double error = 0, all = 0, n = 0;
    for (size_t i = 0; i < f->samples.n; i++) {
        if (!(f->told_by[i] > 0)) continue;
        double miss = f->told[i] / f->told_by[i] - f->samples.y[i];
        error += miss * miss, all += f->samples.y[i] * f->samples.y[i], n++;
    }
    return n > 0 && all > 0 ? 1 - error / all : 0;
}

static hg_status forest_open(forest *f, size_t n, size_t d, hg_error *e)
{
    *f = (forest){.samples = {.d = d, .x = calloc(n * d + 1, sizeof(double)), .y = calloc(n + 1, sizeof(double))},
                  .scratch = calloc(2 * n + 2, sizeof *f->scratch),
                  .told = calloc(n + 1, sizeof *f->told),
                  .told_by = calloc(n + 1, sizeof *f->told_by)};
    bool full = f->samples.x && f->samples.y && f->scratch && f->told && f->told_by;
    return full ? HG_OK : hg__fail_memory(e, "importances", n * (d + 4) * sizeof(double));
}

static void forest_close(forest *f)
{
    free((double *)f->samples.x);
    free((double *)f->samples.y);
    free(f->samples.order);
    free(f->scratch);
    free(f->told);
    free(f->told_by);
    hg__tree_close(&f->tree);
}

hg_status hg__importance_of(const hg__history *h, size_t objective, uint64_t seed, hg__importance *out, hg_error *e)
{
    forest f = {0};
    *out = (hg__importance){.trials = count(h, objective, 0)};
    size_t began = objective ? 0 : count(h, 0, 1);
    if (began >= HG__LEAST_TRIALS && (out->trials < HG__LEAST_TRIALS || 2 * out->trials < began))
        out->epoch = common_epoch(h), out->trials = count(h, 0, out->epoch);
    if (out->trials < HG__LEAST_TRIALS || !h->space->n) return HG_OK;
    size_t most = out->trials < HG__FOREST_TRIALS ? out->trials : HG__FOREST_TRIALS;
    hg_status s = forest_open(&f, most, h->space->n, e);
    if (s) goto done;
    fill(h, objective, out, out->trials, &f.samples);
    out->trials = f.samples.n;
    if (!standardise((double *)f.samples.y, f.samples.n, &out->is_log)) goto done;
    s = hg__samples_sort(&f.samples, e);
    if (!s) s = hg__tree_open(&f.tree, &f.samples, e);
    if (s) goto done;
    learn(&f, seed, out);
    out->r2 = r2_of(&f);
done:
    forest_close(&f);
    return s;
}
