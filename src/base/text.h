/* text.h: a string that grows. A failed allocation is remembered in `failed`, so that a whole page
 * can be written and the error asked for once, at the end. */
#ifndef HG_BASE_TEXT_H
#define HG_BASE_TEXT_H

#include "base/fail.h"

typedef struct hg__text {
    char *at; /* owned, zero-terminated once anything was added */
    size_t size, room;
    bool failed;
} hg__text;

void hg__text_add(hg__text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void hg__text_bytes(hg__text *t, const void *bytes, size_t size);
void hg__text_close(hg__text *t);
hg_status hg__text_done(hg__text *t, hg_error *e); /* HG_MEMORY when any addition failed */

/* A text of at most so many letters, "…" for the rest, into out[n]; of UTF-8 no letter is cut. Returns out. */
const char *hg__text_cut(const char *text, size_t letters, char *out, size_t n);

/* 12345.6 -> "12,346". Into out[n], which is returned. */
const char *hg__text_count(double count, char *out, size_t n);

#endif
