/* manual.c: the man pages, as roff for man(7), from the same tables as the help. See help.h. */
#include "cli/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Text as roff reads it: no stray escapes, no line that begins with a control character, real hyphens. */
static void add_plain(hg__text *t, const char *text)
{
    bool at_start = true;
    for (const char *p = text; *p; p++) {
        if (at_start && (*p == '.' || *p == '\'')) hg__text_add(t, "\\&");
        if (*p == '\\') hg__text_add(t, "\\e");
        else if (*p == '-') hg__text_add(t, "\\-");
        else hg__text_bytes(t, p, 1);
        at_start = *p == '\n';
    }
}

static void add_heading(hg__text *t, const char *title)
{
    hg__text_add(t, ".SH \"");
    for (const char *p = title; *p; p++) hg__text_add(t, "%c", toupper((unsigned char)*p));
    hg__text_add(t, "\"\n");
}

static void add_title(hg__text *t, const char *page, const char *summary)
{
    hg__text_add(t, ".TH \"");
    for (const char *p = page; *p; p++) hg__text_add(t, "%c", toupper((unsigned char)*p));
    hg__text_add(t, "\" \"1\" \"\" \"hourglass %s\" \"Hourglass\"\n.nh\n.ad l\n", HG_VERSION);
    add_heading(t, "name");
    add_plain(t, page);
    hg__text_add(t, " \\- ");
    add_plain(t, summary);
    hg__text_add(t, "\n");
}

static void add_examples(hg__text *t, const hg__example *examples)
{
    add_heading(t, "examples");
    for (const hg__example *x = examples; x->line; x++) {
        hg__text_add(t, ".TP\n.B ");
        add_plain(t, x->line);
        hg__text_add(t, "\n");
        add_plain(t, x->what);
        hg__text_add(t, "\n");
    }
}

static void add_option(hg__text *t, const hg__option *row)
{
    const char *value = hg__option_value(row);
    hg__text_add(t, ".TP\n");
    if (row->letter) hg__text_add(t, "\\fB\\-%c\\fR, ", row->letter);
    hg__text_add(t, "\\fB\\-\\-");
    add_plain(t, row->name);
    hg__text_add(t, "\\fR%s\\fI", *value ? " " : "");
    add_plain(t, value);
    hg__text_add(t, "\\fR\n");
    add_plain(t, row->help);
    if (row->choices) {
        hg__text_add(t, " (");
        add_plain(t, row->choices);
        hg__text_add(t, ")");
    }
    hg__text_add(t, ".\n");
    if (row->fallback) {
        hg__text_add(t, "Default: ");
        add_plain(t, row->fallback);
        hg__text_add(t, ".\n");
    }
}

static void add_groups(hg__text *t, const hg__option_group *groups)
{
    for (const hg__option_group *g = groups; g && g->rows; g++) {
        hg__text_add(t, ".SS \"%s\"\n", g->title);
        for (const hg__option *row = g->rows; row->name; row++) add_option(t, row);
    }
}

static void add_notes(hg__text *t, const hg__command *c)
{
    add_heading(t, c->notes_title);
    hg__text_add(t, ".nf\n");
    add_plain(t, c->notes());
    hg__text_add(t, "\n.fi\n");
}

static void add_usage(hg__text *t, const hg__command *parent, const hg__command *c)
{
    char title[64];
    hg__text_add(t, ".B hourglass ");
    add_plain(t, hg__command_title(parent, c, title, sizeof title));
    hg__text_add(t, "\n");
    add_plain(t, c->words);
    hg__text_add(t, "\n");
}

static void add_sub_command(hg__text *t, const hg__command *c, const hg__command *sub)
{
    char title[64];
    add_heading(t, hg__command_title(c, sub, title, sizeof title));
    add_plain(t, sub->summary);
    hg__text_add(t, ".\n.PP\n");
    add_usage(t, c, sub);
    for (const hg__example *x = sub->examples; x->line; x++) {
        hg__text_add(t, ".TP\n.B ");
        add_plain(t, x->line);
        hg__text_add(t, "\n");
        add_plain(t, x->what);
        hg__text_add(t, "\n");
    }
    add_groups(t, sub->groups);
}

static void add_statuses(hg__text *t)
{
    static const char *const rows[] = {"0",        "Done.",
                                       "1",        "Failed.",
                                       "2",        "Wrong usage.",
                                       "3",        "Bad input data.",
                                       "4",        "A model or file does not match, or is corrupt.",
                                       "5",        "Training diverged.",
                                       "130, 143", "Stopped by Ctrl\\-C or SIGTERM, after a clean save."};
    add_heading(t, "exit status");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i += 2)
        hg__text_add(t, ".TP\n.B %s\n%s\n", rows[i], rows[i + 1]);
}

static void add_environment(hg__text *t)
{
    add_heading(t, "environment");
    hg__text_add(
        t,
        ".TP\n.B HOURGLASS_*\n"
        "Every option has a variable: \\fB\\-\\-weight\\-decay\\fR is HOURGLASS_WEIGHT_DECAY. The command line beats "
        "it; "
        "it beats the config file.\n"
        ".TP\n.B HOURGLASS_DATA\nWhere data sets are kept; else $XDG_CACHE_HOME/hourglass, else ~/.cache/hourglass.\n"
        ".TP\n.B HOURGLASS_ISA\nThe kernel set to use; \\fBhourglass doctor\\fR lists them.\n"
        ".TP\n.B NO_COLOR\nNo colour, whatever its value.\n");
    add_heading(t, "files");
    hg__text_add(t, ".TP\n.B $XDG_CONFIG_HOME/hourglass/config.json\n"
                    "Options for every call, as a JSON object: {\"threads\": 2}. \\fB\\-\\-config\\fR names a file "
                    "that beats it.\n");
}

void hg__manual_command(hg__text *t, const hg__command *c)
{
    char page[64];
    snprintf(page, sizeof page, "hourglass-%s", c->name);
    add_title(t, page, c->summary);
    add_heading(t, "synopsis");
    add_usage(t, NULL, c);
    add_examples(t, c->examples);
    if (c->about) {
        add_heading(t, "description");
        add_plain(t, c->about);
        hg__text_add(t, "\n");
    }
    if (c->groups) add_heading(t, "options");
    add_groups(t, c->groups);
    if (c->notes) add_notes(t, c);
    for (size_t i = 0; c->sub && c->sub[i]; i++) add_sub_command(t, c, c->sub[i]);
    add_statuses(t);
    add_heading(t, "see also");
    hg__text_add(t, ".BR hourglass (1)\n");
}

void hg__manual_program(hg__text *t)
{
    add_title(t, "hourglass", hg__tagline);
    add_heading(t, "synopsis");
    hg__text_add(t, ".B hourglass\nCOMMAND [WORDS] [OPTIONS]\n");
    add_examples(t, hg__examples);
    add_heading(t, "commands");
    for (const hg__command *const *c = hg__commands; *c; c++) {
        hg__text_add(t, ".TP\n.BR hourglass\\-%s (1)\n", (*c)->name);
        add_plain(t, (*c)->summary);
        hg__text_add(t, ".\n");
    }
    add_statuses(t);
    add_environment(t);
}
