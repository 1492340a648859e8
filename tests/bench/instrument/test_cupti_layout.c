/* What bench/instrument declares of CUPTI, against the toolkit's own headers where there are any. */
#include <criterion/criterion.h>

#include "bench/instrument/cupti_api.h"
#include "bench/instrument/cupti_profiler.h"

#ifdef HY_CUPTI_HEADERS

#include <cupti.h>
#include <cupti_profiler_host.h>
#include <cupti_range_profiler.h>
#include <cupti_target.h>

struct place {
    const char *field;
    size_t ours, theirs, our_bytes, their_bytes;
};

static void same(const char *record, const struct place *places, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct place *p = &places[i];
        cr_assert_eq(p->ours, p->theirs, "%s.%s stands at %zu, not %zu", record, p->field, p->theirs, p->ours);
        cr_assert_eq(p->our_bytes, p->their_bytes, "%s.%s has %zu bytes", record, p->field, p->their_bytes);
    }
}

#define PLACE(ours, field, theirs, their_field)                                                               \
    {                                                                                                         \
#field, offsetof(struct ours, field), offsetof(theirs, their_field), sizeof((struct ours *)0)->field, \
            sizeof((theirs *)0)->their_field                                                                  \
    }

Test(cupti_layout, records)
{
    static const struct place kernel[] = {
        PLACE(hy_cupti_kernel, kind, CUpti_ActivityKernel10, kind),
        PLACE(hy_cupti_kernel, registers, CUpti_ActivityKernel10, registersPerThread),
        PLACE(hy_cupti_kernel, start, CUpti_ActivityKernel10, start),
        PLACE(hy_cupti_kernel, end, CUpti_ActivityKernel10, end),
        PLACE(hy_cupti_kernel, grid[0], CUpti_ActivityKernel10, gridX),
        PLACE(hy_cupti_kernel, block[2], CUpti_ActivityKernel10, blockZ),
        PLACE(hy_cupti_kernel, static_shared, CUpti_ActivityKernel10, staticSharedMemory),
        PLACE(hy_cupti_kernel, dynamic_shared, CUpti_ActivityKernel10, dynamicSharedMemory),
        PLACE(hy_cupti_kernel, correlation, CUpti_ActivityKernel10, correlationId),
        PLACE(hy_cupti_kernel, name, CUpti_ActivityKernel10, name),
    };
    static const struct place copy[] = {
        PLACE(hy_cupti_memcpy, kind, CUpti_ActivityMemcpy6, kind),
        PLACE(hy_cupti_memcpy, bytes, CUpti_ActivityMemcpy6, bytes),
        PLACE(hy_cupti_memcpy, start, CUpti_ActivityMemcpy6, start),
        PLACE(hy_cupti_memcpy, end, CUpti_ActivityMemcpy6, end),
        PLACE(hy_cupti_memcpy, correlation, CUpti_ActivityMemcpy6, correlationId),
    };
    static const struct place set[] = {
        PLACE(hy_cupti_memset, kind, CUpti_ActivityMemset4, kind),
        PLACE(hy_cupti_memset, bytes, CUpti_ActivityMemset4, bytes),
        PLACE(hy_cupti_memset, start, CUpti_ActivityMemset4, start),
        PLACE(hy_cupti_memset, end, CUpti_ActivityMemset4, end),
        PLACE(hy_cupti_memset, correlation, CUpti_ActivityMemset4, correlationId),
    };
    static const struct place external[] = {
        PLACE(hy_cupti_external, external_kind, CUpti_ActivityExternalCorrelation, externalKind),
        PLACE(hy_cupti_external, external_id, CUpti_ActivityExternalCorrelation, externalId),
        PLACE(hy_cupti_external, correlation, CUpti_ActivityExternalCorrelation, correlationId),
    };
    same("CUpti_ActivityKernel", kernel, sizeof kernel / sizeof *kernel);
    same("CUpti_ActivityMemcpy", copy, sizeof copy / sizeof *copy);
    same("CUpti_ActivityMemset", set, sizeof set / sizeof *set);
    same("CUpti_ActivityExternalCorrelation", external, sizeof external / sizeof *external);
}

Test(cupti_layout, structures_of_the_range_profiler)
{
    static const struct place places[] = {
        PLACE(hy_host_chips, n, CUpti_Profiler_Host_GetSupportedChips_Params, numChips),
        PLACE(hy_host_chips, names, CUpti_Profiler_Host_GetSupportedChips_Params, ppChipNames),
        PLACE(hy_host_open, profiler, CUpti_Profiler_Host_Initialize_Params, profilerType),
        PLACE(hy_host_open, chip, CUpti_Profiler_Host_Initialize_Params, pChipName),
        PLACE(hy_host_open, availability, CUpti_Profiler_Host_Initialize_Params, pCounterAvailabilityImage),
        PLACE(hy_host_open, host, CUpti_Profiler_Host_Initialize_Params, pHostObject),
        PLACE(hy_host_add, names, CUpti_Profiler_Host_ConfigAddMetrics_Params, ppMetricNames),
        PLACE(hy_host_image, image_bytes, CUpti_Profiler_Host_GetConfigImage_Params, configImageSize),
        PLACE(hy_host_image, image, CUpti_Profiler_Host_GetConfigImage_Params, pConfigImage),
        PLACE(hy_host_passes, image_bytes, CUpti_Profiler_Host_GetNumOfPasses_Params, configImageSize),
        PLACE(hy_host_passes, image, CUpti_Profiler_Host_GetNumOfPasses_Params, pConfigImage),
        PLACE(hy_host_properties, metric, CUpti_Profiler_Host_GetMetricProperties_Params, pMetricName),
        PLACE(hy_host_properties, unit, CUpti_Profiler_Host_GetMetricProperties_Params, pDimUnit),
        PLACE(hy_host_evaluate, data, CUpti_Profiler_Host_EvaluateToGpuValues_Params, pCounterDataImage),
        PLACE(hy_host_evaluate, range, CUpti_Profiler_Host_EvaluateToGpuValues_Params, rangeIndex),
        PLACE(hy_host_evaluate, names, CUpti_Profiler_Host_EvaluateToGpuValues_Params, ppMetricNames),
        PLACE(hy_chip_name, device, CUpti_Device_GetChipName_Params, deviceIndex),
        PLACE(hy_availability, context, CUpti_Profiler_GetCounterAvailability_Params, ctx),
        PLACE(hy_availability, image_bytes, CUpti_Profiler_GetCounterAvailability_Params, counterAvailabilityImageSize),
        PLACE(hy_range_enable, context, CUpti_RangeProfiler_Enable_Params, ctx),
        PLACE(hy_range_data_size, names, CUpti_RangeProfiler_GetCounterDataSize_Params, pMetricNames),
        PLACE(hy_range_data_size, ranges, CUpti_RangeProfiler_GetCounterDataSize_Params, maxNumOfRanges),
        PLACE(hy_range_data_size, nodes, CUpti_RangeProfiler_GetCounterDataSize_Params, maxNumRangeTreeNodes),
        PLACE(hy_range_data, data_bytes, CUpti_RangeProfiler_CounterDataImage_Initialize_Params, counterDataSize),
        PLACE(hy_range_config, image_bytes, CUpti_RangeProfiler_SetConfig_Params, configSize),
        PLACE(hy_range_config, image, CUpti_RangeProfiler_SetConfig_Params, pConfig),
        PLACE(hy_range_config, data_bytes, CUpti_RangeProfiler_SetConfig_Params, counterDataImageSize),
        PLACE(hy_range_config, data, CUpti_RangeProfiler_SetConfig_Params, pCounterDataImage),
        PLACE(hy_range_config, range, CUpti_RangeProfiler_SetConfig_Params, range),
        PLACE(hy_range_config, replay, CUpti_RangeProfiler_SetConfig_Params, replayMode),
        PLACE(hy_range_config, ranges, CUpti_RangeProfiler_SetConfig_Params, maxRangesPerPass),
        PLACE(hy_range_config, levels, CUpti_RangeProfiler_SetConfig_Params, numNestingLevels),
        PLACE(hy_range_config, first_level, CUpti_RangeProfiler_SetConfig_Params, minNestingLevel),
        PLACE(hy_range_config, pass, CUpti_RangeProfiler_SetConfig_Params, passIndex),
        PLACE(hy_range_config, level, CUpti_RangeProfiler_SetConfig_Params, targetNestingLevel),
        PLACE(hy_range_stop, level, CUpti_RangeProfiler_Stop_Params, targetNestingLevel),
        PLACE(hy_range_stop, all_submitted, CUpti_RangeProfiler_Stop_Params, isAllPassSubmitted),
    };
    /* what we say as the size, what the header says */
    static const size_t sizes[][2] = {
        {sizeof(struct hy_profiler_setup), CUpti_Profiler_Initialize_Params_STRUCT_SIZE},
        {sizeof(struct hy_host_chips), CUpti_Profiler_Host_GetSupportedChips_Params_STRUCT_SIZE},
        {sizeof(struct hy_host_open), CUpti_Profiler_Host_Initialize_Params_STRUCT_SIZE},
        {sizeof(struct hy_host_close), CUpti_Profiler_Host_Deinitialize_Params_STRUCT_SIZE},
        {sizeof(struct hy_host_add), CUpti_Profiler_Host_ConfigAddMetrics_Params_STRUCT_SIZE},
        {sizeof(struct hy_host_image_size), CUpti_Profiler_Host_GetConfigImageSize_Params_STRUCT_SIZE},
        {sizeof(struct hy_host_image), CUpti_Profiler_Host_GetConfigImage_Params_STRUCT_SIZE},
        {sizeof(struct hy_host_passes), CUpti_Profiler_Host_GetNumOfPasses_Params_STRUCT_SIZE},
        {HY_HOST_PROPERTIES_BYTES, CUpti_Profiler_Host_GetMetricProperties_Params_STRUCT_SIZE},
        {sizeof(struct hy_host_evaluate), CUpti_Profiler_Host_EvaluateToGpuValues_Params_STRUCT_SIZE},
        {sizeof(struct hy_chip_name), CUpti_Device_GetChipName_Params_STRUCT_SIZE},
        {sizeof(struct hy_availability), CUpti_Profiler_GetCounterAvailability_Params_STRUCT_SIZE},
        {sizeof(struct hy_range_enable), CUpti_RangeProfiler_Enable_Params_STRUCT_SIZE},
        {sizeof(struct hy_range_object), CUpti_RangeProfiler_Disable_Params_STRUCT_SIZE},
        {sizeof(struct hy_range_object), CUpti_RangeProfiler_Start_Params_STRUCT_SIZE},
        {sizeof(struct hy_range_object), CUpti_RangeProfiler_PopRange_Params_STRUCT_SIZE},
        {sizeof(struct hy_range_data_size), CUpti_RangeProfiler_GetCounterDataSize_Params_STRUCT_SIZE},
        {sizeof(struct hy_range_data), CUpti_RangeProfiler_CounterDataImage_Initialize_Params_STRUCT_SIZE},
        {HY_RANGE_CONFIG_BYTES, CUpti_RangeProfiler_SetConfig_Params_STRUCT_SIZE},
        {sizeof(struct hy_range_push), CUpti_RangeProfiler_PushRange_Params_STRUCT_SIZE},
        {HY_RANGE_STOP_BYTES, CUpti_RangeProfiler_Stop_Params_STRUCT_SIZE},
        {sizeof(struct hy_range_decode), CUpti_RangeProfiler_DecodeData_Params_STRUCT_SIZE},
    };
    same("a structure of the Range Profiler", places, sizeof places / sizeof *places);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        cr_assert_eq(sizes[i][0], sizes[i][1], "structure %zu has %zu bytes, not %zu", i, sizes[i][1], sizes[i][0]);
}

Test(cupti_layout, values)
{
    static const int pairs[][2] = {
        {HY_CUPTI_SUCCESS, CUPTI_SUCCESS},
        {HY_CUPTI_MAX_LIMIT_REACHED, CUPTI_ERROR_MAX_LIMIT_REACHED},
        {HY_CUPTI_NOT_INITIALIZED, CUPTI_ERROR_NOT_INITIALIZED},
        {HY_CUPTI_INVALID_METRIC_NAME, CUPTI_ERROR_INVALID_METRIC_NAME},
        {HY_CUPTI_INSUFFICIENT_PRIVILEGES, CUPTI_ERROR_INSUFFICIENT_PRIVILEGES},
        {HY_CUPTI_MULTIPLE_SUBSCRIBERS, CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED},
        {HY_CUPTI_VIRTUALIZED_PRIVILEGES, CUPTI_ERROR_VIRTUALIZED_DEVICE_INSUFFICIENT_PRIVILEGES},
        {HY_CUPTI_INVALID_CHIP_NAME, CUPTI_ERROR_INVALID_CHIP_NAME},
        {HY_CUPTI_UNKNOWN, CUPTI_ERROR_UNKNOWN},
        {HY_CUPTI_KIND_MEMCPY, CUPTI_ACTIVITY_KIND_MEMCPY},
        {HY_CUPTI_KIND_MEMSET, CUPTI_ACTIVITY_KIND_MEMSET},
        {HY_CUPTI_KIND_DRIVER, CUPTI_ACTIVITY_KIND_DRIVER},
        {HY_CUPTI_KIND_RUNTIME, CUPTI_ACTIVITY_KIND_RUNTIME},
        {HY_CUPTI_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL},
        {HY_CUPTI_KIND_EXTERNAL_CORRELATION, CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION},
        {HY_CUPTI_EXTERNAL_CUSTOM0, CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0},
        {HY_CUPTI_FLUSH_FORCED, CUPTI_ACTIVITY_FLAG_FLUSH_FORCED},
        {HY_CUPTI_MAJOR, CUPTI_API_VERSION / 10000},
        {HY_PROFILER_OF_RANGES, CUPTI_PROFILER_TYPE_RANGE_PROFILER},
        {HY_PROFILER_USER_RANGE, CUPTI_UserRange},
        {HY_PROFILER_USER_REPLAY, CUPTI_UserReplay},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        cr_assert_eq(pairs[i][0], pairs[i][1], "value %zu is %d, not %d", i, pairs[i][1], pairs[i][0]);
}

#else

Test(cupti_layout, records)
{
    cr_skip("this machine has no cupti.h to compare with");
}

#endif
