/* main.c: finds the command, runs it, prints what it made. The only place that decides the exit status. */
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/output.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool asks_for_program(int argc, char **argv)
{
    return argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h");
}

static hg_status run(hg__call *call, int argc, char **argv, hg_error *e)
{
    if (asks_for_program(argc, argv)) return hg__help_program(&call->out), HG_OK;
    if (!strcmp(argv[1], "--version")) return hg__text_add(&call->out, "hourglass %s\n", HG_VERSION), HG_OK;
    hg_status s = hg__call_open(call, argc, argv, e);
    if (s) return s;
    if (call->wants_help) return hg__help_command(&call->out, call->parent, call->command), HG_OK;
    call->console = hg__console_look(call->common->quiet, call->common->verbose, call->common->progress);
    if (*call->warning) hg__console_say(&call->console, "%s", call->warning);
    return call->command->run(call, e);
}

/* A standard stream that the caller closed is held by a descriptor that fails, the wrong way round: else the next
 * file opened would take its number, and messages would go into that file. */
static void hold_closed_streams(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

int main(int argc, char **argv)
{
    hold_closed_streams();
    hg__interrupt_catch();
    hg_error e = {0};
    hg__call call = {.console = hg__console_look(false, false, "none")};
    hg_status s = run(&call, argc, argv, &e);
    if (!s) s = hg__output_print(&call.out, &e);
    if (s && *e.what) hg__console_error(&call.console, &e);
    hg__call_close(&call);
    return hg_status_exit(s);
}
