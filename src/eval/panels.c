/* panels.c: see panels.h. */
#include "eval/panels.h"

#include <string.h>

typedef double pair __attribute__((vector_size(16)));

static pair load(const double *p)
{
    pair v;
    memcpy(&v, p, sizeof v);
    return v;
}

static void add(double *p, pair v)
{
    v += load(p);
    memcpy(p, &v, sizeof v);
}

void hg__tile_add(double tile[HG__TILE], const double *a, const double *b, size_t depth)
{
    pair sum[HG__PANEL][2] = {0};
    for (size_t row = 0; row < depth; row++, a += HG__PANEL, b += HG__PANEL) {
        pair left = load(b), right = load(b + 2);
        for (size_t i = 0; i < HG__PANEL; i++) {
            sum[i][0] += a[i] * left;
            sum[i][1] += a[i] * right;
        }
    }
    for (size_t i = 0; i < HG__PANEL; i++) {
        add(tile + i * HG__PANEL, sum[i][0]);
        add(tile + i * HG__PANEL + 2, sum[i][1]);
    }
}

double hg__dot(const double *a, const double *b, size_t n)
{
    double part[8] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++) part[k] += a[i + k] * b[i + k];
    for (; i < n; i++) sum += a[i] * b[i];
    for (size_t k = 0; k < 8; k++) sum += part[k];
    return sum;
}
