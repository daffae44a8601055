/* memory.c: see memory.h. */
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "MemAvailable:   22799004 kB" and "SwapFree: …" of /proc/meminfo, in bytes. */
size_t hg__memory_left(void)
{
    static const char *const names[] = {"MemAvailable:", "SwapFree:"};
    char line[256];
    bool known = false;
    size_t sum = 0;
    FILE *f = fopen("/proc/meminfo", "re");
    while (f && fgets(line, sizeof line, f))
        for (size_t i = 0; i < 2; i++) {
            size_t n = strlen(names[i]);
            if (strncmp(line, names[i], n)) continue;
            sum += (size_t)strtoull(line + n, NULL, 10) * 1024;
            known |= !i;
        }
    if (f) fclose(f);
    return known ? sum : SIZE_MAX;
}

hg_status hg__memory_check(size_t bytes, const char *where, const char *remedy, hg_error *e)
{
    size_t left = hg__memory_left();
    if (bytes <= left) return HG_OK;
    return hg__fail(e, HG_MEMORY, where, "needs %.1f GB of memory, and %.1f GB are left; %s", 1e-9 * (double)bytes,
                    1e-9 * (double)left, remedy);
}
