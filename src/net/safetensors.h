/* safetensors.h: the model file's container: named float tensors and a table of strings.
 *
 * The format is Hugging Face's safetensors: u64 LE header length, JSON header, bytes. The reader is
 * strict: header ≤ 100,000,000 bytes and within the file, UTF-8, no duplicate keys, tensors sorted by offset are
 * contiguous from 0 without gap or overlap, products checked, the file ends exactly after the last
 * tensor. The writer orders by name, pads the header with spaces to 8: the same content, the same bytes. */
#ifndef HG_NET_SAFETENSORS_H
#define HG_NET_SAFETENSORS_H

#include "base/fail.h"

typedef struct hg__tensor {
    char name[64];
    size_t dims, dim[4];
    const float *values; /* writing: the caller's; reading: into the container's memory */
} hg__tensor;

typedef struct hg__label { /* a row of __metadata__ */
    const char *key, *text;
} hg__label;

typedef struct hg__container {
    hg__tensor *tensor;
    size_t tensors;
    hg__label *label;
    size_t labels;
    void *owner; /* private */
} hg__container;

hg_status hg__container_write(const char *path, const hg__container *c, bool force, hg_error *e);
/* F32 tensors only, at most 4 dimensions; HG_MODEL says what is wrong and where. */
hg_status hg__container_read(hg__container *c, const char *path, hg_error *e);
void hg__container_close(hg__container *c);
const char *hg__container_label(const hg__container *c, const char *key); /* NULL: none */
const hg__tensor *hg__container_tensor(const hg__container *c, const char *name);

/* n values as little-endian bytes, as the file holds them: bytes[4 * n]. */
void hg__floats_store(const float *values, size_t n, void *bytes);

#endif
