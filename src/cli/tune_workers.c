/* tune_workers.c: see tune_workers.h. Workers are forked before any thread or database is opened, so they share the
 * samples' memory; a worker whose parent is gone saves and stops. */
#include "cli/tune_workers.h"

#include "base/json.h"
#include "base/team.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "record/json_text.h"
#include "tune/findings.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_JOBS = 256, NAP = 50 * 1000 * 1000 };

typedef struct session {
    const hg__call *call;
    const hg__tune_study *s;
    hg__progress_line line;
    pid_t parent;      /* of a worker; 0: there is none */
    atomic_int *asked; /* the signal that the parent was sent; NULL without one */
    bool stopping;
} session;

/* ---- What a worker says ---- */

/* "val_mse 0.00412", "stopped after epoch 3 at 0.0211", "failed: …". */
static const char *describe(const session *at, const hg__tuner_news *news, char *out, size_t n)
{
    const hg__trial *t = &news->h->trial[news->number];
    size_t used = 0;
    *out = 0;
    if (t->state == HG__TRIAL_FAIL) snprintf(out, n, "%s%s", hg__trial_is_too_large(t) ? "" : "failed: ", t->failure);
    else if (t->state == HG__TRIAL_PRUNED)
        snprintf(out, n, "stopped after epoch %zu at %.6f", t->epochs, hg__trial_best_until(news->h, t, t->epochs));
    else
        for (size_t i = 0; i < news->h->objectives && used < n; i++)
            used += (size_t)snprintf(out + used, n - used, "%s%s %.6g", i ? "  " : "",
                                     hg__study_objective(at->s->study, i), t->objective[i]);
    return out;
}

static void print_json(const session *at, const hg__tuner_news *news)
{
    const hg__trial *t = &news->h->trial[news->number];
    json_t *document =
        json_pack("{sI ss so sI so}", "trial", (json_int_t)news->number, "state", hg__findings_state(t->state), "point",
                  hg__findings_point_json(news->h->space, t->point), "epochs", (json_int_t)t->epochs,
                  hg__study_objective(at->s->study, 0), hg__json_number(t->objective[0]));
    char *text = document ? hg__json_text(document, JSON_COMPACT) : NULL;
    if (text) fprintf(stderr, "%s\n", text);
    free(text);
    json_decref(document);
}

static void on_told(void *ctx, const hg__tuner_news *news)
{
    session *at = ctx;
    char what[512];
    hg__text line = {0};
    const hg__trial *t = &news->h->trial[news->number];
    hg__progress_close(&at->line);
    if (at->call->console.progress == HG__PROGRESS_NONE) return;
    if (at->call->console.progress == HG__PROGRESS_JSON) {
        print_json(at, news);
        return;
    }
    hg__text_add(&line, "trial %zu  ", news->number);
    hg__findings_point(&line, news->h->space, t->point);
    hg__text_add(&line, "  %s", describe(at, news, what, sizeof what));
    if (isfinite(news->sd)) hg__text_add(&line, " ± %.2g", news->sd);
    if (news->best == news->number) hg__text_add(&line, "  best");
    else if (news->best != HG__NO_TRIAL)
        hg__text_add(&line, "  (best %.6g, trial %zu)", news->h->trial[news->best].objective[0], news->best);
    hg__text_add(&line, "\n");
    if (line.at) hg__output_clean(line.at, false), fputs(line.at, stderr); /* in one piece: others write here, too */
    hg__text_close(&line);
}

static void on_begun(void *ctx, size_t number, const hg__taken *taken)
{
    session *at = ctx;
    if (!taken->fresh) hg__console_detail(&at->call->console, "trial %zu goes on", number);
}

static void on_say(void *ctx, const char *line) { hg__console_detail(&((session *)ctx)->call->console, "%s", line); }

static void on_progress(void *ctx, const hg_progress *p)
{
    session *at = ctx;
    if (!at->parent) hg__progress_step(&at->line, p);
}

static int on_signal(void *ctx)
{
    session *at = ctx;
    int number = hg__interrupt_signal();
    if (!number && at->asked) number = atomic_load(at->asked);
    if (!number && at->parent && getppid() != at->parent) number = SIGTERM;
    if (number && !at->stopping && !at->parent)
        hg__progress_say(&at->line, number == SIGINT ? "Saving; Ctrl-C again quits at once." : "Saving.");
    at->stopping = number;
    return number;
}

static hg_status work(session *at, hg__tune_study *s, size_t jobs, hg_error *e)
{
    at->s = s, at->line.console = &at->call->console;
    hg_train_options train = s->v.train;
    size_t processors = hg__processors();
    if (!train.threads) train.threads = processors > jobs ? processors / jobs : 1;
    hg__tuner_listener l = {
        .ctx = at, .begun = on_begun, .progress = on_progress, .told = on_told, .say = on_say, .signal = on_signal};
    hg__tuner t = {.o = &s->v.tune,
                   .train = &train,
                   .set = s->set,
                   .data = s->data,
                   .study = s->study,
                   .l = &l,
                   .jobs = jobs,
                   .keep_runs = ((const hg__tune_values *)at->call->values)->keep_runs};
    hg_status status = hg__tuner_work(&t, e);
    hg__progress_close(&at->line);
    return status;
}

/* ---- Several ---- */

static void be_worker(session *at, hg__tune_study *s, size_t jobs)
{
    hg_error e = {0};
    hg_status status = hg__tune_study_again(s, &e);
    if (!status) status = work(at, s, jobs, &e);
    hg__study_close(&s->study);
    if (status && status != HG_INTERRUPTED && status != HG_TERMINATED) hg__console_error(&at->call->console, &e);
    _exit(hg_status_exit(status));
}

typedef struct crew {
    pid_t worker[MOST_JOBS]; /* 0: gone */
    size_t n, left, failed, killed;
    atomic_int *asked; /* the signal that this process was sent, in memory that they share: a second signal would quit
                          them, and Ctrl-C at a terminal has sent them one */
} crew;

static void note_end(const hg__call *call, crew *c, size_t i, int status)
{
    c->worker[i] = 0, c->left--;
    if (WIFSIGNALED(status)) {
        c->killed++;
        hg__console_say(&call->console, "A worker was killed by signal %d; its trial goes on with the others.",
                        WTERMSIG(status));
        return;
    }
    int code = WEXITSTATUS(status);
    c->failed += code && code != hg_status_exit(HG_INTERRUPTED) && code != hg_status_exit(HG_TERMINATED);
}

static void wait_for_crew(const hg__call *call, crew *c)
{
    while (c->left) {
        int number = hg__interrupt_signal(), status;
        for (size_t i = 0; i < c->n; i++)
            if (c->worker[i] && waitpid(c->worker[i], &status, WNOHANG) == c->worker[i]) note_end(call, c, i, status);
        if (atomic_exchange(c->asked, number) != number)
            hg__console_say(&call->console, "Saving; Ctrl-C again quits at once.");
        if (c->left) nanosleep(&(struct timespec){.tv_nsec = NAP}, NULL);
    }
}

static void start_crew(crew *c, hg__tune_study *s, const hg__call *call, size_t jobs)
{
    session at = {.call = call, .parent = getpid(), .asked = c->asked};
    for (; c->n < jobs && c->n < MOST_JOBS; c->n++) {
        pid_t child = fork();
        if (!child) be_worker(&at, s, jobs);
        if (child < 0) break;
        c->worker[c->n] = child, c->left++;
    }
}

static hg_status tell_ends(const crew *c, const hg__tune_study *s, hg_error *e)
{
    hg__text path = {0};
    int number = hg__interrupt_signal();
    if (number) return hg__fail(e, number == SIGINT ? HG_INTERRUPTED : HG_TERMINATED, "hourglass tune", "was stopped");
    if (c->failed + c->killed < c->n) return HG_OK;
    hg__output_quoted(&path, s->path);
    hg__fail(e, HG_FAILED, "hourglass tune", "all %zu workers ended early; hourglass tune --study %s goes on", c->n,
             path.at ? path.at : s->path);
    hg__text_close(&path);
    return HG_FAILED;
}

static hg_status run_crew(hg__tune_study *s, const hg__call *call, size_t jobs, hg_error *e)
{
    crew c = {0};
    hg_status status = HG_OK;
    c.asked = mmap(NULL, sizeof *c.asked, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c.asked == MAP_FAILED) return hg__fail_memory(e, "tune", sizeof *c.asked);
    hg__study_close(&s->study);
    start_crew(&c, s, call, jobs);
    if (!c.n) status = hg__fail_errno(e, "tune", "no worker can be started");
    if (!status) wait_for_crew(call, &c);
    if (!status) status = hg__tune_study_again(s, e);
    if (!status) status = tell_ends(&c, s, e);
    munmap(c.asked, sizeof *c.asked);
    return status;
}

hg_status hg__tune_workers_run(hg__tune_study *s, const hg__call *call, size_t jobs, hg_error *e)
{
    hg__interrupt_defer();
    session alone = {.call = call};
    return jobs > 1 ? run_crew(s, call, jobs, e) : work(&alone, s, 1, e);
}
