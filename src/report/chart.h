/* chart.h: curves by epoch, or by another rising number, as inline SVG that needs no script: ticks at round numbers, a
 * <title> at every point. */
#ifndef HG_REPORT_CHART_H
#define HG_REPORT_CHART_H

#include "base/text.h"

enum { HG__CHART_CURVES = 3 };

typedef struct hg__chart {
    const char *id;    /* unique in the page */
    const char *title; /* what the curves show: for the caption and for screen readers */
    size_t high;       /* of the drawing, whose width is 960 */
    size_t n;
    const char *unit; /* what `at` counts; NULL: "epoch" */
    const double *at; /* [n], rising */
    struct {
        const char *name;
        const double *value; /* [n]; what is not finite is left out; NULL: no such curve */
        bool dots;           /* points alone, no line between them */
    } curve[HG__CHART_CURVES];
    double best;     /* the epoch to mark; 0: none */
    bool linear;     /* the vertical axis is never logarithmic */
    bool log_across; /* the horizontal one is; at[0] > 0 */
} hg__chart;

/* The <figure>. Nothing when there is nothing to draw. Unless `linear`, the vertical axis is logarithmic when all
 * values are above 0 and the greatest is more than four times the least. */
void hg__chart_add(hg__text *t, const hg__chart *c);

#endif
