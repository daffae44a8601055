/* completion.c: completion scripts for bash, zsh and fish, from the command table. See help.h.
 *
 * The scripts are plain lists, so that completing costs no call of the program. */
#include "cli/help.h"

#include <hourglass/data.h>
#include <hourglass/net.h>
#include <hourglass/train.h>
#include <stdio.h>
#include <string.h>

/* ---- What may stand where ---------------------------------------------------------------------- */

/* The values that an option or a word takes, told from what the help calls them, so that the two cannot disagree. */
typedef struct offer {
    char words[512]; /* "conv deep", or "" */
    bool files;
} offer;

static void offer_word(offer *o, const char *word)
{
    size_t used = strlen(o->words);
    snprintf(o->words + used, sizeof o->words - used, "%s%s", used ? " " : "", word);
}

static void offer_choices(offer *o, const char *choices)
{
    offer_word(o, choices);
    for (char *p = o->words; *p; p++)
        if (*p == '|') *p = ' ';
}

static bool is_choice(const char *text)
{
    return strchr(text, '|') && strspn(text, "abcdefghijklmnopqrstuvwxyz|") == strlen(text);
}

/* "SOURCE", "NAME|FILE", "COMMAND", "bash|zsh|fish" …, without brackets. */
static void offer_kind(offer *o, const char *kind)
{
    if (!strncmp(kind, "SOURCE", 6) || !strncmp(kind, "NAME…", strlen("NAME…")))
        for (size_t i = 0; i < hg_datasets(); i++) offer_word(o, hg_dataset_at(i)->name);
    if (!strncmp(kind, "NAME|FILE", 9))
        for (size_t i = 0; i < hg_presets(); i++) offer_word(o, hg_preset_name(i));
    if (!strcmp(kind, "FILE|RECIPE"))
        for (size_t i = 0; i < hg_recipes(); i++) offer_word(o, hg_recipe_name(i));
    if (!strcmp(kind, "COMMAND"))
        for (const hg__command *const *c = hg__commands; *c; c++) offer_word(o, (*c)->name);
    if (is_choice(kind)) offer_choices(o, kind);
    o->files |= strcmp(kind, "COMMAND") != 0 && !is_choice(kind) && strcmp(kind, "NAME…") != 0;
}

/* Of the words of a command's usage line, as far as its options. */
static offer offer_of_command(const hg__command *c)
{
    offer o = {.files = false};
    for (size_t i = 0; c->sub && c->sub[i]; i++) offer_word(&o, c->sub[i]->name);
    for (const char *p = c->run ? c->words : ""; *p && *p != '-' && strncmp(p, "[-", 2) != 0;) {
        char kind[64];
        p += strspn(p, "[");
        size_t n = strcspn(p, " ]");
        snprintf(kind, sizeof kind, "%.*s", (int)n, p);
        offer_kind(&o, kind);
        p += n, p += strspn(p, "] ");
    }
    return o;
}

static offer offer_of_option(const hg__option *row)
{
    offer o = {.files = false};
    if (row->choices) offer_choices(&o, row->choices);
    else if (row->value) offer_kind(&o, row->value);
    o.files = !row->choices;
    return o;
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

/* ---- bash -------------------------------------------------------------------------------------- */

static void add_names(hg__text *t, const hg__command *const *list)
{
    for (size_t i = 0; list[i]; i++) hg__text_add(t, "%s%s", i ? " " : "", list[i]->name);
}

static void add_flags(hg__text *t, const hg__command *c)
{
    for (hg__slot s = {0}; hg__slot_next(c, &s);) hg__text_add(t, "%s--%s", s.number ? " " : "", s.row->name);
}

/* "'data list'|", the pattern of a sub-command's first two words. */
static void bash_sub_command(hg__text *t, const char *title, const hg__command *c)
{
    (void)c;
    if (strchr(title, ' ')) hg__text_add(t, "'%s'|", title);
}

static void bash_case(hg__text *t, const char *title, const hg__command *c)
{
    offer o = offer_of_command(c);
    hg__text_add(t, "    '%s') offers='%s' files=%s flags='", title, o.words, o.files ? "-f" : "");
    if (c->run) add_flags(t, c);
    hg__text_add(t, "' ;;\n");
}

/* "train --optimizer) the choices": what may follow an option. */
static void bash_choices(hg__text *t, const char *title, const hg__command *c)
{
    for (hg__slot s = {0}; hg__slot_next(c, &s);) {
        offer o = offer_of_option(s.row);
        if (!*o.words) continue;
        hg__text_add(t, "    '%s --%s') offers='%s' files=%s flags='' ;;\n", title, s.row->name, o.words,
                     o.files ? "-f" : "");
    }
}

static void bash(hg__text *t)
{
    hg__text_add(t, "# bash completion for hourglass: source this file, or put it where bash-completion looks.\n"
                    "_hourglass()\n{\n"
                    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} head=''\n"
                    "    local command=${COMP_WORDS[1]} offers='' files=-f flags=''\n"
                    "    if [ \"$word\" = = ]; then word=''\n"
                    "    elif [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
                    "    case $word in --*=*) head=${word%%=*}= before=${word%%=*} word=${word#*=} ;; esac\n"
                    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W '");
    add_names(t, hg__commands);
    hg__text_add(
        t,
        " --help --version' -- \"$word\"))\n        return\n    fi\n    case \"$command ${COMP_WORDS[2]}\" in\n    ");
    for_each(t, bash_sub_command);
    hg__text_add(t, "'') [ \"$COMP_CWORD\" -gt 2 ] && command=\"$command ${COMP_WORDS[2]}\" ;;\n    esac\n"
                    "    case $command in\n");
    for_each(t, bash_case);
    hg__text_add(t, "    esac\n    case \"$command $before\" in\n");
    for_each(t, bash_choices);
    hg__text_add(t, "    esac\n"
                    "    case $word in\n"
                    "    -*) COMPREPLY=($(compgen -W \"$flags\" -- \"$word\")) ;;\n"
                    "    *) COMPREPLY=($(compgen -P \"$head\" -W \"$offers\" -- \"$word\"))\n"
                    "       [ -z \"$files\" ] || COMPREPLY+=($(compgen -P \"$head\" -f -- \"$word\")) ;;\n"
                    "    esac\n}\n"
                    "complete -o filenames -F _hourglass hourglass\n");
}

/* ---- zsh --------------------------------------------------------------------------------------- */

/* Help text inside single quotes and brackets: `apostrophe` is how the shell writes one there; the characters that end
 * brackets are dropped. */
static void add_tame(hg__text *t, const char *text, const char *apostrophe)
{
    for (const char *p = text; *p; p++)
        if (*p == '\'') hg__text_add(t, "%s", apostrophe);
        else if (!strchr("[]:\\", *p)) hg__text_bytes(t, p, 1);
}

static const char zsh_apostrophe[] = "'\\''";

static void zsh_offer(hg__text *t, const char *what, offer o)
{
    if (*o.words && o.files) hg__text_add(t, ":%s:{ compadd -- %s; _files }", what, o.words);
    else if (*o.words) hg__text_add(t, ":%s:(%s)", what, o.words);
    else hg__text_add(t, ":%s:_files", what);
}

static void zsh_option(hg__text *t, const hg__option *row)
{
    bool takes = row->type != HG__FLAG;
    hg__text_add(t, " \\\n        '--%s%s[", row->name, takes ? "=" : "");
    add_tame(t, row->help, zsh_apostrophe);
    hg__text_add(t, "]");
    if (takes) zsh_offer(t, row->name, offer_of_option(row));
    hg__text_add(t, "'");
}

static void zsh_case(hg__text *t, const char *title, const hg__command *c)
{
    if (!c->run) return;
    hg__text_add(t, "    '%s') _arguments", title);
    for (hg__slot s = {0}; hg__slot_next(c, &s);) zsh_option(t, s.row);
    hg__text_add(t, " \\\n        '*");
    zsh_offer(t, "word", offer_of_command(c));
    hg__text_add(t, "' ;;\n");
}

static void zsh_list(hg__text *t, const hg__command *const *list)
{
    for (size_t i = 0; list[i]; i++) {
        hg__text_add(t, "            '%s:", list[i]->name);
        add_tame(t, list[i]->summary, zsh_apostrophe);
        hg__text_add(t, "'\n");
    }
}

/* In the third place they are listed, with the words of a command that runs by itself; behind it they count. */
static void zsh_sub_commands(hg__text *t, const hg__command *c)
{
    hg__text_add(t, "    %s)\n        if (( CURRENT == 3 )); then\n            list=(\n", c->name);
    zsh_list(t, c->sub);
    hg__text_add(
        t, "            )\n            _describe sub-command list\n%s        fi\n        case $words[3] in\n        ",
        c->run ? "" : "            return\n");
    for (size_t i = 0; c->sub[i]; i++) hg__text_add(t, "%s%s", i ? "|" : "", c->sub[i]->name);
    hg__text_add(t, ") command=\"$command $words[3]\" ;;\n        esac ;;\n");
}

static void zsh(hg__text *t)
{
    hg__text_add(t,
                 "#compdef hourglass\n# zsh completion for hourglass: put it as _hourglass into a folder of $fpath.\n"
                 "_hourglass()\n{\n    local command=$words[2]\n    local -a list\n"
                 "    if (( CURRENT == 2 )); then\n        list=(\n");
    zsh_list(t, hg__commands);
    hg__text_add(t, "        )\n        _describe command list\n        return\n    fi\n    case $command in\n");
    for (const hg__command *const *c = hg__commands; *c; c++)
        if ((*c)->sub) zsh_sub_commands(t, *c);
    hg__text_add(t, "    esac\n    case $command in\n");
    for_each(t, zsh_case);
    hg__text_add(t, "    esac\n}\n_hourglass \"$@\"\n");
}

/* ---- fish -------------------------------------------------------------------------------------- */

static const char fish_apostrophe[] = "\\'";

static void fish_words(hg__text *t, const char *condition, const hg__command *const *list)
{
    for (size_t i = 0; list[i]; i++) {
        hg__text_add(t, "complete -c hourglass -f -n '%s' -a %s -d '", condition, list[i]->name);
        add_tame(t, list[i]->summary, fish_apostrophe);
        hg__text_add(t, "'\n");
    }
}

static void fish_options(hg__text *t, const char *condition, const hg__command *c)
{
    offer words = offer_of_command(c);
    if (c->run && *words.words)
        hg__text_add(t, "complete -c hourglass%s -n '%s' -a '%s'\n", words.files ? "" : " -f", condition, words.words);
    for (hg__slot s = {0}; hg__slot_next(c, &s);) {
        offer o = offer_of_option(s.row);
        hg__text_add(t, "complete -c hourglass -n '%s' -l %s", condition, s.row->name);
        if (s.row->letter) hg__text_add(t, " -s %c", s.row->letter);
        if (s.row->type != HG__FLAG) hg__text_add(t, o.files ? " -r" : " -x");
        if (*o.words) hg__text_add(t, " -a '%s'", o.words);
        hg__text_add(t, " -d '");
        add_tame(t, s.row->help, fish_apostrophe);
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
