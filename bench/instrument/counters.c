#include "bench/instrument/counters.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench/instrument/cupti_api.h"
#include "kernels/base/nearest.h"

const char *const hy_counters_default[] = {"dram__bytes_read.sum", "dram__bytes_write.sum", "lts__t_bytes.sum",
                                           "sm__inst_executed_pipe_tensor.sum", NULL};

/* ---- the host side of the Range Profiler, as cupti_profiler_host.h (C++ only) has it ----- */

enum { RANGE_PROFILER = 0, INVALID_PARAMETER = 1 };

struct chips {
    size_t size;
    void *reserved;
    size_t n;
    const char *const *names;
};

struct open_host {
    size_t size;
    void *reserved;
    int profiler;
    const char *chip;
    const uint8_t *availability;
    void *host;
};

struct close_host {
    size_t size;
    void *reserved;
    void *host;
};

struct add_metrics {
    size_t size;
    void *reserved;
    void *host;
    const char **names;
    size_t n;
};

struct image_size {
    size_t size;
    void *reserved;
    void *host;
    size_t image_bytes;
};

struct image {
    size_t size;
    void *reserved;
    void *host;
    size_t image_bytes;
    uint8_t *image;
};

struct passes {
    size_t size;
    void *reserved;
    size_t image_bytes;
    uint8_t *image;
    size_t passes;
};

static struct {
    int (*chips)(struct chips *);
    int (*open)(struct open_host *);
    int (*close)(struct close_host *);
    int (*add)(struct add_metrics *);
    int (*image_size)(struct image_size *);
    int (*image)(struct image *);
    int (*passes)(struct passes *);
} host;

static const struct {
    const char *name;
    void *to;
} entries[] = {
    {"cuptiProfilerHostGetSupportedChips", &host.chips},
    {"cuptiProfilerHostInitialize", &host.open},
    {"cuptiProfilerHostDeinitialize", &host.close},
    {"cuptiProfilerHostConfigAddMetrics", &host.add},
    {"cuptiProfilerHostGetConfigImageSize", &host.image_size},
    {"cuptiProfilerHostGetConfigImage", &host.image},
    {"cuptiProfilerHostGetNumOfPasses", &host.passes},
};

static hy_status load(void)
{
    const struct hy_cupti *api;
    if (hy_cupti_load(&api) != HY_CUPTI_OK)
        return hy_fail(HY_NO_DATA, "%s", hy_cupti_sentence());
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        void *symbol = hy_cupti_symbol(entries[i].name);
        if (!symbol)
            return hy_fail(HY_NO_DATA,
                           "no hardware counters: '%s' has no %s; name the libcupti.so.%d of CUDA %d in "
                           "HYMBENCH_CUPTI_LIB",
                           hy_cupti_path(), entries[i].name, HY_CUPTI_MAJOR, HY_CUPTI_MAJOR);
        memcpy(entries[i].to, &symbol, sizeof symbol);
    }
    return HY_OK;
}

/* What a result that no caller expects means. */
static hy_status failed(int result, const char *entry)
{
    (void)hy_cupti_result(result, entry);
    return hy_fail(HY_RUN_FAILED, "no hardware counters: %s gave %d; is libnvperf_host.so beside '%s'?", entry, result,
                   hy_cupti_path());
}

static hy_status unknown_chip(const char *chip)
{
    struct chips p = {.size = sizeof p};
    char list[512] = "";
    size_t used = 0;
    int result = host.chips(&p);
    if (result != HY_CUPTI_SUCCESS)
        return failed(result, "cuptiProfilerHostGetSupportedChips");
    for (size_t i = 0; i < p.n && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", p.names[i]);
    const char *nearest = NULL;
    for (size_t i = 0; i < p.n && !nearest; i++)
        if (strcasecmp(chip, p.names[i]) == 0)
            nearest = p.names[i];
    if (!nearest)
        nearest = hy_nearest(chip, p.names, p.n);
    return hy_fail(HY_BAD_INPUT, "CUPTI knows no chip '%s'%s%s%s; it knows %s", chip, nearest ? " (did you mean '" : "",
                   nearest ? nearest : "", nearest ? "'?)" : "", list);
}

/* ---- counting passes -------------------------------------------------------------------- */

static hy_status count(void *handle, int *passes)
{
    struct image_size s = {.size = sizeof s, .host = handle};
    int result = host.image_size(&s);
    if (result != HY_CUPTI_SUCCESS)
        return failed(result, "cuptiProfilerHostGetConfigImageSize");
    uint8_t *bytes = malloc(s.image_bytes);
    HY_ASSERT(bytes, "out of memory for a few KiB of configuration");
    struct image i = {.size = sizeof i, .host = handle, .image_bytes = s.image_bytes, .image = bytes};
    struct passes p = {.size = sizeof p, .image_bytes = s.image_bytes, .image = bytes};
    hy_status status = HY_OK;
    if ((result = host.image(&i)) != HY_CUPTI_SUCCESS)
        status = failed(result, "cuptiProfilerHostGetConfigImage");
    else if ((result = host.passes(&p)) != HY_CUPTI_SUCCESS)
        status = failed(result, "cuptiProfilerHostGetNumOfPasses");
    else
        *passes = (int)p.passes;
    free(bytes);
    return status;
}

static int add(void *handle, const char *const *metrics, int n)
{
    const char **names = malloc((size_t)n * sizeof *names);
    HY_ASSERT(names, "out of memory for a list of names");
    memcpy(names, metrics, (size_t)n * sizeof *names);
    struct add_metrics a = {.size = sizeof a, .host = handle, .names = names, .n = (size_t)n};
    int result = host.add(&a);
    free(names);
    return result;
}

static void close_handle(void *handle)
{
    struct close_host c = {.size = sizeof c, .host = handle};
    (void)host.close(&c);
}

/* A list was refused as a whole: which one of it is wrong? A handle that refused once refuses all. */
static hy_status refused(const char *chip, const char *const *metrics, int n, int result)
{
    for (int i = 0; i < n; i++) {
        struct open_host o = {.size = sizeof o, .profiler = RANGE_PROFILER, .chip = chip};
        if (host.open(&o) != HY_CUPTI_SUCCESS)
            break;
        int its = add(o.host, &metrics[i], 1);
        close_handle(o.host);
        if (its == HY_CUPTI_INVALID_METRIC_NAME || its == INVALID_PARAMETER)
            return hy_fail(HY_BAD_INPUT,
                           "the chip %s has no metric '%s'; names are like dram__bytes_read.sum, and Nsight Compute's "
                           "`ncu --query-metrics` lists them",
                           chip, metrics[i]);
    }
    return failed(result, "cuptiProfilerHostConfigAddMetrics");
}

hy_status hy_counters_passes(const char *chip, const char *const *metrics, int n, int *passes)
{
    struct open_host o = {.size = sizeof o, .profiler = RANGE_PROFILER, .chip = chip};
    hy_status status = load();
    if (status != HY_OK)
        return status;
    int result = host.open(&o);
    if (result == HY_CUPTI_INVALID_CHIP_NAME)
        return unknown_chip(chip);
    if (result != HY_CUPTI_SUCCESS)
        return failed(result, "cuptiProfilerHostInitialize");
    result = add(o.host, metrics, n); /* all at once: that is what shares passes among them */
    status = result == HY_CUPTI_SUCCESS ? count(o.host, passes) : refused(chip, metrics, n, result);
    close_handle(o.host);
    return status;
}
