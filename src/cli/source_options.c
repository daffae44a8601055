/* source_options.c: see source_options.h. */
#include "cli/source_options.h"

#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(hg__source_options, field)
#define PART_ROW                                                                                                \
    {                                                                                                           \
        .name = "part", .type = HG__CHOICE, .offset = AT(part), .choices = "train|test|whole", .value = "PART", \
        .help = "train, test or whole, of a data set that has parts"                                            \
    }
#define RESIZE_ROW                                                                           \
    {                                                                                        \
        .name = "resize", .type = HG__TEXT, .offset = AT(resize), .value = "HxW",            \
        .help = "bring every picture to this size; HxWx1 also makes it grey, HxWx3 coloured" \
    }
#define RESIZE_ROW_OF_RUN                                                                                  \
    {                                                                                                      \
        .name = "resize", .type = HG__TEXT, .offset = AT(resize), .value = "HxW",                          \
        .help = "bring every picture to this size (HxWx1 grey, HxWx3 coloured); without it as the run did" \
    }
#define METHOD_ROW(otherwise)                                                                                          \
    {                                                                                                                  \
        .name = "method", .type = HG__CHOICE, .offset = AT(method), .fallback = otherwise, .choices = "area|bilinear", \
        .help = "how --resize works: area or bilinear"                                                                 \
    }
#define FIT_ROW(otherwise)                                                                                          \
    {                                                                                                               \
        .name = "fit", .type = HG__CHOICE, .offset = AT(fit), .fallback = otherwise, .choices = "stretch|crop|pad", \
        .help = "a picture of another aspect is stretched, cut at its sides (crop), or gets black ones (pad)"       \
    }
#define SKIP_ROW                                                                    \
    {                                                                               \
        .name = "skip-damaged", .type = HG__FLAG, .offset = AT(skip_damaged),       \
        .help = "leave out pictures of a folder that cannot be read, and name them" \
    }
#define NORMALIZE_ROW                                                                               \
    {                                                                                               \
        .name = "normalize", .type = HG__CHOICE, .offset = AT(normalize), .fallback = "unit",       \
        .choices = "unit|minmax|standard|none",                                                     \
        .help = "what stored numbers become: unit ([0,1], by their type), minmax, standard or none" \
    }
#define LIMIT_ROW                                                                \
    {                                                                            \
        .name = "limit", .type = HG__SIZE, .offset = AT(limit), .fallback = "0", \
        .help = "the first N samples only; 0: all"                               \
    }
#define OFFLINE_ROW                                                                                   \
    {                                                                                                 \
        .name = "offline", .type = HG__FLAG, .offset = AT(offline), .help = "never touch the network" \
    }

const hg__option hg__source_rows[] = {
    PART_ROW, RESIZE_ROW, METHOD_ROW("area"), FIT_ROW("stretch"), NORMALIZE_ROW, LIMIT_ROW, SKIP_ROW, OFFLINE_ROW, {0}};
const hg__option hg__input_rows[] = {PART_ROW,  RESIZE_ROW_OF_RUN, METHOD_ROW(NULL), FIT_ROW(NULL),
                                     LIMIT_ROW, SKIP_ROW,          OFFLINE_ROW,      {0}};

hg_status hg__shape_parse(hg_shape *shape, const char *text, const char *where, hg_error *e)
{
    unsigned long size[3] = {0, 0, 0};
    const char *at = text;
    size_t n = 0;
    for (; n < 3 && *at >= '0' && *at <= '9'; n++) {
        char *end = NULL;
        size[n] = strtoul(at, &end, 10);
        at = end;
        if (*at != 'x') break;
        at++;
    }
    bool complete = !*at && at > text && at[-1] != 'x' && n >= 1;
    if (!complete) return hg__fail(e, HG_USAGE, where, "\"%s\" is no size; write 28x28 or 28x28x1", text);
    for (size_t i = 0; i <= n && i < 3; i++)
        if (size[i] < 1 || size[i] > 65536) return hg__fail(e, HG_USAGE, where, "\"%s\": a side is 1 to 65536", text);
    *shape = (hg_shape){size[0], size[1], size[2]};
    return HG_OK;
}

bool hg__source_is_builtin(const char *spec)
{
    for (size_t i = 0; i < hg_datasets(); i++)
        if (!strcmp(hg_dataset_at(i)->name, spec)) return true;
    return false;
}

bool hg__source_has_test(const char *spec, const hg__source_options *o)
{
    bool whole = o->part && !strcmp(o->part, "whole");
    return hg__source_is_builtin(spec) && !whole;
}

hg_status hg__source_settle_test(const char *spec, const hg__source_options *o, double *test, hg_error *e)
{
    bool has_test = hg__source_has_test(spec, o);
    if (isnan(*test)) *test = has_test ? 0 : 0.1;
    if (has_test && *test > 0)
        return hg__fail(e, HG_USAGE, "--test", "%s has a test part of its own, which eval takes; leave this out", spec);
    return HG_OK;
}

/* The place of `word` in the choices, which stand in the order of the enum. */
static size_t which(const char *word, const char *const *choices, size_t n, size_t otherwise)
{
    for (size_t i = 0; word && i < n; i++)
        if (!strcmp(word, choices[i])) return i;
    return otherwise;
}

hg_status hg__source_resolve(hg_set_options *out, const char *spec, const hg__source_options *o, hg_part part,
                             hg_error *e)
{
    static const char *const parts[] = {"train", "test", "whole"}, *const methods[] = {"area", "bilinear"},
                             *const fits[] = {"stretch", "crop", "pad"},
                             *const norms[] = {"unit", "minmax", "standard", "none"};
    if (!hg__source_is_builtin(spec)) part = HG_WHOLE;
    *out = (hg_set_options){
        .part = (hg_part)which(o->part, parts, 3, part),
        .method = (hg_resize)which(o->method, methods, 2, HG_RESIZE_AREA),
        .fit = (hg_fit)which(o->fit, fits, 3, HG_FIT_STRETCH),
        .skip_damaged = o->skip_damaged,
        .normalize = (hg_normalize)which(o->normalize, norms, 4, HG_NORMALIZE_UNIT),
        .offline = o->offline,
        .limit = o->limit,
        .low = o->low,
        .high = o->high,
        .stored = o->stored,
    };
    return o->resize && *o->resize ? hg__shape_parse(&out->resize, o->resize, "--resize", e) : HG_OK;
}

json_t *hg__source_to_json(const char *spec, const hg__source_options *o, const hg_set *set)
{
    char *full = hg__source_is_builtin(spec) ? NULL : realpath(spec, NULL);
    json_t *data = json_pack("{s:o, s:s?, s:s?, s:s?, s:s?, s:s?, s:b, s:I, s:s, s:f, s:f, s:f, s:f}", "source",
                             hg__json_word(full ? full : spec), "part", o->part, "resize", o->resize, "method",
                             o->method, "normalize", o->normalize, "fit", o->fit, "skip_damaged", o->skip_damaged,
                             "limit", (json_int_t)o->limit, "stored", set->stored, "low", set->low, "high", set->high,
                             "scale", (double)set->scale, "offset", (double)set->offset);
    free(full);
    return data;
}

/* One row from the object, by the rules of the command line; what is missing or null stays as it is. */
static hg_status read_row(hg__source_options *o, const hg__option *row, const json_t *data, const char *where,
                          hg_error *e)
{
    char place[640], number[32];
    hg_shape shape;
    hg_status s = HG_OK;
    const json_t *value = json_object_get(data, row->name);
    const char *text = json_string_value(value);
    snprintf(place, sizeof place, "%s: \"%s\"", where, row->name);
    if (!value || json_is_null(value)) return HG_OK;
    if (row->type == HG__SIZE && json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        text = number;
    } else if (row->type == HG__SIZE) text = NULL;
    if (!text) return hg__fail(e, HG_DATA, place, "is not the kind of value that --%s takes; mend it", row->name);
    if (!strcmp(row->name, "resize") && *text) s = hg__shape_parse(&shape, text, place, e);
    if (!s) s = hg__option_set(row, o, text, place, e);
    if (s && e) e->status = HG_DATA;
    return s ? HG_DATA : HG_OK;
}

hg_status hg__source_from_json(const char **spec, hg__source_options *o, const json_t *data, const char *where,
                               hg_error *e)
{
    hg__source_options made = {0};
    hg_status s = HG_OK;
    *spec = json_string_value(json_object_get(data, "source"));
    if (!*spec)
        return hg__fail(e, HG_DATA, where, "does not say which data the run was trained on (\"data\", \"source\")");
    for (const hg__option *row = hg__source_rows; !s && row->name; row++)
        if (row->type != HG__FLAG) s = read_row(&made, row, data, where, e);
    made.skip_damaged = json_is_true(json_object_get(data, "skip_damaged"));
    made.low = json_number_value(json_object_get(data, "low"));
    made.high = json_number_value(json_object_get(data, "high"));
    made.stored = json_string_value(json_object_get(data, "stored"));
    if (!s) *o = made;
    return s;
}
