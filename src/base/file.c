/* file.c: see file.h. */
#include "base/file.h"

#include "base/litter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_dash(const char *path) { return !strcmp(path, "-"); }

bool hg__is_dir(const char *path)
{
    struct stat s;
    return !stat(path, &s) && S_ISDIR(s.st_mode);
}

const char *hg__path_last(const char *path, size_t *length)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') end--;
    size_t from = end;
    while (from && path[from - 1] != '/') from--;
    *length = end - from;
    return path + from;
}

bool hg__is_file(const char *path)
{
    struct stat s;
    return !stat(path, &s) && S_ISREG(s.st_mode);
}

bool hg__is_absent(const char *path)
{
    struct stat s;
    return lstat(path, &s) && errno == ENOENT;
}

typedef struct source {
    FILE *in;
    const char *path;
    size_t guess, most; /* bytes: what the metadata says, what is allowed */
} source;

/* Reads to the end, growing the buffer; the size in the file's metadata is only a first guess. */
static hg_status read_all(const source *from, char **bytes, size_t *size, hg_error *e)
{
    const char *path = from->path;
    size_t room = from->guess + 1, most = from->most, used = 0;
    char *buffer = malloc(room);
    for (;;) {
        if (!buffer) return hg__fail_memory(e, path, room);
        used += fread(buffer + used, 1, room - used, from->in);
        if (used < room || used > most) break;
        room = 2 * room < most + 1 ? 2 * room : most + 1;
        char *larger = realloc(buffer, room);
        if (!larger) free(buffer);
        buffer = larger;
    }
    hg_status s = HG_OK;
    if (ferror(from->in)) s = hg__fail_errno(e, path, "cannot be read");
    else if (used > most) s = hg__fail(e, HG_DATA, path, "is larger than the %zu bytes that are allowed here", most);
    if (s) return free(buffer), s;
    buffer[used] = 0;
    *bytes = buffer, *size = used;
    return HG_OK;
}

/* For reading; a FIFO that nobody writes to is empty, it is not waited for. */
static FILE *open_at_once(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return NULL;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    FILE *in = fdopen(fd, "rb");
    if (!in) close(fd);
    return in;
}

hg_status hg__file_read(const char *path, size_t most, char **bytes, size_t *size, hg_error *e)
{
    if (is_dash(path)) return read_all(&(source){stdin, "standard input", 65536, most}, bytes, size, e);
    FILE *in = open_at_once(path);
    if (!in) return hg__fail_errno(e, path, "cannot be opened");
    struct stat st;
    hg_status s;
    if (fstat(fileno(in), &st)) s = hg__fail_errno(e, path, "cannot be read");
    else if (S_ISDIR(st.st_mode)) s = hg__fail(e, HG_IO, path, "is a folder, not a file");
    else if (st.st_size > 0 && (uint64_t)st.st_size > most)
        s = hg__fail(e, HG_DATA, path, "holds %lld bytes, more than the %zu that are allowed here",
                     (long long)st.st_size, most);
    else s = read_all(&(source){in, path, st.st_size > 0 ? (size_t)st.st_size : 4096, most}, bytes, size, e);
    fclose(in);
    return s;
}

hg_status hg__file_open(FILE **in, size_t *size, const char *path, hg_error *e)
{
    struct stat st;
    FILE *made = open_at_once(path);
    if (!made) return hg__fail_errno(e, path, "cannot be opened");
    hg_status s = HG_OK;
    if (fstat(fileno(made), &st)) s = hg__fail_errno(e, path, "cannot be read");
    else if (!S_ISREG(st.st_mode)) s = hg__fail(e, HG_IO, path, "is no regular file");
    if (s) return fclose(made), s;
    *in = made, *size = (size_t)st.st_size;
    return HG_OK;
}

hg_status hg__file_next(FILE *in, const char *path, void *bytes, size_t n, hg_error *e)
{
    if (fread(bytes, 1, n, in) == n) return HG_OK;
    if (ferror(in)) return hg__fail_errno(e, path, "cannot be read");
    return hg__fail(e, HG_IO, path, "became shorter while it was read");
}

/* May a file be made in the folder that it is to lie in? */
static hg_status check_folder(const char *path, hg_error *e)
{
    const char *slash = strrchr(path, '/');
    char folder[sizeof((hg__file *)0)->path] = ".";
    if (slash) snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    if (!hg__is_dir(folder)) return hg__fail(e, HG_IO, path, "cannot be written: its folder is not there; make it");
    return access(folder, W_OK | X_OK) ? hg__fail_errno(e, path, "cannot be written") : HG_OK;
}

hg_status hg__file_check(const char *path, bool force, hg_error *e)
{
    if (is_dash(path)) return HG_OK;
    if (strlen(path) >= sizeof((hg__file *)0)->path) return hg__fail(e, HG_USAGE, path, "is too long for a path");
    if (hg__is_dir(path)) return hg__fail(e, HG_IO, path, "is a folder; name a file");
    if (!access(path, F_OK) && !hg__is_file(path))
        return hg__fail(e, HG_IO, path, "is no regular file, and is not replaced by one; - is standard output");
    if (!force && !access(path, F_OK)) return hg__fail(e, HG_EXISTS, path, "exists; --force overwrites it");
    return check_folder(path, e);
}

hg_status hg__file_create(hg__file *f, const char *path, bool force, hg_error *e)
{
    hg_status s = hg__file_check(path, force, e);
    *f = (hg__file){0};
    if (s) return s;
    if (is_dash(path)) {
        f->stream = stdout;
        return HG_OK;
    }
    snprintf(f->path, sizeof f->path, "%s", path);
    snprintf(f->temp, sizeof f->temp, "%s.part-%ld", path, (long)getpid());
    f->litter = hg__litter_path(f->temp);
    int fd = open(f->temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) s = hg__fail_errno(e, path, "cannot be written");
    else if (!(f->stream = fdopen(fd, "wb"))) {
        s = hg__fail_memory(e, path, sizeof(FILE));
        close(fd);
        unlink(f->temp);
    }
    if (s) hg__litter_done(f->litter);
    return s;
}

static void sync_folder_of(const char *path)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash) slash[slash == folder] = 0;
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return; /* the rename is done; a folder that cannot be opened cannot be synced */
    fsync(fd);
    close(fd);
}

hg_status hg__folder_sync(const char *path, hg_error *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return hg__fail_errno(e, path, "cannot be opened");
    hg_status s = fsync(fd) && errno != EINVAL ? hg__fail_errno(e, path, "cannot be synced") : HG_OK;
    close(fd);
    return s;
}

hg_status hg__file_close(hg__file *f, hg_status s, hg_error *e)
{
    if (!f->stream) return s;
    bool to_stdout = f->stream == stdout;
    const char *name = to_stdout ? "standard output" : f->path;
    if (!s && (fflush(f->stream) || ferror(f->stream))) s = hg__fail_errno(e, name, "cannot be written");
    if (!s && !to_stdout && fsync(fileno(f->stream))) s = hg__fail_errno(e, name, "cannot be written");
    if (to_stdout) return s;
    if (fclose(f->stream) && !s) s = hg__fail_errno(e, name, "cannot be written");
    if (!s && rename(f->temp, f->path)) s = hg__fail_errno(e, name, "cannot be put in place");
    if (s) unlink(f->temp);
    else sync_folder_of(f->path);
    hg__litter_done(f->litter);
    f->stream = NULL;
    return s;
}

hg_status hg__file_write(const char *path, const void *bytes, size_t size, bool force, hg_error *e)
{
    hg__file f;
    hg_status s = hg__file_create(&f, path, force, e);
    if (s) return s;
    if (size && fwrite(bytes, 1, size, f.stream) != size) s = hg__fail_errno(e, path, "cannot be written");
    return hg__file_close(&f, s, e);
}

hg_status hg__dir_make(const char *path, hg_error *e)
{
    char part[4096];
    if (strlen(path) >= sizeof part) return hg__fail(e, HG_USAGE, path, "is too long for a path");
    snprintf(part, sizeof part, "%s", path);
    for (char *p = part + 1;; p++) {
        if (*p && *p != '/') continue;
        char kept = *p;
        *p = 0;
        if (mkdir(part, 0777) && errno != EEXIST) return hg__fail_errno(e, part, "the folder cannot be made");
        *p = kept;
        if (!kept) break;
    }
    if (!hg__is_dir(path)) return hg__fail(e, HG_IO, path, "is a file, not a folder");
    return HG_OK;
}
