/* json.c: see json.h. */
#include "base/json.h"

#include "base/text.h"

#include <stdio.h>

static int add(const char *bytes, size_t size, void *text)
{
    hg__text_bytes(text, bytes, size);
    return 0; /* the text remembers a failure itself */
}

char *hg__json_dump(const json_t *value, size_t flags)
{
    hg__text text = {0};
    if (!value || json_dump_callback(value, add, &text, flags)) text.failed = true;
    if (text.failed) hg__text_close(&text);
    return text.at;
}

json_t *hg__json_word(const char *text)
{
    char ascii[4096];
    json_t *word = json_string(text);
    if (word) return word;
    snprintf(ascii, sizeof ascii, "%s", text);
    for (char *p = ascii; *p; p++)
        if ((unsigned char)*p > 126) *p = '?';
    return json_string(ascii);
}
