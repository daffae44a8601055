/* spool.c: see spool.h. */
#include "cli/spool.h"

#include <string.h>

static hg_status copy(FILE *to, hg_error *e)
{
    char block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, stdin)) > 0)
        if (fwrite(block, 1, n, to) != n) return hg__fail_errno(e, "standard input", "cannot be kept");
    if (ferror(stdin)) return hg__fail_errno(e, "standard input", "cannot be read");
    return fflush(to) ? hg__fail_errno(e, "standard input", "cannot be kept") : HG_OK;
}

hg_status hg__spool_open(hg__spool *s, const char **path, hg_error *e)
{
    *s = (hg__spool){0};
    if (strcmp(*path, "-") != 0) return HG_OK;
    s->file = tmpfile();
    if (!s->file) return hg__fail_errno(e, "standard input", "there is no room for a temporary file");
    hg_status status = copy(s->file, e);
    snprintf(s->path, sizeof s->path, "/dev/fd/%d", fileno(s->file));
    *path = s->path;
    return status;
}

void hg__spool_close(hg__spool *s, hg_error *e)
{
    if (!s->file) return;
    fclose(s->file);
    s->file = NULL;
    if (e && !strcmp(e->where, s->path)) snprintf(e->where, sizeof e->where, "standard input");
}
