/* bench_literature_command.c: `hourglass bench literature`: the published protocols, trained anew. See
 * bench_options.h. */
#include "base/file.h"
#include "bench/literature.h"
#include "cli/bench_options.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress.h"

#define AT(field) offsetof(hg__literature_values, field)
const hg__option hg__literature_rows[] = {
    {.name = "quick",
     .type = HG__FLAG,
     .offset = AT(quick),
     .help = "an epoch on the 1,200 built-in digits: shows that all works, compares with nothing"},
    {.name = "full",
     .type = HG__FLAG,
     .offset = AT(full),
     .help = "every protocol for as many epochs as published, which takes many hours"},
    {.name = "only",
     .type = HG__TEXT,
     .offset = AT(only),
     .fallback = "",
     .value = "NAME",
     .help = "one protocol instead of all"},
    {.name = "out",
     .type = HG__TEXT,
     .offset = AT(out),
     .fallback = "",
     .value = "FOLDER",
     .help = "keep the run folders there; without it they are temporary"},
    {.name = "output",
     .letter = 'o',
     .type = HG__TEXT,
     .offset = AT(output),
     .fallback = "",
     .value = "FILE",
     .help = "also write the results as an HTML page"},
    {.name = "force", .type = HG__FLAG, .offset = AT(force), .help = "overwrite the page"},
    {.name = "offline", .type = HG__FLAG, .offset = AT(offline), .help = "never touch the network"},
    {0},
};
#undef AT

typedef struct session {
    hg__console *console;
    hg__progress_line line;
} session;

static void on_progress(void *ctx, const hg_progress *p) { hg__progress_step(&((session *)ctx)->line, p); }
static void on_epoch(void *ctx, const hg_epoch *row, size_t epochs)
{
    hg__progress_epoch(&((session *)ctx)->line, row, epochs);
}
static void on_say(void *ctx, const char *text) { hg__progress_say(&((session *)ctx)->line, text); }
static int on_signal(void *ctx)
{
    (void)ctx;
    return hg__interrupt_signal();
}

static hg_status print(hg__call *call, const hg__literature *l, hg_error *e)
{
    if (call->common->json) return hg__output_json(&call->out, hg__literature_json(l), e);
    hg__literature_text(&call->out, l);
    return HG_OK;
}

hg_status hg__bench_literature(hg__call *call, const hg__literature_values *v, const hg__literature_frame *f,
                               hg_error *e)
{
    session at = {.console = &call->console, .line = {.console = &call->console}};
    hg_train_listener listener = {.ctx = &at,
                                  .progress = on_progress,
                                  .epoch = on_epoch,
                                  .say = on_say,
                                  .signal = on_signal,
                                  .command = call->typed.at};
    hg__literature_options o = {.length = v->quick  ? HG__QUICK
                                          : v->full ? HG__FULL
                                                    : HG__DEFAULT,
                                .only = v->only,
                                .out = v->out,
                                .threads = f->threads,
                                .seed = f->seed,
                                .offline = v->offline,
                                .listener = &listener,
                                .say = on_say};
    hg__literature l = {0};
    hg_error why = {0};
    if (v->quick && v->full) return hg__fail(e, HG_USAGE, "--full", "and --quick exclude each other");
    hg_status s = *v->output ? hg__file_check(v->output, v->force, e) : HG_OK;
    if (s) return s;
    hg__interrupt_defer();
    s = hg__literature_open(&l, &o, e);
    hg__progress_close(&at.line);
    if (!s) s = print(call, &l, e);
    if (!s && *v->output && hg__literature_page(&l, v->output, v->force, &why)) /* the figures took long: they stay */
        hg__console_warn(&call->console, &why);
    hg__literature_close(&l);
    return s;
}
