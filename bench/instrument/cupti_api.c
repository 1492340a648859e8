#include "bench/instrument/cupti_api.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/instrument/tools.h"

static struct {
    void *library;
    char path[512];
    struct hy_cupti api;
    char sentence[768];
} loaded;

static const struct {
    const char *name;
    size_t at; /* in struct hy_cupti */
} entries[] = {
    {"cuptiGetVersion", offsetof(struct hy_cupti, version)},
    {"cuptiGetResultString", offsetof(struct hy_cupti, result_string)},
    {"cuptiSubscribe", offsetof(struct hy_cupti, subscribe)},
    {"cuptiUnsubscribe", offsetof(struct hy_cupti, unsubscribe)},
    {"cuptiActivityRegisterCallbacks", offsetof(struct hy_cupti, register_callbacks)},
    {"cuptiActivityEnable", offsetof(struct hy_cupti, enable)},
    {"cuptiActivityDisable", offsetof(struct hy_cupti, disable)},
    {"cuptiActivityFlushAll", offsetof(struct hy_cupti, flush_all)},
    {"cuptiActivityGetNextRecord", offsetof(struct hy_cupti, next_record)},
    {"cuptiActivityGetNumDroppedRecords", offsetof(struct hy_cupti, dropped)},
    {"cuptiActivityPushExternalCorrelationId", offsetof(struct hy_cupti, push)},
    {"cuptiActivityPopExternalCorrelationId", offsetof(struct hy_cupti, pop)},
};

const char *hy_cupti_sentence(void)
{
    return loaded.sentence;
}

const char *hy_cupti_path(void)
{
    return loaded.library ? loaded.path : "";
}

void *hy_cupti_symbol(const char *name)
{
    return loaded.library ? dlsym(loaded.library, name) : NULL;
}

static void *open_library(void)
{
    static const char *const places[] = {
        "libcupti.so.13",
        "/usr/local/cuda/lib64/libcupti.so.13",
        "/usr/local/cuda/extras/CUPTI/lib64/libcupti.so.13",
    };
    const char *given = getenv("HYMBENCH_CUPTI_LIB");
    if (given && *given) {
        snprintf(loaded.path, sizeof loaded.path, "%s", given);
        return dlopen(given, RTLD_NOW | RTLD_LOCAL);
    }
    void *library = NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places && !library; i++) {
        snprintf(loaded.path, sizeof loaded.path, "%s", places[i]);
        library = dlopen(places[i], RTLD_NOW | RTLD_LOCAL);
    }
    return library;
}

/* All entries of `library`; the name of the first it lacks, else NULL. */
static const char *find_entries(void *library, struct hy_cupti *api)
{
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        void *symbol = dlsym(library, entries[i].name);
        if (!symbol)
            return entries[i].name;
        memcpy((char *)api + entries[i].at, &symbol, sizeof symbol);
    }
    return NULL;
}

enum hy_cupti_state hy_cupti_load(const struct hy_cupti **api)
{
    if (loaded.library) {
        *api = &loaded.api;
        return HY_CUPTI_OK;
    }
    const char *given = getenv("HYMBENCH_CUPTI_LIB");
    void *library = open_library();
    if (!library) {
        snprintf(loaded.sentence, sizeof loaded.sentence,
                 given && *given ? "no CUPTI: '%s', which HYMBENCH_CUPTI_LIB names, cannot be loaded; name the CUDA "
                                   "toolkit's libcupti.so.%d"
                                 : "no CUPTI: %s was not found; install the CUDA toolkit's CUPTI, or name the library "
                                   "in HYMBENCH_CUPTI_LIB (libcupti.so.%d)",
                 given && *given ? given : "libcupti", HY_CUPTI_MAJOR);
        return HY_CUPTI_NO_LIBRARY;
    }
    enum hy_cupti_state state = HY_CUPTI_OK;
    const char *lacking = find_entries(library, &loaded.api);
    uint32_t version = 0;
    if (lacking) {
        snprintf(loaded.sentence, sizeof loaded.sentence,
                 "no CUPTI: '%s' has no %s; name the libcupti.so.%d of CUDA %d in HYMBENCH_CUPTI_LIB", loaded.path,
                 lacking, HY_CUPTI_MAJOR, HY_CUPTI_MAJOR);
        state = HY_CUPTI_NO_SYMBOL;
    } else if (loaded.api.version(&version) != HY_CUPTI_SUCCESS || version / 10000 != HY_CUPTI_MAJOR) {
        snprintf(loaded.sentence, sizeof loaded.sentence,
                 "no CUPTI: '%s' is version %u, not one of CUDA %d; name the right libcupti.so.%d in "
                 "HYMBENCH_CUPTI_LIB",
                 loaded.path, version, HY_CUPTI_MAJOR, HY_CUPTI_MAJOR);
        state = HY_CUPTI_OTHER_VERSION;
    }
    if (state != HY_CUPTI_OK) {
        dlclose(library);
        return state;
    }
    loaded.library = library; /* never unloaded: CUPTI's own threads run in it */
    loaded.api.api_version = version;
    *api = &loaded.api;
    return HY_CUPTI_OK;
}

static enum hy_cupti_state state_of(int result)
{
    switch (result) {
    case HY_CUPTI_SUCCESS:
        return HY_CUPTI_OK;
    case HY_CUPTI_NOT_INITIALIZED:
    case HY_CUPTI_UNKNOWN: /* what every call says where there is no driver */
        return HY_CUPTI_NO_DRIVER;
    case HY_CUPTI_MULTIPLE_SUBSCRIBERS:
        return HY_CUPTI_OTHER_PROFILER;
    case HY_CUPTI_INSUFFICIENT_PRIVILEGES:
    case HY_CUPTI_VIRTUALIZED_PRIVILEGES:
        return HY_CUPTI_NO_PRIVILEGES;
    default:
        return HY_CUPTI_OTHER;
    }
}

static const char *remedy_of(enum hy_cupti_state state)
{
    switch (state) {
    case HY_CUPTI_NO_DRIVER:
        return "there is no NVIDIA driver it can work with; see whether nvidia-smi lists the GPU";
    case HY_CUPTI_OTHER_PROFILER:
        return "another profiler is attached; run without nsys, ncu or a debugger, or take the figures from that tool";
    case HY_CUPTI_NO_PRIVILEGES:
        return "the driver lets only administrators profile (ERR_NVGPUCTRPERM); run as root, load the driver with "
               "NVreg_RestrictProfilingToAdminUsers=0, or give the container --cap-add=SYS_ADMIN";
    default:
        return "look the code up in cupti_result.h";
    }
}

enum hy_cupti_state hy_cupti_result(int result, const char *entry, const char *lost)
{
    enum hy_cupti_state state = state_of(result);
    if (state == HY_CUPTI_OK)
        return state;
    const char *text = NULL;
    if (!loaded.library || loaded.api.result_string(result, &text) != HY_CUPTI_SUCCESS || !text)
        text = "no name";
    snprintf(loaded.sentence, sizeof loaded.sentence, "%s: %s gave %d (%s): %s", lost, entry, result, text,
             remedy_of(state));
    return state;
}

enum hy_cupti_state hy_cupti_alone(const char *lost)
{
    const char *tool = hy_tool_attached();
    if (!tool)
        return HY_CUPTI_OK;
    snprintf(loaded.sentence, sizeof loaded.sentence,
             "%s: %s, and there can be one profiler; run without it, or take the figures from that tool", lost, tool);
    return HY_CUPTI_OTHER_PROFILER;
}
