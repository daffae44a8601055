/* markup.h: the small pieces that the report's page is made of.
 *
 * Everything that comes from outside (names, graph text, configuration, environment) goes through
 * hg__markup_escape; nothing else writes it into the page. */
#ifndef HG_REPORT_MARKUP_H
#define HG_REPORT_MARKUP_H

#include "base/text.h"

#include <jansson.h>

void hg__markup_escape(hg__text *t, const char *text);
/* `before`, the text escaped, `after`. */
void hg__markup_wrap(hg__text *t, const char *before, const char *text, const char *after);

/* A number with so many significant digits; a dash for what is not finite. */
void hg__markup_number(hg__text *t, double value, int digits);
/* A whole number with thin spaces between thousands. */
void hg__markup_count(hg__text *t, size_t n);
/* A JSON value as a reader would write it: text as it is, numbers short, a dash for null. Escaped. */
void hg__markup_value(hg__text *t, const json_t *value);

/* An <img> that holds the PNG file itself. False, and nothing written, when there is no such file or it is no PNG. */
bool hg__markup_image(hg__text *t, const char *path, const char *alt);

/* What stands before a page's title, between title and body, and behind what is said: the same for every page. */
void hg__markup_head(hg__text *t);
void hg__markup_body(hg__text *t);
void hg__markup_end(hg__text *t);

/* The page's style sheet. */
extern const char hg__markup_style[];

#endif
