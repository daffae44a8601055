/* named.c: see named.h. */
#include "net/named.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>

/* A run, or a model file by what is in it: it begins with a length of 8 bytes, and a text has no zero byte. */
static bool is_trained(const char *name)
{
    static const char ending[] = ".safetensors";
    const size_t length = strlen(name), end = sizeof ending - 1;
    char head[9] = "";
    if (hg_preset_text(name)) return false;
    if (hg__is_dir(name) || (length > end && !strcmp(name + length - end, ending))) return true;
    FILE *f = hg__is_file(name) ? fopen(name, "rbe") : NULL;
    size_t n = f ? fread(head, 1, sizeof head, f) : 0;
    if (f) fclose(f);
    return n == sizeof head && memchr(head, 0, 8) && head[8] == '{';
}

hg_status hg__graph_named(hg_graph **g, const char *name, const hg_graph_options *o, hg_error *e)
{
    hg_model *m = NULL;
    if (!is_trained(name)) return hg_graph_open(g, name, o, e);
    hg_status s = hg_model_open(&m, name, e);
    if (!s) s = hg_graph_parse(g, hg_graph_text(hg_model_graph(m)), name, o, e);
    hg_model_close(&m);
    return s;
}
