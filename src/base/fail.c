/* fail.c: statuses, errors, and the nearest word for "did you mean". */
#include "base/fail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int exit;
    const char *text;
} statuses[] = {
#define X(name, exit, text) {exit, text},
    HG_STATUS_LIST(X)
#undef X
};

const char *hg_status_text(hg_status status) { return statuses[status].text; }
int hg_status_exit(hg_status status) { return statuses[status].exit; }

hg_status hg__fail(hg_error *e, hg_status status, const char *where, const char *what, ...)
{
    if (!e) return status;
    /* `where` or an argument may lie inside *e, so the new text is made aside. */
    hg_error made = {.status = status};
    snprintf(made.where, sizeof made.where, "%s", where ? where : "");
    va_list args;
    va_start(args, what);
    vsnprintf(made.what, sizeof made.what, what, args);
    va_end(args);
    *e = made;
    return status;
}

hg_status hg__fail_errno(hg_error *e, const char *where, const char *what)
{
    return hg__fail(e, HG_IO, where, "%s: %s", what, strerror(errno));
}

hg_status hg__fail_memory(hg_error *e, const char *where, size_t bytes)
{
    const size_t tenth = 100000; /* of a MB: rounded up, or a little would be none */
    return hg__fail(e, HG_MEMORY, where, "%.1f MB of memory are not to be had; use a smaller batch or model",
                    (double)(bytes / tenth + (bytes % tenth > 0)) / 10);
}

hg_status hg__fail_within(hg_error *e, hg_status status, const char *outer)
{
    char where[sizeof e->where];
    if (!status || !e) return status;
    snprintf(where, sizeof where, "%s: %.256s", outer, e->where);
    return hg__fail(e, status, where, "%s", e->what);
}

/* Levenshtein distance, words cut at 31 letters. */
static size_t distance(const char *a, const char *b)
{
    size_t row[32], la = strnlen(a, 31), lb = strnlen(b, 31);
    for (size_t j = 0; j <= lb; j++) row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t drop = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            diagonal = row[j];
            row[j] = change < drop ? change : drop;
        }
    }
    return row[lb];
}

const char *hg__nearest(const char *word, const char *const *candidates, size_t n)
{
    const char *best = NULL;
    size_t limit = strlen(word) / 3 + 1, best_distance = limit + 1;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, candidates[i]);
        if (d < best_distance) best_distance = d, best = candidates[i];
    }
    return best;
}

const char *hg__list(const char *const *words, size_t n, char *out, size_t size)
{
    size_t used = 0;
    *out = 0;
    for (size_t i = 0; i < n && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", words[i]);
    return out;
}
