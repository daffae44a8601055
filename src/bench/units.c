/* units.c: see units.h. */
#include "bench/units.h"

#include <math.h>
#include <string.h>

static const hg__units nothing = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};

static bool is(const char *metric, const char *name) { return !strcmp(metric, name); }

static void from_mse(hg__units *u, double mse, const hg__unit_frame *f)
{
    u->mse = mse, u->sse = mse * f->pixels, u->psnr = -10 * log10(mse);
}

static void from_bce(hg__units *u, double bce, const hg__unit_frame *f)
{
    u->bce = bce, u->excess = bce - f->bce_floor, u->nats = bce * f->pixels;
}

hg__units hg__units_of(const char *metric, double value, const hg__unit_frame *f)
{
    hg__units u = nothing;
    if (is(metric, "mse")) from_mse(&u, value, f);
    if (is(metric, "sse_per_image")) from_mse(&u, value / f->pixels, f);
    if (is(metric, "psnr")) from_mse(&u, pow(10, -value / 10), f);
    if (is(metric, "bce")) from_bce(&u, value, f);
    if (is(metric, "nll")) u.nll = value, u.bits = value / f->pixels / log(2);
    return u;
}

hg__units hg__units_measured(const hg_metrics *m, const hg__unit_frame *f)
{
    hg__units u = nothing;
    from_mse(&u, m->mse, f);
    from_bce(&u, m->bce, f);
    return u;
}

double hg__units_get(const hg__units *u, const char *metric)
{
    const struct {
        const char *name;
        double value;
    } all[] = {{"sse_per_image", u->sse}, {"mse", u->mse}, {"psnr", u->psnr}, {"bce", u->bce}, {"nll", u->nll}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (is(metric, all[i].name)) return all[i].value;
    return (double)NAN;
}

const char *hg__unit_name(const char *metric)
{
    return is(metric, "sse_per_image") ? "SSE/image"
           : is(metric, "mse")         ? "MSE/pixel"
           : is(metric, "psnr")        ? "dB"
           : is(metric, "bce")         ? "BCE/pixel"
           : is(metric, "nll")         ? "nats/image"
                                       : metric;
}
