/* console.c: see console.h. */
#include "cli/console.h"

#include "cli/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

static bool speaks_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < 3; i++) {
        if (!is_set(names[i])) continue;
        const char *dot = strchr(getenv(names[i]), '.');
        return dot && (!strncasecmp(dot, ".utf-8", 6) || !strncasecmp(dot, ".utf8", 5));
    }
    return false;
}

static bool is_dumb(void)
{
    const char *term = getenv("TERM");
    return !term || !*term || !strcmp(term, "dumb");
}

static hg_colour colours_of_terminal(void)
{
    const char *depth = getenv("COLORTERM");
    if (is_set("NO_COLOR") || is_dumb()) return HG_COLOUR_NONE;
    return depth && (!strcmp(depth, "truecolor") || !strcmp(depth, "24bit")) ? HG_COLOUR_24BIT : HG_COLOUR_256;
}

static hg__progress_kind choose_progress(bool quiet, const char *name)
{
    if (!strcmp(name, "bar")) return HG__PROGRESS_BAR;
    if (!strcmp(name, "plain")) return HG__PROGRESS_PLAIN;
    if (!strcmp(name, "json")) return HG__PROGRESS_JSON;
    if (!strcmp(name, "none") || quiet) return HG__PROGRESS_NONE;
    return isatty(STDERR_FILENO) && !is_dumb() ? HG__PROGRESS_BAR : HG__PROGRESS_PLAIN;
}

hg__console hg__console_look(bool quiet, bool verbose, const char *progress)
{
    bool out = isatty(STDOUT_FILENO), err = isatty(STDERR_FILENO);
    return (hg__console){
        .quiet = quiet,
        .verbose = verbose && !quiet,
        .utf8 = speaks_utf8(),
        .colour_err = err && colours_of_terminal() != HG_COLOUR_NONE,
        .colour_out = out && speaks_utf8() ? colours_of_terminal() : HG_COLOUR_NONE, /* half blocks are UTF-8 */
        .terminal_out = out,
        .progress = choose_progress(quiet, progress),
    };
}

size_t hg__console_width(int fd)
{
    struct winsize size;
    if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_col) return size.ws_col;
    const char *columns = getenv("COLUMNS");
    long n = columns ? strtol(columns, NULL, 10) : 0;
    return n >= 20 && n <= 1000 ? (size_t)n : 80;
}

static void print_line(const char *format, va_list args)
{
    char line[4096];
    vsnprintf(line, sizeof line, format, args);
    hg__output_clean(line, false);
    for (char *p = line; (p = strchr(p, '\n'));) *p = ' ';
    fprintf(stderr, "%s\n", line);
}

void hg__console_say(const hg__console *c, const char *format, ...)
{
    if (c->quiet) return;
    va_list args;
    va_start(args, format);
    print_line(format, args);
    va_end(args);
}

void hg__console_line(void *console, const char *line) { hg__console_say(console, "%s", line); }

void hg__console_detail(const hg__console *c, const char *format, ...)
{
    if (!c->verbose) return;
    va_list args;
    va_start(args, format);
    print_line(format, args);
    va_end(args);
}

void hg__console_warn(const hg__console *c, const hg_error *e)
{
    hg__console_say(c, "warning: %s%s%s", e->where, *e->where ? ": " : "", e->what);
}

static void print_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void print_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line(format, args);
    va_end(args);
}

void hg__console_error(const hg__console *c, const hg_error *e)
{
    const char *what = *e->what ? e->what : hg_status_text(e->status);
    const char *red = c->colour_err ? "\033[1;31m" : "", *plain = c->colour_err ? "\033[0m" : "";
    fprintf(stderr, "%shourglass:%s ", red, plain);
    print_error("%s%s%s", e->where, *e->where ? ": " : "", what);
}
