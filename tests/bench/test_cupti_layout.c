/* What bench/instrument/cupti_api.h declares of CUPTI, against the toolkit's own header where there is one. */
#include <criterion/criterion.h>

#include "bench/instrument/cupti_api.h"

#ifdef HY_CUPTI_HEADERS

#include <cupti.h>

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
