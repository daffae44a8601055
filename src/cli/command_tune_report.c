/* command_tune_report.c: `hourglass tune report`: what came out of a study, as a table and as one HTML page. */
#include "base/file.h"
#include "base/json.h"
#include "cli/output.h"
#include "cli/tune_best.h"
#include "tune/tune_page.h"

#include <math.h>
#include <string.h>

typedef struct values {
    hg__common common;
    const char *output;
    size_t top;
    bool force;
} values;

#define AT(field) offsetof(values, field)
static const hg__option rows[] = {
    {.name = "output",
     .letter = 'o',
     .type = HG__TEXT,
     .offset = AT(output),
     .value = "FILE",
     .help = "the page to write; without it there is none"},
    {.name = "top",
     .letter = 'n',
     .type = HG__SIZE,
     .offset = AT(top),
     .fallback = "10",
     .max = 1e7,
     .help = "how many of the best trials the table and --json list"},
    {.name = "force", .type = HG__FLAG, .offset = AT(force), .help = "overwrite the page"},
    {0},
};
#undef AT

/* The study, its best trial, and what was found in it. */
typedef struct report {
    hg__tune_study study;
    hg__tune_best best;
    hg__findings findings;
    hg__text command;
} report;

/* The history is valid until the next call to the study, so it is read last. Until then another trial may have become
 * the best; nothing is known of its repeats then. */
static hg_status report_open(report *r, const char *path, hg_error *e)
{
    hg__findings *f = &r->findings;
    hg_status s = hg__tune_study_look(&r->study, path, e);
    if (!s) s = hg__tune_best_open(&r->best, &r->study, e);
    if (s) return s;
    hg__tune_best_command(&r->best, &r->command);
    *f = (hg__findings){.path = path, .settings = r->study.settings, .best_sd = (double)NAN};
    for (size_t k = 0; k < hg__study_objectives(r->study.study); k++)
        f->objective[k] = hg__study_objective(r->study.study, k);
    s = hg__study_history(r->study.study, &f->h, e);
    if (!s) s = hg__findings_open(f, e);
    if (!s) s = r->command.at ? hg__text_done(&r->command, e) : HG_OK;
    if (!s && f->best == r->best.number) f->best_sd = r->best.sd, f->command = r->command.at;
    return s;
}

static void report_close(report *r)
{
    hg__findings_close(&r->findings);
    hg__text_close(&r->command);
    hg__tune_best_close(&r->best);
    hg__tune_study_close(&r->study);
}

static hg_status write_page(const report *r, const values *v, hg_error *e)
{
    hg__text page = {0};
    hg__tune_page(&page, &r->findings);
    hg_status s = hg__text_done(&page, e);
    if (!s) s = hg__file_write(v->output, page.at, page.size, v->force, e);
    hg__text_close(&page);
    return s;
}

static hg_status add_output(hg__call *call, const report *r, hg_error *e)
{
    const values *v = call->values;
    if (!call->common->json) return hg__findings_text(&call->out, &r->findings, v->top), HG_OK;
    json_t *document = hg__findings_json(&r->findings, v->top);
    if (document && v->output) json_object_set_new(document, "output", hg__json_word(v->output));
    return hg__output_json(&call->out, document, e);
}

static hg_status run_report(hg__call *call, hg_error *e)
{
    const values *v = call->values;
    report r = {0};
    bool to_stdout = v->output && !strcmp(v->output, "-");
    hg_status s = HG_OK;
    if (to_stdout && call->common->json)
        return hg__fail(e, HG_USAGE, "--output", "\"-\" and --json both want standard output; name a file");
    if (v->output) s = hg__file_check(v->output, v->force, e);
    if (!s) s = report_open(&r, call->word[0], e);
    if (!s && v->output) s = write_page(&r, v, e);
    if (!s && !to_stdout) s = add_output(call, &r, e);
    if (!s && v->output && !to_stdout)
        hg__console_say(&call->console, "%s: the report of %s; open it in a browser.", v->output, call->word[0]);
    report_close(&r);
    return s;
}

const hg__command hg__command_tune_report = {
    .name = "report",
    .summary = "what came out of a study: its best trials, the Pareto front, what decided",
    .words = "FILE.db [-o study.html]",
    .about = "The best trials, with several objectives the trials that no other one beats, and how much each dimension "
             "mattered. With -o also one self-contained HTML page that needs no network: history, learning curves, "
             "parallel coordinates, importances, slices, all trials. A study may be looked at while workers are at it.",
    .examples =
        (const hg__example[]){{"hourglass tune report digits.db", "the ten best trials, and what decided"},
                              {"hourglass tune report digits.db -o study.html", "and the page"},
                              {"hourglass tune report digits.db --json --top 1000", "all of it, for other programs"},
                              {NULL, NULL}},
    .groups = (const hg__option_group[]){{"Report", rows, 0}, HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(values),
    .words_min = 1,
    .words_max = 1,
    .run = run_report,
};
