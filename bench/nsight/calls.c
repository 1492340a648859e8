#include "bench/nsight/calls.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* cudaStreamSynchronize, cuCtxSynchronize, ... */
static bool is_wait(const char *name)
{
    return strstr(name, "Synchronize") != NULL;
}

static void add_call(struct hy_calls *c, const struct hy_call *call)
{
    if (c->n == c->room) {
        c->room = c->room ? c->room + c->room / 2 : 1024;
        c->calls = realloc(c->calls, c->room * sizeof *c->calls);
        HY_ASSERT(c->calls, "out of memory for the calls of a capture");
    }
    c->calls[c->n++] = *call;
}

static void add_wait(struct hy_calls *c, const struct hy_call *call)
{
    if (c->n_waits == c->wait_room) {
        c->wait_room = c->wait_room ? 2 * c->wait_room : 256;
        c->waits = realloc(c->waits, c->wait_room * sizeof *c->waits);
        HY_ASSERT(c->waits, "out of memory for the calls of a capture");
    }
    c->waits[c->n_waits++] = (struct hy_wait){call->start, call->end, call->thread};
}

static int by_correlation(const void *a, const void *b)
{
    const struct hy_call *x = a, *y = b;
    if (x->process != y->process)
        return x->process < y->process ? -1 : 1;
    if (x->correlation != y->correlation)
        return x->correlation < y->correlation ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

static int by_time(const void *a, const void *b)
{
    const struct hy_wait *x = a, *y = b;
    if (x->thread != y->thread)
        return x->thread < y->thread ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

/* A call may synchronise by another one inside it: time counts once. */
static void merge_waits(struct hy_calls *c)
{
    uint32_t kept = 0;
    if (c->n_waits == 0)
        return;
    qsort(c->waits, c->n_waits, sizeof *c->waits, by_time);
    for (uint32_t i = 1; i < c->n_waits; i++) {
        struct hy_wait *last = &c->waits[kept];
        const struct hy_wait *next = &c->waits[i];
        if (next->thread != last->thread || next->start > last->end)
            c->waits[++kept] = *next;
        else if (next->end > last->end)
            last->end = next->end;
    }
    c->n_waits = kept + 1;
}

static bool sorted(const struct hy_calls *c)
{
    for (uint32_t i = 1; i < c->n; i++)
        if (by_correlation(&c->calls[i - 1], &c->calls[i]) > 0)
            return false;
    return true;
}

hy_status hy_calls_read(struct hy_calls *c, struct hy_export *e, struct hy_names *names, struct hy_threads *threads,
                        struct hy_ranges *ranges)
{
    static const char *const columns[] = {"start", "end", "globalTid", "correlationId", "nameId", NULL};
    hy_status status = HY_OK;
    *c = (struct hy_calls){.n = 0};
    sqlite3_stmt *s = hy_export_select(e, "CUPTI_ACTIVITY_KIND_RUNTIME", columns, NULL);
    if (s == NULL)
        return HY_BAD_INPUT;
    while (status == HY_OK && hy_export_row(e, s, &status)) {
        struct hy_call call = {.start = sqlite3_column_int64(s, 0),
                               .end = sqlite3_column_int64(s, 1),
                               .correlation = (uint32_t)sqlite3_column_int64(s, 3)};
        status = hy_threads_add(threads, sqlite3_column_int64(s, 2), &call.thread);
        if (status)
            break;
        call.process = threads->process[call.thread];
        call.range = hy_ranges_at(ranges, call.thread, call.start);
        const uint32_t name = hy_names_of_id(names, e, sqlite3_column_int64(s, 4)); /* of no string: "" */
        if (is_wait(names->text[name]))
            add_wait(c, &call);
        add_call(c, &call);
    }
    sqlite3_finalize(s);
    if (status == HY_OK && !sorted(c))
        qsort(c->calls, c->n, sizeof *c->calls, by_correlation);
    merge_waits(c);
    if (status)
        hy_calls_fini(c);
    return status;
}

void hy_calls_fini(struct hy_calls *c)
{
    free(c->calls);
    free(c->waits);
    memset(c, 0, sizeof *c);
}

static bool before(const struct hy_call *x, uint16_t process, uint32_t correlation)
{
    return x->process != process ? x->process < process : x->correlation < correlation;
}

uint32_t hy_calls_find(struct hy_calls *c, uint16_t process, uint32_t correlation)
{
    uint32_t low = 0, high = c->n;
    for (uint32_t k = 0; k < 4 && c->hint + k < c->n; k++) { /* work mostly comes in the order of its launches */
        const struct hy_call *x = &c->calls[c->hint + k];
        const struct hy_call *last = c->hint + k > 0 ? x - 1 : NULL;
        if (x->process == process && x->correlation == correlation && (!last || before(last, process, correlation)))
            return c->hint += k;
    }
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (before(&c->calls[middle], process, correlation))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == c->n || c->calls[low].process != process || c->calls[low].correlation != correlation)
        return HY_NONE_U32;
    return c->hint = low;
}

int64_t hy_calls_waited(const struct hy_calls *c, uint16_t thread, int64_t from, int64_t to)
{
    uint32_t low = 0, high = c->n_waits; /* the first that ends behind `from` */
    int64_t sum = 0;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct hy_wait *w = &c->waits[middle];
        if (w->thread < thread || (w->thread == thread && w->end <= from))
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < c->n_waits && c->waits[low].thread == thread && c->waits[low].start < to; low++) {
        const struct hy_wait *w = &c->waits[low];
        sum += (w->end < to ? w->end : to) - (w->start > from ? w->start : from);
    }
    return sum;
}
