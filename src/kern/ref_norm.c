/* ref_norm.c: normalisation. Layer and group norm see one sample at a time; batch norm sees one
 * channel of the whole batch. Both are the same arithmetic over a `group` of values; the sums that
 * make a mean are taken in double. */
#include "kern/ref.h"

#include <tgmath.h>

/* Some of the values, by offset: rows of `wide` channels from `first` on, `step` apart. */
typedef struct group {
    size_t first, rows, step, wide, channel; /* channel: that of the first value of a row */
    size_t at;                               /* in mean and istd */
} group;

static group group_of_sample(const hg__norm *w, size_t g)
{
    size_t wide = w->c / w->groups, channel = g % w->groups * wide;
    return (group){g / w->groups * w->pixels * w->c + channel, w->pixels, w->c, wide, channel, g};
}

static group group_of_channel(const hg__norm *w, size_t c) { return (group){c, w->n * w->pixels, w->c, 1, c, c}; }

static void moments(const hg__norm *w, group g)
{
    double sum = 0, square = 0, count = (double)(g.rows * g.wide);
    for (size_t i = 0; i < g.rows; i++)
        for (size_t j = 0; j < g.wide; j++) sum += (double)w->x[g.first + i * g.step + j];
    double mean = sum / count;
    for (size_t i = 0; i < g.rows; i++)
        for (size_t j = 0; j < g.wide; j++) {
            double d = (double)w->x[g.first + i * g.step + j] - mean;
            square += d * d;
        }
    w->mean[g.at] = (real)mean;
    w->istd[g.at] = (real)(1 / sqrt(square / count + (double)w->epsilon));
}

static void apply(const hg__norm *w, group g)
{
    real mean = w->mean[g.at], istd = w->istd[g.at];
    for (size_t i = 0; i < g.rows; i++)
        for (size_t j = 0; j < g.wide; j++) {
            size_t at = g.first + i * g.step + j;
            w->y[at] = (w->x[at] - mean) * istd * w->scale[g.channel + j] + w->shift[g.channel + j];
        }
}

/* dx = istd (d - mean(d) - xn mean(d xn)), where d = dy scale and xn is x normalised. */
static void gradient(const hg__norm *w, group g)
{
    real mean = w->mean[g.at], istd = w->istd[g.at];
    double sum = 0, dot = 0, count = (double)(g.rows * g.wide);
    for (size_t i = 0; i < g.rows; i++)
        for (size_t j = 0; j < g.wide; j++) {
            size_t at = g.first + i * g.step + j;
            double d = (double)(w->dy[at] * w->scale[g.channel + j]);
            sum += d;
            dot += d * (double)((w->x[at] - mean) * istd);
        }
    real d_mean = (real)(sum / count), d_dot = (real)(dot / count);
    for (size_t i = 0; i < g.rows; i++)
        for (size_t j = 0; j < g.wide; j++) {
            size_t at = g.first + i * g.step + j;
            real d = w->dy[at] * w->scale[g.channel + j], xn = (w->x[at] - mean) * istd;
            hg__put(w->dx + at, istd * (d - d_mean - xn * d_dot), w->dx_add);
        }
}

/* dscale += sum of dy xn, dshift += sum of dy, value by value in order. */
static void gradient_weights(const hg__norm *w, group g)
{
    real mean = w->mean[g.at], istd = w->istd[g.at];
    for (size_t i = 0; i < g.rows; i++)
        for (size_t j = 0; j < g.wide; j++) {
            size_t at = g.first + i * g.step + j;
            w->dscale[g.channel + j] += w->dy[at] * (w->x[at] - mean) * istd;
            w->dshift[g.channel + j] += w->dy[at];
        }
}

static void clear_weights(const hg__norm *w)
{
    for (size_t c = 0; c < w->c && !w->dw_add; c++) w->dscale[c] = w->dshift[c] = 0;
}

void hg__ref_norm(const hg__norm *w)
{
    for (size_t g = 0; g < w->n * w->groups; g++) {
        moments(w, group_of_sample(w, g));
        apply(w, group_of_sample(w, g));
    }
}

void hg__ref_norm_grad(const hg__norm *w)
{
    clear_weights(w);
    for (size_t g = 0; g < w->n * w->groups; g++) {
        gradient_weights(w, group_of_sample(w, g));
        if (w->dx) gradient(w, group_of_sample(w, g));
    }
}

void hg__ref_norm_batch(const hg__norm *w)
{
    for (size_t c = 0; c < w->c; c++) {
        moments(w, group_of_channel(w, c));
        apply(w, group_of_channel(w, c));
    }
}

void hg__ref_norm_batch_grad(const hg__norm *w)
{
    clear_weights(w);
    for (size_t c = 0; c < w->c; c++) {
        gradient_weights(w, group_of_channel(w, c));
        if (w->dx) gradient(w, group_of_channel(w, c));
    }
}

void hg__ref_norm_apply(const hg__norm *w)
{
    for (size_t c = 0; c < w->c; c++) apply(w, group_of_channel(w, c));
}

/* The batch's variance is had back from its istd; of a single value there is no unbiased one, and 0 is taken. */
void hg__ref_norm_running(const hg__norm *w, real momentum, real *mean, real *variance)
{
    double count = (double)(w->n * w->pixels), unbias = count > 1 ? count / (count - 1) : 1;
    for (size_t c = 0; c < w->c; c++) {
        double istd = (double)w->istd[c], now = 1 / (istd * istd) - (double)w->epsilon;
        mean[c] += momentum * (w->mean[c] - mean[c]);
        variance[c] += momentum * ((real)(now > 0 || now != now ? now * unbias : 0) - variance[c]);
    }
}

void hg__ref_norm_istd(size_t c, real epsilon, const real *variance, real *istd)
{
    for (size_t i = 0; i < c; i++) istd[i] = 1 / sqrt(variance[i] + epsilon);
}
