#include "bench/instrument/cupti_profiler.h"

#include <string.h>

#include "bench/instrument/cupti_api.h"

static struct hy_cupti_profiler loaded;

static const struct {
    const char *name;
    size_t at; /* in struct hy_cupti_profiler */
} entries[] = {
    {"cuptiProfilerHostGetSupportedChips", offsetof(struct hy_cupti_profiler, chips)},
    {"cuptiProfilerHostInitialize", offsetof(struct hy_cupti_profiler, host_open)},
    {"cuptiProfilerHostDeinitialize", offsetof(struct hy_cupti_profiler, host_close)},
    {"cuptiProfilerHostConfigAddMetrics", offsetof(struct hy_cupti_profiler, add)},
    {"cuptiProfilerHostGetConfigImageSize", offsetof(struct hy_cupti_profiler, image_size)},
    {"cuptiProfilerHostGetConfigImage", offsetof(struct hy_cupti_profiler, image)},
    {"cuptiProfilerHostGetNumOfPasses", offsetof(struct hy_cupti_profiler, passes)},
    {"cuptiProfilerHostGetMetricProperties", offsetof(struct hy_cupti_profiler, properties)},
    {"cuptiProfilerHostEvaluateToGpuValues", offsetof(struct hy_cupti_profiler, evaluate)},
    {"cuptiProfilerInitialize", offsetof(struct hy_cupti_profiler, initialize)},
    {"cuptiProfilerDeInitialize", offsetof(struct hy_cupti_profiler, deinitialize)},
    {"cuptiDeviceGetChipName", offsetof(struct hy_cupti_profiler, chip_name)},
    {"cuptiProfilerGetCounterAvailability", offsetof(struct hy_cupti_profiler, availability)},
    {"cuptiRangeProfilerEnable", offsetof(struct hy_cupti_profiler, enable)},
    {"cuptiRangeProfilerDisable", offsetof(struct hy_cupti_profiler, disable)},
    {"cuptiRangeProfilerGetCounterDataSize", offsetof(struct hy_cupti_profiler, data_size)},
    {"cuptiRangeProfilerCounterDataImageInitialize", offsetof(struct hy_cupti_profiler, data_clear)},
    {"cuptiRangeProfilerSetConfig", offsetof(struct hy_cupti_profiler, configure)},
    {"cuptiRangeProfilerStart", offsetof(struct hy_cupti_profiler, start)},
    {"cuptiRangeProfilerPushRange", offsetof(struct hy_cupti_profiler, push)},
    {"cuptiRangeProfilerPopRange", offsetof(struct hy_cupti_profiler, pop)},
    {"cuptiRangeProfilerStop", offsetof(struct hy_cupti_profiler, stop)},
    {"cuptiRangeProfilerDecodeData", offsetof(struct hy_cupti_profiler, decode)},
};

hy_status hy_cupti_profiler_load(const struct hy_cupti_profiler **api)
{
    const struct hy_cupti *base;
    if (hy_cupti_load(&base) != HY_CUPTI_OK)
        return hy_fail(HY_NO_DATA, "%s", hy_cupti_sentence());
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        void *symbol = hy_cupti_symbol(entries[i].name);
        if (!symbol)
            return hy_fail(HY_NO_DATA,
                           "no hardware counters: '%s' has no %s; name the libcupti.so.%d of CUDA %d in "
                           "HYMBENCH_CUPTI_LIB",
                           hy_cupti_path(), entries[i].name, HY_CUPTI_MAJOR, HY_CUPTI_MAJOR);
        memcpy((char *)&loaded + entries[i].at, &symbol, sizeof symbol);
    }
    *api = &loaded;
    return HY_OK;
}
