#include "bench/run/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernels/base/file.h"

static const char RESULTS[] = "results", MARK[] = "unfinished";

/* The resolved study as text: what two runs must share to be the same run. */
static hy_status study_text(const struct hy_study *s, char **text, size_t *bytes)
{
    char path[] = "/tmp/hymbench-config-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0)
        return hy_fail(HY_RUN_FAILED, "cannot make a temporary file in /tmp: %s", strerror(errno));
    close(fd);
    hy_status status = hy_study_write_yaml(s, path);
    if (status == HY_OK)
        status = hy_read_file(path, text, bytes);
    unlink(path);
    return status;
}

static bool same_config(const char *dir, const char *text, size_t bytes)
{
    char *path = hy_format("%s/config.yaml", dir), *there = NULL;
    size_t there_bytes = 0;
    bool same = hy_file_exists(path) && hy_read_file(path, &there, &there_bytes) == HY_OK && there_bytes == bytes &&
                memcmp(there, text, bytes) == 0;
    free(there);
    free(path);
    return same;
}

static bool has_file(const char *dir, const char *file)
{
    char *path = hy_format("%s/%s", dir, file);
    bool there = hy_file_exists(path);
    free(path);
    return there;
}

/* Names begin with the time, so the newest is the last by name. */
static char *newest_unfinished(const char *text, size_t bytes)
{
    char *best = NULL;
    DIR *d = opendir(RESULTS);
    for (struct dirent *e; d && (e = readdir(d));) {
        char *dir = hy_format("%s/%s", RESULTS, e->d_name);
        if (e->d_name[0] != '.' && strcmp(e->d_name, "latest") != 0 && has_file(dir, MARK) &&
            same_config(dir, text, bytes) && (!best || strcmp(dir, best) > 0)) {
            free(best);
            best = dir;
            dir = NULL;
        }
        free(dir);
    }
    if (d)
        closedir(d);
    return best;
}

/* A folder nobody has: two runs started within a second get two. */
static char *new_name(const struct hy_study *s, const char *device)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
    char *dir = hy_format("%s/%s-%s-%s", RESULTS, stamp, s->profile[0] ? s->profile : s->name, device);
    for (int i = 2; hy_folder_exists(dir); i++) {
        free(dir);
        dir = hy_format("%s/%s-%s-%s-%d", RESULTS, stamp, s->profile[0] ? s->profile : s->name, device, i);
    }
    return dir;
}

static hy_status choose(struct hy_run_folder *f, const struct hy_study *s, const char *out, const char *device,
                        bool resume, const char *text, size_t bytes)
{
    if (out) {
        size_t length = strlen(out);
        while (length > 1 && out[length - 1] == '/')
            length--;
        f->dir = hy_format("%.*s", (int)length, out);
        bool used = has_file(f->dir, "config.yaml");
        if (used && !resume)
            return hy_fail(HY_BAD_INPUT,
                           "'%s' already holds a run; add --resume to go on with it, or choose another --out", f->dir);
        if (used && !same_config(f->dir, text, bytes))
            return hy_fail(
                HY_BAD_INPUT,
                "'%s' holds a run of another configuration; give the options of that run, or choose another --out",
                f->dir);
        return HY_OK;
    }
    f->dir = resume ? newest_unfinished(text, bytes) : new_name(s, device);
    if (!f->dir)
        return hy_fail(HY_NO_DATA,
                       "there is no unfinished run of this configuration under '%s' to resume; leave --resume out",
                       RESULTS);
    return HY_OK;
}

static const char *const inside[] = {"weights", "state", "records"};
enum { INSIDE = sizeof inside / sizeof *inside };

/* What a run that was killed was writing. The lock says that nobody else writes here. */
static void sweep(const struct hy_run_folder *f)
{
    hy_new_files_sweep(f->dir);
    for (int i = 0; i < INSIDE; i++) {
        char *path = hy_format("%s/%s", f->dir, inside[i]);
        hy_new_files_sweep(path);
        free(path);
    }
}

hy_status hy_run_folder_open(struct hy_run_folder *f, const struct hy_study *s, const char *out, const char *device,
                             bool resume)
{
    char *text = NULL, *path = NULL;
    size_t bytes = 0;
    *f = (struct hy_run_folder){.lock = -1};
    hy_status status = study_text(s, &text, &bytes);
    if (status == HY_OK)
        status = choose(f, s, out, device, resume, text, bytes);
    if (status == HY_OK)
        status = hy_make_folders(f->dir);
    if (status != HY_OK)
        goto out;
    path = hy_format("%s/%s", f->dir, MARK);
    status = hy_lock_file(path, &f->lock);
    free(path);
    for (int i = 0; i < INSIDE && status == HY_OK; i++) {
        path = hy_format("%s/%s", f->dir, inside[i]);
        status = hy_make_folders(path);
        free(path);
    }
    if (status != HY_OK)
        goto out;
    sweep(f);
    path = hy_format("%s/config.yaml", f->dir);
    if (!hy_file_exists(path))
        status = hy_write_file(path, text, bytes);
    free(path);
    const char *slash = strrchr(f->dir, '/');
    f->name = hy_format("%s", slash ? slash + 1 : f->dir);
out:
    free(text);
    if (status != HY_OK)
        hy_run_folder_fini(f);
    return status;
}

hy_status hy_run_folder_finish(struct hy_run_folder *f)
{
    char *mark = hy_format("%s/%s", f->dir, MARK), *state = hy_format("%s/state", f->dir);
    unlink(mark);
    rmdir(state); /* stays when a failed variant left something to look at */
    free(mark);
    free(state);
    size_t length = sizeof RESULTS - 1;
    if (strncmp(f->dir, RESULTS, length) != 0 || f->dir[length] != '/' || strchr(f->dir + length + 1, '/'))
        return HY_OK;
    /* a link is replaced by renaming another over it: there is always one */
    char *latest = hy_format("%s/latest", RESULTS), *temporary = hy_format("%s.tmp.%ld", latest, (long)getpid());
    hy_new_files_sweep(RESULTS);
    hy_status status = HY_OK;
    if (symlink(f->name, temporary) != 0 || rename(temporary, latest) != 0) {
        status = hy_fail(HY_RUN_FAILED, "cannot point '%s' to '%s': %s", latest, f->name, strerror(errno));
        unlink(temporary);
    }
    free(temporary);
    free(latest);
    return status;
}

void hy_run_folder_fini(struct hy_run_folder *f)
{
    if (!f)
        return;
    if (f->lock >= 0)
        close(f->lock);
    free(f->dir);
    free(f->name);
    *f = (struct hy_run_folder){.lock = -1};
}
