/* amx_gemm.h: the matrix product on tiles. A's rows are converted into a small buffer, those of two tiles and a block
 * of K at a time, and all columns use them before the next rows come. Each element of C is one chain in the order of K,
 * which starts from the bias or from C; where K is cut into blocks the sums wait in C. So it never depends on m. */
#ifndef HG_KERN_ISA_AMX_GEMM_H
#define HG_KERN_ISA_AMX_GEMM_H

#include "kern/isa/amx.h"

enum {
    AMX_BLOCK = 256,             /* pairs along K that are walked at a time: a panel of them is 32 KB */
    AMX_STEP = AMX_BLOCK + TILE, /* from a converted row to the next: an odd number of cache lines */
};

/* Pairs from … of K. */
typedef struct amx_block {
    size_t from, pairs;
    bool first, last;
} amx_block;

/* Elements at … … at+now-1 of rows, into column `to` of what they become. What stands in the rest of the last vector's
 * place is overwritten, with zeros behind them. */
static void amx_convert_run(const float *const *row, size_t rows, ptrdiff_t at, size_t now, uint16_t *to)
{
    for (size_t j = 0; j < now; j += 2 * W, at += 2 * W, to += 2 * W) {
        if (now - j < 2 * W)
            for (size_t i = 0; i < rows; i++) bf16_convert(row[i] + at, now - j, to + 2 * i * AMX_STEP);
        else
            for (size_t i = 0; i < rows; i++)
                pairs_put(to + 2 * i * AMX_STEP, pairs_of(vf_get(row[i] + at), vf_get(row[i] + at + W)));
    }
}

/* A block of K of rows, run by run; in the last block with zeros behind. A run's last vector may reach into the next
 * run, which comes later, or behind the block, where there is room for it. */
static void amx_convert(const hg__gemm *g, const amx_block *k, const float *const *row, size_t rows, uint32_t *out)
{
    size_t r = 2 * k->from / g->run, skip = 2 * k->from % g->run,
           left = bf16_least(g->runs * g->run - 2 * k->from, 2 * k->pairs);
    uint16_t *to = (uint16_t *)out;
    for (size_t i = 0; i < rows; i++) pairs_put(out + i * AMX_STEP + k->pairs - TILE, _mm512_setzero_si512());
    for (size_t now; left; r++, skip = 0, left -= now, to += now) {
        now = bf16_least(g->run - skip, left);
        amx_convert_run(row, rows, hg__offset(g->a_run, r, g->run) + (ptrdiff_t)skip, now, to);
    }
}

/* What the sums of the panel at column j start from: the bias as it lies, unless the panel has columns that C has not.
 * A tile waits long for values that were only just stored: that shows where panels are many and K is short. */
static const float *amx_start(const hg__gemm *g, const amx_block *k, size_t j, float room[BF16_PANEL])
{
    static const float none[BF16_PANEL];
    const size_t left = g->n - j;
    if (!k->first || g->add) return NULL;
    if (!g->bias) return none;
    if (left >= BF16_PANEL || left == W) return g->bias + j;
    for (size_t v = 0; v < BF16_PANEL; v += W)
        vf_put(room + v, left > v ? vf_get_upto(g->bias + j + v, left - v) : (vf){0});
    return room;
}

/* Columns first … end-1 of the tiles' rows, which were converted. */
static void amx_panels(const hg__gemm *g, const amx_block *k, size_t first, size_t end, amx_tiles *t)
{
    const size_t pairs = bf16_pairs(g->runs * g->run);
    float room[BF16_PANEL];
    t->pairs = k->pairs, t->act = k->last && g->act == HG__ACT_RELU ? HG__ACT_RELU : HG__ACT_NONE;
    for (t->column = first; t->column < end; t->column += BF16_PANEL) {
        t->columns = g->n - t->column, t->b_step = t->columns > W ? BF16_PANEL : W;
        t->b = (const uint32_t *)g->b + t->column * pairs + k->from * t->b_step;
        t->start = amx_start(g, k, t->column, room);
        amx_any(t);
    }
    for (size_t i = 0; k->last && g->act > HG__ACT_RELU && i < t->rows; i++)
        simd_act(g->act, g->slope, end - first, t->c[i] + first, t->c[i] + first);
}

static void amx_gemm(const hg__gemm *g)
{
    if (!bf16_suits(g->runs * g->run, g->n)) {
        half_gemm(g);
        return;
    }
    uint32_t a[AMX_ROWS * AMX_STEP] __attribute__((aligned(64)));
    const float *row[AMX_ROWS];
    float *c[AMX_ROWS];
    const size_t pairs = bf16_pairs(g->runs * g->run);
    size_t first, end;
    amx_tiles t = {.a = a, .a_step = AMX_STEP, .c = c};
    if (!g->m || !bf16_share(g, &first, &end)) return;
    amx_open(g->m);
    for (size_t from = 0; from < g->m; from += t.rows) {
        t.rows = bf16_least(g->m - from, AMX_ROWS);
        for (size_t i = 0; i < t.rows; i++) {
            row[i] = g->a + hg__offset(g->a_row, from + i, g->a_step);
            c[i] = g->c + hg__offset(g->c_row, from + i, g->c_step);
        }
        for (amx_block k = {.first = true}; k.from < pairs; k.from += k.pairs, k.first = false) {
            k.pairs = bf16_least(pairs - k.from, AMX_BLOCK), k.last = k.from + k.pairs == pairs;
            amx_convert(g, &k, row, t.rows, a);
            amx_panels(g, &k, first, end, &t);
        }
    }
    amx_close();
}

#endif
