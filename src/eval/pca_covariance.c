/* pca_covariance.c: principal components as the eigenvectors of the whole covariance, in double.
 *
 * A block of centred samples is packed into panels, and every 4 x 4 tile on and above the diagonal of the
 * covariance grows by one product of two panels. */
#include "eval/eigen.h"
#include "eval/panels.h"
#include "eval/pca_fit.h"

#include <stdlib.h>

typedef struct sums {
    const double *mean; /* [d] */
    size_t d, panels;
    float *sample; /* [d] */
    double *block; /* [panels][HG__PCA_BLOCK][4] centred values */
    double *tile;  /* [panels][panels][16] */
} sums;

/* Samples first … first + rows - 1 into the block; rows that are wanting are zero. */
static void load_block(sums *s, const hg_set *set, size_t first, size_t rows)
{
    for (size_t r = 0; r < HG__PCA_BLOCK; r++) {
        if (r < rows) hg_set_get(set, first + r, s->sample);
        for (size_t i = 0; i < s->d; i++)
            s->block[hg__panel_at(HG__PCA_BLOCK, r, i)] = r < rows ? (double)s->sample[i] - s->mean[i] : 0;
    }
}

static void add_block(sums *s)
{
    const size_t panel = HG__PCA_BLOCK * HG__PANEL;
    for (size_t i = 0; i < s->panels; i++) {
        double *tile = s->tile + i * s->panels * HG__TILE;
        for (size_t j = i; j < s->panels; j++)
            hg__tile_add(tile + j * HG__TILE, s->block + i * panel, s->block + j * panel, HG__PCA_BLOCK);
    }
}

/* The tiles as a whole symmetric matrix [d][d], divided by n. */
static void unpack(const sums *s, double n, double *matrix)
{
    for (size_t i = 0; i < s->d; i++)
        for (size_t j = i; j < s->d; j++) {
            const double *tile = s->tile + (i / HG__PANEL * s->panels + j / HG__PANEL) * HG__TILE;
            matrix[i * s->d + j] = matrix[j * s->d + i] = tile[i % HG__PANEL * HG__PANEL + j % HG__PANEL] / n;
        }
}

hg_status hg__pca_by_covariance(hg_pca *p, const hg_set *set, hg_error *e)
{
    size_t panels = hg__panels(p->d), block = panels * HG__PCA_BLOCK * HG__PANEL, tiles = panels * panels * HG__TILE;
    double *room = calloc(block + tiles + p->d * p->d, sizeof *room), *matrix = NULL;
    sums s = {.mean = p->mean, .d = p->d, .panels = panels, .sample = malloc(p->d * sizeof *s.sample)};
    hg_status status = HG_OK;
    if (!room || !s.sample) {
        status = hg__fail_memory(e, "covariance", (block + tiles + p->d * p->d) * sizeof *room);
        goto done;
    }
    s.block = room, s.tile = room + block, matrix = s.tile + tiles;
    for (size_t i = 0; i < set->n; i += HG__PCA_BLOCK) {
        load_block(&s, set, i, set->n - i < HG__PCA_BLOCK ? set->n - i : HG__PCA_BLOCK);
        add_block(&s);
    }
    unpack(&s, (double)set->n, matrix);
    status = hg__eigen_symmetric(matrix, p->d, p->k, p->variance, p->components, e);
done:
    free(room);
    free(s.sample);
    return status;
}
