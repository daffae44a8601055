/* sketch.h: a plan to look at. */
#ifndef HG_NET_SKETCH_H
#define HG_NET_SKETCH_H

#include <hourglass/net.h>

/* The plan laid out without taking its memory, however large: for hg_plan_describe and hg_plan_memory, never to be
 * walked. Errors as of hg_plan_open. */
hg_status hg__plan_sketch(hg_plan **p, hg_model *m, const hg_plan_options *o, hg_error *e);

#endif
