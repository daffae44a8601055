/* plot.h: drawings of many points as inline SVG that stays small: points of a kind are one path, a few bytes each.
 * What is drawn of trials is coloured by rank, in a ramp whose lightness falls from the worst to the best (in the dark:
 * rises), so that it reads in grey and with any colour vision. */
#ifndef HG_TUNE_PLOT_H
#define HG_TUNE_PLOT_H

#include "base/text.h"
#include "report/axis.h"
#include "tune/space.h"

enum { HG__SHADES = 7 };

typedef struct hg__plot {
    const char *id, *title; /* unique in the page; for the caption and for screen readers */
    double wide, high;
    double left, right, top, bottom; /* margins around what is drawn */
    bool many;                       /* so many trials that each is drawn finer */
    hg__axis x, y;
} hg__plot;

/* The <figure> up to its <svg>. note: words behind the title, which are escaped; tail: markup behind them; or NULL. */
void hg__plot_begin(hg__text *t, const hg__plot *p, const char *note, const char *tail);
void hg__plot_end(hg__text *t);

/* An axis over values: linear or, where that shows more, logarithmic. Values beyond 100 times the median (or, where
 * some are not above 0 or more is better, that many times as far from the median as the best is) lie at the edge, so
 * that a few trials that diverged do not flatten the rest: *beyond says how many. False: no value can be shown.
 * Reorders the values. */
bool hg__plot_values(double *value, size_t n, bool maximize, hg__axis *a, size_t *beyond);
/* " · logarithmic · 3 beyond the edge". */
const char *hg__plot_note(const hg__axis *a, size_t beyond, char *out, size_t n);
/* Where it lies, in pixels, at the edge when it is beyond. */
double hg__plot_at(const hg__axis *a, double value);

/* Numbers at the left with lines across; numbers along the bottom, whole ones only if `whole`, and a name below. */
void hg__plot_rows(hg__text *t, const hg__plot *p);
void hg__plot_columns(hg__text *t, const hg__plot *p, const char *name, bool whole);

/* The ticks of a dimension: where in [0,1], and its words, cut to `letters`. */
typedef struct hg__plot_tick {
    double unit;
    char text[64];
} hg__plot_tick;
size_t hg__plot_ticks(const hg__dimension *d, size_t most, size_t letters, hg__plot_tick tick[HG__MOST_TICKS]);

/* A value of a trial: a whole one as it is, another with four digits, a dash for what is not finite. */
void hg__plot_value(hg__text *t, double value);
/* A number for an axis: "0.004", "1e-5". */
const char *hg__plot_number(double value, char *out, size_t n);

/* Into a path's d: a dot (the path is of class dots), a cross. */
void hg__plot_dot(hg__text *t, double x, double y);
void hg__plot_cross(hg__text *t, double x, double y);

/* The style of all that is drawn here, behind hg__markup_style. */
extern const char hg__plot_style[];

#endif
