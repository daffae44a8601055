/* data_files.h: what the data tests share: a temporary folder, files of given bytes in it, and what they open to. */
#ifndef HG_TEST_DATA_FILES_H
#define HG_TEST_DATA_FILES_H

#include <hourglass/data.h>

#include "temp_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

typedef struct room {
    char folder[512], path[1024];
} room;

static inline int room_open(void **state)
{
    room *r = calloc(1, sizeof *r);
    *state = r;
    return r && temp_open(r->folder, sizeof r->folder) ? 0 : -1;
}

static inline int room_close(void **state)
{
    room *r = *state;
    int left = temp_close(r->folder);
    free(r);
    return left;
}

/* The path of a name in the folder; valid until the next call. */
static inline const char *room_path(room *r, const char *name)
{
    snprintf(r->path, sizeof r->path, "%s/%s", r->folder, name);
    return r->path;
}

static inline const char *put(room *r, const char *name, const void *bytes, size_t size)
{
    FILE *out = fopen(room_path(r, name), "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
    return r->path;
}

static inline const char *put_gzip(room *r, const char *name, const void *bytes, size_t size)
{
    gzFile out = gzopen(room_path(r, name), "wb9");
    assert_non_null(out);
    assert_int_equal(gzwrite(out, bytes, (unsigned)size), size);
    assert_int_equal(gzclose(out), Z_OK);
    return r->path;
}

/* A file's bytes, at most `room` of them; returns how many. */
static inline size_t get(const char *path, void *bytes, size_t most)
{
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    size_t n = fread(bytes, 1, most, in);
    fclose(in);
    return n;
}

static inline hg_set *set_of(const char *path, hg_set_options o)
{
    hg_set *set = NULL;
    hg_error e = {0};
    if (hg_set_open(&set, path, &o, &e)) fail_msg("%s: %s", e.where, e.what);
    return set;
}

/* The path is refused as bad data, the message names it, and no set is made. */
static inline void assert_refused(const char *path, const char *what)
{
    hg_set *set = NULL;
    hg_error e = {0};
    hg_status s = hg_set_open(&set, path, &(hg_set_options){0}, &e);
    if (s != HG_DATA) fail_msg("%s: status %d (%s: %s), bad data is expected", what, (int)s, e.where, e.what);
    if (!strstr(e.where, path) || !*e.what)
        fail_msg("%s: the message \"%s: %s\" does not name it", what, e.where, e.what);
    assert_null(set);
}

#endif
