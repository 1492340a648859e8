#include "kernels/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

char *hy_format(const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    HY_ASSERT(length >= 0, "out of memory while formatting a short text");
    return text;
}

hy_status hy_read_file(const char *path, char **data, size_t *bytes)
{
    hy_status status = HY_OK;
    char *buffer = NULL;
    size_t used = 0, size = 0;
    *data = NULL;
    *bytes = 0;

    FILE *in = fopen(path, "rb");
    struct stat info;
    if (!in || fstat(fileno(in), &info) != 0) {
        status = hy_fail(HY_BAD_INPUT, "cannot read '%s': %s", path, strerror(errno));
        goto out;
    }
    if (S_ISDIR(info.st_mode)) {
        status = hy_fail(HY_BAD_INPUT, "cannot read '%s': it is a folder, a file is needed", path);
        goto out;
    }
    /* st_size is a hint only: pipes have none and files may grow */
    size = (size_t)info.st_size + 1;
    for (;;) {
        char *larger = realloc(buffer, size + 1);
        if (!larger) {
            status = hy_fail(HY_RUN_FAILED, "cannot read '%s': %zu bytes do not fit into memory", path, size);
            goto out;
        }
        buffer = larger;
        used += fread(buffer + used, 1, size - used, in);
        if (used < size)
            break;
        size *= 2;
    }
    if (ferror(in)) {
        status = hy_fail(HY_BAD_INPUT, "cannot read '%s': %s", path, strerror(errno));
        goto out;
    }
    buffer[used] = '\0';
    *data = buffer;
    *bytes = used;
    buffer = NULL;
out:
    free(buffer);
    if (in)
        fclose(in);
    return status;
}

bool hy_file_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

bool hy_folder_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

hy_status hy_make_folders(const char *path)
{
    char *copy = hy_format("%s", path);
    hy_status status = HY_OK;
    for (char *at = copy + 1; status == HY_OK; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char kept = *at;
        *at = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            status =
                hy_fail(HY_BAD_INPUT, "cannot make the folder '%s': %s; choose another place", copy, strerror(errno));
        *at = kept;
        if (kept == '\0')
            break;
    }
    if (status == HY_OK && !hy_folder_exists(path))
        status = hy_fail(HY_BAD_INPUT, "'%s' is in the way: a file has the name of the folder to be made", path);
    free(copy);
    return status;
}

/* What a rename could not, or should not replace: a folder, a device (/dev/null, for one). */
static bool replaceable(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

hy_status hy_new_file_open(struct hy_new_file *f, const char *path)
{
    *f = (struct hy_new_file){0};
    if (!replaceable(path))
        return hy_fail(HY_BAD_INPUT, "cannot write '%s': it is no regular file; give the path of one, or of none",
                       path);
    f->path = hy_format("%s", path);
    f->temporary = hy_format("%s.tmp.%ld", path, (long)getpid());
    f->stream = fopen(f->temporary, "wb");
    if (f->stream)
        return HY_OK;
    hy_status status =
        hy_fail(HY_BAD_INPUT, "cannot write '%s': %s; is the folder there and writable?", path, strerror(errno));
    hy_new_file_abort(f);
    return status;
}

/* Without it the rename itself may be lost when the machine goes down. */
static void sync_folder_of(const char *path)
{
    char *copy = hy_format("%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd); /* some file systems refuse it for folders; the data itself is safe */
        close(fd);
    }
    free(copy);
}

hy_status hy_new_file_commit(struct hy_new_file *f)
{
    errno = 0;
    bool good = !ferror(f->stream);
    /* a failed write left no reason: one byte more meets it again, and the file is dropped anyhow */
    if (good)
        good = fflush(f->stream) == 0 && fsync(fileno(f->stream)) == 0;
    else if (write(fileno(f->stream), "", 1) == 1)
        errno = 0;
    int why = errno;
    if (fclose(f->stream) != 0 && good) {
        good = false;
        why = errno;
    }
    f->stream = NULL;
    if (good && rename(f->temporary, f->path) != 0) {
        good = false;
        why = errno;
    }
    hy_status status = HY_OK;
    if (good)
        sync_folder_of(f->path);
    else
        status = hy_fail(HY_RUN_FAILED, "cannot finish writing '%s': %s; what was there before is unchanged", f->path,
                         why ? strerror(why) : "an earlier write failed");
    hy_new_file_abort(f);
    return status;
}

void hy_new_file_abort(struct hy_new_file *f)
{
    if (f->stream)
        fclose(f->stream);
    if (f->temporary)
        unlink(f->temporary);
    free(f->path);
    free(f->temporary);
    *f = (struct hy_new_file){0};
}

/* Whether a file name ends as a temporary one of a process that has ended: this one's number may have been another's
 * before, as in a container, where every run has the same. */
static bool left_behind(const char *name)
{
    static const char mark[] = ".tmp.";
    const char *at = strstr(name, mark);
    char *end = NULL;
    long pid = at ? strtol(at + sizeof mark - 1, &end, 10) : 0;
    return pid > 0 && *end == '\0' && (pid == getpid() || (kill((pid_t)pid, 0) != 0 && errno == ESRCH));
}

void hy_new_files_sweep(const char *folder)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (left_behind(e->d_name))
            (void)unlinkat(dirfd(d), e->d_name, 0); /* what cannot be removed harms nobody */
    if (d)
        closedir(d);
}

hy_status hy_write_file(const char *path, const void *data, size_t bytes)
{
    struct hy_new_file f;
    hy_status status = hy_new_file_open(&f, path);
    if (status != HY_OK)
        return status;
    (void)fwrite(data, 1, bytes, f.stream); /* a short write shows in ferror at commit */
    return hy_new_file_commit(&f);
}

hy_status hy_lock_file(const char *path, int *fd)
{
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*fd < 0)
        return hy_fail(HY_BAD_INPUT, "cannot lock '%s': %s", path, strerror(errno));
    char line[32] = "";
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        ssize_t n = read(*fd, line, sizeof line - 1);
        line[n > 0 ? n : 0] = '\0';
        line[strcspn(line, "\n")] = '\0';
        close(*fd);
        *fd = -1;
        return hy_fail(
            HY_BAD_INPUT,
            "'%s' is locked by process %s: another run uses this folder; wait for it or choose another --out", path,
            line[0] ? line : "(unknown)");
    }
    int n = snprintf(line, sizeof line, "%ld\n", (long)getpid());
    if (ftruncate(*fd, 0) != 0 || write(*fd, line, (size_t)n) != n)
        hy_warn_once("cannot note the process in '%s'; the lock holds all the same", path);
    return HY_OK;
}

void hy_sha256_hex(const void *data, size_t bytes, char hex[65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    HY_ASSERT(EVP_Digest(data, bytes, digest, &length, EVP_sha256(), NULL) == 1 && length == 32,
              "libcrypto has no SHA-256");
    for (unsigned i = 0; i < length; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}
