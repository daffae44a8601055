/* command_bench.c: `hourglass bench`: what src/bench measures, as a table for people or as JSON; and what others
 * published, trained anew. */
#include <hourglass/net.h>

#include "bench/bench.h"

#include "base/json.h"
#include "base/processor.h"
#include "base/team.h"
#include "bench/models.h"
#include "bench/peak.h"
#include "cli/bench_options.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/walk_rows.h"
#include "kern/kernels.h"

#include <stdio.h>
#include <string.h>

typedef struct values {
    hg__common common;
    hg__bench_options o;
    hg__literature_values literature;
} values;

#define AT(field) offsetof(hg__bench_options, field)
static const hg__option rows[] = {
    {.name = "rounds",
     .type = HG__SIZE,
     .offset = AT(rounds),
     .fallback = "3",
     .min = 1,
     .max = 1000,
     .help = "how often each row is measured; its figure is the median"},
    {.name = "threads",
     .type = HG__SIZE,
     .offset = AT(threads),
     .fallback = "0",
     .min = 0,
     .max = 1024,
     .help = "of the rows with many threads; 0: one per processor"},
    {.name = "pin", .type = HG__FLAG, .offset = AT(pin), .help = "train, infer: each thread stays on one processor"},
    {.name = "model",
     .type = HG__TEXT,
     .offset = AT(model),
     .fallback = "",
     .value = "NAME|FILE|RUN",
     .help = "train, infer, kernels --layers: only this model, with fresh weights, instead of the presets"},
    HG__PRECISION_ROW(AT(precision), "train, infer: of the layers' products; int8 for infer alone"),
    {.name = "set",
     .type = HG__TEXT,
     .offset = AT(set),
     .fallback = "",
     .value = "NAME",
     .help = "kernels: only this kernel set, instead of all that run here but ref"},
    {.name = "sweep",
     .type = HG__SIZE,
     .offset = AT(sweep),
     .fallback = "0",
     .min = 0,
     .max = 100000,
     .help = "kernels: so many random layers instead, 10 or more: deciles, and the ten worst, the worst first"},
    {.name = "layers",
     .type = HG__FLAG,
     .offset = AT(layers),
     .help = "kernels: layers instead, one by one, three passes each: the presets', with --model a model's, with "
             "--sweep random ones"},
    {.name = "seed",
     .type = HG__U64,
     .offset = AT(seed),
     .fallback = "1",
     .help = "of the sweep; literature: of weights, order and noise"},
    {0},
};
#undef AT

/* ---- Which benches ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    hg__bench *run;
} benches[] = {{"kernels", hg__bench_kernels}, {"train", hg__bench_train}, {"infer", hg__bench_infer}};
enum { BENCHES = sizeof benches / sizeof *benches };
static const char literature[] = "literature"; /* not a matter of speed, and only where it is asked for */

static hg_status check_word(const hg__call *call, hg_error *e)
{
    const char *names[BENCHES + 1];
    if (call->words && !strcmp(call->word[0], literature)) return HG_OK;
    names[BENCHES] = literature;
    for (size_t i = 0; i < BENCHES; i++) {
        names[i] = benches[i].name;
        if (!call->words || !strcmp(call->word[0], names[i])) return HG_OK;
    }
    const char *near = hg__guess(call->word[0], names, BENCHES + 1);
    if (near) return hg__fail(e, HG_USAGE, call->word[0], "is no bench; did you mean %s?", near);
    return hg__fail(e, HG_USAGE, call->word[0], "is no bench; there are kernels, train, infer and literature");
}

/* Which benches read an option: their places in `benches`, or LITERATURE. Without a word all run that measure speed. */
enum { KERNELS = 1, TRAIN = 2, INFER = 4, LITERATURE = 1 << BENCHES, SPEED = LITERATURE - 1 };
static const struct {
    const char *option;
    unsigned by;
    const char *names;
} readers[] = {
    {"rounds", SPEED, "kernels, train and infer"},
    {"pin", TRAIN | INFER, "train and infer"},
    {"model", SPEED, "kernels --layers, train and infer"},
    {"precision", TRAIN | INFER, "train and infer"},
    {"set", KERNELS, "kernels"},
    {"sweep", KERNELS, "kernels"},
    {"layers", KERNELS, "kernels"},
    {"seed", KERNELS | LITERATURE, "kernels and literature"}, /* all of hg__literature_rows are literature's */
};

static unsigned benches_asked(const hg__call *call)
{
    if (!call->words) return SPEED;
    for (unsigned i = 0; i < BENCHES; i++)
        if (!strcmp(call->word[0], benches[i].name)) return 1U << i;
    return LITERATURE;
}

static hg_status refuse(const hg__call *call, const char *option, const char *names, hg_error *e)
{
    char where[32];
    if (!hg__call_typed(call, option)) return HG_OK;
    snprintf(where, sizeof where, "--%s", option);
    return hg__fail(e, HG_USAGE, where, "is for bench %s; leave it out", names);
}

enum { LEAST_SWEEP = 10 }; /* fewer random layers have no deciles */

/* What stands in place of the rows of the kernel table. */
static hg_status check_layers(const hg__call *call, unsigned asked, hg_error *e)
{
    const hg__bench_options *o = &((const values *)call->values)->o;
    const bool layers = hg__call_typed(call, "layers"), model = hg__call_typed(call, "model");
    if (!call->words && (layers || hg__call_typed(call, "sweep")))
        return hg__fail(e, HG_USAGE, layers ? "--layers" : "--sweep",
                        "is for bench kernels, in place of its rows; write 'hourglass bench kernels'");
    if (asked & KERNELS && o->sweep && o->sweep < LEAST_SWEEP && !o->layers)
        return hg__fail(e, HG_USAGE, "--sweep",
                        "%zu %s no deciles: ask for %d or more, or add --layers to see each of them", o->sweep,
                        o->sweep == 1 ? "layer has" : "layers have", LEAST_SWEEP);
    if (asked & KERNELS && *o->set && (o->sweep || o->layers))
        return hg__fail(e, HG_USAGE, "--set",
                        "chooses rows of the kernel table; for --sweep and --layers HOURGLASS_ISA chooses the kernels");
    if (hg__call_typed(call, "seed") && !o->sweep && !(asked & LITERATURE))
        return hg__fail(e, HG_USAGE, "--seed", "is for --sweep and bench literature; leave it out");
    if (asked == KERNELS && model && o->sweep)
        return hg__fail(e, HG_USAGE, "--model", "has no random layers; leave out --sweep, or --model");
    if (asked == KERNELS && model && !o->layers)
        return hg__fail(e, HG_USAGE, "--model", "is for bench train, infer and kernels --layers; add --layers");
    return HG_OK;
}

/* What is wrong is told before anything is measured. */
static hg_status check_options(const hg__call *call, unsigned asked, hg_error *e)
{
    const hg__bench_options *o = &((const values *)call->values)->o;
    hg_status s = HG_OK;
    for (size_t i = 0; !s && i < sizeof readers / sizeof *readers; i++)
        if (!(readers[i].by & asked)) s = refuse(call, readers[i].option, readers[i].names, e);
    for (const hg__option *row = hg__literature_rows; !s && row->name && !(asked & LITERATURE); row++)
        s = refuse(call, row->name, literature, e);
    if (!s) s = check_layers(call, asked, e);
    if (s) return s;
    const hg__kernels *k;
    const hg_precision precision = hg__precision_named(o->precision);
    hg_graph *g = NULL;
    char source[1024];
    if (asked & TRAIN && precision == HG_PRECISION_INT8)
        return hg__fail(e, HG_USAGE, hg__call_source(call, "precision", source, sizeof source),
                        "nets do not train in int8; that is for bench infer");
    if (asked & KERNELS && *o->set) s = hg__kernels_named(&k, o->set, "--set", e);
    if (!s && *o->model && (asked & (TRAIN | INFER) || o->layers)) s = hg__bench_graph(&g, o->model, e);
    hg_graph_close(&g);
    return s;
}

/* The unit, first: what one core and all of them can do. */
static hg_status measure_peaks(const hg__call *call, size_t threads, hg__figures *figures, hg_error *e)
{
    hg__team *team = NULL;
    hg_status s = threads > 1 ? hg__team_open(&team, threads, e) : HG_OK;
    if (!s && ((const values *)call->values)->o.pin && !hg__team_pin(team))
        hg__console_say(&call->console, "warning: --pin has no effect with one thread, or where the system binds none");
    for (size_t i = 0; !s && i < 1 + (size_t)(threads > 1); i++) {
        hg__figure f = {.bench = "peak", .row = "multiply-adds, float32", .unit = "GFLOP/s"};
        f.median = 1e-9 * hg__peak(i ? team : NULL, 0.1);
        hg__figure_threads(&f, i ? threads : 1, HG_PRECISION_F32);
        hg__figures_add(figures, f);
    }
    hg__team_close(&team);
    return s;
}

static void on_progress(void *ctx, const char *what, size_t done, size_t all)
{
    hg__progress_part(ctx, what, done, all);
}

static hg_status measure(const hg__call *call, unsigned asked, size_t threads, hg__figures *figures, hg_error *e)
{
    hg__progress_line line = {.console = &call->console};
    hg__bench_options o = ((const values *)call->values)->o;
    o.progress = on_progress, o.ctx = &line;
    hg_status s = measure_peaks(call, threads, figures, e);
    for (size_t i = 0; !s && i < BENCHES; i++) {
        if (!(asked & 1U << i)) continue;
        hg__console_say(&call->console, "Measuring %s ...", benches[i].name);
        hg__bench *run = i ? benches[i].run : o.layers ? hg__bench_layers : o.sweep ? hg__bench_sweep : benches[i].run;
        s = run(&o, figures, e);
        hg__progress_close(&line);
    }
    return s;
}

/* ---- What came of it -------------------------------------------------------------------------------- */

static json_t *figure_json(const hg__figure *f)
{
    return json_pack("{ss so ss sf sf ss so}", "bench", f->bench, "row", hg__json_word(f->row), "variant", f->variant,
                     "median", f->median, "spread", f->spread, "unit", f->unit, "share",
                     f->share > 0 ? json_real(f->share) : json_null());
}

static hg_status print_json(hg__call *call, const hg__figures *figures, const hg__kernels *k, size_t threads,
                            hg_error *e)
{
    const hg__bench_options *o = &((const values *)call->values)->o;
    char processor[256];
    json_t *list = json_array();
    for (size_t i = 0; i < figures->n; i++) json_array_append_new(list, figure_json(&figures->at[i]));
    return hg__output_json(&call->out,
                           json_pack("{ss ss ss sI sI so}", "version", HG_VERSION, "processor",
                                     hg__processor_name(processor, sizeof processor), "kernels", k->name, "threads",
                                     (json_int_t)threads, "rounds", (json_int_t)o->rounds, "rows", list),
                           e);
}

/* "115.3", "7,012": four digits or all before the point. */
static const char *number(double x, char *out, size_t n)
{
    if (x >= 1000) return hg__text_count(x, out, n);
    snprintf(out, n, x < 10 ? "%.2f" : "%.1f", x);
    return out;
}

static void print_table(hg__call *call, const hg__figures *figures, const hg__kernels *k, size_t threads)
{
    const char *bench = "";
    char processor[256];
    int wide = 40; /* the column of the rows */
    for (size_t i = 0; i < figures->n; i++)
        if (strlen(figures->at[i].row) > (size_t)wide) wide = (int)strlen(figures->at[i].row);
    hg__text_add(&call->out, "%s: kernels %s, %zu %s, median of %zu\n\n",
                 hg__processor_name(processor, sizeof processor), k->name, threads, threads == 1 ? "thread" : "threads",
                 ((const values *)call->values)->o.rounds);
    for (size_t i = 0; i < figures->n; i++) {
        const hg__figure *f = &figures->at[i];
        char median[32], share[32] = "", spread[32] = "";
        if (strcmp(f->bench, bench))
            hg__text_add(&call->out, "%s%-*s %-15s %12s %-13s %6s %10s\n", i ? "\n" : "", wide, f->bench, "", "median",
                         "", "spread", "% of peak");
        bench = f->bench;
        if (f->share > 0) snprintf(share, sizeof share, "%.1f", 100 * f->share);
        if (f->spread > 0) snprintf(spread, sizeof spread, "%.1f %%", 100 * f->spread);
        hg__text_add(&call->out, "%-*s %-15s %12s %-13s %6s %10s\n", wide, f->row, f->variant,
                     number(f->median, median, sizeof median), f->unit, spread, share);
    }
}

static hg_status run_bench(hg__call *call, hg_error *e)
{
    const hg__bench_options *o = &((const values *)call->values)->o;
    size_t threads = o->threads ? o->threads : hg__processors();
    hg__figures figures = {0};
    const unsigned asked = benches_asked(call);
    hg_status s = check_word(call, e);
    if (!s) s = check_options(call, asked, e);
    if (!s && asked == LITERATURE)
        return hg__bench_literature(call, &((const values *)call->values)->literature,
                                    &(hg__literature_frame){o->threads, o->seed}, e);
    const hg_precision precision = asked & (TRAIN | INFER) ? hg__precision_named(o->precision) : HG_PRECISION_F32;
    const hg__kernels *k = NULL;
    if (!s) s = hg__kernels_choose(&k, precision, e);
    if (!s) s = measure(call, asked, threads, &figures, e);
    if (!s) s = hg__figures_done(&figures, e);
    if (!s && call->common->json) s = print_json(call, &figures, k, threads, e);
    else if (!s) print_table(call, &figures, k, threads);
    hg__figures_close(&figures);
    return s;
}

const hg__command hg__command_bench = {
    .name = "bench",
    .summary = "how fast this machine is; published results, trained anew",
    .words = "[kernels | train | infer | literature]",
    .about =
        "kernels: the products of the presets in GFLOP/s, the other rows of the kernel table in GB/s, on one "
        "thread, for every kernel set that runs here. train: images a second at batch 128, with one thread and with "
        "all. infer: one image on one thread (p50, p99), a thousand on all, and opening a plan. 'hourglass bench' "
        "alone runs these three.\n\n"
        "A figure is the median over the rounds; spread is the width of their middle half. Every round goes "
        "through all rows in turn. % of peak is the share of the multiply-add peak in float32, which is measured "
        "beside it in each round. For training it is the share of the speed at which the model's own operations would "
        "run at that peak: it passes 100 where a plan needs fewer operations, or where products are in bf16. For "
        "\"times as fast\" it is the gain as a share of what the peak gains. A large spread means that others are at "
        "work on the machine.\n\n"
        "A layer is written as in a model, with its samples and its input behind it: conv 3x3 64 /2 of 16 x "
        "14x14x32.\n\n"
        "literature: trains what others published on MNIST with their settings, in some 45 minutes on two cores, and "
        "prints ours, "
        "theirs, PCA at the same code length and the floor, in every unit. Each row names its source, and what "
        "could not be had as published.",
    .examples =
        (const hg__example[]){
            {"hourglass bench", "all three, in about a minute"},
            {"hourglass bench train --model conv --rounds 9", "one model, with more care"},
            {"hourglass bench train --precision bf16", "with products in bf16"},
            {"hourglass bench infer --model runs/conv-mnist", "a net of your own; its weights do not matter"},
            {"hourglass bench kernels --layers --model runs/conv-mnist", "the same net, layer by layer"},
            {"hourglass bench kernels --sweep 100", "random layers: deciles, and the ten worst"},
            {"hourglass bench infer --json -q > infer.json", "for a program"},
            {"hourglass bench literature -o literature.html", "published results beside ours"},
            {"hourglass bench literature --quick", "the same in seconds, for the look of it"},
            {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Bench", rows, offsetof(values, o)},
                                         {"Literature", hg__literature_rows, offsetof(values, literature)},
                                         HG__COMMON_GROUP,
                                         HG__GROUPS_END},
    .size = sizeof(values),
    .words_max = 1,
    .run = run_bench,
};
