/* page_training.c: the report's curves by epoch, and the same numbers as a table. */
#include "report/chart.h"
#include "report/markup.h"
#include "report/page.h"

#include <math.h>
#include <stdlib.h>

enum { COLUMNS = 5 };

/* The columns of the rows, for the charts: epoch, training loss, validation loss, rate, images a second. */
static double *columns_of(const hg__page *p)
{
    double *column = calloc(p->n * COLUMNS, sizeof *column);
    for (size_t i = 0; column && i < p->n; i++) {
        const hg_epoch *row = &p->row[i];
        column[i] = (double)row->epoch;
        column[p->n + i] = row->train_loss;
        column[2 * p->n + i] = row->val_loss;
        column[3 * p->n + i] = row->lr;
        column[4 * p->n + i] = row->images_per_second;
    }
    return column;
}

static bool has_any(const double *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isfinite(value[i])) return true;
    return false;
}

static void add_charts(hg__text *t, const hg__page *p, const double *column)
{
    const double *train = column + p->n, *val = column + 2 * p->n;
    double best = p->best < p->n ? column[p->best] : 0;
    bool validated = has_any(val, p->n);
    hg__chart_add(t, &(hg__chart){.id = "loss",
                                  .title = validated ? "Loss" : "Training loss",
                                  .high = 320,
                                  .n = p->n,
                                  .at = column,
                                  .curve = {{"training", train, false}, {"validation", validated ? val : NULL, false}},
                                  .best = best});
    hg__chart_add(t, &(hg__chart){.id = "rate",
                                  .title = "Learning rate",
                                  .high = 180,
                                  .n = p->n,
                                  .at = column,
                                  .curve = {{"learning rate", column + 3 * p->n, false}},
                                  .linear = true});
}

static void add_row(hg__text *t, const hg_epoch *row, bool is_best)
{
    const double cells[] = {row->train_loss, row->val_loss,          row->val_mse,
                            row->lr,         row->images_per_second, row->seconds};
    const char *tag = is_best ? " <span class=\"tag\">best</span>" : "";
    hg__text_add(t, "<tr><th scope=\"row\">%zu%s</th>", row->epoch, tag);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        hg__text_add(t, "<td class=\"n\">");
        if (i >= 4 && isfinite(cells[i])) hg__text_add(t, "%.*f", i == 4 ? 0 : 1, cells[i]);
        else hg__markup_number(t, cells[i], 5);
        hg__text_add(t, "</td>");
    }
    hg__text_add(t, "</tr>\n");
}

/* Why validation may lie below training, and what was kept. */
static void add_average(hg__text *t, const hg__page *p)
{
    double ema = hg__page_number(json_object_get(p->config, "values"), "ema");
    if (!(ema > 0)) return;
    hg__text_add(t, "<p class=\"soft\">Validated and kept is an average of the weights (<code>--ema ");
    hg__text_add(t, "%g</code>); the training loss is that of the weights on the way.</p>\n", ema);
}

void hg__page_training(hg__text *t, const hg__page *p)
{
    double *column = p->n ? columns_of(p) : NULL;
    if (!p->n) return;
    hg__text_add(t, "<section>\n<h2>Training</h2>\n");
    if (column) add_charts(t, p, column);
    else t->failed = true;
    free(column);
    add_average(t, p);
    hg__text_add(
        t, "<details><summary>Epochs as a table (%zu)</summary>\n<div class=\"scroll\" tabindex=\"0\"><table>\n", p->n);
    hg__text_add(t,
                 "<thead><tr><th scope=\"col\">epoch</th><th scope=\"col\" class=\"n\">training loss</th>"
                 "<th scope=\"col\" class=\"n\">validation loss</th><th scope=\"col\" class=\"n\">validation MSE</th>"
                 "<th scope=\"col\" class=\"n\">learning rate</th><th scope=\"col\" class=\"n\">images/s</th>"
                 "<th scope=\"col\" class=\"n\">seconds</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < p->n; i++) add_row(t, &p->row[i], i == p->best);
    hg__text_add(t, "</tbody></table></div></details>\n</section>\n");
}
