/* hash.c: see hash.h. */
#include "base/hash.h"

void hg__sha256(const void *bytes, size_t size, char hex[65]) { SHA256Data(bytes, size, hex); }

void hg__hash_begin(hg__hash *h) { SHA256Init(&h->state); }
void hg__hash_add(hg__hash *h, const void *bytes, size_t size) { SHA256Update(&h->state, bytes, size); }
void hg__hash_end(hg__hash *h, char hex[65]) { SHA256End(&h->state, hex); }
