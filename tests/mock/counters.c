/* The Range Profiler of a libcupti that needs no GPU, beside the activity records of tests/mock/cupti.c. It keeps to
 * the real protocol, refuses what is out of order, and counts what the host rig really launches in a range:
 *   launches.sum                                        1 pass, the kernels of the range
 *   dram__bytes_read.sum                                1 pass, 4096 bytes a kernel
 *   sm__throughput.avg.pct_of_peak_sustained_elapsed    2 passes more, 12.5 percent
 * A range that launches another number of kernels in another pass reads as NaN. Its chip is a GH100.
 * MOCK_CUPTI_FAIL and MOCK_CUPTI_FAIL_AT as in cupti.h, for every entry here. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/instrument/cupti_api.h"
#include "bench/instrument/cupti_profiler.h"
#include "tests/mock/cupti.h"

enum { MOST = 16, WRONG = 1, MAGIC = 0x636f756e };

enum { LAUNCHES, BYTES, THROUGHPUT, METRICS };
static const struct {
    const char *name, *unit;
    int further_passes;
} known[METRICS] = {
    [LAUNCHES] = {"launches.sum", "launch", 0},
    [BYTES] = {"dram__bytes_read.sum", "byte", 0},
    [THROUGHPUT] = {"sm__throughput.avg.pct_of_peak_sustained_elapsed", "percent", 2},
};

struct host {
    int n, which[MOST];
};

struct image {
    int magic, passes;
};

struct data {
    int magic, ranges; /* ranges: decoded */
    double launches;
};

/* The one range profiler there can be. */
static struct {
    bool initialized, enabled, started, pushed, popped;
    struct image *image;
    struct data *data;
    int passes; /* through */
    double launches, of_first;
} p;

int cuptiProfilerHostGetSupportedChips(struct hy_host_chips *c);
int cuptiProfilerHostInitialize(struct hy_host_open *o);
int cuptiProfilerHostDeinitialize(struct hy_host_close *c);
int cuptiProfilerHostConfigAddMetrics(struct hy_host_add *a);
int cuptiProfilerHostGetConfigImageSize(struct hy_host_image_size *s);
int cuptiProfilerHostGetConfigImage(struct hy_host_image *i);
int cuptiProfilerHostGetNumOfPasses(struct hy_host_passes *n);
int cuptiProfilerHostGetMetricProperties(struct hy_host_properties *m);
int cuptiProfilerHostEvaluateToGpuValues(struct hy_host_evaluate *e);
int cuptiProfilerInitialize(struct hy_profiler_setup *s);
int cuptiProfilerDeInitialize(struct hy_profiler_setup *s);
int cuptiDeviceGetChipName(struct hy_chip_name *c);
int cuptiProfilerGetCounterAvailability(struct hy_availability *a);
int cuptiRangeProfilerEnable(struct hy_range_enable *e);
int cuptiRangeProfilerDisable(struct hy_range_object *o);
int cuptiRangeProfilerGetCounterDataSize(struct hy_range_data_size *s);
int cuptiRangeProfilerCounterDataImageInitialize(struct hy_range_data *d);
int cuptiRangeProfilerSetConfig(struct hy_range_config *c);
int cuptiRangeProfilerStart(struct hy_range_object *o);
int cuptiRangeProfilerPushRange(struct hy_range_push *r);
int cuptiRangeProfilerPopRange(struct hy_range_object *o);
int cuptiRangeProfilerStop(struct hy_range_stop *s);
int cuptiRangeProfilerDecodeData(struct hy_range_decode *d);

/* The fault that was ordered for the entry; else whether the call is right. */
static int verdict(const char *entry, bool right)
{
    int ordered = mock_cupti_verdict(entry);
    return ordered != HY_CUPTI_SUCCESS ? ordered : right ? HY_CUPTI_SUCCESS : WRONG;
}

/* ---- the host side ---------------------------------------------------------------------- */

static int find(const char *name)
{
    for (int i = 0; i < METRICS; i++)
        if (strcmp(known[i].name, name) == 0)
            return i;
    return METRICS;
}

int cuptiProfilerHostGetSupportedChips(struct hy_host_chips *c)
{
    static const char *const chips[] = {"GH100"};
    c->n = 1;
    c->names = chips;
    return verdict("cuptiProfilerHostGetSupportedChips", c->size == sizeof *c);
}

int cuptiProfilerHostInitialize(struct hy_host_open *o)
{
    int result = verdict("cuptiProfilerHostInitialize", o->size == sizeof *o && o->profiler == HY_PROFILER_OF_RANGES);
    if (result == HY_CUPTI_SUCCESS && strcmp(o->chip, "GH100") != 0)
        result = HY_CUPTI_INVALID_CHIP_NAME;
    o->host = result == HY_CUPTI_SUCCESS ? calloc(1, sizeof(struct host)) : NULL;
    return result;
}

int cuptiProfilerHostDeinitialize(struct hy_host_close *c)
{
    free(c->host);
    return verdict("cuptiProfilerHostDeinitialize", c->size == sizeof *c);
}

int cuptiProfilerHostConfigAddMetrics(struct hy_host_add *a)
{
    struct host *h = a->host;
    int result = verdict("cuptiProfilerHostConfigAddMetrics", a->size == sizeof *a && a->n <= MOST);
    for (size_t i = 0; i < a->n && result == HY_CUPTI_SUCCESS; i++) {
        h->which[h->n] = find(a->names[i]);
        if (h->which[h->n++] == METRICS)
            result = HY_CUPTI_INVALID_METRIC_NAME;
    }
    return result;
}

int cuptiProfilerHostGetConfigImageSize(struct hy_host_image_size *s)
{
    s->image_bytes = sizeof(struct image);
    return verdict("cuptiProfilerHostGetConfigImageSize", s->size == sizeof *s);
}

int cuptiProfilerHostGetConfigImage(struct hy_host_image *i)
{
    const struct host *h = i->host;
    struct image image = {MAGIC, 1};
    for (int k = 0; k < h->n; k++)
        image.passes += known[h->which[k]].further_passes;
    memcpy(i->image, &image, sizeof image);
    return verdict("cuptiProfilerHostGetConfigImage", i->size == sizeof *i && i->image_bytes == sizeof image);
}

int cuptiProfilerHostGetNumOfPasses(struct hy_host_passes *n)
{
    struct image image;
    memcpy(&image, n->image, sizeof image);
    n->passes = (size_t)image.passes;
    return verdict("cuptiProfilerHostGetNumOfPasses", n->size == sizeof *n && image.magic == MAGIC);
}

int cuptiProfilerHostGetMetricProperties(struct hy_host_properties *m)
{
    int which = find(m->metric);
    m->unit = which < METRICS ? known[which].unit : NULL;
    return verdict("cuptiProfilerHostGetMetricProperties", m->size == HY_HOST_PROPERTIES_BYTES && which < METRICS);
}

int cuptiProfilerHostEvaluateToGpuValues(struct hy_host_evaluate *e)
{
    struct data data;
    bool right = e->size == sizeof *e && e->data_bytes == sizeof data && e->range == 0;
    memcpy(&data, e->data, sizeof data);
    right = right && data.magic == MAGIC && data.ranges == 1;
    for (size_t i = 0; i < e->n && right; i++) {
        int which = find(e->names[i]);
        e->values[i] = which == LAUNCHES ? data.launches : which == BYTES ? 4096 * data.launches : 12.5;
    }
    return verdict("cuptiProfilerHostEvaluateToGpuValues", right);
}

/* ---- on the device ------------------------------------------------------------------------ */

static void count(const char *what, const char *name, size_t bytes, bool again)
{
    (void)name;
    (void)bytes;
    (void)again;
    if (p.pushed && !p.popped && strcmp(what, "kernel") == 0)
        p.launches++;
}

int cuptiProfilerInitialize(struct hy_profiler_setup *s)
{
    p.initialized = true;
    return verdict("cuptiProfilerInitialize", s->size == sizeof *s);
}

int cuptiProfilerDeInitialize(struct hy_profiler_setup *s)
{
    bool right = p.initialized && !p.enabled;
    p.initialized = false;
    return verdict("cuptiProfilerDeInitialize", right && s->size == sizeof *s);
}

int cuptiDeviceGetChipName(struct hy_chip_name *c)
{
    c->chip = "GH100";
    return verdict("cuptiDeviceGetChipName", c->size == sizeof *c && c->device == 0 && p.initialized);
}

int cuptiProfilerGetCounterAvailability(struct hy_availability *a)
{
    a->image_bytes = 16;
    if (a->image)
        memset(a->image, 1, a->image_bytes);
    return verdict("cuptiProfilerGetCounterAvailability", a->size == sizeof *a && a->context != NULL && p.initialized);
}

int cuptiRangeProfilerEnable(struct hy_range_enable *e)
{
    int result =
        verdict("cuptiRangeProfilerEnable", e->size == sizeof *e && e->context != NULL && p.initialized && !p.enabled);
    e->object = result == HY_CUPTI_SUCCESS ? &p : NULL;
    p.enabled = p.enabled || result == HY_CUPTI_SUCCESS;
    if (result == HY_CUPTI_SUCCESS)
        mock_cupti_listen(count);
    return result;
}

int cuptiRangeProfilerDisable(struct hy_range_object *o)
{
    bool right = o->size == sizeof *o && o->object == &p && p.enabled;
    mock_cupti_listen(NULL);
    memset(&p, 0, sizeof p);
    p.initialized = true;
    return verdict("cuptiRangeProfilerDisable", right);
}

int cuptiRangeProfilerGetCounterDataSize(struct hy_range_data_size *s)
{
    s->data_bytes = sizeof(struct data);
    return verdict("cuptiRangeProfilerGetCounterDataSize",
                   s->size == sizeof *s && s->object == &p && s->ranges == 1 && s->nodes >= s->ranges);
}

int cuptiRangeProfilerCounterDataImageInitialize(struct hy_range_data *d)
{
    const struct data empty = {.magic = MAGIC};
    memcpy(d->data, &empty, sizeof empty);
    return verdict("cuptiRangeProfilerCounterDataImageInitialize",
                   d->size == sizeof *d && d->object == &p && d->data_bytes == sizeof empty);
}

int cuptiRangeProfilerSetConfig(struct hy_range_config *c)
{
    p.image = (struct image *)(uintptr_t)c->image;
    p.data = (struct data *)(void *)c->data;
    bool right = c->size == HY_RANGE_CONFIG_BYTES && c->object == &p && c->range == HY_PROFILER_USER_RANGE &&
                 c->replay == HY_PROFILER_USER_REPLAY && c->ranges == 1 && c->levels == 1 && c->first_level == 1 &&
                 c->level == 1 && c->pass == 0;
    return verdict("cuptiRangeProfilerSetConfig", right && p.image->magic == MAGIC && p.data->magic == MAGIC);
}

int cuptiRangeProfilerStart(struct hy_range_object *o)
{
    bool right = o->size == sizeof *o && p.enabled && p.image && !p.started && p.passes < p.image->passes;
    p.started = right;
    p.pushed = p.popped = false;
    p.launches = 0;
    return verdict("cuptiRangeProfilerStart", right);
}

int cuptiRangeProfilerPushRange(struct hy_range_push *r)
{
    bool right = r->size == sizeof *r && p.started && !p.pushed && r->name && *r->name;
    p.pushed = right;
    return verdict("cuptiRangeProfilerPushRange", right);
}

int cuptiRangeProfilerPopRange(struct hy_range_object *o)
{
    bool right = o->size == sizeof *o && p.pushed && !p.popped;
    p.popped = right;
    return verdict("cuptiRangeProfilerPopRange", right);
}

int cuptiRangeProfilerStop(struct hy_range_stop *s)
{
    bool right = s->size == HY_RANGE_STOP_BYTES && p.started && p.popped;
    if (p.passes == 0)
        p.of_first = p.launches;
    else if (p.launches != p.of_first)
        p.of_first = NAN;
    p.started = false;
    s->all_submitted = right && ++p.passes == p.image->passes;
    return verdict("cuptiRangeProfilerStop", right);
}

int cuptiRangeProfilerDecodeData(struct hy_range_decode *d)
{
    bool right = d->size == sizeof *d && p.data && p.passes == p.image->passes && !p.started;
    if (right) {
        p.data->ranges = 1;
        p.data->launches = p.of_first;
    }
    d->dropped = 0;
    return verdict("cuptiRangeProfilerDecodeData", right);
}
