/* standing.c: where training stands, to and from a checkpoint. The last two checkpoints are kept: the new
 * one is complete under a third name before the old ones move, and a damaged one never takes a whole one's place,
 * so at every moment one of the two names that a resume tries holds a whole one. */
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "train/train_rows.h"
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    bool is_count; /* size_t, else double */
    size_t offset;
} rows[] = {
    {"epoch", true, offsetof(hg__standing, epoch)},
    {"step", true, offsetof(hg__standing, step)},
    {"loss_sum", false, offsetof(hg__standing, loss_sum)},
    {"epoch_seconds", false, offsetof(hg__standing, epoch_seconds)},
    {"best_epoch", true, offsetof(hg__standing, best_epoch)},
    {"best_train_loss", false, offsetof(hg__standing, best_train_loss)},
    {"best_val_loss", false, offsetof(hg__standing, best_val_loss)},
    {"mark", false, offsetof(hg__standing, mark)},
    {"waited", true, offsetof(hg__standing, waited)},
    {"plateau_cut", false, offsetof(hg__standing, plateau.cut)},
    {"plateau_waited", true, offsetof(hg__standing, plateau.waited)},
    {"seconds", false, offsetof(hg__standing, seconds)},
    {"train_seconds", false, offsetof(hg__standing, train_seconds)},
};
enum { ROWS = sizeof rows / sizeof *rows };

static json_t *standing_json(const hg__standing *at)
{
    json_t *object = json_object();
    for (size_t i = 0; i < ROWS; i++) {
        const void *value = (const char *)at + rows[i].offset;
        if (!rows[i].is_count && !isfinite(*(const double *)value))
            json_object_set_new(object, rows[i].name, json_null());
        else if (!rows[i].is_count) json_object_set_new(object, rows[i].name, json_real(*(const double *)value));
        else json_object_set_new(object, rows[i].name, json_integer((json_int_t) * (const size_t *)value));
    }
    return object;
}

hg_status hg__standing_read(hg__standing *at, const hg__saved *s, hg_error *e)
{
    const json_t *object = json_object_get(s->header, "standing");
    hg__standing made = {0};
    for (size_t i = 0; i < ROWS; i++) {
        const json_t *value = json_object_get(object, rows[i].name);
        void *to = (char *)&made + rows[i].offset;
        bool good = rows[i].is_count ? json_is_integer(value) && json_integer_value(value) >= 0
                                     : json_is_number(value) || json_is_null(value);
        if (!good) return hg__fail(e, HG_MODEL, s->path, "standing.%s is missing or no number", rows[i].name);
        if (rows[i].is_count) *(size_t *)to = (size_t)json_integer_value(value);
        else *(double *)to = json_is_null(value) ? (double)NAN : json_number_value(value);
    }
    *at = made;
    return HG_OK;
}

void hg__split_sha256(const hg__trainer *t, char hex[65])
{
    hg__hash h;
    hg__hash_begin(&h);
    for (size_t i = 0; i < t->n_train + t->n_val; i++) {
        uint32_t v = t->index[i];
        hg__hash_add(&h,
                     (unsigned char[]){(unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
                                       (unsigned char)(v >> 24)},
                     4);
    }
    hg__hash_end(&h, hex);
}

static json_t *data_json(const hg__trainer *t)
{
    const hg_set *set = t->set;
    char split[65];
    hg__split_sha256(t, split);
    return json_pack("{so ss sI s[III] sf sf ss}", "name", hg__json_word(set->name), "sha256", set->sha256, "n",
                     (json_int_t)set->n, "shape", (json_int_t)set->shape.h, (json_int_t)set->shape.w,
                     (json_int_t)set->shape.c, "scale", (double)set->scale, "offset", (double)set->offset, "split",
                     split);
}

static hg_status move(const hg_run *run, const char *from, const char *to, hg_error *e)
{
    char a[4352], b[4352];
    hg_run_file(run, from, a, sizeof a);
    hg_run_file(run, to, b, sizeof b);
    if (hg__is_file(a) && rename(a, b)) return hg__fail_errno(e, a, "cannot be renamed");
    return HG_OK;
}

hg_status hg__standing_save(hg__trainer *t, hg_error *e)
{
    char path[4352];
    hg__blocks blocks = hg__trainer_blocks(t);
    t->at.seconds = hg__seconds() - t->began;
    const hg_graph *g = hg_model_graph(t->model);
    json_t *header = json_pack("{ss so so ss so so}", "hourglass", HG_VERSION, "values", hg__train_values(&t->o),
                               "model", hg__json_word(g->name), "graph", hg_graph_text(g), "data", data_json(t),
                               "standing", standing_json(&t->at));
    if (!header) return hg__fail_memory(e, "checkpoint", 1 << 16);
    hg_run_file(t->run, "checkpoint.next", path, sizeof path);
    hg_status s = hg__checkpoint_write(path, header, &blocks, e);
    json_decref(header);
    if (!s && !t->checkpoint_is_damaged) s = move(t->run, "checkpoint", "checkpoint.previous", e);
    if (!s) s = move(t->run, "checkpoint.next", "checkpoint", e);
    if (!s) t->checkpoint_is_damaged = false;
    if (!s) s = hg__folder_sync(hg_run_path(t->run), e);
    return s;
}

hg_status hg__standing_find(hg__saved *s, const hg_run *run, const hg_train_listener *l, hg_error *e)
{
    char path[4352];
    hg_error first = {0};
    hg_status st = hg__checkpoint_open(s, hg_run_file(run, "checkpoint", path, sizeof path), &first);
    if (!st) return st;
    if (!hg__checkpoint_open(s, hg_run_file(run, "checkpoint.previous", path, sizeof path), NULL)) {
        hg__say(l, "warning: %s: %s; going on from checkpoint.previous", first.where, first.what);
        s->is_older = true;
        return HG_OK;
    }
    return hg__fail(e, st, first.where, "%s; this run cannot go on, begin a new one", first.what);
}
