/* samples.c: see samples.h. Statistics sort, so they work on a copy: the rounds keep their order for ratios. */
#include "bench/samples.h"

#include "bench/statistics.h"

#include <stdlib.h>
#include <string.h>

void hg__figure_threads(hg__figure *f, size_t threads, hg_precision precision)
{
    snprintf(f->variant, sizeof f->variant, "%zu thread%s%s%s", threads, threads == 1 ? "" : "s", precision ? ", " : "",
             precision ? hg__precision_name(precision) : "");
}

void hg__figures_add(hg__figures *list, hg__figure f)
{
    if (list->n == list->room) {
        size_t room = 2 * list->room + 32;
        hg__figure *more = realloc(list->at, room * sizeof *more);
        if (!more) {
            list->failed = true;
            return;
        }
        list->at = more, list->room = room;
    }
    list->at[list->n++] = f;
}

void hg__figures_close(hg__figures *list)
{
    free(list->at);
    *list = (hg__figures){0};
}

hg_status hg__figures_done(const hg__figures *list, hg_error *e)
{
    return list->failed ? hg__fail_memory(e, "bench", (list->n + 1) * sizeof *list->at) : HG_OK;
}

hg_status hg__samples_open(hg__samples *s, size_t rows, size_t rounds, hg_error *e)
{
    *s = (hg__samples){.rows = rows, .rounds = rounds, .at = calloc((rows + 1) * rounds, sizeof *s->at)};
    return s->at ? HG_OK : hg__fail_memory(e, "bench", (rows + 1) * rounds * sizeof *s->at);
}

void hg__samples_close(hg__samples *s)
{
    free(s->at);
    s->at = NULL;
}

double *hg__samples_of(const hg__samples *s, size_t row) { return s->at + row * s->rounds; }

static double *copy(const hg__samples *s, size_t row)
{
    return memcpy(hg__samples_of(s, s->rows), hg__samples_of(s, row), s->rounds * sizeof *s->at);
}

double hg__samples_median(const hg__samples *s, size_t row) { return hg__median(copy(s, row), s->rounds); }
double hg__samples_spread(const hg__samples *s, size_t row) { return hg__spread(copy(s, row), s->rounds); }

double hg__samples_ratio(const hg__samples *s, size_t a, size_t b)
{
    double *ratio = copy(s, a);
    for (size_t i = 0; i < s->rounds; i++) ratio[i] /= hg__samples_of(s, b)[i];
    return hg__median(ratio, s->rounds);
}
