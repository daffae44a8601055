/* augment_alter.c: augmentations that change the values where they are: noise, blur, occlusion, contrast, two
 * levels. Results are clipped to [0,1], or to the image's own range where that is wider (standardised data). */
#include "data/augment.h"

#include <math.h>
#include <string.h>

/* Eight running ranges instead of one, so that the processor need not wait for each comparison. */
hg__range hg__canvas_range(const hg__canvas *c)
{
    enum { WAYS = 8 };
    float low[WAYS] = {0}, high[WAYS] = {1};
    size_t n = hg_shape_size(c->shape);
    for (size_t i = 0; i < n; i++) {
        float v = c->image[i];
        low[i % WAYS] = v < low[i % WAYS] ? v : low[i % WAYS];
        high[i % WAYS] = v > high[i % WAYS] ? v : high[i % WAYS];
    }
    hg__range g = {0, 1};
    for (int k = 0; k < WAYS; k++) {
        g.low = low[k] < g.low ? low[k] : g.low;
        g.high = high[k] > g.high ? high[k] : g.high;
    }
    return g;
}

static void clip(const hg__canvas *c, hg__range g)
{
    size_t n = hg_shape_size(c->shape);
    for (size_t i = 0; i < n; i++) {
        float v = c->image[i] < g.low ? g.low : c->image[i];
        c->image[i] = v > g.high ? g.high : v;
    }
}

/* ---- Noise ------------------------------------------------------------------------------------ */

/* image += (1 or the image) * sigma * normal number */
static void add_normal(hg__canvas *c, float sigma, bool times_image, hg__random *r)
{
    size_t n = hg_shape_size(c->shape);
    float normal[HG__MANY];
    hg__range g = hg__canvas_range(c);
    for (size_t at = 0; at < n; at += HG__MANY) {
        float *p = c->image + at;
        size_t part = n - at < HG__MANY ? n - at : HG__MANY;
        hg__random_normals(r, normal);
        for (size_t i = 0; i < part; i++) p[i] += (times_image ? p[i] : 1) * sigma * normal[i];
    }
    clip(c, g);
}

void hg__alter_gaussian(hg__canvas *c, const double value[2], hg__random *r)
{
    add_normal(c, (float)value[0], false, r);
}
void hg__alter_speckle(hg__canvas *c, const double value[2], hg__random *r) { add_normal(c, (float)value[0], true, r); }

/* Each pixel, all its channels, becomes low or high with the given probability, half of it each. */
static void drop_pixels(hg__canvas *c, double part, float low, float high, hg__random *r)
{
    size_t n = c->shape.h * c->shape.w, ch = c->shape.c;
    uint32_t word[HG__MANY];
    for (size_t i = 0; i < n; i++) {
        if (i % HG__MANY == 0) hg__random_many(r, word);
        double u = word[i % HG__MANY] * 0x1p-32;
        if (u >= part) continue;
        for (size_t k = 0; k < ch; k++) c->image[i * ch + k] = u < part / 2 ? low : high;
    }
}

void hg__alter_salt(hg__canvas *c, const double value[2], hg__random *r)
{
    hg__range g = hg__canvas_range(c);
    drop_pixels(c, value[0], g.low, g.high, r);
}

void hg__alter_mask(hg__canvas *c, const double value[2], hg__random *r) { drop_pixels(c, value[0], 0, 0, r); }

/* ---- Blur ------------------------------------------------------------------------------------- */

enum { MOST_RADIUS = 60 }; /* 3 sigma of the widest */

typedef struct bell {
    size_t radius;
    float weight[MOST_RADIUS + 1]; /* of the distances 0 … radius, not yet divided by their sum */
} bell;

static bell make_bell(double sigma)
{
    bell b = {.radius = (size_t)ceil(3 * sigma)};
    if (b.radius > MOST_RADIUS) b.radius = MOST_RADIUS;
    for (size_t k = 0; k <= b.radius; k++) b.weight[k] = (float)exp(-0.5 * (double)(k * k) / (sigma * sigma));
    return b;
}

/* out[i] = sum over k of weight * in[i ± k * step], for a run of n values; what lies outside counts as 0. */
static void smooth_run(const bell *b, const float *restrict in, float *restrict out, size_t n, size_t step)
{
    for (size_t i = 0; i < n; i++) out[i] = b->weight[0] * in[i];
    for (size_t k = 1; k <= b->radius && k * step < n; k++) {
        size_t d = k * step;
        float w = b->weight[k];
        for (size_t i = d; i < n; i++) out[i] += w * in[i - d];
        for (size_t i = 0; i + d < n; i++) out[i] += w * in[i + d];
    }
}

/* 1 over the weights at place i of n: of those that lie inside, or of all where the plane fades. */
static float share(const bell *b, size_t i, size_t n, bool fades)
{
    float sum = b->weight[0];
    for (size_t k = 1; k <= b->radius; k++) sum += b->weight[k] * (float)((fades || i >= k) + (fades || i + k < n));
    return 1 / sum;
}

void hg__smooth(float *plane, hg_shape s, double sigma, bool fades, float *temp)
{
    if (sigma <= 0.05) return; /* narrower than a pixel notices */
    bell b = make_bell(sigma);
    size_t row = s.w * s.c;
    for (size_t y = 0; y < s.h; y++) smooth_run(&b, plane + y * row, temp + y * row, row, s.c);
    for (size_t x = 0; x < s.w; x++) {
        float part = share(&b, x, s.w, fades);
        for (size_t y = 0; y < s.h; y++)
            for (size_t k = 0; k < s.c; k++) temp[y * row + x * s.c + k] *= part;
    }
    smooth_run(&b, temp, plane, s.h * row, row);
    for (size_t y = 0; y < s.h; y++) {
        float part = share(&b, y, s.h, fades);
        for (size_t i = 0; i < row; i++) plane[y * row + i] *= part;
    }
}

void hg__alter_blur(hg__canvas *c, const double value[2], hg__random *r)
{
    hg__smooth(c->image, c->shape, value[0] * hg__random_uniform(r), false, c->scratch);
}

/* ---- Occlusion, contrast, brightness ---------------------------------------------------------- */

/* DeVries, Taylor 2017, "Improved regularization of convolutional neural networks with cutout": the centre is
 * anywhere in the image, what hangs over is cut off. */
void hg__alter_occlude(hg__canvas *c, const double value[2], hg__random *r)
{
    hg_shape s = c->shape;
    size_t side = (size_t)value[0], half = side / 2;
    size_t x = hg__random_below(r, s.w), y = hg__random_below(r, s.h);
    size_t left = x < half ? 0 : x - half, top = y < half ? 0 : y - half;
    size_t right = x + side - half, bottom = y + side - half;
    if (right > s.w) right = s.w;
    if (bottom > s.h) bottom = s.h;
    for (size_t row = top; right > left && row < bottom; row++)
        memset(c->image + (row * s.w + left) * s.c, 0, (right - left) * s.c * sizeof *c->image);
}

void hg__alter_contrast(hg__canvas *c, const double value[2], hg__random *r)
{
    size_t n = hg_shape_size(c->shape);
    hg__range g = hg__canvas_range(c);
    float factor = (float)(1 + value[0] * (2 * hg__random_uniform(r) - 1));
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)c->image[i];
    float mean = (float)(sum / (double)n);
    for (size_t i = 0; i < n; i++) c->image[i] = mean + factor * (c->image[i] - mean);
    clip(c, g);
}

void hg__alter_brightness(hg__canvas *c, const double value[2], hg__random *r)
{
    size_t n = hg_shape_size(c->shape);
    hg__range g = hg__canvas_range(c);
    float more = (float)(value[0] * (2 * hg__random_uniform(r) - 1));
    for (size_t i = 0; i < n; i++) c->image[i] += more;
    clip(c, g);
}

/* ---- Two levels ------------------------------------------------------------------------------- */

/* Each value becomes 1 where it is above the level, or by chance, with itself as the probability: the stochastic
 * binarisation of Salakhutdinov & Murray 2008, drawn anew in every epoch as Burda et al. 2016 do. */
void hg__alter_binarize(hg__canvas *c, const double value[2], hg__random *r)
{
    size_t n = hg_shape_size(c->shape);
    uint32_t word[HG__MANY];
    for (size_t i = 0; i < n; i++) {
        if (value[0] == HG__BY_CHANCE && i % HG__MANY == 0) hg__random_many(r, word);
        double level = value[0] == HG__BY_CHANCE ? word[i % HG__MANY] * 0x1p-32 : value[0];
        c->image[i] = (double)c->image[i] > level ? 1 : 0;
    }
}
