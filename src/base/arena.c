/* arena.c: see arena.h. The pages come from mmap, so they are zero and cost nothing until touched. */
#include "base/arena.h"

#include <assert.h>
#include <sys/mman.h>

hg_status hg__arena_open(hg__arena *a, size_t size, hg_error *e)
{
    size_t whole = hg__align(size ? size : 1);
    if (whole < size) return hg__fail_memory(e, "memory", size);
    void *p = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return hg__fail_memory(e, "memory", whole);
    madvise(p, whole, MADV_HUGEPAGE); /* a wish: large layers read from far apart */
    *a = (hg__arena){.base = p, .size = whole};
    return HG_OK;
}

void hg__arena_close(hg__arena *a)
{
    if (a->base) munmap(a->base, a->size);
    *a = (hg__arena){0};
}

void *hg__arena_take(hg__arena *a, size_t bytes)
{
    void *p = a->base + a->used;
    a->used += hg__align(bytes);
    assert(a->used <= a->size);
    return p;
}
