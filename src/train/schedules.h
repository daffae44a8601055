/* schedules.h: the learning rate as a pure function of where training stands. */
#ifndef HG_TRAIN_SCHEDULES_H
#define HG_TRAIN_SCHEDULES_H

#include <hourglass/train.h>

typedef struct hg__moment {
    size_t step;  /* counted from 0 since the start */
    size_t steps; /* in an epoch */
    double cut;   /* plateau: the product of the cuts so far, at first 1 */
} hg__moment;

typedef struct hg__schedule {
    const char *name, *help;
    bool whole; /* depends on the number of epochs planned */
    /* What the rate is multiplied by. */
    double (*factor)(const hg_train_options *o, const hg__moment *m);
} hg__schedule;

extern const hg__schedule hg__schedules[];                /* ends with a row without a name */
const hg__schedule *hg__schedule_named(const char *name); /* NULL: none */

/* The rate of one step. */
double hg__rate(const hg_train_options *o, const hg__moment *m);

/* Plateau's memory, told at the end of each epoch whether there was a gain. */
typedef struct hg__plateau {
    double cut;
    size_t waited;
} hg__plateau;
void hg__plateau_epoch(hg__plateau *p, const hg_train_options *o, bool gained);

#endif
