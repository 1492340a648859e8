#include "kernels/base/gpu_library.h"

#include <dlfcn.h>
#include <glob.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/ask.h"
#include "kernels/base/file.h"
#include "kernels/base/status.h"

#ifndef HY_CUDA_HOME /* of the toolkit that this is built with */
#define HY_CUDA_HOME "/usr/local/cuda"
#endif

enum { LIBRARIES = 8, PYTHON_LIMIT_MS = 5000 };

static struct hy_gpu_library libraries[LIBRARIES];

/* ---- one look ---------------------------------------------------------------------------- */

struct search {
    const char *file;
    void *library;
    char *path;    /* of what was opened */
    char *places;  /* looked in so far, as a sentence has them */
    char *trouble; /* the first file that is there and does not load */
};

static void add(char **list, const char *between, const char *more)
{
    char *longer = **list ? hy_format("%s%s%s", *list, between, more) : hy_format("%s", more);
    free(*list);
    *list = longer;
}

/* Where the loader took it from. */
static char *path_of(void *library, const char *asked)
{
    struct link_map *map = NULL;
    return hy_format("%s", dlinfo(library, RTLD_DI_LINKMAP, &map) == 0 && map->l_name[0] ? map->l_name : asked);
}

static bool take(struct search *s, const char *path)
{
    s->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (s->library) {
        s->path = path_of(s->library, path);
        return true;
    }
    const char *why = dlerror();
    const size_t n = strlen(path);
    const bool absent = why && strncmp(why, path, n) == 0 && strstr(why + n, "No such file");
    if (!absent && !*s->trouble)
        add(&s->trouble, "", why ? why : path);
    return false;
}

/* CUPTI loads these by their bare names, which the loader does not look for beside it. */
static void open_companions(const char *folder, const char *file)
{
    static const char *const names[] = {"libnvperf_host.so", "libnvperf_target.so"};
    for (size_t i = 0; i < sizeof names / sizeof *names && strncmp(file, "libcupti.", 9) == 0; i++) {
        char *path = hy_format("%s/%s", folder, names[i]);
        (void)dlopen(path, RTLD_LAZY | RTLD_LOCAL); /* stays; absent is fine: only counters need it */
        free(path);
    }
}

static bool take_in(struct search *s, const char *folder)
{
    char *path = hy_format("%s/%s", folder, s->file);
    const bool taken = take(s, path);
    if (taken)
        open_companions(folder, s->file);
    free(path);
    return taken;
}

/* ---- the ways ---------------------------------------------------------------------------- */

static bool by_list(struct search *s)
{
    const char *list = getenv("HYMBENCH_CUDA_LIBS");
    bool taken = false;
    if (!list || !*list) {
        add(&s->places, "; ", "HYMBENCH_CUDA_LIBS, which is not set");
        return false;
    }
    char *text = hy_format("%s", list), *rest = NULL;
    for (char *folder = strtok_r(text, ":", &rest); folder && !taken; folder = strtok_r(NULL, ":", &rest)) {
        taken = take_in(s, folder);
        add(&s->places, "; ", folder);
    }
    free(text);
    return taken;
}

static bool by_loader(struct search *s)
{
    add(&s->places, "; ", "the loader's path");
    return take(s, s->file);
}

static bool by_toolkit(struct search *s)
{
    static const char *const below[] = {"lib64", "extras/CUPTI/lib64"};
    const char *given = getenv("CUDA_HOME"), *usual = "/usr/local/cuda";
    const char *homes[] = {given && *given ? given : HY_CUDA_HOME,
                           (given && *given) || strcmp(HY_CUDA_HOME, usual) == 0 ? NULL : usual};
    bool taken = false;
    for (size_t i = 0; i < 4 && !taken; i++) {
        if (!homes[i / 2])
            continue;
        char *folder = hy_format("%s/%s", homes[i / 2], below[i % 2]);
        taken = take_in(s, folder);
        add(&s->places, "; ", folder);
        free(folder);
    }
    return taken;
}

/* The folders that the python3 on the PATH imports packages from, a line each; "" where there is none that answers. */
static const char *python_folders(void)
{
    static const char *const question[] = {
        "python3", "-c",
        "import os, sys\n"
        "print(*[p for p in sys.path if p and (p.endswith('-packages') or os.path.isdir(p + '/nvidia'))], sep='\\n')",
        NULL};
    static const char *answer; /* for as long as the program lives */
    if (!answer)
        answer = hy_ask(question, PYTHON_LIMIT_MS);
    if (!answer)
        answer = "";
    return answer;
}

/* A package of CUDA 13 has its libraries in nvidia/cu13/lib, those before it each in a folder of its own. */
static bool by_python(struct search *s)
{
    char *text = hy_format("%s", python_folders()), *rest = NULL;
    bool taken = false;
    if (!*text)
        add(&s->places, "; ", "packages of python3, but none on the PATH answers");
    for (char *folder = strtok_r(text, "\n", &rest); folder && !taken; folder = strtok_r(NULL, "\n", &rest)) {
        char *pattern = hy_format("%s/nvidia/*/lib", folder);
        glob_t found = {0};
        if (glob(pattern, 0, NULL, &found) == 0)
            for (size_t i = 0; i < found.gl_pathc && !taken; i++)
                taken = take_in(s, found.gl_pathv[i]);
        globfree(&found);
        add(&s->places, "; ", pattern);
        free(pattern);
    }
    free(text);
    return taken;
}

static const struct {
    const char *name;
    bool (*take)(struct search *s);
} ways[] = {
    {"HYMBENCH_CUDA_LIBS", by_list},
    {"the loader's path", by_loader},
    {"CUDA_HOME", by_toolkit},
    {"python3's packages", by_python},
};

/* ---- what is remembered --------------------------------------------------------------------- */

const struct hy_gpu_library *hy_gpu_library_at(int i)
{
    return i < LIBRARIES && libraries[i].file ? &libraries[i] : NULL;
}

static struct hy_gpu_library *entry_of(const char *file)
{
    int i = 0;
    while (i < LIBRARIES && libraries[i].file && strcmp(libraries[i].file, file) != 0)
        i++;
    HY_ASSERT(i < LIBRARIES, "more libraries of a GPU than the table was made for");
    return &libraries[i];
}

const struct hy_gpu_library *hy_gpu_library_look(const char *file)
{
    const struct hy_gpu_library *l = entry_of(file);
    return l->file ? l : NULL;
}

static void note(const char *file, char *path, const char *from, char *lack)
{
    struct hy_gpu_library *l = entry_of(file);
    free(l->path);
    free(l->lack);
    *l = (struct hy_gpu_library){.file = file, .path = path, .from = from, .lack = lack};
}

void hy_gpu_library_refuse(const char *file, const char *why)
{
    struct hy_gpu_library *l = entry_of(file);
    HY_ASSERT(l->file, "only a library that was opened is refused");
    free(l->lack);
    l->lack = hy_format("%s", why);
}

/* The one file that a variable names. */
static void *open_named(const char *file, const char *variable, const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    note(file, library ? path_of(library, path) : hy_format("%s", ""), library ? variable : "",
         library ? hy_format("%s", "")
                 : hy_format("'%s', which %s names, cannot be loaded; name a %s", path, variable, file));
    return library;
}

void *hy_gpu_library_open(const char *file, const char *variable)
{
    const char *named = variable ? getenv(variable) : NULL;
    if (named && *named)
        return open_named(file, variable, named);
    struct search s = {.file = file, .places = hy_format("%s", ""), .trouble = hy_format("%s", "")};
    const char *from = "";
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !s.library; i++)
        if (ways[i].take(&s))
            from = ways[i].name;
    note(file, s.library ? s.path : hy_format("%s", ""), from,
         s.library ? hy_format("%s", "")
                   : hy_format("%s was not found; name its folder in HYMBENCH_CUDA_LIBS (looked in: %s)%s%s", file,
                               s.places, *s.trouble ? "; what is there does not load: " : "", s.trouble));
    free(s.places);
    free(s.trouble);
    return s.library;
}
