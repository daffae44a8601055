/* fuzz.c: damaged files of every kind that is read: each is read or refused, whatever is in it. What goes wrong is a
 * crash, an endless loop, or, in the sanitizers' build, a report; the input that did it stays as fuzz-KIND.
 *
 *     fuzz [TIMES [SEED [KIND]]]
 *
 * Inputs are a pure function of seed, kind and number, so a finding comes again. */
#include "base/hash.h"
#include "base/random.h"
#include "record/json_text.h"
#include "train/train_rows.h"
#include "train/trainer.h"

#include <hourglass/hourglass.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <unistd.h>

#include "temp_folder.h"

enum { SIDE = 8, SAMPLES = 12, SIZE = SIDE * SIDE, MOST = 1 << 18 };

typedef struct input {
    unsigned char bytes[MOST];
    size_t n;
} input;

/* ---- Seeds: a sound file of each kind, written to `path` ---- */

static void die(const char *what, const char *where)
{
    fprintf(stderr, "%s: %s\n", where, what);
    exit(2);
}

static void need(hg_status s, const char *where, const hg_error *e)
{
    if (s) die(e->what, where);
}

static void put(const char *path, const void *bytes, size_t n)
{
    remove(path); /* a file that is cut to nothing first is synced by some file systems */
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f)) die("cannot be written", path);
}

static void get(const char *path, input *in)
{
    FILE *f = fopen(path, "rb");
    if (!f) die("cannot be read", path);
    in->n = fread(in->bytes, 1, MOST, f);
    fclose(f);
}

static const float *samples(void)
{
    static float v[SAMPLES * SIZE];
    for (size_t i = 0; i < SAMPLES * SIZE; i++) v[i] = (float)(i * 7 % 256) / 255;
    return v;
}

static void seed_idx(const char *path)
{
    unsigned char file[16 + 3 * SIZE] = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, SIDE, 0, 0, 0, SIDE};
    for (size_t i = 16; i < sizeof file; i++) file[i] = (unsigned char)(i * 5);
    put(path, file, sizeof file);
}

static void seed_npy(const char *path)
{
    hg_error e;
    need(hg_npy_write(path, samples(), 3, (const size_t[]){3, SIDE, SIDE}, true, &e), path, &e);
}

static void seed_png(const char *path)
{
    hg_error e;
    uint8_t pixels[3 * SIZE];
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)(i * 11);
    need(hg_image_write_png(path, (hg_shape){SIDE, SIDE, 3}, pixels, true, &e), path, &e);
}

static void seed_jpeg(const char *path)
{
    unsigned char pixels[3 * SIZE], *made = NULL;
    unsigned long n = 0;
    tjhandle t = tjInitCompress();
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (unsigned char)(i * 3);
    if (!t || tjCompress2(t, pixels, SIDE, 0, SIDE, TJPF_RGB, &made, &n, TJSAMP_420, 90, 0)) die("no JPEG", path);
    put(path, made, n);
    tjFree(made);
    tjDestroy(t);
}

static const char text[] =
    "input 8x8x1 -> x # a comment\nconv 3x3 4 /2 p1 leaky=0.1 -> a\nbatchnorm\nmaxpool 2\n"
    "dense 6 nobias -> mu\ndense 6 <- a -> logvar\ngaussian <- mu logvar -> z\nmirror none -> w\n"
    "dense 8x8x1 sigmoid -> y\nloss mse y x sum * 0.5\nloss kl mu logvar sum\nloss huber w 0.3\n";
static const char small[] = "input 8x8x1 -> x\ndense 4 relu -> z\ndense 8x8x1 -> y\nloss mse y x\n";

static void seed_graph(const char *path) { put(path, text, sizeof text - 1); }

static void seed_model(const char *path)
{
    hg_error e;
    hg_graph *g = NULL;
    hg_model *m = NULL;
    need(hg_graph_parse(&g, small, "small", NULL, &e), path, &e);
    need(hg_model_make(&m, &g, 1, &e), path, &e);
    need(hg_model_save(m, path, &e), path, &e);
    hg_model_close(&m);
}

/* One file of a run of one epoch. */
static void seed_run(const char *path, const char *name)
{
    char run[64], file[640];
    hg_error e;
    hg_set *set = NULL;
    hg_train_result r;
    hg_train_options o = hg_train_defaults();
    o.epochs = 1, o.threads = 1, o.sample_every = 0;
    snprintf(run, sizeof run, "fuzz-run-%ld", (long)getpid());
    put("fuzz.hg", small, sizeof small - 1);
    need(hg_set_wrap(&set, "few", samples(), SAMPLES, (hg_shape){SIDE, SIDE, 1}, &e), path, &e);
    need(hg_train(&r, set, "fuzz.hg", run, &o, NULL, &e), path, &e);
    snprintf(file, sizeof file, "%s/%s", r.run, name);
    if (rename(file, path)) die("cannot be moved", file);
    hg_set_close(&set);
    temp_close(r.run);
    remove("fuzz.hg");
}

static void seed_checkpoint(const char *path) { seed_run(path, "checkpoint"); }
static void seed_config(const char *path) { seed_run(path, "config.json"); }

/* ---- Reading: whatever comes of it, but nothing worse ---- */

static void read_set(const char *path)
{
    hg_set *set = NULL;
    float *sample;
    if (hg_set_open(&set, path, &(hg_set_options){.offline = true, .normalize = HG_NORMALIZE_MINMAX}, NULL)) return;
    sample = malloc(hg_shape_size(set->shape) * sizeof *sample);
    if (sample) hg_set_get(set, set->n - 1, sample);
    free(sample);
    hg_set_close(&set);
}

static void read_image(const char *path)
{
    hg_image image = {0};
    if (!hg_image_read(&image, path, NULL)) free(image.pixels);
}

static void read_graph(const char *path)
{
    hg_graph *g = NULL, *again = NULL;
    if (hg_graph_open(&g, path, NULL, NULL)) return;
    if (hg_graph_parse(&again, hg_graph_text(g), "again", NULL, NULL)) abort(); /* what is written out can be read */
    hg_graph_close(&again);
    hg_graph_close(&g);
}

static void read_model(const char *path)
{
    hg_model *m = NULL;
    char sha256[65];
    if (hg_model_open(&m, path, NULL)) return;
    hg_model_sha256(m, sha256);
    hg_model_close(&m);
}

static void read_checkpoint(const char *path)
{
    hg__saved s = {0};
    hg__standing at;
    hg_train_options o;
    if (hg__checkpoint_open(&s, path, NULL)) return;
    hg__standing_read(&at, &s, NULL);
    hg__train_values_read(&o, json_object_get(s.header, "values"), path, NULL);
    hg__checkpoint_close(&s);
}

static void read_config(const char *path)
{
    static input in;
    json_t *document = NULL;
    hg_train_options o;
    get(path, &in);
    if (in.n == MOST) return;
    in.bytes[in.n] = 0;
    if (hg__json_parse(&document, (const char *)in.bytes, path, NULL)) return;
    hg__train_values_read(&o, json_object_get(document, "values"), path, NULL);
    json_decref(document);
}

/* A wrong checksum is found at once, so half of the checkpoints get a right one. */
static void seal(input *in)
{
    char sum[65];
    if (in->n < 64) return;
    hg__sha256(in->bytes, in->n - 64, sum);
    memcpy(in->bytes + in->n - 64, sum, 64);
}

static const struct kind {
    const char *name;
    void (*seed)(const char *path);
    void (*read)(const char *path);
    void (*seal)(input *in);
} kinds[] = {
    {"idx", seed_idx, read_set, NULL},
    {"npy", seed_npy, read_set, NULL},
    {"png", seed_png, read_image, NULL},
    {"jpg", seed_jpeg, read_image, NULL},
    {"hg", seed_graph, read_graph, NULL},
    {"safetensors", seed_model, read_model, NULL},
    {"checkpoint", seed_checkpoint, read_checkpoint, seal},
    {"json", seed_config, read_config, NULL},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- Damage ---- */

static size_t below(hg__random *r, size_t n) { return n ? hg__random_below(r, n) : 0; }

/* Takes `n` bytes out at `at`, or copies as many from elsewhere in. */
static void move_bytes(input *in, hg__random *r, bool insert)
{
    size_t at = below(r, in->n), n = 1 + below(r, 24), from = below(r, in->n);
    if (insert && in->n + n < MOST && from + n <= in->n) {
        unsigned char copy[32];
        memcpy(copy, in->bytes + from, n);
        memmove(in->bytes + at + n, in->bytes + at, in->n - at);
        memcpy(in->bytes + at, copy, n);
        in->n += n;
    } else if (!insert && at + n <= in->n) {
        memmove(in->bytes + at, in->bytes + at + n, in->n - at - n);
        in->n -= n;
    }
}

static void damage_once(input *in, hg__random *r)
{
    static const unsigned char edges[] = {0, 1, 0x7f, 0x80, 0xff, ' ', '\n', '"', '{', '-', '9', 'x'};
    size_t at = below(r, in->n < 256 || hg__random_u32(r) & 1 ? in->n : 256); /* headers are where it hurts */
    if (!in->n) return;
    switch (below(r, 7)) {
    case 0: in->bytes[at] ^= (unsigned char)(1u << below(r, 8)); break;
    case 1: in->bytes[at] = (unsigned char)hg__random_u32(r); break;
    case 2: in->bytes[at] = edges[below(r, sizeof edges)]; break;
    case 3:
        for (size_t i = at; i < at + 4 && i < in->n; i++) in->bytes[i] = edges[below(r, 5)];
        break;
    case 4: in->n = at; break;
    case 5: move_bytes(in, r, true); break;
    default: move_bytes(in, r, false);
    }
}

static void fuzz(const struct kind *k, size_t number, size_t times, uint64_t seed)
{
    static input sound, in;
    char path[64];
    snprintf(path, sizeof path, "fuzz-%s", k->name);
    k->seed(path);
    get(path, &sound);
    k->read(path);
    for (uint64_t i = 0; i < times; i++) {
        hg__random r = hg__random_at(seed, HG__FOR_TEST, (uint32_t)number, i);
        in.n = sound.n;
        memcpy(in.bytes, sound.bytes, sound.n);
        for (size_t n = 1 + below(&r, 4); n-- > 0;) damage_once(&in, &r);
        if (k->seal && i % 2) k->seal(&in);
        put(path, in.bytes, in.n);
        alarm(30); /* seconds that no input may take */
        k->read(path);
    }
    alarm(0);
    remove(path);
    printf("ok %zu - %zu damaged files like .%s are read or refused\n", number + 1, times, k->name);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    size_t times = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    printf("1..%d\n", KINDS);
    for (size_t i = 0; i < KINDS; i++)
        if (argc < 4 || !strcmp(argv[3], kinds[i].name)) fuzz(&kinds[i], i, times, seed);
    return 0;
}
