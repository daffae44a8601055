/* output.c: see output.h. */
#include "cli/output.h"

#include "record/json_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The length of "\033[…m" at p, or 0. */
static size_t colour_at(const char *p)
{
    if (p[0] != '\033' || p[1] != '[') return 0;
    size_t n = 2 + strspn(p + 2, "0123456789;");
    return p[n] == 'm' ? n + 1 : 0;
}

void hg__output_clean(char *text, bool colours)
{
    for (char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p, next = (unsigned char)p[1];
        if (colours && colour_at(p)) p += colour_at(p) - 1;
        else if ((c < ' ' && c != '\n' && c != '\t') || c == 127) *p = '?';
        else if (c == 0xC2 && next >= 0x80 && next < 0xA0) p[0] = p[1] = '?'; /* of UTF-8 */
    }
}

hg_status hg__output_print(hg__text *out, hg_error *e)
{
    hg_status s = hg__text_done(out, e);
    if (s || !out->size) return s;
    hg__output_clean(out->at, true);
    bool good = !fflush(stdout);
    for (size_t done = 0; good && done < out->size;) { /* as one, or `| head` would be gone before the second piece */
        ssize_t n = write(STDOUT_FILENO, out->at + done, out->size - done);
        if (n >= 0) done += (size_t)n;
        else good = errno == EINTR;
    }
    return good ? HG_OK : hg__fail_errno(e, "standard output", "cannot be written");
}

hg_status hg__output_json(hg__text *out, json_t *document, hg_error *e)
{
    char *text = document ? hg__json_text(document, JSON_INDENT(2)) : NULL;
    json_decref(document);
    if (!text) return hg__fail_memory(e, "JSON document", 4096);
    hg__text_add(out, "%s\n", text);
    free(text);
    return HG_OK;
}

const char *hg__output_bytes(double bytes, char *out, size_t n)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    while (bytes >= 1000 && unit < 4) bytes /= 1000, unit++;
    snprintf(out, n, unit && bytes < 100 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
    return out;
}

const char *hg__output_time(double seconds, char *out, size_t n)
{
    unsigned long s = seconds > 0 && seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 0;
    if (s >= 3600) snprintf(out, n, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else snprintf(out, n, "%lu:%02lu", s / 60, s % 60);
    return out;
}

void hg__output_quoted(hg__text *t, const char *argument)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (*argument && strspn(argument, plain) == strlen(argument)) {
        hg__text_add(t, "%s", argument);
        return;
    }
    hg__text_add(t, "'");
    for (const char *p = argument; *p; p++)
        if (*p == '\'') hg__text_add(t, "'\\''");
        else hg__text_bytes(t, p, 1);
    hg__text_add(t, "'");
}
