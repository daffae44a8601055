/* stream.h: the bytes of a file, one after the other, whether it is raw or gzip.
 *
 * A reader asks hg__stream_promise before it allocates what a header promises, and calls
 * hg__stream_end after the last byte: so lies, bombs and trailing bytes are refused in one place. */
#ifndef HG_DATA_STREAM_H
#define HG_DATA_STREAM_H

#include "base/fail.h"

typedef struct hg__stream hg__stream;

/* path is borrowed: it names the stream in messages. */
hg_status hg__stream_open(hg__stream **s, const char *path, hg_error *e);
/* The same over bytes in memory, which are borrowed too. */
hg_status hg__stream_wrap(hg__stream **s, const char *name, const void *bytes, size_t size, hg_error *e);
void hg__stream_close(hg__stream **s);

const char *hg__stream_name(const hg__stream *s);

/* Exactly n bytes, or HG_DATA saying where the file ends. */
hg_status hg__stream_read(hg__stream *s, void *out, size_t n, hg_error *e);
/* At most n bytes; *got is less only at the end of the file. */
hg_status hg__stream_some(hg__stream *s, void *out, size_t n, size_t *got, hg_error *e);

/* HG_DATA when the file cannot hold `bytes` more, or only as a decompression bomb. */
hg_status hg__stream_promise(const hg__stream *s, size_t bytes, hg_error *e);
/* HG_DATA when bytes are left. */
hg_status hg__stream_end(hg__stream *s, hg_error *e);

/* True when `bytes` from `stored` compressed ones is more than any honest file of ours unpacks to. */
bool hg__is_bomb(size_t bytes, size_t stored);

#endif
