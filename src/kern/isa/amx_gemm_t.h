/* amx_gemm_t.h: the product for weight gradients on tiles. Pairs are of two rows that follow each other within a
 * sample, filled up with zeros to whole tiles: so no cut between samples moves them. D's pairs are a tile as they come;
 * A's change places with its elements first. */
#ifndef HG_KERN_ISA_AMX_GEMM_T_H
#define HG_KERN_ISA_AMX_GEMM_T_H

#include "kern/isa/amx.h"
#include "kern/isa/simd_gemm_t.h"

enum {
    AMX_T_COLUMNS = 224,              /* of D that are paired at a time */
    AMX_T_STEP = BF16_T_PAIRS + TILE, /* from an element of A to the next: an odd number of cache lines */
};

/* Elements from … to-1 of A's rows, each a row of pairs. */
static void amx_t_turn(const hg__gemm_t *g, const bf16_t_rows *rows, size_t from, size_t to, uint32_t *out)
{
    size_t r = from / g->run, skip = from % g->run;
    for (size_t q = from, now; q < to; q += now, out += now * AMX_T_STEP) {
        const ptrdiff_t at = hg__offset(g->a_run, r, g->run) + (ptrdiff_t)skip;
        now = bf16_least(bf16_least(g->run - skip, to - q), TILE);
        for (size_t p = 0; p < rows->pairs; p += TILE) {
            vf v[TILE];
            UNROLL
            for (size_t l = 0; l < TILE; l++) {
                const float *const *a = rows->a[p + l];
                bf16_pair(bf16_at(a[0], at), bf16_at(a[1], at), now, (uint32_t *)&v[l]);
            }
            vf_transpose(v);
            for (size_t l = 0; l < now; l++) vf_put((float *)out + l * AMX_T_STEP + p, v[l]);
        }
        skip += now;
        if (skip == g->run) skip = 0, r++;
    }
}

/* Elements from … to-1 of A's rows, with columns first … end-1, paired in d. */
static void amx_t_panels(const hg__gemm_t *g, amx_tiles *t, size_t from, const size_t columns[2], const uint32_t *d)
{
    float *c[AMX_ROWS];
    for (size_t q = 0; q < t->rows; q++) c[q] = t_row(g, (from + q) / g->run, (from + q) % g->run);
    t->c = c;
    for (t->column = columns[0]; t->column < columns[1]; t->column += BF16_PANEL, d += t->pairs * BF16_PANEL) {
        t->columns = g->n - t->column, t->b = d;
        amx_any(t);
    }
}

static void amx_t_block(const hg__gemm_t *g, const bf16_t_rows *rows, bool add)
{
    uint32_t a[AMX_ROWS * AMX_T_STEP] __attribute__((aligned(64)));
    uint32_t d[BF16_T_PAIRS * AMX_T_COLUMNS] __attribute__((aligned(64)));
    static const float none[BF16_PANEL];
    const size_t all = g->runs * g->run;
    amx_tiles t = {
        .pairs = rows->pairs, .a = a, .a_step = AMX_T_STEP, .b_step = BF16_PANEL, .start = add ? NULL : none};
    for (size_t j = 0; j < g->n; j += AMX_T_COLUMNS) {
        const size_t columns[2] = {j, bf16_least(g->n, j + AMX_T_COLUMNS)};
        bf16_t_pair_d(g, rows, columns[0], columns[1], d);
        for (size_t from = 0; from < all; from += t.rows) {
            t.rows = bf16_least(all - from, AMX_ROWS);
            amx_t_turn(g, rows, from, from + t.rows, a);
            amx_t_panels(g, &t, from, columns, d);
        }
    }
}

static void amx_gemm_t(const hg__gemm_t *g)
{
    if (!bf16_t_suits(g)) {
        half_gemm_t(g);
        return;
    }
    amx_open(TILE);
    bf16_t_walk(g, amx_t_block);
    amx_close();
}

#endif
