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

/* Whole numbers as the rest of the page writes counts; a seed is a name rather than a number. */
static void add_value(hg__text *t, const char *name, const json_t *value)
{
    bool is_count = json_is_integer(value) && json_integer_value(value) >= 0 && strcmp(name, "seed") != 0;
    if (is_count) hg__markup_count(t, (size_t)json_integer_value(value));
    else hg__markup_value(t, value);
}

static void add_row(hg__text *t, const char *group, const char *name, const json_t *value)
{
    hg__markup_wrap(t, "<tr><th scope=\"row\">", group, "");
    hg__markup_wrap(t, *group ? " " : "", name, "</th><td class=\"text\">");
    add_value(t, name, value);
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

/* Where the value of an option came from; "skip_damaged" of the data is the option skip-damaged. */
static const json_t *source_of(const hg__page *p, const char *name)
{
    char option[64];
    snprintf(option, sizeof option, "%s", name);
    for (char *at = option; (at = strchr(at, '_'));) *at = '-';
    return json_object_get(json_object_get(p->config, "sources"), option);
}

/* Given by the user: on the line, in the environment or in a config file. "default of adam" is not. */
static bool is_chosen(const hg__page *p, const char *name)
{
    const char *source = json_string_value(source_of(p, name));
    return source && strncmp(source, "default", 7) != 0;
}

static void add_sourced(hg__text *t, const hg__page *p, const char *group, json_t *values)
{
    const char *name;
    json_t *value;
    json_object_foreach(values, name, value)
    {
        const json_t *source = source_of(p, name);
        add_row(t, group, name, value);
        hg__text_add(t, "<td>");
        if (source || !*group) hg__markup_value(t, source);
        else hg__text_add(t, "the data");
        hg__text_add(t, "</td></tr>\n");
    }
}

static void add_values(hg__text *t, const hg__page *p)
{
    json_t *values = json_object_get(p->config, "values");
    if (!json_object_size(values)) return;
    hg__text_add(t, "<details><summary>Every option of the training, and where its value came from</summary>\n");
    begin_table(t, "option", "value", "from");
    add_sourced(t, p, "data", json_object_get(p->config, "data"));
    add_sourced(t, p, "", values);
    end_table(t);
    hg__text_add(t, "</details>\n");
}

/* What the user chose: the data, and the options that were given. */
static void add_chosen(hg__text *t, const hg__page *p)
{
    const char *name;
    json_t *value, *data = json_object_get(p->config, "data"), *values = json_object_get(p->config, "values");
    begin_table(t, "chosen", "value", NULL);
    if (data && !json_is_object(data)) add_row(t, "", "data", data), hg__text_add(t, "</tr>\n");
    json_object_foreach(data, name, value) if (!strcmp(name, "source") || is_chosen(p, name))
    {
        add_row(t, "data", name, value);
        hg__text_add(t, "</tr>\n");
    }
    json_object_foreach(values, name, value) if (is_chosen(p, name))
    {
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
