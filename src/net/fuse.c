/* fuse.c: see fuse.h. */
#include "net/fuse.h"

#include "net/ops/upconv.h"

#include <ctype.h>
#include <string.h>

static size_t readers_of(const hg_graph *g, size_t value)
{
    size_t n = 0;
    for (size_t i = 0; i < g->nodes; i++)
        for (size_t k = 0; k < g->node[i].inputs; k++) n += g->node[i].input[k] == value;
    return n;
}

/* A value that the text names may be asked for; the others' names are numbers. */
static bool is_named(const hg__node *node) { return !isdigit((unsigned char)node->name[0]); }

void hg__fuse(const hg_graph *g, hg__node *node)
{
    const hg__op *up = hg__op_named("up"), *conv = hg__op_named("conv");
    memcpy(node, g->node, g->nodes * sizeof *node);
    for (size_t i = 0; i < g->nodes; i++) {
        size_t from = g->node[i].input[0];
        if (g->node[i].op != conv || g->node[from].op != up) continue;
        if (is_named(&g->node[from]) || readers_of(g, from) > 1) continue;
        if (hg__upconv_make(&g->node[from], &g->node[i], &node[i])) node[from].inputs = 0;
    }
}
