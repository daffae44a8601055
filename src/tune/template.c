/* template.c: a template's lines become the graph's text and pieces, and the list of what its `search` lines and
 * --search ask for. A repeat is kept as two pieces around what it repeats, so filling is one walk. */
#include "tune/template.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPEATS = 1024 };

typedef struct template
{
    hg__space *s;
    hg_error *e;
    size_t line;     /* counted from 1 */
    size_t repeat;   /* the line whose repeat is not closed; 0: none */
    char where[320]; /* "template.hg:3" */
    hg__searches searches;
}
template;

static hg_status line_fail(const template *t, const char *what)
{
    return hg__fail(t->e, HG_MODEL, t->where, "%s", what);
}

/* The next line of *text, without its end; what is behind it is left there. */
static hg__span next_line(template *t, const char **text)
{
    hg__span line = {*text, strcspn(*text, "\n")};
    *text += line.length + ((*text)[line.length] == '\n');
    t->line++;
    snprintf(t->where, sizeof t->where, "%.280s:%zu", t->searches.name, t->line);
    return line;
}

/* Without comment and blanks. */
static hg__span content(hg__span line)
{
    const char *comment = memchr(line.at, '#', line.length);
    return hg__trim(line.at, comment ? (size_t)(comment - line.at) : line.length);
}

static bool equal(hg__span a, hg__span b) { return a.length == b.length && !memcmp(a.at, b.at, a.length); }
static bool is_word(hg__span a, const char *word) { return equal(a, (hg__span){word, strlen(word)}); }
static hg__span first_word(hg__span text) { return (hg__span){text.at, hg__word_length(text)}; }
static hg__span behind(hg__span text, size_t length) { return hg__trim(text.at + length, text.length - length); }

/* ---- What is searched ------------------------------------------------------------------------------------- */

/* line: of the template, or 0 for --search, which replaces what a line says of the same option. */
static hg_status add_search(template *t, hg__span word, size_t line)
{
    const hg__place p = {line ? t->where : "--search", line ? HG_MODEL : HG_USAGE, t->e};
    hg__searches *list = &t->searches;
    const char *sign = memchr(word.at, '=', word.length);
    if (!sign || sign == word.at)
        return hg__fail(t->e, p.status, p.where, "\"%.*s\" is not of the form OPTION=TEXT, as lr={1e-4..1e-2}",
                        (int)(word.length < 80 ? word.length : 80), word.at);
    hg__span option = hg__trim(word.at, (size_t)(sign - word.at));
    size_t i = 0;
    while (i < list->n && !equal(list->at[i].option, option)) i++;
    if (i < list->n && (line || !list->at[i].line))
        return hg__fail(t->e, p.status, p.where, "%.*s is searched already; one of the two is too much",
                        (int)option.length, option.at);
    if (i == HG__MOST_SEARCHED) return hg__fail(t->e, p.status, p.where, "is one option too many; at most 64");
    if (i == list->n) list->n++;
    list->at[i].option = option;
    list->at[i].text = behind(word, (size_t)(sign + 1 - word.at));
    list->at[i].line = line;
    return HG_OK;
}

static hg_status add_searches(template *t, hg__span rest, size_t line)
{
    hg_status s = HG_OK;
    if (line && !rest.length) return line_fail(t, "search: wants words OPTION=TEXT behind it, as lr={1e-4..1e-2}");
    while (!s && rest.length) {
        hg__span word = first_word(rest);
        s = add_search(t, word, line);
        rest = behind(rest, word.length);
    }
    return s;
}

/* Parts the template: `search` lines go to the list, all others to s->graph, in which they keep their numbers. */
static hg_status part_lines(template *t, const char *text)
{
    hg__text graph = {0};
    hg_status s = HG_OK;
    if (strlen(text) > HG__LONGEST_TEMPLATE)
        return hg__fail(t->e, HG_MODEL, t->searches.name, "is longer than 1 MiB, which no graph is");
    hg__text_add(&graph, "%s", "");
    while (!s && *text) {
        hg__span line = next_line(t, &text), said = content(line), word = first_word(said);
        bool searches = is_word(word, "search");
        if (searches) s = add_searches(t, behind(said, word.length), t->line);
        else hg__text_bytes(&graph, line.at, line.length);
        hg__text_add(&graph, "\n");
    }
    if (!s) s = hg__text_done(&graph, t->e);
    if (!s) t->s->graph = graph.at, graph = (hg__text){0};
    hg__text_close(&graph);
    return s;
}

/* ---- Pieces ----------------------------------------------------------------------------------------------- */

hg_status hg__pieces_add(hg__pieces *list, hg__piece piece, hg_error *e)
{
    if (piece.kind == HG__PIECE_TEXT && !piece.length) return HG_OK;
    if (list->n == list->room) {
        size_t room = list->room ? 2 * list->room : 32;
        hg__piece *larger = realloc(list->piece, room * sizeof *larger);
        if (!larger) return hg__fail_memory(e, "template", room * sizeof *larger);
        list->piece = larger, list->room = room;
    }
    list->piece[list->n++] = piece;
    return HG_OK;
}

static hg_status add_piece(template *t, hg__piece piece) { return hg__pieces_add(&t->s->graph_pieces, piece, t->e); }

static hg_status read_hole(template *t, hg__span hole, const char *name, size_t *dimension)
{
    const hg__place p = {t->where, HG_MODEL, t->e};
    return hg__hole_read(t->s, (hg__span){hole.at + 1, hole.length - 2}, name, &p, dimension);
}

/* A line, or the rest of one behind `repeat N`, whose holes are called by its op: "dense 3". */
static hg_status add_line(template *t, hg__span line)
{
    hg__span said = content(line), word = first_word(said), hole = {NULL, 0};
    bool plain = word.length && !memchr(word.at, '{', word.length);
    char name[64];
    snprintf(name, sizeof name, "%.*s %zu", plain ? (int)(word.length < 30 ? word.length : 30) : 4,
             plain ? word.at : "line", t->line);
    const char *end = said.at + said.length, *next = line.at;
    const hg__place p = {t->where, HG_MODEL, t->e};
    hg_status s = hg__hole_find(said, &hole, &p);
    while (!s && hole.at) {
        size_t d = 0;
        s = add_piece(t, (hg__piece){.text = next, .length = (size_t)(hole.at - next)});
        if (!s) s = read_hole(t, hole, name, &d);
        if (!s) s = add_piece(t, (hg__piece){.kind = HG__PIECE_HOLE, .dimension = d});
        next = hole.at + hole.length;
        if (!s) s = hg__hole_find((hg__span){next, (size_t)(end - next)}, &hole, &p);
    }
    if (!s) s = add_piece(t, (hg__piece){.text = next, .length = line.length + 1 - (size_t)(next - line.at)});
    return s;
}

/* ---- Repeats ---------------------------------------------------------------------------------------------- */

/* A number of 0 … 1024, alone. */
static bool read_count(const char *text, size_t length, size_t *count)
{
    char copy[8], *end = copy;
    if (!length || length >= sizeof copy) return false;
    memcpy(copy, text, length);
    copy[length] = 0;
    if (strspn(copy, "0123456789") != length) return false;
    *count = strtoul(copy, &end, 10);
    return *count <= MOST_REPEATS;
}

static bool counts(const hg__dimension *d)
{
    size_t count = 0;
    if (d->kind == HG__DIMENSION_WHOLE) return d->low >= 0 && d->high <= MOST_REPEATS;
    for (size_t i = 0; i < d->choices; i++)
        if (!read_count(d->choice[i], strlen(d->choice[i]), &count)) return false;
    return d->kind == HG__DIMENSION_CHOICE;
}

static hg_status open_repeat(template *t, hg__span word)
{
    hg__piece piece = {.kind = HG__PIECE_REPEAT, .dimension = HG__MOST_DIMENSIONS};
    char name[64];
    snprintf(name, sizeof name, "repeat %zu", t->line);
    if (t->repeat)
        return hg__fail(t->e, HG_MODEL, t->where,
                        "a repeat within that of line %zu is not understood; write one of the two out", t->repeat);
    bool is_hole = word.length > 1 && word.at[0] == '{' && word.at[word.length - 1] == '}';
    hg__span hole = {NULL, 0};
    hg_status s = hg__hole_find(word, &hole, &(hg__place){t->where, HG_MODEL, t->e});
    if (s) return s;
    if (is_hole && hole.length == word.length) s = read_hole(t, word, name, &piece.dimension);
    else if (!read_count(word.at, word.length, &piece.count))
        return line_fail(t, "repeat: wants a whole number of 0 to 1024 or a hole: repeat N LINE, or repeat N, lines "
                            "and a line 'end'");
    if (!s && piece.dimension < HG__MOST_DIMENSIONS && !counts(&t->s->dimension[piece.dimension]))
        return line_fail(t, "repeat: its hole must hold whole numbers of 0 to 1024");
    return s ? s : add_piece(t, piece);
}

static hg_status add_repeat(template *t, hg__span line)
{
    hg__span said = content(line), rest = behind(said, strlen("repeat")), word = first_word(rest);
    hg_status s = open_repeat(t, word);
    if (s) return s;
    rest = behind(rest, word.length);
    if (!rest.length) return t->repeat = t->line, HG_OK;
    if (is_word(first_word(rest), "repeat") || is_word(first_word(rest), "end"))
        return line_fail(t, "repeat: neither 'repeat' nor 'end' can be repeated");
    s = add_line(t, (hg__span){rest.at, line.length - (size_t)(rest.at - line.at)});
    return s ? s : add_piece(t, (hg__piece){.kind = HG__PIECE_END});
}

static hg_status add_end(template *t, hg__span said)
{
    if (!is_word(said, "end")) return line_fail(t, "end: stands alone on its line");
    if (!t->repeat) return line_fail(t, "end: no line 'repeat N' above is open");
    t->repeat = 0;
    return add_piece(t, (hg__piece){.kind = HG__PIECE_END});
}

/* s->graph → its pieces. */
static hg_status cut_graph(template *t)
{
    hg_status s = HG_OK;
    t->line = 0;
    for (const char *text = t->s->graph; !s && *text;) {
        hg__span line = next_line(t, &text), word = first_word(content(line));
        if (is_word(word, "repeat")) s = add_repeat(t, line);
        else if (is_word(word, "end")) s = add_end(t, content(line));
        else s = add_line(t, line);
    }
    if (s || !t->repeat) return s;
    snprintf(t->where, sizeof t->where, "%.280s:%zu", t->searches.name, t->repeat);
    return line_fail(t, "repeat: no line 'end' closes it");
}

/* ---- Filling ---------------------------------------------------------------------------------------------- */

/* How often a repeat's lines stand; its choices were read when the space was opened. */
static size_t times(const hg__piece *p, const hg__space *s, const double *point)
{
    if (p->dimension == HG__MOST_DIMENSIONS) return p->count;
    const hg__dimension *d = &s->dimension[p->dimension];
    char text[40];
    return strtoul(hg__dimension_text(d, point[p->dimension], text, sizeof text), NULL, 10);
}

static void add_value(hg__text *out, const hg__piece *p, const hg__space *s, const double *point)
{
    char text[40];
    const char *value = hg__dimension_text(&s->dimension[p->dimension], point[p->dimension], text, sizeof text);
    if (!p->may_be_none || strcmp(value, "none")) hg__text_add(out, "%s", value);
}

char *hg__pieces_fill(const hg__pieces *list, const hg__space *s, const double *point)
{
    hg__text out = {0};
    size_t first = 0, left = 0; /* of a repeat: where it begins, and how often its lines are still to come */
    hg__text_add(&out, "%s", "");
    for (size_t i = 0; i < list->n && !out.failed && out.size <= HG__LONGEST_TEMPLATE; i++) {
        const hg__piece *p = &list->piece[i];
        if (p->kind == HG__PIECE_TEXT) hg__text_bytes(&out, p->text, p->length);
        if (p->kind == HG__PIECE_HOLE) add_value(&out, p, s, point);
        if (p->kind == HG__PIECE_REPEAT) first = i, left = times(p, s, point);
        if (p->kind == HG__PIECE_REPEAT && !left)
            while (list->piece[i].kind != HG__PIECE_END) i++;
        else if (p->kind == HG__PIECE_END && --left) i = first;
    }
    if (out.failed) hg__text_close(&out);
    return out.at;
}

/* At the low end of every dimension, and at the high end: longer texts lie between at most where choices are long. */
static hg_status check_length(template *t)
{
    double point[2][HG__MOST_DIMENSIONS];
    hg_status s = HG_OK;
    for (size_t d = 0; d < t->s->n; d++) point[0][d] = t->s->dimension[d].low, point[1][d] = t->s->dimension[d].high;
    for (size_t i = 0; !s && i < 2; i++) {
        char *text = hg__pieces_fill(&t->s->graph_pieces, t->s, point[i]);
        if (!text) s = hg__fail_memory(t->e, t->searches.name, HG__LONGEST_TEMPLATE);
        else if (strlen(text) > HG__LONGEST_TEMPLATE)
            s = hg__fail(t->e, HG_MODEL, t->searches.name, "stands for graphs of more than 1 MiB; repeat less");
        free(text);
    }
    return s;
}

hg_status hg__space_open(hg__space *s, const char *graph, const char *name, const char *search, hg_error *e)
{
    *s = (hg__space){.n = 0};
    template t = {.s = s, .e = e, .searches = {.name = name}};
    hg_status status = part_lines(&t, graph);
    if (!status && search) status = add_searches(&t, hg__trim(search, strlen(search)), 0);
    if (!status) status = cut_graph(&t);
    if (!status) status = hg__space_search(s, &t.searches, e);
    if (!status) status = check_length(&t);
    return status;
}
