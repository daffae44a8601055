/* simd_gemm_t.h: the product for weight gradients, C = A^T D, as text that is compiled once per ISA.
 *
 * A tile is a few elements of A's rows (they may lie in different runs, so each has its offset) by a panel
 * of D's columns, and walks along the rows: each element of C is one chain of multiply-adds in the
 * order of the rows, which a cut between two rows does not change. Where a step is long (T_AHEAD, two vectors wide),
 * D is read as it lies: what a step takes comes from the L2 cache in time, and from further away when it is asked for
 * some rows ahead. Else, and where rows of D are so far apart that they would push each other out of every cache, a
 * panel is copied first, of as few rows as stay in the L1 cache; unless too few tiles use it to pay for that. Where
 * A's rows lie a multiple of T_ALIKE apart, as those of wide dense layers do, its tiles are copied too, and D
 * with them. */
#ifndef HG_KERN_ISA_SIMD_GEMM_T_H
#define HG_KERN_ISA_SIMD_GEMM_T_H

#include "kern/isa/simd_gemm.h"

enum {
    T_NEAR = 128, /* rows that are walked at a time, so that a panel of D stays in the L1 cache, … */
    T_LONG = T_AHEAD ? 1024 : T_NEAR, /* … or in the L2 cache */
    T_APART = 256, /* elements from a row of D to the next that are too many to read it as it lies … */
    T_FEW = 2,     /* … unless no more tiles than these use a panel */
    T_ALIKE = 256, /* elements from a row of A to the next: multiples of these meet on few places of the L1 cache, … */
    T_GROUP = 16,  /* … so A is copied, as many tiles at a time as stay in the L2 cache with a panel of D, … */
    T_USES = 3,    /* … where as many panels or more use the copy */
    T_ALONE = 9,   /* elements of A's rows that one tile takes, one vector wide: a 3x3 window of one channel */
};

typedef struct t_tile {
    size_t rows;                    /* of the block */
    const ptrdiff_t *a_row, *d_row; /* [rows + T_AHEAD] where they start */
    const float *a, *d;
    size_t d_step;         /* D's, where a step is too short to look each row up */
    ptrdiff_t at[T_ALONE]; /* offsets of the tile's elements in a row of A */
    float *c[T_ALONE];     /* where the elements' rows of C are */
    size_t columns;        /* that C has from there on */
    bool joined;           /* the elements follow each other */
    bool add;              /* to C, not to zeros */
} t_tile;

/* Sum s is that of element s / vectors and vector s % vectors. joined: constant. */
ALWAYS_INLINE void t_run(const t_tile *t, size_t height, size_t vectors, bool joined)
{
    const bool looks = T_AHEAD > 0 && vectors > 1; /* one vector: too short a step */
    vf sum[MOST_SUMS], in[2];
    const float *a[T_ALONE], *d = t->d + t->d_row[0];
    UNROLL
    for (size_t q = 0; q < height; q++) a[q] = t->a + t->at[q];
    UNROLL
    for (size_t s = 0; s < height * vectors; s++) {
        size_t skip = s % vectors * W;
        sum[s] = vf_get_upto((t->add ? t->c[s / vectors] : zeros) + skip, t->columns - skip);
    }
    if (looks) ask_for(t->c, 0, height, vectors);
    for (size_t i = 0; i < t->rows; i++) {
        const ptrdiff_t row = t->a_row[i];
        if (looks) {
            d = t->d + t->d_row[i];
            __builtin_prefetch(a[0] + t->a_row[i + T_AHEAD]);
            for (size_t v = 0; v < vectors; v++) __builtin_prefetch(t->d + t->d_row[i + T_AHEAD] + v * W);
        }
        UNROLL
        for (size_t v = 0; v < vectors; v++) in[v] = vf_get(d + v * W);
        UNROLL
        for (size_t s = 0; s < height * vectors; s++) {
            size_t q = s / vectors;
            sum[s] = vf_fma(vf_all(joined ? (a[0] + row)[q] : a[q][row]), in[s % vectors], sum[s]);
        }
        if (!looks) d += t->d_step;
    }
    UNROLL
    for (size_t s = 0; s < height * vectors; s++) {
        size_t skip = s % vectors * W;
        vf_put_upto(t->c[s / vectors] + skip, sum[s], t->columns - skip);
    }
}

/* Joined elements need one address, not one each: where rows are looked up few registers are free. */
ALWAYS_INLINE void t_either(const t_tile *t, size_t height)
{
    if (T_AHEAD > 0 && t->joined) t_run(t, height, 2, true);
    else t_run(t, height, 2, false);
}

/* Instances of t_run, as those of tile_run. */
typedef void t_fn(const t_tile *t);
static void t_1x2(const t_tile *t) { t_either(t, 1); }
static void t_2x2(const t_tile *t) { t_either(t, 2); }
static void t_3x2(const t_tile *t) { t_either(t, 3); }
static void t_4x2(const t_tile *t) { t_either(t, 4); }
static void t_5x2(const t_tile *t) { t_either(t, 5); }
static void t_6x2(const t_tile *t) { t_either(t, 6); }
static void t_7x2(const t_tile *t) { t_either(t, 7); }
static void t_8x2(const t_tile *t) { t_either(t, 8); }
static void t_1x1(const t_tile *t) { t_run(t, 1, 1, false); }
static void t_2x1(const t_tile *t) { t_run(t, 2, 1, false); }
static void t_3x1(const t_tile *t) { t_run(t, 3, 1, false); }
static void t_4x1(const t_tile *t) { t_run(t, 4, 1, false); }
static void t_5x1(const t_tile *t) { t_run(t, 5, 1, false); }
static void t_6x1(const t_tile *t) { t_run(t, 6, 1, false); }
static void t_7x1(const t_tile *t) { t_run(t, 7, 1, false); }
static void t_8x1(const t_tile *t) { t_run(t, 8, 1, false); }
static void t_9x1(const t_tile *t) { t_run(t, 9, 1, false); }

static t_fn *const t_panels[MOST_ROWS] = {t_1x2, t_2x2, t_3x2, t_4x2, t_5x2, t_6x2, t_7x2, t_8x2};
static t_fn *const t_singles[T_ALONE] = {t_1x1, t_2x1, t_3x1, t_4x1, t_5x1, t_6x1, t_7x1, t_8x1, t_9x1};

/* C's row for element k of run r. */
ALWAYS_INLINE float *t_row(const hg__gemm_t *g, size_t r, size_t k)
{
    return g->c + (hg__offset(g->c_run, r, g->run) + (ptrdiff_t)k) * (ptrdiff_t)g->c_step;
}

/* How A's elements are cut into tiles, and which of these are next. */
typedef struct t_cut {
    size_t all, tiles, first, last; /* the tiles first … last-1 */
} t_cut;

static t_cut t_cut_of(const hg__gemm_t *g, size_t most)
{
    const size_t all = g->runs * g->run, tiles = (all + most - 1) / most;
    return (t_cut){.all = all, .tiles = tiles, .last = tiles};
}

/* Where in A and C, from column j on, the elements of tile p are; gives how many there are. */
static size_t t_place(const hg__gemm_t *g, const t_cut *cut, size_t p, size_t j, t_tile *t)
{
    const size_t from = part_start(cut->all, cut->tiles, p), height = part_start(cut->all, cut->tiles, p + 1) - from;
    size_t r = from / g->run, k = from % g->run;
    for (size_t q = 0; q < height; q++) {
        t->at[q] = hg__offset(g->a_run, r, g->run) + (ptrdiff_t)k;
        t->c[q] = t_row(g, r, k) + j;
        t->joined = !q || (t->joined && t->at[q] == t->at[q - 1] + 1);
        if (++k == g->run) k = 0, r++;
    }
    return height;
}

/* The panel that starts at column j, for the tiles of the cut. near: their copies; NULL: A is read as it lies. */
static void t_columns(const hg__gemm_t *g, t_tile *t, size_t j, const t_cut *cut, const float *near)
{
    const bool single = g->n - j <= W;
    t->columns = g->n - j;
    for (size_t p = cut->first; p < cut->last; p++) {
        const size_t height = t_place(g, cut, p, j, t);
        for (size_t q = 0; near && q < height; q++) t->at[q] = (ptrdiff_t)q;
        if (near) t->a = near + (p - cut->first) * t->rows * TILE_ROWS, t->joined = true;
        if (single) t_singles[height - 1](t);
        else t_panels[height - 1](t);
    }
}

/* The tiles of the cut, one behind the other: [last - first][rows][TILE_ROWS]. */
static void t_gather(const hg__gemm_t *g, t_tile *t, const t_cut *cut, float *out)
{
    for (size_t p = cut->first; p < cut->last; p++) {
        const size_t height = t_place(g, cut, p, 0, t);
        const bool whole = t->joined && height == TILE_ROWS;
        for (size_t i = 0; i < t->rows; i++, out += TILE_ROWS) {
            const float *a = g->a + t->a_row[i];
            if (whole) memcpy(out, a + t->at[0], TILE_ROWS * sizeof *out);
            for (size_t q = 0; !whole && q < height; q++) out[q] = a[t->at[q]];
        }
    }
}

/* Rows first … of D, columns j …, side by side and with zeros up to a whole panel. */
static void t_copy(const hg__gemm_t *g, size_t first, size_t rows, size_t j, float *out)
{
    size_t left = g->n - j;
    for (size_t i = first; i < first + rows; i++, out += PANEL) {
        const float *d = g->d + hg__offset(g->d_row, i, g->d_step) + j;
        vf_put(out, vf_get_upto(d, left));
        vf_put(out + W, left > W ? vf_get_upto(d + W, left - W) : (vf){0});
    }
}

/* Where `rows` rows from `first` on start; the last stands again for those who look ahead. */
static void t_rows(const int32_t *list, size_t step, size_t first, size_t rows, ptrdiff_t *out)
{
    for (size_t i = 0; i < rows; i++) out[i] = hg__offset(list, first + i, step);
    for (size_t i = rows; i < rows + T_AHEAD; i++) out[i] = out[rows - 1];
}

/* The tiles of the cut, all columns. copy: room for a panel, or NULL: D is read as it lies. */
static void t_tiles(const hg__gemm_t *g, size_t first, t_tile *t, const t_cut *cut, float *copy, const float *near)
{
    for (size_t j = 0; j < g->n; j += PANEL) {
        t_cut now = *cut;
        if (!near && g->n - j <= W) now = t_cut_of(g, cut->all == T_ALONE ? T_ALONE : SINGLE_ROWS);
        if (copy) t_copy(g, first, t->rows, j, copy);
        t->d = copy ? copy : g->d + j;
        t_columns(g, t, j, &now, near);
    }
}

/* near: room for T_GROUP tiles of A, or NULL: A is read as it lies. */
static void t_block(const hg__gemm_t *g, size_t first, size_t rows, float *copy, float *near)
{
    ptrdiff_t a_row[T_LONG + T_AHEAD], d_row[T_LONG + T_AHEAD], near_row[T_NEAR + T_AHEAD];
    t_tile t = {.rows = rows, .a_row = a_row, .d_row = d_row, .a = g->a, .add = g->add || first};
    t_rows(g->a_row, g->a_step, first, rows, a_row);
    if (copy) t_rows(NULL, t.d_step = PANEL, 0, rows, d_row);
    else t_rows(g->d_row, t.d_step = g->d_step, first, rows, d_row);
    t_cut cut = t_cut_of(g, TILE_ROWS);
    if (!near) {
        t_tiles(g, first, &t, &cut, copy, NULL);
        return;
    }
    t_rows(NULL, TILE_ROWS, 0, rows, near_row);
    for (const size_t tiles = cut.tiles; cut.first < tiles; cut.first = cut.last) {
        cut.last = cut.first + T_GROUP < tiles ? cut.first + T_GROUP : tiles;
        t.a_row = a_row;
        t_gather(g, &t, &cut, near);
        t.a_row = near_row;
        t_tiles(g, first, &t, &cut, copy, near);
    }
}

static bool t_copies(const hg__gemm_t *g)
{
    const bool looks = T_AHEAD > 0 && g->n % PANEL == 0, few = g->runs * g->run <= T_FEW * TILE_ROWS;
    if (looks) return !few && g->d_step >= T_APART;
    return g->n % W || !few || g->d_row;
}

static bool t_gathers(const hg__gemm_t *g)
{
    const ptrdiff_t apart = g->m > 1 ? hg__offset(g->a_row, 1, g->a_step) - hg__offset(g->a_row, 0, g->a_step) : 1;
    return apart % T_ALIKE == 0 && g->n > (T_USES - 1) * PANEL;
}

static void gemm_t_wide(const hg__gemm_t *g)
{
    float copy[T_NEAR * PANEL] __attribute__((aligned(64)));
    float near[T_GROUP * T_NEAR * TILE_ROWS] __attribute__((aligned(64)));
    const bool gathers = t_gathers(g), copies = gathers || t_copies(g);
    const size_t most = copies ? T_NEAR : T_LONG, parts = (g->m + most - 1) / most;
    for (size_t p = 0; p < parts; p++) {
        const size_t first = part_start(g->m, parts, p), next = part_start(g->m, parts, p + 1);
        t_block(g, first, next - first, copies ? copy : NULL, gathers ? near : NULL);
    }
}

#endif
