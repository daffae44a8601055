/* space.c: a space as a whole: filled, compared, closed. What it is made from is read by template.c (the lines), hole.c
 * (what stands in braces) and space_options.c (what is searched among the options). */
#include "tune/template.h"

#include <stdlib.h>
#include <string.h>

char *hg__space_graph(const hg__space *s, const double *point) { return hg__pieces_fill(&s->graph_pieces, s, point); }
char *hg__space_options(const hg__space *s, const double *point)
{
    return hg__pieces_fill(&s->option_pieces, s, point);
}

static bool dimension_equal(const hg__dimension *a, const hg__dimension *b)
{
    bool same = !strcmp(a->name, b->name) && a->kind == b->kind && a->low == b->low && a->high == b->high &&
                a->step == b->step && a->log == b->log && a->choices == b->choices;
    for (size_t i = 0; same && i < a->choices; i++) same = !strcmp(a->choice[i], b->choice[i]);
    return same;
}

bool hg__space_equal(const hg__space *a, const hg__space *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++) same = dimension_equal(&a->dimension[i], &b->dimension[i]);
    return same;
}

void hg__space_close(hg__space *s)
{
    for (size_t d = 0; d < s->n; d++) {
        for (size_t i = 0; i < s->dimension[d].choices; i++) free(s->dimension[d].choice[i]);
        free(s->dimension[d].choice);
    }
    free(s->graph_pieces.piece);
    free(s->option_pieces.piece);
    free(s->graph);
    free(s->options);
    *s = (hg__space){.n = 0};
}
