/* doctor.h: what ails a training, said once in the log, and kept in RUN/doctor.json for the report. */
#ifndef HG_TRAIN_DOCTOR_H
#define HG_TRAIN_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

struct hg__trainer;
struct hg_epoch;

/* "WHAT; REMEDY" */
typedef struct hg__finding {
    size_t epoch; /* after which it was seen; 0: before the first step */
    char name[24], what[400], remedy[320];
} hg__finding;

enum { HG__MOST_FINDINGS = 24 };

typedef struct hg__doctor {
    hg__finding finding[HG__MOST_FINDINGS];
    size_t findings;
    double course, swing; /* the steps' loss and how far it swings: running means */
    size_t steps;         /* that these are of */
    size_t leaps;         /* steps of this epoch whose loss leapt out of its course … */
    double leap;          /* … and the farthest, as a multiple */
    float *look;          /* room for `looks` values of the graph, of any size that is looked at; owned by the arena */
    bool *alive;          /* [units of the widest such value] */
    size_t looks;
} hg__doctor;

/* A step's loss, within the epoch: arithmetic only. */
void hg__doctor_step(hg__doctor *d, double loss);
/* Says it; keeps it in RUN/doctor.json, where none of its name is kept yet. */
void hg__doctor_tell(struct hg__trainer *t, const hg__finding *f);
/* Looks for every ailment after an epoch, whose row it is, with the weights that were judged. */
void hg__doctor_epoch(struct hg__trainer *t, const struct hg_epoch *row);
/* At the end of training, with the best weights in the model. */
void hg__doctor_end(struct hg__trainer *t);
/* What the folder keeps of a run that goes on from its epoch `epoch`; what was found later is forgotten. */
void hg__doctor_recall(struct hg__trainer *t, size_t epoch);
/* Values to look at: how many each sample needs at most, and units. */
void hg__doctor_room(const struct hg__trainer *t, size_t *values, size_t *units);

#endif
