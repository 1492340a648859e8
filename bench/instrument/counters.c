#include "bench/instrument/counters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench/instrument/cupti_api.h"
#include "kernels/base/nearest.h"

const char *const hy_counters_default[] = {"dram__bytes_read.sum", "dram__bytes_write.sum", "lts__t_bytes.sum",
                                           "sm__inst_executed_pipe_tensor.sum", NULL};

enum { INVALID_PARAMETER = 1 };

/* What a result that no caller expects means. */
static hy_status failed(int result, const char *entry)
{
    return hy_fail(HY_RUN_FAILED, "no hardware counters: %s gave %d; is libnvperf_host.so beside '%s'?", entry, result,
                   hy_cupti_path());
}

static hy_status unknown_chip(const struct hy_cupti_profiler *api, const char *chip)
{
    struct hy_host_chips p = {.size = sizeof p};
    char list[512] = "";
    size_t used = 0;
    int result = api->chips(&p);
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

/* A list was refused as a whole: which one of it is wrong? A handle that refused once refuses all. */
static hy_status refused(const struct hy_counters *c, const char *chip, const uint8_t *availability, int result)
{
    for (int i = 0; i < c->n; i++) {
        struct hy_host_open o = {
            .size = sizeof o, .profiler = HY_PROFILER_OF_RANGES, .chip = chip, .availability = availability};
        if (c->api->host_open(&o) != HY_CUPTI_SUCCESS)
            break;
        struct hy_host_add a = {.size = sizeof a, .host = o.host, .names = &c->metrics[i], .n = 1};
        struct hy_host_close gone = {.size = sizeof gone, .host = o.host};
        int its = c->api->add(&a);
        (void)c->api->host_close(&gone);
        if (its == HY_CUPTI_INVALID_METRIC_NAME || its == INVALID_PARAMETER)
            return hy_fail(HY_BAD_INPUT,
                           "the chip %s has no metric '%s'; names are like dram__bytes_read.sum, and Nsight Compute's "
                           "`ncu --query-metrics` lists them",
                           chip, c->metrics[i]);
    }
    return failed(result, "cuptiProfilerHostConfigAddMetrics");
}

static hy_status schedule(struct hy_counters *c)
{
    struct hy_host_image_size s = {.size = sizeof s, .host = c->host};
    int result = c->api->image_size(&s);
    if (result != HY_CUPTI_SUCCESS)
        return failed(result, "cuptiProfilerHostGetConfigImageSize");
    c->image_bytes = s.image_bytes;
    c->image = malloc(s.image_bytes);
    HY_ASSERT(c->image, "out of memory for a few KiB of configuration");
    struct hy_host_image i = {.size = sizeof i, .host = c->host, .image_bytes = c->image_bytes, .image = c->image};
    struct hy_host_passes p = {.size = sizeof p, .image_bytes = c->image_bytes, .image = c->image};
    if ((result = c->api->image(&i)) != HY_CUPTI_SUCCESS)
        return failed(result, "cuptiProfilerHostGetConfigImage");
    if ((result = c->api->passes(&p)) != HY_CUPTI_SUCCESS)
        return failed(result, "cuptiProfilerHostGetNumOfPasses");
    c->passes = (int)p.passes;
    return HY_OK;
}

hy_status hy_counters_open(struct hy_counters *c, const char *chip, const uint8_t *availability,
                           const char *const *metrics, int n)
{
    struct hy_host_open o = {
        .size = sizeof o, .profiler = HY_PROFILER_OF_RANGES, .chip = chip, .availability = availability};
    *c = (struct hy_counters){.n = n};
    hy_status status = hy_cupti_profiler_load(&c->api);
    if (status != HY_OK)
        return status;
    int result = c->api->host_open(&o);
    if (result == HY_CUPTI_INVALID_CHIP_NAME)
        return unknown_chip(c->api, chip);
    if (result != HY_CUPTI_SUCCESS)
        return failed(result, "cuptiProfilerHostInitialize");
    c->host = o.host;
    c->metrics = malloc((size_t)n * sizeof *c->metrics);
    HY_ASSERT(c->metrics, "out of memory for a list of names");
    memcpy(c->metrics, metrics, (size_t)n * sizeof *c->metrics);
    /* all at once: that is what shares passes among them */
    struct hy_host_add a = {.size = sizeof a, .host = c->host, .names = c->metrics, .n = (size_t)n};
    result = c->api->add(&a);
    status = result == HY_CUPTI_SUCCESS ? schedule(c) : refused(c, chip, availability, result);
    if (status != HY_OK)
        hy_counters_close(c);
    return status;
}

void hy_counters_close(struct hy_counters *c)
{
    if (c->host) {
        struct hy_host_close gone = {.size = sizeof gone, .host = c->host};
        (void)c->api->host_close(&gone);
    }
    free(c->metrics);
    free(c->image);
    *c = (struct hy_counters){0};
}

const char *hy_counters_unit(const struct hy_counters *c, int i)
{
    struct hy_host_properties p = {.size = HY_HOST_PROPERTIES_BYTES, .host = c->host, .metric = c->metrics[i]};
    return c->api->properties(&p) == HY_CUPTI_SUCCESS && p.unit ? p.unit : "";
}

hy_status hy_counters_passes(const char *chip, const char *const *metrics, int n, int *passes)
{
    struct hy_counters c;
    hy_status status = hy_counters_open(&c, chip, NULL, metrics, n);
    if (status != HY_OK)
        return status;
    *passes = c.passes;
    hy_counters_close(&c);
    return HY_OK;
}
