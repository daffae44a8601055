/* old_run.c: see old_run.h. */
#include "cli/old_run.h"

#include "base/file.h"
#include "record/run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const files[] = {".",
                                    "..",
                                    "samples",
                                    "config.json",
                                    "env.json",
                                    "doctor.json",
                                    "eval.json",
                                    "eval-*.json",
                                    "metrics.jsonl",
                                    "metrics.csv",
                                    "checkpoint",
                                    "checkpoint.next",
                                    "checkpoint.previous",
                                    "model.safetensors",
                                    "report.html",
                                    "*.part-*",
                                    NULL},
                         *const sheets[] = {".", "..", "epoch-*.png", "eval*.png", "*.part-*", NULL};

static bool matches(const char *name, const char *const *patterns)
{
    for (; *patterns; patterns++)
        if (!fnmatch(*patterns, name, 0)) return true;
    return false;
}

/* Are there only files of such names in the folder? With `remove`, those go. */
static bool sweep(const char *folder, const char *const *patterns, bool remove)
{
    bool only = true;
    DIR *dir = opendir(folder);
    if (!dir) return true;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (!matches(entry->d_name, patterns)) only = false;
        else if (remove) unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
    return only;
}

/* "runs/a.old", or the first of runs/a.old-2 … that is free. */
static void find_place(hg__old_run *o)
{
    snprintf(o->aside, sizeof o->aside, "%s.old", o->path);
    for (size_t i = 2; !access(o->aside, F_OK); i++) snprintf(o->aside, sizeof o->aside, "%s.old-%zu", o->path, i);
}

/* A folder that is reached through a link, or by a name like ".", cannot be put aside under that name. */
static hg_status need_name_of_its_own(const char *path, const char *typed, hg_error *e)
{
    struct stat st;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
        return hg__fail(e, HG_EXISTS, typed, "--force cannot put aside a folder of this name; name it from outside");
    if (!lstat(path, &st) && S_ISLNK(st.st_mode))
        return hg__fail(e, HG_EXISTS, typed, "is a link, and --force does not follow it; name the folder itself");
    return HG_OK;
}

static void close_old(hg__old_run *o)
{
    close(o->lock);
    *o = (hg__old_run){.lock = -1};
}

hg_status hg__old_run_move(hg__old_run *o, const char *path, hg_error *e)
{
    char inside[600];
    size_t length = strlen(path);
    *o = (hg__old_run){.lock = -1};
    while (length > 1 && path[length - 1] == '/') length--;
    snprintf(o->path, sizeof o->path, "%.*s", (int)length, path);
    if (!hg__is_dir(o->path)) return HG_OK;
    snprintf(inside, sizeof inside, "%s/config.json", o->path);
    if (!hg__is_file(inside)) return hg__fail(e, HG_EXISTS, path, "is no run folder, so --force leaves it alone");
    hg_status s = need_name_of_its_own(o->path, path, e);
    if (s) return s;
    snprintf(inside, sizeof inside, "%s/samples", o->path);
    if (!sweep(o->path, files, false) || !sweep(inside, sheets, false))
        return hg__fail(e, HG_EXISTS, path,
                        "holds more than a run's files; remove it by hand, or choose another --out");
    s = hg__run_lock(&o->lock, o->path, e);
    if (s) return s;
    find_place(o);
    if (!rename(o->path, o->aside)) return HG_OK;
    s = hg__fail_errno(e, path, "cannot be moved aside");
    close_old(o);
    return s;
}

void hg__old_run_drop(hg__old_run *o)
{
    char samples[600];
    if (!*o->aside) return;
    snprintf(samples, sizeof samples, "%s/samples", o->aside);
    sweep(o->aside, files, true);
    sweep(samples, sheets, true);
    rmdir(samples), rmdir(o->aside);
    close_old(o);
}

void hg__old_run_restore(hg__old_run *o, const hg__console *c)
{
    hg_error why = {0};
    if (!*o->aside) return;
    if (!access(o->path, F_OK))
        hg__fail(&why, HG_EXISTS, o->aside, "holds the old run; it was not put back, for %s is there again", o->path);
    else if (rename(o->aside, o->path)) hg__fail_errno(&why, o->aside, "holds the old run, and cannot be put back");
    if (*why.what) hg__console_warn(c, &why);
    close_old(o);
}
