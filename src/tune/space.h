/* space.h: what a study may vary, and how a point of it becomes text.
 *
 * Text with holes stands for many texts: "dense {8..64 log} -> z", "conv 3x3 {16,32,64} relu", "lr={1e-4..1e-2
 * log}". A hole is {LOW..HIGH}, {LOW..HIGH log}, {LOW..HIGH step S} or a list {a,b,c}; "{NAME: …}" gives it a
 * name, and where the same name stands again, as {NAME}, the same value is filled in. Whole bounds make a whole
 * number. In a template graph `repeat {1..3} LINE` stands for that many such lines; `repeat {1..3}` alone
 * repeats what follows up to a line `end`, and each repetition has the same values. A template may hold lines
 * `search OPTION=TEXT`: holes in the options of training, as --search gives them on the command line.
 *
 * A point is one double for each dimension: the number itself, or the place of a choice in its list. */
#ifndef HG_TUNE_SPACE_H
#define HG_TUNE_SPACE_H

#include "base/fail.h"

enum { HG__MOST_DIMENSIONS = 64 };

typedef enum hg__dimension_kind { HG__DIMENSION_REAL, HG__DIMENSION_WHOLE, HG__DIMENSION_CHOICE } hg__dimension_kind;

typedef struct hg__dimension {
    char name[64]; /* unique: the hole's own name, the option's ("lr"), or made of place and op ("dense 3") */
    hg__dimension_kind kind;
    double low, high; /* numbers: both included */
    double step;      /* 0: any (REAL), 1 (WHOLE) */
    bool log;
    char **choice; /* [choices] texts, owned */
    size_t choices;
} hg__dimension;

typedef struct hg__space {
    hg__dimension dimension[HG__MOST_DIMENSIONS];
    size_t n;
    char *graph;   /* the template graph, without its `search` lines; owned */
    char *options; /* "lr={…}\nbatch={…}\n": a line for each searched option; owned */
} hg__space;

/* graph: a template's text (one without holes will do), `name` for messages. search: words OPTION=TEXT as
 * --search takes them, with blanks between; or NULL. Every option must be one that hg__train_rows marks tunable,
 * every bound inside its row's range; a hole whose row is log_scale is log unless it says step. HG_MODEL or
 * HG_USAGE names the line and what is wrong. *s is closed by the caller, also on failure. */
hg_status hg__space_open(hg__space *s, const char *graph, const char *name, const char *search, hg_error *e);
void hg__space_close(hg__space *s);

/* The same dimensions, in the same order, with the same ranges? A study is gone on with only then. */
bool hg__space_equal(const hg__space *a, const hg__space *b);

/* Brings a value inside the dimension: rounded to its step, between low and high. */
double hg__dimension_fit(const hg__dimension *d, double value);
/* To [0,1] and back, log where the dimension is; a choice is the middle of its share. Samplers work here. */
double hg__dimension_to_unit(const hg__dimension *d, double value);
double hg__dimension_from_unit(const hg__dimension *d, double unit);
/* How many different values there are; 0: without end. */
size_t hg__dimension_values(const hg__dimension *d);
/* "0.0013", "64" or the choice's text, into out[n]. */
const char *hg__dimension_text(const hg__dimension *d, double value, char *out, size_t n);

/* The graph with every hole filled and every repeat written out: malloc, caller frees; NULL: out of memory. */
char *hg__space_graph(const hg__space *s, const double *point);
/* The options with every hole filled, "lr=0.0013\nbatch=64\n": malloc, caller frees; NULL: out of memory. */
char *hg__space_options(const hg__space *s, const double *point);

#endif
