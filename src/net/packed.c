/* packed.c: see packed.h. */
#include "net/packed.h"

#include <stdlib.h>

hg_status hg__packed_take(hg__packed **packed, hg__shelf *shelf, const hg__kernels *k, size_t size, hg_error *e)
{
    hg__packed *p = shelf->first;
    while (p && p->k != k) p = p->next;
    if (!p) {
        p = calloc(1, sizeof *p);
        if (!p) return hg__fail_memory(e, "memory", sizeof *p);
        hg_status s = hg__arena_open(&p->arena, size, e);
        if (s) {
            free(p);
            return s;
        }
        p->k = k, p->next = shelf->first;
        shelf->first = p;
    }
    p->plans++;
    *packed = p;
    return HG_OK;
}

void hg__packed_leave(hg__packed **packed, hg__shelf *shelf)
{
    hg__packed *p = *packed, **link = &shelf->first;
    *packed = NULL;
    if (--p->plans) return;
    while (*link != p) link = &(*link)->next;
    *link = p->next;
    hg__arena_close(&p->arena);
    free(p);
}
