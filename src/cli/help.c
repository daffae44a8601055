/* help.c: the help texts, examples first, every default shown. See help.h. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH = 24, LINE_WIDTH = 100 };

const char hg__tagline[] = "autoencoders, from data to report";

const hg__example hg__examples[] = {
    {"hourglass train mnist --model conv", "train a preset; writes runs/conv-mnist"},
    {"hourglass eval runs/conv-mnist", "how good it is on unseen digits, beside PCA"},
    {"hourglass reconstruct runs/conv-mnist digit.png -o out.png", "a picture through the bottleneck and back"},
    {"hourglass encode runs/conv-mnist mnist -o codes.npy", "the codes, for any other tool"},
    {"hourglass models plan conv --batch 128", "shapes, parameters, FLOPs and memory of a model"},
    {"hourglass doctor", "what this machine has, and what it lacks"},
    {NULL, NULL},
};

const char *hg__option_value(const hg__option *row)
{
    static const char *const by_type[] = {[HG__FLAG] = "",  [HG__SIZE] = "N",    [HG__U64] = "N",
                                          [HG__REAL] = "F", [HG__TEXT] = "TEXT", [HG__CHOICE] = "NAME"};
    return row->value ? row->value : by_type[row->type];
}

const char *hg__option_spelling(const hg__option *row, char *out, size_t n)
{
    const char *value = hg__option_value(row);
    char letter[8] = "";
    if (row->letter) snprintf(letter, sizeof letter, "-%c, ", row->letter);
    snprintf(out, n, "%s--%s%s%s", letter, row->name, *value ? " " : "", value);
    return out;
}

static size_t letters(const char *text, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes && text[i]; i++) n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}

static void add_spaces(hg__text *t, size_t n) { hg__text_add(t, "%*s", (int)n, ""); }

/* Words of `text` from column `indent` on, never past LINE_WIDTH; the cursor stands at `column`. */
static void add_wrapped(hg__text *t, const char *text, size_t indent, size_t column)
{
    bool fresh = true;
    while (*text) {
        size_t bytes = strcspn(text, " \n"), width = letters(text, bytes);
        if (!fresh && column + 1 + width > LINE_WIDTH) {
            hg__text_add(t, "\n");
            add_spaces(t, indent);
            column = indent, fresh = true;
        }
        if (!fresh) hg__text_add(t, " "), column++;
        hg__text_bytes(t, text, bytes);
        column += width, fresh = false;
        text += bytes;
        while (*text == ' ') text++;
        if (*text == '\n') {
            hg__text_add(t, "\n");
            add_spaces(t, text[1] && text[1] != '\n' ? indent : 0);
            column = indent, fresh = true, text++;
        }
    }
    hg__text_add(t, "\n");
}

/* "  NAME    explanation", the explanation on a line of its own where the name is long. */
static void add_entry(hg__text *t, const char *name, const char *text)
{
    size_t width = letters(name, strlen(name));
    hg__text_add(t, "  %s", name);
    if (width + 2 > NAME_WIDTH) hg__text_add(t, "\n"), width = 0;
    else width += 2;
    add_spaces(t, NAME_WIDTH + 2 - width);
    add_wrapped(t, text, NAME_WIDTH + 2, NAME_WIDTH + 2);
}

/* "adam|sgd" -> ": adam, sgd". */
static void list_choices(const char *choices, char *out, size_t n)
{
    size_t used = (size_t)snprintf(out, n, ": ");
    for (const char *p = choices; *p && used < n; p++)
        used += (size_t)snprintf(out + used, n - used, *p == '|' ? ", " : "%c", *p);
}

static void add_option(hg__text *t, const hg__option *row)
{
    char spelling[96], text[640], choices[256] = "", fallback[128] = "";
    if (row->choices && !strstr(row->help, " or ")) list_choices(row->choices, choices, sizeof choices);
    if (row->fallback && row->type != HG__FLAG) snprintf(fallback, sizeof fallback, " [%s]", row->fallback);
    if (row->fallback && row->type == HG__FLAG && !strcmp(row->fallback, "true"))
        snprintf(fallback, sizeof fallback, " [on; --no-%s]", row->name);
    snprintf(text, sizeof text, "%s%s%s", row->help, choices, fallback);
    add_entry(t, hg__option_spelling(row, spelling, sizeof spelling), text);
}

static void add_examples(hg__text *t, const hg__example *examples)
{
    hg__text_add(t, "Examples\n");
    for (const hg__example *x = examples; x->line; x++) hg__text_add(t, "  %s\n      %s\n", x->line, x->what);
}

void hg__help_program(hg__text *t)
{
    hg__text_add(t, "hourglass %s: %s\n\n", HG_VERSION, hg__tagline);
    add_examples(t, hg__examples);
    hg__text_add(t, "\nCommands\n");
    for (const hg__command *const *c = hg__commands; *c; c++) add_entry(t, (*c)->name, (*c)->summary);
    hg__text_add(t, "\nhourglass COMMAND --help shows its examples, its options and their defaults.\n");
}

static void add_sub_commands(hg__text *t, const hg__command *c)
{
    hg__text_add(t, "\nSub-commands\n");
    for (const hg__command *const *s = c->sub; *s; s++) add_entry(t, (*s)->name, (*s)->summary);
    hg__text_add(t, "\nhourglass %s SUB-COMMAND --help shows more.\n", c->name);
}

/* Each line is an entry: "name  what it is". */
static void add_notes(hg__text *t, const char *text)
{
    while (*text) {
        char line[512];
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        char *gap = strstr(line, "  ");
        if (gap) *gap = 0;
        if (gap) add_entry(t, line, gap + 2 + strspn(gap + 2, " "));
        else hg__text_add(t, "  %s\n", line);
        text += length + (text[length] == '\n');
    }
}

void hg__help_command(hg__text *t, const hg__command *parent, const hg__command *c)
{
    char title[64];
    hg__text_add(t, "hourglass %s: %s\n\n", hg__command_title(parent, c, title, sizeof title), c->summary);
    add_examples(t, c->examples);
    hg__text_add(t, "\nUsage\n  hourglass %s %s\n", title, c->words);
    if (c->about) {
        hg__text_add(t, "\n");
        add_wrapped(t, c->about, 0, 0);
    }
    if (c->sub) add_sub_commands(t, c);
    for (const hg__option_group *g = c->groups; g && g->rows; g++) {
        hg__text_add(t, "\n%s\n", g->title);
        for (const hg__option *row = g->rows; row->name; row++) add_option(t, row);
    }
    if (c->notes) hg__text_add(t, "\n%s\n", c->notes_title), add_notes(t, c->notes());
}
