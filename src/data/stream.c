/* stream.c: see stream.h. Compression is told from the first two bytes, never from the name. A raw
 * file is read without a copy of our own; a gzip file through one buffer of 64 KiB, so memory is
 * bounded by what the caller asks for. Several gzip members in a row are one file, as gzip has it. */
#include "data/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Deflate never packs tighter than 1032:1. Honest data may come near, so a bomb is large as well. */
enum { DEFLATE_BEST = 1032, BOMB_BYTES = 32 << 20, BOMB_RATIO = 200, CHUNK = 65536 };

struct hg__stream {
    FILE *in;
    const char *name;
    uint64_t stored, given; /* bytes in the file, bytes handed out */
    bool gzip, ended;
    z_stream z;
    uint8_t chunk[CHUNK];
};

const char *hg__stream_name(const hg__stream *s) { return s->name; }

bool hg__is_bomb(size_t bytes, size_t stored) { return bytes > BOMB_BYTES && bytes / BOMB_RATIO > stored; }

static bool starts_as_gzip(FILE *in)
{
    uint8_t magic[2] = {0};
    size_t got = fread(magic, 1, sizeof magic, in);
    rewind(in);
    return got == sizeof magic && magic[0] == 0x1f && magic[1] == 0x8b;
}

/* Takes `in` over, also on failure. */
static hg_status begin(hg__stream **made, FILE *in, const char *name, uint64_t stored, hg_error *e)
{
    hg__stream *s = calloc(1, sizeof *s);
    if (!s) return fclose(in), hg__fail_memory(e, name, sizeof *s);
    s->in = in, s->name = name, s->stored = stored;
    s->gzip = starts_as_gzip(in);
    if (s->gzip && inflateInit2(&s->z, 15 + 16) != Z_OK) {
        s->gzip = false;
        hg__stream_close(&s);
        return hg__fail_memory(e, name, CHUNK);
    }
    *made = s;
    return HG_OK;
}

hg_status hg__stream_open(hg__stream **s, const char *path, hg_error *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not make us wait */
    if (fd < 0) return hg__fail_errno(e, path, "cannot be opened");
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        close(fd);
        return hg__fail(e, HG_DATA, path, "is not a regular file");
    }
    FILE *in = fdopen(fd, "rb");
    if (!in) return close(fd), hg__fail_memory(e, path, sizeof *in);
    return begin(s, in, path, (uint64_t)st.st_size, e);
}

hg_status hg__stream_wrap(hg__stream **s, const char *name, const void *bytes, size_t size, hg_error *e)
{
    FILE *in = fmemopen((void *)(uintptr_t)bytes, size, "rb"); /* only read from */
    if (!in) return hg__fail_memory(e, name, sizeof *in);
    return begin(s, in, name, size, e);
}

void hg__stream_close(hg__stream **stream)
{
    hg__stream *s = *stream;
    if (!s) return;
    if (s->gzip) inflateEnd(&s->z);
    fclose(s->in);
    free(s);
    *stream = NULL;
}

static hg_status refill(hg__stream *s, hg_error *e)
{
    s->z.next_in = s->chunk;
    s->z.avail_in = (uInt)fread(s->chunk, 1, CHUNK, s->in);
    return ferror(s->in) ? hg__fail_errno(e, s->name, "cannot be read") : HG_OK;
}

/* At the end of a gzip member: the file ends here, but for zeros, or another member follows. */
static hg_status next_member(hg__stream *s, hg_error *e)
{
    bool padded = false;
    for (;;) {
        hg_status status = s->z.avail_in ? HG_OK : refill(s, e);
        if (status) return status;
        if (!s->z.avail_in) return s->ended = true, HG_OK;
        if (*s->z.next_in) break;
        s->z.next_in++, s->z.avail_in--, padded = true;
    }
    if (padded || *s->z.next_in != 0x1f)
        return hg__fail(e, HG_DATA, s->name, "goes on behind its gzip data with something else; fetch it again");
    inflateReset(&s->z);
    return HG_OK;
}

/* Unpacks until z.avail_out is used up or the file ends. */
static hg_status inflate_some(hg__stream *s, hg_error *e)
{
    hg_status status = HG_OK;
    while (!status && s->z.avail_out && !s->ended) {
        if (!s->z.avail_in && (status = refill(s, e))) break;
        if (!s->z.avail_in)
            return hg__fail(e, HG_DATA, s->name,
                            "is cut short: the gzip data ends before its end mark; fetch it again");
        int r = inflate(&s->z, Z_NO_FLUSH);
        if (r == Z_STREAM_END) status = next_member(s, e);
        else if (r == Z_MEM_ERROR) status = hg__fail_memory(e, s->name, CHUNK);
        else if (r != Z_OK)
            status = hg__fail(e, HG_DATA, s->name, "is not sound gzip data (%s); fetch it again",
                              s->z.msg ? s->z.msg : "damaged");
    }
    return status;
}

static hg_status some_gzip(hg__stream *s, uint8_t *out, size_t n, size_t *got, hg_error *e)
{
    hg_status status = HG_OK;
    *got = 0;
    while (!status && *got < n && !s->ended) {
        size_t part = n - *got < 1u << 30 ? n - *got : 1u << 30; /* zlib counts in 32 bits */
        s->z.next_out = out + *got, s->z.avail_out = (uInt)part;
        status = inflate_some(s, e);
        *got += part - s->z.avail_out;
    }
    return status;
}

hg_status hg__stream_some(hg__stream *s, void *out, size_t n, size_t *got, hg_error *e)
{
    hg_status status = HG_OK;
    if (s->gzip) status = some_gzip(s, out, n, got, e);
    else {
        *got = fread(out, 1, n, s->in);
        if (ferror(s->in)) status = hg__fail_errno(e, s->name, "cannot be read");
    }
    s->given += *got;
    return status;
}

hg_status hg__stream_read(hg__stream *s, void *out, size_t n, hg_error *e)
{
    size_t got;
    uint64_t from = s->given;
    hg_status status = hg__stream_some(s, out, n, &got, e);
    if (status || got == n) return status;
    return hg__fail(e, HG_DATA, s->name, "ends at byte %llu, %zu more are needed; it is cut short, fetch it again",
                    (unsigned long long)(from + got), n - got);
}

hg_status hg__stream_promise(const hg__stream *s, size_t bytes, hg_error *e)
{
    if (s->gzip) {
        if (bytes / DEFLATE_BEST > s->stored || hg__is_bomb(bytes, (size_t)s->stored))
            return hg__fail(e, HG_DATA, s->name,
                            "its header promises %zu bytes of data, too many for %llu compressed ones", bytes,
                            (unsigned long long)s->stored);
        return HG_OK;
    }
    uint64_t left = s->stored > s->given ? s->stored - s->given : 0;
    if (bytes <= left) return HG_OK;
    return hg__fail(e, HG_DATA, s->name,
                    "its header promises %zu bytes of data, %llu follow; it is cut short, fetch it again", bytes,
                    (unsigned long long)left);
}

hg_status hg__stream_end(hg__stream *s, hg_error *e)
{
    char more;
    size_t got;
    uint64_t end = s->given;
    hg_status status = hg__stream_some(s, &more, 1, &got, e);
    if (status || !got) return status;
    return hg__fail(e, HG_DATA, s->name, "goes on after byte %llu, where its header says it ends",
                    (unsigned long long)end);
}
