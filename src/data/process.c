/* process.c: see process.h. Output and messages come through two pipes that are watched with a clock, so a
 * program that hangs is stopped, whatever it promised about its own limits. */
#define _GNU_SOURCE
#include "data/process.h"

#include "base/clock.h"
#include "base/litter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { OUT, MESSAGES, PIPES, POLL_MS = 200 };
enum { NOT_STARTED = 127 }; /* the status by which posix_spawn may say it, says POSIX; qemu-user does */

struct running {
    const hg__process *p;
    pid_t pid;
    int litter;
    int pipe[PIPES]; /* our ends; -1 once at their end */
    size_t got;      /* bytes of output */
    char said[512];  /* the beginning of its messages */
    size_t said_size;
};

/* Whoever runs us may ignore SIGPIPE and SIGXFSZ; it does not. Nor does it block what we block meanwhile. */
static int hear_signals(posix_spawnattr_t *how, const sigset_t *blocked)
{
    sigset_t writes;
    sigemptyset(&writes);
    sigaddset(&writes, SIGPIPE);
    sigaddset(&writes, SIGXFSZ);
    int failed = posix_spawnattr_setsigdefault(how, &writes);
    if (!failed) failed = posix_spawnattr_setsigmask(how, blocked);
    return failed ? failed : posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

static int spawn(struct running *r, const int theirs[PIPES], const sigset_t *blocked)
{
    posix_spawn_file_actions_t act;
    posix_spawnattr_t how;
    int failed = posix_spawn_file_actions_init(&act);
    if (failed) return failed;
    failed = posix_spawnattr_init(&how);
    if (failed) return posix_spawn_file_actions_destroy(&act), failed;
    failed = hear_signals(&how, blocked);
    if (!failed) failed = posix_spawn_file_actions_addopen(&act, 0, "/dev/null", O_RDONLY, 0);
    if (!failed) failed = posix_spawn_file_actions_adddup2(&act, theirs[OUT], 1);
    if (!failed) failed = posix_spawn_file_actions_adddup2(&act, theirs[MESSAGES], 2);
    if (!failed && r->p->folder) failed = posix_spawn_file_actions_addchdir_np(&act, r->p->folder);
    char *const *argv = (char *const *)(uintptr_t)r->p->argv; /* exec's type predates const */
    if (!failed) failed = posix_spawnp(&r->pid, argv[0], &act, &how, argv, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&act);
    return failed;
}

/* No stop comes between the start of a program and its note, or nobody would end it. */
static int spawn_noted(struct running *r, const int theirs[PIPES])
{
    sigset_t before;
    hg__litter_hold(&before);
    int failed = spawn(r, theirs, &before);
    if (!failed) r->litter = hg__litter_process(r->pid);
    hg__litter_release(&before);
    return failed;
}

static hg_status start(struct running *r, hg_error *e)
{
    const char *name = r->p->argv[0];
    int ends[PIPES][2] = {{-1, -1}, {-1, -1}}, theirs[PIPES];
    int failed = pipe2(ends[OUT], O_CLOEXEC) || pipe2(ends[MESSAGES], O_CLOEXEC) ? errno : 0;
    for (int i = 0; i < PIPES; i++) r->pipe[i] = ends[i][0], theirs[i] = ends[i][1];
    if (!failed) failed = spawn_noted(r, theirs);
    for (int i = 0; i < PIPES; i++)
        if (theirs[i] >= 0) close(theirs[i]);
    if (!failed) return HG_OK;
    if (failed == ENOENT) return hg__fail(e, HG_FAILED, name, "is not installed");
    return hg__fail(e, HG_FAILED, name, "cannot be started: %s", strerror(failed));
}

static hg_status take_output(struct running *r, const char *bytes, size_t n, hg_error *e)
{
    r->got += n;
    if (!r->p->out) return HG_OK;
    if (r->got > r->p->most)
        return hg__fail(e, HG_FAILED, r->p->argv[0], "sent more than the expected %zu bytes", r->p->most);
    if (fwrite(bytes, 1, n, r->p->out) == n) return HG_OK;
    return hg__fail_errno(e, r->p->argv[0], "what it sent cannot be written");
}

static void keep_message(struct running *r, const char *bytes, size_t n)
{
    size_t room = sizeof r->said - 1 - r->said_size;
    if (n > room) n = room;
    memcpy(r->said + r->said_size, bytes, n);
    r->said_size += n;
}

/* One read from pipe i; closes it at its end. */
static hg_status drain(struct running *r, int i, hg_error *e)
{
    char bytes[65536];
    ssize_t n = read(r->pipe[i], bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) return HG_OK;
    if (n <= 0) {
        close(r->pipe[i]);
        r->pipe[i] = -1;
        return HG_OK;
    }
    if (i == OUT) return take_output(r, bytes, (size_t)n, e);
    keep_message(r, bytes, (size_t)n);
    return HG_OK;
}

static hg_status stopped(const struct running *r, double start, double heard, hg_error *e)
{
    double t = hg__seconds();
    const char *name = r->p->argv[0];
    if (t - heard > r->p->quiet) return hg__fail(e, HG_FAILED, name, "gave no answer for %d s", r->p->quiet);
    if (t - start > r->p->whole) return hg__fail(e, HG_FAILED, name, "was not done after %d s", r->p->whole);
    return HG_OK;
}

/* Reads both pipes to their ends. */
static hg_status listen_to(struct running *r, hg_error *e)
{
    double start = hg__seconds(), heard = start;
    hg_status s = HG_OK;
    while (!s && (r->pipe[OUT] >= 0 || r->pipe[MESSAGES] >= 0)) {
        struct pollfd watch[PIPES] = {{r->pipe[OUT], POLLIN, 0}, {r->pipe[MESSAGES], POLLIN, 0}};
        if (poll(watch, PIPES, POLL_MS) > 0) heard = hg__seconds();
        for (int i = 0; !s && i < PIPES; i++)
            if (watch[i].revents) s = drain(r, i, e);
        if (!s) s = stopped(r, start, heard, e);
    }
    return s;
}

/* Waits for its end; after `whole` seconds it is ended. */
static int reap(const struct running *r, bool kill_now)
{
    int status = 0;
    double until = hg__seconds() + r->p->whole;
    const struct timespec nap = {.tv_nsec = 5 * 1000 * 1000};
    if (kill_now) kill(r->pid, SIGKILL);
    while (!waitpid(r->pid, &status, WNOHANG)) {
        if (hg__seconds() > until) kill(r->pid, SIGKILL);
        nanosleep(&nap, NULL);
    }
    return status;
}

/* The first line of what it said, without what is before the first letter. */
static hg_status report(struct running *r, int status, hg_error *e)
{
    char *line = r->said + strspn(r->said, " \t\r\n");
    line[strcspn(line, "\r\n")] = 0;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
        return hg__fail(e, HG_INTERRUPTED, r->p->argv[0], "was interrupted");
    if (WIFEXITED(status) && !WEXITSTATUS(status)) return HG_OK;
    if (*line) return hg__fail(e, HG_FAILED, r->p->argv[0], "%s", line);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED)
        return hg__fail(e, HG_FAILED, r->p->argv[0], "is not installed");
    return hg__fail(e, HG_FAILED, r->p->argv[0], "failed with status %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

hg_status hg__process_run(const hg__process *p, hg_error *e)
{
    struct running r = {.p = p, .pipe = {-1, -1}};
    hg_status s = start(&r, e);
    if (!s) {
        s = listen_to(&r, e);
        int status = reap(&r, s != HG_OK);
        hg__litter_done(r.litter);
        if (!s) s = report(&r, status, e);
    }
    for (int i = 0; i < PIPES; i++)
        if (r.pipe[i] >= 0) close(r.pipe[i]);
    return s;
}
