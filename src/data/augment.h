/* augment.h: what the rows of the augmentation share; the list itself is augment.c.
 *
 * A row either moves (it changes the canvas's map, from where each pixel is taken) or alters the image itself.
 * Rows that move and stand side by side end in one resampling, hg__canvas_move. */
#ifndef HG_DATA_AUGMENT_H
#define HG_DATA_AUGMENT_H

#include "base/random.h"

#include <hourglass/data.h>

/* Which random numbers one image meets. */
typedef struct hg__augment_key {
    uint64_t seed, index;
    uint32_t purpose, epoch;
} hg__augment_key;

/* hg_augment_apply for any purpose: the noise of a denoiser's input is drawn apart from the augmentation. */
void hg__augment_image(const hg_augment *a, hg_shape shape, hg__augment_key key, float *image, float *scratch);

/* --noise's text: "gaussian:0.3,mask:0.1", where each part may go without "noise=". */
hg_status hg__noise_parse(hg_augment **a, const char *noise, hg_error *e);
/* The epoch whose random numbers training never meets: of the samples that are judged. */
static const uint32_t hg__epoch_aside = UINT32_MAX;

typedef struct hg__canvas {
    hg_shape shape;
    float *image;   /* [h][w][c] */
    float *scratch; /* [3 * h * w * c]: temporary, then the displacements below */
    /* Pixel (x, y), measured from the centre, is taken from (map[0] x + map[1] y + map[2],
       map[3] x + map[4] y + map[5]) … */
    float map[6];
    float *shift_x, *shift_y; /* … plus these [h][w], where not NULL */
    bool moved;
} hg__canvas;

void hg__canvas_rest(hg__canvas *c); /* the map that moves nothing */
void hg__canvas_move(hg__canvas *c); /* resamples (cubic, zero outside) when moved, and rests */

/* [0,1], or as far as the image reaches where that is wider: what no augmentation leaves. */
typedef struct hg__range {
    float low, high;
} hg__range;
hg__range hg__canvas_range(const hg__canvas *c);

/* Gaussian smoothing of plane [h][w][c] in place; temp: as large. What lies beyond the edge is left out, or, where the
 * plane fades, counts as 0. */
void hg__smooth(float *plane, hg_shape shape, double sigma, bool fades, float *temp);

/* A row's work. value: the numbers that the text gave. NULL is the work of the row `share`: none, but it may end the
 * walk. */
typedef void hg__augmentation(hg__canvas *c, const double value[2], hg__random *r);

hg__augmentation hg__move_rotate, hg__move_shift, hg__move_scale, hg__move_shear, hg__move_flip, hg__move_elastic;
hg__augmentation hg__alter_gaussian, hg__alter_salt, hg__alter_speckle, hg__alter_mask, hg__alter_blur,
    hg__alter_occlude, hg__alter_contrast, hg__alter_brightness, hg__alter_binarize;
enum { HG__BY_CHANCE = -1 }; /* binarize=sample: the value that is no level */

#endif
