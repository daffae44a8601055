/* pca_fit.h: what the files of the principal component analysis share. */
#ifndef HG_EVAL_PCA_FIT_H
#define HG_EVAL_PCA_FIT_H

#include "base/fail.h"

#include <hourglass/eval.h>

enum { HG__PCA_BLOCK = 64 }; /* samples taken at a time */

/* Room for d values and k components in one block that p->mean owns. */
hg_status hg__pca_room(hg_pca *p, size_t d, size_t k, hg_error *e);

/* The k first components of the set around p->mean, into p: by the whole covariance, or by a random
 * subspace where that would be too large. */
hg_status hg__pca_by_covariance(hg_pca *p, const hg_set *set, hg_error *e);
hg_status hg__pca_by_subspace(hg_pca *p, const hg_set *set, hg_error *e);

/* The fit of a set that was made before, from the data cache; false when there is none that is whole. */
bool hg__pca_recall(hg_pca *p, const hg_set *set, size_t k);
/* Keeps a fit; that it could not be kept is no fault. */
void hg__pca_keep(const hg_pca *p, const hg_set *set);

#endif
