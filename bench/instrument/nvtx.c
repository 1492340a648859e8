#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/instrument/instrument.h"
#include "kernels/base/status.h"

#ifdef HY_NVTX

#include <nvtx3/nvToolsExt.h>

enum { CATEGORY_NONE, CATEGORY_TRAIN, CATEGORY_EVAL, CATEGORY_DECODE, CATEGORY_BENCH, CATEGORIES };
static const char *const category_names[CATEGORIES] = {"", "train", "eval", "decode", "bench"};

/* one colour per kind, the report's palette is for variants */
static const uint32_t colours[HY_TRACE_KINDS] = {
    [HY_TRACE_STEP] = 0xff4c72b0, [HY_TRACE_PASS] = 0xff55a868,   [HY_TRACE_LAYER] = 0xffc44e52,
    [HY_TRACE_OP] = 0xff8172b2,   [HY_TRACE_SAMPLE] = 0xffccb974,
};

enum { STRINGS = 1024 }; /* a power of two; names are few: ops, kernels, layers */

struct nvtx {
    nvtxDomainHandle_t domain;
    struct {
        const char *name; /* by address: names outlive the trace */
        int layer;        /* of a layer's range, else -1 */
        nvtxStringHandle_t handle;
    } strings[STRINGS];
    size_t n;
    uint32_t category, outer[HY_TRACE_DEPTH]; /* now, and before each open range */
    int depth;
};

static nvtxStringHandle_t string_of(struct nvtx *x, const char *name, int layer)
{
    size_t at = ((uintptr_t)name / 8 + (size_t)(layer + 1) * 31) % STRINGS;
    while (x->strings[at].name != NULL && !(x->strings[at].name == name && x->strings[at].layer == layer))
        at = (at + 1) % STRINGS;
    if (x->strings[at].name == NULL) {
        HY_ASSERT(x->n < STRINGS / 2, "more range names than NVTX's table was made for");
        char text[128];
        if (layer >= 0)
            snprintf(text, sizeof text, "%s %d", name, layer);
        x->strings[at].name = name;
        x->strings[at].layer = layer;
        x->strings[at].handle = nvtxDomainRegisterStringA(x->domain, layer >= 0 ? text : name);
        x->n++;
    }
    return x->strings[at].handle;
}

static uint32_t category_of(const char *step)
{
    for (uint32_t i = 1; i < CATEGORIES; i++)
        if (strcmp(step, category_names[i]) == 0)
            return i;
    return CATEGORY_NONE;
}

static void begin(void *ctx, const struct hy_trace_event *event)
{
    struct nvtx *x = ctx;
    HY_ASSERT(x->depth < HY_TRACE_DEPTH, "ranges nest deeper than step, pass, layer, op");
    x->outer[x->depth++] = x->category;
    if (event->kind == HY_TRACE_STEP)
        x->category = category_of(event->name);
    else if (event->kind == HY_TRACE_SAMPLE)
        x->category = CATEGORY_BENCH;

    nvtxEventAttributes_t e;
    memset(&e, 0, sizeof e);
    e.version = NVTX_VERSION;
    e.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
    e.category = x->category;
    e.colorType = NVTX_COLOR_ARGB;
    e.color = colours[event->kind];
    e.payloadType = NVTX_PAYLOAD_TYPE_UNSIGNED_INT64;
    e.payload.ullValue = event->payload;
    e.messageType = NVTX_MESSAGE_TYPE_REGISTERED;
    e.message.registered = string_of(x, event->name, event->kind == HY_TRACE_LAYER ? event->layer : -1);
    nvtxDomainRangePushEx(x->domain, &e);
}

static void end(void *ctx)
{
    struct nvtx *x = ctx;
    HY_ASSERT(x->depth > 0, "a range ended that never began");
    x->category = x->outer[--x->depth];
    nvtxDomainRangePop(x->domain);
}

bool hy_nvtx_built_in(void)
{
    return true;
}

const struct hy_trace *hy_nvtx_always(bool *heard)
{
    static struct nvtx state;
    static struct hy_trace trace;
    if (trace.begin == NULL) {
        state.domain = nvtxDomainCreateA("hymbench");
        for (uint32_t i = 1; i < CATEGORIES; i++)
            nvtxDomainNameCategoryA(state.domain, i, category_names[i]);
        trace = (struct hy_trace){&state, begin, end};
    }
    *heard = state.domain != NULL; /* a domain is made by the tool; without one there is none */
    return &trace;
}

const struct hy_trace *hy_nvtx_trace(bool say)
{
    const char *wanted = getenv("HYMBENCH_NVTX");
    bool heard;
    (void)say;
    if (wanted && strcmp(wanted, "0") == 0)
        return NULL;
    const struct hy_trace *trace = hy_nvtx_always(&heard);
    return heard || (wanted && strcmp(wanted, "1") == 0) ? trace : NULL;
}

#else

bool hy_nvtx_built_in(void)
{
    return false;
}

const struct hy_trace *hy_nvtx_always(bool *heard)
{
    *heard = false;
    return NULL;
}

const struct hy_trace *hy_nvtx_trace(bool say)
{
    if (say)
        hy_warn_once("no NVTX ranges: this build found no nvtx3/nvToolsExt.h (it comes with the CUDA toolkit); "
                     "install it and build again");
    return NULL;
}

#endif
