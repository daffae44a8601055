/* tiles_in_c.h: the tile registers of AMX and what is done with them in plain C, in the place of the compiler's own:
 * after Intel's manual (TILELOADD, TDPBF16PS). All rows are of 16 lanes; nothing here is flushed to zero. */
#ifndef HG_TESTS_TILES_IN_C_H
#define HG_TESTS_TILES_IN_C_H

#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tile_in_c {
    size_t rows;
    uint32_t at[16][16];
} tile_in_c;
static _Thread_local tile_in_c tiles_in_c[8];

/* Where the processor would fault. */
static void tile_demand(bool good, const char *what)
{
    if (good) return;
    fprintf(stderr, "tiles_in_c.h: the processor would fault: %s\n", what);
    abort();
}

static void tile_release(void) { memset(tiles_in_c, 0, sizeof tiles_in_c); }

/* As LDTILECFG of eight tiles with 64 bytes a row; all values become zero. */
static void tile_shape(const void *shape)
{
    const uint8_t *byte = shape, *rows = byte + 48;
    uint16_t width[8];
    memcpy(width, byte + 16, sizeof width);
    tile_demand(byte[0] == 1 && byte[1] == 0, "the palette is 1, the start row 0");
    tile_release();
    for (size_t t = 0; t < 8; t++) {
        tile_demand(width[t] == 64 && rows[t] > 0 && rows[t] <= 16, "a tile has 1 to 16 rows of 64 bytes");
        tiles_in_c[t].rows = rows[t];
    }
}

static void tile_load(tile_in_c *t, const void *from, size_t step)
{
    tile_demand(t->rows > 0, "tiles have a shape before they are loaded");
    for (size_t i = 0; i < t->rows; i++) memcpy(t->at[i], (const char *)from + i * step, sizeof t->at[i]);
}

static void tile_store(const tile_in_c *t, void *to, size_t step)
{
    tile_demand(t->rows > 0, "tiles have a shape before they are stored");
    for (size_t i = 0; i < t->rows; i++) memcpy((char *)to + i * step, t->at[i], sizeof t->at[i]);
}

static float float_of(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static void tile_multiply(tile_in_c *sums, const tile_in_c *a, const tile_in_c *b)
{
    tile_demand(a->rows > 0 && sums->rows == a->rows, "the sums have as many rows as A");
    tile_demand(b->rows == 16, "B has as many rows as A has pairs");
    for (size_t i = 0; i < sums->rows; i++)
        for (size_t j = 0; j < 16; j++) {
            float first = 0, second = 0, sum;
            for (size_t k = 0; k < b->rows; k++) {
                first = fmaf(float_of(a->at[i][k] << 16), float_of(b->at[k][j] << 16), first);
                second = fmaf(float_of(a->at[i][k] & 0xFFFF0000), float_of(b->at[k][j] & 0xFFFF0000), second);
            }
            sum = float_of(sums->at[i][j]) + (first + second);
            memcpy(&sums->at[i][j], &sum, sizeof sum);
        }
}

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbf16ps
#define _tile_loadconfig(shape) tile_shape(shape)
#define _tile_release() tile_release()
#define _tile_loadd(t, from, step) tile_load(&tiles_in_c[t], from, step)
#define _tile_stored(t, to, step) tile_store(&tiles_in_c[t], to, step)
#define _tile_dpbf16ps(t, a, b) tile_multiply(&tiles_in_c[t], &tiles_in_c[a], &tiles_in_c[b])

#endif
