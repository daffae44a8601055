/* folder.c: a folder of pictures. Files that end in .png, .jpg or .jpeg are its samples, other files are left alone;
 * the folders in it are the classes, numbered in the order of their names. Names are compared byte by byte, so the
 * order is the same on every machine. All pictures become one size; as soon as one is in colour, all are. */
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "data/formats.h"
#include "data/resize.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_DEPTH = 16, NO_CLASS = -1 };

typedef struct entry {
    char *path; /* owned */
    int32_t label;
} entry;

typedef struct listing {
    entry *at;
    size_t n, room, limit;
    char **class_name; /* [classes], then NULL; owned */
    int32_t classes;
    size_t resized;   /* pictures of another size than the table's */
    size_t stretched; /* of these, of another aspect as well */
    size_t damaged;
    hg_error *e;
} listing;

/* ---- Listing ---------------------------------------------------------------------------------- */

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }
static int is_shown(const struct dirent *d) { return d->d_name[0] != '.'; }

static bool is_picture_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (!strcasecmp(dot, ".png") || !strcasecmp(dot, ".jpg") || !strcasecmp(dot, ".jpeg"));
}

static hg_status add(listing *l, const char *path, int32_t label)
{
    if (l->n == l->room) {
        size_t room = 2 * l->room + 64;
        entry *larger = realloc(l->at, room * sizeof *larger);
        if (!larger) return hg__fail_memory(l->e, path, room * sizeof *larger);
        l->at = larger, l->room = room;
    }
    char *copy = strdup(path);
    if (!copy) return hg__fail_memory(l->e, path, strlen(path));
    l->at[l->n++] = (entry){copy, label};
    return HG_OK;
}

static hg_status list(listing *l, const char *folder, int32_t label, int depth);

static hg_status name_class(listing *l, const char *path)
{
    size_t n = (size_t)l->classes;
    char **larger = realloc(l->class_name, (n + 2) * sizeof *larger);
    if (larger) l->class_name = larger, larger[n + 1] = NULL, larger[n] = strdup(strrchr(path, '/') + 1);
    if (!larger || !larger[n]) return hg__fail_memory(l->e, path, (n + 2) * sizeof *larger);
    l->classes++;
    return HG_OK;
}

/* A folder at the top is a class of its own when it holds any pictures; deeper ones belong to their class. */
static hg_status list_sub(listing *l, const char *path, int32_t label, int depth)
{
    size_t before = l->n;
    if (label != NO_CLASS) return list(l, path, label, depth + 1);
    hg_status s = list(l, path, l->classes, depth + 1);
    return !s && l->n > before ? name_class(l, path) : s;
}

static hg_status list(listing *l, const char *folder, int32_t label, int depth)
{
    struct dirent **names = NULL;
    if (depth > MOST_DEPTH)
        return hg__fail(l->e, HG_DATA, folder,
                        "lies more than %d folders deep; take away a link that leads back, or name a folder inside",
                        MOST_DEPTH);
    int n = scandir(folder, &names, is_shown, by_name);
    if (n < 0) return hg__fail_errno(l->e, folder, "the folder cannot be read");
    hg_status s = HG_OK;
    for (int i = 0; i < n; i++) {
        char path[4096];
        bool fits = (size_t)snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name) < sizeof path;
        bool full = l->limit && l->n >= l->limit;
        if (!s && !full && !fits) s = hg__fail(l->e, HG_DATA, folder, "holds a path that is too long");
        else if (!s && !full && is_picture_name(path)) s = add(l, path, label);
        else if (!s && !full && hg__is_dir(path)) s = list_sub(l, path, label, depth);
        free(names[i]);
    }
    free(names);
    return s;
}

static hg_status check(const listing *l, const char *folder)
{
    bool some = false, all = true;
    for (size_t i = 0; i < l->n; i++) {
        if (l->at[i].label == NO_CLASS) all = false;
        else some = true;
    }
    if (!l->n) return hg__fail(l->e, HG_DATA, folder, "holds no pictures (.png, .jpg, .jpeg)");
    if (some && !all)
        return hg__fail(l->e, HG_DATA, folder,
                        "holds pictures beside folders of pictures; put each into a class's folder");
    return HG_OK;
}

static void close_listing(listing *l)
{
    for (size_t i = 0; i < l->n; i++) free(l->at[i].path);
    free(l->at);
    for (size_t i = 0; l->class_name && l->class_name[i]; i++) free(l->class_name[i]);
    free(l->class_name);
}

/* ---- Loading ---------------------------------------------------------------------------------- */

/* Room for n pictures of the first one's size, or of what is asked for. */
static hg_status make_table(hg__table *t, const listing *l, hg_shape first, const hg_set_options *o, const char *name)
{
    const hg_shape ask = o->resize;
    size_t bytes, n = l->n;
    t->n = n, t->high = 255;
    t->shape = (hg_shape){ask.h ? ask.h : first.h, ask.w ? ask.w : first.w, ask.c ? ask.c : first.c};
    if (t->shape.c != 1 && t->shape.c != 3)
        return hg__fail(l->e, HG_USAGE, name, "pictures have 1 or 3 channels, not %zu", t->shape.c);
    if (!hg__mul(n, hg_shape_size(t->shape), &bytes)) bytes = SIZE_MAX;
    hg_status s = hg__memory_check(bytes, name, "ask for a smaller --resize, or fewer samples (--limit)", l->e);
    if (s) return s;
    if (!(t->bytes = malloc(bytes)))
        return hg__fail(l->e, HG_MEMORY, name,
                        "%zu pictures of %zu x %zu do not fit into memory; ask for a smaller size", n, t->shape.h,
                        t->shape.w);
    return HG_OK;
}

/* The first `done` pictures are grey so far; from now on the table is in colour. */
static hg_status become_colour(hg__table *t, size_t done, const char *name, hg_error *e)
{
    size_t pixels = t->shape.h * t->shape.w;
    uint8_t *larger = malloc(t->n * pixels * 3);
    if (!larger) return hg__fail_memory(e, name, t->n * pixels * 3);
    hg__recolour_bytes(t->bytes, 1, larger, 3, done * pixels);
    free(t->bytes);
    t->bytes = larger, t->shape.c = 3;
    return HG_OK;
}

/* Nobody should find out from blurred or squashed pictures that theirs were not of one size. */
static void say_resized(const hg__table *t, const listing *l, const hg_set_options *o, const char *name)
{
    char line[4400], some[32], all[32];
    size_t resized = l->resized;
    if (l->stretched && o->fit == HG_FIT_STRETCH && o->say) {
        snprintf(line, sizeof line,
                 "%s: %s of %s pictures are stretched to the aspect of %zu x %zu; --fit crop or --fit pad keeps theirs",
                 name, hg__text_count((double)l->stretched, some, sizeof some),
                 hg__text_count((double)t->n, all, sizeof all), t->shape.h, t->shape.w);
        o->say(o->say_ctx, line);
    }
    if (!resized || o->resize.h || !o->say) return;
    snprintf(line, sizeof line,
             "%s: %s of %s pictures become %zu x %zu, the size of the first; --resize chooses another", name,
             hg__text_count((double)resized, some, sizeof some), hg__text_count((double)t->n, all, sizeof all),
             t->shape.h, t->shape.w);
    o->say(o->say_ctx, line);
}

/* Brings a decoded picture to the table's channels and size, as sample i. */
static hg_status fit(hg__table *t, size_t i, const hg_image *image, const hg_set_options *o, hg_error *e)
{
    hg_shape from = {image->shape.h, image->shape.w, t->shape.c};
    uint8_t *out = t->bytes + i * hg_shape_size(t->shape), *coloured = malloc(hg_shape_size(from));
    hg__fitter *f = NULL;
    if (!coloured) return hg__fail_memory(e, "picture", hg_shape_size(from));
    hg__recolour_bytes(image->pixels, image->shape.c, coloured, from.c, from.h * from.w);
    hg_status s = HG_OK;
    if (hg_shape_equal(from, t->shape)) memcpy(out, coloured, hg_shape_size(from));
    else if (!(s = hg__fitter_open(&f, from, t->shape, o->method, o->fit, e))) hg__fit_bytes(f, coloured, out);
    hg__fitter_close(&f);
    free(coloured);
    return s;
}

/* Is the aspect another, by more than a fiftieth? */
static bool is_of_another_aspect(hg_shape a, hg_shape b)
{
    double ratio = (double)a.h * (double)b.w / ((double)a.w * (double)b.h);
    return ratio < 0.98 || ratio > 1.02;
}

/* The picture of an entry as sample i. */
static hg_status load_one(hg__table *t, listing *l, const char *path, size_t i, const hg_set_options *o)
{
    hg_image image = {0};
    hg_status s = hg_image_read(&image, path, l->e);
    if (!s && !t->bytes) s = make_table(t, l, image.shape, o, path);
    if (!s && !o->resize.c && image.shape.c > t->shape.c) s = become_colour(t, i, path, l->e);
    if (!s) s = fit(t, i, &image, o, l->e);
    if (!s && (image.shape.h != t->shape.h || image.shape.w != t->shape.w)) l->resized++;
    if (!s && is_of_another_aspect(image.shape, t->shape)) l->stretched++;
    free(image.pixels);
    return s;
}

/* Damaged, or a link that leads nowhere and the like; want of memory is no fault of the picture's. */
static bool is_fault(hg_status s) { return s == HG_DATA || s == HG_IO; }

/* A picture that cannot be read ends it, or is told of and left out of the list. */
static hg_status load_all(hg__table *t, listing *l, const hg_set_options *o, const char *name)
{
    size_t good = 0;
    hg_error own = {0}, *e = l->e;
    l->e = &own;
    hg_status s = HG_OK;
    for (size_t i = 0; !s && i < l->n; i++) {
        entry at = l->at[i];
        s = load_one(t, l, at.path, good, o);
        l->at[i] = l->at[good], l->at[good] = at; /* what is left out gathers at the end */
        if (!s) good++;
        if (!is_fault(s) || !o->skip_damaged) continue;
        char line[1100];
        snprintf(line, sizeof line, "left out: %s: %s", own.where, own.what);
        if (o->say) o->say(o->say_ctx, line);
        s = HG_OK, l->damaged++;
    }
    if (is_fault(s)) {
        size_t used = strlen(own.what);
        snprintf(own.what + used, sizeof own.what - used, "; --skip-damaged leaves such pictures out");
    }
    if (!s && !good) s = hg__fail(&own, HG_DATA, name, "none of its %zu pictures can be read", l->n);
    for (size_t i = good; !s && i < l->n; i++) free(l->at[i].path);
    if (!s) l->n = t->n = good;
    l->e = e;
    if (s && e) *e = own;
    return s;
}

static hg_status label_all(hg__table *t, listing *l, const char *name)
{
    if (!l->classes) return HG_OK;
    t->labels = malloc(l->n * sizeof *t->labels);
    if (!t->labels) return hg__fail_memory(l->e, name, l->n * sizeof *t->labels);
    for (size_t i = 0; i < l->n; i++) t->labels[i] = l->at[i].label;
    t->classes = (size_t)l->classes;
    t->class_name = l->class_name, l->class_name = NULL;
    return HG_OK;
}

/* The samples' names: their paths within the folder. */
static hg_status name_all(hg__table *t, const listing *l, const char *name)
{
    size_t folder = strlen(name);
    t->file = calloc(l->n + 1, sizeof *t->file);
    if (!t->file) return hg__fail_memory(l->e, name, l->n * sizeof *t->file);
    for (size_t i = 0; i < l->n; i++) {
        const char *inside = l->at[i].path + folder;
        t->file[i] = strdup(inside + strspn(inside, "/"));
        if (!t->file[i]) return hg__fail_memory(l->e, name, strlen(inside));
    }
    return HG_OK;
}

static bool sniff(const hg__probe *p) { return p->folder; }

static hg_status open_folder(hg__table *t, const char *path, const hg_set_options *o, hg_error *e)
{
    listing l = {.limit = o->limit, .e = e};
    hg_status s = list(&l, path, NO_CLASS, 0);
    if (!s) s = check(&l, path);
    if (!s) s = load_all(t, &l, o, path);
    if (!s) s = label_all(t, &l, path);
    if (!s) s = name_all(t, &l, path);
    if (!s) say_resized(t, &l, o, path);
    close_listing(&l);
    return s;
}

const hg__format hg__format_folder = {.name = "folder of pictures", .sniff = sniff, .open = open_folder};
