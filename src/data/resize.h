/* resize.h: one picture to another size and another number of channels. */
#ifndef HG_DATA_RESIZE_H
#define HG_DATA_RESIZE_H

#include <hourglass/data.h>

typedef struct hg__resizer hg__resizer; /* the taps of one pair of sizes, and scratch */

/* HG_MEMORY only. from and to have the same number of channels. */
hg_status hg__resizer_open(hg__resizer **r, hg_shape from, hg_shape to, hg_resize method, hg_error *e);
void hg__resizer_close(hg__resizer **r);
/* in [from size] -> out [to size]; bytes are rounded to the nearest. */
void hg__resize_bytes(hg__resizer *r, const uint8_t *in, uint8_t *out);
void hg__resize_floats(hg__resizer *r, const float *in, float *out);

/* The same where the shapes may be of another aspect. HG_MEMORY only. size: a pair of shapes and two ways to go. */
typedef struct hg__fitter hg__fitter;
hg_status hg__fitter_open(hg__fitter **f, hg_shape from, hg_shape to, hg_resize method, hg_fit fit, hg_error *e);
void hg__fitter_close(hg__fitter **f);
void hg__fit_bytes(hg__fitter *f, const uint8_t *in, uint8_t *out);
void hg__fit_floats(hg__fitter *f, const float *in, float *out);

/* Between 1 and 3 channels, for n pixels: luma by ITU-R BT.601 (.299, .587, .114); grey is repeated. */
void hg__recolour_bytes(const uint8_t *in, size_t from, uint8_t *out, size_t to, size_t n);
void hg__recolour_floats(const float *in, size_t from, float *out, size_t to, size_t n);

#endif
