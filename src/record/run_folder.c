/* run_folder.c: making, opening and naming a run folder, and its JSON documents.
 *
 * A folder is made by one mkdir, which fails when the name is taken, so two trainings that start
 * together never share a folder. Documents are written whole (temporary file, sync, rename). */
#include "record/run_folder.h"

#include "base/file.h"
#include "record/json_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_NUMBER = 99999, MOST_DOCUMENT = 64 << 20 };

static hg_status open_at(hg_run **r, const char *path, hg_error *e)
{
    size_t n = strlen(path);
    hg_run *made = calloc(1, sizeof *made + n + 1);
    if (!made) return hg__fail_memory(e, path, sizeof *made + n + 1);
    memcpy(made->path, path, n + 1);
    *r = made;
    return HG_OK;
}

/* The folder itself, which must be new, and samples/ in it. */
static hg_status make_folder(const char *path, hg_error *e)
{
    char samples[4096];
    if (mkdir(path, 0777)) {
        if (errno == EEXIST) return hg__fail(e, HG_EXISTS, path, "exists; choose another --out");
        return hg__fail_errno(e, path, "the folder cannot be made");
    }
    snprintf(samples, sizeof samples, "%s/samples", path);
    if (!mkdir(samples, 0777)) return HG_OK;
    hg_status s = hg__fail_errno(e, samples, "the folder cannot be made");
    rmdir(path);
    return s;
}

static hg_status make_parents(const char *path, hg_error *e)
{
    char parent[4096];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (!slash || slash == parent) return HG_OK;
    *slash = 0;
    return hg__dir_make(parent, e);
}

/* What a number behind it would not make a name of: ".", "runs/..", /dev/null. */
static hg_status check_name(const char *path, hg_error *e)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
        return hg__fail(e, HG_USAGE, path, "is no name for a run folder; name a new folder");
    if (!access(path, F_OK) && !hg__is_dir(path))
        return hg__fail(e, HG_EXISTS, path, "is there and is no folder; choose another --out");
    return HG_OK;
}

hg_status hg_run_create(hg_run **r, const char *path, bool number, hg_error *e)
{
    char base[4000], name[4032];
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    if (!n || n >= sizeof base) return hg__fail(e, HG_USAGE, path, "is no name for a run folder");
    snprintf(base, sizeof base, "%.*s", (int)n, path);
    hg_status s = check_name(base, e);
    if (!s) s = make_parents(base, e);
    if (s) return s;
    snprintf(name, sizeof name, "%s", base);
    s = make_folder(name, e);
    for (size_t i = 2; s == HG_EXISTS && number && i <= MOST_NUMBER; i++) {
        snprintf(name, sizeof name, "%s-%zu", base, i);
        s = make_folder(name, e);
    }
    return s ? s : open_at(r, name, e);
}

hg_status hg_run_open(hg_run **r, const char *path, hg_error *e)
{
    static const char *const marks[] = {"config.json", "metrics.jsonl", "model.safetensors", "checkpoint"};
    char file[4200];
    if (strlen(path) > 4096) return hg__fail(e, HG_USAGE, path, "is too long for a path");
    if (hg__is_file(path)) return hg__fail(e, HG_DATA, path, "is no run folder: it is a file");
    if (!hg__is_dir(path)) return hg__fail(e, HG_DATA, path, "is no run folder: there is no such folder");
    if (access(path, X_OK)) return hg__fail_errno(e, path, "cannot be opened");
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        snprintf(file, sizeof file, "%s/%s", path, marks[i]);
        if (hg__is_file(file)) return open_at(r, path, e);
    }
    snprintf(file, sizeof file, "%s/samples", path);
    if (hg__is_dir(file)) return open_at(r, path, e);
    return hg__fail(e, HG_DATA, path, "is no run folder (no config.json in it); name one that `hourglass train` made");
}

hg_status hg__run_lock(int *lock, const char *path, hg_error *e)
{
    *lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0) return hg__fail_errno(e, path, "cannot be opened");
    if (!flock(*lock, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK) return HG_OK; /* some file systems have no locks */
    close(*lock);
    *lock = -1;
    return hg__fail(e, HG_FAILED, path, "another process is training in this folder; wait for it or stop it");
}

/* A temporary file is named after its process; of our own there is none yet, and in containers numbers come again. */
static bool is_left_over(const char *name)
{
    const char *part = strstr(name, ".part-");
    long number = part ? strtol(part + strlen(".part-"), NULL, 10) : 0;
    return number > 0 && (number == (long)getpid() || (kill((pid_t)number, 0) && errno == ESRCH));
}

void hg__run_sweep(const hg_run *run)
{
    static const char *const folders[] = {"", "samples"};
    for (size_t i = 0; i < 2; i++) {
        char path[4352];
        DIR *dir = opendir(hg_run_file(run, folders[i], path, sizeof path));
        if (!dir) continue;
        for (const struct dirent *entry; (entry = readdir(dir));)
            if (is_left_over(entry->d_name)) unlinkat(dirfd(dir), entry->d_name, 0);
        closedir(dir);
    }
}

void hg_run_close(hg_run **r)
{
    if (!r) return;
    free(*r);
    *r = NULL;
}

const char *hg_run_path(const hg_run *r) { return r->path; }

const char *hg_run_file(const hg_run *r, const char *name, char *out, size_t n)
{
    size_t length = strlen(r->path);
    snprintf(out, n, "%s%s%s", r->path, r->path[length - 1] == '/' ? "" : "/", name);
    return out;
}

hg_status hg_run_write_json(hg_run *r, const char *name, const char *json, hg_error *e)
{
    char path[4352];
    json_t *document = NULL;
    char *text = NULL;
    hg__file f = {0};
    hg_status s = hg__json_parse(&document, json, hg_run_file(r, name, path, sizeof path), e);
    if (s) goto done;
    text = hg__json_text(document, JSON_INDENT(2));
    if (!text) s = hg__fail_memory(e, path, strlen(json));
    if (!s) s = hg__file_create(&f, path, true, e);
    if (s) goto done;
    if (fprintf(f.stream, "%s\n", text) < 0) s = hg__fail_errno(e, path, "cannot be written");
    s = hg__file_close(&f, s, e);
done:
    json_decref(document);
    free(text);
    return s;
}

hg_status hg_run_read_json(const hg_run *r, const char *name, char **json, hg_error *e)
{
    char path[4352], *text = NULL;
    size_t size;
    json_t *document = NULL;
    hg_status s = hg__file_read(hg_run_file(r, name, path, sizeof path), MOST_DOCUMENT, &text, &size, e);
    if (s) return s;
    if (strlen(text) == size) s = hg__json_parse(&document, text, path, e);
    else s = hg__fail(e, HG_DATA, path, "is not JSON: it holds a zero byte; restore the file or remove it");
    json_decref(document);
    if (s) return free(text), s;
    *json = text;
    return HG_OK;
}
