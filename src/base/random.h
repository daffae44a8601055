/* random.h: random numbers as a pure function of (seed, purpose, step, index).
 *
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): a counter is
 * enciphered, so any number can be had without the ones before it, by any thread, in any order. */
#ifndef HG_BASE_RANDOM_H
#define HG_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* One stream per use, so that adding a use never changes the numbers of another. */
enum hg__purpose {
    HG__FOR_WEIGHTS = 1,
    HG__FOR_SPLIT,
    HG__FOR_SHUFFLE,
    HG__FOR_AUGMENT,
    HG__FOR_DROPOUT,
    HG__FOR_NOISE,
    HG__FOR_LATENT,
    HG__FOR_TEST,
    HG__FOR_PCA,
    HG__FOR_SAMPLE,
    HG__FOR_BENCH,
    HG__FOR_TUNE,
    HG__FOR_FOREST,
    HG__FOR_LIKELIHOOD,
};

/* A stream: fixed (seed, purpose, step, index), and how far it has been read. */
typedef struct hg__random {
    uint32_t key[2], counter[4];
    uint32_t block[4];
    unsigned left; /* words of block not yet handed out */
} hg__random;

/* `purpose` may carry a sub-stream (a node's number, say) in its upper 24 bits: purpose | node << 8. */
hg__random hg__random_at(uint64_t seed, uint32_t purpose, uint32_t step, uint64_t index);

uint32_t hg__random_u32(hg__random *r);
double hg__random_uniform(hg__random *r);             /* [0, 1), 32 bits */
double hg__random_normal(hg__random *r);              /* mean 0, variance 1 (Box-Muller) */
size_t hg__random_below(hg__random *r, size_t bound); /* 0 … bound-1, without bias; bound >= 1 */

/* Fisher-Yates over order[0 … n-1]. */
void hg__random_shuffle(hg__random *r, uint32_t *order, size_t n);

/* The next HG__MANY words at once, three times as fast as one by one (normals: ten times); what is left of a block is
 * dropped. Word k of block b of the 32 is out[32 * k + b]. The normals are those of Box-Muller over such words. */
enum { HG__MANY = 128 };
void hg__random_many(hg__random *r, uint32_t out[HG__MANY]);
void hg__random_normals(hg__random *r, float out[HG__MANY]);

/* The raw cipher, for kernels that need many numbers: out = Philox(counter, key). */
void hg__philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
