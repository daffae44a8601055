/* progress.c: see progress.h. All of it goes to standard error; only the bar uses carriage returns. */
#include "cli/progress.h"

#include "cli/output.h"
#include "record/json_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BAR = 32, LEAST_BAR = 6 };

static int digits(size_t n) { return snprintf(NULL, 0, "%zu", n); }

/* "31,200 images/s  0:42 left" */
static const char *pace(double images, double seconds, char *out, size_t n)
{
    char rate[32], left[32];
    snprintf(out, n, "%s images/s  %s left", hg__text_count(images, rate, sizeof rate),
             hg__output_time(seconds, left, sizeof left));
    return out;
}

static void draw_bar(const hg__console *c, size_t width, double part)
{
    size_t full = (size_t)(part * (double)width);
    const char *done = c->utf8 ? "━" : "=", *rest = c->utf8 ? "─" : "-";
    if (c->colour_err) fputs("\033[36m", stderr);
    for (size_t i = 0; i < full; i++) fputs(done, stderr);
    if (c->colour_err) fputs("\033[0;2m", stderr);
    for (size_t i = full; i < width; i++) fputs(rest, stderr);
    if (c->colour_err) fputs("\033[0m", stderr);
}

void hg__progress_step(hg__progress_line *line, const hg_progress *p)
{
    if (line->console->progress != HG__PROGRESS_BAR) return;
    char head[64], tail[128], speed[96];
    size_t width = hg__console_width(STDERR_FILENO);
    int h = snprintf(head, sizeof head, "epoch %*zu/%zu  ", digits(p->epochs), p->epoch, p->epochs);
    int t = snprintf(tail, sizeof tail, "loss %.6f  %s", p->loss,
                     pace(p->images_per_second, p->seconds_left, speed, sizeof speed));
    if ((size_t)(h + t) >= width) /* the rate is the last to go */
        t = snprintf(tail, sizeof tail, "%.4f  %s/s", p->loss,
                     hg__text_count(p->images_per_second, speed, sizeof speed));
    size_t text = (size_t)(h + t) + 3, bar = width > text ? width - text : 0;
    fprintf(stderr, "\r\033[K%.*s", (int)width - 1, head);
    if (bar >= LEAST_BAR)
        draw_bar(line->console, bar < MOST_BAR ? bar : MOST_BAR, p->steps ? (double)p->step / (double)p->steps : 0),
            fputs("  ", stderr);
    if (width > (size_t)h + 1) fprintf(stderr, "%.*s", (int)(width - (size_t)h - 1), tail);
    fflush(stderr);
    line->open = true;
}

void hg__progress_part(hg__progress_line *line, const char *what, size_t done, size_t all)
{
    char head[128];
    if (line->console->progress != HG__PROGRESS_BAR) return;
    size_t width = hg__console_width(STDERR_FILENO);
    size_t text = (size_t)snprintf(head, sizeof head, "%zu/%zu  %s  ", done + 1, all, what);
    size_t bar = width > text + 1 ? width - text - 1 : 0;
    fprintf(stderr, "\r\033[K%.*s", (int)width - 1, head);
    if (bar >= LEAST_BAR) draw_bar(line->console, bar < MOST_BAR ? bar : MOST_BAR, (double)done / (double)all);
    fflush(stderr);
    line->open = true;
}

void hg__progress_close(hg__progress_line *line)
{
    if (line->open) fputs("\r\033[K", stderr);
    line->open = false;
}

void hg__progress_say(hg__progress_line *line, const char *text)
{
    hg__progress_close(line);
    hg__console_say(line->console, "%s", text);
}

static void print_json(const hg_epoch *row, size_t epochs)
{
    json_t *document = json_pack(
        "{s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "epoch", (json_int_t)row->epoch, "epochs", (json_int_t)epochs,
        "train_loss", hg__json_number(row->train_loss), "val_loss", hg__json_number(row->val_loss), "val_mse",
        hg__json_number(row->val_mse), "lr", hg__json_number(row->lr), "images_per_second",
        hg__json_number(row->images_per_second), "seconds", hg__json_number(row->seconds), "best", row->best);
    char *text = document ? hg__json_text(document, JSON_COMPACT) : NULL;
    if (text) fprintf(stderr, "%s\n", text);
    free(text);
    json_decref(document);
}

void hg__progress_epoch(hg__progress_line *line, const hg_epoch *row, size_t epochs)
{
    if (line->console->progress == HG__PROGRESS_NONE) return;
    hg__progress_close(line);
    if (line->console->progress == HG__PROGRESS_JSON) {
        print_json(row, epochs);
        return;
    }
    char speed[96], validation[48] = "";
    double left = row->epoch ? row->seconds / (double)row->epoch * (double)(epochs - row->epoch) : 0;
    if (isfinite(row->val_loss)) snprintf(validation, sizeof validation, "  validation %.6f", row->val_loss);
    fprintf(stderr, "epoch %*zu/%zu  loss %.6f%s  %s%s\n", digits(epochs), row->epoch, epochs, row->train_loss,
            validation, pace(row->images_per_second, left, speed, sizeof speed), row->best ? "  best" : "");
}
