/* json.h: a JSON value as text, safely: Jansson's own json_dumps drops pieces in silence when memory is short. */
#ifndef HG_BASE_JSON_H
#define HG_BASE_JSON_H

#include <jansson.h>

/* malloc, caller frees; NULL without memory, or for NULL. flags: Jansson's. */
char *hg__json_dump(const json_t *value, size_t flags);

/* A text in any encoding (a path) as a JSON string: what is no UTF-8 is written with '?'. NULL: out of memory. */
json_t *hg__json_word(const char *text);

#endif
