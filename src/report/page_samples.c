/* page_samples.c: the report's pictures: the sheet of the evaluation or of the last epoch; earlier ones folded away. */
#include "report/markup.h"
#include "report/page.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_EARLIER = 12 }; /* sheets of earlier epochs: the page is to stay of a size to mail */

bool hg__page_sheet(hg__text *t, const hg__page *p, const char *name, const char *caption)
{
    char path[4608], inner[512];
    hg__text image = {0};
    snprintf(inner, sizeof inner, "samples/%s", name);
    bool there = hg__markup_image(&image, hg_run_file(p->run, inner, path, sizeof path), caption);
    if (there) {
        hg__markup_wrap(t, "<figure>\n<figcaption>", caption, "</figcaption>\n");
        hg__text_bytes(t, image.at, image.size);
        hg__text_add(t, "\n</figure>\n");
    }
    t->failed |= image.failed;
    hg__text_close(&image);
    return there;
}

/* N of a file name epoch-N.png; 0: it is another. */
static unsigned long epoch_of(const char *name)
{
    char *end;
    if (strncmp(name, "epoch-", 6) || name[6] < '0' || name[6] > '9') return 0;
    unsigned long epoch = strtoul(name + 6, &end, 10);
    return strcmp(end, ".png") ? 0 : epoch;
}

static int is_epoch(const struct dirent *f) { return epoch_of(f->d_name) != 0; }

static int compare(const struct dirent **a, const struct dirent **b)
{
    unsigned long x = epoch_of((*a)->d_name), y = epoch_of((*b)->d_name);
    return (x > y) - (x < y);
}

static void add_epoch(hg__text *t, const hg__page *p, const char *name)
{
    char caption[128];
    snprintf(caption, sizeof caption, "After epoch %lu: originals and their reconstructions", epoch_of(name));
    hg__page_sheet(t, p, name, caption);
}

/* At most MOST_EARLIER of n sheets, the last first, evenly spread. */
static void add_earlier(hg__text *t, const hg__page *p, struct dirent *const *file, size_t n)
{
    size_t shown = n < MOST_EARLIER ? n : MOST_EARLIER;
    if (!shown) return;
    hg__text_add(t, "<details><summary>%s</summary>\n",
                 shown < n ? "Some sheets of the training" : "Sheets of the training");
    for (size_t i = 0; i < shown; i++) {
        size_t at = shown > 1 ? (shown - 1 - i) * (n - 1) / (shown - 1) : 0;
        add_epoch(t, p, file[at]->d_name);
    }
    hg__text_add(t, "</details>\n");
}

void hg__page_samples(hg__text *t, const hg__page *p)
{
    static const char *const evaluated = "Samples of the evaluation: original, reconstruction, and their difference "
                                         "(blue: too dark, red: too bright)";
    char folder[4352];
    struct dirent **file = NULL;
    int found = scandir(hg_run_file(p->run, "samples", folder, sizeof folder), &file, is_epoch, compare);
    size_t n = found > 0 ? (size_t)found : 0;
    hg__text part = {0};
    if (!p->is_stale && hg__page_sheet(&part, p, "eval.png", evaluated)) add_earlier(&part, p, file, n);
    else if (n) {
        add_epoch(&part, p, file[n - 1]->d_name);
        add_earlier(&part, p, file, n - 1);
    }
    if (part.size) {
        hg__text_add(t, "<section>\n<h2>Reconstructions</h2>\n");
        hg__text_bytes(t, part.at, part.size);
        hg__text_add(t, "</section>\n");
    }
    t->failed |= part.failed;
    hg__text_close(&part);
    for (size_t i = 0; i < n; i++) free(file[i]);
    free(file);
}
