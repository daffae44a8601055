/* option.c: see option.h. Text becomes a value in one place, so the command line, the environment and
 * the config file accept the same spellings and complain in the same words. */
#include "base/option.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *place(const hg__option *row, void *values) { return (char *)values + row->offset; }

static bool is_limited(const hg__option *row) { return row->min != 0 || row->max != 0; }

/* The shortest decimal that reads back as the same double. */
static void write_real(double value, char *out, size_t n)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, n, "%.*g", digits, value);
        if (strtod(out, NULL) == value) return;
    }
}

static hg_status check_range(const hg__option *row, double value, const char *text, const char *where, hg_error *e)
{
    bool small = value<row->min, large = value> row->max;
    if (!is_limited(row) || (!small && !large)) return HG_OK;
    char limit[32];
    if (row->type == HG__REAL) write_real(small ? row->min : row->max, limit, sizeof limit);
    else snprintf(limit, sizeof limit, "%.0f", small ? row->min : row->max);
    return hg__fail(e, HG_USAGE, where, "%s is too %s; the %s is %s", text, small ? "small" : "large",
                    small ? "least" : "most", limit);
}

static hg_status set_flag(const hg__option *row, void *values, const char *text, const char *where, hg_error *e)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true}, {"false", false}, {"1", true},  {"0", false},
                 {"yes", true},  {"no", false},    {"on", true}, {"off", false}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(text, words[i].word)) return *(bool *)place(row, values) = words[i].value, HG_OK;
    return hg__fail(e, HG_USAGE, where, "\"%s\" is neither true nor false", text);
}

static bool is_negative(const char *text)
{
    char *end = NULL;
    return *text == '-' && text[1] >= '0' && text[1] <= '9' && strtoll(text, &end, 10) < 0 && !*end;
}

static hg_status set_whole(const hg__option *row, void *values, const char *text, const char *where, hg_error *e)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (is_negative(text))
        return hg__fail(e, HG_USAGE, where, "%s is too small; the least is %.0f", text, fmax(row->min, 0));
    if (text[0] < '0' || text[0] > '9' || *end)
        return hg__fail(e, HG_USAGE, where, "\"%s\" is not a whole number", text);
    if (errno) return hg__fail(e, HG_USAGE, where, "%s is too large for a 64-bit number", text);
    hg_status s = check_range(row, (double)value, text, where, e);
    if (s) return s;
    if (row->type == HG__U64) *(uint64_t *)place(row, values) = value;
    else *(size_t *)place(row, values) = (size_t)value;
    return HG_OK;
}

static hg_status set_real(const hg__option *row, void *values, const char *text, const char *where, hg_error *e)
{
    char *end = NULL;
    double value = strtod(text, &end);
    bool decimal = *text && strspn(text, "+-.0123456789eE") == strlen(text); /* no "nan", no "0x1p3", no spaces */
    if (!decimal || *end || !isfinite(value)) return hg__fail(e, HG_USAGE, where, "\"%s\" is not a number", text);
    hg_status s = check_range(row, value, text, where, e);
    if (!s) *(double *)place(row, values) = value;
    return s;
}

/* Cuts "adam|sgd" into words, which point into `buffer`. */
static size_t split_choices(const char *choices, char buffer[256], const char *words[32])
{
    size_t n = 0;
    snprintf(buffer, 256, "%s", choices);
    for (char *word = buffer; word && n < 32;) {
        words[n++] = word;
        char *bar = strchr(word, '|');
        if (bar) *bar++ = 0;
        word = bar;
    }
    return n;
}

static hg_status set_choice(const hg__option *row, void *values, const char *text, const char *where, hg_error *e)
{
    char buffer[256], list[320];
    const char *words[32];
    size_t n = split_choices(row->choices, buffer, words);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(text, words[i])) return *(const char **)place(row, values) = text, HG_OK;
    const char *near = hg__nearest(text, words, n);
    return hg__fail(e, HG_USAGE, where, "\"%s\" is not one of %s%s%s%s", text, hg__list(words, n, list, sizeof list),
                    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

hg_status hg__option_set(const hg__option *row, void *values, const char *text, const char *where, hg_error *e)
{
    switch (row->type) {
    case HG__FLAG: return set_flag(row, values, text, where, e);
    case HG__SIZE:
    case HG__U64: return set_whole(row, values, text, where, e);
    case HG__REAL: return set_real(row, values, text, where, e);
    case HG__CHOICE: return set_choice(row, values, text, where, e);
    case HG__TEXT: break;
    }
    *(const char **)place(row, values) = text;
    return HG_OK;
}

void hg__options_default(const hg__option *table, void *values)
{
    for (const hg__option *row = table; row->name; row++)
        if (row->fallback) hg__option_set(row, values, row->fallback, row->name, NULL);
        else if (row->type == HG__REAL) *(double *)place(row, values) = (double)NAN;
}

const hg__option *hg__option_find(const hg__option *table, const char *name)
{
    for (const hg__option *row = table; row->name; row++)
        if (!strcmp(row->name, name)) return row;
    return NULL;
}

const char *hg__option_text(const hg__option *row, const void *values, char *out, size_t n)
{
    const void *at = (const char *)values + row->offset;
    const char *text = NULL;
    switch (row->type) {
    case HG__FLAG: text = *(const bool *)at ? "true" : "false"; break;
    case HG__SIZE: snprintf(out, n, "%zu", *(const size_t *)at); return out;
    case HG__U64: snprintf(out, n, "%llu", (unsigned long long)*(const uint64_t *)at); return out;
    case HG__REAL: write_real(*(const double *)at, out, n); return out;
    case HG__TEXT:
    case HG__CHOICE: text = *(const char *const *)at; break;
    }
    snprintf(out, n, "%s", text ? text : "");
    return out;
}
