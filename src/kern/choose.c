/* choose.c: the kernel sets of this build, which of them to use, and the names of the activations. */
#include "base/fail.h"
#include "kern/sets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const hg__set_row sets[] = {HG__SETS};
enum { SETS = sizeof sets / sizeof *sets };

size_t hg__kernel_sets(void) { return SETS; }

const hg__kernels *hg__kernel_set(size_t i, bool *runs_here)
{
    if (runs_here) *runs_here = sets[i].runs_here();
    return sets[i].kernels;
}

static hg_status unknown(const char *name, const char *where, hg_error *e)
{
    const char *names[SETS], *here[SETS];
    char list[160];
    size_t n = 0;
    for (size_t i = 0; i < SETS; i++) {
        names[i] = sets[i].kernels->name;
        if (sets[i].runs_here()) here[n++] = names[i];
    }
    const char *near = hg__nearest(name, names, SETS);
    if (near)
        return hg__fail(e, HG_USAGE, where, "there is no kernel set '%s' in this build; did you mean '%s'?", name,
                        near);
    return hg__fail(e, HG_USAGE, where, "there is no kernel set '%s' in this build; here run %s", name,
                    hg__list(here, n, list, sizeof list));
}

static const hg__set_row *row_of(const char *name)
{
    for (size_t i = 0; i < SETS; i++)
        if (!strcmp(sets[i].kernels->name, name)) return &sets[i];
    return NULL;
}

hg_status hg__kernels_named(const hg__kernels **k, const char *name, const char *where, hg_error *e)
{
    const hg__set_row *row = row_of(name);
    if (!row) return unknown(name, where, e);
    if (!row->runs_here()) return hg__fail(e, HG_USAGE, where, "this processor cannot run '%s'; leave it out", name);
    *k = row->kernels;
    return HG_OK;
}

hg_precision hg__kernels_forced(const char **name)
{
    *name = getenv("HOURGLASS_ISA");
    const hg__set_row *row = *name ? row_of(*name) : NULL;
    if (!row) *name = NULL;
    return row ? row->kernels->precision : HG_PRECISION_F32;
}

/* The names as options have them, and what of a processor makes them fast. */
static const struct {
    const char *name, *needs;
} precisions[] = {
    [HG_PRECISION_F32] = {"f32", ""},
    [HG_PRECISION_BF16] = {"bf16", "AVX-512-BF16"},
    [HG_PRECISION_INT8] = {"int8", "AVX-512-VNNI"},
};

const char *hg__precision_name(hg_precision p) { return precisions[p].name; }

hg_precision hg__precision_named(const char *name)
{
    hg_precision p = HG_PRECISION_F32;
    for (size_t i = 0; i < sizeof precisions / sizeof *precisions; i++)
        if (!strcmp(precisions[i].name, name)) p = (hg_precision)i;
    return p;
}

hg_status hg__kernels_choose(const hg__kernels **k, hg_precision precision, hg_error *e)
{
    const char *name = getenv("HOURGLASS_ISA");
    const hg__kernels *best = NULL;
    if (name && *name) {
        hg_status s = hg__kernels_named(&best, name, "HOURGLASS_ISA", e);
        if (!s && precision && best->precision != precision)
            s = hg__fail(e, HG_USAGE, "precision", "HOURGLASS_ISA names '%s', which has no %s; unset it", name,
                         precisions[precision].name);
        if (!s) *k = best;
        return s;
    }
    for (size_t i = 0; i < SETS; i++)
        if (sets[i].kernels->precision == precision && sets[i].runs_here()) best = sets[i].kernels;
    if (!best)
        return hg__fail(e, HG_USAGE, "precision", "this processor has no %s (%s is needed); float32 runs everywhere",
                        precisions[precision].name, precisions[precision].needs);
    *k = best;
    return HG_OK;
}

/* slope: what "leaky" alone means; 0: the activation has none, and "relu=1" is no name. */
static const struct {
    const char *name;
    double slope;
} acts[HG__ACTS] = {
    [HG__ACT_NONE] = {"none", 0},         [HG__ACT_RELU] = {"relu", 0}, [HG__ACT_LEAKY] = {"leaky", 0.01},
    [HG__ACT_ELU] = {"elu", 1},           [HG__ACT_TANH] = {"tanh", 0}, [HG__ACT_SIGMOID] = {"sigmoid", 0},
    [HG__ACT_SOFTPLUS] = {"softplus", 0}, [HG__ACT_GELU] = {"gelu", 0}, [HG__ACT_SILU] = {"silu", 0},
};

const char *hg__act_name(hg__act a) { return acts[a].name; }

bool hg__act_named(const char *name, hg__act *a, real *slope)
{
    size_t letters = strcspn(name, "=");
    for (hg__act i = 0; i < HG__ACTS; i++) {
        if (strlen(acts[i].name) != letters || strncmp(acts[i].name, name, letters) != 0) continue;
        double value = acts[i].slope;
        if (name[letters]) {
            char *end = NULL;
            value = strtod(name + letters + 1, &end);
            /* A negative slope would make y's sign lie about x's, on which the gradient rests. */
            if (acts[i].slope == 0 || end == name + letters + 1 || *end || !(value >= 0) || !isfinite(value))
                return false;
        }
        *a = i;
        *slope = (real)value;
        return true;
    }
    return false;
}
