/* json_text.c: see json_text.h. */
#include "record/json_text.h"

#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool reads_back(const char *text, const json_t *document)
{
    json_t *again = json_loads(text, JSON_DECODE_ANY, NULL);
    bool same = again && json_equal(again, document);
    json_decref(again);
    return same;
}

char *hg__json_text(const json_t *document, size_t flags)
{
    for (size_t digits = 15;; digits++) {
        char *text = hg__json_dump(document, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));
        if (!text || digits == 17 || reads_back(text, document)) return text;
        free(text);
    }
}

hg_status hg__json_parse(json_t **document, const char *text, const char *where, hg_error *e)
{
    json_error_t fault;
    json_t *read = json_loads(text, JSON_REJECT_DUPLICATES, &fault);
    if (read) return *document = read, HG_OK;
    bool no_memory = json_error_code(&fault) == json_error_out_of_memory || !*fault.text; /* Jansson may say nothing */
    if (no_memory) return hg__fail_memory(e, where, strlen(text));
    char place[sizeof e->where];
    snprintf(place, sizeof place, "%s:%d:%d", where, fault.line, fault.column);
    return hg__fail(e, HG_DATA, place, "is not JSON: %s; restore the file or remove it", fault.text);
}

json_t *hg__json_number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

void hg__json_set_number(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, hg__json_number(value));
}
