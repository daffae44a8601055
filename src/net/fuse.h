/* fuse.h: the nodes that a plan walks: the graph's, but for those that are cheaper together.
 *
 * So far that is one pair, a convolution behind an `up` that it alone reads (ops/upconv.h). The convolution's node is
 * then that of both, and the up's has no inputs: it is never walked and has no value. The graph stays what it was. */
#ifndef HG_NET_FUSE_H
#define HG_NET_FUSE_H

#include "net/graph.h"

/* node: [g's nodes], written. */
void hg__fuse(const hg_graph *g, hg__node *node);

#endif
