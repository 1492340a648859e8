#include "bench/instrument/device_trace.h"

#include <stdlib.h>
#include <string.h>

#include "bench/instrument/device_records.h"
#include "kernels/base/status.h"

/* Links exist only where the API calls are recorded too. */
static const int kinds[] = {HY_CUPTI_KIND_CONCURRENT_KERNEL, HY_CUPTI_KIND_MEMCPY, HY_CUPTI_KIND_MEMSET,
                            HY_CUPTI_KIND_RUNTIME,           HY_CUPTI_KIND_DRIVER, HY_CUPTI_KIND_EXTERNAL_CORRELATION};
static const char *const kind_names[] = {"cuptiActivityEnable(CONCURRENT_KERNEL)",
                                         "cuptiActivityEnable(MEMCPY)",
                                         "cuptiActivityEnable(MEMSET)",
                                         "cuptiActivityEnable(RUNTIME)",
                                         "cuptiActivityEnable(DRIVER)",
                                         "cuptiActivityEnable(EXTERNAL_CORRELATION)"};
enum { KINDS = sizeof kinds / sizeof *kinds };

static struct {
    const struct hy_cupti *api;
    void *subscriber;
    int enabled; /* so many of `kinds` */
} attached;

/* One subscriber a process: subscribing is how another profiler shows. */
static void nothing(void *user, int domain, uint32_t id, const void *data)
{
    (void)user;
    (void)domain;
    (void)id;
    (void)data;
}

static enum hy_cupti_state checked(int result, const char *entry)
{
    return hy_cupti_result(result, entry, "no device trace");
}

static void detach(void)
{
    while (attached.enabled > 0)
        attached.api->disable(kinds[--attached.enabled]);
    attached.api->unsubscribe(attached.subscriber);
    attached.api = NULL;
}

static enum hy_cupti_state attach(void)
{
    const struct hy_cupti *api;
    enum hy_cupti_state state = hy_cupti_alone("no device trace");
    if (state == HY_CUPTI_OK)
        state = hy_cupti_load(&api);
    if (state != HY_CUPTI_OK)
        return state;
    state = checked(api->subscribe(&attached.subscriber, nothing, NULL), "cuptiSubscribe");
    if (state != HY_CUPTI_OK)
        return state;
    attached.api = api;
    state = checked(api->register_callbacks(hy_device_buffer_request, hy_device_buffer_complete),
                    "cuptiActivityRegisterCallbacks");
    while (state == HY_CUPTI_OK && attached.enabled < KINDS) {
        state = checked(api->enable(kinds[attached.enabled]), kind_names[attached.enabled]);
        attached.enabled += state == HY_CUPTI_OK;
    }
    if (state != HY_CUPTI_OK)
        detach();
    return state;
}

/* ---- ranges ------------------------------------------------------------------------ */

static bool is_row(const struct hy_device_row *r, const struct hy_trace_event *e, const char *pass)
{
    return r->kind == e->kind && r->node == e->node && r->layer == e->layer && strcmp(r->name, e->name) == 0 &&
           strcmp(r->pass, pass) == 0;
}

/* Steps repeat: the row wanted is mostly the one after the row before. */
static size_t row_of(struct hy_device_trace *t, const struct hy_trace_event *e)
{
    for (size_t k = 0; k < t->n; k++) {
        size_t i = (t->last + 1 + k) % t->n;
        if (is_row(&t->rows[i], e, t->pass))
            return i;
    }
    HY_ASSERT(t->n < t->capacity, "more device rows than hy_device_trace_start was told");
    t->rows[t->n] =
        (struct hy_device_row){.kind = e->kind, .pass = t->pass, .name = e->name, .layer = e->layer, .node = e->node};
    return t->n++;
}

static bool has_row(enum hy_trace_kind kind)
{
    return kind == HY_TRACE_STEP || kind == HY_TRACE_OP || kind == HY_TRACE_SAMPLE;
}

static void begin(void *ctx, const struct hy_trace_event *event)
{
    struct hy_device_trace *t = ctx;
    HY_ASSERT(t->depth < HY_TRACE_DEPTH, "ranges nest deeper than step, pass, layer, op");
    t->open[t->depth].kind = event->kind;
    t->open[t->depth].pass = t->pass;
    t->depth++;
    if (event->kind == HY_TRACE_PASS)
        t->pass = event->name;
    if (event->kind == HY_TRACE_STEP)
        t->steps++;
    if (has_row(event->kind)) {
        t->last = row_of(t, event);
        attached.api->push(HY_CUPTI_EXTERNAL_CUSTOM0, t->last + 1); /* 0 stands for none */
    }
}

static void end(void *ctx)
{
    struct hy_device_trace *t = ctx;
    HY_ASSERT(t->depth > 0, "a range ended that never began");
    t->depth--;
    t->pass = t->open[t->depth].pass;
    if (has_row(t->open[t->depth].kind)) {
        uint64_t last;
        attached.api->pop(HY_CUPTI_EXTERNAL_CUSTOM0, &last);
    }
}

/* ---- from records to rows ------------------------------------------------------------- */

static int by_correlation(const void *a, const void *b)
{
    uint32_t x = ((const struct hy_device_link *)a)->correlation, y = ((const struct hy_device_link *)b)->correlation;
    return (x > y) - (x < y);
}

static int by_start(const void *a, const void *b)
{
    const struct hy_device_interval *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

static int by_owner(const void *a, const void *b)
{
    const struct hy_device_interval *x = a, *y = b;
    return x->owner != y->owner ? (x->owner > y->owner) - (x->owner < y->owner) : by_start(a, b);
}

/* Time covered by intervals that ascend by start. */
static uint64_t covered(const struct hy_device_interval *intervals, size_t n)
{
    uint64_t sum = 0, until = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t from = intervals[i].start > until ? intervals[i].start : until;
        if (intervals[i].end > from) {
            sum += intervals[i].end - from;
            until = intervals[i].end;
        }
    }
    return sum;
}

static void find_owners(struct hy_device_trace *t, struct hy_device_records *r)
{
    if (r->n_links > 0)
        qsort(r->links, r->n_links, sizeof *r->links, by_correlation);
    for (size_t i = 0; i < r->n; i++) {
        const struct hy_device_link key = {.correlation = r->intervals[i].correlation}, *link = NULL;
        if (r->n_links > 0)
            link = bsearch(&key, r->links, r->n_links, sizeof *r->links, by_correlation);
        r->intervals[i].owner = link && link->id <= t->n ? link->id : 0;
    }
}

static void add_function(struct hy_device_trace *t, const struct hy_device_interval *i)
{
    size_t row = (size_t)i->owner - 1;
    struct hy_device_function *f = NULL;
    for (size_t k = t->n_functions; k-- > 0 && t->functions[k].row == row && !f;) /* rows come one after the other */
        if (t->functions[k].name == i->name)
            f = &t->functions[k];
    if (!f) {
        f = &t->functions[t->n_functions++];
        *f = (struct hy_device_function){.name = i->name, .row = row};
    }
    f->launches++;
    f->ns += i->end - i->start;
    f->registers = i->registers;
    f->shared_bytes = i->shared;
}

static void add_interval(struct hy_device_trace *t, const struct hy_device_interval *i)
{
    struct hy_device_row *row = &t->rows[i->owner - 1];
    if (i->kind == HY_CUPTI_KIND_CONCURRENT_KERNEL) {
        row->kernels++;
        add_function(t, i);
    } else if (i->kind == HY_CUPTI_KIND_MEMCPY) {
        row->copies++;
        row->copied_bytes += i->bytes;
    } else {
        row->sets++;
    }
}

static void fill_in(struct hy_device_trace *t, struct hy_device_records *r)
{
    t->dropped = r->dropped;
    t->incomplete = r->incomplete;
    t->functions = calloc(r->n + 1, sizeof *t->functions);
    HY_ASSERT(t->functions, "out of memory for the functions of a trace");
    if (r->n == 0)
        return;
    find_owners(t, r);
    qsort(r->intervals, r->n, sizeof *r->intervals, by_start);
    t->busy_ns = covered(r->intervals, r->n);
    qsort(r->intervals, r->n, sizeof *r->intervals, by_owner);
    for (size_t i = 0, next; i < r->n; i = next) {
        uint64_t owner = r->intervals[i].owner;
        for (next = i; next < r->n && r->intervals[next].owner == owner; next++)
            if (owner > 0)
                add_interval(t, &r->intervals[next]);
        if (owner > 0)
            t->rows[owner - 1].busy_ns = covered(&r->intervals[i], next - i);
        else
            t->strays = next - i;
    }
}

/* ---- start and stop ------------------------------------------------------------------ */

enum hy_cupti_state hy_device_trace_start(struct hy_device_trace *t, size_t capacity)
{
    HY_ASSERT(!attached.api, "one device trace at a time");
    memset(t, 0, sizeof *t);
    struct hy_device_row *rows = calloc(capacity, sizeof *rows);
    HY_ASSERT(rows, "out of memory for the rows of a trace");
    enum hy_cupti_state state = attach();
    if (state != HY_CUPTI_OK) {
        free(rows);
        return state;
    }
    t->rows = rows;
    t->capacity = capacity;
    t->pass = "";
    t->trace = (struct hy_trace){t, begin, end};
    hy_device_records_open(attached.api);
    return HY_CUPTI_OK;
}

enum hy_cupti_state hy_device_trace_stop(struct hy_device_trace *t)
{
    struct hy_device_records records;
    HY_ASSERT(attached.api, "no device trace is running");
    enum hy_cupti_state state = checked(attached.api->flush_all(HY_CUPTI_FLUSH_FORCED), "cuptiActivityFlushAll");
    hy_device_records_take(&records);
    detach();
    fill_in(t, &records);
    free(records.intervals);
    free(records.links);
    return state;
}

void hy_device_trace_fini(struct hy_device_trace *t)
{
    if (t == NULL)
        return;
    if (t->rows && !t->functions && attached.api)
        (void)hy_device_trace_stop(t);
    free(t->rows);
    free(t->functions);
    memset(t, 0, sizeof *t);
}
