#include "bench/compare/baselines.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/compare/open.h"
#include "kernels/base/file.h"

static const char place[] = "results/baselines";

/* What a baseline is made of: the tables that are compared, and what says where they were measured. */
static const char *const files[] = {"env.json",    "config.yaml", "variants.csv", "runs.csv",
                                    "scaling.csv", "kernels.csv", "google.json",  "ablation_results.csv"};
enum { FILES = sizeof files / sizeof *files };

char *hy_baseline_path(const char *name)
{
    return hy_format("%s/%s", place, name);
}

hy_status hy_baseline_check(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
    if (name[0] && name[0] != '.' && name[0] != '-' && name[strspn(name, letters)] == '\0')
        return HY_OK;
    return hy_fail(HY_BAD_INPUT,
                   "'%s' is no name for a baseline: letters, digits, '.', '_', '+' and '-', not '.' or '-' at first",
                   name);
}

static bool is_one(const char *name)
{
    for (int i = 0; i < FILES; i++) {
        char *path = hy_format("%s/%s/%s", place, name, files[i]);
        const bool there = hy_file_exists(path) && strcmp(files[i], "env.json") != 0;
        free(path);
        if (there)
            return true;
    }
    return false;
}

/* ---- saving ---------------------------------------------------------------------------------- */
static hy_status copy(const char *from, const char *folder, const char *as)
{
    char *data = NULL, *to = hy_format("%s/%s", folder, as);
    size_t bytes;
    hy_status status = hy_read_file(from, &data, &bytes);
    if (status == HY_OK)
        status = hy_write_file(to, data, bytes);
    free(data);
    free(to);
    return status;
}

static hy_status copy_folder(const char *from, const char *to)
{
    hy_status status = HY_OK;
    for (int i = 0; i < FILES && status == HY_OK; i++) {
        char *path = hy_format("%s/%s", from, files[i]);
        if (hy_file_exists(path))
            status = copy(path, to, files[i]);
        free(path);
    }
    return status;
}

static void remove_files(const char *folder)
{
    for (int i = 0; i < FILES; i++) {
        char *path = hy_format("%s/%s", folder, files[i]);
        (void)unlink(path);
        free(path);
    }
}

hy_status hy_baseline_save(const char *name, const char *from)
{
    struct hy_side side = {0};
    char *folder = hy_baseline_path(name), *fresh = hy_format("%s.tmp.%ld", folder, (long)getpid());
    hy_status status = hy_baseline_check(name);
    if (status == HY_OK)
        status = hy_side_open(&side, from); /* what is damaged or empty is refused now, and not when it is needed */
    hy_side_fini(&side);
    if (status == HY_OK && hy_folder_exists(folder) && !is_one(name))
        status = hy_fail(HY_BAD_INPUT, "%s is there and no baseline; take another name", folder);
    if (status == HY_OK)
        status = hy_make_folders(fresh);
    if (status == HY_OK)
        status = hy_folder_exists(from) ? copy_folder(from, fresh)
                                        : copy(from, fresh, hy_side_is_json(from) ? "google.json" : "kernels.csv");
    if (status == HY_OK) { /* the new one is complete: the old one goes */
        remove_files(folder);
        (void)rmdir(folder);
        if (rename(fresh, folder) != 0)
            status = hy_fail(HY_BAD_INPUT, "cannot keep the baseline as %s: %s", folder, strerror(errno));
    }
    if (status) {
        remove_files(fresh);
        (void)rmdir(fresh);
    }
    free(folder);
    free(fresh);
    return status;
}

/* ---- what there is ------------------------------------------------------------------------------- */
static int a_baseline(const struct dirent *e)
{
    return e->d_name[0] != '.' && strstr(e->d_name, ".tmp.") == NULL && is_one(e->d_name);
}

static char *names(void)
{
    struct dirent **list = NULL;
    const int n = scandir(place, &list, a_baseline, alphasort);
    char *text = hy_format("%s", n > 0 ? "" : "none");
    for (int i = 0; i < n; i++) {
        char *longer = hy_format("%s%s%s", text, i ? ", " : "", list[i]->d_name);
        free(text);
        text = longer;
        free(list[i]);
    }
    free(list);
    return text;
}

hy_status hy_baseline_find(const char *name)
{
    hy_status status = hy_baseline_check(name);
    if (status || is_one(name))
        return status;
    char *there = names();
    status = hy_fail(HY_BAD_INPUT, "there is no baseline '%s' under %s (there: %s); micro --save-baseline %s makes one",
                     name, place, there, name);
    free(there);
    return status;
}

hy_status hy_baselines_print(void)
{
    struct dirent **list = NULL;
    const int n = scandir(place, &list, a_baseline, alphasort);
    if (n <= 0)
        printf("no baselines under %s; micro --save-baseline NAME makes one\n", place);
    else
        printf("%-28s %-16s %-14s %6s  %s\n", "baseline", "saved", "commit", "rows", "machine");
    for (int i = 0; i < n; i++) {
        char *path = hy_baseline_path(list[i]->d_name), when[32] = "";
        struct stat s;
        struct tm utc;
        struct hy_side side = {0};
        if (stat(path, &s) == 0 && gmtime_r(&s.st_mtime, &utc))
            strftime(when, sizeof when, "%Y-%m-%d %H:%M", &utc);
        const bool sound = hy_side_open(&side, path) == HY_OK;
        printf("%-28s %-16s %-14s %6zu  %s\n", list[i]->d_name, when, sound ? side.version : "", side.n,
               sound ? hy_side_fact_of(&side, "machine") : hy_error());
        hy_side_fini(&side);
        free(path);
        free(list[i]);
    }
    free(list);
    return HY_OK;
}

static int a_stranger(const struct dirent *e)
{
    bool ours = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    for (int i = 0; i < FILES; i++)
        ours |= strcmp(e->d_name, files[i]) == 0;
    return !ours;
}

hy_status hy_baseline_delete(const char *name)
{
    hy_status status = hy_baseline_find(name);
    if (status)
        return status;
    char *folder = hy_baseline_path(name);
    struct dirent **list = NULL;
    const int n = scandir(folder, &list, a_stranger, alphasort);
    if (n > 0)
        status = hy_fail(HY_BAD_INPUT, "%s holds other files too, for instance '%s'; nothing was removed", folder,
                         list[0]->d_name);
    for (int i = 0; i < n; i++)
        free(list[i]);
    free(list);
    if (status == HY_OK) {
        remove_files(folder);
        if (rmdir(folder) != 0)
            status = hy_fail(HY_BAD_INPUT, "cannot remove %s: %s", folder, strerror(errno));
    }
    free(folder);
    return status;
}
