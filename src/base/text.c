/* text.c: see text.h. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(hg__text *t, size_t more)
{
    if (t->failed) return false;
    if (t->size + more < t->room) return true;
    size_t room = 2 * (t->size + more) + 256;
    char *larger = realloc(t->at, room);
    if (!larger) return t->failed = true, false;
    t->at = larger, t->room = room;
    return true;
}

void hg__text_bytes(hg__text *t, const void *bytes, size_t size)
{
    if (!reserve(t, size + 1)) return;
    memcpy(t->at + t->size, bytes, size);
    t->size += size;
    t->at[t->size] = 0;
}

void hg__text_add(hg__text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) t->failed = true;
    else if (reserve(t, (size_t)n + 1)) {
        vsnprintf(t->at + t->size, (size_t)n + 1, format, again);
        t->size += (size_t)n;
    }
    va_end(again);
}

void hg__text_close(hg__text *t)
{
    free(t->at);
    *t = (hg__text){0};
}

hg_status hg__text_done(hg__text *t, hg_error *e) { return t->failed ? hg__fail_memory(e, "text", t->size) : HG_OK; }

const char *hg__text_cut(const char *text, size_t letters, char *out, size_t n)
{
    size_t size = 0, seen = 0, fits = 0; /* fits: bytes before the last letter whose place "…" may take */
    for (; text[size]; size++) {
        if (((unsigned char)text[size] & 0xc0) == 0x80) continue;
        if (seen++ < letters && size + sizeof "…" <= n) fits = size;
    }
    if (seen <= letters && size < n) snprintf(out, n, "%s", text);
    else snprintf(out, n, "%.*s…", (int)fits, text);
    return out;
}

const char *hg__text_count(double count, char *out, size_t n)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%.0f", count);
    size_t length = strlen(digits), used = 0;
    for (size_t i = 0; i < length && used + 2 < n; i++) {
        out[used++] = digits[i];
        size_t left = length - 1 - i;
        if (left && left % 3 == 0 && digits[i] != '-') out[used++] = ',';
    }
    out[used] = 0;
    return out;
}
