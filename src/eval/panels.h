/* panels.h: products of tall matrices in double, for the principal components.
 *
 * A matrix [depth][columns] is packed into panels of four columns, [panel][depth][4], so that a 4 x 4 tile of
 * A transposed times B is one walk down two panels. 4 x 4 doubles fill the sixteen registers of SSE2, which
 * every x86-64 has; on one core at 3.6 GHz that gives some 20 GFLOP/s, enough for a baseline that is computed once. */
#ifndef HG_EVAL_PANELS_H
#define HG_EVAL_PANELS_H

#include <stddef.h>

enum { HG__PANEL = 4, HG__TILE = HG__PANEL * HG__PANEL };

static inline size_t hg__panels(size_t columns) { return (columns + HG__PANEL - 1) / HG__PANEL; }

/* Where the entry [row][column] of a matrix of that depth lies in its panels. */
static inline size_t hg__panel_at(size_t depth, size_t row, size_t column)
{
    return (column / HG__PANEL * depth + row) * HG__PANEL + column % HG__PANEL;
}

/* tile[i][j] += sum over the rows of a[row][i] * b[row][j]; a, b: one panel each, [depth][4]. */
void hg__tile_add(double tile[HG__TILE], const double *a, const double *b, size_t depth);

/* Sum of a[i] * b[i], in a fixed order that lets the compiler use vectors. */
double hg__dot(const double *a, const double *b, size_t n);

#endif
