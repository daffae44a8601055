/* pca_subspace.c: principal components of long samples, whose covariance would be too large.
 *
 * Randomised subspace iteration (Halko, Martinsson and Tropp 2011, "Finding structure with randomness",
 * algorithm 4.4, and 5.3 for the eigenvalues): a random subspace a little wider than wanted is multiplied by
 * the covariance a few times, made orthonormal each time, and the small eigenproblem within it is solved. The
 * covariance is never formed: C Q is the sum of x (x' Q) over the centred samples. */
#include "base/random.h"
#include "eval/eigen.h"
#include "eval/panels.h"
#include "eval/pca_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDER = 16, ROUNDS = 8 };

typedef struct subspace {
    const hg_set *set;
    const double *mean;
    size_t d, width;      /* width: directions, a multiple of 4 */
    double *q, *next;     /* [width][d] directions, and C times them */
    double *q_panels;     /* q', [width / 4][d][4] */
    double *down, *along; /* the block of samples in panels over d, and in panels over the samples */
    double *scores;       /* [width / 4][block][4] */
    double *tiles;        /* next in tiles [panels of d][width / 4][16] */
    float *sample;        /* [d] */
} subspace;

/* Rows i of q made orthonormal, one after the other, twice over for safety; a row that
 * depends on those before it is drawn anew. */
static void orthonormalise(double *q, size_t rows, size_t d, hg__random *draw)
{
    for (size_t i = 0; i < rows; i++) {
        double *x = q + i * d, before = sqrt(hg__dot(x, x, d)), after = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (size_t j = 0; j < i; j++) {
                const double *y = q + j * d;
                double along = hg__dot(x, y, d);
                for (size_t k = 0; k < d; k++) x[k] -= along * y[k];
            }
            after = sqrt(hg__dot(x, x, d));
        }
        if (after <= 1e-12 * before) {
            for (size_t k = 0; k < d; k++) x[k] = hg__random_normal(draw);
            i--;
            continue;
        }
        for (size_t k = 0; k < d; k++) x[k] /= after;
    }
}

static void load_block(subspace *s, size_t first, size_t rows)
{
    for (size_t r = 0; r < HG__PCA_BLOCK; r++) {
        if (r < rows) hg_set_get(s->set, first + r, s->sample);
        for (size_t i = 0; i < s->d; i++) {
            double value = r < rows ? (double)s->sample[i] - s->mean[i] : 0;
            s->along[hg__panel_at(HG__PCA_BLOCK, r, i)] = value;
            s->down[hg__panel_at(s->d, i, r)] = value;
        }
    }
}

/* scores = X q', then tiles += X' scores. */
static void add_block(subspace *s)
{
    size_t across = s->width / HG__PANEL;
    for (size_t i = 0; i < HG__PCA_BLOCK / HG__PANEL; i++)
        for (size_t j = 0; j < across; j++) {
            double *scores = s->scores + (j * HG__PCA_BLOCK + i * HG__PANEL) * HG__PANEL;
            memset(scores, 0, HG__TILE * sizeof *scores);
            hg__tile_add(scores, s->down + i * s->d * HG__PANEL, s->q_panels + j * s->d * HG__PANEL, s->d);
        }
    for (size_t i = 0; i < hg__panels(s->d); i++)
        for (size_t j = 0; j < across; j++)
            hg__tile_add(s->tiles + (i * across + j) * HG__TILE, s->along + i * HG__PCA_BLOCK * HG__PANEL,
                         s->scores + j * HG__PCA_BLOCK * HG__PANEL, HG__PCA_BLOCK);
}

/* next = C q */
static void multiply(subspace *s)
{
    size_t across = s->width / HG__PANEL, n = s->set->n;
    for (size_t j = 0; j < s->width; j++)
        for (size_t i = 0; i < s->d; i++) s->q_panels[hg__panel_at(s->d, i, j)] = s->q[j * s->d + i];
    memset(s->tiles, 0, hg__panels(s->d) * across * HG__TILE * sizeof *s->tiles);
    for (size_t i = 0; i < n; i += HG__PCA_BLOCK) {
        load_block(s, i, n - i < HG__PCA_BLOCK ? n - i : HG__PCA_BLOCK);
        add_block(s);
    }
    for (size_t i = 0; i < s->d; i++)
        for (size_t j = 0; j < s->width; j++) {
            const double *tile = s->tiles + (i / HG__PANEL * across + j / HG__PANEL) * HG__TILE;
            s->next[j * s->d + i] = tile[i % HG__PANEL * HG__PANEL + j % HG__PANEL] / (double)n;
        }
}

/* The components: q turned by the eigenvectors of q C q'. small [width][width], turned [k][width]: scratch. */
static hg_status solve_within(const subspace *s, hg_pca *p, double *small, double *turned, hg_error *e)
{
    for (size_t i = 0; i < s->width; i++)
        for (size_t j = 0; j <= i; j++)
            small[i * s->width + j] = small[j * s->width + i] = hg__dot(s->q + i * s->d, s->next + j * s->d, s->d);
    hg_status status = hg__eigen_symmetric(small, s->width, p->k, p->variance, turned, e);
    if (status) return status;
    memset(p->components, 0, p->k * p->d * sizeof *p->components);
    for (size_t i = 0; i < p->k; i++) {
        double *component = p->components + i * p->d;
        for (size_t j = 0; j < s->width; j++)
            for (size_t x = 0; x < p->d; x++) component[x] += turned[i * s->width + j] * s->q[j * s->d + x];
    }
    return HG_OK;
}

/* Random directions; those beyond d, which only round the width up to 4, stay zero. */
static void iterate(subspace *s)
{
    hg__random draw = hg__random_at(0, HG__FOR_PCA, 0, 0);
    size_t rows = s->width < s->d ? s->width : s->d;
    for (size_t i = 0; i < rows * s->d; i++) s->q[i] = hg__random_normal(&draw);
    for (int round = 0; round <= ROUNDS; round++) {
        orthonormalise(s->q, rows, s->d, &draw);
        multiply(s);
        if (round < ROUNDS) memcpy(s->q, s->next, rows * s->d * sizeof *s->q);
    }
}

hg_status hg__pca_by_subspace(hg_pca *p, const hg_set *set, hg_error *e)
{
    size_t width = hg__panels(p->k + WIDER < p->d ? p->k + WIDER : p->d) * HG__PANEL, d = hg__panels(p->d) * HG__PANEL;
    size_t room_size = 4 * d * width + 2 * d * HG__PCA_BLOCK + width * HG__PCA_BLOCK + 2 * width * width;
    double *room = calloc(room_size, sizeof *room);
    subspace s = {.set = set, .mean = p->mean, .d = p->d, .width = width, .sample = malloc(p->d * sizeof *s.sample)};
    hg_status status = HG_OK;
    if (!room || !s.sample) {
        status = hg__fail_memory(e, "principal components", room_size * sizeof *room);
        goto done;
    }
    s.q = room, s.next = s.q + d * width, s.q_panels = s.next + d * width, s.tiles = s.q_panels + d * width;
    s.down = s.tiles + d * width, s.along = s.down + d * HG__PCA_BLOCK, s.scores = s.along + d * HG__PCA_BLOCK;
    iterate(&s);
    double *small = s.scores + width * HG__PCA_BLOCK;
    status = solve_within(&s, p, small, small + width * width, e);
done:
    free(room);
    free(s.sample);
    return status;
}
