/* words.h: one line of graph text as words, and what they say. */
#ifndef HG_NET_WORDS_H
#define HG_NET_WORDS_H

#include "net/op.h"

enum { HG__LINE_LENGTH = 1024, HG__LINE_WORDS = 64 };

typedef struct hg__line {
    char text[HG__LINE_LENGTH]; /* cut at each word's end by a zero */
    char *word[HG__LINE_WORDS];
    size_t words;
    size_t number; /* counted from 1 */
} hg__line;

/* Splits; a comment (#) ends the line. HG_MODEL when it is too long, has too many words or a byte that is no text. */
hg_status hg__line_split(hg__line *l, const char *text, size_t length, hg_error *e);

/* Words word[1 …] into node->attr; words that are names go to names[HG__MOST_INPUTS]; `<- a b` and
 * `-> name` too. */
typedef struct hg__names {
    const char *input[HG__MOST_INPUTS];
    size_t inputs;
    const char *output; /* NULL: none */
} hg__names;
hg_status hg__words_read(hg__line *l, hg__node *node, hg__names *names, hg_error *e);

/* Once the input is known: a kernel that is one number over 1 x w values (w > 1) lies along the line, and so do its
 * stride, padding and dilation. Over a single pixel it is a square, as it is over an image. */
void hg__words_settle(hg__attr *a, hg_shape in);

#endif
