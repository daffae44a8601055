/* graph.c: what can be asked of a parsed graph, and the errors that name its lines. */
#include "net/graph.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

hg_status hg__line_fail(hg_error *e, const hg__node *node, const char *what, ...)
{
    char text[600], where[32];
    va_list args;
    va_start(args, what);
    vsnprintf(text, sizeof text, what, args);
    va_end(args);
    snprintf(where, sizeof where, "%zu", node->line);
    if (!node->op) return hg__fail(e, HG_MODEL, where, "%s", text);
    return hg__fail(e, HG_MODEL, where, "%s: %s", node->op->name, text);
}

void hg__param_add(hg__node *node, hg__param p)
{
    p.size = 1;
    for (size_t i = 0; i < p.dims; i++) p.size *= p.dim[i];
    node->param[node->params++] = p;
}

size_t hg__graph_find(const hg_graph *g, const char *value)
{
    for (size_t i = g->nodes; i-- > 0;)
        if (!strcmp(g->node[i].name, value) && !(g->node[i].op->flags & HG__OP_LOSS)) return i;
    return HG__MOST_NODES;
}

bool hg_graph_shape(const hg_graph *g, const char *value, hg_shape *s)
{
    size_t i = hg__graph_find(g, value);
    if (i == HG__MOST_NODES) return false;
    *s = g->node[i].shape;
    return true;
}

const char *hg_graph_text(const hg_graph *g) { return g->text; }
size_t hg_graph_parameters(const hg_graph *g) { return g->parameters; }

void hg_graph_close(hg_graph **g)
{
    if (!*g) return;
    free((*g)->text);
    free((*g)->node);
    free(*g);
    *g = NULL;
}

size_t hg__graph_stretches(const hg_graph *g, hg__stretch *list, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < g->nodes; i++)
        for (size_t k = 0; k < g->node[i].params; k++, n++) {
            const hg__param *p = &g->node[i].param[k];
            if (n >= most) continue;
            list[n] = (hg__stretch){.offset = p->offset, .size = p->size, .decays = p->decays, .frozen = p->frozen};
            snprintf(list[n].name, sizeof list[n].name, "%.31s.%.12s", g->node[i].name, p->name);
        }
    return n;
}

bool hg_graph_is_nested(const hg_graph *g)
{
    size_t z = hg__graph_find(g, "z");
    return z != HG__MOST_NODES && !strcmp(g->node[z].op->name, "nested");
}

static hg_status need_code(const hg_graph *g, hg_error *e)
{
    size_t narrowest = 0, y = hg__graph_find(g, "y");
    if (hg__graph_find(g, "z") != HG__MOST_NODES) return HG_OK;
    for (size_t i = 0; i < y; i++)
        if (g->node[i].inputs && !(g->node[i].op->flags & HG__OP_LOSS) &&
            (!narrowest || hg_shape_size(g->node[i].shape) < hg_shape_size(g->node[narrowest].shape)))
            narrowest = i;
    if (!narrowest)
        return hg__fail(e, HG_MODEL, g->name,
                        "no line gives z, the code; an autoencoder needs a line like 'dense 32 -> z'");
    const hg__node *n = &g->node[narrowest];
    return hg__fail(e, HG_MODEL, g->name,
                    "no line gives z, the code; write '-> z' behind line %zu (%s, %zux%zux%zu, the narrowest)", n->line,
                    n->op->name, n->shape.h, n->shape.w, n->shape.c);
}

hg_status hg_graph_check(const hg_graph *g, hg_error *e)
{
    hg_shape x = {0}, y = {0};
    hg_graph_shape(g, "x", &x);
    hg_graph_shape(g, "y", &y);
    hg_status s = need_code(g, e);
    if (s || hg_shape_equal(x, y)) return s;
    return hg__fail(e, HG_MODEL, g->name,
                    "y is %zux%zux%zu, but the input is %zux%zux%zu; give y the shape of the input", y.h, y.w, y.c, x.h,
                    x.w, x.c);
}

/* Whether the line of g's text with this number is a loss that reads y. g was parsed from just this text, so the
 * numbers are its own (a `mirror` would stand for many lines). */
static bool is_loss_on_y(const hg_graph *g, size_t number)
{
    for (size_t i = 0; i < g->nodes; i++) {
        const hg__node *node = &g->node[i];
        if (node->line == number && node->op->flags & HG__OP_LOSS && !strcmp(g->node[node->input[0]].name, "y"))
            return true;
    }
    return false;
}

/* The text of g, without its losses on y where told, and `line` behind it. */
static char *edit(const hg_graph *g, bool drop_losses, const char *line)
{
    hg__text t = {0};
    hg_graph *own = NULL;
    if (drop_losses && hg_graph_parse(&own, g->text, g->name, NULL, NULL)) return NULL;
    size_t number = 1;
    for (const char *p = g->text; *p; number++) {
        size_t length = strcspn(p, "\n");
        if (!drop_losses || !is_loss_on_y(own, number)) hg__text_add(&t, "%.*s\n", (int)length, p);
        p += length + (p[length] == '\n');
    }
    hg__text_add(&t, "%s\n", line);
    if (t.failed) hg__text_close(&t);
    hg_graph_close(&own);
    return t.at;
}

char *hg__graph_with_loss(const hg_graph *g, const char *loss_line) { return edit(g, true, loss_line); }
char *hg__graph_with_line(const hg_graph *g, const char *line) { return edit(g, false, line); }
