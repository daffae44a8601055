/* memory.c: see memory.h. */
#include "base/memory.h"

#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "MemAvailable:   22799004 kB" and "SwapFree: …" of /proc/meminfo, in bytes. */
static size_t left_on_machine(void)
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

/* How a version of control groups names its files, and the lines of memory.stat that count what can be dropped. */
typedef struct group_files {
    const char *limit, *used, *droppable[2];
} group_files;

static const group_files version_1 = {"memory.limit_in_bytes",
                                      "memory.usage_in_bytes",
                                      {"total_inactive_file ", "total_active_file "}};
static const group_files version_2 = {"memory.max", "memory.current", {"inactive_file ", "active_file "}};

/* The number behind `label` in a file of a group; SIZE_MAX: none, which "max" is too. */
static size_t group_number(const char *group, const char *name, const char *label)
{
    char path[PATH_MAX], line[256];
    size_t n = strlen(label), number = SIZE_MAX;
    if (snprintf(path, sizeof path, "%s/%s", group, name) >= (int)sizeof path) return number;
    FILE *f = fopen(path, "re");
    while (f && number == SIZE_MAX && fgets(line, sizeof line, f))
        if (!strncmp(line, label, n) && isdigit((unsigned char)line[n])) number = strtoull(line + n, NULL, 10);
    if (f) fclose(f);
    return number;
}

static size_t left_in_group(const char *group, const group_files *files)
{
    size_t limit = group_number(group, files->limit, ""), used = group_number(group, files->used, "");
    if (limit == SIZE_MAX || used == SIZE_MAX) return SIZE_MAX;
    for (size_t i = 0; i < 2; i++) {
        size_t droppable = group_number(group, "memory.stat", files->droppable[i]);
        if (droppable != SIZE_MAX) used -= droppable < used ? droppable : used;
    }
    return limit > used ? limit - used : 0;
}

size_t hg__memory_left_in_groups(const char *list, const char *mount)
{
    char line[PATH_MAX], group[2 * PATH_MAX];
    size_t least = SIZE_MAX;
    FILE *f = fopen(list, "re");
    while (f && fgets(line, sizeof line, f)) { /* "4:memory:/path" or "0::/path" */
        line[strcspn(line, "\n")] = '\0';
        const char *path = strchr(line, '/');
        const bool second = !strncmp(line, "0::", 3);
        if (!path || (!second && !strstr(line, ":memory:"))) continue;
        const size_t root = strlen(mount) + (second ? 0 : strlen("/memory"));
        snprintf(group, sizeof group, "%s%s%s", mount, second ? "" : "/memory", path);
        for (char *end = group + strlen(group); end && end >= group + root; end = strrchr(group, '/')) {
            *end = '\0';
            size_t left = left_in_group(group, second ? &version_2 : &version_1);
            least = left < least ? left : least;
        }
    }
    if (f) fclose(f);
    return least;
}

hg__memory hg__memory_look(void)
{
    size_t machine = left_on_machine(), groups = hg__memory_left_in_groups("/proc/self/cgroup", "/sys/fs/cgroup");
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return (hg__memory){.left = machine < groups ? machine : groups,
                        .machine = pages > 0 && page > 0 ? (size_t)pages * (size_t)page : 0,
                        .by_group = groups < machine};
}

size_t hg__memory_left(void) { return hg__memory_look().left; }

hg_status hg__memory_check(size_t bytes, const char *where, const char *remedy, hg_error *e)
{
    size_t left = hg__memory_left();
    if (bytes <= left) return HG_OK;
    return hg__fail(e, HG_MEMORY, where, "needs %.1f GB of memory, and %.1f GB are left; %s", 1e-9 * (double)bytes,
                    1e-9 * (double)left, remedy);
}
