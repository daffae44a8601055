/* template.h: how the text of a template becomes dimensions and pieces; used while a space is opened. */
#ifndef HG_TUNE_TEMPLATE_H
#define HG_TUNE_TEMPLATE_H

#include "tune/space.h"

enum { HG__LONGEST_TEMPLATE = 1 << 20 }; /* bytes, of the template and of what it stands for, as graph text */

/* Where a text with holes stands. */
typedef struct hg__place {
    const char *where; /* "template.hg:3", "--search lr" */
    hg_status status;  /* of what is wrong here: HG_MODEL or HG_USAGE */
    hg_error *e;
} hg__place;

/* A piece of a text, by its length. */
typedef struct hg__span {
    const char *at;
    size_t length;
} hg__span;

hg__span hg__trim(const char *at, size_t length); /* without the blanks around it */

/* hole: what stands between the braces. name: what its dimension is called unless it says so itself. *dimension: the
 * one that it made, or whose name it gives. */
hg_status hg__hole_read(hg__space *s, hg__span hole, const char *name, const hg__place *p, size_t *dimension);

/* The length of the first word of `text`, in which blanks within braces count as letters. */
size_t hg__word_length(hg__span text);
/* The first hole of `text`, braces included; at NULL: none. Braces without their other half are refused. */
hg_status hg__hole_find(hg__span text, hg__span *hole, const hg__place *p);

hg_status hg__pieces_add(hg__pieces *list, hg__piece piece, hg_error *e);

enum { HG__MOST_SEARCHED = 64 };

/* What is searched: each option once. */
typedef struct hg__searches {
    const char *name; /* of the template, for messages */
    struct {
        hg__span option, text;
        size_t line; /* of the template; 0: --search */
    } at[HG__MOST_SEARCHED];
    size_t n;
} hg__searches;
/* Makes s->options, its pieces and dimensions. */
hg_status hg__space_search(hg__space *s, const hg__searches *list, hg_error *e);

/* What `pieces` stand for at a point. At most HG__LONGEST_TEMPLATE and a line. */
char *hg__pieces_fill(const hg__pieces *list, const hg__space *s, const double *point);

#endif
