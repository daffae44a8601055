/* eigen.h: eigenvalues and eigenvectors of a symmetric matrix. */
#ifndef HG_EVAL_EIGEN_H
#define HG_EVAL_EIGEN_H

#include "base/fail.h"

/* The k greatest of n eigenvalues, falling, into values[k], and their orthonormal vectors into vectors[k][n].
 * a [n][n] is symmetric and is used up. HG_DATA: the matrix holds what is not finite. */
hg_status hg__eigen_symmetric(double *a, size_t n, size_t k, double *values, double *vectors, hg_error *e);

#endif
