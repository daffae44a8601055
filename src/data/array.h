/* array.h: what the array formats (IDX, .npy) hold: up to four dimensions of one numeric type.
 *
 * Bytes stay bytes; every other type becomes float while it is read, so no second copy is ever held. */
#ifndef HG_DATA_ARRAY_H
#define HG_DATA_ARRAY_H

#include "data/stream.h"

typedef enum hg__kind { HG__UNSIGNED, HG__SIGNED, HG__FLOAT } hg__kind;

enum { HG__ARRAY_DIMS = 4 };

typedef struct hg__array {
    hg__kind kind;
    size_t width;             /* bytes an element is stored in: 1, 2, 4, 8 */
    bool big_endian, boolean; /* boolean: bytes that mean 0 and 1 */
    size_t dims, dim[HG__ARRAY_DIMS];
    uint8_t *bytes; /* owned; exactly one of bytes and floats, C order, once read */
    float *floats;
} hg__array;

/* Kind, width and dims are set: reads the elements and makes sure that the stream ends behind them. */
hg_status hg__array_read(hg__array *a, hg__stream *s, hg_error *e);
void hg__array_close(hg__array *a);

size_t hg__array_count(const hg__array *a); /* elements; after a successful read, so it cannot overflow */

#endif
