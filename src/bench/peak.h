/* peak.h: how many float operations a second can be done at most, as the unit for everything else; and the
 * best time of a piece of work. */
#ifndef HG_BENCH_PEAK_H
#define HG_BENCH_PEAK_H

#include "base/team.h"

/* Runs independent multiply-adds in registers, as wide as this machine has them, on every thread of the team (NULL:
 * the caller alone) for about `seconds`; gives the best rate seen, in operations a second (two to a multiply-add). */
double hg__peak(hg__team *team, double seconds);

/* Times work(ctx), several calls at a time where one is too short for the clock: the seconds of a call in the best of a
 * few stretches, so that a busy machine disturbs only some of them. */
typedef void hg__work(void *ctx);
double hg__best_time(hg__work *work, void *ctx);

#endif
