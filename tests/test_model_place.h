/* test_model_place.h: a temporary folder for the tests of the model file, and whole files in and out of it. */
#ifndef HG_TEST_MODEL_PLACE_H
#define HG_TEST_MODEL_PLACE_H

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct place {
    char root[512], file[640], other[640]; /* the folder and two paths in it */
} place;

static inline int place_open(void **state)
{
    place *p = calloc(1, sizeof *p);
    const char *tmp = getenv("TMPDIR");
    if (!p) return -1;
    snprintf(p->root, sizeof p->root, "%s/hg-model-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(p->root)) return -1;
    snprintf(p->file, sizeof p->file, "%s/model.safetensors", p->root);
    snprintf(p->other, sizeof p->other, "%s/other.safetensors", p->root);
    *state = p;
    return 0;
}

static inline int place_close(void **state)
{
    place *p = *state;
    unlink(p->file);
    unlink(p->other);
    int left = rmdir(p->root); /* fails when a test left anything else behind */
    free(p);
    return left;
}

static inline void put_file(const char *path, const void *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static inline char *get_file(const char *path, size_t *size)
{
    char *bytes = NULL;
    assert_int_equal(hg__file_read(path, 1 << 26, &bytes, size, NULL), HG_OK);
    return bytes;
}

static inline void assert_same_files(const char *a, const char *b)
{
    size_t na, nb;
    char *bytes_a = get_file(a, &na), *bytes_b = get_file(b, &nb);
    assert_int_equal(na, nb);
    assert_memory_equal(bytes_a, bytes_b, na);
    free(bytes_a);
    free(bytes_b);
}

/* Writes a safetensors file from its parts; the header's length is what it is unless `claimed` says otherwise. */
static inline void put_container(const char *path, const char *header, uint64_t claimed, size_t payload)
{
    size_t length = strlen(header), size = 8 + length + payload;
    unsigned char *bytes = calloc(1, size);
    assert_non_null(bytes);
    if (!claimed) claimed = length;
    for (size_t i = 0; i < 8; i++) bytes[i] = (unsigned char)(claimed >> (8 * i));
    memcpy(bytes + 8, header, length);
    put_file(path, bytes, size);
    free(bytes);
}

#endif
