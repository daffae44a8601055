/* page_settings.c: how the run came to be: the model's graph, every value with its source, the machine. */
#include "report/markup.h"
#include "report/page.h"

#include <stdio.h>
#include <string.h>

void hg__page_model(hg__text *t, const hg__page *p)
{
    const char *graph = json_string_value(json_object_get(p->config, "graph"));
    if (!graph) return;
    hg__text_add(t, "<section>\n<h2>Model</h2>\n");
    hg__markup_wrap(t, "<pre tabindex=\"0\">", graph, "</pre>\n</section>\n");
}

static void begin_table(hg__text *t, const char *a, const char *b, const char *c)
{
    hg__text_add(
        t,
        "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>",
        a, b);
    if (c) hg__text_add(t, "<th scope=\"col\">%s</th>", c);
    hg__text_add(t, "</tr></thead>\n<tbody>\n");
}

static void end_table(hg__text *t) { hg__text_add(t, "</tbody></table></div>\n"); }

static void add_row(hg__text *t, const char *group, const char *name, const json_t *value)
{
    hg__markup_wrap(t, "<tr><th scope=\"row\">", group, "");
    hg__markup_wrap(t, *group ? " " : "", name, "</th><td class=\"text\">");
    hg__markup_value(t, value);
    hg__text_add(t, "</td>");
}

/* The members of an object as rows; those of an object within it as rows too, under its name. */
static void add_members(hg__text *t, const char *group, json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (json_is_object(value) && !*group) {
            add_members(t, name, value);
            continue;
        }
        add_row(t, group, name, value);
        hg__text_add(t, "</tr>\n");
    }
}

static void add_values(hg__text *t, const hg__page *p)
{
    const char *name;
    json_t *value, *values = json_object_get(p->config, "values");
    const json_t *sources = json_object_get(p->config, "sources");
    if (!json_object_size(values)) return;
    hg__text_add(t, "<details><summary>Every option of the training, and where its value came from</summary>\n");
    begin_table(t, "option", "value", "from");
    json_object_foreach(values, name, value)
    {
        const json_t *source = json_object_get(sources, name);
        add_row(t, "", name, value);
        hg__text_add(t, "<td>");
        hg__markup_value(t, source);
        hg__text_add(t, "</td></tr>\n");
    }
    end_table(t);
    hg__text_add(t, "</details>\n");
}

/* What the user chose: the options whose source is not the default. */
static void add_chosen(hg__text *t, const hg__page *p)
{
    const char *name;
    json_t *value, *values = json_object_get(p->config, "values"), *data = json_object_get(p->config, "data");
    const json_t *sources = json_object_get(p->config, "sources");
    begin_table(t, "chosen", "value", NULL);
    if (json_is_object(data)) add_members(t, "data", data);
    else if (data) add_row(t, "", "data", data), hg__text_add(t, "</tr>\n");
    json_object_foreach(values, name, value)
    {
        const char *source = json_string_value(json_object_get(sources, name));
        if (!source || !strcmp(source, "default")) continue;
        add_row(t, "", name, value);
        hg__text_add(t, "</tr>\n");
    }
    end_table(t);
}

void hg__page_settings(hg__text *t, const hg__page *p)
{
    if (p->config) {
        hg__text_add(t, "<section>\n<h2>Configuration</h2>\n");
        add_chosen(t, p);
        add_values(t, p);
        hg__text_add(t, "</section>\n");
    }
    if (json_object_size(p->env)) {
        hg__text_add(t, "<section>\n<h2>Environment</h2>\n");
        begin_table(t, "what", "value", NULL);
        add_members(t, "", p->env);
        end_table(t);
        hg__text_add(t, "</section>\n");
    }
}
