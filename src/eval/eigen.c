/* eigen.c: the symmetric eigenproblem, after Golub & Van Loan, Matrix Computations (4th edition).
 *
 * Householder reflections make the matrix tridiagonal (algorithm 8.3.1); implicit QR steps with Wilkinson's
 * shift make that diagonal (8.3.2, 8.3.3), while their rotations turn the identity into the eigenvectors of the
 * tridiagonal matrix; the reflections, backwards, turn the wanted ones into those of the matrix itself.
 * All inner loops run along rows. */
#include "eval/eigen.h"

#include "eval/panels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct problem {
    size_t n;
    double *a;         /* [n][n]; row k, right of the diagonal, ends as reflection k */
    double *beta;      /* [n] factors of the reflections: H = 1 - beta v v' */
    double *diagonal;  /* [n] */
    double *beside;    /* [n] beside the diagonal; the last is 0 */
    double *work;      /* [n] */
    double *rotations; /* [n][n] rows are eigenvectors of the tridiagonal matrix */
} problem;

static void add_scaled(double *restrict y, double factor, const double *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] += factor * x[i];
}

/* Turns x into v, v[0] = 1, with (1 - beta v v') x = norm e1 (algorithm 5.1.1). */
static double reflect(double *x, size_t n, double *norm)
{
    double rest = hg__dot(x + 1, x + 1, n - 1), first = x[0];
    *norm = first;
    x[0] = 1;
    if (rest == 0) return 0;
    *norm = sqrt(first * first + rest);
    double v0 = first <= 0 ? first - *norm : -rest / (first + *norm);
    for (size_t i = 1; i < n; i++) x[i] /= v0;
    return 2 * v0 * v0 / (rest + v0 * v0);
}

static void make_tridiagonal(problem *p)
{
    size_t n = p->n;
    for (size_t k = 0; k + 1 < n; k++) {
        double *v = p->a + k * n + k + 1, *block = v + n, *w = p->work;
        size_t m = n - k - 1;
        p->diagonal[k] = v[-1];
        p->beta[k] = reflect(v, m, &p->beside[k]);
        if (p->beta[k] == 0) continue;
        memset(w, 0, m * sizeof *w);
        for (size_t i = 0; i < m; i++) add_scaled(w, p->beta[k] * v[i], block + i * n, m);
        add_scaled(w, -p->beta[k] / 2 * hg__dot(w, v, m), v, m);
        for (size_t i = 0; i < m; i++) {
            add_scaled(block + i * n, -v[i], w, m);
            add_scaled(block + i * n, -w[i], v, m);
        }
    }
    p->diagonal[n - 1] = p->a[n * n - 1];
    p->beside[n - 1] = 0;
}

static void rotate(double *restrict x, double *restrict y, double c, double s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double a = x[i], b = y[i];
        x[i] = c * a + s * b;
        y[i] = c * b - s * a;
    }
}

/* One implicit QR step on the rows first … last. */
static void step(problem *p, size_t first, size_t last)
{
    double *d = p->diagonal, *b = p->beside;
    double half = (d[last - 1] - d[last]) / 2, corner = b[last - 1];
    double shift = d[last] - corner * corner / (half + copysign(hypot(half, corner), half));
    double x = d[first] - shift, z = b[first];
    for (size_t k = first; k < last; k++) {
        double r = hypot(x, z), c = r > 0 ? x / r : 1, s = r > 0 ? z / r : 0;
        double upper = d[k], side = b[k], lower = d[k + 1];
        if (k > first) b[k - 1] = r;
        d[k] = c * c * upper + 2 * c * s * side + s * s * lower;
        d[k + 1] = s * s * upper - 2 * c * s * side + c * c * lower;
        b[k] = (c * c - s * s) * side + c * s * (lower - upper);
        if (k + 1 < last) {
            x = b[k], z = s * b[k + 1];
            b[k + 1] *= c;
        }
        rotate(p->rotations + k * p->n, p->rotations + (k + 1) * p->n, c, s, p->n);
    }
}

static bool is_zero_beside(const problem *p, size_t k)
{
    return fabs(p->beside[k]) <= DBL_EPSILON * (fabs(p->diagonal[k]) + fabs(p->diagonal[k + 1]));
}

/* false: no convergence, which only values that are not finite bring about. */
static bool make_diagonal(problem *p)
{
    size_t left = 60 * p->n;
    for (size_t i = 0; i < p->n; i++) p->rotations[i * p->n + i] = 1;
    for (size_t last = p->n - 1; last;) {
        if (is_zero_beside(p, last - 1)) {
            last--;
            continue;
        }
        size_t first = last - 1;
        while (first && !is_zero_beside(p, first - 1)) first--;
        if (!left--) return false;
        step(p, first, last);
    }
    return true;
}

/* out = the eigenvector of the matrix whose tridiagonal one is row `from` of the rotations. */
static void transform_back(const problem *p, size_t from, double *out)
{
    size_t n = p->n;
    memcpy(out, p->rotations + from * n, n * sizeof *out);
    for (size_t k = n - 1; k-- > 0;) {
        const double *v = p->a + k * n + k + 1;
        add_scaled(out + k + 1, -p->beta[k] * hg__dot(v, out + k + 1, n - k - 1), v, n - k - 1);
    }
}

static void take_greatest(problem *p, size_t k, double *values, double *vectors)
{
    for (size_t i = 0; i < k; i++) {
        size_t best = 0;
        for (size_t j = 1; j < p->n; j++)
            if (p->diagonal[j] > p->diagonal[best]) best = j;
        values[i] = p->diagonal[best];
        transform_back(p, best, vectors + i * p->n);
        p->diagonal[best] = -INFINITY;
    }
}

hg_status hg__eigen_symmetric(double *a, size_t n, size_t k, double *values, double *vectors, hg_error *e)
{
    double *room = calloc(n * (n + 4), sizeof *room);
    if (!room) return hg__fail_memory(e, "eigenvectors", n * (n + 4) * sizeof *room);
    problem p = {.n = n, .a = a, .beta = room, .diagonal = room + n, .beside = room + 2 * n};
    p.work = room + 3 * n, p.rotations = room + 4 * n;
    hg_status s = HG_OK;
    make_tridiagonal(&p);
    if (make_diagonal(&p)) take_greatest(&p, k, values, vectors);
    else s = hg__fail(e, HG_DATA, "eigenvectors", "the matrix holds values that are not finite");
    free(room);
    return s;
}
