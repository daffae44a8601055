/* hash.h: SHA-256 (libmd) as hex, of bytes at hand or piece by piece. */
#ifndef HG_BASE_HASH_H
#define HG_BASE_HASH_H

#include <stddef.h>
#include <sys/types.h>

#include <sha2.h>

void hg__sha256(const void *bytes, size_t size, char hex[65]);

typedef struct hg__hash {
    SHA2_CTX state;
} hg__hash;

void hg__hash_begin(hg__hash *h);
void hg__hash_add(hg__hash *h, const void *bytes, size_t size);
void hg__hash_end(hg__hash *h, char hex[65]);

#endif
