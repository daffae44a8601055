/* augment.c: the list of augmentations, their text form, and the walk along them. Each step of a list draws from
 * a random stream of its own, so a step added at the end never changes the numbers of those before it. */
#include "data/augment.h"
#include "base/fail.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* name, what its value is called, least and greatest value, the same of a second value with its default
 * (none where all are 0), moves or alters, its work, help. A new one is a line here and a function. */
#define AUGMENTATIONS(X)                                                                                               \
    X(share, "PART", 0, 1, 0, 0, 0, true, NULL, "what follows changes this PART of the pictures, the others stay")     \
    X(rotate, "DEG", 0, 180, 0, 0, 0, true, hg__move_rotate, "turn by up to ±DEG degrees")                             \
    X(shift, "PIXELS", 0, 1000, 0, 0, 0, true, hg__move_shift, "shift by up to ±PIXELS each way")                      \
    X(scale, "PART", 0, 0.9, 0, 0, 0, true, hg__move_scale, "scale by a factor in 1 ± PART")                           \
    X(shear, "DEG", 0, 80, 0, 0, 0, true, hg__move_shear, "slant by up to ±DEG degrees")                               \
    X(flip, "h|v|hv", 0, 0, 0, 0, 0, true, hg__move_flip, "mirror half of the pictures: left-right, top-bottom, each") \
    X(elastic, "ALPHA[:SIGMA]", 0, 1000, 0.5, 20, 4, true, hg__move_elastic,                                           \
      "random displacements times ALPHA, smoothed by SIGMA pixels (34:4 for digits; Simard et al. 2003)")              \
    X(blur, "SIGMA", 0, 20, 0, 0, 0, false, hg__alter_blur, "Gaussian blur of up to SIGMA pixels")                     \
    X(occlude, "SIDE", 0, 10000, 0, 0, 0, false, hg__alter_occlude, "blank a square of SIDE pixels (cutout)")          \
    X(contrast, "PART", 0, 1, 0, 0, 0, false, hg__alter_contrast, "contrast times a factor in 1 ± PART")               \
    X(brightness, "PART", 0, 1, 0, 0, 0, false, hg__alter_brightness, "add up to ±PART")                               \
    X(gaussian, "SIGMA", 0, 10, 0, 0, 0, false, hg__alter_gaussian, "add Gaussian noise of deviation SIGMA")           \
    X(salt, "PART", 0, 1, 0, 0, 0, false, hg__alter_salt, "salt and pepper: PART of the pixels become 0 or 1")         \
    X(speckle, "SIGMA", 0, 10, 0, 0, 0, false, hg__alter_speckle, "multiply by 1 + Gaussian noise of deviation SIGMA") \
    X(mask, "PART", 0, 1, 0, 0, 0, false, hg__alter_mask, "PART of the pixels become 0")                               \
    X(binarize, "sample|LEVEL", 0, 1, 0, 0, 0, false, hg__alter_binarize,                                              \
      "pixels become 0 or 1: 1 by chance, as often as the pixel is high (sample), or where above LEVEL")

static const struct kind {
    const char *name, *value;
    double least, most, second_least, second_most, second;
    bool moves;
    hg__augmentation *work;
} kinds[] = {
#define X(name, value, least, most, least2, most2, second, moves, work, help) \
    {#name, value, least, most, least2, most2, second, moves, work},
    AUGMENTATIONS(X)
#undef X
};
enum { KINDS = sizeof kinds / sizeof *kinds, MOST_STEPS = 32 };

struct hg_augment {
    size_t n;
    struct step {
        const struct kind *kind;
        double value[2];
    } step[MOST_STEPS];
};

const char *hg_augment_help(void)
{
    return
#define X(name, value, least, most, least2, most2, second, moves, work, help) #name "=" value "  " help "\n"
        AUGMENTATIONS(X)
#undef X
            "noise=KIND:VALUE is the same as KIND=VALUE; noise without = may be given as KIND:VALUE\n";
}

/* ---- The text form ---------------------------------------------------------------------------- */

/* Names that people know from elsewhere. */
static const char *const aliases[][2] = {{"salt-and-pepper", "salt"},
                                         {"saltpepper", "salt"},
                                         {"cutout", "occlude"},
                                         {"binarise", "binarize"}};

static const struct kind *find_kind(const char *name, const char *item, hg_error *e)
{
    const char *names[KINDS];
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (!strcmp(name, aliases[i][0])) name = aliases[i][1];
    for (size_t i = 0; i < KINDS; i++) {
        if (!strcmp(kinds[i].name, name)) return &kinds[i];
        names[i] = kinds[i].name;
    }
    const char *near = hg__nearest(name, names, KINDS);
    hg__fail(e, HG_USAGE, item, "there is no augmentation \"%s\"; %s%s", name,
             near ? "did you mean " : "see --help for the list", near ? near : "");
    return NULL;
}

/* A number that ends the text or at a colon, where *rest is left. */
static bool read_number(const char *text, double *out, const char **rest)
{
    char *end;
    *out = strtod(text, &end);
    *rest = end;
    return end != text && (!*end || *end == ':');
}

typedef struct range {
    double least, most;
} range;

/* what: "SIGMA". */
static hg_status check_range(double v, range r, const char *what, const char *item, hg_error *e)
{
    if (v >= r.least && v <= r.most) return HG_OK;
    return hg__fail(e, HG_USAGE, item, "%s is expected from %g to %g", what, r.least, r.most);
}

static hg_status read_value(struct step *s, const char *text, const char *item, hg_error *e)
{
    const struct kind *k = s->kind;
    const char *rest = "", *second = strchr(k->value, ':');
    char first[32];
    s->value[1] = k->second;
    if (!strcmp(k->value, "h|v|hv")) {
        s->value[0] = !strcmp(text, "h") ? 1 : !strcmp(text, "v") ? 2 : !strcmp(text, "hv") ? 3 : 0;
        return s->value[0] > 0 ? HG_OK : hg__fail(e, HG_USAGE, item, "h, v or hv is expected");
    }
    if (k->work == hg__alter_binarize && !strcmp(text, "sample")) {
        s->value[0] = HG__BY_CHANCE;
        return HG_OK;
    }
    snprintf(first, sizeof first, "%.*s", (int)strcspn(k->value, "["), k->value);
    bool read = read_number(text, &s->value[0], &rest) && (!*rest || k->second_most > 0);
    double value = read ? s->value[0] : (double)NAN;
    hg_status status = check_range(value, (range){k->least, k->most}, first, item, e);
    if (status || !*rest) return status;
    snprintf(first, sizeof first, "%.*s", (int)strcspn(second + 1, "]"), second + 1);
    read = read_number(rest + 1, &s->value[1], &rest) && !*rest;
    value = read ? s->value[1] : (double)NAN;
    return check_range(value, (range){k->second_least, k->second_most}, first, item, e);
}

/* "rotate=15", "gaussian:0.2", "noise=gaussian:0.2"; messages name the item, which is cut up on the way. */
static hg_status read_item(struct step *s, char *item, hg_error *e)
{
    static const char noise[] = "noise=";
    char whole[256];
    if (!*item) return hg__fail(e, HG_USAGE, ",", "there is no augmentation on one of its sides; leave it out");
    if (!strncmp(item, noise, sizeof noise - 1)) item += sizeof noise - 1;
    if (!*item) return hg__fail(e, HG_USAGE, noise, "there is no augmentation behind it, such as gaussian:0.2");
    snprintf(whole, sizeof whole, "%s", item);
    char *value = item + strcspn(item, "=:");
    if (!*value) {
        s->kind = find_kind(item, whole, e);
        return s->kind ? hg__fail(e, HG_USAGE, whole, "needs a value: %s=%s", item, s->kind->value) : HG_USAGE;
    }
    *value++ = 0;
    s->kind = find_kind(item, whole, e);
    return s->kind ? read_value(s, value, whole, e) : HG_USAGE;
}

hg_status hg_augment_check(const hg_augment *a, hg_shape shape, hg_error *e)
{
    double side = (double)(shape.h < shape.w ? shape.h : shape.w);
    for (size_t i = 0; i < a->n; i++) {
        const struct step *s = &a->step[i];
        bool occlude = s->kind->work == hg__alter_occlude, shift = s->kind->work == hg__move_shift;
        double most = occlude ? side : side - 1; /* a shift leaves something of the picture */
        char where[64];
        if (!(occlude || shift) || s->value[0] <= most) continue;
        snprintf(where, sizeof where, "%s=%g", s->kind->name, s->value[0]);
        return hg__fail(e, HG_USAGE, where, "is beyond pictures of %zu x %zu; the most is %g", shape.h, shape.w, most);
    }
    return HG_OK;
}

/* A share is of what follows it. */
static hg_status check_shares(const hg_augment *a, const char *spec, hg_error *e)
{
    if (a->step[a->n - 1].kind->work) return HG_OK;
    return hg__fail(e, HG_USAGE, spec,
                    "nothing follows the share, so it changes nothing; write what that part of the pictures meets "
                    "behind it: share=%g,rotate=15",
                    a->step[a->n - 1].value[0]);
}

hg_status hg_augment_parse(hg_augment **made, const char *spec, hg_error *e)
{
    hg_augment *a = calloc(1, sizeof *a);
    char *copy = strdup(spec), *next = copy;
    hg_status s = a && copy ? HG_OK : hg__fail_memory(e, spec, sizeof *a);
    while (!s && next) {
        char *item = next, *comma = strchr(item, ',');
        next = comma ? comma + 1 : NULL;
        if (comma) *comma = 0;
        if (a->n == MOST_STEPS) s = hg__fail(e, HG_USAGE, spec, "more than %d augmentations are too many", MOST_STEPS);
        else s = read_item(&a->step[a->n++], item, e);
    }
    if (!s) s = check_shares(a, spec, e);
    free(copy);
    if (s) hg_augment_close(&a);
    else *made = a;
    return s;
}

hg_status hg__noise_parse(hg_augment **a, const char *noise, hg_error *e)
{
    hg__text spec = {0};
    for (const char *p = noise; *p;) {
        size_t length = strcspn(p, ",");
        hg__text_add(&spec, "%s%s%.*s", spec.size ? "," : "", memchr(p, '=', length) ? "" : "noise=", (int)length, p);
        p += length + (p[length] == ',');
    }
    hg_status s = hg__text_done(&spec, e);
    if (!s) s = hg_augment_parse(a, spec.at ? spec.at : "", e);
    hg__text_close(&spec);
    return s;
}

void hg_augment_close(hg_augment **a)
{
    free(*a);
    *a = NULL;
}

/* ---- The walk --------------------------------------------------------------------------------- */

void hg__augment_image(const hg_augment *a, hg_shape shape, hg__augment_key key, float *image, float *scratch)
{
    hg__canvas c = {.shape = shape, .image = image, .scratch = scratch};
    hg__canvas_rest(&c);
    for (size_t i = 0; i < a->n; i++) {
        const struct kind *k = a->step[i].kind;
        hg__random r = hg__random_at(key.seed, key.purpose | (uint32_t)i << 8, key.epoch, key.index);
        if (!k->work && hg__random_uniform(&r) >= a->step[i].value[0]) break;
        if (!k->work) continue;
        if (!k->moves) hg__canvas_move(&c);
        k->work(&c, a->step[i].value, &r);
    }
    hg__canvas_move(&c);
}

/* size: a public call; flat, so that its common use is one line. */
void hg_augment_apply(const hg_augment *a, hg_shape shape, uint64_t seed, uint32_t epoch, uint64_t index, float *image,
                      float *scratch)
{
    hg__augment_key key = {.seed = seed, .index = index, .purpose = HG__FOR_AUGMENT, .epoch = epoch};
    hg__augment_image(a, shape, key, image, scratch);
}
