#include "tests/bench/mock.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *mock_path(const char *name)
{
    static char path[4096];
    char self[2048];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    cr_assert(n > 0);
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    snprintf(path, sizeof path, "%s/mock_%s.so", self, name);
    return path;
}

void *mock_symbol(const char *name, const char *symbol)
{
    void *library = dlopen(mock_path(name), RTLD_NOW | RTLD_LOCAL);
    cr_assert(library, "%s", dlerror());
    void *found = dlsym(library, symbol);
    cr_assert(found, "%s lacks %s", mock_path(name), symbol);
    return found;
}

void mock_cupti_use(struct mock_cupti *m)
{
    const struct {
        const char *name;
        void *to;
    } entries[] = {{"mock_cupti_launch", &m->launch},
                   {"mock_cupti_again", &m->again},
                   {"mock_cupti_reverse", &m->reverse},
                   {"mock_cupti_drop", &m->drop},
                   {"mock_cupti_counts", &m->counts}};
    setenv("HYMBENCH_CUPTI_LIB", mock_path("cupti"), 1);
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        void *symbol = mock_symbol("cupti", entries[i].name);
        memcpy(entries[i].to, &symbol, sizeof symbol);
    }
}
