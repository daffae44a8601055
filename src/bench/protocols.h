/* protocols.h: the published trainings that `hourglass bench literature` repeats, as data.
 *
 * A protocol is a file NAME.json in literature/: what it is, its model (a preset, or a graph there: NAME.hg), the
 * options of the training by their names on the command line, the figure that was published, and notes on what could
 * not be had as published. The published values are rows of eval/published.c that name it. */
#ifndef HG_BENCH_PROTOCOLS_H
#define HG_BENCH_PROTOCOLS_H

#include "base/fail.h"

#include <hourglass/eval.h>
#include <hourglass/train.h>

#include <jansson.h>

typedef struct hg__protocol {
    const char *name, *what, *metric;
    const char *preset; /* or NULL, and then … */
    const char *graph;  /* … the text of a graph */
    size_t epochs, published_epochs;
    size_t likelihood;          /* codes drawn for each picture; 0: it is a reconstruction that is measured */
    const json_t *options;      /* of the training; text values belong to the document */
    const json_t *full_options; /* with as many epochs as published; or NULL */
    const json_t *notes;        /* list of texts */
    json_t *document;           /* owned */
} hg__protocol;

size_t hg__protocols(void);
const char *hg__protocol_name(size_t i);
/* HG_DATA: its file is not what it should be, which a test rules out. */
hg_status hg__protocol_open(hg__protocol *p, size_t i, hg_error *e);
void hg__protocol_close(hg__protocol *p);

/* Writes the protocol's options over *o. */
hg_status hg__protocol_apply(const hg__protocol *p, bool full, hg_train_options *o, hg_error *e);

/* The next published row, from *at on, that this protocol repeats; NULL: no more. */
const hg_published *hg__protocol_published(const hg__protocol *p, size_t *at);

#endif
