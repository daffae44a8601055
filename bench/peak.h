/* peak.h: how many float operations a second one core can do at most, as the unit for everything else. */
#ifndef HG_BENCH_PEAK_H
#define HG_BENCH_PEAK_H

/* Runs independent multiply-adds in registers, as wide as this machine has them, for about `seconds`;
 * gives the best rate seen, in operations a second (two to a multiply-add). */
double bench_peak(double seconds);

double bench_now(void); /* seconds, monotonic */

#endif
