#include "bench/instrument/device_counters.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/instrument/counters.h"
#include "bench/instrument/cupti_api.h"

enum { UNIT = 32 };

struct hy_device_counters {
    struct hy_counters list;
    const struct hy_cupti_profiler *api;
    void *context;
    uint8_t *availability;
    char (*units)[UNIT];
    char chip[64];
    bool initialized;
};

/* A call that gave `result`. */
static hy_status check(int result, const char *entry)
{
    if (hy_cupti_result(result, entry, "no hardware counters") == HY_CUPTI_OK)
        return HY_OK;
    return hy_fail(HY_NO_DATA, "%s", hy_cupti_sentence());
}

/* ---- getting ready --------------------------------------------------------------------- */

static hy_status find_chip(struct hy_device_counters *c, int device)
{
    struct hy_profiler_setup s = {.size = sizeof s};
    struct hy_chip_name name = {.size = sizeof name, .device = (size_t)device};
    hy_status status = check(c->api->initialize(&s), "cuptiProfilerInitialize");
    if (status != HY_OK)
        return status;
    c->initialized = true;
    status = check(c->api->chip_name(&name), "cuptiDeviceGetChipName");
    if (status == HY_OK)
        snprintf(c->chip, sizeof c->chip, "%s", name.chip);
    return status;
}

/* Which of the chip's counters this device has, and lets us use. */
static hy_status find_counters(struct hy_device_counters *c)
{
    struct hy_availability a = {.size = sizeof a, .context = c->context};
    hy_status status = check(c->api->availability(&a), "cuptiProfilerGetCounterAvailability");
    if (status != HY_OK)
        return status;
    c->availability = a.image = malloc(a.image_bytes);
    HY_ASSERT(a.image, "out of memory for a list of counters");
    return check(c->api->availability(&a), "cuptiProfilerGetCounterAvailability");
}

hy_status hy_device_counters_open(int device, void *context, const char *const *metrics, int n,
                                  struct hy_device_counters **out)
{
    struct hy_device_counters *c = calloc(1, sizeof *c);
    HY_ASSERT(c, "out of memory for a handle");
    *out = NULL;
    c->context = context;
    hy_status status = hy_cupti_alone("no hardware counters") == HY_CUPTI_OK
                           ? hy_cupti_profiler_load(&c->api)
                           : hy_fail(HY_NO_DATA, "%s", hy_cupti_sentence());
    if (status == HY_OK)
        status = find_chip(c, device);
    if (status == HY_OK)
        status = find_counters(c);
    if (status == HY_OK)
        status = hy_counters_open(&c->list, c->chip, c->availability, metrics, n);
    if (status != HY_OK) {
        hy_device_counters_close(c);
        return status;
    }
    c->units = calloc((size_t)n, sizeof *c->units);
    HY_ASSERT(c->units, "out of memory for a list of units");
    for (int i = 0; i < n; i++)
        snprintf(c->units[i], UNIT, "%s", hy_counters_unit(&c->list, i));
    *out = c;
    return HY_OK;
}

void hy_device_counters_close(struct hy_device_counters *c)
{
    if (c == NULL)
        return;
    struct hy_profiler_setup s = {.size = sizeof s};
    hy_counters_close(&c->list);
    if (c->initialized)
        (void)c->api->deinitialize(&s);
    free(c->availability);
    free(c->units);
    free(c);
}

const char *hy_device_counters_chip(const struct hy_device_counters *c)
{
    return c->chip;
}

const char *hy_device_counters_unit(const struct hy_device_counters *c, int i)
{
    return c->units[i];
}

int hy_device_counters_passes(const struct hy_device_counters *c)
{
    return c->list.passes;
}

/* ---- counting ---------------------------------------------------------------------------- */

/* What one range is counted in. */
struct session {
    const struct hy_device_counters *c;
    void *object; /* CUPTI's own handle */
    uint8_t *data;
    size_t data_bytes;
};

static hy_status begin(struct session *s)
{
    const struct hy_cupti_profiler *api = s->c->api;
    const struct hy_counters *list = &s->c->list;
    struct hy_range_enable e = {.size = sizeof e, .context = s->c->context};
    hy_status status = check(api->enable(&e), "cuptiRangeProfilerEnable");
    if (status != HY_OK)
        return status;
    s->object = e.object;
    struct hy_range_data_size size = {.size = sizeof size,
                                      .object = s->object,
                                      .names = list->metrics,
                                      .n = (size_t)list->n,
                                      .ranges = 1,
                                      .nodes = 1};
    status = check(api->data_size(&size), "cuptiRangeProfilerGetCounterDataSize");
    if (status != HY_OK)
        return status;
    s->data_bytes = size.data_bytes;
    s->data = calloc(1, size.data_bytes);
    HY_ASSERT(s->data, "out of memory for the counters of a range");
    struct hy_range_data clear = {
        .size = sizeof clear, .object = s->object, .data_bytes = s->data_bytes, .data = s->data};
    status = check(api->data_clear(&clear), "cuptiRangeProfilerCounterDataImageInitialize");
    if (status != HY_OK)
        return status;
    struct hy_range_config config = {.size = HY_RANGE_CONFIG_BYTES,
                                     .object = s->object,
                                     .image_bytes = list->image_bytes,
                                     .image = list->image,
                                     .data_bytes = s->data_bytes,
                                     .data = s->data,
                                     .range = HY_PROFILER_USER_RANGE,
                                     .replay = HY_PROFILER_USER_REPLAY,
                                     .ranges = 1,
                                     .levels = 1,
                                     .first_level = 1,
                                     .level = 1};
    return check(api->configure(&config), "cuptiRangeProfilerSetConfig");
}

/* CUPTI itself goes on to the next pass with every start. */
static hy_status one_pass(const struct session *s, const char *name, const struct hy_counted *work, bool *all)
{
    const struct hy_cupti_profiler *api = s->c->api;
    struct hy_range_object object = {.size = sizeof object, .object = s->object};
    struct hy_range_push push = {.size = sizeof push, .object = s->object, .name = name};
    struct hy_range_stop stop = {.size = HY_RANGE_STOP_BYTES, .object = s->object};
    work->prepare(work->ctx);
    hy_status status = check(api->start(&object), "cuptiRangeProfilerStart");
    if (status == HY_OK)
        status = check(api->push(&push), "cuptiRangeProfilerPushRange");
    if (status == HY_OK)
        work->run(work->ctx);
    if (status == HY_OK)
        status = check(api->pop(&object), "cuptiRangeProfilerPopRange");
    if (status == HY_OK)
        status = check(api->stop(&stop), "cuptiRangeProfilerStop");
    *all = stop.all_submitted != 0;
    return status;
}

static hy_status read_values(const struct session *s, double *values)
{
    const struct hy_counters *list = &s->c->list;
    struct hy_range_decode decode = {.size = sizeof decode, .object = s->object};
    struct hy_host_evaluate evaluate = {.size = sizeof evaluate,
                                        .host = list->host,
                                        .data = s->data,
                                        .data_bytes = s->data_bytes,
                                        .names = list->metrics,
                                        .n = (size_t)list->n,
                                        .values = values};
    hy_status status = check(s->c->api->decode(&decode), "cuptiRangeProfilerDecodeData");
    if (status == HY_OK && decode.dropped > 0)
        status = hy_fail(HY_NO_DATA, "no hardware counters: CUPTI lost what it counted (%zu ranges)", decode.dropped);
    if (status == HY_OK)
        status = check(s->c->api->evaluate(&evaluate), "cuptiProfilerHostEvaluateToGpuValues");
    return status;
}

hy_status hy_device_counters_count(struct hy_device_counters *c, const char *name, const struct hy_counted *work,
                                   double *values)
{
    struct session s = {.c = c};
    bool all = false;
    hy_status status = begin(&s);
    for (int i = 0; i < 2 * c->list.passes && !all && status == HY_OK; i++) /* the plan may be short, not wrong */
        status = one_pass(&s, name, work, &all);
    if (status == HY_OK && !all)
        status = hy_fail(HY_NO_DATA, "no hardware counters: CUPTI planned %d passes and wants more than twice as many",
                         c->list.passes);
    if (status == HY_OK)
        status = read_values(&s, values);
    if (s.object) {
        struct hy_range_object gone = {.size = sizeof gone, .object = s.object};
        (void)c->api->disable(&gone);
    }
    free(s.data);
    return status;
}
