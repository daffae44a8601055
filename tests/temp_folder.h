/* temp_folder.h: a temporary folder that a test opens and closes, with all that is in it. */
#ifndef HG_TEST_TEMP_FOLDER_H
#define HG_TEST_TEMP_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

static inline int temp_remove(const char *path, const struct stat *s, int kind, struct FTW *f)
{
    (void)s, (void)kind, (void)f;
    return remove(path);
}

/* Into path[n]; false: it cannot be made. */
static inline bool temp_open(char *path, size_t n)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(path, n, "%s/hg-test-XXXXXX", tmp ? tmp : "/tmp");
    return mkdtemp(path) != NULL;
}

static inline int temp_close(const char *path) { return nftw(path, temp_remove, 16, FTW_DEPTH | FTW_PHYS); }

#endif
