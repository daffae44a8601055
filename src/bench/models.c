/* models.c: see models.h. */
#include "bench/models.h"

#include "base/fail.h"
#include "net/named.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No letter of UTF-8 is cut, and nothing that a terminal would obey is let through. */
static void find_label(const char *name, char label[HG__LABEL])
{
    size_t end = strlen(name), start, n;
    while (end > 1 && name[end - 1] == '/') end--;
    for (start = end; start && name[start - 1] != '/';) start--;
    n = end - start;
    const bool whole = n < HG__LABEL;
    if (!whole) n = HG__LABEL - sizeof "…";
    while (!whole && n && (name[start + n] & 0xC0) == 0x80) n--;
    for (size_t i = 0; i < n; i++) label[i] = iscntrl((unsigned char)name[start + i]) ? '?' : name[start + i];
    snprintf(label + n, HG__LABEL - n, "%s", whole ? "" : "…");
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

hg_status hg__bench_model(hg_model **m, const char *name, hg_error *e)
{
    hg_graph *g = NULL;
    hg_status s = hg__graph_named(&g, name, NULL, e);
    return s ? s : hg_model_make(m, &g, 1, e);
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
    hg_shape shape;
    if (!hg_graph_shape(hg_model_graph(m), value, &shape))
        return hg__fail(e, HG_MODEL, "--model", "the model names no %s", value);
    size_t all = n * hg_shape_size(shape);
    *out = malloc(all * sizeof **out);
    if (!*out) return hg__fail_memory(e, "bench", all * sizeof **out);
    for (size_t i = 0; i < all; i++) (*out)[i] = (float)(i * 2654435761u % 1024) / 1023;
    return HG_OK;
}
