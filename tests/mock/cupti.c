#include "tests/mock/cupti.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/instrument/cupti_api.h"
#include "kernels/simt/runtime.h"

enum { MOST_RECORDS = 1 << 16, MOST_DEPTH = 64, MOST_KINDS = 64 };
enum { KERNEL_BYTES = 216, MEMCPY_BYTES = 96, MEMSET_BYTES = 88, LINK_BYTES = 24, API_BYTES = 40 };

static struct {
    hy_cupti_request *request;
    hy_cupti_complete *complete;
    uint8_t *records[MOST_RECORDS];
    size_t n, dropped;
    uint64_t stack[MOST_DEPTH], clock;
    bool enabled[MOST_KINDS];
    uint32_t correlation;
    int depth, subscribers, buffers;
} mock = {.clock = 1000, .correlation = 100};

static simt_listener heard;

/* ---- what the library exports ------------------------------------------------------ */

int cuptiGetVersion(uint32_t *version);
int cuptiGetResultString(int result, const char **text);
int cuptiSubscribe(void **subscriber, hy_cupti_callback *callback, void *user);
int cuptiUnsubscribe(void *subscriber);
int cuptiActivityRegisterCallbacks(hy_cupti_request *request, hy_cupti_complete *complete);
int cuptiActivityEnable(int kind);
int cuptiActivityDisable(int kind);
int cuptiActivityFlushAll(uint32_t flags);
int cuptiActivityGetNextRecord(uint8_t *buffer, size_t valid, struct hy_cupti_record **record);
int cuptiActivityGetNumDroppedRecords(void *context, uint32_t stream, size_t *count);
int cuptiActivityPushExternalCorrelationId(int kind, uint64_t id);
int cuptiActivityPopExternalCorrelationId(int kind, uint64_t *last);

int mock_cupti_verdict(const char *entry)
{
    const char *code = getenv("MOCK_CUPTI_FAIL"), *at = getenv("MOCK_CUPTI_FAIL_AT");
    return code && strcmp(at ? at : "cuptiSubscribe", entry) == 0 ? atoi(code) : HY_CUPTI_SUCCESS;
}

int cuptiGetVersion(uint32_t *version)
{
    const char *other = getenv("MOCK_CUPTI_VERSION");
    *version = other ? (uint32_t)atoi(other) : 130001;
    return HY_CUPTI_SUCCESS;
}

int cuptiGetResultString(int result, const char **text)
{
    *text = result == HY_CUPTI_SUCCESS ? "CUPTI_SUCCESS" : "CUPTI_ERROR_MOCKED";
    return HY_CUPTI_SUCCESS;
}

void mock_cupti_listen(simt_listener *listener)
{
    void *found = dlsym(RTLD_DEFAULT, "simt_listen");
    void (*listen)(simt_listener *) = NULL;
    memcpy(&listen, &found, sizeof listen);
    if (listen)
        listen(listener);
}

int cuptiSubscribe(void **subscriber, hy_cupti_callback *callback, void *user)
{
    (void)callback;
    (void)user;
    *subscriber = &mock;
    int result = mock.subscribers > 0 ? HY_CUPTI_MULTIPLE_SUBSCRIBERS : mock_cupti_verdict("cuptiSubscribe");
    mock.subscribers += result == HY_CUPTI_SUCCESS;
    if (result == HY_CUPTI_SUCCESS)
        mock_cupti_listen(heard);
    return result;
}

int cuptiUnsubscribe(void *subscriber)
{
    (void)subscriber;
    mock.subscribers--;
    mock_cupti_listen(NULL);
    return HY_CUPTI_SUCCESS;
}

int cuptiActivityRegisterCallbacks(hy_cupti_request *request, hy_cupti_complete *complete)
{
    mock.request = request;
    mock.complete = complete;
    return mock_cupti_verdict("cuptiActivityRegisterCallbacks");
}

int cuptiActivityEnable(int kind)
{
    int result = kind == HY_CUPTI_KIND_MEMSET ? mock_cupti_verdict("cuptiActivityEnable") : HY_CUPTI_SUCCESS;
    mock.enabled[kind] = mock.enabled[kind] || result == HY_CUPTI_SUCCESS;
    return result;
}

int cuptiActivityDisable(int kind)
{
    mock.enabled[kind] = false;
    return HY_CUPTI_SUCCESS;
}

int cuptiActivityPushExternalCorrelationId(int kind, uint64_t id)
{
    if (kind != HY_CUPTI_EXTERNAL_CUSTOM0 || mock.depth == MOST_DEPTH)
        return 1;
    mock.stack[mock.depth++] = id;
    return HY_CUPTI_SUCCESS;
}

int cuptiActivityPopExternalCorrelationId(int kind, uint64_t *last)
{
    const char *nanoseconds = getenv("MOCK_CUPTI_AUTO");
    if (kind != HY_CUPTI_EXTERNAL_CUSTOM0 || mock.depth == 0)
        return 1;
    if (nanoseconds) {
        uint64_t start = mock.clock;
        mock.clock += (uint64_t)atoi(nanoseconds);
        mock_cupti_launch(HY_CUPTI_KIND_CONCURRENT_KERNEL, "mocked", start, mock.clock, 0);
    }
    *last = mock.stack[--mock.depth];
    return HY_CUPTI_SUCCESS;
}

static size_t bytes_of(uint32_t kind)
{
    switch (kind) {
    case HY_CUPTI_KIND_CONCURRENT_KERNEL:
        return KERNEL_BYTES;
    case HY_CUPTI_KIND_MEMCPY:
        return MEMCPY_BYTES;
    case HY_CUPTI_KIND_MEMSET:
        return MEMSET_BYTES;
    case HY_CUPTI_KIND_EXTERNAL_CORRELATION:
        return LINK_BYTES;
    default:
        return API_BYTES;
    }
}

int cuptiActivityGetNextRecord(uint8_t *buffer, size_t valid, struct hy_cupti_record **record)
{
    uint8_t *next = *record ? (uint8_t *)*record + bytes_of((*record)->kind) : buffer;
    if (next >= buffer + valid)
        return HY_CUPTI_MAX_LIMIT_REACHED;
    *record = (struct hy_cupti_record *)(void *)next;
    return HY_CUPTI_SUCCESS;
}

int cuptiActivityGetNumDroppedRecords(void *context, uint32_t stream, size_t *count)
{
    (void)context;
    (void)stream;
    *count = mock.dropped;
    mock.dropped = 0;
    return HY_CUPTI_SUCCESS;
}

/* As many buffers as the records need. */
static void *deliver(void *unused)
{
    (void)unused;
    size_t next = 0;
    do {
        uint8_t *buffer = NULL;
        size_t size = 0, most = 0, valid = 0;
        mock.request(&buffer, &size, &most);
        for (; next < mock.n; next++) {
            size_t bytes = bytes_of(((struct hy_cupti_record *)(void *)mock.records[next])->kind);
            if (valid + bytes > size)
                break;
            memcpy(buffer + valid, mock.records[next], bytes);
            valid += bytes;
            free(mock.records[next]);
        }
        mock.buffers++;
        mock.complete(&mock, 7, buffer, size, valid);
    } while (next < mock.n);
    mock.n = 0;
    return NULL;
}

int cuptiActivityFlushAll(uint32_t flags)
{
    pthread_t worker;
    if (flags != HY_CUPTI_FLUSH_FORCED || pthread_create(&worker, NULL, deliver, NULL) != 0)
        return 1;
    pthread_join(worker, NULL);
    return mock_cupti_verdict("cuptiActivityFlushAll");
}

/* ---- what tests tell it --------------------------------------------------------------- */

/* Room for a record, its end full of what an older program knows nothing of; NULL while its kind is off. */
static void *add(uint32_t kind)
{
    if (!mock.enabled[kind] || mock.n == MOST_RECORDS)
        return NULL;
    size_t bytes = bytes_of(kind);
    uint8_t *r = malloc(bytes);
    if (!r)
        abort();
    memset(r, 0xab, bytes);
    ((struct hy_cupti_record *)(void *)r)->kind = kind;
    mock.records[mock.n++] = r;
    return r;
}

static void add_kernel(uint32_t correlation, const char *name, uint64_t start, uint64_t end)
{
    struct hy_cupti_kernel *k = add(HY_CUPTI_KIND_CONCURRENT_KERNEL);
    if (!k)
        return;
    k->start = start;
    k->end = end;
    k->registers = 40;
    k->static_shared = 1024;
    k->dynamic_shared = 512;
    k->correlation = correlation;
    k->name = name;
}

static void add_copy(uint32_t correlation, uint64_t start, uint64_t end, uint64_t bytes)
{
    struct hy_cupti_memcpy *c = add(HY_CUPTI_KIND_MEMCPY);
    if (!c)
        return;
    c->start = start;
    c->end = end;
    c->bytes = bytes;
    c->correlation = correlation;
}

static void add_set(uint32_t correlation, uint64_t start, uint64_t end, uint64_t bytes)
{
    struct hy_cupti_memset *s = add(HY_CUPTI_KIND_MEMSET);
    if (!s)
        return;
    s->start = start;
    s->end = end;
    s->bytes = bytes;
    s->correlation = correlation;
}

/* What the device did for the call `correlation`. */
static void add_work(uint32_t correlation, uint32_t kind, const char *name, uint64_t start, uint64_t end,
                     uint64_t bytes)
{
    if (kind == HY_CUPTI_KIND_CONCURRENT_KERNEL)
        add_kernel(correlation, name, start, end);
    else if (kind == HY_CUPTI_KIND_MEMCPY)
        add_copy(correlation, start, end, bytes);
    else
        add_set(correlation, start, end, bytes);
}

uint32_t mock_cupti_launch(uint32_t kind, const char *name, uint64_t start, uint64_t end, uint64_t bytes)
{
    uint32_t correlation = mock.correlation++;
    bool linked = mock.enabled[HY_CUPTI_KIND_RUNTIME] && mock.enabled[HY_CUPTI_KIND_DRIVER] && mock.depth > 0;
    struct hy_cupti_external *e = linked ? add(HY_CUPTI_KIND_EXTERNAL_CORRELATION) : NULL;
    if (e) {
        e->external_kind = HY_CUPTI_EXTERNAL_CUSTOM0;
        e->external_id = mock.stack[mock.depth - 1];
        e->correlation = correlation;
    }
    (void)add(HY_CUPTI_KIND_RUNTIME);
    add_work(correlation, kind, name, start, end, bytes);
    return correlation;
}

void mock_cupti_again(uint32_t correlation, const char *name, uint64_t start, uint64_t end)
{
    add_kernel(correlation, name, start, end);
}

/* From the rig: what a program launches. */
static void heard(const char *what, const char *name, size_t bytes, bool again)
{
    const uint64_t start = mock.clock;
    uint32_t kind = HY_CUPTI_KIND_CONCURRENT_KERNEL;
    if (strcmp(what, "event") == 0)
        return;
    if (strcmp(what, "kernel") != 0)
        kind = strcmp(what, "copy") == 0 ? HY_CUPTI_KIND_MEMCPY : HY_CUPTI_KIND_MEMSET;
    mock.clock += MOCK_CUPTI_NS;
    if (again)
        add_work(mock.correlation - 1, kind, name, start, mock.clock, bytes);
    else
        mock_cupti_launch(kind, name, start, mock.clock, bytes);
}

void mock_cupti_reverse(void)
{
    for (size_t i = 0; i < mock.n / 2; i++) {
        uint8_t *r = mock.records[i];
        mock.records[i] = mock.records[mock.n - 1 - i];
        mock.records[mock.n - 1 - i] = r;
    }
}

void mock_cupti_drop(size_t count)
{
    mock.dropped = count;
}

struct mock_cupti_counts mock_cupti_counts(void)
{
    struct mock_cupti_counts c = {.subscribers = mock.subscribers, .depth = mock.depth, .buffers = mock.buffers};
    for (int k = 0; k < MOST_KINDS; k++)
        c.kinds += mock.enabled[k];
    return c;
}
