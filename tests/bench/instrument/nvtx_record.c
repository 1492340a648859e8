#include "tests/bench/instrument/nvtx_record.h"

struct recorded nvtx_events[RECORDED_EVENTS];
int nvtx_event_count;
int nvtx_registered_count;
char nvtx_category_names[8][RECORDED_TEXT];

#ifdef HY_NVTX

#include <nvtx3/nvToolsExt.h>
#include <stdio.h>

static char domains[4][RECORDED_TEXT], strings[64][RECORDED_TEXT];
static int domain_count, depth;

static nvtxDomainHandle_t domain_create(const char *name)
{
    char *kept = domains[domain_count++ % 4];
    snprintf(kept, RECORDED_TEXT, "%s", name);
    return (nvtxDomainHandle_t)(void *)kept;
}

static nvtxStringHandle_t register_string(nvtxDomainHandle_t domain, const char *text)
{
    (void)domain;
    char *kept = strings[nvtx_registered_count++ % 64];
    snprintf(kept, RECORDED_TEXT, "%s", text);
    return (nvtxStringHandle_t)(void *)kept;
}

static void name_category(nvtxDomainHandle_t domain, uint32_t category, const char *name)
{
    (void)domain;
    if (category < 8)
        snprintf(nvtx_category_names[category], RECORDED_TEXT, "%s", name);
}

static struct recorded *next(nvtxDomainHandle_t domain)
{
    struct recorded *e = &nvtx_events[nvtx_event_count++ % RECORDED_EVENTS];
    snprintf(e->domain, sizeof e->domain, "%s", (const char *)(const void *)domain);
    return e;
}

static int push(nvtxDomainHandle_t domain, const nvtxEventAttributes_t *a)
{
    struct recorded *e = next(domain);
    e->push = true;
    e->depth = depth;
    e->category = a->category;
    e->payload = a->payload.ullValue;
    e->is_u64 = a->payloadType == NVTX_PAYLOAD_TYPE_UNSIGNED_INT64;
    e->registered = a->messageType == NVTX_MESSAGE_TYPE_REGISTERED;
    if (e->registered)
        snprintf(e->text, sizeof e->text, "%s", (const char *)(const void *)a->message.registered);
    return depth++;
}

static int pop(nvtxDomainHandle_t domain)
{
    struct recorded *e = next(domain);
    e->push = false;
    e->depth = --depth;
    return depth;
}

static void hook(NvtxFunctionTable table, unsigned n, unsigned id, NvtxFunctionPointer function)
{
    if (id < n)
        *table[id] = function;
}

int InitializeInjectionNvtx2(NvtxGetExportTableFunc_t get_table)
{
    const NvtxExportTableCallbacks *callbacks = get_table(NVTX_ETID_CALLBACKS);
    NvtxFunctionTable table;
    unsigned n;
    if (!callbacks || !callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE2, &table, &n))
        return 0;
    hook(table, n, NVTX_CBID_CORE2_DomainCreateA, (NvtxFunctionPointer)domain_create);
    hook(table, n, NVTX_CBID_CORE2_DomainRegisterStringA, (NvtxFunctionPointer)register_string);
    hook(table, n, NVTX_CBID_CORE2_DomainNameCategoryA, (NvtxFunctionPointer)name_category);
    hook(table, n, NVTX_CBID_CORE2_DomainRangePushEx, (NvtxFunctionPointer)push);
    hook(table, n, NVTX_CBID_CORE2_DomainRangePop, (NvtxFunctionPointer)pop);
    return 1;
}

#else

int InitializeInjectionNvtx2(const void *(*get_table)(unsigned));
int InitializeInjectionNvtx2(const void *(*get_table)(unsigned))
{
    (void)get_table;
    return 0;
}

#endif
