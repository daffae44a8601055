/* embedded.h: files that are built into the library. tools/embed.c writes the tables; each ends with a row
 * without a name. */
#ifndef HG_BASE_EMBEDDED_H
#define HG_BASE_EMBEDDED_H

#include <stddef.h>

typedef struct hg__embedded {
    const char *name;           /* the file's name, without its folder */
    const unsigned char *bytes; /* a zero byte stands behind the last, so text is a string */
    size_t size;
} hg__embedded;

#endif
