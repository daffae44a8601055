/* command_report.c: `hourglass report`: a run folder as one self-contained HTML page. */
#include "base/file.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/output.h"

typedef struct values {
    hg__common common;
    const char *output;
    bool force;
} values;

#define AT(field) offsetof(values, field)
static const hg__option rows[] = {
    {.name = "output",
     .letter = 'o',
     .type = HG__TEXT,
     .offset = AT(output),
     .fallback = "report.html",
     .value = "FILE",
     .help = "the page to write"},
    {.name = "force", .type = HG__FLAG, .offset = AT(force), .help = "overwrite the page"},
    {0},
};
#undef AT

static hg_status run_report(hg__call *call, hg_error *e)
{
    const values *v = call->values;
    const char *run = call->word[0];
    if (hg__is_file(run))
        return hg__fail(e, HG_USAGE, run, "a report needs a run folder; a model file holds no history");
    hg_status s = hg_report_write(run, v->output, v->force, e);
    if (s) return s;
    if (call->common->json)
        return hg__output_json(&call->out, json_pack("{s:o}", "output", hg__json_word(v->output)), e);
    hg__console_say(&call->console, "%s: the report of %s; open it in a browser.", v->output, run);
    return HG_OK;
}

const hg__command hg__command_report = {
    .name = "report",
    .summary = "write a run's report, one self-contained HTML page",
    .words = "RUN [-o report.html]",
    .about = "Curves, sheets, the table of the last evaluation, configuration and environment, in one file that needs "
             "no network.",
    .examples =
        (const hg__example[]){{"hourglass report runs/conv-mnist", "writes report.html here"},
                              {"hourglass report runs/conv-mnist -o conv.html --force", "under another name, anew"},
                              {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Report", rows, 0}, HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(values),
    .words_min = 1,
    .words_max = 1,
    .run = run_report,
};
