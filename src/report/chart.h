/* chart.h: curves by epoch as inline SVG that needs no script: ticks at round numbers, a <title> at every point. */
#ifndef HG_REPORT_CHART_H
#define HG_REPORT_CHART_H

#include "base/text.h"

enum { HG__CHART_CURVES = 2 };

typedef struct hg__chart {
    const char *id;    /* unique in the page */
    const char *title; /* what the curves show: for the caption and for screen readers */
    size_t high;       /* of the drawing, whose width is 960 */
    size_t n;
    const double *epoch; /* [n], rising */
    struct {
        const char *name;
        const double *value; /* [n]; what is not finite is left out; NULL: no such curve */
    } curve[HG__CHART_CURVES];
    double best; /* the epoch to mark; 0: none */
    bool linear; /* never logarithmic */
} hg__chart;

/* The <figure>. Nothing when there is nothing to draw. Unless `linear`, the vertical axis is logarithmic when all
 * values are above 0 and the greatest is more than four times the least. */
void hg__chart_add(hg__text *t, const hg__chart *c);

#endif
