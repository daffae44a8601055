/* fail.h: how library code reports what went wrong.
 *
 *     if (size > left) return hg__fail(e, HG_DATA, path, "holds %zu bytes, %zu expected; fetch it again", left, size);
 *
 * The first argument may be NULL. `where` is copied, cut at the field's size. */
#ifndef HG_BASE_FAIL_H
#define HG_BASE_FAIL_H

#include <hourglass/base.h>
#include <stdarg.h>

hg_status hg__fail(hg_error *e, hg_status status, const char *where, const char *what, ...)
    __attribute__((format(printf, 4, 5)));

/* The same, with strerror(errno) after `what`: "cannot be opened: No such file or directory". */
hg_status hg__fail_errno(hg_error *e, const char *where, const char *what);

/* Puts `outer` in front of an error's place, as in "--augment: rotate=500", and gives the status back. HG_OK: does
 * nothing. */
hg_status hg__fail_within(hg_error *e, hg_status status, const char *outer);

hg_status hg__fail_memory(hg_error *e, const char *where, size_t bytes);

/* The candidate nearest to `word` by edit distance, or NULL when none is near: "did you mean". */
const char *hg__nearest(const char *word, const char *const *candidates, size_t n);

/* "a, b, c" into out[size], cut where that is too small: "there are". Returns out. */
const char *hg__list(const char *const *words, size_t n, char *out, size_t size);

/* a * b and a + b that say when they overflow: every size that comes from outside goes through these. */
static inline bool hg__mul(size_t a, size_t b, size_t *out) { return !__builtin_mul_overflow(a, b, out); }
static inline bool hg__add(size_t a, size_t b, size_t *out) { return !__builtin_add_overflow(a, b, out); }

#endif
