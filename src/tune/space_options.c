/* space_options.c: OPTION=TEXT against the table of training options. Every text that the holes can make at their
 * ends, and every choice, is tried on the option's row, so that what the row refuses is refused before anything is
 * trained. */
#include "tune/template.h"

#include "base/text.h"
#include "data/augment.h"
#include "train/train_rows.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One option that is being read. */
typedef struct searched {
    hg__space *s;
    const hg__option *row;
    hg__span text; /* in s->options */
    hg__place p;
    size_t first_piece; /* of its own */
} searched;

static const hg__option *find_row(hg__span option, const hg__place *p)
{
    const char *names[64];
    char name[64];
    size_t n = 0;
    snprintf(name, sizeof name, "%.*s", (int)(option.length < 40 ? option.length : 40), option.at);
    for (const hg__option *row = hg__train_rows; row->name; row++)
        if (row->tunable && n < 64) names[n++] = row->name;
    const hg__option *row = hg__option_find(hg__train_rows, name);
    if (row && row->tunable) return row;
    const char *near = hg__nearest(name, names, n);
    if (row) hg__fail(p->e, p->status, p->where, "'%s' cannot be searched; it is the same for all trials", name);
    else if (near) hg__fail(p->e, p->status, p->where, "unknown option '%s'; did you mean '%s'?", name, near);
    else hg__fail(p->e, p->status, p->where, "unknown option '%s'; 'hourglass train --help' lists them", name);
    return NULL;
}

/* "augment shift": the word in front of the hole's = or :, where there is one. */
static void name_part(const searched *o, const char *hole, char *out, size_t size)
{
    const char *end = hole;
    while (end > o->text.at && (end[-1] == '=' || end[-1] == ':')) end--;
    const char *begin = end;
    while (begin > o->text.at && (isalnum((unsigned char)begin[-1]) || strchr("_-", begin[-1]))) begin--;
    size_t length = end == hole ? 0 : (size_t)(end - begin);
    snprintf(out, size, "%s%s%.*s", o->row->name, length ? " " : "", (int)(length < 30 ? length : 30), begin);
}

static bool says_step(hg__span text)
{
    for (size_t i = 1; i + 5 < text.length; i++)
        if (!memcmp(text.at + i, "step", 4) && isspace((unsigned char)text.at[i - 1]) &&
            isspace((unsigned char)text.at[i + 4]))
            return true;
    return false;
}

/* A hole that is all of its option's text is of the option's own type and scale. */
static void take_after_row(const searched *o, hg__dimension *d)
{
    if (d->kind == HG__DIMENSION_CHOICE) return;
    bool steps = says_step(o->text);
    if (o->row->type == HG__REAL && d->kind == HG__DIMENSION_WHOLE) {
        d->kind = HG__DIMENSION_REAL;
        if (!steps) d->step = 0;
    }
    if (o->row->log_scale && d->low > 0 && !steps) d->log = true;
}

static hg_status add_option_hole(const searched *o, hg__span hole)
{
    char name[64];
    bool whole_text = hole.length == o->text.length;
    size_t d = 0, before = o->s->n;
    name_part(o, hole.at, name, sizeof name);
    hg_status s = hg__hole_read(o->s, (hg__span){hole.at + 1, hole.length - 2}, name, &o->p, &d);
    if (s) return s;
    if (whole_text && o->s->n > before) take_after_row(o, &o->s->dimension[d]);
    if (o->row->type == HG__SIZE && o->s->dimension[d].kind == HG__DIMENSION_REAL)
        return hg__fail(o->p.e, o->p.status, o->p.where, "wants whole numbers; write the bounds of %.*s without point",
                        (int)(hole.length < 80 ? hole.length : 80), hole.at);
    hg__piece piece = {.kind = HG__PIECE_HOLE, .dimension = d, .may_be_none = whole_text && !o->row->fallback};
    return hg__pieces_add(&o->s->option_pieces, piece, o->p.e);
}

/* "lr=", the text with its holes, "\n". */
static hg_status cut_option(const searched *o, const char *line, size_t length)
{
    const char *next = line, *end = o->text.at + o->text.length;
    hg__span hole = {NULL, 0};
    hg_status s = hg__hole_find(o->text, &hole, &o->p);
    if (!s && !hole.at)
        return hg__fail(o->p.e, o->p.status, o->p.where,
                        "has no hole, so there is nothing to search; give one value as --%s", o->row->name);
    while (!s && hole.at) {
        hg__piece before = {.text = next, .length = (size_t)(hole.at - next)};
        s = hg__pieces_add(&o->s->option_pieces, before, o->p.e);
        if (!s) s = add_option_hole(o, hole);
        next = hole.at + hole.length;
        if (!s) s = hg__hole_find((hg__span){next, (size_t)(end - next)}, &hole, &o->p);
    }
    hg__piece rest = {.text = next, .length = (size_t)(line + length - next)};
    return s ? s : hg__pieces_add(&o->s->option_pieces, rest, o->p.e);
}

/* ---- Trying what it can be -------------------------------------------------------------------------------- */

static hg_status try_text(const searched *o, const char *text)
{
    hg_train_options values;
    hg_augment *a = NULL;
    hg_error why = {.status = HG_OK};
    hg_status s = HG_OK;
    if (!*text && !o->row->fallback) return HG_OK; /* none */
    if (!strcmp(o->row->name, "augment")) s = hg_augment_parse(&a, text, &why);
    else if (!strcmp(o->row->name, "noise")) s = hg__noise_parse(&a, text, &why);
    else s = hg__option_set(o->row, &values, text, o->p.where, &why);
    bool spec = o->row->type == HG__TEXT;
    if (s) hg__fail(o->p.e, o->p.status, o->p.where, "%s%s%s", spec ? why.where : "", spec ? ": " : "", why.what);
    hg_augment_close(&a);
    return s ? o->p.status : HG_OK;
}

static hg_status try_point(const searched *o, const double *point)
{
    hg__pieces own = {.piece = o->s->option_pieces.piece + o->first_piece, .n = o->s->option_pieces.n - o->first_piece};
    char *line = hg__pieces_fill(&own, o->s, point);
    if (!line) return hg__fail_memory(o->p.e, o->p.where, o->text.length);
    line[strcspn(line, "\n")] = 0;
    hg_status s = try_text(o, line + strlen(o->row->name) + 1);
    free(line);
    return s;
}

static hg_status try_all(const searched *o)
{
    double point[HG__MOST_DIMENSIONS];
    for (size_t d = 0; d < o->s->n; d++) point[d] = o->s->dimension[d].high;
    hg_status s = try_point(o, point);
    for (size_t d = 0; d < o->s->n; d++) point[d] = o->s->dimension[d].low;
    if (!s) s = try_point(o, point);
    for (size_t p = o->first_piece; p < o->s->option_pieces.n; p++) {
        if (o->s->option_pieces.piece[p].kind != HG__PIECE_HOLE) continue;
        size_t d = o->s->option_pieces.piece[p].dimension;
        for (size_t i = 0; !s && i < o->s->dimension[d].choices; i++) point[d] = (double)i, s = try_point(o, point);
        point[d] = o->s->dimension[d].low;
    }
    return s;
}

/* ---- All of them ------------------------------------------------------------------------------------------ */

static hg_status read_option(searched *o, const char *line, size_t length)
{
    o->first_piece = o->s->option_pieces.n;
    hg_status s = cut_option(o, line, length);
    return s ? s : try_all(o);
}

static hg_status write_options(hg__space *s, const hg__searches *list, hg_error *e)
{
    hg__text text = {0};
    hg__text_add(&text, "%s", "");
    for (size_t i = 0; i < list->n; i++) {
        hg__text_bytes(&text, list->at[i].option.at, list->at[i].option.length);
        hg__text_add(&text, "=");
        hg__text_bytes(&text, list->at[i].text.at, list->at[i].text.length);
        hg__text_add(&text, "\n");
    }
    hg_status status = hg__text_done(&text, e);
    if (!status) s->options = text.at, text = (hg__text){0};
    hg__text_close(&text);
    return status;
}

hg_status hg__space_search(hg__space *s, const hg__searches *list, hg_error *e)
{
    hg_status status = write_options(s, list, e);
    const char *line = s->options;
    for (size_t i = 0; !status && i < list->n; i++) {
        char where[320];
        searched o = {.s = s, .p = {where, list->at[i].line ? HG_MODEL : HG_USAGE, e}};
        if (list->at[i].line) snprintf(where, sizeof where, "%.280s:%zu", list->name, list->at[i].line);
        else snprintf(where, sizeof where, "--search");
        o.row = find_row(list->at[i].option, &o.p);
        if (!o.row) return o.p.status;
        size_t used = strlen(where), name = list->at[i].option.length, length = strcspn(line, "\n") + 1;
        snprintf(where + used, sizeof where - used, list->at[i].line ? ": search %s" : " %s", o.row->name);
        o.text = (hg__span){line + name + 1, length - name - 2};
        status = read_option(&o, line, length);
        line += length;
    }
    return status;
}
