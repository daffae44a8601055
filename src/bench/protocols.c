/* protocols.c: see protocols.h. A protocol is a file in literature/ and a line in the list here. */
#include "bench/protocols.h"

#include "base/embedded.h"
#include "base/option.h"
#include "record/json_text.h"
#include "train/train_rows.h"

#include <stdio.h>
#include <string.h>

extern const hg__embedded hg__protocol_files[];

static const char *const names[] = {
    "hinton-deep", "keras-dense", "keras-deep", "keras-conv", "keras-io-conv", "keras-io-denoise", "burda-vae",
};

size_t hg__protocols(void) { return sizeof names / sizeof *names; }
const char *hg__protocol_name(size_t i) { return names[i]; }

static const char *text_of(const char *file)
{
    for (const hg__embedded *f = hg__protocol_files; f->name; f++)
        if (!strcmp(f->name, file)) return (const char *)f->bytes;
    return NULL;
}

static const char *word(const hg__protocol *p, const char *name)
{
    return json_string_value(json_object_get(p->document, name));
}

static size_t count(const hg__protocol *p, const char *name)
{
    return (size_t)json_integer_value(json_object_get(p->document, name));
}

hg_status hg__protocol_open(hg__protocol *p, size_t i, hg_error *e)
{
    char file[64], graph[64];
    *p = (hg__protocol){.name = names[i]};
    snprintf(file, sizeof file, "%s.json", names[i]);
    snprintf(graph, sizeof graph, "%s.hg", names[i]);
    const char *text = text_of(file);
    hg_status s = text ? hg__json_parse(&p->document, text, file, e) : hg__fail(e, HG_DATA, file, "is not built in");
    if (s) return s;
    p->what = word(p, "what"), p->metric = word(p, "metric"), p->preset = word(p, "model");
    p->graph = p->preset ? NULL : text_of(word(p, "graph") ? word(p, "graph") : graph);
    p->epochs = count(p, "epochs"), p->published_epochs = count(p, "published_epochs");
    p->likelihood = count(p, "likelihood");
    p->options = json_object_get(p->document, "options");
    p->full_options = json_object_get(p->document, "full_options");
    p->notes = json_object_get(p->document, "notes");
    if (p->what && p->metric && (p->preset || p->graph) && p->epochs && p->published_epochs && p->options) return HG_OK;
    return hg__fail(e, HG_DATA, file, "lacks what, metric, model or graph, epochs, published_epochs or options");
}

void hg__protocol_close(hg__protocol *p)
{
    json_decref(p->document);
    *p = (hg__protocol){0};
}

static hg_status apply(const json_t *options, hg_train_options *o, hg_error *e)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)options, name, value)
    {
        char number[32];
        const char *text = json_string_value(value);
        const hg__option *row = hg__option_find(hg__train_rows, name);
        if (!text) snprintf(number, sizeof number, "%.17g", json_number_value(value));
        hg_status s = row ? hg__option_set(row, o, text ? text : number, name, e)
                          : hg__fail(e, HG_DATA, name, "is no option of the training");
        if (s) return s;
    }
    return HG_OK;
}

hg_status hg__protocol_apply(const hg__protocol *p, bool full, hg_train_options *o, hg_error *e)
{
    hg_status s = apply(p->options, o, e);
    return !s && full && p->full_options ? apply(p->full_options, o, e) : s;
}

const hg_published *hg__protocol_published(const hg__protocol *p, size_t *at)
{
    const hg_published *rows;
    size_t n = hg_published_rows(&rows);
    while (*at < n) {
        const hg_published *row = &rows[(*at)++];
        if (row->protocol && !strcmp(row->protocol, p->name)) return row;
    }
    return NULL;
}
