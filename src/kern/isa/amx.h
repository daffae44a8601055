/* amx.h: products in bf16 on tiles, the registers of AMX: 16 rows of 64 bytes. One instruction multiplies a tile of A,
 * 16 rows of 16 pairs, by one of B, 16 pairs by 16 columns, into a tile of 16 x 16 sums. The eight of them give 32 rows
 * of C by a panel of B:
 *
 *                 B [ 6 ][ 7 ]
 *         A [ 4 ]   [ 0 ][ 1 ]
 *           [ 5 ]   [ 2 ][ 3 ]
 *
 * In a chain each 16 pairs are summed from zero, the first of the pairs and the second apart, and then added to what
 * there was (Intel's manual, TDPBF16PS). So operands are filled up with zeros to whole tiles, and a chain may be cut
 * between tiles only. */
#ifndef HG_KERN_ISA_AMX_H
#define HG_KERN_ISA_AMX_H

#include "kern/isa/bf16_operands.h"
#include "kern/isa/bf16_pack.h"

enum {
    TILE = 16, /* rows, pairs or columns of a tile */
    AMX_ROWS = 2 * TILE,
};

/* Some of a product: rows of A by a panel of B. */
typedef struct amx_tiles {
    size_t pairs; /* along the sums: whole tiles */
    size_t rows, columns;
    const uint32_t *a, *b;
    size_t a_step, b_step; /* from a row of A to the next, from a pair of B's rows to the next */
    float *const *c;       /* [rows] where they are; the panel's first column … */
    size_t column;         /* … is this */
    const float *start;    /* what the sums start from in every row, filled up to a panel; NULL: C */
    hg__act act;           /* none or relu */
} amx_tiles;

/* What tiles look like to the processor (Intel's manual, LDTILECFG). */
typedef struct amx_shape {
    uint8_t palette, start, none[14];
    uint16_t bytes[16]; /* of a row */
    uint8_t rows[16];
} amx_shape;

/* Before a thread's products, and behind them: the tiles are set up, and given back. Those of A and of the sums have no
 * more rows than the whole product, of m > 0 rows: so a product of one takes less time. */
static void amx_open(size_t m)
{
    const uint8_t rows = (uint8_t)bf16_least(m, TILE);
    const amx_shape shape = {.palette = 1,
                             .bytes = {64, 64, 64, 64, 64, 64, 64, 64},
                             .rows = {rows, rows, rows, rows, rows, rows, TILE, TILE}};
    __asm__ volatile("" ::"m"(shape)); /* gcc believes that only its first 8 bytes are read */
    _tile_loadconfig(&shape);
}

static void amx_close(void) { _tile_release(); }

/* The sums go on from what `from` has, row by row from_step apart, and end in `to`. tall, wide: two tiles of rows, of
 * columns; constant. */
ALWAYS_INLINE void amx_multiply(const amx_tiles *t, const float *from, size_t from_step, float *to, size_t to_step,
                                bool tall, bool wide)
{
    const size_t a_step = t->a_step * sizeof *t->a, b_step = t->b_step * sizeof *t->b,
                 from_bytes = from_step * sizeof *from, to_bytes = to_step * sizeof *to;
    __asm__ volatile("" ::: "memory"); /* the compiler does not see what tiles read, … */
    _tile_loadd(0, from, from_bytes);
    if (wide) _tile_loadd(1, from + TILE, from_bytes);
    if (tall) _tile_loadd(2, from + TILE * from_step, from_bytes);
    if (tall && wide) _tile_loadd(3, from + TILE * from_step + TILE, from_bytes);
    for (size_t k = 0; k < t->pairs; k += TILE) {
        const uint32_t *b = t->b + k * t->b_step;
        _tile_loadd(6, b, b_step);
        _tile_loadd(4, t->a + k, a_step);
        _tile_dpbf16ps(0, 4, 6);
        if (wide) {
            _tile_loadd(7, b + TILE, b_step);
            _tile_dpbf16ps(1, 4, 7);
        }
        if (tall) {
            _tile_loadd(5, t->a + TILE * t->a_step + k, a_step);
            _tile_dpbf16ps(2, 5, 6);
            if (wide) _tile_dpbf16ps(3, 5, 7);
        }
    }
    _tile_stored(0, to, to_bytes);
    if (wide) _tile_stored(1, to + TILE, to_bytes);
    if (tall) _tile_stored(2, to + TILE * to_step, to_bytes);
    if (tall && wide) _tile_stored(3, to + TILE * to_step + TILE, to_bytes);
    __asm__ volatile("" ::: "memory"); /* … nor what they write */
}

typedef float amx_sums[AMX_ROWS * BF16_PANEL];

/* left: columns of C from the panel's first on; a constant where C has all lanes, so that nothing is asked. */
ALWAYS_INLINE void amx_get(const amx_tiles *t, amx_sums sums, size_t vectors, size_t left)
{
    for (size_t i = 0; i < t->rows; i++) {
        const float *c = t->c[i] + t->column;
        UNROLL
        for (size_t v = 0; v < vectors; v++)
            vf_put(sums + i * BF16_PANEL + v * W, vf_get_upto(c + v * W, left - v * W));
    }
}

ALWAYS_INLINE void amx_put(const amx_tiles *t, const amx_sums sums, size_t vectors, size_t left)
{
    for (size_t i = 0; i < t->rows; i++) {
        float *c = t->c[i] + t->column;
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            vf sum = vf_get(sums + i * BF16_PANEL + v * W);
            vf_put_upto(c + v * W, t->act ? vf_relu(sum) : sum, left - v * W);
        }
    }
}

/* Whether the rows of C can be a tile as they lie: whole ones, equally far from each other. */
static bool amx_is_even(const amx_tiles *t, size_t rows, size_t width)
{
    bool even = t->rows == rows && t->columns >= width && !t->act;
    for (size_t i = 2; even && i < rows; i++) even = t->c[i] - t->c[i - 1] == t->c[1] - t->c[0];
    return even && t->c[1] > t->c[0];
}

/* Rows of A behind the last may hold anything: their sums go nowhere. */
ALWAYS_INLINE void amx_run(const amx_tiles *t, bool tall, bool wide)
{
    const size_t rows = tall ? AMX_ROWS : TILE, vectors = wide ? 2 : 1;
    if (amx_is_even(t, rows, vectors * W)) {
        float *c = t->c[0] + t->column;
        const size_t step = (size_t)(t->c[1] - t->c[0]);
        amx_multiply(t, t->start ? t->start : c, t->start ? 0 : step, c, step, tall, wide);
        return;
    }
    amx_sums sums __attribute__((aligned(64)));
    const bool whole = t->columns >= vectors * W;
    if (!t->start && whole) amx_get(t, sums, vectors, vectors * W);
    if (!t->start && !whole) amx_get(t, sums, vectors, t->columns);
    amx_multiply(t, t->start ? t->start : sums, t->start ? 0 : BF16_PANEL, sums, BF16_PANEL, tall, wide);
    if (whole) amx_put(t, sums, vectors, vectors * W);
    else amx_put(t, sums, vectors, t->columns);
}

typedef void amx_fn(const amx_tiles *t);
static void amx_1x1(const amx_tiles *t) { amx_run(t, false, false); }
static void amx_1x2(const amx_tiles *t) { amx_run(t, false, true); }
static void amx_2x1(const amx_tiles *t) { amx_run(t, true, false); }
static void amx_2x2(const amx_tiles *t) { amx_run(t, true, true); }

static void amx_any(const amx_tiles *t)
{
    static amx_fn *const fns[2][2] = {{amx_1x1, amx_1x2}, {amx_2x1, amx_2x2}};
    fns[t->rows > TILE][t->columns > TILE](t);
}

#endif
