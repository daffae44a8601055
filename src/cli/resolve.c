/* resolve.c: from argv, the environment and the config files to a filled command struct.
 *
 * Defaults first, then the user's config file, then --config, then HOURGLASS_*, then the command
 * line; each writes over the one before it and is remembered as the value's origin. */
#include <hourglass/train.h>

#include "base/file.h"
#include "cli/output.h"
#include "cli/scan.h"
#include "kern/kernels.h"
#include "record/json_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum { MOST_CONFIG = 1 << 20 }; /* bytes */

static hg_status apply(hg__call *call, hg__setting setting, hg__origin origin, const char *where, hg_error *e)
{
    hg__slot slot = setting.slot;
    hg_status s = hg__option_set(slot.row, (char *)call->values + slot.offset, setting.text, where, e);
    if (!s) call->origin[slot.number] = (unsigned char)origin;
    return s;
}

/* ---- Environment ------------------------------------------------------------------------------- */

/* "weight-decay" is HOURGLASS_WEIGHT_DECAY. */
static const char *variable_name(const char *option, char *out, size_t n)
{
    snprintf(out, n, "HOURGLASS_%s", option);
    for (char *p = out; *p; p++) *p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
    return out;
}

static hg_status apply_environment(hg__call *call, hg_error *e)
{
    hg_status status = HG_OK;
    for (hg__slot s = {0}; !status && hg__slot_next(call->command, &s);) {
        char name[64];
        const char *text = getenv(variable_name(s.row->name, name, sizeof name));
        if (text && *text && strcmp(s.row->name, "help"))
            status = apply(call, (hg__setting){s, text}, HG__FROM_ENVIRONMENT, name, e);
    }
    return status;
}

/* HOURGLASS_ISA names kernels of one precision: that is the default then, and to ask for another a contradiction. */
static hg_status heed_isa(hg__call *call, hg_error *e)
{
    const char *isa, *precision = hg__precision_name(hg__kernels_forced(&isa));
    hg__slot s = {0};
    bool there = false;
    while (!there && hg__slot_next(call->command, &s)) there = !strcmp(s.row->name, "precision");
    if (!isa || !there) return HG_OK;
    if (call->origin[s.number] < HG__FROM_ENVIRONMENT) {
        if (!apply(call, (hg__setting){s, precision}, HG__FROM_ISA, "HOURGLASS_ISA", NULL)) return HG_OK;
        return hg__fail(e, HG_USAGE, "HOURGLASS_ISA", "names '%s', which has %s, and %s does not; unset it", isa,
                        precision, call->command->name);
    }
    char asked[16], source[1024];
    hg__option_text(s.row, (char *)call->values + s.offset, asked, sizeof asked);
    if (!strcmp(asked, precision)) return HG_OK;
    return hg__fail(e, HG_USAGE, hg__call_source(call, "precision", source, sizeof source),
                    "is %s, but HOURGLASS_ISA names '%s', which has %s; unset one of them", asked, isa, precision);
}

/* Whether a command, or one below it, has the option of that name, or that the variable sets. */
static bool command_has(const hg__command *c, const char *name, bool is_variable)
{
    char text[64];
    for (hg__slot s = {0}; hg__slot_next(c, &s);)
        if (!strcmp(is_variable ? variable_name(s.row->name, text, sizeof text) : s.row->name, name)) return true;
    for (size_t i = 0; c->sub && c->sub[i]; i++)
        if (command_has(c->sub[i], name, is_variable)) return true;
    return false;
}

static bool some_command_has(const char *name, bool is_variable)
{
    for (size_t i = 0; hg__commands[i]; i++)
        if (command_has(hg__commands[i], name, is_variable)) return true;
    return false;
}

/* HOURGLASS_EPOCS: a word of warning, no more, for the variable may be somebody else's. One of another command's option
 * is fine, as such a key of a config file is. */
static void look_for_slips(hg__call *call)
{
    for (char **variable = environ; *variable; variable++) {
        const char *names[160] = {"HOURGLASS_DATA", "HOURGLASS_ISA"}, *near;
        char texts[160][32], name[64];
        size_t n = 2;
        if (strncmp(*variable, "HOURGLASS_", 10)) continue;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*variable, "="), *variable);
        if (!strcmp(name, names[0]) || !strcmp(name, names[1]) || some_command_has(name, true)) continue;
        for (hg__slot s = {0}; n < 160 && hg__slot_next(call->command, &s); n++)
            names[n] = variable_name(s.row->name, texts[n], sizeof texts[n]);
        near = hg__nearest(name, names, n);
        if (near) snprintf(call->warning, sizeof call->warning, "%s names no option; did you mean %s?", name, near);
    }
}

/* ---- Config files ------------------------------------------------------------------------------ */

/* A key of another command is fine, so that one file serves all; a key of none is a mistake. */
static hg_status refuse_unknown_key(const hg__command *c, const char *path, const char *key, hg_error *e)
{
    const char *names[160];
    size_t n = 0;
    if (!strcmp(key, "config") || !strcmp(key, "help"))
        return hg__fail(e, HG_USAGE, path, "\"%s\" belongs on the command line, not into a config file; remove it",
                        key);
    if (some_command_has(key, false)) return HG_OK;
    for (hg__slot s = {0}; n < 160 && hg__slot_next(c, &s);) names[n++] = s.row->name;
    const char *near = hg__guess(key, names, n);
    return hg__fail(e, HG_USAGE, path, "\"%s\" is not the name of an option%s%s%s", key,
                    near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* The text of a JSON value: the document's own string, or a number's digits in out[n]. NULL: of the wrong kind. */
static const char *value_text(const json_t *value, const hg__option *row, char *out, size_t n)
{
    bool wants_text = row->type == HG__TEXT || row->type == HG__CHOICE;
    if (json_is_string(value)) return json_string_value(value);
    if (wants_text) return NULL;
    if (json_is_boolean(value)) return json_is_true(value) ? "true" : "false";
    if (json_is_integer(value)) snprintf(out, n, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value)) snprintf(out, n, "%.17g", json_real_value(value));
    else return NULL;
    return out;
}

static hg_status apply_config(hg__call *call, size_t which, hg_error *e)
{
    const char *path = call->config_path[which], *key;
    json_t *value;
    hg__origin origin = which ? HG__FROM_CONFIG : HG__FROM_USER_CONFIG;
    hg_status status = HG_OK;
    json_object_foreach(call->config[which], key, value)
    {
        char where[1200], digits[64];
        const char *text = NULL;
        snprintf(where, sizeof where, "%s: \"%s\"", path, key);
        if ((status = refuse_unknown_key(call->command, path, key, e))) break;
        for (hg__slot s = {0}; !status && hg__slot_next(call->command, &s);) {
            if (strcmp(s.row->name, key) || json_is_null(value)) continue;
            text = value_text(value, s.row, digits, sizeof digits);
            if (text) status = apply(call, (hg__setting){s, text}, origin, where, e);
            else status = hg__fail(e, HG_USAGE, where, "is not the kind of value that --%s takes", key);
        }
        if (status) break;
    }
    return status;
}

/* A name without a point or a slash that is neither a file nor a recipe was meant for a recipe. */
static hg_status no_recipe(const char *name, hg_error *e)
{
    enum { MOST_RECIPES = 32 };
    const char *names[MOST_RECIPES];
    char list[256];
    size_t n = 0;
    for (; n < hg_recipes() && n < MOST_RECIPES; n++) names[n] = hg_recipe_name(n);
    const char *near = hg__guess(name, names, n);
    return hg__fail(e, HG_IO, name, "is neither a file nor a recipe; %s%s%sthe recipes are %s",
                    near ? "did you mean '" : "", near ? near : "", near ? "'? " : "",
                    hg__list(names, n, list, sizeof list));
}

/* A file's text, or that of the recipe with this name. */
static hg_status config_text(char **text, const char *path, hg_error *e)
{
    size_t size = 0;
    const char *recipe = hg__is_file(path) ? NULL : hg_recipe_text(path);
    if (recipe) return (*text = strdup(recipe)) ? HG_OK : hg__fail_memory(e, path, strlen(recipe));
    if (!strpbrk(path, "./") && access(path, F_OK)) return no_recipe(path, e);
    hg_status s = hg__file_read(path, MOST_CONFIG, text, &size, e);
    if (!s && strlen(*text) != size) s = hg__fail(e, HG_DATA, path, "holds a zero byte, so it is no JSON text");
    return s;
}

static hg_status read_config(hg__call *call, size_t which, const char *path, hg_error *e)
{
    char *bytes = NULL;
    snprintf(call->config_path[which], sizeof call->config_path[which], "%s", path);
    hg_status s = config_text(&bytes, path, e);
    if (!s) s = hg__json_parse(&call->config[which], bytes, path, e);
    if (!s && !json_is_object(call->config[which]))
        s = hg__fail(e, HG_DATA, path, "is no JSON object; write {\"option\": value, …}");
    free(bytes);
    return s ? s : apply_config(call, which, e);
}

static hg_status apply_user_config(hg__call *call, hg_error *e)
{
    char path[1024];
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && *config) snprintf(path, sizeof path, "%s/hourglass/config.json", config);
    else snprintf(path, sizeof path, "%s/.config/hourglass/config.json", home ? home : "");
    return hg__is_file(path) ? read_config(call, 0, path, e) : HG_OK;
}

/* --config itself may come from the line or from HOURGLASS_CONFIG. */
static const char *config_asked(const hg__scan *scan)
{
    const char *path = getenv("HOURGLASS_CONFIG");
    for (size_t i = 0; i < scan->settings; i++)
        if (!strcmp(scan->setting[i].slot.row->name, "config")) path = scan->setting[i].text;
    return path && *path ? path : NULL;
}

/* ---- The call ---------------------------------------------------------------------------------- */

static hg_status apply_line(hg__call *call, const hg__scan *scan, hg_error *e)
{
    hg_status s = HG_OK;
    for (size_t i = 0; !s && i < scan->settings; i++) {
        char where[80];
        snprintf(where, sizeof where, "--%s", scan->setting[i].slot.row->name);
        s = apply(call, scan->setting[i], HG__FROM_LINE, where, e);
    }
    return s;
}

static hg_status check_words(const hg__call *call, hg_error *e)
{
    const hg__command *c = call->command;
    char title[64];
    hg__command_title(call->parent, c, title, sizeof title);
    if (call->words > c->words_max)
        return hg__fail(e, HG_USAGE, title, "\"%s\" is one word too many; usage: hourglass %s %s",
                        call->word[c->words_max], title, c->words);
    if (call->words < c->words_min)
        return hg__fail(e, HG_USAGE, title, "something is missing; usage: hourglass %s %s", title, c->words);
    return HG_OK;
}

static hg_status make_room(hg__call *call, hg_error *e)
{
    size_t slots = 1;
    for (hg__slot s = {0}; hg__slot_next(call->command, &s);) slots++;
    call->values = calloc(1, call->command->size);
    call->origin = calloc(slots, 1);
    if (!call->values || !call->origin) return hg__fail_memory(e, "command line", call->command->size + slots);
    for (const hg__option_group *g = call->command->groups; g->rows; g++)
        hg__options_default(g->rows, (char *)call->values + g->offset);
    call->common = call->values;
    return HG_OK;
}

static void note_line(hg__call *call, int argc, char **argv)
{
    hg__text_add(&call->typed, "hourglass");
    for (int i = 1; i < argc; i++) {
        hg__text_add(&call->typed, " ");
        hg__output_quoted(&call->typed, argv[i]);
    }
}

static hg_status resolve(hg__call *call, hg__scan *scan, int argc, char **argv, hg_error *e)
{
    hg_status s = hg__scan_open(scan, call->command, argc, argv, e);
    const char *config = s ? NULL : config_asked(scan);
    if (!s) s = apply_user_config(call, e);
    if (!s && config) s = read_config(call, 1, config, e);
    if (!s) s = apply_environment(call, e);
    if (!s) s = apply_line(call, scan, e);
    if (!s) s = heed_isa(call, e);
    if (s) return s;
    look_for_slips(call);
    call->word = scan->word, call->words = scan->words;
    scan->word = NULL;
    return check_words(call, e);
}

/* A command's first word is its sub-command where one has that name, and else, of a command that runs by itself, a word
 * of its own: a file called "report" is reached as ./report. */
static hg_status find_command(hg__call *call, int argc, char **argv, hg_error *e)
{
    const hg__command *c = call->command = hg__command_find(hg__commands, argv[1]);
    if (!c) return hg__command_unknown(hg__commands, "command", argv[1], e);
    if (!c->sub || argc < 3 || argv[2][0] == '-') return HG_OK;
    const hg__command *sub = hg__command_find(c->sub, argv[2]);
    if (sub) call->parent = c, call->command = sub;
    return sub || c->run ? HG_OK : hg__command_unknown(c->sub, "sub-command", argv[2], e);
}

hg_status hg__call_open(hg__call *call, int argc, char **argv, hg_error *e)
{
    hg__scan scan = {0};
    hg_status s = find_command(call, argc, argv, e);
    if (s) return s;
    int used = call->parent ? 3 : 2;
    call->wants_help = hg__scan_wants_help(argc - used, argv + used) || (!call->command->run && argc == used);
    if (call->wants_help) return HG_OK;
    if (!call->command->run)
        return hg__fail(e, HG_USAGE, call->command->name,
                        "needs a sub-command before \"%s\"; hourglass help %s lists them", argv[used],
                        call->command->name);
    s = make_room(call, e);
    if (!s) s = resolve(call, &scan, argc - used, argv + used, e);
    hg__scan_close(&scan);
    note_line(call, argc, argv);
    return s;
}

void hg__call_close(hg__call *call)
{
    free(call->values);
    free(call->origin);
    free(call->word);
    for (size_t i = 0; i < HG__CONFIGS; i++) json_decref(call->config[i]);
    hg__text_close(&call->typed);
    hg__text_close(&call->out);
    *call = (hg__call){0};
}

static hg__origin origin_of(const hg__call *call, const char *name)
{
    for (hg__slot s = {0}; hg__slot_next(call->command, &s);)
        if (!strcmp(s.row->name, name)) return (hg__origin)call->origin[s.number];
    return HG__FROM_DEFAULT;
}

bool hg__call_typed(const hg__call *call, const char *name) { return origin_of(call, name) == HG__FROM_LINE; }

const char *hg__call_source(const hg__call *call, const char *name, char *out, size_t n)
{
    switch (origin_of(call, name)) {
    case HG__FROM_DEFAULT: snprintf(out, n, "default"); break;
    case HG__FROM_USER_CONFIG: snprintf(out, n, "%s", call->config_path[0]); break;
    case HG__FROM_CONFIG: snprintf(out, n, "%s", call->config_path[1]); break;
    case HG__FROM_ENVIRONMENT: variable_name(name, out, n); break;
    case HG__FROM_ISA: snprintf(out, n, "HOURGLASS_ISA"); break;
    case HG__FROM_LINE: snprintf(out, n, "--%s", name); break;
    }
    return out;
}
