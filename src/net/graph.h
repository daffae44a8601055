/* graph.h: a parsed graph: a flat array of nodes in topological order, all shapes solved. */
#ifndef HG_NET_GRAPH_H
#define HG_NET_GRAPH_H

#include "base/text.h"
#include "net/op.h"

#include <hourglass/net.h>

struct hg_graph {
    char name[256]; /* for messages */
    char *text;     /* owned; `mirror` and the options written out */
    hg__node *node; /* [nodes], owned */
    size_t nodes, room;
    size_t parameters; /* trained values */
    size_t weights;    /* size of the weight block, running statistics included, each param aligned to 16 */
};

/* The node that gives a named value; HG__MOST_NODES: none. Only y may be given twice, by the line of the text and by
 * its sigmoid, where a loss bce_logits made logits of the first: the later one, the reconstruction, is found. */
size_t hg__graph_find(const hg_graph *g, const char *value);

/* The node as graph text, with what was solved written out, but without its inputs: "conv 3x3 32 /2 relu"; +1 is the
 * output padding. */
void hg__node_write(hg__text *t, const hg__node *n);

/* The stretches of the weight block, in order. name: "3.weight", the node's name before the point. */
typedef struct hg__stretch {
    char name[48];
    size_t offset, size;
    bool decays, frozen;
} hg__stretch;
/* Into list[most]; returns how many there are. */
size_t hg__graph_stretches(const hg_graph *g, hg__stretch *list, size_t most);

/* Fresh weights, over those that are there. hg_model_make's are uniform. */
typedef enum hg__start { HG__START_UNIFORM, HG__START_GLOROT } hg__start;
void hg__model_start(hg_model *m, uint64_t seed, hg__start how);

/* The text, changed; each returns a malloc'ed new text, or NULL without memory. Used before training. */
char *hg__graph_with_loss(const hg_graph *g, const char *loss_line); /* all losses on y replaced by this one */
char *hg__graph_with_line(const hg_graph *g, const char *line);      /* appended */

#endif
