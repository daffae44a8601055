/* axis.h: an axis of a drawing: from values to pixels, and ticks at round numbers.
 *
 * A file may hold any number. Beyond 1e300 sums of them overflow, and an axis shorter than 1e-9 times its values has no
 * room for ticks in a double: such values are not shown, such axes made longer. */
#ifndef HG_REPORT_AXIS_H
#define HG_REPORT_AXIS_H

#include "base/fail.h"

enum { HG__MOST_TICKS = 32 };

typedef struct hg__axis {
    double low, high; /* of the values shown, in log10 where is_log */
    double from, to;  /* pixels */
    bool is_log;
} hg__axis;

/* Can it be shown: finite, and not too large? */
bool hg__axis_shows(double value);
/* Is a logarithmic axis the better one: all above 0, and the greatest more than four times the least? */
bool hg__axis_wants_log(double low, double high);
/* From the least to the greatest value, with `margin` of that range at both ends; around one value some room. */
hg__axis hg__axis_over(double low, double high, double margin, bool is_log);
/* Where the value lies, in pixels. */
double hg__axis_place(const hg__axis *a, double value);
/* The round step (1, 2 or 5 times a power of ten) that gives about so many ticks. */
double hg__axis_step(double range, double ticks);
/* Values at round places, about `about` of them on a linear axis, into tick; tells how many. A logarithmic axis of
 * many decades has only powers of ten. */
size_t hg__axis_ticks(const hg__axis *a, double about, double tick[HG__MOST_TICKS]);

#endif
