/* interrupt.c: see interrupt.h. A signal handler can reach nothing but a global, so this file has the program's
 * only ones. */
#include "cli/interrupt.h"

#include "base/litter.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t caught, deferred;

static void note(int number)
{
    if (caught || !deferred) {
        hg__litter_sweep();
        _exit(128 + number);
    }
    caught = number;
}

static void handle(int number, bool also_ignored)
{
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    sigaction(number, NULL, &before);
    if (also_ignored || before.sa_handler != SIG_IGN) sigaction(number, &action, NULL);
}

void hg__interrupt_catch(void)
{
    handle(SIGINT, false);
    handle(SIGTERM, false);
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is a write that fails: of a message, or of the result */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that would be larger than `ulimit -f` allows */
}

void hg__interrupt_defer(void)
{
    deferred = 1;
    handle(SIGINT, true);
    handle(SIGTERM, true);
}

int hg__interrupt_signal(void) { return caught; }
