/* study_space.c: a space as JSON, and its dimensions as Optuna's distributions. */
#include "record/json_text.h"
#include "tune/study_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Opened again from its two texts, a space is equal to itself. */
json_t *hg__study_space_json(const hg__space *space)
{
    return json_pack("{ss ss}", "graph", space->graph, "options", space->options);
}

hg_status hg__study_space_read(hg__space *space, const json_t *document, const char *path, hg_error *e)
{
    const char *graph = json_string_value(json_object_get(document, "graph"));
    const char *options = json_string_value(json_object_get(document, "options"));
    if (!graph || !options) return hg__fail(e, HG_DATA, path, "tells no search space");
    return hg__space_open(space, graph, path, options, e);
}

/* "64" is the number 64, "true" is true, "adam" a text. */
static json_t *choice_json(const char *text)
{
    char *end = NULL;
    double value = strtod(text, &end);
    bool number = *text && !*end && isfinite(value) && strspn(text, "+-.0123456789eE") == strlen(text);
    if (number && fabs(value) < 1e15 && value == floor(value) && !strpbrk(text, ".eE"))
        return json_integer((json_int_t)value);
    if (number) return json_real(value);
    if (!strcmp(text, "true") || !strcmp(text, "false")) return json_boolean(*text == 't');
    return json_string(text);
}

static json_t *distribution(const char *name, json_t *attributes)
{
    return json_pack("{ss so}", "name", name, "attributes", attributes);
}

char *hg__study_distribution(const hg__dimension *d)
{
    json_t *made = NULL, *choices = json_array();
    for (size_t i = 0; i < d->choices; i++) json_array_append_new(choices, choice_json(d->choice[i]));
    if (d->kind == HG__DIMENSION_CHOICE)
        made = distribution("CategoricalDistribution", json_pack("{sO}", "choices", choices));
    else if (d->kind == HG__DIMENSION_WHOLE)
        made = distribution("IntDistribution",
                            json_pack("{sb sI sI sI}", "log", d->log, "step", (json_int_t)(d->step > 0 ? d->step : 1),
                                      "low", (json_int_t)d->low, "high", (json_int_t)d->high));
    else
        made = distribution("FloatDistribution",
                            json_pack("{so sf sf sb}", "step", d->step > 0 ? json_real(d->step) : json_null(), "low",
                                      d->low, "high", d->high, "log", d->log));
    char *text = made ? hg__json_text(made, JSON_COMPACT) : NULL;
    json_decref(choices);
    json_decref(made);
    return text;
}

/* The place in d's list of the choice at `place` of another list. */
static double find_choice(const hg__dimension *d, const json_t *choices, double place)
{
    bool inside = place >= 0 && place < (double)json_array_size(choices);
    const json_t *wanted = inside ? json_array_get(choices, (size_t)place) : NULL;
    for (size_t i = 0; wanted && i < d->choices; i++) {
        json_t *ours = choice_json(d->choice[i]);
        bool same = json_is_number(ours) && json_is_number(wanted)
                        ? json_number_value(ours) >= json_number_value(wanted) &&
                              json_number_value(ours) <= json_number_value(wanted)
                        : json_equal(ours, wanted);
        if (json_is_string(wanted)) same |= !strcmp(json_string_value(wanted), d->choice[i]);
        json_decref(ours);
        if (same) return (double)i;
    }
    return (double)NAN;
}

double hg__study_value(const hg__dimension *d, double value, const char *distribution)
{
    if (d->kind != HG__DIMENSION_CHOICE) return isfinite(value) ? value : (double)NAN;
    json_t *document = json_loads(distribution, 0, NULL);
    const json_t *choices = json_object_get(json_object_get(document, "attributes"), "choices");
    double place = find_choice(d, choices, value);
    json_decref(document);
    return place;
}
