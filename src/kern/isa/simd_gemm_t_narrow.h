/* simd_gemm_t_narrow.h: C = A^T D where D has few columns: the vectors lie along A's rows instead, and
 * an element of D meets all lanes. A tile is some vectors of A's runs, whole ones together and the runs'
 * ends together. The chains of multiply-adds are those of the wide form. */
#ifndef HG_KERN_ISA_SIMD_GEMM_T_NARROW_H
#define HG_KERN_ISA_SIMD_GEMM_T_NARROW_H

#include "kern/isa/simd_gemm_narrow.h"
#include "kern/isa/simd_gemm_t.h"

enum { NT_BLOCK = 128 };

typedef struct nt_tile {
    const hg__gemm_t *g;
    ptrdiff_t at[SUMS]; /* where a vector starts in a row of A */
    size_t q[SUMS];     /* its row of C */
    size_t width;       /* elements of each vector */
    size_t count, most; /* vectors */
    size_t first, rows; /* of A and D, in one go */
} nt_tile;

/* C's old values, or zeros. */
ALWAYS_INLINE vf nt_start(const nt_tile *t, size_t v, size_t column)
{
    float part[W] = {0};
    if (t->g->c_step == 1 && (t->g->add || t->first)) return vf_get_upto(t->g->c + t->q[v], t->width);
    for (size_t l = 0; l < t->width && (t->g->add || t->first); l++)
        part[l] = t->g->c[(t->q[v] + l) * t->g->c_step + column];
    return vf_get(part);
}

ALWAYS_INLINE void nt_end(const nt_tile *t, size_t v, size_t column, vf sum)
{
    float part[W];
    if (t->g->c_step == 1) {
        vf_put_upto(t->g->c + t->q[v], sum, t->width);
        return;
    }
    vf_put(part, sum);
    for (size_t l = 0; l < t->width; l++) t->g->c[(t->q[v] + l) * t->g->c_step + column] = part[l];
}

/* Vectors behind the last are the last again, and not written. */
ALWAYS_INLINE void nt_run(const nt_tile *t, size_t vectors, size_t columns, bool whole)
{
    const hg__gemm_t *g = t->g;
    const size_t width = whole ? W : t->width;
    vf sum[SUMS];
    ptrdiff_t at[SUMS];
    UNROLL
    for (size_t v = 0; v < vectors; v++) at[v] = t->at[v < t->count ? v : t->count - 1];
    UNROLL
    for (size_t v = 0; v < vectors; v++) UNROLL
    for (size_t j = 0; j < columns; j++) sum[v * columns + j] = v < t->count ? nt_start(t, v, j) : (vf){0};
    for (size_t i = t->first; i < t->first + t->rows; i++) {
        const float *a = g->a + hg__offset(g->a_row, i, g->a_step), *d = g->d + hg__offset(g->d_row, i, g->d_step);
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            vf x = vf_get_upto(a + at[v], width);
            UNROLL
            for (size_t j = 0; j < columns; j++) sum[v * columns + j] = vf_fma(x, vf_all(d[j]), sum[v * columns + j]);
        }
    }
    UNROLL
    for (size_t v = 0; v < vectors; v++) UNROLL
    for (size_t j = 0; j < columns; j++)
        if (v < t->count) nt_end(t, v, j, sum[v * columns + j]);
}

ALWAYS_INLINE void nt_column(const nt_tile *t, bool whole)
{
    switch (t->count) {
    case 1:
    case 2: nt_run(t, 2, 1, whole); return;
    case 3:
    case 4: nt_run(t, 4, 1, whole); return;
    case 5: nt_run(t, 5, 1, whole); return;
    case 6: nt_run(t, 6, 1, whole); return;
    default: nt_run(t, 8, 1, whole); return;
    }
}

ALWAYS_INLINE void nt_columns(const nt_tile *t, bool whole)
{
    switch (t->g->n) {
    case 1: nt_column(t, whole); return;
    case 2: nt_run(t, 4, 2, whole); return;
    case 3: nt_run(t, 2, NARROW < 3 ? 1 : 3, whole); return;
    case 4: nt_run(t, 2, NARROW < 4 ? 1 : 4, whole); return;
    }
}

static void nt_flush(nt_tile *t)
{
    if (!t->count) return;
    if (t->width == W) nt_columns(t, true);
    else nt_columns(t, false);
    t->count = 0;
}

/* Elements from … end-1 of every run, in vectors of t->width, as many at a time as there can be in equal shares. */
static void nt_vectors(nt_tile *t, size_t from, size_t end)
{
    const hg__gemm_t *g = t->g;
    size_t all = g->runs * ((end - from + t->width - 1) / t->width), most = SUMS / (g->n == 3 ? 4 : g->n),
           shares = (all + most - 1) / most;
    if (!all) return;
    t->most = (all + shares - 1) / shares;
    for (size_t r = 0; r < g->runs; r++)
        for (size_t k = from; k < end; k += t->width) {
            t->at[t->count] = hg__offset(g->a_run, r, g->run) + (ptrdiff_t)k;
            t->q[t->count++] = r * g->run + k;
            if (t->count == t->most) nt_flush(t);
        }
    nt_flush(t);
}

/* Some rows at a time, so that all vectors of a block find them in the L1 cache; the sums wait in C. */
static void gemm_t_narrow(const hg__gemm_t *g)
{
    size_t whole = g->run / W * W;
    nt_tile t = {.g = g};
    for (; t.first < g->m; t.first += NT_BLOCK) {
        t.rows = g->m - t.first < NT_BLOCK ? g->m - t.first : NT_BLOCK;
        t.width = W;
        nt_vectors(&t, 0, whole);
        t.width = g->run - whole;
        if (t.width) nt_vectors(&t, whole, g->run);
    }
}

static void simd_gemm_t(const hg__gemm_t *g)
{
    if (g->n <= NARROW) {
        gemm_t_narrow(g);
        return;
    }
    for (size_t i = 0; i < g->m; i += T_BLOCK) t_block(g, i, g->m - i < T_BLOCK ? g->m - i : T_BLOCK);
}

#endif
