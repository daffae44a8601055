/* pca_cache.c: fits kept in the data cache, as pca/SHA256-kK.fit.
 *
 * A file is a head, the numbers as this machine holds them, and the SHA-256 of both in hex. The head must be
 * the one that the set at hand would give, so a file of another normalisation, another byte order or
 * another version is simply not used, no more than a damaged one: the fit is made anew and written over it. */
#include "eval/pca_fit.h"

#include "base/file.h"
#include "base/hash.h"
#include "data/datasets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct head {
    char magic[8];
    uint64_t n, d, k;
    float scale, offset;
} head;

static head head_of(const hg_set *set, size_t k)
{
    return (head){"hg-pca1", set->n, hg_shape_size(set->shape), k, set->scale, set->offset};
}

/* The folder, and in it the file of this fit; false: the set has no checksum or the machine no cache. */
static bool name_file(const hg_set *set, size_t k, char folder[4096], char path[4352])
{
    char cache[4000];
    if (strlen(set->sha256) != 64 || hg__cache_folder(cache, sizeof cache, NULL)) return false;
    snprintf(folder, 4096, "%s/pca", cache);
    snprintf(path, 4352, "%s/%s-k%zu.fit", folder, set->sha256, k);
    return true;
}

static size_t size_of_numbers(const hg_pca *p) { return (p->d * (p->k + 1) + p->k) * sizeof(double); }

bool hg__pca_recall(hg_pca *p, const hg_set *set, size_t k)
{
    char folder[4096], path[4352], sum[65], *bytes = NULL;
    size_t size = 0;
    hg_pca made = {0};
    head expected = head_of(set, k);
    bool good = false;
    if (!name_file(set, k, folder, path) || !hg__is_file(path)) return false;
    if (hg__pca_room(&made, (size_t)expected.d, k, NULL)) return false;
    size_t numbers = size_of_numbers(&made), body = sizeof expected + numbers;
    if (hg__file_read(path, body + 64, &bytes, &size, NULL)) goto done;
    if (size != body + 64 || memcmp(bytes, &expected, sizeof expected)) goto done;
    hg__sha256(bytes, body, sum);
    good = !memcmp(bytes + body, sum, 64);
    if (good) memcpy(made.mean, bytes + sizeof expected, numbers);
done:
    free(bytes);
    if (good) *p = made;
    else hg_pca_close(&made);
    return good;
}

void hg__pca_keep(const hg_pca *p, const hg_set *set)
{
    char folder[4096], path[4352];
    size_t numbers = size_of_numbers(p), body = sizeof(head) + numbers;
    head made = head_of(set, p->k);
    if (!name_file(set, p->k, folder, path) || hg__dir_make(folder, NULL)) return;
    char *bytes = malloc(body + 65);
    if (!bytes) return;
    memcpy(bytes, &made, sizeof made);
    memcpy(bytes + sizeof made, p->mean, numbers);
    hg__sha256(bytes, body, bytes + body);
    hg__file_write(path, bytes, body + 64, true, NULL);
    free(bytes);
}
