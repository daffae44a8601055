/* amx.c: whether this process may use the tiles of AMX. Linux saves these 8 KB of registers only for a process that has
 * asked for them (Documentation/arch/x86/xstate.rst), and says no to one with an alternate signal stack that has no
 * room for them. */
#define _GNU_SOURCE
#include "kern/sets.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

bool hg__has_tiles(void)
{
    enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24 }; /* leaf 7, edx */
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & AMX_BF16) || !(d & AMX_TILE)) return false;
    return !syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA);
}
