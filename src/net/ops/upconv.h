/* upconv.h: a convolution behind an up, in one.
 *
 * Behind an `up s` the taps of a kernel that fall on copies of one pixel may be added together first. Which ones do
 * depends on the output's position modulo s alone, its phase: so each phase is a small convolution of the small image,
 * with ceil((k + s - 1) / s) taps at most along an axis instead of k. For 3x3 behind up 2 that is 2x2: 4 of 9
 * products, and the large image never is. All phases together are a transposed convolution of stride s with a kernel
 * of k + s - 1 (correlate.h), whose weights are these sums; bf16 and int8 round them as they would any weights. (Shi
 * et al. 2016, "Is the deconvolution layer the same as a convolutional layer?", show the phases.) */
#ifndef HG_NET_OPS_UPCONV_H
#define HG_NET_OPS_UPCONV_H

#include "net/op.h"

/* Fills *both, which reads up's input and has conv's parameters; false, with *both as it was, where the pair does not
 * suit (a stride, a dilation, groups) or does not pay. */
bool hg__upconv_make(const hg__node *up, const hg__node *conv, hg__node *both);

#endif
