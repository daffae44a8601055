/* hourglass/hourglass.h: all of the library. Each header says what it holds.
 *
 *     #include <hourglass/hourglass.h>
 *     int main(void) {
 *         hg_set *set = NULL;
 *         hg_train_options o = hg_train_defaults();
 *         hg_train_result r;
 *         if (hg_set_open(&set, "mnist", &(hg_set_options){0}, NULL)) return 1;
 *         if (hg_train(&r, set, "conv", "runs/first", &o, NULL, NULL)) return 1;
 *         return (int)hg_report_write(r.run, "report.html", true, NULL);
 *     }
 */
#ifndef HOURGLASS_HOURGLASS_H
#define HOURGLASS_HOURGLASS_H

#include <hourglass/base.h>
#include <hourglass/data.h>
#include <hourglass/eval.h>
#include <hourglass/net.h>
#include <hourglass/record.h>
#include <hourglass/report.h>
#include <hourglass/train.h>

#endif
