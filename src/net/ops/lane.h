/* lane.h: one axis of a convolution, from the positions it reads to those it writes, and which taps of the window meet
 * which of them.
 *
 * Positions to write go phase by phase: position q of phase r is r + q * phases, and there are as many phases as the
 * lane scatters with strides (correlate.h). Taps that fall beside what is read are left out where that pays: positions
 * at the ends then meet fewer taps, and the lane falls into spans.
 *
 *     3 taps, stride 1, pad 1     reads     0 1 2 3 4 5          spans   0     meets taps 1 2
 *                                 writes    0 1 2 3 4 5                  1-4              0 1 2
 *                                                                        5                0 1
 *
 * Else it reads from a frame of zeros, and is one span a phase. */
#ifndef HG_NET_OPS_LANE_H
#define HG_NET_OPS_LANE_H

#include <stdbool.h>
#include <stddef.h>

enum { HG__MOST_KERNEL = 64 }; /* hg__correlate_check sees to it */

/* The window. */
typedef struct hg__axis {
    size_t k, stride, dilation, pad;
} hg__axis;

typedef struct hg__lane {
    hg__axis a;
    size_t in, out, phases;
    bool scatters;
    bool trims;            /* no frame: the positions part by what taps they meet */
    size_t before, behind; /* else the frame */
} hg__lane;

/* The taps of a phase, in rising order of what they read: position q reads input at[t] + q * step, by kernel position
 * k[t]. */
typedef struct hg__taps {
    size_t positions, step, n;
    ptrdiff_t at[HG__MOST_KERNEL];
    size_t k[HG__MOST_KERNEL];
} hg__taps;

/* Positions from … to-1 of a phase, which meet its taps low … high-1. Zeroed, it stands before the first. */
typedef struct hg__lane_span {
    size_t phase, next_phase, from, to, low, high;
    size_t before; /* taps of the phases before its own */
    hg__taps t;
} hg__lane_span;

/* may_trim: where it pays. */
hg__lane hg__lane_of(hg__axis a, bool scatters, size_t in, size_t out, bool may_trim);
/* The frame of a lane that does not trim. */
void hg__lane_frame(hg__lane *l);

bool hg__next_phase(const hg__lane *l, hg__lane_span *s);
bool hg__next_span(const hg__lane *l, hg__lane_span *s);
/* The dual of a span: taps low … high-1, which all meet the positions from … to-1. */
bool hg__next_stretch(const hg__lane *l, hg__lane_span *s);

size_t hg__lane_spans(const hg__lane *l);
size_t hg__lane_taps(const hg__lane *l); /* of all spans */

/* Where the span's position i writes, where its first tap reads, and how much further another of them does. */
size_t hg__span_writes(const hg__lane *l, const hg__lane_span *s, size_t i);
size_t hg__span_reads(const hg__lane *l, const hg__lane_span *s, size_t i);
size_t hg__span_reads_further(const hg__lane_span *s, size_t tap);
bool hg__span_touches(const hg__lane_span *s); /* each tap reads next to the one before */

/* Where a kernel position stands by phase: behind `before` taps of other phases, the i-th of n of its own. */
typedef struct hg__standing {
    size_t before, n, i;
} hg__standing;

hg__standing hg__stand(const hg__axis *a, size_t k); /* without dilation */
/* The tap's number in two axes, phase by phase; across: kernel positions along x. */
size_t hg__tap_by_phase(hg__standing y, hg__standing x, size_t across);

#endif
