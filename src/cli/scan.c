/* scan.c: see scan.h. */
#include "cli/scan.h"

#include "cli/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A walk along argv. */
typedef struct walk {
    const hg__command *command;
    hg__scan *scan;
    char **argv;
    int argc, at;
} walk;

static bool find_name(const hg__command *c, const char *name, size_t length, hg__slot *found)
{
    for (hg__slot s = {0}; hg__slot_next(c, &s);)
        if (!strncmp(s.row->name, name, length) && !s.row->name[length]) return *found = s, true;
    return false;
}

static bool find_letter(const hg__command *c, char letter, hg__slot *found)
{
    for (hg__slot s = {0}; hg__slot_next(c, &s);)
        if (s.row->letter == letter) return *found = s, true;
    return false;
}

/* An empty value is a variable of the caller's that was never set: --resume "" must not begin a new run. */
static hg_status keep(walk *w, hg__slot slot, const char *text, hg_error *e)
{
    char where[80];
    snprintf(where, sizeof where, "--%s", slot.row->name);
    if (!*text) return hg__fail(e, HG_USAGE, where, "has an empty value; give it one, or leave the option out");
    w->scan->setting[w->scan->settings++] = (hg__setting){slot, text};
    return HG_OK;
}

static hg_status keep_word(walk *w, const char *text, hg_error *e)
{
    if (!*text) return hg__fail(e, HG_USAGE, w->command->name, "one of its words is empty; is a variable not set?");
    w->scan->word[w->scan->words++] = text;
    return HG_OK;
}

static hg_status unknown(const hg__command *c, const char *name, size_t length, const char *argument, hg_error *e)
{
    const char *names[160];
    char word[64];
    size_t n = 0;
    for (hg__slot s = {0}; n < 160 && hg__slot_next(c, &s);) names[n++] = s.row->name;
    snprintf(word, sizeof word, "%.*s", (int)(length < 60 ? length : 60), name);
    const char *near = hg__guess(word, names, n);
    if (near) return hg__fail(e, HG_USAGE, argument, "%s has no such option; did you mean --%s?", c->name, near);
    return hg__fail(e, HG_USAGE, argument, "%s has no such option; --help lists those it has", c->name);
}

/* "8,16,32" */
static bool is_list_of_numbers(const char *text) { return *text && !text[strspn(text, "0123456789,")]; }

/* The value of an option is the next argument, unless that is plainly another option. */
static hg_status take_next(walk *w, hg__slot slot, hg_error *e)
{
    const char *spelled = w->argv[w->at], *next = w->at + 1 < w->argc ? w->argv[w->at + 1] : NULL;
    hg__slot other = {0};
    if (slot.row->bare && !(next && is_list_of_numbers(next))) return keep(w, slot, slot.row->bare, e);
    bool is_option = next && !strncmp(next, "--", 2) &&
                     (!next[2] || find_name(w->command, next + 2, strcspn(next + 2, "="), &other));
    if (!next || is_option)
        return hg__fail(e, HG_USAGE, spelled, "needs a value, %s: %s", hg__option_value(slot.row), slot.row->help);
    w->at++;
    return keep(w, slot, next, e);
}

static hg_status take_long(walk *w, hg_error *e)
{
    const char *argument = w->argv[w->at], *name = argument + 2;
    size_t length = strcspn(name, "=");
    bool has_value = name[length] == '=';
    hg__slot slot = {0};
    if (find_name(w->command, name, length, &slot)) {
        if (has_value) return keep(w, slot, name + length + 1, e);
        if (slot.row->type == HG__FLAG) return keep(w, slot, "true", e);
        return take_next(w, slot, e);
    }
    bool negated = !strncmp(name, "no-", 3) && length > 3;
    if (negated && find_name(w->command, name + 3, length - 3, &slot) && slot.row->type == HG__FLAG && !has_value)
        return keep(w, slot, "false", e);
    return unknown(w->command, name, length, argument, e);
}

/* -q, -qv, -o FILE, -oFILE. */
static hg_status take_letters(walk *w, hg_error *e)
{
    const char *argument = w->argv[w->at];
    for (const char *letter = argument + 1; *letter; letter++) {
        hg__slot slot = {0};
        if (!find_letter(w->command, *letter, &slot)) return unknown(w->command, letter, 1, argument, e);
        if (slot.row->type != HG__FLAG) return letter[1] ? keep(w, slot, letter + 1, e) : take_next(w, slot, e);
        keep(w, slot, "true", e);
    }
    return HG_OK;
}

static size_t most_settings(int argc, char **argv)
{
    size_t n = 1;
    for (int i = 0; i < argc; i++) n += argv[i][0] == '-' && argv[i][1] != '-' ? strlen(argv[i]) : 1;
    return n;
}

hg_status hg__scan_open(hg__scan *s, const hg__command *c, int argc, char **argv, hg_error *e)
{
    walk w = {.command = c, .scan = s, .argv = argv, .argc = argc};
    *s = (hg__scan){.setting = calloc(most_settings(argc, argv), sizeof *s->setting),
                    .word = calloc((size_t)argc + 1, sizeof *s->word)};
    if (!s->setting || !s->word) return hg__fail_memory(e, "command line", (size_t)argc * sizeof *s->setting);
    bool only_words = false;
    hg_status status = HG_OK;
    for (; !status && w.at < argc; w.at++) {
        const char *argument = argv[w.at];
        if (only_words || argument[0] != '-' || !argument[1]) status = keep_word(&w, argument, e);
        else if (!strcmp(argument, "--")) only_words = true;
        else if (argument[1] == '-') status = take_long(&w, e);
        else status = take_letters(&w, e);
    }
    return status;
}

void hg__scan_close(hg__scan *s)
{
    free(s->setting);
    free(s->word);
    *s = (hg__scan){0};
}

bool hg__scan_wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) return true;
    return false;
}
