/* doctor.c: see doctor.h. An ailment is a function that looks and a row of the table; it only looks, so a training has
 * the same bits with and without. What looks at values of the net does so seldom (after epochs 1, 2, 4, 8 … and at the
 * end), on a few samples: less than a hundredth of an epoch's time where an epoch has more than some ten thousand. */
#include "train/doctor.h"

#include "base/json.h"
#include "eval/pca_fit.h"
#include "net/plan.h"
#include "record/json_text.h"
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOKED_AT = 256,     /* samples, by those who look at values */
    ENOUGH_STEPS = 1000, /* before them a training is not at its end, whatever its epochs */
    SETTLED = 50,        /* steps until the loss has a course */
    PATIENT = 3,         /* epochs */
    FEW_UNITS = 8,
    PCA_SAMPLES = 2000,
    PCA_WORK = 80000000, /* samples times values times components: some 0.3 s */
};

/* What the looks are given. */
typedef struct checkup {
    const hg_epoch *row; /* NULL at the end */
    size_t steps;        /* done since the start */
} checkup;

/* ---- Looking at values of the net ---- */

/* The samples that are looked at: the validation's first, or without any the training's. */
static size_t judged(const hg__trainer *t, const uint32_t **index)
{
    size_t n = t->n_val ? t->n_val : t->n_train;
    *index = t->index + (t->n_val ? t->n_train : 0);
    return n < LOOKED_AT ? n : LOOKED_AT;
}

static bool has_relu(const hg__node *n) { return n->inputs && n->attr.act == HG__ACT_RELU; }
/* A unit is a channel, or one value of a flat layer. */
static size_t units_of(const hg__node *n) { return n->shape.c; }

void hg__doctor_room(const hg__trainer *t, size_t *values, size_t *units)
{
    const hg_graph *g = hg_model_graph(t->model);
    *values = *units = 0;
    for (size_t i = 0; i < g->nodes; i++) {
        size_t size = hg_shape_size(g->node[i].shape);
        if (!has_relu(&g->node[i]) && strcmp(g->node[i].name, "z")) continue;
        if (size > *values) *values = size;
        if (units_of(&g->node[i]) > *units) *units = units_of(&g->node[i]);
    }
}

/* One value of the next samples into t->doctor.look; how many samples, 0: it cannot be had. */
static size_t look_at(hg__trainer *t, const char *name, const uint32_t *index, size_t n)
{
    if (n > t->doctor.looks) n = t->doctor.looks;
    const float *input = hg__judge_fill(t, index, n);
    return hg_forward(t->judge, "x", name, n, input, t->doctor.look) ? 0 : n;
}

/* ---- The ailments ---- */

static bool overfits(hg__trainer *t, const checkup *c, char what[400])
{
    const double worse = 1.05, better = 0.95;
    const hg__standing *at = &t->at;
    size_t since = c->row->epoch - at->best_epoch;
    if (!t->n_val || !at->best_epoch || since < PATIENT) return false;
    if (c->row->train_loss > c->row->val_loss) return false; /* noise and dropout keep it there: no gap, no heart */
    if (!(c->row->val_loss > worse * at->best_val_loss && c->row->train_loss < better * at->best_train_loss))
        return false;
    snprintf(what, 400,
             "the net learns its training samples by heart: since epoch %zu its training loss fell from %.4g to %.4g, "
             "while the validation loss rose from %.4g to %.4g",
             at->best_epoch, at->best_train_loss, c->row->train_loss, at->best_val_loss, c->row->val_loss);
    return true;
}

static bool leaps(hg__trainer *t, const checkup *c, char what[400])
{
    const size_t some = 3;
    hg__doctor *d = &t->doctor;
    bool found = d->leaps >= some;
    if (found)
        snprintf(what, 400, "the steps are too large: in epoch %zu the loss leapt %zu times, to %.3g times its course",
                 c->row->epoch, d->leaps, d->leap);
    d->leaps = 0, d->leap = 0;
    return found;
}

/* Values that are wrong, and so near 0 or 1 that the gradient of the sigmoid does not move them. */
static bool saturates(hg__trainer *t, const checkup *c, char what[400])
{
    const double much = 0.05, near_end = 1e-6, far = 0.5;
    const hg_graph *g = hg_model_graph(t->model);
    size_t size = hg_shape_size(t->set->shape), wrong = 0, n = 0;
    const uint32_t *index;
    (void)c;
    if (g->node[hg__graph_find(g, "y")].attr.act != HG__ACT_SIGMOID) return false;
    n = judged(t, &index);
    if (n > t->most) n = t->most;
    if (hg_forward(t->judge, "x", "y", n, hg__judge_fill(t, index, n), t->y)) return false;
    for (size_t i = 0; i < n * size; i++) {
        double y = (double)t->y[i];
        wrong += y * (1 - y) < near_end && fabs(y - (double)t->x[i]) > far;
    }
    if (!((double)wrong > much * (double)(n * size))) return false;
    snprintf(what, 400,
             "%.0f %% of the output's values are wrong and at an end of its sigmoid, where they learn no more",
             100 * (double)wrong / (double)(n * size));
    return true;
}

/* How many units of a layer are 0 for all samples. */
static size_t count_silent(hg__trainer *t, const hg__node *node)
{
    const uint32_t *index;
    size_t units = units_of(node), size = hg_shape_size(node->shape), n = judged(t, &index), silent = 0;
    bool *alive = t->doctor.alive;
    memset(alive, 0, units * sizeof *alive);
    for (size_t at = 0, k; at < n; at += k) {
        k = look_at(t, node->name, index + at, n - at);
        if (!k) return 0;
        for (size_t i = 0; i < k * size; i++) alive[i % units] |= t->doctor.look[i] > 0;
    }
    for (size_t i = 0; i < units; i++) silent += !alive[i];
    return silent;
}

static bool is_silent(hg__trainer *t, const checkup *c, char what[400])
{
    const double many = 0.9; /* a wide layer of a healthy net has half of its units silent for some hundred samples */
    const hg_graph *g = hg_model_graph(t->model);
    const uint32_t *index;
    (void)c;
    if (judged(t, &index) < LOOKED_AT / 4) return false; /* too few to say never */
    for (size_t i = 0; i < g->nodes; i++) {
        const hg__node *node = &g->node[i];
        if (!has_relu(node) || units_of(node) < FEW_UNITS) continue;
        size_t silent = count_silent(t, node), units = units_of(node);
        if (!((double)silent >= many * (double)units)) continue;
        snprintf(what, 400, "%zu of %zu units of the layer '%s' in line %zu are 0 for every sample: they do not learn",
                 silent, units, strcmp(node->op->name, "act") ? node->op->name : "relu", node->line);
        return true;
    }
    return false;
}

static bool idles(hg__trainer *t, const checkup *c, char what[400])
{
    const double nothing = 1e-4; /* of the greatest variance */
    hg_shape z = {0};
    const uint32_t *index;
    hg_graph_shape(hg_model_graph(t->model), "z", &z);
    size_t size = hg_shape_size(z), n = judged(t, &index), idle = 0;
    double greatest = 0;
    if (c->steps < ENOUGH_STEPS || n < 2 || n > t->n_train) return false;
    double *sum = calloc(2 * size + 1, sizeof *sum), *squares = sum + size;
    bool seen = sum != NULL;
    for (size_t at = 0, k; seen && at < n; at += k) {
        k = look_at(t, "z", index + at, n - at);
        seen = k > 0;
        for (size_t i = 0; i < k * size; i++) {
            double v = (double)t->doctor.look[i];
            sum[i % size] += v, squares[i % size] += v * v;
        }
    }
    for (size_t i = 0; seen && i < size; i++) {
        squares[i] = squares[i] / (double)n - sum[i] / (double)n * (sum[i] / (double)n);
        greatest = fmax(greatest, squares[i]);
    }
    for (size_t i = 0; seen && i < size; i++) idle += squares[i] <= nothing * greatest;
    free(sum);
    if (!seen || idle * 8 < size || !idle) return false;
    snprintf(what, 400, "%zu of %zu code values carry nothing: they are the same for every sample", idle, size);
    return true;
}

/* ---- … and what a linear code of the same length would do ---- */

/* How many training samples PCA can be fitted to in no time; 0: not enough of them. */
static size_t pca_samples(const hg__trainer *t, size_t k)
{
    size_t work = hg_shape_size(t->set->shape) * (k + 16), n = PCA_WORK / (work + 1);
    if (n > PCA_SAMPLES) n = PCA_SAMPLES;
    if (n > t->n_train) n = t->n_train;
    return n < 4 * k || n < 100 ? 0 : n;
}

static hg_status fit_pca(hg_pca *p, const hg__trainer *t, size_t n, size_t k)
{
    size_t d = hg_shape_size(t->set->shape);
    hg_set *set = NULL;
    float *x = malloc(n * d * sizeof *x);
    hg_status s = x ? hg__pca_room(p, d, k, NULL) : HG_MEMORY;
    for (size_t i = 0; !s && i < n; i++) {
        hg_set_get(t->set, t->index[i * t->n_train / n], x + i * d);
        for (size_t j = 0; j < d; j++) p->mean[j] += (double)x[i * d + j] / (double)n;
    }
    if (!s) s = hg_set_wrap(&set, t->set->name, x, n, t->set->shape, NULL);
    if (!s) s = hg__pca_by_subspace(p, set, NULL);
    hg_set_close(&set);
    free(x);
    return s;
}

static double squared_error(const float *y, const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += ((double)y[i] - (double)x[i]) * ((double)y[i] - (double)x[i]);
    return sum;
}

/* Whether some loss is a price on the code (a VAE's), so that it gives up precision on purpose. */
static bool pays_for_its_code(const hg_graph *g)
{
    for (size_t i = 0; i < g->nodes; i++)
        if (g->node[i].op->flags & HG__OP_LOSS && strcmp(g->node[g->node[i].input[0]].name, "y")) return true;
    return false;
}

static bool is_below_pca(hg__trainer *t, const checkup *c, char what[400])
{
    const double worse = 1.05;
    hg_shape z = {0}, y = {0};
    hg_pca p = {0};
    const uint32_t *index;
    const hg_graph *g = hg_model_graph(t->model);
    double ours = 0, linear = 0;
    hg_graph_shape(g, "z", &z);
    bool has_y = hg_graph_shape(g, "y", &y) && hg_shape_equal(y, t->set->shape);
    size_t k = hg_shape_size(z), d = hg_shape_size(t->set->shape), n = judged(t, &index), fit = pca_samples(t, k);
    bool can = has_y && fit && k < d && !t->noise && c->steps >= ENOUGH_STEPS && !pays_for_its_code(g);
    if (!can || fit_pca(&p, t, fit, k)) return hg_pca_close(&p), false;
    for (size_t at = 0, m; can && at < n; at += m) {
        m = n - at < t->most ? n - at : t->most;
        const float *x = hg__judge_fill(t, index + at, m);
        can = !hg_forward(t->judge, "x", "y", m, x, t->y);
        ours += squared_error(t->y, t->x, m * d);
        hg_pca_reconstruct(&p, k, t->x, m, t->y);
        linear += squared_error(t->y, t->x, m * d);
    }
    hg_pca_close(&p);
    double values = (double)(n * d);
    if (!can || !(ours > worse * linear)) return false;
    snprintf(what, 400, "PCA, a linear code, is better at the same length of %zu: MSE %.4g, this model's %.4g", k,
             linear / values, ours / values);
    return true;
}

/* ---- The table ---- */

typedef enum when { EACH_EPOCH, SELDOM, AT_THE_END } when;

static const struct {
    const char *name;
    when when;
    bool (*look)(hg__trainer *t, const checkup *c, char what[400]); /* true: it is so, and this is what was seen */
    const char *remedy;
} ailments[] = {
    {"overfitting", EACH_EPOCH, overfits,
     "more data, --augment, --l2 or a smaller net would help; the weights of the best epoch are kept, and --patience "
     "stops there"},
    {"leaping loss", EACH_EPOCH, leaps, "try a smaller --lr, --clip 1, or --schedule with --warmup"},
    {"saturated output", SELDOM, saturates,
     "try a smaller --lr, or --loss bce, whose gradient does not vanish there; check that the data are from 0 to 1"},
    {"silent units", SELDOM, is_silent, "try a smaller --lr, another --seed, or leaky or gelu in place of relu"},
    {"idle code", AT_THE_END, idles, "a shorter --code would do as well, a smaller --lr or --code-l1 might use them"},
    {"worse than PCA", AT_THE_END, is_below_pca,
     "train for more epochs, try another --lr or a larger net, or take PCA: see hourglass eval"},
};

static bool is_known(const hg__doctor *d, const char *name)
{
    for (size_t i = 0; i < d->findings; i++)
        if (!strcmp(d->finding[i].name, name)) return true;
    return false;
}

static json_t *findings_json(const hg__doctor *d)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->findings; i++) {
        const hg__finding *f = &d->finding[i];
        json_array_append_new(list, json_pack("{sI ss so ss}", "epoch", (json_int_t)f->epoch, "name", f->name, "what",
                                              hg__json_word(f->what), "remedy", f->remedy));
    }
    return json_pack("{so}", "findings", list);
}

/* That a finding could not be kept is no reason to stop. */
static void keep(hg__trainer *t)
{
    json_t *document = findings_json(&t->doctor);
    char *text = document ? hg__json_text(document, JSON_INDENT(2)) : NULL;
    hg_error why = {0};
    if (text && t->run && hg_run_write_json(t->run, "doctor.json", text, &why))
        hg__say(t->l, "warning: %s: %s", why.where, why.what);
    free(text);
    json_decref(document);
}

void hg__doctor_tell(hg__trainer *t, const hg__finding *f)
{
    hg__doctor *d = &t->doctor;
    hg__say(t->l, "warning: %s; %s", f->what, f->remedy);
    if (is_known(d, f->name) || d->findings == HG__MOST_FINDINGS) return;
    d->finding[d->findings++] = *f;
    keep(t);
}

static void look_for(hg__trainer *t, const checkup *c, when latest)
{
    for (size_t i = 0; i < sizeof ailments / sizeof *ailments; i++) {
        hg__finding f = {.epoch = t->at.epoch + (c->row != NULL)};
        bool due = c->row ? ailments[i].when <= latest : ailments[i].when == AT_THE_END;
        if (!due || is_known(&t->doctor, ailments[i].name) || !ailments[i].look(t, c, f.what)) continue;
        snprintf(f.name, sizeof f.name, "%s", ailments[i].name);
        snprintf(f.remedy, sizeof f.remedy, "%s", ailments[i].remedy);
        hg__doctor_tell(t, &f);
    }
}

void hg__doctor_epoch(hg__trainer *t, const hg_epoch *row)
{
    checkup c = {.row = row, .steps = row->epoch * t->steps};
    bool power_of_two = !(row->epoch & (row->epoch - 1));
    look_for(t, &c, power_of_two || row->epoch == t->o.epochs ? SELDOM : EACH_EPOCH);
}

void hg__doctor_end(hg__trainer *t)
{
    checkup c = {.steps = t->at.epoch * t->steps};
    hg_plan_refresh(t->judge);
    look_for(t, &c, AT_THE_END);
}

/* A leap is far out of the course and of its swings, so that small batches, whose losses differ much, have none. */
void hg__doctor_step(hg__doctor *d, double loss)
{
    const double rate = 0.02, far = 10, times = 3;
    double away = fabs(loss - d->course);
    if (d->steps >= SETTLED && loss > times * d->course && away > far * d->swing) {
        d->leaps++;
        d->leap = fmax(d->leap, loss / d->course);
    }
    double share = d->steps < SETTLED ? 1 / (double)(d->steps + 1) : rate;
    d->swing += share * ((d->steps ? away : 0) - d->swing);
    d->course += share * (loss - d->course);
    d->steps++;
}

void hg__doctor_recall(hg__trainer *t, size_t epoch)
{
    hg__doctor *d = &t->doctor;
    json_t *document = NULL, *row;
    char *text = NULL;
    size_t i;
    bool had =
        !hg_run_read_json(t->run, "doctor.json", &text, NULL) && !hg__json_parse(&document, text, "doctor.json", NULL);
    json_array_foreach(json_object_get(document, "findings"), i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        const char *what = json_string_value(json_object_get(row, "what"));
        const char *remedy = json_string_value(json_object_get(row, "remedy"));
        hg__finding f = {.epoch = (size_t)json_integer_value(json_object_get(row, "epoch"))};
        if (!name || !what || !remedy || f.epoch > epoch || d->findings == HG__MOST_FINDINGS) continue;
        snprintf(f.name, sizeof f.name, "%s", name);
        snprintf(f.what, sizeof f.what, "%s", what);
        snprintf(f.remedy, sizeof f.remedy, "%s", remedy);
        d->finding[d->findings++] = f;
    }
    free(text);
    json_decref(document);
    if (had) keep(t);
}
