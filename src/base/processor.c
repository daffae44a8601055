/* processor.c: see processor.h. */
#include "base/processor.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

const char *hg__processor_name(char *name, size_t size)
{
    char line[512];
    struct utsname kind;
    snprintf(name, size, "%s", uname(&kind) < 0 ? "unknown" : kind.machine);
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && fgets(line, sizeof line, f)) {
        const char *value = strchr(line, ':');
        if (strncmp(line, "model name", 10) || !value) continue;
        snprintf(name, size, "%.*s", (int)strcspn(value + 2, "\n"), value + 2);
        break;
    }
    if (f) fclose(f);
    return name;
}
