/* literature_text.c: the published protocols and what came of them, as tables for people and as JSON. */
#include "base/json.h"
#include "bench/literature.h"
#include "record/json_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const lengths[] = {[HG__QUICK] = "quick", [HG__DEFAULT] = "default", [HG__FULL] = "full"};

/* ---- JSON -------------------------------------------------------------------------------------- */

static json_t *units_json(const hg__units *u)
{
    json_t *o = json_object();
    hg__json_set_number(o, "sse_per_image", u->sse);
    hg__json_set_number(o, "mse", u->mse);
    hg__json_set_number(o, "psnr", u->psnr);
    hg__json_set_number(o, "bce", u->bce);
    hg__json_set_number(o, "bce_excess", u->excess);
    hg__json_set_number(o, "bce_nats_per_image", u->nats);
    hg__json_set_number(o, "nll", u->nll);
    hg__json_set_number(o, "nll_bits_per_pixel", u->bits);
    return o;
}

static json_t *published_json(const hg__literature *l, const hg__literature_row *r)
{
    size_t at = 0;
    json_t *list = json_array();
    for (const hg_published *p; (p = hg__protocol_published(&r->protocol, &at));) {
        hg__units u = hg__units_of(p->metric, p->value, &l->frame);
        json_t *row = json_pack("{ss ss ss sb}", "model", p->model, "metric", p->metric, "source", p->source,
                                "verified", p->verified);
        hg__json_set_number(row, "value", p->value);
        json_object_set_new(row, "converted", units_json(&u));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *likelihood_json(const hg_likelihood *m)
{
    json_t *o = json_pack("{sI sI}", "n", (json_int_t)m->n, "samples", (json_int_t)m->samples);
    hg__json_set_number(o, "nll", m->nll);
    hg__json_set_number(o, "nll_error", m->nll_error);
    hg__json_set_number(o, "elbo", m->elbo);
    return o;
}

static json_t *row_json(const hg__literature *l, const hg__literature_row *r)
{
    const hg__protocol *p = &r->protocol;
    size_t at = 0;
    const hg_published *first = hg__protocol_published(p, &at);
    json_t *o = json_pack("{ss ss ss ss ss sI sI}", "name", p->name, "what", p->what, "data", r->data, "metric",
                          p->metric, "unit", hg__unit_name(p->metric), "code", (json_int_t)r->code, "parameters",
                          (json_int_t)r->parameters);
    hg__json_set_number(o, "ours", r->ours);
    hg__json_set_number(o, "published", first ? first->value : (double)NAN);
    hg__json_set_number(o, "pca", r->pca);
    json_object_set_new(o, "pca_k", r->pca_k ? json_integer((json_int_t)r->pca_k) : json_null());
    hg__json_set_number(o, "floor", r->floor);
    json_object_set_new(o, "source", first ? json_string(first->source) : json_null());
    json_object_set_new(o, "verified", json_boolean(first && first->verified));
    json_object_set_new(o, "comparable", json_boolean(l->o.length != HG__QUICK));
    json_object_set_new(o, "epochs", json_integer((json_int_t)r->epochs));
    json_object_set_new(o, "published_epochs", json_integer((json_int_t)p->published_epochs));
    hg__json_set_number(o, "seconds", r->seconds);
    hg__json_set_number(o, "train_loss", r->train.train_loss);
    json_object_set_new(o, "weights_sha256", json_string(r->train.weights_sha256));
    json_object_set_new(o, "noise", r->noise ? json_string(r->noise) : json_null());
    json_object_set_new(o, "input_converted", r->noise ? units_json(&r->all_input) : json_null());
    json_object_set_new(o, "run", *l->o.out ? hg__json_word(r->train.run) : json_null());
    json_object_set_new(o, "converted", units_json(&r->all));
    json_object_set_new(o, "pca_converted", r->pca_k ? units_json(&r->all_pca) : json_null());
    json_object_set_new(o, "likelihood", r->likelihood.n ? likelihood_json(&r->likelihood) : json_null());
    json_object_set_new(o, "all_published", published_json(l, r));
    json_object_set_new(o, "options", json_deep_copy(p->options));
    json_object_set_new(o, "notes", json_deep_copy(p->notes));
    return o;
}

json_t *hg__literature_json(const hg__literature *l)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < l->n; i++) json_array_append_new(rows, row_json(l, &l->row[i]));
    json_t *d =
        json_pack("{ss ss ss sI sI sI}", "version", HG_VERSION, "length", lengths[l->o.length], "source", l->source,
                  "train", (json_int_t)l->n_train, "test", (json_int_t)l->n_test, "threads", (json_int_t)l->threads);
    uint64_t seed = l->o.seed; /* above 2^63 - 1 it is no JSON integer of Jansson's, so it becomes a text */
    json_object_set_new(
        d, "seed", seed <= INT64_MAX ? json_integer((json_int_t)seed) : json_sprintf("%llu", (unsigned long long)seed));
    hg__json_set_number(d, "bce_floor", l->frame.bce_floor);
    json_object_set_new(d, "mean_image", units_json(&l->mean_image));
    json_object_set_new(d, "rows", rows);
    return d;
}

/* ---- Tables ------------------------------------------------------------------------------------ */

/* Four digits that count, or a dash; into out[32]. */
static const char *number(double v, char out[32])
{
    if (isnan(v)) snprintf(out, 32, "-");
    else snprintf(out, 32, v != 0 && fabs(v) < 1e-3 ? "%.2e" : "%.4g", v);
    return out;
}

static const char *epochs_text(const hg__literature_row *r, char out[48])
{
    if (r->epochs == r->protocol.published_epochs) snprintf(out, 48, "%zu", r->epochs);
    else snprintf(out, 48, "%zu of %zu", r->epochs, r->protocol.published_epochs);
    return out;
}

static void add_main(hg__text *t, const hg__literature *l)
{
    hg__text_add(t, "\n%-17s %-11s %9s %10s %9s %5s %9s %12s %8s\n", "", "", "ours", "published", "PCA", "k", "floor",
                 "epochs", "seconds");
    for (size_t i = 0; i < l->n; i++) {
        const hg__literature_row *r = &l->row[i];
        size_t at = 0;
        const hg_published *p = hg__protocol_published(&r->protocol, &at);
        char ours[32], value[32], theirs[40], pca[32], k[32] = "-", floor[32], epochs[48];
        snprintf(theirs, sizeof theirs, "%s%s", number(p ? p->value : (double)NAN, value),
                 p && !p->verified ? "*" : " ");
        if (r->pca_k) snprintf(k, sizeof k, "%zu", r->pca_k);
        hg__text_add(t, "%-17s %-11s %9s %10s %9s %5s %9s %12s %8.0f%s\n", r->protocol.name,
                     hg__unit_name(r->protocol.metric), number(r->ours, ours), theirs, number(r->pca, pca), k,
                     number(r->floor, floor), epochs_text(r, epochs), r->seconds,
                     l->o.length == HG__QUICK ? "  quick: not comparable" : "");
    }
    hg__text_add(t, "* recalled, not verified at its source\n");
}

static void add_also(hg__text *t, const hg__literature *l)
{
    hg__text_add(t, "\nPublished\n");
    for (size_t i = 0; i < l->n; i++) {
        size_t at = 0;
        for (const hg_published *p; (p = hg__protocol_published(&l->row[i].protocol, &at));) {
            char value[32];
            hg__text_add(t, "  %-17s %9s %-11s %s (%s)%s\n", l->row[i].protocol.name, number(p->value, value),
                         hg__unit_name(p->metric), p->model, p->source, p->verified ? "" : ", recalled");
        }
    }
}

static void add_units(hg__text *t, const char *name, const char *whose, const hg__units *u)
{
    char c[6][32];
    hg__text_add(t, "  %-17s %-10s %9s %9s %7s %9s %9s %11s\n", name, whose, number(u->sse, c[0]), number(u->mse, c[1]),
                 number(u->psnr, c[2]), number(u->bce, c[3]), number(u->excess, c[4]), number(u->nats, c[5]));
}

static void add_reconstructions(hg__text *t, const hg__literature *l)
{
    hg__text_add(t, "\nReconstructions of pixels in [0,1], in every unit\n  %-17s %-10s %9s %9s %7s %9s %9s %11s\n", "",
                 "", "SSE/image", "MSE/pixel", "PSNR dB", "BCE/pixel", "- floor", "BCE/image");
    for (size_t i = 0; i < l->n; i++) {
        const hg__literature_row *r = &l->row[i];
        size_t at = 0;
        const hg_published *p = hg__protocol_published(&r->protocol, &at);
        if (r->likelihood.n) continue;
        add_units(t, r->protocol.name, "ours", &r->all);
        hg__units theirs = hg__units_of(r->protocol.metric, p ? p->value : (double)NAN, &l->frame);
        add_units(t, "", "published", &theirs);
        if (r->pca_k) add_units(t, "", "PCA", &r->all_pca);
        if (r->noise) add_units(t, "", "its input", &r->all_input);
    }
    add_units(t, "mean picture", "", &l->mean_image);
    hg__text_add(t,
                 "  The floor of BCE is %.5f nats a pixel: of a perfect reconstruction. PCA's SSE, MSE and PSNR are "
                 "unclipped.\n",
                 l->frame.bce_floor);
}

static void add_likelihoods(hg__text *t, const hg__literature *l)
{
    bool begun = false;
    for (size_t i = 0; i < l->n; i++) {
        const hg__literature_row *r = &l->row[i];
        const hg_likelihood *m = &r->likelihood;
        size_t at = 0;
        if (!m->n) continue;
        if (!begun)
            hg__text_add(t,
                         "\nLikelihoods of binarised pixels, another quantity than any above\n  %-17s %-10s %11s "
                         "%10s %11s\n",
                         "", "", "nats/image", "bits/pixel", "ELBO");
        begun = true;
        hg__text_add(t, "  %-17s %-10s %11.2f %10.4f %11.2f   +- %.2f, %zu samples of each of %zu pictures\n",
                     r->protocol.name, "ours", m->nll, r->all.bits, m->elbo, m->nll_error, m->samples, m->n);
        for (const hg_published *p; (p = hg__protocol_published(&r->protocol, &at));) {
            hg__units u = hg__units_of("nll", p->value, &l->frame);
            hg__text_add(t, "  %-17s %-10s %11.2f %10.4f %11s   %s\n", "", "published", u.nll, u.bits, "-", p->model);
        }
        hg__text_add(t, "  %-17s %-10s %11.2f %10.4f %11s   each pixel drawn by itself, by the mean picture\n", "",
                     "pixels", l->mean_image.nll, l->mean_image.bits, "-");
        hg__text_add(t, "  The floor, %.2f nats, is the entropy of the drawing itself.\n", r->floor);
    }
}

static void add_notes(hg__text *t, const hg__literature *l)
{
    hg__text_add(
        t, "\nNotes\n  all: the weights after the epoch with the least training loss are measured, where theirs are "
           "the last.\n");
    for (size_t i = 0; i < l->n; i++) {
        size_t k;
        const json_t *note;
        json_array_foreach(l->row[i].protocol.notes, k, note)
            hg__text_add(t, "  %s: %s\n", l->row[i].protocol.name, json_string_value(note));
    }
}

void hg__literature_text(hg__text *t, const hg__literature *l)
{
    char n[32], n_test[32];
    hg__text_add(t, "Published protocols, trained anew on %s (%s pictures, %s for the test); seed %llu\n", l->source,
                 hg__text_count((double)l->n_train, n, sizeof n),
                 hg__text_count((double)l->n_test, n_test, sizeof n_test), (unsigned long long)l->o.seed);
    add_main(t, l);
    add_also(t, l);
    add_reconstructions(t, l);
    add_likelihoods(t, l);
    add_notes(t, l);
}
