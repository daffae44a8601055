/* sampler_sobol.c: Sobol' points. The first 2^k of them meet each of 2^k equal intervals of every dimension once, and
 * fill the space more evenly than independent points do. Owen's scrambling makes a sequence of its own for every seed
 * and keeps that: a bit is flipped by what the bits above it are. A point is computed from its number alone. */
#include "tune/sampler.h"

enum { BITS = 32 };

/* Of each dimension but the first: the degree of its primitive polynomial, the coefficients between the first and
 * the last, and the first direction numbers. From Joe & Kuo's file new-joe-kuo-6.21201, its first 63 rows. */
/* clang-format off */
static const struct {
    unsigned char degree, coefficients;
    uint16_t m[9];
} rows[HG__MOST_DIMENSIONS - 1] = {
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
    {7, 4, {1, 3, 7, 13, 13, 15, 69}},
    {7, 7, {1, 1, 3, 13, 7, 35, 63}},
    {7, 8, {1, 3, 5, 9, 1, 25, 53}},
    {7, 14, {1, 3, 1, 13, 9, 35, 107}},
    {7, 19, {1, 3, 1, 5, 27, 61, 31}},
    {7, 21, {1, 1, 5, 11, 19, 41, 61}},
    {7, 28, {1, 3, 5, 3, 3, 13, 69}},
    {7, 31, {1, 1, 7, 13, 1, 19, 1}},
    {7, 32, {1, 3, 7, 5, 13, 19, 59}},
    {7, 37, {1, 1, 3, 9, 25, 29, 41}},
    {7, 41, {1, 3, 5, 13, 23, 1, 55}},
    {7, 42, {1, 3, 7, 3, 13, 59, 17}},
    {7, 50, {1, 3, 1, 3, 5, 53, 69}},
    {7, 55, {1, 1, 5, 5, 23, 33, 13}},
    {7, 56, {1, 1, 7, 7, 1, 61, 123}},
    {7, 59, {1, 1, 7, 9, 13, 61, 49}},
    {7, 62, {1, 3, 3, 5, 3, 55, 33}},
    {8, 14, {1, 3, 1, 15, 31, 13, 49, 245}},
    {8, 21, {1, 3, 5, 15, 31, 59, 63, 97}},
    {8, 22, {1, 3, 1, 11, 11, 11, 77, 249}},
    {8, 38, {1, 3, 1, 11, 27, 43, 71, 9}},
    {8, 47, {1, 1, 7, 15, 21, 11, 81, 45}},
    {8, 49, {1, 3, 7, 3, 25, 31, 65, 79}},
    {8, 50, {1, 3, 1, 1, 19, 11, 3, 205}},
    {8, 52, {1, 1, 5, 9, 19, 21, 29, 157}},
    {8, 56, {1, 3, 7, 11, 1, 33, 89, 185}},
    {8, 67, {1, 3, 3, 3, 15, 9, 79, 71}},
    {8, 70, {1, 3, 7, 11, 15, 39, 119, 27}},
    {8, 84, {1, 1, 3, 1, 11, 31, 97, 225}},
    {8, 97, {1, 1, 1, 3, 23, 43, 57, 177}},
    {8, 103, {1, 3, 7, 7, 17, 17, 37, 71}},
    {8, 115, {1, 3, 1, 5, 27, 63, 123, 213}},
    {8, 122, {1, 1, 3, 5, 11, 43, 53, 133}},
    {9, 8, {1, 3, 5, 5, 29, 17, 47, 173, 479}},
    {9, 13, {1, 3, 3, 11, 3, 1, 109, 9, 69}},
    {9, 16, {1, 1, 1, 5, 17, 39, 23, 5, 343}},
    {9, 22, {1, 3, 1, 5, 25, 15, 31, 103, 499}},
    {9, 25, {1, 1, 1, 11, 11, 17, 63, 105, 183}},
    {9, 44, {1, 1, 5, 11, 9, 29, 97, 231, 363}},
    {9, 47, {1, 1, 5, 15, 19, 45, 41, 7, 383}},
    {9, 52, {1, 3, 7, 7, 31, 19, 83, 137, 221}},
    {9, 55, {1, 1, 1, 3, 23, 15, 111, 223, 83}},
    {9, 59, {1, 1, 5, 13, 31, 15, 55, 25, 161}},
    {9, 62, {1, 1, 3, 13, 25, 47, 39, 87, 257}},
};
/* clang-format on */

/* v[i] is what bit i of a point's number adds: m[i] / 2^(i+1), as a fraction of 2^32. */
static void directions(size_t dimension, uint32_t v[BITS])
{
    if (!dimension) {
        for (unsigned i = 0; i < BITS; i++) v[i] = 1u << (31 - i);
        return;
    }
    unsigned degree = rows[dimension - 1].degree, coefficients = rows[dimension - 1].coefficients;
    for (unsigned i = 0; i < degree; i++) v[i] = (uint32_t)rows[dimension - 1].m[i] << (31 - i);
    for (unsigned i = degree; i < BITS; i++) {
        v[i] = v[i - degree] ^ v[i - degree] >> degree;
        for (unsigned k = 1; k < degree; k++)
            if (coefficients >> (degree - 1 - k) & 1) v[i] ^= v[i - k];
    }
}

/* Owen's: bit i is flipped or not by the seed, the dimension and the bits above. */
static uint32_t scrambled(uint32_t x, size_t dimension, uint64_t seed)
{
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)}, out[4], flips = 0;
    for (uint32_t i = 0; i < BITS; i++) {
        uint32_t above = i ? x >> (BITS - i) : 0, name[4] = {HG__FOR_TUNE, (uint32_t)dimension, i, above};
        hg__philox(name, key, out);
        flips |= (out[0] & 1) << (BITS - 1 - i);
    }
    return x ^ flips;
}

static double coordinate(size_t number, size_t dimension, uint64_t seed)
{
    uint32_t v[BITS], x = 0;
    directions(dimension, v);
    for (unsigned i = 0; i < BITS; i++)
        if (number >> i & 1) x ^= v[i];
    return (scrambled(x, dimension, seed) + 0.5) * 0x1p-32;
}

static bool sample(const hg__history *h, size_t number, uint64_t seed, double *point)
{
    for (size_t d = 0; d < h->space->n; d++)
        point[d] = hg__dimension_from_unit(&h->space->dimension[d], coordinate(number, d, seed));
    return true;
}

const hg__sampler hg__sampler_sobol = {
    .name = "sobol",
    .help = "an even sequence: better spread than random points",
    .source = "Joe & Kuo 2008, Constructing Sobol sequences with better two-dimensional projections; Owen 1998",
    .sample = sample,
};
