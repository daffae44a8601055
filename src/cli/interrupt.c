/* interrupt.c: see interrupt.h. A signal handler can reach nothing but a global, so this file has the
 * program's only one. */
#include "cli/interrupt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void note(int number)
{
    if (caught) _exit(128 + number);
    caught = number;
}

void hg__interrupt_catch(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int hg__interrupt_signal(void) { return caught; }
