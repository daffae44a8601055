/* models.c: see models.h. */
#include "bench/models.h"

#include "base/fail.h"
#include "base/file.h"
#include "base/text.h"
#include "net/named.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nothing that a terminal would obey is let through. */
static void find_label(const char *name, char label[HG__LABEL])
{
    size_t length;
    const char *last = hg__path_last(name, &length);
    char part[256];
    snprintf(part, sizeof part, "%.*s", (int)length, last);
    hg__text_cut(part, sizeof part, label, HG__LABEL);
    for (char *c = label; *c; c++)
        if (iscntrl((unsigned char)*c)) *c = '?';
}

hg__bench_list hg__bench_models(const char *only)
{
    hg__bench_list list = {.name = {only}, .n = 1};
    if (!*only)
        for (list.n = 0; list.n < hg_presets() && list.n < HG__MOST_MODELS; list.n++)
            list.name[list.n] = hg_preset_name(list.n);
    for (size_t i = 0; i < list.n; i++) find_label(list.name[i], list.label[i]);
    return list;
}

hg_status hg__bench_graph(hg_graph **g, const char *name, hg_error *e)
{
    hg_status s = hg__graph_named(g, name, NULL, e);
    if (!s) s = hg_graph_check(*g, e);
    if (s) hg_graph_close(g);
    return s;
}

hg_status hg__bench_model(hg_model **m, const char *name, hg_error *e)
{
    hg_graph *g = NULL;
    hg_status s = hg__bench_graph(&g, name, e);
    return s ? s : hg_model_make(m, &g, 1, e);
}

hg_status hg__bench_opened(hg_status s, const char *name, size_t batch, hg_error *e)
{
    if (s != HG_MEMORY) return s;
    return hg__fail(e, s, name,
                    "takes more memory than there is, at the batch of %zu that bench measures with; --threads 1 or a "
                    "smaller model takes less",
                    batch);
}

hg_status hg__bench_cost(const hg_plan *p, double *training, hg_error *e)
{
    char *text = hg_plan_describe(p, true);
    json_t *plan = text ? json_loads(text, 0, NULL) : NULL;
    *training = 1e6 * json_number_value(json_object_get(plan, "mflop_training"));
    hg_status s = plan ? HG_OK : hg__fail_memory(e, "bench", 4096);
    free(text);
    json_decref(plan);
    return s;
}

hg_status hg__bench_values(float **out, const hg_model *m, const char *value, size_t n, hg_error *e)
{
    hg_shape shape = {0};
    hg_graph_shape(hg_model_graph(m), value, &shape);
    size_t all = n * hg_shape_size(shape);
    *out = malloc(all * sizeof **out);
    if (!*out) return hg__fail_memory(e, "bench", all * sizeof **out);
    for (size_t i = 0; i < all; i++) (*out)[i] = (float)(i * 2654435761u % 1024) / 1023;
    return HG_OK;
}
