/* resume.c: a training goes on from its checkpoint, bitwise as if it had never stopped. What the run folder holds
 * from after the checkpoint is undone: rows of metrics are dropped, the model is written as it was then. */
#include "record/run_folder.h"
#include "train/train_rows.h"
#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static hg_status check_set(const hg_set *set, const hg__saved *saved, hg_error *e)
{
    const json_t *data = json_object_get(saved->header, "data");
    const char *sha256 = json_string_value(json_object_get(data, "sha256")),
               *name = json_string_value(json_object_get(data, "name"));
    float scale = (float)json_number_value(json_object_get(data, "scale"));
    float offset = (float)json_number_value(json_object_get(data, "offset"));
    if (!sha256 || !name) return hg__fail(e, HG_MODEL, saved->path, "does not say what data the run was trained on");
    if (strcmp(sha256, set->sha256) || (size_t)json_integer_value(json_object_get(data, "n")) != set->n)
        return hg__fail(e, HG_DATA, set->name,
                        "is not the data of this run (%s, SHA-256 %.12s…); give it the same data", name, sha256);
    if (scale != set->scale || offset != set->offset)
        return hg__fail(e, HG_DATA, set->name, "is scaled by %g + %g, the run's data by %g + %g", (double)set->scale,
                        (double)set->offset, (double)scale, (double)offset);
    return HG_OK;
}

/* The split shares out the classes, so other labels part the same samples otherwise. */
static hg_status check_split(const hg__trainer *t, const hg__saved *saved, hg_error *e)
{
    char split[65];
    const char *wanted = json_string_value(json_object_get(json_object_get(saved->header, "data"), "split"));
    hg__split_sha256(t, split);
    if (!wanted || !strcmp(wanted, split)) return HG_OK; /* older checkpoints do not say */
    return hg__fail(e, HG_DATA, t->set->name,
                    "has the samples of this run, but parts them otherwise into training and validation: its labels "
                    "are not the run's; give it the same labels");
}

static hg_status read_options(hg__trainer *t, const hg__saved *saved, const hg_train_changes *c, hg_error *e)
{
    size_t epochs = c->epochs;
    t->held = json_incref(json_object_get(saved->header, "values"));
    hg_status s = hg__train_values_read(&t->o, t->held, saved->path, e);
    if (!s) hg__optimizer_settle(&t->o);
    if (c->threads) t->o.threads = c->threads;
    if (c->max_memory > 0) t->o.max_memory = isinf(c->max_memory) ? 0 : c->max_memory;
    if (c->recompute) t->o.recompute = c->recompute > 0;
    if (!s && epochs && epochs != t->o.epochs && hg__schedule_named(t->o.schedule)->whole)
        hg__say(t->l, "warning: the %s schedule now ends at epoch %zu instead of %zu", t->o.schedule, epochs,
                t->o.epochs);
    if (epochs) t->o.epochs = epochs;
    return s ? s : hg__train_check(&t->o, e);
}

static hg_status check_epochs(const hg__trainer *t, hg_error *e)
{
    if (t->o.epochs >= t->at.epoch) return HG_OK;
    return hg__fail(e, HG_USAGE, "--epochs",
                    "%zu are asked for, and %zu are done already; ask for more than %zu, or begin a new run",
                    t->o.epochs, t->at.epoch, t->at.epoch);
}

/* The blocks and the standing; model.safetensors as it was then (a later epoch may have written it). */
static hg_status restore(hg__trainer *t, const hg__saved *saved, hg_error *e)
{
    hg__blocks blocks = hg__trainer_blocks(t);
    hg_status s = hg__checkpoint_load(saved, &blocks, e);
    if (!s) s = hg__standing_read(&t->at, saved, e);
    if (!s && t->at.step >= t->steps) s = hg__fail(e, HG_MODEL, saved->path, "standing.step is past the epoch's end");
    if (!s) s = check_epochs(t, e); /* a refusal leaves the run as it was */
    if (s) return s;
    if (t->at.best_epoch) {
        memcpy(t->weights, t->best, t->n * sizeof(float));
        s = hg__train_save(t, e);
        if (!s) s = hg__checkpoint_load(saved, &blocks, e); /* again: the weights as they were */
    }
    hg_plan_refresh(t->plan);
    hg__doctor_recall(t, t->at.epoch);
    return s ? s : hg_run_rewind(t->run, t->at.epoch, e);
}

/* A checkpoint that was copied here from a run of another model would go on as that, in this one's name. */
static hg_status check_graph(const hg_run *run, const hg__saved *saved, const char *text, hg_error *e)
{
    char *document = NULL;
    if (hg_run_read_json(run, "config.json", &document, NULL)) return HG_OK; /* it is not needed to go on */
    json_t *config = json_loads(document, 0, NULL);
    const char *own = json_string_value(json_object_get(config, "graph"));
    bool same = !own || !strcmp(own, text);
    json_decref(config);
    free(document);
    if (same) return HG_OK;
    return hg__fail(e, HG_MODEL, saved->path,
                    "is of another run: its graph is not the one in config.json; put the run's own checkpoint back, or "
                    "begin a new run");
}

static hg_status open_saved(hg__trainer *t, const hg__saved *saved, hg_error *e)
{
    hg_graph *g = NULL;
    const char *text = json_string_value(json_object_get(saved->header, "graph"));
    const char *name = json_string_value(json_object_get(saved->header, "model"));
    hg_status s = check_set(t->set, saved, e);
    if (!s && (!text || !name)) s = hg__fail(e, HG_MODEL, saved->path, "holds no graph");
    if (!s) s = check_graph(t->run, saved, text, e);
    if (!s) s = hg_graph_parse(&g, text, name, NULL, e);
    if (!s) s = hg_graph_check(g, e);
    if (!s) s = hg__trainer_open(t, &g, e);
    if (!s) s = check_split(t, saved, e);
    hg_graph_close(&g);
    return s ? s : restore(t, saved, e);
}

hg_status hg_train_resume(hg_train_result *r, const hg_set *set, const char *run, const hg_train_changes *c,
                          const hg_train_listener *l, hg_error *e)
{
    const hg_train_changes none = {0}, *changes = c ? c : &none;
    hg__trainer t = {.l = l ? l : &hg__nobody, .set = set, .lock = -1};
    hg__saved saved = {0};
    hg_status s = hg_run_open(&t.run, run, e);
    if (!s) s = hg__run_lock(&t.lock, hg_run_path(t.run), e);
    if (!s) hg__run_sweep(t.run);
    if (!s) s = hg__standing_find(&saved, t.run, t.l, e);
    t.checkpoint_is_damaged = saved.is_older;
    if (!s) s = read_options(&t, &saved, changes, e);
    if (!s) s = open_saved(&t, &saved, e);
    hg__checkpoint_close(&saved);
    if (!s && changes->epochs) s = hg__journal_epochs(&t, e);
    if (!s && hg__train_is_done(&t))
        hg__say(t.l, "nothing is left to train: %zu of %zu epoch%s done", t.at.epoch, t.o.epochs,
                t.o.epochs == 1 ? " is" : "s are");
    else if (!s) s = hg__journal_isa(&t, e);
    if (!s) s = hg__train_on(&t, r, e);
    hg__trainer_close(&t);
    return s;
}
