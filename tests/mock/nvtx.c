/* A listener to NVTX as a profiler brings one: NVTX_INJECTION64_PATH=build/tests/mock_nvtx.so. It does the least that a
 * profiler must do for a range: a time and a number into memory, at its begin and at its end. With MOCK_NVTX_LOG it
 * also writes a line "DEPTH NAME PAYLOAD" per range into that file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HY_NVTX

#include <nvtx3/nvToolsExt.h>

enum { RING = 1 << 16, DOMAINS = 16, STRINGS = 4096, TEXT = 64 };

static struct {
    uint64_t ns, what;
} ring[RING];
static size_t at;
static char domains[DOMAINS][TEXT], strings[STRINGS][TEXT];
static int n_domains, n_strings, depth;
static FILE *log_file;

int InitializeInjectionNvtx2(NvtxGetExportTableFunc_t get_table);

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static nvtxDomainHandle_t domain_create(const char *name)
{
    char *kept = domains[n_domains++ % DOMAINS];
    snprintf(kept, TEXT, "%s", name);
    return (nvtxDomainHandle_t)(void *)kept;
}

static nvtxStringHandle_t register_string(nvtxDomainHandle_t domain, const char *text)
{
    (void)domain;
    char *kept = strings[n_strings++ % STRINGS];
    snprintf(kept, TEXT, "%s", text);
    return (nvtxStringHandle_t)(void *)kept;
}

static void note(uint64_t what)
{
    ring[at % RING].what = what;
    ring[at++ % RING].ns = now();
}

static int push(nvtxDomainHandle_t domain, const nvtxEventAttributes_t *a)
{
    (void)domain;
    note((uint64_t)(uintptr_t)a->message.registered);
    if (log_file && a->messageType == NVTX_MESSAGE_TYPE_REGISTERED)
        fprintf(log_file, "%d %s %llu\n", depth, (const char *)(const void *)a->message.registered,
                (unsigned long long)a->payload.ullValue);
    return depth++;
}

static int pop(nvtxDomainHandle_t domain)
{
    (void)domain;
    note(0);
    return --depth;
}

static void hook(NvtxFunctionTable table, unsigned n, unsigned id, NvtxFunctionPointer function)
{
    if (id < n)
        *table[id] = function;
}

int InitializeInjectionNvtx2(NvtxGetExportTableFunc_t get_table)
{
    const NvtxExportTableCallbacks *callbacks = get_table(NVTX_ETID_CALLBACKS);
    const char *path = getenv("MOCK_NVTX_LOG");
    NvtxFunctionTable table;
    unsigned n;
    if (!callbacks || !callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE2, &table, &n))
        return 0;
    if (path)
        log_file = fopen(path, "w");
    hook(table, n, NVTX_CBID_CORE2_DomainCreateA, (NvtxFunctionPointer)domain_create);
    hook(table, n, NVTX_CBID_CORE2_DomainRegisterStringA, (NvtxFunctionPointer)register_string);
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
