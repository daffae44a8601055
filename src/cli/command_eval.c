/* command_eval.c: `hourglass eval`: the model's figures on unseen data, beside PCA at the same code length. */
#include "base/file.h"
#include "cli/command.h"
#include "cli/evaluation.h"
#include "cli/output.h"
#include "cli/sheets.h"
#include "cli/walk_rows.h"
#include "data/augment.h"
#include "record/json_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct values {
    hg__common common;
    const char *source, *split, *resize, *noise, *codes;
    size_t batch, threads, worst, likelihood, keep;
    bool pca, offline, beside;
} values;

#define AT(field) offsetof(values, field)
static const hg__option rows[] = {
    {.name = "source",
     .type = HG__TEXT,
     .offset = AT(source),
     .value = "SOURCE",
     .help = "other data than the run's own; its test part, or all of a path"},
    {.name = "split",
     .type = HG__CHOICE,
     .offset = AT(split),
     .choices = "test|train|validation|whole",
     .value = "PART",
     .help = "test, train, validation (what the run set aside) or whole; without it what the model has not seen"},
    {.name = "resize",
     .type = HG__TEXT,
     .offset = AT(resize),
     .value = "HxW",
     .help = "bring the pictures to this size; HxWx1 also makes them grey, HxWx3 coloured; without it the run's"},
    {.name = "noise",
     .type = HG__TEXT,
     .offset = AT(noise),
     .value = "none|SPEC",
     .help = "corrupts the input, not the target, as train --noise does; without it as the run did"},
    {.name = "pca",
     .type = HG__FLAG,
     .offset = AT(pca),
     .fallback = "true",
     .help = "measure PCA at the same code length"},
    HG__KEEP_ROW(AT(keep),
                 "measure with the first K values of the code, of a model that is trained for it (nested); 0: all"),
    {.name = "codes",
     .type = HG__TEXT,
     .offset = AT(codes),
     .bare = "all",
     .value = "[K,K…]",
     .help =
         "measure the code cut to these lengths, too, beside PCA at each; alone a dozen of lengths up to the whole"},
    {.name = "beside",
     .type = HG__FLAG,
     .offset = AT(beside),
     .help = "with --codes: the other RUNs are models of one length each, to stand beside this one at theirs"},
    {.name = "worst",
     .type = HG__SIZE,
     .offset = AT(worst),
     .fallback = "10",
     .min = 0,
     .max = 1000,
     .help = "worst samples to name"},
    {.name = "likelihood",
     .type = HG__SIZE,
     .offset = AT(likelihood),
     .fallback = "0",
     .min = 0,
     .max = 1e6,
     .value = "K",
     .help = "of a VAE: nats by K importance samples of each picture (5000 in papers), and the ELBO; 0: leave out"},
    HG__BATCH_ROW(AT(batch), "samples at a time; never changes the result"),
    HG__THREADS_ROW(AT(threads)),
    {.name = "offline", .type = HG__FLAG, .offset = AT(offline), .help = "never touch the network"},
    {0},
};
#undef AT

/* What is measured on, and what PCA learns from. */
typedef struct bench {
    hg__console *console;
    hg__subject subject;
    const char *spec, *split;
    hg__source_options source; /* of spec */
    const char *run_spec;      /* the run's own data, or NULL */
    hg__source_options run_source;
    hg_set *set;     /* values in [0,1] */
    uint32_t *index; /* the samples of train and validation, or NULL for all */
    size_t n;
} bench;

static void bench_close(bench *b)
{
    hg_set_close(&b->set);
    free(b->index);
    hg__subject_close(&b->subject);
}

/* Did the run set samples of its own data aside for this? */
static bool has_own_test(const bench *b)
{
    return b->spec == b->run_spec && hg__subject_value(&b->subject, "test", 0) > 0;
}

/* Without --split: what the model has not seen. A file or folder of the user's has no test part but the one that the
 * run set aside; without any it is what it set aside for validation. */
static const char *unseen_split(const bench *b)
{
    if (has_own_test(b) || hg__source_is_builtin(b->spec)) return "test";
    if (b->spec != b->run_spec) return "whole";
    return hg__subject_value(&b->subject, "val", 0) > 0 ? "validation" : "train";
}

/* Whether both words name one source; config.json holds paths as absolute ones. */
static bool is_same_source(const char *typed, const char *own)
{
    char *full = hg__source_is_builtin(typed) ? NULL : realpath(typed, NULL);
    bool same = own && !strcmp(full ? full : typed, own);
    free(full);
    return same;
}

/* Chooses spec and split: the run's own data, or --source. */
static hg_status choose(bench *b, const values *v, hg_error *e)
{
    if (b->subject.config) {
        hg_status s = hg__subject_source(&b->subject, &b->run_spec, &b->run_source, e);
        if (s) return s;
    }
    b->source = b->run_source;
    hg__subject_range(&b->subject, &b->source);
    b->spec = v->source && *v->source && !is_same_source(v->source, b->run_spec) ? v->source : b->run_spec;
    if (!b->spec) return hg__subject_source(&b->subject, &b->spec, &b->source, e);
    if (v->resize && *v->resize) b->source.resize = v->resize;
    b->split = v->split ? v->split : unseen_split(b);
    return HG_OK;
}

/* Is the split one of those that the run made of its data? */
static bool is_part_of_training(const bench *b)
{
    return !strcmp(b->split, "train") || !strcmp(b->split, "validation") || has_own_test(b);
}

/* Which samples the run learnt from, and which it set aside: index [set->n], in three parts. */
static hg_status part(const bench *b, const hg_set *set, uint32_t **index, size_t n[3], hg_error *e)
{
    const hg__subject *s = &b->subject;
    hg_split_options o = {.val = hg__subject_value(s, "val", 0),
                          .test = hg__subject_value(s, "test", 0),
                          .seed = hg__subject_split_seed(s)};
    *index = calloc(set->n, sizeof **index);
    if (!*index) return hg__fail_memory(e, b->spec, set->n * sizeof **index);
    return hg_split_three(set, &o, *index, n, e);
}

/* Keeps of the set what b->split names. */
static hg_status pick(bench *b, hg_error *e)
{
    size_t n[3] = {b->set->n, 0, 0}, which = !strcmp(b->split, "train") ? 0 : !strcmp(b->split, "validation") ? 1 : 2;
    hg_status s = HG_OK;
    if (b->spec == b->run_spec) s = part(b, b->set, &b->index, n, e);
    if (s) return s;
    if (!n[which])
        return hg__fail(e, HG_USAGE, "--split", "no samples of %s were set aside for %s; use --split train or --source",
                        b->spec, which == 1 ? "validation" : "a test");
    size_t first = which == 0 ? 0 : which == 1 ? n[0] : n[0] + n[1];
    b->n = n[which];
    if (b->index) memmove(b->index, b->index + first, b->n * sizeof *b->index);
    return HG_OK;
}

static hg_status open_data(bench *b, const values *v, hg_error *e)
{
    hg_set_options o;
    hg_status s = choose(b, v, e);
    if (s) return s;
    bool training = is_part_of_training(b) && strcmp(b->split, "whole") != 0;
    b->source.part = training ? "train" : b->split;
    if (training && b->spec == b->run_spec && b->run_source.part) b->source.part = b->run_source.part;
    if (!training) b->source.limit = 0;
    b->source.normalize = "unit";
    b->source.offline = v->offline;
    s = hg__source_resolve(&o, b->spec, &b->source, HG_TEST, e);
    o.say = hg__console_line, o.say_ctx = b->console;
    if (!s) s = hg_set_open(&b->set, b->spec, &o, e);
    if (s) return s;
    b->n = b->set->n;
    return training ? pick(b, e) : HG_OK;
}

/* What PCA learns from: the whole training file, as published figures do, the run's or else the source's. Where the run
 * set a test part of it aside, the training samples alone. */
static hg_status open_learnt(hg_set **learnt, float **samples, const bench *b, hg_error *e)
{
    const char *spec = b->run_spec ? b->run_spec : b->spec;
    hg__source_options source = b->run_spec ? b->run_source : b->source;
    hg_set_options o;
    hg_set *set = NULL;
    uint32_t *index = NULL;
    size_t n[3];
    source.normalize = "unit", source.offline = b->source.offline;
    if (!has_own_test(b)) source.limit = 0, source.part = NULL;
    hg_status s = hg__source_resolve(&o, spec, &source, HG_TRAIN, e);
    if (!s) s = hg_set_open(&set, spec, &o, e);
    if (s || !has_own_test(b)) return *learnt = set, s;
    size_t size = hg_shape_size(set->shape);
    s = part(b, set, &index, n, e);
    if (!s) s = hg__floats_open(samples, n[0], size, e);
    for (size_t i = 0; !s && i < n[0]; i++) hg_set_get(set, index[i], *samples + i * size);
    if (!s) s = hg_set_wrap(learnt, set->name, *samples, n[0], set->shape, e);
    free(index);
    hg_set_close(&set);
    return s;
}

/* Says why there is no PCA; true: there can be. */
static bool can_compare(const hg__evaluation *v, const hg_set *train, const hg__console *console)
{
    bool fits = hg_shape_equal(train->shape, v->shape);
    if (!fits)
        hg__console_say(console, "No PCA: the samples of %s are %zu x %zu x %zu, these %zu x %zu x %zu.", train->name,
                        train->shape.h, train->shape.w, train->shape.c, v->shape.h, v->shape.w, v->shape.c);
    else if (v->code > train->n)
        hg__console_say(console, "No PCA: k = %zu components want as many samples, and %s has %zu.", v->code,
                        train->name, train->n);
    return fits && v->code <= train->n;
}

static hg_status measure_pca(hg__evaluation *v, const bench *b, const hg__console *console, hg_error *e)
{
    hg_set *train = NULL, *test = NULL;
    float *samples = NULL;
    hg_pca p = {0};
    if (v->code >= hg_shape_size(v->shape)) return HG_OK;
    hg_status s = open_learnt(&train, &samples, b, e);
    if (s || !can_compare(v, train, console)) goto done;
    s = hg_set_wrap(&test, v->source, v->t, v->n, v->shape, e);
    if (!s) s = hg_pca_fit(&p, train, v->code, e);
    if (!s) s = hg_pca_score(&v->pca, &p, v->code, test, e);
    if (!s) s = hg__evaluation_cut_pca(v, &p, test, console, e);
    v->has_pca = !s;
    if (!s && samples) hg__console_say(console, "PCA learns from the %zu training samples only.", train->n);
    if (!s && !samples && b->run_spec && b->run_source.limit && b->run_source.limit < train->n)
        hg__console_say(console, "PCA learnt from all %zu training samples of %s; the model had --limit %zu.", train->n,
                        train->name, (size_t)b->run_source.limit);
    if (!s && !strcmp(b->split, "validation") && !has_own_test(b))
        hg__console_say(console, "PCA learnt from all of %s, these samples among them: its figures flatter it.",
                        train->name);
done:
    hg_pca_close(&p);
    hg_set_close(&test);
    hg_set_close(&train);
    free(samples);
    return s;
}

/* ---- Pictures ---------------------------------------------------------------------------------- */

/* One sample of each class, then whatever comes first: n in all. */
static size_t pick_examples(const hg__evaluation *v, uint32_t *index, size_t most)
{
    size_t n = 0, classes = v->label ? v->classes : 0;
    uint32_t *first = calloc(classes + 1, sizeof *first); /* of each class, counted from 1; without memory none */
    for (size_t i = v->n; first && classes && i-- > 0;) first[v->label[i]] = (uint32_t)i + 1;
    for (size_t c = 0; first && c < classes && n < most; c++)
        if (first[c]) index[n++] = first[c] - 1;
    free(first);
    for (size_t i = 0; i < v->n && n < most; i++) {
        bool taken = false;
        for (size_t k = 0; k < n; k++) taken |= index[k] == i;
        if (!taken) index[n++] = (uint32_t)i;
    }
    return n;
}

static hg__comparison compare(const hg__evaluation *v, const uint32_t *index, size_t n)
{
    return (hg__comparison){.shape = v->shape,
                            .t = v->t,
                            .y = v->y,
                            .index = index,
                            .n = n,
                            .columns = 10,
                            .difference = true,
                            .t_label = "original",
                            .y_label = "rebuilt"};
}

/* One sheet of the run folder: samples/NAME.png. */
static hg_status write_sheet(const hg_run *run, const char *name, hg__comparison c, hg_error *e)
{
    char path[4352], inner[256];
    snprintf(inner, sizeof inner, "samples/%s.png", name);
    return hg__comparison_write(hg_run_file(run, inner, path, sizeof path), &c, true, e);
}

/* name: "eval", or "eval-of-SOURCE" for other data, of which one sheet is enough. */
static hg_status write_sheets(const hg__evaluation *v, const hg_run *run, const char *name, bool own, hg_error *e)
{
    enum { MOST = 40 };
    uint32_t examples[MOST], best[MOST];
    size_t n = pick_examples(v, examples, MOST), few = v->n < MOST / 2 ? v->n : MOST / 2;
    for (size_t i = 0; i < few; i++) best[i] = v->by_mse[v->n - 1 - i];
    hg_status s = write_sheet(run, name, compare(v, examples, n), e);
    if (!s && own) s = write_sheet(run, "eval-best", compare(v, best, few), e);
    if (!s && own) s = write_sheet(run, "eval-worst", compare(v, v->by_mse, few), e);
    return s;
}

/* "fashion-mnist", "dim.npy": a source as a part of a file's name. */
static void file_part(const char *source, char *out, size_t n)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    snprintf(out, n, "%s", source);
    for (char *p = out; *p; p++)
        if (!strchr(plain, *p)) *p = '_';
}

/* other: what to call a source that is not the run's; NULL: it is. */
static hg_status write_document(const hg__evaluation *v, hg_run *run, const char *name, const char *other, hg_error *e)
{
    json_t *document = hg__evaluation_json(v);
    if (document && other) json_object_set_new(document, "name", json_string(other));
    char *text = document ? hg__json_text(document, JSON_INDENT(2)) : NULL;
    json_decref(document);
    hg_status s = text ? hg_run_write_json(run, name, text, e) : hg__fail_memory(e, name, 4096);
    free(text);
    return s;
}

/* What a run folder keeps: eval.json, the sheets and a fresh report; of other data than the run's, eval-SOURCE.json.
 * The figures are had without them: what cannot be written is a warning. */
static void keep(const hg__evaluation *v, const bench *b)
{
    hg_run *run = b->subject.run;
    hg_error why = {0};
    bool own = b->spec == b->run_spec;
    char source[120], name[140] = "eval.json", sheet[140] = "eval", path[4352];
    file_part(v->source, source, sizeof source);
    if (!own) snprintf(name, sizeof name, "eval-%s.json", source), snprintf(sheet, sizeof sheet, "eval-of-%s", source);
    if (write_document(v, run, name, own ? NULL : source, &why)) hg__console_warn(b->console, &why);
    else if (!own)
        hg__console_say(b->console, "Other data than the run's own: the figures are kept as %s, and eval.json stays.",
                        hg_run_file(run, name, path, sizeof path));
    if (hg__dir_make(hg_run_file(run, "samples", path, sizeof path), &why) || write_sheets(v, run, sheet, own, &why))
        hg__console_warn(b->console, &why);
    if (hg_report_write(hg_run_path(run), hg_run_file(run, "report.html", path, sizeof path), true, &why))
        hg__console_warn(b->console, &why);
}

/* A few originals above their reconstructions, where there is a terminal to draw on. */
static hg_status draw(hg__call *call, const hg__evaluation *v, hg_error *e)
{
    uint32_t index[10];
    char *text = NULL;
    size_t width = hg__console_width(STDOUT_FILENO);
    if (!call->console.terminal_out) return HG_OK;
    hg__comparison c = compare(v, index, pick_examples(v, index, 10));
    c.difference = false, c.columns = hg__comparison_columns(width);
    hg_status s = hg__comparison_text(&text, &c, call->console.colour_out, width, e);
    if (!s) hg__text_add(&call->out, "\n%s", text);
    free(text);
    return s;
}

/* ---- The command ------------------------------------------------------------------------------- */

static hg_status print(hg__call *call, const hg__evaluation *v, hg_error *e)
{
    if (call->common->json) return hg__output_json(&call->out, hg__evaluation_json(v), e);
    hg__evaluation_print(&call->out, v);
    return draw(call, v, e);
}

/* --noise, else what the run was trained with: a denoiser is measured as one. */
static hg_status choose_noise(hg_augment **noise, const char **text, const bench *b, const values *v, hg_error *e)
{
    *text = v->noise && *v->noise ? v->noise : hg__subject_noise(&b->subject);
    if (!*text || !strcmp(*text, "none")) return HG_OK;
    return hg__fail_within(e, hg__noise_parse(noise, *text, e), "--noise");
}

/* More than one RUN, where they have a meaning; and what --codes cannot go with. */
static hg_status check_beside(const hg__call *call, const values *v, hg_error *e)
{
    if (v->codes && v->keep)
        return hg__fail(e, HG_USAGE, "--keep", "cuts the code to one length, and --codes to several; name one of them");
    if (v->beside && !v->codes)
        return hg__fail(e, HG_USAGE, "--beside", "stands with --codes, at whose lengths it compares");
    if (call->words > 1 && !v->beside)
        return hg__fail(e, HG_USAGE, call->word[1],
                        "is too much: eval measures one RUN; with --codes --beside the others stand beside it");
    return HG_OK;
}

static hg_status run_eval(hg__call *call, hg_error *e)
{
    const values *v = call->values;
    bench b = {.console = &call->console};
    hg__evaluation evaluation = {0};
    hg_augment *noise = NULL;
    const char *noise_text = NULL;
    hg_status s = check_beside(call, v, e);
    if (!s) s = hg__subject_open(&b.subject, call->word[0], e);
    if (!s) s = hg__subject_cut(&b.subject, v->keep, e);
    if (!s) s = choose_noise(&noise, &noise_text, &b, v, e);
    if (!s) s = open_data(&b, v, e);
    if (!s && noise) s = hg__fail_within(e, hg_augment_check(noise, b.set->shape, e), "--noise");
    if (s) goto done;
    hg__evaluation_work work = {.subject = &b.subject, .set = b.set, .index = b.index, .n = b.n, .noise = noise_text};
    work.walk = (hg__walk){.from = "x", .to = "y", .threads = v->threads, .batch = v->batch};
    work.walk.noise = noise, work.walk.seed = hg__subject_seed(&b.subject);
    s = hg__evaluation_open(&evaluation, &work, e);
    if (s) goto done;
    evaluation.source = b.set->name, evaluation.split = b.split, evaluation.worst = v->worst;
    hg_likelihood_work how = {.samples = v->likelihood, .threads = v->threads, .seed = work.walk.seed};
    hg__cuts_wanted cuts = {v->codes, (const char *const *)call->word + 1, call->words - 1, &call->console};
    if (how.samples) s = hg__evaluation_likelihood(&evaluation, &b.subject, &how, e);
    if (!s && v->codes) s = hg__evaluation_cut(&evaluation, &work, &cuts, e);
    if (!s && v->pca) s = measure_pca(&evaluation, &b, &call->console, e);
    if (!s && b.subject.run && !v->keep) keep(&evaluation, &b);
    if (!s) s = print(call, &evaluation, e);
done:
    hg_augment_close(&noise);
    hg__evaluation_close(&evaluation);
    bench_close(&b);
    return s;
}

const hg__command hg__command_eval = {
    .name = "eval",
    .summary = "measure a model on unseen data, beside PCA at the same code length",
    .words = "RUN [--source SOURCE] [--split test] [--codes [--beside RUN…]]",
    .about =
        "RUN is a run folder or a model file. Pixels are in [0,1]; the model's figures are of its output clipped to "
        "[0,1]. A run with --noise is measured as a denoiser: from corrupted input against clean originals. PCA is "
        "fitted on the whole training file, or on the training samples alone where the run set a test part aside "
        "(train --test), which is then measured. --likelihood draws pixels that are not 0 or 1 by their values: "
        "likelihoods of real values are another quantity. For a run folder, eval.json, the sheets samples/eval*.png "
        "and "
        "report.html "
        "are written anew; with another --source eval-SOURCE.json, which the report shows beside it; with --keep "
        "nothing "
        "is. --codes adds the curve of the error against the length of the code, for a model whose code may be cut (a "
        "line 'nested -> z', as in the preset rateless).",
    .examples =
        (const hg__example[]){
            {"hourglass eval runs/conv-mnist", "on the test part of the data it was trained on"},
            {"hourglass eval runs/conv-mnist --split validation", "on what was set aside in training"},
            {"hourglass eval runs/conv-mnist --source fashion-mnist --json", "on other data, for a program"},
            {"hourglass eval runs/rateless-mnist --codes --beside runs/k8 runs/k16",
             "a code that may be cut, at many lengths, beside models of one length each"},
            {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Evaluation", rows, 0}, HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(values),
    .words_min = 1,
    .words_max = HG__NO_LIMIT,
    .run = run_eval,
};
