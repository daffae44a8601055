/* space.h: what a study may vary, and how a point of it becomes text.
 *
 * Text with holes stands for many texts: "dense {8..64 log} -> z", "conv 3x3 {16,32,64} relu", "lr={1e-4..1e-2
 * log}". A hole is {LOW..HIGH}, {LOW..HIGH log}, {LOW..HIGH step S} or a list {a,b,c}; "{NAME: …}" gives it a
 * name, and where the same name stands again, as {NAME}, the same value is filled in. Whole bounds make a whole
 * number. In a template graph `repeat {1..3} LINE` stands for that many such lines; `repeat {1..3}` alone
 * repeats what follows up to a line `end`, and each repetition has the same values. A template may hold lines
 * `search OPTION=TEXT`: holes in the options of training, as --search gives them on the command line. doc/format.md
 * has the whole grammar.
 *
 * A point is one double for each dimension: the number itself, or the place of a choice in its list. */
#ifndef HG_TUNE_SPACE_H
#define HG_TUNE_SPACE_H

#include "base/fail.h"

enum { HG__MOST_DIMENSIONS = 64 };

typedef enum hg__dimension_kind { HG__DIMENSION_REAL, HG__DIMENSION_WHOLE, HG__DIMENSION_CHOICE } hg__dimension_kind;

typedef struct hg__dimension {
    char name[64]; /* unique: the hole's own, the option's ("lr", "augment shift"), or of op and line ("dense 3") */
    hg__dimension_kind kind;
    double low, high; /* numbers: both included */
    double step;      /* REAL: 0 is any; WHOLE: at least 1, where a space was opened from text; 0 counts as 1 */
    bool log;
    char **choice; /* [choices] texts, owned */
    size_t choices;
} hg__dimension;

/* A text with holes, cut up: what is copied, where a value goes, what is repeated. */
typedef struct hg__piece {
    enum { HG__PIECE_TEXT, HG__PIECE_HOLE, HG__PIECE_REPEAT, HG__PIECE_END } kind;
    const char *text; /* TEXT: into the space's graph or options */
    size_t length;
    size_t dimension; /* HOLE, REPEAT; HG__MOST_DIMENSIONS: `count` times */
    size_t count;
    bool may_be_none; /* HOLE: the choice "none" is written as nothing */
} hg__piece;

typedef struct hg__pieces {
    hg__piece *piece; /* [n], owned */
    size_t n, room;
} hg__pieces;

typedef struct hg__space {
    hg__dimension dimension[HG__MOST_DIMENSIONS];
    size_t n;
    char *graph;   /* the template graph; its `search` lines are left empty, so that lines keep their numbers; owned */
    char *options; /* "lr={…}\nbatch={…}\n": a line for each searched option; owned */
    hg__pieces graph_pieces, option_pieces;
} hg__space;

/* graph: a template's text (one without holes will do), `name` for messages. search: words OPTION=TEXT as
 * --search takes them, with blanks between; or NULL. A word of `search` replaces the template's line for the same
 * option. Every option must be one that hg__train_rows marks tunable, every value it can take one that its row
 * takes; a hole whose row is log_scale is log unless it says step or begins at 0. Dimensions stand in the order of the
 * template's holes, then of the options. HG_MODEL names the line of the template, HG_USAGE is for --search. *s is
 * closed by the caller, also on failure. Opened again from s->graph and s->options, a space is equal to itself. */
hg_status hg__space_open(hg__space *s, const char *graph, const char *name, const char *search, hg_error *e);
void hg__space_close(hg__space *s);

/* The same dimensions, in the same order, with the same ranges? A study is gone on with only then. */
bool hg__space_equal(const hg__space *a, const hg__space *b);

/* Brings a value inside the dimension: rounded to its step, between low and high. NaN: the low end. */
double hg__dimension_fit(const hg__dimension *d, double value);
/* To [0,1] and back, log where the dimension is; one of several values is the middle of its share. Samplers work here.
 * What comes back is always a value of the dimension, a real one rounded to six digits of what it ranges over. */
double hg__dimension_to_unit(const hg__dimension *d, double value);
double hg__dimension_from_unit(const hg__dimension *d, double unit);
/* How many different values there are; 0: without end. */
size_t hg__dimension_values(const hg__dimension *d);
/* "0.0013" (the shortest that reads back the same), "64" or the choice's text, into out[n]; or the choice itself. */
const char *hg__dimension_text(const hg__dimension *d, double value, char *out, size_t n);

/* The graph with every hole filled and every repeat written out: malloc, caller frees; NULL: out of memory. Its lines
 * are those of hg_graph_parse, which says whether they make a graph. */
char *hg__space_graph(const hg__space *s, const double *point);
/* The options with every hole filled, "lr=0.0013\nbatch=64\n": malloc, caller frees; NULL: out of memory. The choice
 * "none" of an option that can be left out (augment, noise, loss, beta2 …) is written as nothing: "noise=\n". */
char *hg__space_options(const hg__space *s, const double *point);

#endif
