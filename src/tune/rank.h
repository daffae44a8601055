/* rank.h: which trials of a history are its best, whatever their state and however many the objectives. */
#ifndef HG_TUNE_RANK_H
#define HG_TUNE_RANK_H

#include "tune/history.h"

/* Trials by number, the oldest first. */
typedef struct hg__ranking {
    size_t *number; /* [n], owned */
    size_t n;
} hg__ranking;

/* Trials, but `without`, of which something is known: complete, failed, or with an epoch reported. */
size_t hg__trials_told(const hg__history *h, size_t without);

/* Parts all trials that have a point, but `without`, into the best `most` and the others, among them those of which
 * nothing is known yet. Order: complete ones by loss, or by front and, in the last one that finds room, those first
 * that stand most alone (crowding distance, Deb et al. 2002); then those that trained longest, by their best epoch;
 * then failed ones. False: out of memory; both are closed by the caller, whatever comes back. */
bool hg__rank(const hg__history *h, size_t without, size_t most, hg__ranking *best, hg__ranking *other);
void hg__ranking_close(hg__ranking *r);

#endif
