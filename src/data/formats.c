/* formats.c: the list of formats, and what the array formats share. */
#include "data/formats.h"
#include "base/file.h"

#include <stdio.h>
#include <string.h>

extern const hg__format hg__format_idx, hg__format_npy, hg__format_picture, hg__format_folder;

static const hg__format *const formats[] = {
    &hg__format_idx,
    &hg__format_npy,
    &hg__format_picture,
    &hg__format_folder,
};
enum { FORMATS = sizeof formats / sizeof *formats };

bool hg__starts(const hg__probe *p, const void *magic, size_t size)
{
    size_t n = p->size < size ? p->size : size;
    return !p->folder && n && !memcmp(p->head, magic, n);
}

static hg_status look(hg__probe *p, const char *path, hg_error *e)
{
    hg__stream *s = NULL;
    if ((p->folder = hg__is_dir(path))) return HG_OK;
    hg_status status = hg__stream_open(&s, path, e);
    if (!status) status = hg__stream_some(s, p->head, sizeof p->head, &p->size, e);
    if (!status && !p->size) status = hg__fail(e, HG_DATA, path, "is empty");
    hg__stream_close(&s);
    return status;
}

static hg_status unknown(const hg__probe *p, const char *path, hg_error *e)
{
    const char *names[FORMATS];
    char list[200], bytes[32] = "";
    for (size_t i = 0; i < FORMATS; i++) names[i] = formats[i]->name;
    for (size_t i = 0; i < p->size; i++) snprintf(bytes + 3 * i, sizeof bytes - 3 * i, " %02x", p->head[i]);
    return hg__fail(e, HG_DATA, path, "starts with%s, which is none of the formats that can be read: %s", bytes,
                    hg__list(names, FORMATS, list, sizeof list));
}

hg_status hg__format_open(hg__table *t, const char *path, const hg_set_options *o, hg_error *e)
{
    hg__probe p = {0};
    hg_status s = look(&p, path, e);
    if (s) return s;
    for (size_t i = 0; i < FORMATS; i++)
        if (formats[i]->sniff(&p)) return formats[i]->open(t, path, o, e);
    return unknown(&p, path, e);
}

static hg_status read_path(hg__array *a, const char *path, hg__array_reader *read, hg_error *e)
{
    hg__stream *s = NULL;
    hg_status status = hg__stream_open(&s, path, e);
    if (!status) status = read(a, s, e);
    hg__stream_close(&s);
    return status;
}

/* Replaces `from` by `to`, which is of the same length, where it last stands in the file's name. */
static bool replace(char *name, const char *from, const char *to)
{
    char *found = NULL;
    for (char *p = strstr(name, from); p; p = strstr(p + 1, from)) found = p;
    if (found) memcpy(found, to, strlen(to));
    return found;
}

/* The labels' path for an images' path, into beside[room]; false when there is none. */
static bool find_labels(const char *path, char *beside, size_t room)
{
    size_t n = strlen(path);
    if (n + sizeof ".gz" > room) return false;
    memcpy(beside, path, n + 1);
    char *slash = strrchr(beside, '/'), *name = slash ? slash + 1 : beside;
    if (!replace(name, "images", "labels")) return false;
    replace(name, "idx3", "idx1"), replace(name, "idx4", "idx1"), replace(name, "idx2", "idx1");
    if (hg__is_file(beside)) return true;
    bool packed = n > 3 && !strcmp(beside + n - 3, ".gz");
    if (packed) beside[n - 3] = 0;
    else memcpy(beside + n, ".gz", sizeof ".gz");
    return hg__is_file(beside);
}

hg_status hg__array_open(hg__table *t, const char *path, hg__array_reader *read, hg_error *e)
{
    char beside[4096];
    hg__array a = {0};
    hg_status s = read_path(&a, path, read, e);
    if (!s) s = hg__table_from_array(t, &a, path, e);
    if (s || !find_labels(path, beside, sizeof beside)) return s;
    s = read_path(&a, beside, read, e);
    return s ? s : hg__table_label(t, &a, beside, e);
}
