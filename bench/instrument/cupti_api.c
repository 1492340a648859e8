#include "bench/instrument/cupti_api.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/instrument/tools.h"
#include "kernels/base/gpu_library.h"

static struct {
    void *library;
    struct hy_cupti api;
    char sentence[2048];
} loaded;

static const char FILE_NAME[] = "libcupti.so.13", VARIABLE[] = "HYMBENCH_CUPTI_LIB";

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
    return loaded.library ? hy_gpu_library_look(FILE_NAME)->path : "";
}

void *hy_cupti_symbol(const char *name)
{
    return loaded.library ? dlsym(loaded.library, name) : NULL;
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
    void *library = hy_gpu_library_open(FILE_NAME, VARIABLE);
    const struct hy_gpu_library *look = hy_gpu_library_look(FILE_NAME);
    if (!library) {
        snprintf(loaded.sentence, sizeof loaded.sentence, "no CUPTI: %s", look->lack);
        return HY_CUPTI_NO_LIBRARY;
    }
    enum hy_cupti_state state = HY_CUPTI_OK;
    const char *lacking = find_entries(library, &loaded.api);
    uint32_t version = 0;
    if (lacking) {
        snprintf(loaded.sentence, sizeof loaded.sentence,
                 "no CUPTI: '%s' has no %s; name the libcupti.so.%d of CUDA %d in HYMBENCH_CUPTI_LIB", look->path,
                 lacking, HY_CUPTI_MAJOR, HY_CUPTI_MAJOR);
        state = HY_CUPTI_NO_SYMBOL;
    } else if (loaded.api.version(&version) != HY_CUPTI_SUCCESS || version / 10000 != HY_CUPTI_MAJOR) {
        snprintf(loaded.sentence, sizeof loaded.sentence,
                 "no CUPTI: '%s' is version %u, not one of CUDA %d; name the right libcupti.so.%d in "
                 "HYMBENCH_CUPTI_LIB",
                 look->path, version, HY_CUPTI_MAJOR, HY_CUPTI_MAJOR);
        state = HY_CUPTI_OTHER_VERSION;
    }
    if (state != HY_CUPTI_OK) {
        hy_gpu_library_refuse(FILE_NAME, loaded.sentence);
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
