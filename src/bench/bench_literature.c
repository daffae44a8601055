/* bench_literature.c: trains the published protocols one after the other and measures each once, on the test pictures.
 * See literature.h.
 *
 * What all protocols share is made once: the sets, the principal components, the figures of the mean picture. */
#include "base/clock.h"
#include "base/file.h"
#include "base/litter.h"
#include "base/team.h"
#include "bench/literature.h"
#include "data/augment.h"

#include <hourglass/report.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 250, SHOWN = 12, MOST_COMPONENTS = 128, QUICK_SAMPLES = 50, QUICK_PICTURES = 100 };

/* Room for the test pictures, and for what comes of them. */
typedef struct bench {
    hg__literature *l;
    hg_set *train, *test;
    hg_pca pca;
    hg_shape shape;
    size_t size;
    float *t, *input, *y, *scratch; /* [n * size] each but scratch: [3 * size] */
} bench;

/* ---- What all share ---------------------------------------------------------------------------- */

static hg_status choose_folder(hg__literature *l, hg_error *e)
{
    const char *temp = getenv("TMPDIR");
    if (*l->o.out) {
        if (strlen(l->o.out) >= sizeof l->folder - 64)
            return hg__fail(e, HG_USAGE, "--out", "is longer than the %zu letters that it may have",
                            sizeof l->folder - 65);
        snprintf(l->folder, sizeof l->folder, "%s", l->o.out);
        return hg__dir_make(l->folder, e);
    }
    if (!temp || !*temp || strlen(temp) > 400) temp = "/tmp";
    snprintf(l->folder, sizeof l->folder, "%s/hourglass-literature.XXXXXX", temp);
    if (hg__litter_mkdtemp(l->folder, &l->litter)) return HG_OK;
    return hg__fail_errno(e, l->folder, "cannot be made");
}

static hg_status open_sets(bench *b, hg_error *e)
{
    hg__literature *l = b->l;
    const char *spec = l->o.length == HG__QUICK ? "mnist-sample" : "mnist";
    hg_set_options o = {.part = HG_TRAIN, .offline = l->o.offline, .say = l->o.say, .say_ctx = l->o.listener->ctx};
    hg_status s = hg_set_open(&b->train, spec, &o, e);
    o.part = HG_TEST;
    if (!s) s = hg_set_open(&b->test, spec, &o, e);
    if (s) return s;
    snprintf(l->source, sizeof l->source, "%s", b->test->name);
    l->n_train = b->train->n, l->n_test = b->test->n;
    b->shape = b->test->shape, b->size = hg_shape_size(b->shape);
    size_t all = l->n_test * b->size;
    b->t = malloc(all * sizeof *b->t), b->input = malloc(all * sizeof *b->t), b->y = malloc(all * sizeof *b->t);
    b->scratch = malloc(3 * b->size * sizeof *b->scratch);
    return b->t && b->input && b->y && b->scratch ? HG_OK : hg__fail_memory(e, spec, 3 * all * sizeof *b->t);
}

/* The test pictures into `to`, changed by the augmentation as in a validation; NULL: as they are. */
static void take_pictures(const bench *b, const hg_augment *a, float *to)
{
    for (size_t i = 0; i < b->test->n; i++) {
        hg_set_get(b->test, i, to + i * b->size);
        if (a) hg_augment_apply(a, b->shape, b->l->o.seed, hg__epoch_aside, i, to + i * b->size, b->scratch);
    }
}

static hg_status measure(const bench *b, hg_metrics *m, hg_error *e)
{
    for (size_t i = 0; i < b->test->n * b->size; i++) b->y[i] = fminf(fmaxf(b->y[i], 0), 1);
    return hg_metrics_measure(m, &(hg_pairs){.t = b->t, .y = b->y, .n = b->test->n, .shape = b->shape}, NULL, e);
}

/* The floor, the mean picture and the principal components, which serve every code length up to the most. */
static hg_status measure_frame(bench *b, hg_error *e)
{
    hg_metrics m;
    hg__literature *l = b->l;
    size_t k = MOST_COMPONENTS < b->size ? MOST_COMPONENTS : b->size;
    hg_status s = hg_pca_fit(&b->pca, b->train, k, e);
    if (s) return s;
    take_pictures(b, NULL, b->t);
    hg_pca_reconstruct(&b->pca, 0, b->t, b->test->n, b->y);
    s = measure(b, &m, e);
    l->frame = (hg__unit_frame){.pixels = (double)b->size, .bce_floor = m.bce_floor};
    l->mean_image = hg__units_measured(&m, &l->frame);
    l->mean_image.nll = l->mean_image.nats; /* the expectation over the drawing of pixels that are drawn apart */
    l->mean_image.bits = l->mean_image.nll / l->frame.pixels / log(2);
    return s;
}

/* ---- One protocol ------------------------------------------------------------------------------ */

/* A preset by its name, another graph as a file beside the runs. */
static hg_status place_graph(const hg__literature *l, const hg__protocol *p, char path[640], hg_error *e)
{
    snprintf(path, 640, "%s", p->preset ? p->preset : "");
    if (p->preset) return HG_OK;
    snprintf(path, 640, "%s/%s.hg", l->folder, p->name);
    return hg__file_write(path, p->graph, strlen(p->graph), true, e);
}

static size_t epochs_of(const hg__literature *l, const hg__protocol *p)
{
    return l->o.length == HG__QUICK ? 1 : l->o.length == HG__FULL ? p->published_epochs : p->epochs;
}

static hg_status train(const bench *b, hg__literature_row *r, hg_train_options *o, hg_error *e)
{
    const hg__literature *l = b->l;
    char model[640], run[640];
    hg_status s = place_graph(l, &r->protocol, model, e);
    *o = hg_train_defaults();
    o->val = 0, o->test = 0, o->patience = 0, o->sample_every = 0, o->ema = 0; /* nobody averaged weights */
    o->seed = l->o.seed, o->threads = l->o.threads, o->epochs = r->epochs = epochs_of(l, &r->protocol);
    if (!s) s = hg__protocol_apply(&r->protocol, l->o.length == HG__FULL, o, e);
    if (s) return s;
    snprintf(run, sizeof run, "%s/%s", l->folder, r->protocol.name);
    r->noise = o->noise && *o->noise ? o->noise : NULL;
    return hg_train(&r->train, b->train, model, run, o, l->o.listener, e);
}

/* All test pictures through the model, from b->input to b->y. */
static hg_status rebuild(const bench *b, hg_model *m, hg_error *e)
{
    hg_plan *p = NULL;
    hg_plan_options o = {.batch = AT_ONCE, .threads = b->l->o.threads};
    hg_status s = hg_plan_open(&p, m, &o, e);
    for (size_t at = 0; !s && at < b->test->n; at += AT_ONCE) {
        size_t n = b->test->n - at < AT_ONCE ? b->test->n - at : AT_ONCE;
        s = hg_forward(p, "x", "y", n, b->input + at * b->size, b->y + at * b->size);
    }
    hg_plan_close(&p);
    return s;
}

/* The first pictures, what the model was given of them where that differs, and what it made of it. */
static hg_status draw(const bench *b, hg__literature_row *r, hg_error *e)
{
    const float *rows[] = {b->t, b->input, b->y};
    const char *labels[] = {"original", "corrupted", "rebuilt"};
    if (!r->noise) rows[1] = b->y, labels[1] = "rebuilt";
    hg_sheet sheet = {.shape = b->shape,
                      .rows = r->noise ? 3 : 2,
                      .columns = SHOWN < b->test->n ? SHOWN : b->test->n,
                      .row = rows,
                      .label = labels};
    snprintf(r->picture, sizeof r->picture, "%s/samples/literature.png", r->train.run);
    return hg_sheet_write(r->picture, &sheet, true, e);
}

static hg_status measure_reconstruction(const bench *b, hg__literature_row *r, hg_error *e)
{
    hg_metrics m, pca;
    const hg__literature *l = b->l;
    hg_status s = measure(b, &m, e);
    if (s) return s;
    r->all = hg__units_measured(&m, &l->frame);
    r->floor = strcmp(r->protocol.metric, "bce") ? 0 : l->frame.bce_floor;
    if (r->noise || r->code > b->pca.k) return HG_OK;
    hg_pca_reconstruct(&b->pca, r->code, b->t, b->test->n, b->y);
    hg_pca_metrics unclipped;
    s = hg_pca_score(&unclipped, &b->pca, r->code, b->test, e);
    if (!s) s = measure(b, &pca, e);
    r->pca_k = r->code;
    r->all_pca = hg__units_measured(&pca, &l->frame);
    r->all_pca.sse = unclipped.sse_per_image, r->all_pca.mse = unclipped.mse; /* as published */
    r->all_pca.psnr = -10 * log10(unclipped.mse);
    return s;
}

static hg_status measure_likelihood(const bench *b, hg__literature_row *r, hg_model *m, hg_error *e)
{
    const hg__literature *l = b->l;
    bool quick = l->o.length == HG__QUICK;
    size_t n = quick && b->test->n > QUICK_PICTURES ? QUICK_PICTURES : b->test->n;
    hg_likelihood_work o = {.x = b->input,
                            .n = n,
                            .samples = quick ? QUICK_SAMPLES : r->protocol.likelihood,
                            .threads = l->o.threads,
                            .seed = l->o.seed,
                            .signal = l->o.listener->signal,
                            .ctx = l->o.listener->ctx};
    hg_status s = hg_likelihood_measure(&r->likelihood, m, &o, e);
    r->all = hg__units_of("nll", r->likelihood.nll, &l->frame);
    r->floor = l->frame.bce_floor * l->frame.pixels; /* the entropy of drawing the pixels, which no model can know */
    return s;
}

/* What the model is given: the test pictures, drawn or corrupted as in its training. A picture that is drawn as 0 or 1
 * is its own target. */
static hg_status take_input(const bench *b, hg__literature_row *r, const hg_train_options *o, hg_error *e)
{
    hg_augment *a = NULL;
    hg_status s = HG_OK;
    bool binary = r->protocol.likelihood > 0;
    r->data = binary ? "mnist-binarised" : "mnist";
    if (binary) s = hg_augment_parse(&a, o->augment, e);
    else if (r->noise) s = hg__noise_parse(&a, r->noise, e);
    if (s) return s;
    take_pictures(b, binary ? a : NULL, b->t);
    take_pictures(b, a, b->input);
    hg_augment_close(&a);
    if (!r->noise) return HG_OK;
    hg_metrics m;
    memcpy(b->y, b->input, b->test->n * b->size * sizeof *b->y);
    s = measure(b, &m, e);
    r->all_input = hg__units_measured(&m, &b->l->frame);
    return s;
}

static hg_status evaluate(const bench *b, hg__literature_row *r, const hg_train_options *o, hg_error *e)
{
    hg_model *m = NULL;
    hg_shape z = {0};
    hg_status s = hg_model_open(&m, r->train.run, e);
    if (s) return s;
    hg_graph_shape(hg_model_graph(m), "z", &z);
    r->code = hg_shape_size(z), r->parameters = hg_graph_parameters(hg_model_graph(m));
    s = take_input(b, r, o, e);
    if (!s) s = rebuild(b, m, e);
    if (!s) s = draw(b, r, e);
    if (!s && r->protocol.likelihood) s = measure_likelihood(b, r, m, e);
    else if (!s) s = measure_reconstruction(b, r, e);
    r->ours = hg__units_get(&r->all, r->protocol.metric);
    if (r->pca_k) r->pca = hg__units_get(&r->all_pca, r->protocol.metric);
    hg_model_close(&m);
    return s;
}

static hg_status run_protocol(const bench *b, hg__literature_row *r, hg_error *e)
{
    char line[256];
    const hg__literature *l = b->l;
    hg_train_options o;
    double began = hg__seconds();
    r->pca = NAN;
    size_t epochs = epochs_of(l, &r->protocol);
    snprintf(line, sizeof line, "%s: %s, %zu epoch%s", r->protocol.name, r->protocol.what, epochs,
             epochs == 1 ? "" : "s");
    if (l->o.say) l->o.say(l->o.listener->ctx, line);
    hg_status s = train(b, r, &o, e);
    if (!s) s = evaluate(b, r, &o, e);
    r->seconds = hg__seconds() - began;
    return s;
}

/* ---- All of them ------------------------------------------------------------------------------- */

static hg_status choose(hg__literature *l, hg_error *e)
{
    const char *names[HG__MOST_PROTOCOLS];
    hg_status s = HG_OK;
    size_t n = hg__protocols();
    for (size_t i = 0; !s && i < n && i < HG__MOST_PROTOCOLS; i++) {
        names[i] = hg__protocol_name(i);
        if (*l->o.only && strcmp(l->o.only, names[i])) continue;
        s = hg__protocol_open(&l->row[l->n++].protocol, i, e);
    }
    if (s || l->n) return s;
    const char *near = hg__nearest(l->o.only, names, n);
    if (near) return hg__fail(e, HG_USAGE, "--only", "there is no protocol %s; did you mean %s?", l->o.only, near);
    hg__text list = {0};
    for (size_t i = 0; i < n; i++) hg__text_add(&list, "%s%s", i ? ", " : "", names[i]);
    hg__fail(e, HG_USAGE, "--only", "there is no protocol %s; there are %s", l->o.only, list.at ? list.at : "none");
    hg__text_close(&list);
    return HG_USAGE;
}

/* Where the runs go away, a hint to resume one would lead nowhere. */
static hg_status stopped(const hg__literature *l, hg_status s, hg_error *e)
{
    if (s != HG_INTERRUPTED && s != HG_TERMINATED) return s;
    if (!*l->o.out) return hg__fail(e, s, "literature", "was stopped; with --out FOLDER what is done would be kept");
    return hg__fail(e, s, "literature", "was stopped; the runs that are done are in %s", l->o.out);
}

hg_status hg__literature_open(hg__literature *l, const hg__literature_options *o, hg_error *e)
{
    bench b = {.l = l};
    *l = (hg__literature){.o = *o, .threads = o->threads ? o->threads : hg__processors()};
    hg_status s = choose(l, e);
    if (!s) s = open_sets(&b, e);
    if (!s) s = choose_folder(l, e);
    if (!s) s = measure_frame(&b, e);
    for (size_t i = 0; !s && i < l->n; i++) s = run_protocol(&b, &l->row[i], e);
    hg_set_close(&b.train);
    hg_set_close(&b.test);
    hg_pca_close(&b.pca);
    free(b.t);
    free(b.input);
    free(b.y);
    free(b.scratch);
    return stopped(l, s, e);
}

void hg__literature_close(hg__literature *l)
{
    for (size_t i = 0; i < l->n; i++) hg__protocol_close(&l->row[i].protocol);
    if (l->litter) hg__litter_remove(l->folder);
    hg__litter_done(l->litter);
    *l = (hg__literature){0};
}
