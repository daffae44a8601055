/* sketch.h: to look at: the graph of whatever has one, and a plan that is never walked. */
#ifndef HG_NET_SKETCH_H
#define HG_NET_SKETCH_H

#include <hourglass/net.h>

/* The plan laid out without taking its memory, however large: for hg_plan_describe and hg_plan_memory, never to be
 * walked. Errors as of hg_plan_open. */
hg_status hg__plan_sketch(hg_plan **p, hg_model *m, const hg_plan_options *o, hg_error *e);

/* The graph that a name stands for: a preset, a file with a graph's text, or a trained model: its file, or its run. The
 * caller closes it. Fails as hg_graph_open and hg_model_open do. */
hg_status hg__graph_of(hg_graph **g, const char *name, const hg_graph_options *o, hg_error *e);

#endif
