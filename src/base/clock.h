/* clock.h: a clock that only goes forward. */
#ifndef HG_BASE_CLOCK_H
#define HG_BASE_CLOCK_H

double hg__seconds(void); /* since some moment; read without a system call */

#endif
