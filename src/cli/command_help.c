/* command_help.c: `hourglass help` and `hourglass completion`. */
#include "cli/help.h"
#include "cli/output.h"

#include <string.h>

typedef struct values {
    hg__common common;
    bool man;
} values;

static const hg__option rows[] = {
    {.name = "man",
     .type = HG__FLAG,
     .offset = offsetof(values, man),
     .help = "the man page (roff) instead of the help"},
    {0},
};

static hg_status find(hg__call *call, const hg__command **parent, const hg__command **c, hg_error *e)
{
    *parent = NULL;
    *c = hg__command_find(hg__commands, call->word[0]);
    if (!*c) return hg__command_unknown(hg__commands, "command", call->word[0], e);
    if (call->words < 2) return HG_OK;
    *parent = *c;
    *c = (*parent)->sub ? hg__command_find((*parent)->sub, call->word[1]) : NULL;
    if (*c) return HG_OK;
    if ((*parent)->sub) return hg__command_unknown((*parent)->sub, "sub-command", call->word[1], e);
    return hg__fail(e, HG_USAGE, call->word[1], "%s has no sub-commands", (*parent)->name);
}

/* With --json the text that was added becomes {"text": …}. */
static hg_status wrap(hg__call *call, hg_error *e)
{
    if (!call->common->json) return HG_OK;
    json_t *document = json_pack("{s:s%}", "text", call->out.at, call->out.size);
    hg__text_close(&call->out);
    return hg__output_json(&call->out, document, e);
}

static hg_status run_help(hg__call *call, hg_error *e)
{
    const values *v = call->values;
    const hg__command *parent = NULL, *c = NULL;
    hg_status s = call->words ? find(call, &parent, &c, e) : HG_OK;
    if (s) return s;
    if (v->man && c) hg__manual_command(&call->out, parent ? parent : c);
    else if (v->man) hg__manual_program(&call->out);
    else if (c) hg__help_command(&call->out, parent, c);
    else hg__help_program(&call->out);
    return wrap(call, e);
}

const hg__command hg__command_help = {
    .name = "help",
    .summary = "explain a command, or write its man page",
    .words = "[COMMAND [SUB-COMMAND]] [--man]",
    .examples = (const hg__example[]){{"hourglass help train", "the same as hourglass train --help"},
                                      {"hourglass help --man train | man -l -", "read its man page"},
                                      {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Help", rows, 0}, HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(values),
    .words_max = 2,
    .run = run_help,
};

static hg_status run_completion(hg__call *call, hg_error *e)
{
    hg_status s = hg__completion(&call->out, call->word[0], e);
    return s ? s : wrap(call, e);
}

const hg__command hg__command_completion = {
    .name = "completion",
    .summary = "write a completion script for bash, zsh or fish",
    .words = "bash|zsh|fish",
    .examples = (const hg__example[]){{"source <(hourglass completion bash)", "complete hourglass in this shell"},
                                      {"hourglass completion fish > ~/.config/fish/completions/hourglass.fish",
                                       "for every fish"},
                                      {NULL, NULL}},
    .groups = (const hg__option_group[]){HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(hg__common),
    .words_min = 1,
    .words_max = 1,
    .run = run_completion,
};
