/* memory.h: how much memory the machine has left, asked before much of it is filled. The system promises memory that it
 * does not have, and ends the program when it is written to. */
#ifndef HG_BASE_MEMORY_H
#define HG_BASE_MEMORY_H

#include "base/fail.h"

/* Bytes that can still be had, swap included, as Linux tells it; SIZE_MAX: not known. */
size_t hg__memory_left(void);

/* HG_MEMORY, saying both sizes and `remedy` ("ask for a smaller --resize"), when that many bytes cannot fit. */
hg_status hg__memory_check(size_t bytes, const char *where, const char *remedy, hg_error *e);

#endif
