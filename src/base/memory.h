/* memory.h: how much memory the machine has left, asked before much of it is filled. The system promises memory that it
 * does not have, and ends the program when it is written to. */
#ifndef HG_BASE_MEMORY_H
#define HG_BASE_MEMORY_H

#include "base/fail.h"

/* Bytes that can still be had, as Linux tells it: the machine's, swap included, or what a control group (a container,
 * a service, a batch job) leaves, whichever is less; SIZE_MAX: not known. */
size_t hg__memory_left(void);

/* The same, and whose it is. */
typedef struct hg__memory {
    size_t left, machine; /* machine: all that it has, without swap; 0: not known */
    bool by_group;        /* a control group leaves less than the machine */
} hg__memory;
hg__memory hg__memory_look(void);

/* What the control groups of a process leave: those that the file `list` names (/proc/self/cgroup), both versions, and
 * all they lie in, looked up below `mount` (/sys/fs/cgroup). Memory that only keeps files near counts as left.
 * SIZE_MAX: no limit. */
size_t hg__memory_left_in_groups(const char *list, const char *mount);

/* HG_MEMORY, saying both sizes and `remedy` ("ask for a smaller --resize"), when that many bytes cannot fit. */
hg_status hg__memory_check(size_t bytes, const char *where, const char *remedy, hg_error *e);

#endif
