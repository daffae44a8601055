/* markup.c: see markup.h. */
#include "report/markup.h"

#include "base/file.h"
#include "record/json_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PICTURE = 32 << 20 };

void hg__markup_escape(hg__text *t, const char *text)
{
    static const struct {
        char c;
        const char *as;
    } special[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (;;) {
        size_t plain = strcspn(text, "&<>\"'");
        hg__text_bytes(t, text, plain);
        text += plain;
        if (!*text) return;
        for (size_t i = 0; i < sizeof special / sizeof *special; i++)
            if (special[i].c == *text) hg__text_add(t, "%s", special[i].as);
        text++;
    }
}

void hg__markup_wrap(hg__text *t, const char *before, const char *text, const char *after)
{
    hg__text_add(t, "%s", before);
    hg__markup_escape(t, text);
    hg__text_add(t, "%s", after);
}

void hg__markup_number(hg__text *t, double value, int digits)
{
    char text[64];
    if (isinf(value)) snprintf(text, sizeof text, "%s", value > 0 ? "∞" : "−∞");
    else if (isnan(value)) snprintf(text, sizeof text, "–");
    else snprintf(text, sizeof text, fabs(value) < 1e-3 && value != 0 ? "%.*g" : "%#.*g", digits, value);
    size_t n = strlen(text);
    if (n && text[n - 1] == '.') text[n - 1] = 0; /* %# leaves "13." */
    hg__text_add(t, "%s", text);
}

void hg__markup_count(hg__text *t, size_t n)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%zu", n);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) hg__text_add(t, "\u2009");
        hg__text_add(t, "%c", digits[i]);
    }
}

void hg__markup_value(hg__text *t, const json_t *value)
{
    if (!value || json_is_null(value)) {
        hg__text_add(t, "–");
        return;
    }
    if (json_is_string(value)) {
        hg__markup_escape(t, json_string_value(value));
        return;
    }
    char *text = hg__json_text(value, JSON_COMPACT);
    if (text) hg__markup_escape(t, text);
    else t->failed = true;
    free(text);
}

static void add_base64(hg__text *t, const uint8_t *bytes, size_t n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char line[4 * 256];
    size_t used = 0;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16;
        if (i + 1 < n) three |= (uint32_t)bytes[i + 1] << 8;
        if (i + 2 < n) three |= bytes[i + 2];
        for (int k = 0; k < 4; k++) line[used++] = letters[three >> (18 - 6 * k) & 63];
        if (i + 1 >= n) line[used - 2] = '=';
        if (i + 2 >= n) line[used - 1] = '=';
        if (used < sizeof line && i + 3 < n) continue;
        hg__text_bytes(t, line, used);
        used = 0;
    }
}

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

bool hg__markup_image(hg__text *t, const char *path, const char *alt)
{
    static const uint8_t magic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    char *bytes = NULL;
    size_t size = 0;
    if (!hg__is_file(path) || hg__file_read(path, MOST_PICTURE, &bytes, &size, NULL)) return false;
    const uint8_t *png = (const uint8_t *)bytes;
    bool good = size > 24 && !memcmp(png, magic, sizeof magic);
    if (good) {
        hg__text_add(t, "<img loading=\"lazy\" width=\"%u\" height=\"%u\" alt=\"", big_endian(png + 16),
                     big_endian(png + 20));
        hg__markup_escape(t, alt);
        hg__text_add(t, "\" src=\"data:image/png;base64,");
        add_base64(t, png, size);
        hg__text_add(t, "\">");
    }
    free(bytes);
    return good;
}

void hg__markup_head(hg__text *t)
{
    hg__text_add(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"generator\" content=\"hourglass " HG_VERSION "\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                    "style-src 'unsafe-inline'\">\n<title>");
}

void hg__markup_body(hg__text *t)
{
    hg__text_add(t, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", hg__markup_style);
}

void hg__markup_end(hg__text *t)
{
    hg__text_add(t, "<footer>Written by hourglass " HG_VERSION ".</footer>\n</body>\n</html>\n");
}
