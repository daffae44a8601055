/* train_rows.c: see train_rows.h. A row is the only place where a default, a range or a help text stands. */
#include "train/train_rows.h"

#include "kern/kernels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(hg_train_options, field)

/* clang-format off */
const hg__option hg__train_rows[] = {
    {.name = "code", .type = HG__SIZE, .offset = AT(code), .fallback = "0", .max = 1 << 24, .tunable = true,
     .log_scale = true,
     .help = "size of the bottleneck; 0: the model's own"},
    {.name = "epochs", .type = HG__SIZE, .offset = AT(epochs), .fallback = "20", .min = 1, .max = 1e6,
     .help = "passes over the training data"},
    {.name = "batch", .type = HG__SIZE, .offset = AT(batch), .fallback = "128", .min = 1, .max = 1 << 20,
     .tunable = true, .log_scale = true,
     .help = "samples a step"},
    {.name = "lr", .type = HG__REAL, .offset = AT(lr), .fallback = "1e-3", .min = 1e-12, .max = 1e12, .tunable = true,
     .log_scale = true,
     .help = "learning rate"},
    {.name = "optimizer", .type = HG__CHOICE, .offset = AT(optimizer), .fallback = "adam",
     .choices = "adam|adamw|sgd|rmsprop", .tunable = true,
     .help = "how a gradient becomes a step"},
    {.name = "beta1", .type = HG__REAL, .offset = AT(beta1), .fallback = "0.9", .max = 0.9999, .tunable = true,
     .help = "adam, adamw: decay of the gradient's mean"},
    {.name = "beta2", .type = HG__REAL, .offset = AT(beta2), .max = 0.999999, .tunable = true,
     .help = "decay of the squared gradient's mean; default: adam, adamw 0.999, rmsprop 0.99"},
    {.name = "epsilon", .type = HG__REAL, .offset = AT(epsilon), .fallback = "1e-8", .min = 1e-30, .max = 1,
     .log_scale = true,
     .help = "adam, adamw, rmsprop: added to the root"},
    {.name = "momentum", .type = HG__REAL, .offset = AT(momentum), .max = 0.9999, .tunable = true,
     .help = "part of the last step that is kept; default: sgd 0.9, rmsprop 0"},
    {.name = "nesterov", .type = HG__FLAG, .offset = AT(nesterov), .fallback = "false", .tunable = true,
     .help = "sgd: look one step ahead"},
    {.name = "weight-decay", .type = HG__REAL, .offset = AT(weight_decay), .fallback = "0", .max = 1e3,
     .tunable = true, .log_scale = true,
     .help = "decay of the weights; adamw: decoupled, else it joins the gradient"},
    {.name = "schedule", .type = HG__CHOICE, .offset = AT(schedule), .fallback = "constant",
     .choices = "constant|step|cosine|onecycle|plateau", .tunable = true,
     .help = "how the learning rate changes"},
    {.name = "warmup", .type = HG__REAL, .offset = AT(warmup), .fallback = "0", .max = 1e6, .tunable = true,
     .help = "epochs in which the rate rises; onecycle: 0 is 30 % of all"},
    {.name = "lr-final", .type = HG__REAL, .offset = AT(lr_final), .fallback = "0", .max = 1, .tunable = true,
     .help = "cosine, onecycle: the last rate as a part of --lr"},
    {.name = "step-factor", .type = HG__REAL, .offset = AT(step_factor), .fallback = "0.5", .min = 1e-6, .max = 1,
     .tunable = true,
     .help = "step, plateau: what the rate is multiplied by"},
    {.name = "step-epochs", .type = HG__SIZE, .offset = AT(step_epochs), .fallback = "5", .min = 1, .max = 1e6,
     .tunable = true,
     .help = "step: epochs between cuts; plateau: epochs without gain before a cut"},
    {.name = "l1", .type = HG__REAL, .offset = AT(l1), .fallback = "0", .max = 1e3, .tunable = true, .log_scale = true,
     .help = "penalty on the weights: F times the sum of |w|"},
    {.name = "l2", .type = HG__REAL, .offset = AT(l2), .fallback = "0", .max = 1e3, .tunable = true, .log_scale = true,
     .help = "penalty on the weights: F/2 times the sum of w squared"},
    {.name = "code-l1", .type = HG__REAL, .offset = AT(code_l1), .fallback = "0", .max = 1e6, .tunable = true,
     .log_scale = true,
     .help = "penalty that makes the code sparse: F times the mean of |z|"},
    {.name = "clip", .type = HG__REAL, .offset = AT(clip), .fallback = "0", .max = 1e12, .tunable = true,
     .log_scale = true,
     .help = "greatest norm of the whole gradient; 0: no limit"},
    {.name = "ema", .type = HG__REAL, .offset = AT(ema), .fallback = "0.99", .max = 0.999999, .tunable = true,
     .help = "what is kept is an average of the weights, decay per step; 0: the last ones"},
    {.name = "patience", .type = HG__SIZE, .offset = AT(patience), .fallback = "10", .max = 1e6,
     .help = "stop after so many epochs without gain on the validation data; 0: never"},
    {.name = "min-delta", .type = HG__REAL, .offset = AT(min_delta), .fallback = "0", .max = 1e9,
     .help = "by how much the loss must fall to count as a gain"},
    {.name = "val", .type = HG__REAL, .offset = AT(val), .fallback = "0.1", .max = 0.9,
     .help = "part of the training data set aside for validation"},
    {.name = "test", .type = HG__REAL, .offset = AT(test), .max = 0.9,
     .help = "part that training never sees, for eval; default: 0.1, or 0 for data with a test part of their own"},
    {.name = "augment", .type = HG__TEXT, .offset = AT(augment), .value = "SPEC", .tunable = true,
     .help = "changes pictures on the fly: rotate=15,shift=2"},
    {.name = "noise", .type = HG__TEXT, .offset = AT(noise), .value = "SPEC", .tunable = true,
     .help = "corrupts the input, not the target: gaussian:0.3"},
    {.name = "loss", .type = HG__CHOICE, .offset = AT(loss), .choices = "mse|l1|huber|bce|ssim", .tunable = true,
     .help = "replaces the model's own loss"},
    {.name = "init", .type = HG__CHOICE, .offset = AT(init), .choices = "uniform|glorot", .tunable = true,
     .help = "how weights start, by their inputs; glorot: by inputs and outputs, biases at 0, as in Keras"},
    {.name = "precision", .type = HG__CHOICE, .offset = AT(precision), .fallback = "f32", .choices = "f32|bf16",
     .help = "of the layers' products; bf16 is faster, and needs AVX-512-BF16"},
    {.name = "seed", .type = HG__U64, .offset = AT(seed), .fallback = "1",
     .help = "of weights, order, augmentation and noise"},
    {.name = "split-seed", .type = HG__U64, .offset = AT(split_seed), .fallback = "0",
     .help = "of the parts set aside for validation and test; 0: as --seed"},
    {.name = "threads", .type = HG__SIZE, .offset = AT(threads), .fallback = "0", .max = 1024,
     .help = "0: one per processor; never changes the result"},
    {.name = "pin", .type = HG__FLAG, .offset = AT(pin), .fallback = "false",
     .help = "each thread stays on one processor; may pay where there are many, on a machine of one's own"},
    {.name = "max-memory", .type = HG__REAL, .offset = AT(max_memory), .fallback = "0", .max = 1e9,
     .help = "MB for weights and plan (hourglass models plan); 0: any; never changes the result"},
    {.name = "recompute", .type = HG__FLAG, .offset = AT(recompute), .fallback = "false",
     .help = "less memory, more work: values are computed again on the way back, not kept"},
    {.name = "sample-every", .type = HG__SIZE, .offset = AT(sample_every), .fallback = "5", .max = 1e6,
     .help = "epochs between sheets of reconstructions; 0: none"},
    {0},
};
/* clang-format on */

hg_train_options hg_train_defaults(void)
{
    hg_train_options o = {0};
    hg__options_default(hg__train_rows, &o);
    return o;
}

/* A text or a number that may be left out, and is. */
static bool is_left_out(const hg__option *row, const void *values)
{
    const char *at = (const char *)values + row->offset;
    if (row->fallback) return false;
    if (row->type == HG__REAL) return isnan(*(const double *)(const void *)at);
    return (row->type == HG__TEXT || row->type == HG__CHOICE) && !*(const char *const *)(const void *)at;
}

/* A run in float32 that goes on in a shell which forces kernels in bf16 would not be one, and the other way round. */
static hg_status check_isa(const hg_train_options *o, hg_error *e)
{
    const char *isa;
    const hg_precision forced = hg__kernels_forced(&isa);
    if (!isa || hg__precision_named(o->precision) == forced) return HG_OK;
    return hg__fail(e, HG_USAGE, "HOURGLASS_ISA", "names '%s', which has %s, and the training is in %s; unset it", isa,
                    hg__precision_name(forced), o->precision);
}

hg_status hg__train_check(const hg_train_options *o, hg_error *e)
{
    char text[64], where[64];
    hg_train_options copy;
    for (const hg__option *row = hg__train_rows; row->name; row++) {
        if (row->type == HG__TEXT || is_left_out(row, o)) continue;
        snprintf(where, sizeof where, "--%s", row->name);
        hg_status s = hg__option_set(row, &copy, hg__option_text(row, o, text, sizeof text), where, e);
        if (s) return s;
    }
    hg_status s = check_isa(o, e);
    if (s || o->warmup <= (double)o->epochs) return s;
    return hg__fail(e, HG_USAGE, "--warmup", "%g epochs of warm-up are more than the %zu of the whole training",
                    o->warmup, o->epochs);
}

/* A seed above 2^63 - 1 is no JSON integer of Jansson's, so it becomes a text. */
static json_t *value_of(const hg__option *row, const void *values)
{
    const void *at = (const char *)values + row->offset;
    switch (row->type) {
    case HG__FLAG: return json_boolean(*(const bool *)at);
    case HG__SIZE: return json_integer((json_int_t) * (const size_t *)at);
    case HG__U64: {
        uint64_t v = *(const uint64_t *)at;
        return v <= INT64_MAX ? json_integer((json_int_t)v) : json_sprintf("%llu", (unsigned long long)v);
    }
    case HG__REAL: return is_left_out(row, values) ? json_null() : json_real(*(const double *)at);
    case HG__TEXT:
    case HG__CHOICE: break;
    }
    const char *text = *(const char *const *)at;
    return text ? json_string(text) : json_null();
}

json_t *hg__rows_values(const hg__option *rows, const void *values)
{
    json_t *document = json_object();
    for (const hg__option *row = rows; row->name; row++)
        if (json_object_set_new(document, row->name, value_of(row, values))) return json_decref(document), NULL;
    return document;
}

json_t *hg__train_values(const hg_train_options *o) { return hg__rows_values(hg__train_rows, o); }

static const char *text_of(const json_t *value, char *out, size_t n)
{
    if (json_is_string(value)) return json_string_value(value);
    if (json_is_boolean(value)) return json_is_true(value) ? "true" : "false";
    if (json_is_integer(value)) snprintf(out, n, "%lld", (long long)json_integer_value(value));
    else snprintf(out, n, "%.17g", json_number_value(value));
    return out;
}

hg_status hg__rows_values_read(const hg__option *rows, void *values, const json_t *document, const char *where,
                               hg_error *e)
{
    char number[64], place[320];
    const char *name;
    json_t *unknown;
    hg__options_default(rows, values);
    if (!json_is_object(document)) return hg__fail(e, HG_MODEL, where, "holds no options; another program wrote this");
    json_object_foreach((json_t *)document, name, unknown)
    {
        snprintf(place, sizeof place, "%s: %s", where, name);
        if (!hg__option_find(rows, name))
            return hg__fail(e, HG_MODEL, place, "is no option of this version; go on with the version that wrote it");
    }
    for (const hg__option *row = rows; row->name; row++) {
        const json_t *value = json_object_get(document, row->name);
        snprintf(place, sizeof place, "%s: %s", where, row->name);
        if (!value) continue; /* from before there was such a row, which was as if at its default */
        if (json_is_null(value) && !row->fallback) continue;
        bool is_text = row->type == HG__TEXT || row->type == HG__CHOICE; /* these are kept: they must not point here */
        if (is_text && !json_is_string(value)) return hg__fail(e, HG_MODEL, place, "is no text");
        hg_status s = hg__option_set(row, values, text_of(value, number, sizeof number), place, e);
        if (s == HG_USAGE && e) e->status = HG_MODEL;
        if (s) return HG_MODEL;
    }
    return HG_OK;
}

hg_status hg__train_values_read(hg_train_options *o, const json_t *values, const char *where, hg_error *e)
{
    hg_train_options made = {0};
    hg_status s = hg__rows_values_read(hg__train_rows, &made, values, where, e);
    if (!s) *o = made;
    return s;
}
