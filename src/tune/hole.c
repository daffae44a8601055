/* hole.c: what stands between braces: {8..64 log}, {16,32,64}, {width: 8..64}, {width}. */
#include "tune/template.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 31, MOST_CHOICES = 1000 };
static const double largest_whole = 9007199254740992.0; /* 2^53: above it not every whole number is a double */

/* A hole that is being read. */
typedef struct reader {
    hg__space *s;
    hg__span hole; /* all of it, for messages */
    const hg__place *p;
} reader;

static hg_status refuse(const reader *r, const char *what)
{
    bool cut = r->hole.length > 80;
    return hg__fail(r->p->e, r->p->status, r->p->where, "{%.*s%s} %s", cut ? 80 : (int)r->hole.length, r->hole.at,
                    cut ? "…" : "", what);
}

hg__span hg__trim(const char *at, size_t length)
{
    while (length && isspace((unsigned char)*at)) at++, length--;
    while (length && isspace((unsigned char)at[length - 1])) length--;
    return (hg__span){at, length};
}

size_t hg__word_length(hg__span text)
{
    size_t i = 0;
    for (bool inside = false; i < text.length && (inside || !isspace((unsigned char)text.at[i])); i++)
        inside = text.at[i] == '{' ? true : text.at[i] == '}' ? false : inside;
    return i;
}

hg_status hg__hole_find(hg__span text, hg__span *hole, const hg__place *p)
{
    *hole = (hg__span){NULL, 0};
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '}' && !hole->at)
            return hg__fail(p->e, p->status, p->where, "'}' closes nothing; a hole is {LOW..HIGH} or {a,b,c}");
        if (text.at[i] == '{' && hole->at)
            return hg__fail(p->e, p->status, p->where, "'{' stands within a hole; close the one before it with '}'");
        if (text.at[i] == '{') hole->at = text.at + i;
        if (text.at[i] != '}') continue;
        hole->length = (size_t)(text.at + i + 1 - hole->at);
        return HG_OK;
    }
    if (!hole->at) return HG_OK;
    return hg__fail(p->e, p->status, p->where, "'{' is not closed; a hole ends with '}' on the same line");
}

/* ---- Names ----------------------------------------------------------------------------------------------- */

/* The length of the name that `text` begins with: a letter, then letters, digits, _ and -. */
static size_t name_length(hg__span text)
{
    size_t n = 0;
    while (n < text.length && (isalpha((unsigned char)text.at[n]) ||
                               (n && (isdigit((unsigned char)text.at[n]) || strchr("_-", text.at[n])))))
        n++;
    return n;
}

/* HG__MOST_DIMENSIONS: there is none. */
static size_t find_named(const hg__space *s, const char *name, size_t length)
{
    for (size_t i = 0; i < s->n; i++)
        if (strlen(s->dimension[i].name) == length && !memcmp(s->dimension[i].name, name, length)) return i;
    return HG__MOST_DIMENSIONS;
}

/* "dense 3" where that is free, else "dense 3.2", "dense 3.3" … */
static void name_freely(const hg__space *s, hg__dimension *d, const char *name)
{
    snprintf(d->name, sizeof d->name, "%.50s", name);
    for (size_t i = 2; find_named(s, d->name, strlen(d->name)) < HG__MOST_DIMENSIONS; i++)
        snprintf(d->name, sizeof d->name, "%.50s.%zu", name, i);
}

/* "NAME: …": the name goes to *d, and *body becomes what follows. */
static hg_status read_name(const reader *r, hg__dimension *d, hg__span *body, const char *otherwise)
{
    size_t n = name_length(*body);
    bool named = n && n + 1 < body->length && body->at[n] == ':' && isspace((unsigned char)body->at[n + 1]);
    if (!named) return name_freely(r->s, d, otherwise), HG_OK;
    if (n > LONGEST_NAME) return refuse(r, "has a name of more than 31 letters");
    if (find_named(r->s, body->at, n) < HG__MOST_DIMENSIONS)
        return refuse(r, "takes a name that is given above; write {NAME} alone to fill in the same value");
    snprintf(d->name, sizeof d->name, "%.*s", (int)n, body->at);
    *body = hg__trim(body->at + n + 1, body->length - n - 1);
    return HG_OK;
}

/* ---- Lists ----------------------------------------------------------------------------------------------- */

static hg_status add_choice(const reader *r, hg__dimension *d, hg__span item)
{
    if (!item.length) return refuse(r, "has an empty item");
    if (d->choices == MOST_CHOICES) return refuse(r, "has more than 1000 items");
    for (size_t i = 0; i < d->choices; i++)
        if (strlen(d->choice[i]) == item.length && !memcmp(d->choice[i], item.at, item.length))
            return refuse(r, "has an item twice");
    char **larger = realloc(d->choice, (d->choices + 1) * sizeof *larger);
    if (larger) d->choice = larger;
    char *copy = larger ? strndup(item.at, item.length) : NULL;
    if (!copy) return hg__fail_memory(r->p->e, r->p->where, item.length);
    d->choice[d->choices++] = copy;
    return HG_OK;
}

static hg_status read_list(const reader *r, hg__dimension *d, hg__span body)
{
    d->kind = HG__DIMENSION_CHOICE;
    for (size_t from = 0; from <= body.length;) {
        const char *comma = memchr(body.at + from, ',', body.length - from);
        size_t length = comma ? (size_t)(comma - body.at) - from : body.length - from;
        hg_status s = add_choice(r, d, hg__trim(body.at + from, length));
        if (s) return s;
        from += length + 1;
    }
    d->high = (double)d->choices - 1;
    return HG_OK;
}

/* ---- Ranges ---------------------------------------------------------------------------------------------- */

/* A decimal number; *whole stays only where it has neither point nor exponent. */
static bool read_number(hg__span text, double *value, bool *whole)
{
    char copy[40], *end = copy;
    if (!text.length || text.length >= sizeof copy) return false;
    snprintf(copy, sizeof copy, "%.*s", (int)text.length, text.at);
    if (strspn(copy, "+-.0123456789eE") != text.length) return false; /* no "nan", no "0x1p3" */
    *value = strtod(copy, &end);
    if (strpbrk(copy, ".eE")) *whole = false;
    return !*end && isfinite(*value);
}

static hg_status check_range(const reader *r, const hg__dimension *d)
{
    if (d->low > d->high) return refuse(r, "has its low end above its high end");
    if (d->kind == HG__DIMENSION_WHOLE && fmax(fabs(d->low), fabs(d->high)) > largest_whole)
        return refuse(r, "reaches beyond 2^53; a whole number is at most that");
    if (d->log && d->low <= 0) return refuse(r, "is log, so its low end must be above 0");
    if (d->high - d->low > 1e300) return refuse(r, "ranges over more than 1e300");
    if (d->step > 0 && (d->high - d->low) / d->step > largest_whole) return refuse(r, "has more than 2^53 steps");
    return HG_OK;
}

/* What stands behind the bounds: nothing, "log", "step S". */
static hg_status read_manner(const reader *r, hg__dimension *d, hg__span manner, bool *whole)
{
    size_t n = hg__word_length(manner);
    hg__span rest = hg__trim(manner.at + n, manner.length - n);
    if (!n) return HG_OK;
    if (n == 3 && !memcmp(manner.at, "log", 3)) {
        if (rest.length) return refuse(r, "has too much behind 'log'; a log range takes no step");
        d->log = true;
        return HG_OK;
    }
    if (n != 4 || memcmp(manner.at, "step", 4))
        return refuse(r, "has neither 'log' nor 'step S' behind its bounds; a hole is {LOW..HIGH} or {a,b,c}");
    if (!read_number(rest, &d->step, whole) || d->step <= 0) return refuse(r, "wants one number above 0 behind 'step'");
    return HG_OK;
}

static hg_status read_range(const reader *r, hg__dimension *d, hg__span body)
{
    size_t dots = 0;
    while (dots + 1 < body.length && (body.at[dots] != '.' || body.at[dots + 1] != '.')) dots++;
    if (dots + 1 >= body.length) return refuse(r, "leaves nothing to choose; a hole is {LOW..HIGH} or {a,b,c}");
    hg__span low = hg__trim(body.at, dots), high = hg__trim(body.at + dots + 2, body.length - dots - 2);
    size_t length = hg__word_length(high);
    hg__span manner = hg__trim(high.at + length, high.length - length);
    bool whole = true;
    if (!read_number(low, &d->low, &whole) || !read_number((hg__span){high.at, length}, &d->high, &whole))
        return refuse(r, "has a bound that is not a number; a hole is {LOW..HIGH} or {a,b,c}");
    hg_status s = read_manner(r, d, manner, &whole);
    d->kind = whole ? HG__DIMENSION_WHOLE : HG__DIMENSION_REAL;
    if (whole && d->step == 0) d->step = 1;
    if (!s) s = check_range(r, d);
    if (!s && d->step > 0) d->high = hg__dimension_fit(d, d->low + (double)(hg__dimension_values(d) - 1) * d->step);
    return s;
}

hg_status hg__hole_read(hg__space *s, hg__span hole, const char *name, const hg__place *p, size_t *dimension)
{
    reader r = {s, hole, p};
    hg__span body = hg__trim(hole.at, hole.length);
    if (!body.length) return refuse(&r, "is empty; a hole is {LOW..HIGH} or {a,b,c}");
    if (name_length(body) == body.length) {
        *dimension = find_named(s, body.at, body.length);
        return *dimension < HG__MOST_DIMENSIONS
                   ? HG_OK
                   : refuse(&r, "is the name of no hole above; a hole is {LOW..HIGH} or {a,b,c}");
    }
    if (s->n == HG__MOST_DIMENSIONS) return refuse(&r, "is one hole too many; a space has at most 64 dimensions");
    hg__dimension *d = &s->dimension[s->n];
    *d = (hg__dimension){.low = 0};
    hg_status status = read_name(&r, d, &body, name);
    if (!status) status = memchr(body.at, ',', body.length) ? read_list(&r, d, body) : read_range(&r, d, body);
    *dimension = s->n++; /* also on failure: what it owns is closed with the space */
    return status;
}
