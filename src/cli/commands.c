/* commands.c: the list of commands, and what every one of them shares. A new command is a file and
 * a line here; help, man pages, completion and "did you mean" follow. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

const hg__command *const hg__commands[] = {
    &hg__command_data,       &hg__command_train,
    &hg__command_eval,       &hg__command_reconstruct,
    &hg__command_encode,     &hg__command_decode,
    &hg__command_report,     &hg__command_tune,
    &hg__command_models,     &hg__command_bench,
    &hg__command_doctor,     &hg__command_help,
    &hg__command_completion, NULL,
};

#define AT(field) offsetof(hg__common, field)
const hg__option hg__common_rows[] = {
    {.name = "json", .type = HG__FLAG, .offset = AT(json), .help = "one JSON document on standard output"},
    {.name = "quiet", .letter = 'q', .type = HG__FLAG, .offset = AT(quiet), .help = "no messages and no progress"},
    {.name = "verbose", .letter = 'v', .type = HG__FLAG, .offset = AT(verbose), .help = "more messages"},
    {.name = "progress",
     .type = HG__CHOICE,
     .offset = AT(progress),
     .fallback = "auto",
     .choices = "auto|bar|plain|json|none",
     .value = "KIND",
     .help = "auto, bar, plain (one line an epoch), json (one object an epoch) or none"},
    {.name = "config",
     .type = HG__TEXT,
     .offset = AT(config),
     .value = "FILE|RECIPE",
     .help = "read options from a JSON file, or take a recipe's (sharp, smooth, rateless, fast); flags and HOURGLASS_* "
             "variables "
             "beat it"},
    {.name = "help", .letter = 'h', .type = HG__FLAG, .offset = AT(help), .help = "show this help"},
    {0},
};
#undef AT

const hg__command *hg__command_find(const hg__command *const *list, const char *name)
{
    for (; *list; list++)
        if (!strcmp((*list)->name, name)) return *list;
    return NULL;
}

const char *hg__guess(const char *word, const char *const *names, size_t n)
{
    size_t length = strlen(word);
    for (size_t i = 0; length > 1 && i < n; i++)
        if (!strncmp(names[i], word, length)) return names[i];
    return hg__nearest(word, names, n);
}

hg_status hg__command_unknown(const hg__command *const *list, const char *kind, const char *word, hg_error *e)
{
    const char *names[32], *near;
    size_t n = 0;
    for (; list[n] && n < 32; n++) names[n] = list[n]->name;
    near = hg__guess(word, names, n);
    if (near) return hg__fail(e, HG_USAGE, word, "is no %s; did you mean %s?", kind, near);
    return hg__fail(e, HG_USAGE, word, "is no %s; hourglass help lists them", kind);
}

const char *hg__command_title(const hg__command *parent, const hg__command *c, char *out, size_t n)
{
    snprintf(out, n, "%s%s%s", parent ? parent->name : "", parent ? " " : "", c->name);
    return out;
}

bool hg__slot_next(const hg__command *c, hg__slot *s)
{
    if (!c->groups) return false;
    bool first = !s->row;
    if (!first) s->row++, s->number++;
    else s->row = c->groups[0].rows;
    while (s->row && !s->row->name) s->row = c->groups[++s->group].rows;
    if (s->row) s->offset = c->groups[s->group].offset;
    return s->row;
}
