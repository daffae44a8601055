/* completion.c: completion scripts for bash, zsh and fish, from the command table. See help.h.
 *
 * The scripts are plain lists, so that completing costs no call of the program. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

/* ---- bash -------------------------------------------------------------------------------------- */

static void add_names(hg__text *t, const hg__command *const *list)
{
    for (size_t i = 0; list[i]; i++) hg__text_add(t, "%s%s", i ? " " : "", list[i]->name);
}

static void add_flags(hg__text *t, const hg__command *c)
{
    for (hg__slot s = {0}; hg__slot_next(c, &s);) hg__text_add(t, "%s--%s", s.number ? " " : "", s.row->name);
}

static void bash_case(hg__text *t, const char *title, const hg__command *c)
{
    hg__text_add(t, "    '%s') words='", title);
    if (c->sub) add_names(t, c->sub);
    else add_flags(t, c);
    hg__text_add(t, "' ;;\n");
}

/* "--optimizer) the choices": what may follow an option. */
static void bash_choices(hg__text *t, const hg__command *c, const char *title)
{
    for (hg__slot s = {0}; hg__slot_next(c, &s);) {
        if (!s.row->choices) continue;
        hg__text_add(t, "    '%s --%s') COMPREPLY=($(compgen -W '", title, s.row->name);
        for (const char *p = s.row->choices; *p; p++) hg__text_add(t, "%c", *p == '|' ? ' ' : *p);
        hg__text_add(t, "' -- \"$word\")); return ;;\n");
    }
}

typedef void each_command(hg__text *t, const char *title, const hg__command *c);

static void for_each(hg__text *t, each_command *visit)
{
    for (const hg__command *const *c = hg__commands; *c; c++) {
        char title[64];
        visit(t, (*c)->name, *c);
        for (size_t i = 0; (*c)->sub && (*c)->sub[i]; i++)
            visit(t, hg__command_title(*c, (*c)->sub[i], title, sizeof title), (*c)->sub[i]);
    }
}

static void bash_choices_of(hg__text *t, const char *title, const hg__command *c) { bash_choices(t, c, title); }

static void bash(hg__text *t)
{
    hg__text_add(t, "# bash completion for hourglass: source this file, or put it where bash-completion looks.\n"
                    "_hourglass()\n{\n"
                    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=''\n"
                    "    local command=${COMP_WORDS[1]}\n"
                    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W '");
    add_names(t, hg__commands);
    hg__text_add(t, " --help --version' -- \"$word\"))\n        return\n    fi\n    case $command in\n    ");
    for (size_t i = 0, n = 0; hg__commands[i]; i++)
        if (hg__commands[i]->sub) hg__text_add(t, "%s%s", n++ ? "|" : "", hg__commands[i]->name);
    hg__text_add(t, ") [ \"$COMP_CWORD\" -gt 2 ] && command=\"$command ${COMP_WORDS[2]}\" ;;\n    esac\n"
                    "    case \"$command $before\" in\n");
    for_each(t, bash_choices_of);
    hg__text_add(t, "    esac\n    case $command in\n");
    for_each(t, bash_case);
    hg__text_add(t, "    esac\n"
                    "    case $word in\n"
                    "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) ;;\n"
                    "    *) COMPREPLY=($(compgen -f -- \"$word\"))\n"
                    "       case $words in --*) ;; *) COMPREPLY+=($(compgen -W \"$words\" -- \"$word\")) ;; esac ;;\n"
                    "    esac\n}\n"
                    "complete -o filenames -F _hourglass hourglass\n");
}

/* ---- zsh --------------------------------------------------------------------------------------- */

/* Help text inside single quotes and brackets: the characters that end either are dropped. */
static void add_tame(hg__text *t, const char *text)
{
    for (const char *p = text; *p; p++)
        if (!strchr("'[]:\\", *p)) hg__text_bytes(t, p, 1);
}

static void zsh_option(hg__text *t, const hg__option *row)
{
    hg__text_add(t, " \\\n        '--%s[", row->name);
    add_tame(t, row->help);
    hg__text_add(t, "]");
    if (row->choices) {
        hg__text_add(t, ":%s:(", row->name);
        for (const char *p = row->choices; *p; p++) hg__text_add(t, "%c", *p == '|' ? ' ' : *p);
        hg__text_add(t, ")");
    } else if (row->type != HG__FLAG) hg__text_add(t, ":%s:_files", row->name);
    hg__text_add(t, "'");
}

static void zsh_case(hg__text *t, const char *title, const hg__command *c)
{
    if (c->sub) return;
    hg__text_add(t, "    '%s') _arguments", title);
    for (hg__slot s = {0}; hg__slot_next(c, &s);) zsh_option(t, s.row);
    hg__text_add(t, " \\\n        '*:file:_files' ;;\n");
}

static void zsh_list(hg__text *t, const hg__command *const *list)
{
    for (size_t i = 0; list[i]; i++) {
        hg__text_add(t, "            '%s:", list[i]->name);
        add_tame(t, list[i]->summary);
        hg__text_add(t, "'\n");
    }
}

static void zsh(hg__text *t)
{
    hg__text_add(t,
                 "#compdef hourglass\n# zsh completion for hourglass: put it as _hourglass into a folder of $fpath.\n"
                 "_hourglass()\n{\n    local command=$words[2]\n    local -a list\n"
                 "    if (( CURRENT == 2 )); then\n        list=(\n");
    zsh_list(t, hg__commands);
    hg__text_add(t, "        )\n        _describe command list\n        return\n    fi\n    case $command in\n");
    for (const hg__command *const *c = hg__commands; *c; c++) {
        if (!(*c)->sub) continue;
        hg__text_add(t, "    %s)\n        if (( CURRENT == 3 )); then\n            list=(\n", (*c)->name);
        zsh_list(t, (*c)->sub);
        hg__text_add(t, "            )\n            _describe sub-command list\n            return\n        fi\n"
                        "        command=\"$command $words[3]\" ;;\n");
    }
    hg__text_add(t, "    esac\n    case $command in\n");
    for_each(t, zsh_case);
    hg__text_add(t, "    esac\n}\n_hourglass \"$@\"\n");
}

/* ---- fish -------------------------------------------------------------------------------------- */

static void fish_words(hg__text *t, const char *condition, const hg__command *const *list)
{
    for (size_t i = 0; list[i]; i++) {
        hg__text_add(t, "complete -c hourglass -f -n '%s' -a %s -d '", condition, list[i]->name);
        add_tame(t, list[i]->summary);
        hg__text_add(t, "'\n");
    }
}

static void fish_options(hg__text *t, const char *condition, const hg__command *c)
{
    for (hg__slot s = {0}; hg__slot_next(c, &s);) {
        hg__text_add(t, "complete -c hourglass -n '%s' -l %s", condition, s.row->name);
        if (s.row->letter) hg__text_add(t, " -s %c", s.row->letter);
        if (s.row->choices) {
            hg__text_add(t, " -x -a '");
            for (const char *p = s.row->choices; *p; p++) hg__text_add(t, "%c", *p == '|' ? ' ' : *p);
            hg__text_add(t, "'");
        } else if (s.row->type != HG__FLAG) hg__text_add(t, " -r");
        hg__text_add(t, " -d '");
        add_tame(t, s.row->help);
        hg__text_add(t, "'\n");
    }
}

static void fish(hg__text *t)
{
    hg__text_add(t, "# fish completion for hourglass: put it as hourglass.fish into ~/.config/fish/completions.\n");
    fish_words(t, "__fish_use_subcommand", hg__commands);
    for (const hg__command *const *c = hg__commands; *c; c++) {
        char condition[160];
        snprintf(condition, sizeof condition, "__fish_seen_subcommand_from %s", (*c)->name);
        if ((*c)->sub) fish_words(t, condition, (*c)->sub);
        fish_options(t, condition, *c);
        for (size_t i = 0; (*c)->sub && (*c)->sub[i]; i++) {
            snprintf(condition, sizeof condition, "__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s",
                     (*c)->name, (*c)->sub[i]->name);
            fish_options(t, condition, (*c)->sub[i]);
        }
    }
}

hg_status hg__completion(hg__text *t, const char *shell, hg_error *e)
{
    static const struct {
        const char *name;
        void (*write)(hg__text *t);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    for (size_t i = 0; i < 3; i++)
        if (!strcmp(shell, shells[i].name)) return shells[i].write(t), HG_OK;
    return hg__fail(e, HG_USAGE, shell, "is no shell that completion knows; bash, zsh and fish are");
}
