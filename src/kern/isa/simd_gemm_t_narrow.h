/* simd_gemm_t_narrow.h: C = A^T D where D has few columns: the vectors lie along A's runs instead, and an
 * element of D meets all lanes. A run that no whole number of vectors fills ends in one that overlaps the one
 * before it: the lanes in common are computed twice and written once. The chains of multiply-adds are those of
 * the wide form. */
#ifndef HG_KERN_ISA_SIMD_GEMM_T_NARROW_H
#define HG_KERN_ISA_SIMD_GEMM_T_NARROW_H

#include "kern/isa/simd_gemm_t.h"

enum {
    NT_BLOCK = 128, /* rows in one go */
    NT_VECTORS = 9, /* of a tile with one column: a 3x3 window of 16 lanes, or a share of a larger one */
    NT_SUMS = 12,   /* vectors times columns of any tile */
    NT_COLUMNS = 4, /* most columns */
};

typedef struct nt_tile {
    const hg__gemm_t *g;
    size_t rows;            /* of the block */
    const ptrdiff_t *a_row; /* [rows] */
    const float *d;         /* [rows][columns] */
    bool add;
    size_t width;             /* elements of each vector */
    size_t count;             /* vectors; behind the last it stands again */
    ptrdiff_t at[NT_VECTORS]; /* where it starts in a row of A */
    size_t q[NT_VECTORS];     /* its row of C */
    size_t skip[NT_VECTORS];  /* lanes that are the vector's before it */
} nt_tile;

/* C's old values, or zeros. */
ALWAYS_INLINE vf nt_start(const nt_tile *t, size_t v, size_t column, size_t width)
{
    const float *c = t->g->c + t->q[v] * t->g->c_step + column;
    float part[W] = {0};
    if (!t->add) return (vf){0};
    if (t->g->c_step == 1) return vf_get_upto(c, width);
    for (size_t l = 0; l < width; l++) part[l] = c[l * t->g->c_step];
    return vf_get(part);
}

ALWAYS_INLINE void nt_end(const nt_tile *t, size_t v, size_t column, size_t width, vf sum)
{
    float *c = t->g->c + t->q[v] * t->g->c_step + column, part[W];
    if (t->g->c_step == 1 && !t->skip[v]) {
        vf_put_upto(c, sum, width);
        return;
    }
    vf_put(part, sum);
    for (size_t l = t->skip[v]; l < width; l++) c[l * t->g->c_step] = part[l];
}

/* Sum s is that of vector s / columns and column s % columns. */
ALWAYS_INLINE void nt_run(const nt_tile *t, size_t vectors, size_t columns, size_t width)
{
    vf sum[NT_SUMS];
    ptrdiff_t at[NT_VECTORS];
    const float *d = t->d;
    UNROLL
    for (size_t v = 0; v < vectors; v++) at[v] = t->at[v];
    UNROLL
    for (size_t s = 0; s < vectors * columns; s++) sum[s] = nt_start(t, s / columns, s % columns, width);
    for (size_t i = 0; i < t->rows; i++, d += columns) {
        const float *a = t->g->a + t->a_row[i];
        vf x, in[NT_COLUMNS];
        UNROLL
        for (size_t j = 0; j < columns; j++) in[j] = vf_all(d[j]);
        UNROLL
        for (size_t s = 0; s < vectors * columns; s++) {
            if (s % columns == 0) x = vf_get_upto(a + at[s / columns], width);
            sum[s] = vf_fma(x, in[s % columns], sum[s]);
        }
    }
    UNROLL
    for (size_t s = 0; s < vectors * columns; s++) nt_end(t, s / columns, s % columns, width, sum[s]);
}

ALWAYS_INLINE void nt_either(const nt_tile *t, size_t vectors, size_t columns)
{
    if (t->width == W) nt_run(t, vectors, columns, W);
    else nt_run(t, vectors, columns, t->width);
}

/* Instances, as those of tile_run. */
typedef void nt_fn(const nt_tile *t);
static void nt_1x1(const nt_tile *t) { nt_either(t, 1, 1); }
static void nt_2x1(const nt_tile *t) { nt_either(t, 2, 1); }
static void nt_3x1(const nt_tile *t) { nt_either(t, 3, 1); }
static void nt_4x1(const nt_tile *t) { nt_either(t, 4, 1); }
static void nt_6x1(const nt_tile *t) { nt_either(t, 6, 1); }
static void nt_9x1(const nt_tile *t) { nt_either(t, 9, 1); }
static void nt_1x2(const nt_tile *t) { nt_either(t, 1, 2); }
static void nt_3x2(const nt_tile *t) { nt_either(t, 3, 2); }
static void nt_6x2(const nt_tile *t) { nt_either(t, 6, 2); }
static void nt_1x3(const nt_tile *t) { nt_either(t, 1, 3); }
static void nt_3x3(const nt_tile *t) { nt_either(t, 3, 3); }
static void nt_1x4(const nt_tile *t) { nt_either(t, 1, 4); }
static void nt_2x4(const nt_tile *t) { nt_either(t, 2, 4); }

/* By columns and vectors. */
static nt_fn *const nt_tiles[NT_COLUMNS][NT_VECTORS] = {
    {nt_1x1, nt_2x1, nt_3x1, nt_4x1, nt_6x1, nt_6x1, nt_9x1, nt_9x1, nt_9x1},
    {nt_1x2, nt_3x2, nt_3x2, nt_6x2, nt_6x2, nt_6x2},
    {nt_1x3, nt_3x3, nt_3x3},
    {nt_1x4, nt_2x4},
};
static const size_t nt_most[NT_COLUMNS] = {9, 6, 3, 2};
_Static_assert((int)NARROW <= (int)NT_COLUMNS, "no narrow product has more columns than there are tiles for");

static void nt_add(nt_tile *t, ptrdiff_t at, size_t q, size_t skip)
{
    t->at[t->count] = at, t->q[t->count] = q, t->skip[t->count] = skip;
    t->count++;
}

static void nt_flush(nt_tile *t)
{
    size_t last = t->count - 1, n = t->g->n;
    while (t->count < nt_most[n - 1]) nt_add(t, t->at[last], t->q[last], t->skip[last]);
    nt_tiles[n - 1][last](t);
    t->count = 0;
}

/* The vectors of all runs, as many at a time as there can be in equal shares. */
static void nt_vectors(nt_tile *t)
{
    const hg__gemm_t *g = t->g;
    size_t each = (g->run + W - 1) / W, all = g->runs * each, most = nt_most[g->n - 1];
    size_t shares = (all + most - 1) / most;
    t->width = g->run < W ? g->run : W;
    for (size_t p = 0; p < shares; p++) {
        for (size_t i = part_start(all, shares, p); i < part_start(all, shares, p + 1); i++) {
            size_t r = i / each, k = i % each * W, skip = k + t->width > g->run ? k + t->width - g->run : 0;
            k -= skip;
            nt_add(t, hg__offset(g->a_run, r, g->run) + (ptrdiff_t)k, (size_t)hg__offset(g->c_run, r, g->run) + k,
                   skip);
        }
        nt_flush(t);
    }
}

/* Some rows at a time, so that all vectors of a block find them in the L1 cache; the sums wait in C. */
static void gemm_t_narrow(const hg__gemm_t *g)
{
    ptrdiff_t a_row[NT_BLOCK];
    float copy[NT_BLOCK * NT_COLUMNS];
    for (size_t first = 0; first < g->m; first += NT_BLOCK) {
        size_t rows = g->m - first < NT_BLOCK ? g->m - first : NT_BLOCK;
        bool straight = !g->d_row && g->d_step == g->n;
        for (size_t i = 0; i < rows; i++) a_row[i] = hg__offset(g->a_row, first + i, g->a_step);
        for (size_t i = 0; i < rows && !straight; i++) {
            const float *d = g->d + hg__offset(g->d_row, first + i, g->d_step);
            for (size_t j = 0; j < g->n; j++) copy[i * g->n + j] = d[j];
        }
        nt_vectors(&(nt_tile){
            .g = g, .rows = rows, .a_row = a_row, .d = straight ? g->d + first * g->n : copy, .add = g->add || first});
    }
}

static void simd_gemm_t(const hg__gemm_t *g)
{
    if (g->n <= NARROW) gemm_t_narrow(g);
    else gemm_t_wide(g);
}

#endif
