/* json_text.h: JSON documents as text for people, the same text for the same document.
 *
 * Jansson (2.14) prints every real with 17 digits, so that 0.1 becomes 0.10000000000000001. Here a
 * document is printed with the fewest digits (15, 16 or 17) with which it reads back equal. */
#ifndef HG_RECORD_JSON_TEXT_H
#define HG_RECORD_JSON_TEXT_H

#include "base/fail.h"

#include <jansson.h>

/* flags: Jansson's (JSON_INDENT(2), JSON_COMPACT …). malloc, caller frees; NULL: out of memory. */
char *hg__json_text(const json_t *document, size_t flags);

/* Text into a document; duplicate keys are refused. `where` and the line name the place of a fault: HG_DATA. */
hg_status hg__json_parse(json_t **document, const char *text, const char *where, hg_error *e);

/* A real, or null where the number is not finite (JSON has no NaN). */
json_t *hg__json_number(double value);
/* … as a member of an object. */
void hg__json_set_number(json_t *object, const char *name, double value);

#endif
