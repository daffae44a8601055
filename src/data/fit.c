/* fit.c: a picture into another size, whatever the shapes: stretched, cut to the other's aspect, or put whole into the
 * middle of it. In all three a part of the picture is resized to a part of the target; the rest of the target is 0. */
#include "base/arena.h"
#include "data/resize.h"

#include <stdlib.h>
#include <string.h>

struct hg__fitter {
    hg_shape from, cut, inner, to; /* from is cut to `cut`, which becomes `inner`, which lies in `to` */
    hg__resizer *resizer;          /* NULL: cut is inner */
    void *before, *after;          /* room for cut and inner, as floats */
};

/* The largest part of `box` that has the aspect of `like`. */
static hg_shape part_like(hg_shape box, hg_shape like)
{
    hg_shape part = box;
    if (box.w * like.h > box.h * like.w) part.w = (box.h * like.w + like.h / 2) / like.h;
    else part.h = (box.w * like.h + like.w / 2) / like.w;
    if (!part.w) part.w = 1;
    if (!part.h) part.h = 1;
    return part;
}

/* size: a pair of shapes and the two ways of treating them. */
hg_status hg__fitter_open(hg__fitter **out, hg_shape from, hg_shape to, hg_resize method, hg_fit fit, hg_error *e)
{
    hg__fitter *f = calloc(1, sizeof *f);
    if (!f) return hg__fail_memory(e, "picture", sizeof *f);
    *f = (hg__fitter){.from = from, .cut = from, .inner = to, .to = to};
    if (fit == HG_FIT_CROP) f->cut = part_like(from, to);
    if (fit == HG_FIT_PAD) f->inner = part_like(to, from);
    hg_status s = HG_OK;
    if (!hg_shape_equal(f->cut, f->inner)) s = hg__resizer_open(&f->resizer, f->cut, f->inner, method, e);
    f->before = malloc(hg_shape_size(f->cut) * sizeof(float));
    f->after = malloc(hg_shape_size(f->inner) * sizeof(float));
    if (!s && (!f->before || !f->after)) s = hg__fail_memory(e, "picture", hg_shape_size(f->cut) * sizeof(float));
    if (s) hg__fitter_close(&f);
    else *out = f;
    return s;
}

void hg__fitter_close(hg__fitter **f)
{
    if (!*f) return;
    hg__resizer_close(&(*f)->resizer);
    free((*f)->before);
    free((*f)->after);
    free(*f);
    *f = NULL;
}

/* A picture into the middle of another, or its middle into the smaller one; of values of `width` bytes. */
static void place(const char *in, hg_shape from, char *out, hg_shape to, size_t width)
{
    size_t h = from.h < to.h ? from.h : to.h, w = from.w < to.w ? from.w : to.w, pixel = from.c * width;
    size_t y_in = (from.h - h) / 2, x_in = (from.w - w) / 2, y_out = (to.h - h) / 2, x_out = (to.w - w) / 2;
    memset(out, 0, to.h * to.w * pixel);
    for (size_t y = 0; y < h; y++)
        memcpy(out + ((y_out + y) * to.w + x_out) * pixel, in + ((y_in + y) * from.w + x_in) * pixel, w * pixel);
}

void hg__fit_bytes(hg__fitter *f, const uint8_t *in, uint8_t *out)
{
    const uint8_t *at = in;
    if (!hg_shape_equal(f->cut, f->from)) place((const char *)in, f->from, f->before, f->cut, 1), at = f->before;
    if (f->resizer) hg__resize_bytes(f->resizer, at, f->after), at = f->after;
    place((const char *)at, f->inner, (char *)out, f->to, 1);
}

void hg__fit_floats(hg__fitter *f, const float *in, float *out)
{
    const float *at = in;
    if (!hg_shape_equal(f->cut, f->from))
        place((const char *)in, f->from, f->before, f->cut, sizeof *in), at = f->before;
    if (f->resizer) hg__resize_floats(f->resizer, at, f->after), at = f->after;
    place((const char *)at, f->inner, (char *)out, f->to, sizeof *in);
}
