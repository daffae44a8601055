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

/* The 16 pixels around a point, and their weights: the cubic convolution of Keys 1981, "Cubic convolution interpolation
 * for digital image processing", with a = -1/2. Bilinear weights take 44 % of the finest detail of a digit that is
 * turned and slanted by up to 5 degrees (mean squared Laplacian), these 26 %. */
typedef float four __attribute__((vector_size(4 * sizeof(float))));
typedef struct window {
    int x, y; /* of the first pixel */
    four across, down;
} window;

/* For a point `at` beyond the second of four pixels in a row. */
static inline four cubic(float at)
{
    static const four once = {-0.5f, 0, 0.5f, 0}, squared = {1, -2.5f, 2, -0.5f}, cubed = {-0.5f, 1.5f, -1.5f, 0.5f};
    static const four always = {0, 1, 0, 0};
    return always + at * (once + at * (squared + at * cubed));
}

/* x and y are above -3, so that adding 3 rounds down. */
static inline window window_at(float x, float y)
{
    int left = (int)(x + 3) - 3, top = (int)(y + 3) - 3;
    return (window){left - 1, top - 1, cubic(x - (float)left), cubic(y - (float)top)};
}

/* Weights below 0 can overshoot the picture's own range. */
static inline float within(float v, hg__range g) { return v < g.low ? g.low : v > g.high ? g.high : v; }

/* All 16 inside, one channel: as for most pixels. */
static inline float sample_plain(const float *in, size_t row, const window *w)
{
    four sum = {0}, pixels;
    const float *p = in + (size_t)w->y * row + (size_t)w->x;
    for (size_t j = 0; j < 4; j++) {
        memcpy(&pixels, p + j * row, sizeof pixels);
        sum += pixels * w->down[j];
    }
    sum *= w->across;
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* One channel, of any point; 0 outside. */
static float sample_any(const float *in, hg_shape s, size_t channel, const window *w)
{
    four sum = {0};
    for (int j = 0; j < 4; j++) {
        four pixels = {0};
        bool is_row = w->y + j >= 0 && w->y + j < (int)s.h;
        for (int i = 0; i < 4; i++)
            if (is_row && w->x + i >= 0 && w->x + i < (int)s.w)
                pixels[i] = in[((size_t)(w->y + j) * s.w + (size_t)(w->x + i)) * s.c + channel];
        sum += pixels * w->down[j];
    }
    sum *= w->across;
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* The image at (x, y), in pixels from the first one's centre, into out[c]. */
static inline void sample(const hg__canvas *c, float x, float y, hg__range g, float *out)
{
    hg_shape s = c->shape;
    if (!(x > -2 && y > -2 && x < (float)s.w + 1 && y < (float)s.h + 1)) { /* also what is not a number */
        for (size_t k = 0; k < s.c; k++) out[k] = 0;
        return;
    }
    window w = window_at(x, y);
    bool inside = w.x >= 0 && w.y >= 0 && w.x + 3 < (int)s.w && w.y + 3 < (int)s.h;
    if (inside && s.c == 1) *out = within(sample_plain(c->scratch, s.w, &w), g);
    else
        for (size_t k = 0; k < s.c; k++) out[k] = within(sample_any(c->scratch, s, k, &w), g);
}

void hg__canvas_move(hg__canvas *c)
{
    if (!c->moved) return;
    hg_shape s = c->shape;
    const float *m = c->map;
    float centre_x = 0.5f * (float)(s.w - 1), centre_y = 0.5f * (float)(s.h - 1);
    hg__range reach = hg__canvas_range(c);
    memcpy(c->scratch, c->image, hg_shape_size(s) * sizeof *c->image);
    for (size_t i = 0, y = 0; y < s.h; y++) {
        float v = (float)y - centre_y, from_x = m[1] * v + m[2] + centre_x, from_y = m[4] * v + m[5] + centre_y;
        for (size_t x = 0; x < s.w; x++, i++) {
            float u = (float)x - centre_x, at_x = from_x + m[0] * u, at_y = from_y + m[3] * u;
            if (c->shift_x) at_x += c->shift_x[i], at_y += c->shift_y[i];
            sample(c, at_x, at_y, reach, c->image + i * s.c);
        }
    }
    hg__canvas_rest(c);
}
