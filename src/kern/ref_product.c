/* ref_product.c: the products as plain loops. The sum runs over K (gemm) or over the rows
 * (gemm_t) in order, for each element on its own. */
#include "kern/ref.h"

#include <string.h>

size_t hg__ref_pack_size(size_t k, size_t n) { return k * n; }

void hg__ref_pack(const hg__pack *p)
{
    size_t from = p->parts ? p->k * p->part / p->parts : 0, upto = p->parts ? p->k * (p->part + 1) / p->parts : p->k;
    for (size_t i = from; i < upto; i++) {
        const real *b = p->b + hg__offset(p->row, i, p->row_step);
        for (size_t j = 0; j < p->n; j++) p->packed[i * p->n + j] = b[j * p->col_step];
    }
}

/* c[j] += sum over r, k of A(i, r, k) * B[r * run + k][j], for columns from … upto-1 */
static void add_row(const hg__gemm *g, const real *a, size_t from, size_t upto, real *c)
{
    for (size_t r = 0; r < g->runs; r++) {
        const real *run = a + hg__offset(g->a_run, r, g->run);
        const real *b = g->b + (size_t)hg__offset(g->b_run, r, g->run) * g->n;
        for (size_t k = 0; k < g->run; k++, b += g->n)
            for (size_t j = from; j < upto; j++) c[j] += run[k] * b[j];
    }
}

void hg__ref_gemm(const hg__gemm *g)
{
    size_t from = g->parts ? g->n * g->part / g->parts : 0, upto = g->parts ? g->n * (g->part + 1) / g->parts : g->n;
    for (size_t i = 0; i < g->m; i++) {
        real *c = g->c + hg__offset(g->c_row, i, g->c_step);
        for (size_t j = from; j < upto && !g->add; j++) c[j] = g->bias ? g->bias[j] : 0;
        add_row(g, g->a + hg__offset(g->a_row, i, g->a_step), from, upto, c);
        if (g->act != HG__ACT_NONE) hg__ref_act(g->act, g->slope, upto - from, c + from, c + from);
    }
}

/* Row k of run r. */
static real *row_of_c(const hg__gemm_t *g, size_t r, size_t k)
{
    return g->c + ((size_t)hg__offset(g->c_run, r, g->run) + k) * g->c_step;
}

void hg__ref_gemm_t(const hg__gemm_t *g)
{
    for (size_t q = 0; q < g->runs * g->run && !g->add; q++)
        memset(row_of_c(g, q / g->run, q % g->run), 0, g->n * sizeof(real));
    for (size_t i = 0; i < g->m; i++) {
        const real *a = g->a + hg__offset(g->a_row, i, g->a_step);
        const real *d = g->d + hg__offset(g->d_row, i, g->d_step);
        for (size_t q = 0; q < g->runs * g->run; q++) {
            size_t r = q / g->run, k = q % g->run;
            real x = a[hg__offset(g->a_run, r, g->run) + (ptrdiff_t)k], *c = row_of_c(g, r, k);
            for (size_t j = 0; j < g->n; j++) c[j] += x * d[j];
        }
    }
}

void hg__ref_depthwise(const hg__gemm *g)
{
    for (size_t i = 0; i < g->m; i++) {
        const real *a = g->a + hg__offset(g->a_row, i, g->a_step);
        real *c = g->c + hg__offset(g->c_row, i, g->c_step);
        for (size_t j = 0; j < g->n && !g->add; j++) c[j] = g->bias ? g->bias[j] : 0;
        for (size_t r = 0; r < g->runs; r++)
            for (size_t j = 0; j < g->n; j++) c[j] += a[g->a_run[r] + (ptrdiff_t)j] * g->b[r * g->n + j];
        if (g->act != HG__ACT_NONE) hg__ref_act(g->act, g->slope, g->n, c, c);
    }
}

void hg__ref_depthwise_t(const hg__gemm_t *g)
{
    for (size_t r = 0; r < g->runs; r++)
        for (size_t j = 0; j < g->n; j++) {
            real *c = g->c + j * g->c_step + g->c_run[r], sum = g->add ? *c : 0;
            for (size_t i = 0; i < g->m; i++)
                sum += g->a[hg__offset(g->a_row, i, g->a_step) + g->a_run[r] + (ptrdiff_t)j] *
                       g->d[hg__offset(g->d_row, i, g->d_step) + (ptrdiff_t)j];
            *c = sum;
        }
}

void hg__ref_pad(size_t n, hg_shape in, size_t top, size_t left, size_t bottom, size_t right, const real *x, real *out)
{
    size_t row = in.w * in.c, wide = (left + in.w + right) * in.c;
    for (size_t i = 0; i < n; i++) {
        memset(out, 0, top * wide * sizeof(real));
        out += top * wide;
        for (size_t y = 0; y < in.h; y++, x += row, out += wide) {
            memset(out, 0, left * in.c * sizeof(real));
            memcpy(out + left * in.c, x, row * sizeof(real));
            memset(out + left * in.c + row, 0, right * in.c * sizeof(real));
        }
        memset(out, 0, bottom * wide * sizeof(real));
        out += bottom * wide;
    }
}
