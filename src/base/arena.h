/* arena.h: one block of memory that is handed out from the front and freed as a whole.
 *
 * The block is aligned to 64 bytes (a cache line, an AVX-512 vector), and so is every piece. A build with
 * AddressSanitizer keeps the pieces apart and stops at whoever writes or reads between them. */
#ifndef HG_BASE_ARENA_H
#define HG_BASE_ARENA_H

#include "base/fail.h"

enum { HG__ALIGN = 64 };

typedef struct hg__arena {
    char *base;        /* owned */
    size_t used, size; /* bytes */
    size_t apart;      /* bytes between the pieces so far, on top of these */
} hg__arena;

static inline size_t hg__align(size_t bytes) { return (bytes + HG__ALIGN - 1) & ~(size_t)(HG__ALIGN - 1); }

/* Fills *a with `size` zeroed bytes; HG_MEMORY when they are not to be had. */
hg_status hg__arena_open(hg__arena *a, size_t size, hg_error *e);
void hg__arena_close(hg__arena *a);

/* The next `bytes`, zeroed when fresh. The caller has planned the size: running over is our own mistake. */
void *hg__arena_take(hg__arena *a, size_t bytes);

#endif
