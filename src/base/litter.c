/* litter.c: see litter.h. A signal handler can reach nothing but a global, so this file has one; and it may call
 * nothing that takes memory, so a folder is emptied with bare system calls. */
#define _GNU_SOURCE
#include "base/litter.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLACES = 16, DEEPEST = 16 };
enum { FREE, BEING_NOTED, NOTED, CLAIMED }; /* claimed: by the sweep, and never free again */

static struct place {
    atomic_int state;
    pid_t pid; /* or 0 */
    char path[4160];
} places[PLACES];

static int note(const char *path, pid_t pid)
{
    size_t size = strlen(path) + 1;
    if (size > sizeof places->path) return 0;
    for (int i = 0; i < PLACES; i++) {
        int expected = FREE;
        if (!atomic_compare_exchange_strong(&places[i].state, &expected, BEING_NOTED)) continue;
        memcpy(places[i].path, path, size);
        places[i].pid = pid;
        atomic_store(&places[i].state, NOTED);
        return i + 1;
    }
    return 0;
}

int hg__litter_path(const char *path) { return note(path, 0); }
int hg__litter_process(long pid) { return note("", (pid_t)pid); }

void hg__litter_hold(sigset_t *before)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stops, before);
}

void hg__litter_release(const sigset_t *before) { pthread_sigmask(SIG_SETMASK, before, NULL); }

bool hg__litter_mkdtemp(char *path, int *noted)
{
    sigset_t before;
    hg__litter_hold(&before);
    const bool made = mkdtemp(path) != NULL;
    *noted = made ? hg__litter_path(path) : 0;
    hg__litter_release(&before);
    return made;
}

void hg__litter_done(int noted)
{
    int expected = NOTED; /* what the sweep has claimed it may be reading just now */
    if (noted) atomic_compare_exchange_strong(&places[noted - 1].state, &expected, FREE);
}

/* From now on the place keeps its path and its process. A second signal's sweep finds it claimed, and goes over it
 * again. */
static bool claim(struct place *p)
{
    int expected = NOTED;
    return atomic_compare_exchange_strong(&p->state, &expected, CLAIMED) || expected == CLAIMED;
}

/* A file, or a folder no deeper than `depth` with all in it. */
static void remove_all(int folder, const char *name, int depth)
{
    _Alignas(struct dirent64) char entries[4096];
    if (!unlinkat(folder, name, 0) || !depth) return;
    int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0) return;
    for (ssize_t n; (n = getdents64(inner, entries, sizeof entries)) > 0;)
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *entry = (const void *)(entries + at);
            if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) remove_all(inner, entry->d_name, depth - 1);
            at += entry->d_reclen;
        }
    close(inner);
    unlinkat(folder, name, AT_REMOVEDIR);
}

void hg__litter_remove(const char *path) { remove_all(AT_FDCWD, path, DEEPEST); }

void hg__litter_sweep(void)
{
    for (int i = 0; i < PLACES; i++)
        if (claim(&places[i]) && places[i].pid) {
            kill(places[i].pid, SIGKILL);
            waitpid(places[i].pid, NULL, 0); /* so that it writes nothing more into what goes next */
        }
    for (int i = 0; i < PLACES; i++)
        if (claim(&places[i]) && !places[i].pid) remove_all(AT_FDCWD, places[i].path, DEEPEST);
}
