/* tiles_in_c.h: the tile registers of AMX and what is done with them in plain C, in the place of the compiler's own:
 * after Intel's manual (TILELOADD, TDPBF16PS). All tiles are 16 rows of 16 lanes; nothing here is flushed to zero. */
#ifndef HG_TESTS_TILES_IN_C_H
#define HG_TESTS_TILES_IN_C_H

#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t tile_in_c[16][16];
static _Thread_local tile_in_c tiles_in_c[8];

static void tile_load(tile_in_c t, const void *from, size_t step)
{
    for (size_t i = 0; i < 16; i++) memcpy(t[i], (const char *)from + i * step, sizeof t[i]);
}

static void tile_store(tile_in_c t, void *to, size_t step)
{
    for (size_t i = 0; i < 16; i++) memcpy((char *)to + i * step, t[i], sizeof t[i]);
}

static float float_of(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static void tile_multiply(tile_in_c sums, tile_in_c a, tile_in_c b)
{
    for (size_t i = 0; i < 16; i++)
        for (size_t j = 0; j < 16; j++) {
            float first = 0, second = 0, sum;
            for (size_t k = 0; k < 16; k++) {
                first = fmaf(float_of(a[i][k] << 16), float_of(b[k][j] << 16), first);
                second = fmaf(float_of(a[i][k] & 0xFFFF0000), float_of(b[k][j] & 0xFFFF0000), second);
            }
            sum = float_of(sums[i][j]) + (first + second);
            memcpy(&sums[i][j], &sum, sizeof sum);
        }
}

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbf16ps
#define _tile_loadconfig(shape) ((void)(shape))
#define _tile_release() ((void)0)
#define _tile_loadd(t, from, step) tile_load(tiles_in_c[t], from, step)
#define _tile_stored(t, to, step) tile_store(tiles_in_c[t], to, step)
#define _tile_dpbf16ps(t, a, b) tile_multiply(tiles_in_c[t], tiles_in_c[a], tiles_in_c[b])

#endif
