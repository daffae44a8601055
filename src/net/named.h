/* named.h: the graph that a name stands for. */
#ifndef HG_NET_NAMED_H
#define HG_NET_NAMED_H

#include <hourglass/net.h>

/* A preset; else a trained model, as a run folder or a model file; else a file with a graph's text. The caller closes
 * the graph. Fails as hg_graph_open and hg_model_open do. */
hg_status hg__graph_named(hg_graph **g, const char *name, const hg_graph_options *o, hg_error *e);

#endif
