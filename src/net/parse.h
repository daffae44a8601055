/* parse.h: between the parser and `mirror`. */
#ifndef HG_NET_PARSE_H
#define HG_NET_PARSE_H

#include "base/text.h"
#include "net/graph.h"

/* Writes the lines that undo the path from node `from` (the code) back to the input, the last one with the
 * activation `last` and the name `output`. HG_MODEL when something on the path cannot be undone. */
typedef struct hg__mirror {
    size_t from;
    const char *last, *output;
} hg__mirror;
hg_status hg__mirror_write(hg__text *lines, const hg_graph *g, const hg__mirror *m, hg_error *e);

#endif
