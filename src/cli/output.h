/* output.h: standard output, written once, at the end, and checked. */
#ifndef HG_CLI_OUTPUT_H
#define HG_CLI_OUTPUT_H

#include "base/text.h"

#include <jansson.h>

/* Names and texts come from outside: no control character in one reaches a terminal, it becomes a question mark; only
 * new lines, tabs and, with `colours`, sequences that colour stay. All that is printed goes through this. */
void hg__output_clean(char *text, bool colours);

/* HG_IO when standard output does not take it all (a full disk, a closed pipe). */
hg_status hg__output_print(hg__text *out, hg_error *e);

/* Adds a document, indented, and lets go of it. NULL documents are HG_MEMORY. */
hg_status hg__output_json(hg__text *out, json_t *document, hg_error *e);

/* Bytes for people: "7.5 MB". Into out[n]. */
const char *hg__output_bytes(double bytes, char *out, size_t n);
/* Seconds: "0:42", "1:02:03". */
const char *hg__output_time(double seconds, char *out, size_t n);
/* Adds an argument as a shell has to read it. */
void hg__output_quoted(hg__text *t, const char *argument);

#endif
