/* correlate.h: the geometry that convolution and transposed convolution share.
 *
 * There is a big side and a small side, joined by one kernel W [groups][kh][kw][big c / groups][small c / groups]:
 *
 *     gather:  small[p][o] = sum over taps, c of big[p * stride + tap * dilation - pad][c] W[tap][c][o]
 *     scatter: the transpose, from small to big
 *     weights: dW[tap][c][o] = sum over p of big[…][c] small[p][o]
 *
 * A convolution gathers forwards and scatters its gradient; a transposed convolution does the opposite.
 * Nothing is unrolled. Scatter splits the big side's pixels by their phase (position modulo stride); within a phase
 * it is itself a gather with stride 1 over the small side, with the taps that meet that phase in falling order. A
 * window's taps that fall outside of the picture are left out: the pixels of an edge meet fewer taps, and are a product
 * of their own, and so are the weights' gradients of taps that meet the same pixels. All these products read the same
 * packed W, each the rows of its taps; in less than float32 precision each packs its own. Where the pixels are too few
 * for that the picture is copied into a frame of zeros instead; and, but for training in float32, where gather and
 * scatter would read (or pack) too many weights more than once.
 *
 * Each group is a product of its own; as many groups as channels on both sides (depthwise) are one together.
 *
 * With `by_phase` (attr.by_phase, of a transposed convolution in one group) W lies phase by phase, as scatter reads it:
 * [phase][taps that meet it, in falling order][small c][big c]; and dW, which is then made the scatter's way. */
#ifndef HG_NET_OPS_CORRELATE_H
#define HG_NET_OPS_CORRELATE_H

#include "net/op.h"
#include "net/ops/lane.h"

/* Frame around one side: what `pad` adds. */
typedef struct hg__frame {
    size_t top, left, bottom, right;
} hg__frame;

typedef struct hg__correlate {
    hg_shape big, small;
    hg__axis y, x;
    size_t groups;
    bool by_phase;
} hg__correlate;

hg__axis hg__axis_y(const hg__attr *a);
hg__axis hg__axis_x(const hg__attr *a);

hg__correlate hg__correlate_of(const hg__node *node, bool big_is_input);

/* Which of W's taps stands for kernel position (y, x), in its own order. */
size_t hg__correlate_tap(const hg__correlate *g, size_t y, size_t x);

hg__needs hg__correlate_needs(const hg__setup *s, bool big_is_input);
void hg__correlate_open(const hg__setup *s, bool big_is_input, void *table);

/* Weights → packed, for gather and scatter; what is not used is left out. */
void hg__correlate_pack(const hg__call *c);

/* out [n][side] (+)= …; bias, act only with !add. */
typedef struct hg__side {
    const real *in;
    real *out;
    const real *bias;
    hg__act act;
    real slope;
    bool add;
    bool framed; /* gather: correlate_weights was called just before for the same input, and left it in its frame */
} hg__side;
void hg__correlate_gather(const hg__call *c, const hg__side *s);
void hg__correlate_scatter(const hg__call *c, const hg__side *s);
/* dw (+)= …, as c->dw_add says. */
void hg__correlate_weights(const hg__call *c, const real *big, const real *small, real *dw);

/* Shared by the two ops' solve: defaults and checks of the window. */
hg_status hg__correlate_check(hg__node *node, hg_error *e);
void hg__correlate_params(hg__node *node, size_t big_c, size_t small_c);
/* Whether kernel and stride are within the limits that hg__correlate_check sets. */
bool hg__correlate_suits(const hg__attr *a);
/* Once the shape is solved: both sides in their frames, and the weights, must fit the int32 offsets of the tables. */
hg_status hg__correlate_fits(const hg__node *node, hg_error *e);

#endif
