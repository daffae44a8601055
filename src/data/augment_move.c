/* augment_move.c: augmentations that say from where a pixel is taken. Each one is an inverse map, output to source,
 * multiplied onto the map so far, so a turn, a shift and a slant cost one resampling and blur once. */
#include "data/augment.h"

#include <math.h>
#include <string.h>

static double between(hg__random *r, double least, double most)
{
    return least + (most - least) * hg__random_uniform(r);
}

void hg__canvas_rest(hg__canvas *c)
{
    static const float identity[6] = {1, 0, 0, 0, 1, 0};
    memcpy(c->map, identity, sizeof identity);
    c->shift_x = c->shift_y = NULL;
    c->moved = false;
}

/* map = map * (a b tx; d e ty) */
static void compose(hg__canvas *c, const double by[6])
{
    const float *m = c->map;
    float made[6];
    for (int row = 0; row < 6; row += 3) {
        made[row] = (float)(m[row] * by[0] + m[row + 1] * by[3]);
        made[row + 1] = (float)(m[row] * by[1] + m[row + 1] * by[4]);
        made[row + 2] = (float)(m[row] * by[2] + m[row + 1] * by[5] + m[row + 2]);
    }
    memcpy(c->map, made, sizeof made);
    c->moved = true;
}

static const double radians = 0.017453292519943295;

void hg__move_rotate(hg__canvas *c, const double value[2], hg__random *r)
{
    double angle = radians * between(r, -value[0], value[0]), co = cos(angle), si = sin(angle);
    compose(c, (double[6]){co, -si, 0, si, co, 0});
}

void hg__move_shift(hg__canvas *c, const double value[2], hg__random *r)
{
    double x = between(r, -value[0], value[0]), y = between(r, -value[0], value[0]);
    compose(c, (double[6]){1, 0, x, 0, 1, y});
}

void hg__move_scale(hg__canvas *c, const double value[2], hg__random *r)
{
    double inverse = 1 / between(r, 1 - value[0], 1 + value[0]);
    compose(c, (double[6]){inverse, 0, 0, 0, inverse, 0});
}

void hg__move_shear(hg__canvas *c, const double value[2], hg__random *r)
{
    compose(c, (double[6]){1, tan(radians * between(r, -value[0], value[0])), 0, 0, 1, 0});
}

/* value: 1 left-right, 2 top-bottom, 3 each by itself */
void hg__move_flip(hg__canvas *c, const double value[2], hg__random *r)
{
    int ways = (int)value[0];
    uint32_t coins = hg__random_u32(r);
    double x = (ways & 1) && (coins & 1) ? -1 : 1, y = (ways & 2) && (coins & 2) ? -1 : 1;
    if (x < 0 || y < 0) compose(c, (double[6]){x, 0, 0, 0, y, 0});
}

/* Simard, Steinkraus, Platt 2003, "Best practices for convolutional neural networks applied to visual document
 * analysis": uniform displacements in [-1,1], smoothed by a Gaussian, times alpha. */
void hg__move_elastic(hg__canvas *c, const double value[2], hg__random *r)
{
    if (c->shift_x) hg__canvas_move(c); /* there is room for one field */
    hg_shape plane = {c->shape.h, c->shape.w, 1};
    size_t n = plane.h * plane.w, size = hg_shape_size(c->shape);
    c->shift_x = c->scratch + size, c->shift_y = c->scratch + 2 * size;
    float *field[2] = {c->shift_x, c->shift_y};
    uint32_t word[HG__MANY];
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < n; i++) {
            if (i % HG__MANY == 0) hg__random_many(r, word);
            field[k][i] = (float)((word[i % HG__MANY] * 0x1p-31 - 1) * value[0]);
        }
        hg__smooth(field[k], plane, value[1], true, c->scratch);
    }
    c->moved = true;
}

/* ---- Resampling ------------------------------------------------------------------------------- */

/* The image at (x, y), in pixels from the first one's centre, into out[c]; zero outside. */
static void sample_edge(const float *in, hg_shape s, float x, float y, float *out)
{
    if (!(x > -1 && y > -1 && x < (float)s.w && y < (float)s.h)) {
        memset(out, 0, s.c * sizeof *out);
        return;
    }
    int x0 = (int)(x + 1) - 1, y0 = (int)(y + 1) - 1; /* rounds down, as both are positive before */
    float right = x - (float)x0, below = y - (float)y0;
    bool at_left = x0 >= 0, at_right = x0 + 1 < (int)s.w, at_top = y0 >= 0, at_bottom = y0 + 1 < (int)s.h;
    const float *p = in + ((ptrdiff_t)y0 * (ptrdiff_t)s.w + x0) * (ptrdiff_t)s.c, *q = p + s.w * s.c;
    for (size_t c = 0; c < s.c; c++) {
        float a = at_top && at_left ? p[c] : 0, b = at_top && at_right ? p[s.c + c] : 0;
        float d = at_bottom && at_left ? q[c] : 0, f = at_bottom && at_right ? q[s.c + c] : 0;
        float upper = a + (b - a) * right, lower = d + (f - d) * right;
        out[c] = upper + (lower - upper) * below;
    }
}

/* Between four neighbours; c: to the right, row: to the one below. */
static inline float mix(const float *p, size_t c, size_t row, float right, float below)
{
    float upper = p[0] + (p[c] - p[0]) * right, lower = p[row] + (p[row + c] - p[row]) * right;
    return upper + (lower - upper) * below;
}

/* The same as sample_edge where all four neighbours lie inside, as for most pixels. One channel has no loop: it would
 * take as long as the rest. */
static inline void sample_inside(const float *restrict in, hg_shape s, float x, float y, float *restrict out)
{
    int x0 = (int)x, y0 = (int)y;
    float right = x - (float)x0, below = y - (float)y0;
    size_t row = s.w * s.c;
    const float *p = in + (size_t)y0 * row + (size_t)x0 * s.c;
    if (s.c == 1) *out = mix(p, 1, row, right, below);
    else
        for (size_t c = 0; c < s.c; c++) out[c] = mix(p + c, s.c, row, right, below);
}

void hg__canvas_move(hg__canvas *c)
{
    if (!c->moved) return;
    hg_shape s = c->shape;
    const float *m = c->map;
    float last_x = (float)(s.w - 1), last_y = (float)(s.h - 1), centre_x = 0.5f * last_x, centre_y = 0.5f * last_y;
    memcpy(c->scratch, c->image, hg_shape_size(s) * sizeof *c->image);
    for (size_t i = 0, y = 0; y < s.h; y++) {
        float v = (float)y - centre_y, from_x = m[1] * v + m[2] + centre_x, from_y = m[4] * v + m[5] + centre_y;
        for (size_t x = 0; x < s.w; x++, i++) {
            float u = (float)x - centre_x, at_x = from_x + m[0] * u, at_y = from_y + m[3] * u;
            if (c->shift_x) at_x += c->shift_x[i], at_y += c->shift_y[i];
            bool inside = at_x >= 0 && at_y >= 0 && at_x < last_x && at_y < last_y;
            if (inside) sample_inside(c->scratch, s, at_x, at_y, c->image + i * s.c);
            else sample_edge(c->scratch, s, at_x, at_y, c->image + i * s.c);
        }
    }
    hg__canvas_rest(c);
}
