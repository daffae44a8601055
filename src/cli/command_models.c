/* command_models.c: `hourglass models`: the presets, their text, and how a model lies in memory. */
#include "base/file.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/source_options.h"
#include "cli/subject.h"
#include "cli/walk_rows.h"
#include "kern/kernels.h"
#include "net/named.h"
#include "net/sketch.h"

#include <hourglass/net.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- list -------------------------------------------------------------------------------------- */

typedef struct facts {
    hg_shape x, z;
    size_t parameters;
} facts;

static facts facts_of(const hg_graph *g)
{
    facts f = {.parameters = hg_graph_parameters(g)};
    hg_graph_shape(g, "x", &f.x);
    hg_graph_shape(g, "z", &f.z);
    return f;
}

static json_t *facts_json(const char *name, const facts *f)
{
    return json_pack("{s:o, s:[I,I,I], s:I, s:I}", "name", hg__json_word(name), "input", (json_int_t)f->x.h,
                     (json_int_t)f->x.w, (json_int_t)f->x.c, "code", (json_int_t)hg_shape_size(f->z), "parameters",
                     (json_int_t)f->parameters);
}

static hg_status run_list(hg__call *call, hg_error *e)
{
    json_t *list = json_array();
    hg_status s = HG_OK;
    if (!call->common->json) hg__text_add(&call->out, "%-10s%-16s%8s%14s\n", "model", "input", "code", "parameters");
    for (size_t i = 0; !s && i < hg_presets(); i++) {
        hg_graph *g = NULL;
        char shape[64], count[32];
        s = hg_graph_open(&g, hg_preset_name(i), &(hg_graph_options){0}, e);
        if (s) break;
        facts f = facts_of(g);
        snprintf(shape, sizeof shape, "%zu x %zu x %zu", f.x.h, f.x.w, f.x.c);
        json_array_append_new(list, facts_json(hg_preset_name(i), &f));
        if (!call->common->json)
            hg__text_add(&call->out, "%-10s%-16s%8zu%14s\n", hg_preset_name(i), shape, hg_shape_size(f.z),
                         hg__text_count((double)f.parameters, count, sizeof count));
        hg_graph_close(&g);
    }
    if (!s && call->common->json) return hg__output_json(&call->out, json_pack("{s:o}", "models", list), e);
    json_decref(list);
    return s;
}

static const hg__command list_row = {
    .name = "list",
    .summary = "the presets",
    .words = "",
    .examples =
        (const hg__example[]){{"hourglass models list", "name, input, code size and parameters of each"}, {NULL, NULL}},
    .groups = (const hg__option_group[]){HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(hg__common),
    .run = run_list,
};

/* ---- ops --------------------------------------------------------------------------------------- */

static hg_status run_ops(hg__call *call, hg_error *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < hg_usages(); i++) {
        const char *help, *usage = hg_usage(i, &help);
        json_array_append_new(list, json_pack("{s:s, s:s}", "usage", usage, "help", help));
        if (!call->common->json) hg__text_add(&call->out, "%s\n    %s\n", usage, help);
    }
    if (call->common->json) return hg__output_json(&call->out, json_pack("{s:o}", "ops", list), e);
    hg__text_add(&call->out, "\nA line takes the value of the line before, or of those named by <- NAME; -> NAME names "
                             "its own.\n");
    json_decref(list);
    return HG_OK;
}

static const hg__command ops_row = {
    .name = "ops",
    .summary = "the lines that a graph may have",
    .words = "",
    .examples = (const hg__example[]){{"hourglass models ops", "usage and meaning of each"}, {NULL, NULL}},
    .groups = (const hg__option_group[]){HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(hg__common),
    .run = run_ops,
};

/* ---- show and plan ----------------------------------------------------------------------------- */

typedef struct values {
    hg__common common;
    const char *input;
    size_t code;
    size_t batch, threads;
    bool infer, recompute;
    const char *precision;
    double max_memory;
} values;

#define AT(field) offsetof(values, field)
static const hg__option graph_rows[] = {
    {.name = "code",
     .type = HG__SIZE,
     .offset = AT(code),
     .fallback = "0",
     .min = 0,
     .max = 1 << 24,
     .help = "size of the bottleneck; 0: the model's own"},
    {.name = "input",
     .type = HG__TEXT,
     .offset = AT(input),
     .value = "HxWxC",
     .help = "shape of a sample, instead of the model's own"},
    {0},
};
static const hg__option plan_rows[] = {
    {.name = "batch",
     .type = HG__SIZE,
     .offset = AT(batch),
     .fallback = "0",
     .max = 1 << 20,
     .help = "samples a step; 0: a run's own in training, else 128"},
    HG__THREADS_ROW(AT(threads)),
    {.name = "infer", .type = HG__FLAG, .offset = AT(infer), .help = "for inference: no gradients"},
    {.name = "max-memory",
     .type = HG__REAL,
     .offset = AT(max_memory),
     .fallback = "0",
     .max = 1e9,
     .help = "MB that all may take; 0: any"},
    HG__PRECISION_ROW(AT(precision), "of the layers' products; int8 with --infer alone"),
    {.name = "recompute",
     .type = HG__FLAG,
     .offset = AT(recompute),
     .help = "values are computed again on the way back, not kept"},
    {0},
};
#undef AT

static hg_status open_graph(hg_graph **g, const hg__call *call, hg_error *e)
{
    const values *v = call->values;
    hg_graph_options o = {.code = v->code};
    hg_status s = v->input && *v->input ? hg__shape_parse(&o.input, v->input, "--input", e) : HG_OK;
    if (s) return s;
    if (o.input.h && !o.input.c) o.input.c = 1;
    return hg__graph_named(g, call->word[0], &o, e);
}

/* A preset as it was written, for a start of one's own; where sizes are asked for, with the sizes. */
static const char *text_to_show(const hg__call *call, const hg_graph *g)
{
    const values *v = call->values;
    const char *preset = v->code || v->input ? NULL : hg_preset_text(call->word[0]);
    return preset ? preset : hg_graph_text(g);
}

static hg_status run_show(hg__call *call, hg_error *e)
{
    hg_graph *g = NULL;
    hg_status s = open_graph(&g, call, e);
    if (s) return s;
    facts f = facts_of(g);
    const char *text = text_to_show(call, g);
    if (call->common->json) {
        json_t *document = facts_json(call->word[0], &f);
        json_object_set_new(document, "text", json_string(text));
        s = hg__output_json(&call->out, document, e);
    } else {
        size_t length = strlen(text);
        hg__text_add(&call->out, "%s%s", text, length && text[length - 1] == '\n' ? "" : "\n");
    }
    hg_graph_close(&g);
    return s;
}

static const hg__command show_row = {
    .name = "show",
    .summary = "the text of a model's graph",
    .words = "NAME|FILE|RUN",
    .examples = (const hg__example[]){{"hourglass models show conv > mine.hg", "a start for a model of your own"},
                                      {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Model", graph_rows, 0}, HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(values),
    .words_min = 1,
    .words_max = 1,
    .run = run_show,
};

static hg_status find_batch(size_t *batch, const hg__call *call, hg_error *e)
{
    const values *v = call->values;
    const char *name = call->word[0];
    hg__subject run = {0};
    hg_status s = HG_OK;
    *batch = v->batch ? v->batch : 128;
    if (v->batch || v->infer || hg_preset_text(name) || !hg__is_dir(name)) return HG_OK;
    s = hg__subject_open(&run, name, e);
    double own = s ? 0 : hg__subject_value(&run, "batch", 0);
    if (own >= 1 && own <= 1 << 20) *batch = (size_t)own;
    hg__subject_close(&run);
    return s;
}

static hg_status run_plan(hg__call *call, hg_error *e)
{
    const values *v = call->values;
    hg_graph *g = NULL;
    hg_model *m = NULL;
    hg_plan *p = NULL;
    char *text = NULL;
    hg_plan_options o = {.threads = v->threads,
                         .train = !v->infer,
                         .memory = (size_t)ceil(1e6 * v->max_memory),
                         .recompute = v->recompute,
                         .precision = hg__precision_named(v->precision)};
    char source[1024];
    if (o.train && o.precision == HG_PRECISION_INT8)
        return hg__fail(e, HG_USAGE, hg__call_source(call, "precision", source, sizeof source),
                        "nets do not train in int8; add --infer");
    hg_status s = open_graph(&g, call, e);
    if (!s) s = hg_graph_check(g, e);
    if (!s) s = find_batch(&o.batch, call, e);
    if (!s) s = hg_model_make(&m, &g, 1, e);
    if (!s) s = hg__plan_sketch(&p, m, &o, e);
    if (s) goto done;
    text = hg_plan_describe(p, call->common->json);
    if (!text) s = hg__fail_memory(e, call->word[0], 4096);
    else hg__text_add(&call->out, "%s%s", text, *text && text[strlen(text) - 1] == '\n' ? "" : "\n");
done:
    free(text);
    hg_graph_close(&g);
    hg_plan_close(&p);
    hg_model_close(&m);
    return s;
}

static const hg__command plan_row = {
    .name = "plan",
    .summary = "shapes, parameters, FLOPs and the memory map",
    .words = "NAME|FILE|RUN [--batch B]",
    .examples =
        (const hg__example[]){{"hourglass models plan conv --batch 128", "before training"},
                              {"hourglass models plan conv --input 64x48x3 --code 128", "for pictures of another size"},
                              {NULL, NULL}},
    .groups =
        (const hg__option_group[]){{"Plan", plan_rows, 0}, {"Model", graph_rows, 0}, HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(values),
    .words_min = 1,
    .words_max = 1,
    .run = run_plan,
};

const hg__command hg__command_models = {
    .name = "models",
    .summary = "list, show and plan models",
    .words = "list | show NAME | plan NAME|FILE [--batch B] | ops",
    .about = "A model is a graph: text, one line a layer. A NAME is a preset's; a FILE holds such text, or is a "
             "trained model.",
    .examples =
        (const hg__example[]){{"hourglass models list", "the presets"},
                              {"hourglass models show conv", "the text of one"},
                              {"hourglass models plan conv --batch 128", "shapes, parameters, FLOPs and memory"},
                              {NULL, NULL}},
    .sub = (const hg__command *const[]){&list_row, &show_row, &plan_row, &ops_row, NULL},
};
