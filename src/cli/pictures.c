/* pictures.c: samples into files: one PNG, a folder of them, a sheet or an array. See pictures.h. */
#include "cli/pictures.h"

#include "base/file.h"
#include "base/litter.h"
#include "cli/sheets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

bool hg__ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && !strcasecmp(text + n - m, end);
}

const char *hg__ending(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    return dot && dot > base ? dot : "";
}

hg_status hg__pictures_check(const char *out, hg_error *e)
{
    const char *ending = hg__ending(out);
    bool known = !*ending || !strcasecmp(ending, ".png") || !strcasecmp(ending, ".npy");
    if (known || hg__is_dir(out)) return HG_OK;
    return hg__fail(
        e, HG_USAGE, out,
        "cannot be written as %s; name a picture or sheet (.png), an array (.npy), or a folder (no ending, or "
        "a / behind it)",
        ending);
}

static hg_status write_png(const char *path, const hg__pictures *p, size_t i, bool force, hg_error *e)
{
    size_t size = hg_shape_size(p->shape);
    const float *values = p->values + i * size;
    uint8_t *pixels = malloc(size);
    if (!pixels) return hg__fail_memory(e, path, size);
    for (size_t k = 0; k < size; k++) pixels[k] = (uint8_t)lrintf(255 * fminf(fmaxf(values[k], 0), 1));
    hg_status s = hg_image_write_png(path, p->shape, pixels, force, e);
    free(pixels);
    return s;
}

/* "FOLDER/name.png" or "FOLDER/000012.png". */
static const char *file_name(const char *folder, const hg__pictures *p, size_t i, char *out, size_t n)
{
    if (p->name) snprintf(out, n, "%s/%s.png", folder, p->name[i]);
    else snprintf(out, n, "%s/%06zu.png", folder, i);
    return out;
}

static hg_status fill_folder(const char *folder, const hg__pictures *p, bool force, size_t *done, hg_error *e)
{
    hg_status s = HG_OK;
    for (*done = 0; !s && *done < p->n; ++*done) {
        char path[4096];
        s = write_png(file_name(folder, p, *done, path, sizeof path), p, *done, force, e);
        if (s) break;
    }
    return s;
}

static void remove_files(const char *folder, const hg__pictures *p, size_t done)
{
    for (size_t i = 0; i < done; i++) {
        char path[4096];
        unlink(file_name(folder, p, i, path, sizeof path));
    }
}

/* Into a folder that is there: all files or, unless they may replace others, none. */
static hg_status add_to_folder(const char *folder, const hg__pictures *p, bool force, hg_error *e)
{
    char path[4096];
    size_t done = 0;
    for (size_t i = 0; !force && i < p->n; i++)
        if (!access(file_name(folder, p, i, path, sizeof path), F_OK))
            return hg__fail(e, HG_EXISTS, path, "exists; --force overwrites it");
    hg_status s = fill_folder(folder, p, force, &done, e);
    if (s && !force) remove_files(folder, p, done);
    return s;
}

/* A new folder is filled under another name beside the target, then renamed. */
static hg_status write_folder(const char *out, const hg__pictures *p, bool force, hg_error *e)
{
    char folder[3840], temp[3904];
    size_t done = 0, length = strlen(out);
    while (length > 1 && out[length - 1] == '/') length--;
    if (length >= sizeof folder) return hg__fail(e, HG_USAGE, out, "is too long for a path");
    snprintf(folder, sizeof folder, "%.*s", (int)length, out);
    if (hg__is_dir(folder)) return add_to_folder(folder, p, force, e);
    if (!access(folder, F_OK)) return hg__fail(e, HG_IO, folder, "is a file; several pictures need a folder");
    snprintf(temp, sizeof temp, "%s.part-%ld", folder, (long)getpid());
    int litter = hg__litter_path(temp);
    hg_status s = HG_OK;
    if (mkdir(temp, 0777)) {
        s = hg__fail_errno(e, folder, "the folder cannot be made");
    } else {
        s = fill_folder(temp, p, false, &done, e);
        if (!s && rename(temp, folder)) s = hg__fail_errno(e, folder, "the folder cannot be put in place");
        if (s) remove_files(temp, p, done), rmdir(temp);
    }
    hg__litter_done(litter);
    return s;
}

hg_status hg__pictures_write(const char *out, const hg__pictures *p, bool force, hg_error *e)
{
    bool one_file = p->n == 1 && p->one_file && !hg__is_dir(out) && !hg__ends_with(out, "/");
    hg_shape s = p->shape;
    if (hg__ends_with(out, ".npy"))
        return hg_npy_write(out, p->values, 4, (const size_t[]){p->n, s.h, s.w, s.c}, force, e);
    if (s.c != 1 && s.c != 3)
        return hg__fail(e, HG_USAGE, out, "a PNG has 1 or 3 channels and these samples have %zu; name a .npy file",
                        s.c);
    if (one_file) return write_png(out, p, 0, force, e);
    if (!strcmp(out, "-"))
        return hg__fail(e, HG_USAGE, "-o", "only one picture fits on standard output; name a folder");
    hg__comparison grid = {.shape = s, .t = p->values, .n = p->n, .columns = 20};
    return hg__ends_with(out, ".png") ? hg__comparison_write(out, &grid, force, e) : write_folder(out, p, force, e);
}
