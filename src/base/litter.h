/* litter.h: what must not outlive the process: files and folders that are not finished, programs that it runs.
 *
 * They are noted while they are there. Whoever is stopped by a signal sweeps them away; the library itself handles no
 * signal. Any number of threads may note. */
#ifndef HG_BASE_LITTER_H
#define HG_BASE_LITTER_H

#include <signal.h>
#include <stdbool.h>

/* A file, or a folder with all in it; the path is copied. Best noted just before it is made, or a signal may come in
 * between. Returns what hg__litter_done wants, 0 when there is no place: it is not swept then. */
int hg__litter_path(const char *path);

/* As mkdtemp, with a note of the folder, and no stop between them. false: errno tells why. */
bool hg__litter_mkdtemp(char *path, int *noted);

/* A program that runs; started and noted while stops are held. */
int hg__litter_process(long pid);

/* SIGINT and SIGTERM wait until the release, as far as they come to this thread: in a process of one, all. */
void hg__litter_hold(sigset_t *before);
void hg__litter_release(const sigset_t *before);

/* It is finished, or gone. Of 0: nothing. */
void hg__litter_done(int noted);

/* Removes a file, or a folder with all in it; that it is not there is no fault. */
void hg__litter_remove(const char *path);

/* Ends the programs and removes the rest. May be called in a signal handler, and only before the process ends: the
 * places of what it swept are not given out again. */
void hg__litter_sweep(void);

#endif
