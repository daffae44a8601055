/* resize.c: see resize.h. Both methods are separable: an output is a weighted sum of a run of inputs along each
 * axis, and only the weights differ. Area: the part of the output's span that each input covers, so that the mean
 * is kept. Bilinear: the two inputs around the output's centre (pixel centres at half integers, edges
 * repeated), without smoothing when it shrinks. */
#include "data/resize.h"
#include "base/arena.h"
#include "base/memory.h"
#include "data/sample_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Output i of an axis is the sum of weight[i * most + k] * input[first[i] + k], k < most. */
typedef struct axis {
    size_t out, most;
    uint32_t *first;
    float *weight;
} axis;

struct hg__resizer {
    hg_shape from, to;
    axis across, down;
    float *row, *narrow; /* one input row; all rows [from.h][to.w][c] resized across */
    hg__arena arena;
};

/* ---- Weights ---------------------------------------------------------------------------------- */

static size_t most_taps(size_t in, size_t out, hg_resize method)
{
    size_t most = method == HG_RESIZE_AREA ? in / out + 2 : 2;
    return most < in ? most : in;
}

static void area_taps(axis *a, size_t in, size_t i)
{
    float *weight = a->weight + i * a->most;
    double scale = (double)in / (double)a->out, begin = (double)i * scale, end = begin + scale;
    size_t at = (size_t)begin;
    if (at + a->most > in) at = in - a->most;
    for (size_t k = 0; k < a->most; k++) {
        double left = fmax(begin, (double)(at + k)), right = fmin(end, (double)(at + k + 1));
        weight[k] = (float)(fmax(0, right - left) / scale);
    }
    a->first[i] = (uint32_t)at;
}

static void bilinear_taps(axis *a, size_t in, size_t i)
{
    float *weight = a->weight + i * a->most;
    double centre = ((double)i + 0.5) * (double)in / (double)a->out - 0.5;
    centre = fmin(fmax(centre, 0), (double)(in - 1));
    size_t at = (size_t)centre;
    if (at + a->most > in) at = in - a->most;
    double part = centre - (double)at;
    weight[0] = (float)(1 - part);
    if (a->most > 1) weight[1] = (float)part;
    a->first[i] = (uint32_t)at;
}

static void fill_axis(axis *a, size_t in, hg_resize method)
{
    for (size_t i = 0; i < a->out; i++)
        if (method == HG_RESIZE_AREA) area_taps(a, in, i);
        else bilinear_taps(a, in, i);
}

/* ---- Open ------------------------------------------------------------------------------------- */

static size_t axis_bytes(const axis *a)
{
    return hg__align(a->out * sizeof *a->first) + hg__align(a->out * a->most * sizeof *a->weight);
}

static void take_axis(axis *a, hg__arena *arena)
{
    a->first = hg__arena_take(arena, a->out * sizeof *a->first);
    a->weight = hg__arena_take(arena, a->out * a->most * sizeof *a->weight);
}

hg_status hg__resizer_open(hg__resizer **made, hg_shape from, hg_shape to, hg_resize method, hg_error *e)
{
    hg__resizer *r = calloc(1, sizeof *r);
    if (!r) return hg__fail_memory(e, "resizing", sizeof *r);
    r->from = from, r->to = to;
    r->across = (axis){.out = to.w, .most = most_taps(from.w, to.w, method)};
    r->down = (axis){.out = to.h, .most = most_taps(from.h, to.h, method)};
    size_t row = hg__align(from.w * from.c * sizeof(float)), narrow = hg__align(from.h * to.w * to.c * sizeof(float));
    hg_status s = hg__arena_open(&r->arena, axis_bytes(&r->across) + axis_bytes(&r->down) + row + narrow, e);
    if (s) return free(r), s;
    take_axis(&r->across, &r->arena), take_axis(&r->down, &r->arena);
    r->row = hg__arena_take(&r->arena, row), r->narrow = hg__arena_take(&r->arena, narrow);
    fill_axis(&r->across, from.w, method), fill_axis(&r->down, from.h, method);
    *made = r;
    return HG_OK;
}

void hg__resizer_close(hg__resizer **r)
{
    if (!*r) return;
    hg__arena_close(&(*r)->arena);
    free(*r);
    *r = NULL;
}

/* ---- Resize ----------------------------------------------------------------------------------- */

static void across(const hg__resizer *r, const float *row, float *out)
{
    size_t c = r->from.c;
    const axis *a = &r->across;
    for (size_t x = 0; x < a->out; x++)
        for (size_t ch = 0; ch < c; ch++) {
            float sum = 0;
            for (size_t k = 0; k < a->most; k++) sum += a->weight[x * a->most + k] * row[(a->first[x] + k) * c + ch];
            out[x * c + ch] = sum;
        }
}

static float down(const hg__resizer *r, size_t y, size_t i)
{
    const axis *a = &r->down;
    size_t width = r->to.w * r->to.c;
    float sum = 0;
    for (size_t k = 0; k < a->most; k++) sum += a->weight[y * a->most + k] * r->narrow[(a->first[y] + k) * width + i];
    return sum;
}

void hg__resize_bytes(hg__resizer *r, const uint8_t *in, uint8_t *out)
{
    size_t wide = r->from.w * r->from.c, width = r->to.w * r->to.c;
    for (size_t y = 0; y < r->from.h; y++) {
        for (size_t i = 0; i < wide; i++) r->row[i] = in[y * wide + i];
        across(r, r->row, r->narrow + y * width);
    }
    for (size_t y = 0; y < r->to.h; y++)
        for (size_t i = 0; i < width; i++) out[y * width + i] = (uint8_t)fminf(255, down(r, y, i) + 0.5f);
}

void hg__resize_floats(hg__resizer *r, const float *in, float *out)
{
    size_t wide = r->from.w * r->from.c, width = r->to.w * r->to.c;
    for (size_t y = 0; y < r->from.h; y++) across(r, in + y * wide, r->narrow + y * width);
    for (size_t y = 0; y < r->to.h; y++)
        for (size_t i = 0; i < width; i++) out[y * width + i] = down(r, y, i);
}

/* ---- Colour ----------------------------------------------------------------------------------- */

void hg__recolour_bytes(const uint8_t *in, size_t from, uint8_t *out, size_t to, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = in + i * from;
        uint8_t grey = from == 3 ? (uint8_t)((299u * p[0] + 587u * p[1] + 114u * p[2] + 500u) / 1000u) : p[0];
        for (size_t c = 0; c < to; c++) out[i * to + c] = from == to ? p[c] : grey;
    }
}

void hg__recolour_floats(const float *in, size_t from, float *out, size_t to, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float *p = in + i * from;
        float grey = from == 3 ? 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2] : p[0];
        for (size_t c = 0; c < to; c++) out[i * to + c] = from == to ? p[c] : grey;
    }
}

/* ---- Tables ----------------------------------------------------------------------------------- */

/* New columns of n samples of `to`, instead of the table's. */
static hg_status fresh(hg__table *t, hg_shape to, hg__table *made, const char *name, hg_error *e)
{
    size_t values, bytes;
    if (!hg__mul(t->n, hg_shape_size(to), &values) || !hg__mul(values, sizeof(float), &bytes))
        return hg__fail(e, HG_USAGE, name, "%zu samples of %zu x %zu x %zu are too many", t->n, to.h, to.w, to.c);
    if (!t->floats) bytes = values;
    hg_status s = hg__memory_check(bytes, name, "ask for a smaller --resize, or fewer samples (--limit)", e);
    if (s) return s;
    *made = *t;
    made->shape = to;
    made->bytes = t->bytes ? malloc(bytes) : NULL;
    made->floats = t->floats ? malloc(bytes) : NULL;
    return made->bytes || made->floats ? HG_OK : hg__fail_memory(e, name, bytes);
}

static void replace(hg__table *t, const hg__table *made)
{
    free(t->bytes), free(t->floats);
    *t = *made;
}

static hg_status recolour(hg__table *t, size_t c, const char *name, hg_error *e)
{
    hg__table made;
    size_t from = t->shape.c, pixels = t->n * t->shape.h * t->shape.w;
    if ((from != 1 && from != 3) || (c != 1 && c != 3))
        return hg__fail(e, HG_USAGE, name, "has %zu channels and %zu are asked for; only 1 and 3 become each other",
                        from, c);
    hg_status s = fresh(t, (hg_shape){t->shape.h, t->shape.w, c}, &made, name, e);
    if (s) return s;
    if (t->bytes) hg__recolour_bytes(t->bytes, from, made.bytes, c, pixels);
    else hg__recolour_floats(t->floats, from, made.floats, c, pixels);
    replace(t, &made);
    return HG_OK;
}

static hg_status resize(hg__table *t, hg_shape to, const hg_set_options *how, const char *name, hg_error *e)
{
    hg__table made;
    hg__fitter *f = NULL;
    size_t in = hg_shape_size(t->shape), out = hg_shape_size(to);
    hg_status s = hg__fitter_open(&f, t->shape, to, how->method, how->fit, e);
    if (!s) s = fresh(t, to, &made, name, e);
    if (!s) {
        for (size_t i = 0; i < t->n; i++)
            if (t->bytes) hg__fit_bytes(f, t->bytes + i * in, made.bytes + i * out);
            else hg__fit_floats(f, t->floats + i * in, made.floats + i * out);
        replace(t, &made);
    }
    hg__fitter_close(&f);
    return s;
}

hg_status hg__table_reshape(hg__table *t, hg_shape to, const hg_set_options *how, const char *name, hg_error *e)
{
    hg_status s = HG_OK;
    enum { MOST = 65536 };
    if (to.h > MOST || to.w > MOST) return hg__fail(e, HG_USAGE, name, "cannot be resized beyond %d", MOST);
    if (to.c && to.c != t->shape.c) s = recolour(t, to.c, name, e);
    hg_shape size = {to.h ? to.h : t->shape.h, to.w ? to.w : t->shape.w, t->shape.c};
    if (!s && !hg_shape_equal(size, t->shape)) s = resize(t, size, how, name, e);
    return s;
}
