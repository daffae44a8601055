/* study_worker.c: who works on a trial, and whether he still lives.
 *
 * A process is known by its host, the host's name space of process numbers (a container has its own), its number and
 * the time it started at, for numbers come again. Of another host's process only its heartbeat is known. */
#include "tune/study_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SILENT = 60 }; /* seconds */

/* When a process started, in the kernel's ticks; 0: it is not there, or is dead and not yet buried. */
static unsigned long long start_of(long number)
{
    char path[64], line[1024] = "", state = 'Z';
    unsigned long long start = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", number);
    FILE *f = fopen(path, "r");
    if (!f) return 0;
    if (!fgets(line, sizeof line, f)) *line = 0;
    fclose(f);
    const char *at = strrchr(line, ')'); /* "12 (name) S 1 …": the name may hold anything */
    for (int field = 2; at && field < 22; field++) {
        at = strchr(at, ' ');
        if (at) at++;
        if (at && field == 2) state = *at;
    }
    if (at) start = strtoull(at, NULL, 10);
    return state == 'Z' || state == 'X' ? 0 : start;
}

/* "host 4026531836", without blanks in the host. */
static void place_of(char *out, size_t n)
{
    char host[256] = "", space[64] = "";
    if (gethostname(host, sizeof host - 1) || !*host) snprintf(host, sizeof host, "localhost");
    for (char *p = host; *p; p++)
        if (*p == ' ') *p = '-';
    ssize_t length = readlink("/proc/self/ns/pid", space, sizeof space - 1);
    space[length > 0 ? length : 0] = 0;
    snprintf(out, n, "%s %s", host, *space ? space : "-");
}

void hg__study_worker(char *out, size_t n)
{
    char place[330];
    long number = (long)getpid();
    place_of(place, sizeof place);
    snprintf(out, n, "%s %ld %llu", place, number, start_of(number));
}

bool hg__study_worker_gone(const char *worker, double silent)
{
    char place[330];
    place_of(place, sizeof place);
    size_t length = strlen(place);
    bool here = !strncmp(worker, place, length) && worker[length] == ' ';
    if (!*worker) return true; /* it was let go */
    if (!here) return silent > SILENT;
    char *end = NULL;
    long number = strtol(worker + length, &end, 10);
    return strtoull(end, NULL, 10) != start_of(number);
}
