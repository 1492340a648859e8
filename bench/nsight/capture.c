#include "bench/nsight/capture.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "bench/nsight/place_ops.h"

static const struct {
    const char *table;
    enum hy_work work;
} sources[] = {{"CUPTI_ACTIVITY_KIND_KERNEL", HY_WORK_KERNEL},
               {"CUPTI_ACTIVITY_KIND_MEMCPY", HY_WORK_COPY},
               {"CUPTI_ACTIVITY_KIND_MEMSET", HY_WORK_SET},
               {"CUPTI_ACTIVITY_KIND_GRAPH_TRACE", HY_WORK_GRAPH}};

/* ---- rows of a range ---------------------------------------------------------------------------------- */
static void place(struct hy_capture *c, struct hy_range *r)
{
    const bool continues = strcmp(c->ranges.kind, "decode") == 0 || strcmp(c->ranges.kind, "prefill") == 0;
    if (r->row != HY_NONE_U32)
        return;
    if (r->kind == HY_RANGE_OP) {
        const char *op = hy_place_op(c->names.text[r->name], continues);
        r->row = hy_totals_row(&c->ops, hy_names_add(&c->names, op), r->pass, r->layer);
        r->place = (uint16_t)hy_totals_row(&c->places, r->name, r->pass, -1);
    } else {
        const uint32_t name = hy_names_add(&c->names, "step");
        r->row = hy_totals_row(&c->ops, name, HY_PASS_NONE, -1);
        r->place = (uint16_t)hy_totals_row(&c->places, name, HY_PASS_NONE, -1);
    }
    c->ops.rows[r->row].is_op = c->places.rows[r->place].is_op = r->kind == HY_RANGE_OP;
}

struct hy_total *hy_capture_op(struct hy_capture *c, uint32_t range)
{
    place(c, &c->ranges.ranges[range]);
    return &c->ops.rows[c->ranges.ranges[range].row];
}

struct hy_total *hy_capture_place(struct hy_capture *c, uint32_t range)
{
    place(c, &c->ranges.ranges[range]);
    return &c->places.rows[c->ranges.ranges[range].place];
}

/* A range's own time: what is inside it has ranges of its own. */
static void add_host(struct hy_capture *c)
{
    for (uint32_t i = 0; i < c->ranges.n; i++) {
        const struct hy_range *r = &c->ranges.ranges[i];
        const int64_t ns = r->end - r->start;
        if (!hy_ranges_counted(&c->ranges, i))
            continue;
        struct hy_total *const rows[] = {hy_capture_op(c, i), hy_capture_place(c, i)};
        for (int k = 0; k < 2; k++) {
            rows[k]->host_ns += ns;
            rows[k]->calls += r->kind == HY_RANGE_OP;
            rows[k]->bytes += r->kind == HY_RANGE_OP ? r->bytes : 0;
        }
        if (!hy_ranges_counted(&c->ranges, r->parent))
            continue;
        hy_capture_op(c, r->parent)->host_ns -= ns;
        hy_capture_place(c, r->parent)->host_ns -= ns;
    }
}

static void add_recorded(struct hy_capture *c, uint32_t range)
{
    struct hy_range *r = &c->ranges.ranges[range];
    if (r->recorded || r->kind != HY_RANGE_OP)
        return;
    r->recorded = true;
    struct hy_total *const rows[] = {hy_capture_op(c, range), hy_capture_place(c, range)};
    for (int k = 0; k < 2; k++) {
        rows[k]->recorded++;
        rows[k]->recorded_bytes += r->bytes;
    }
}

/* ---- records -------------------------------------------------------------------------------------------- */
static void add_record(struct hy_capture *c, const struct hy_record *record)
{
    if (c->n == c->room) {
        c->room = c->room ? c->room + c->room / 2 : 1024;
        c->records = realloc(c->records, c->room * sizeof *c->records);
        HY_ASSERT(c->records, "out of memory for the records of a capture");
    }
    c->records[c->n++] = *record;
}

/* Whose a record is that was launched in range `launched`, or replayed from a graph's node (0: none). */
static void find_owner(struct hy_capture *c, struct hy_record *r, uint32_t launched, uint16_t process, int64_t node)
{
    const uint32_t step = hy_ranges_step(&c->ranges, launched);
    const enum hy_step_use use = step == HY_NONE_U32 ? HY_STEP_LEFT_OUT : c->ranges.steps[step].use;
    const bool counted = use == HY_STEP_COUNTED;
    r->range = r->step = HY_NONE_U32;
    c->in_steps += counted;
    c->in_whole += use == HY_STEP_WHOLE;
    c->outside += use == HY_STEP_LEFT_OUT;
    if (use == HY_STEP_LEFT_OUT)
        return;
    const uint32_t where = node ? hy_nodes_range(&c->nodes, &c->ranges, process, node) : HY_NONE_U32;
    r->step = step;
    r->range = where == HY_NONE_U32 ? launched : where;
    (void)hy_capture_op(c, r->range);
    if (!counted)
        return;
    c->graphs += r->work == HY_WORK_GRAPH;
    c->replayed += node != 0;
    c->placed += where != HY_NONE_U32;
    if (where != HY_NONE_U32)
        add_recorded(c, where);
}

static hy_status read_records(struct hy_capture *c, const char *table, enum hy_work work)
{
    static const char *const columns[] = {"start", "end", "correlationId", "globalPid", "graphNodeId", NULL};
    hy_status status = HY_OK;
    sqlite3_stmt *s = hy_export_select(&c->file, table, columns, NULL);
    if (s == NULL)
        return HY_BAD_INPUT;
    /* files without the column hold one process */
    const bool pids = hy_export_has_column(&c->file, table, "globalPid");
    while (hy_export_row(&c->file, s, &status)) {
        struct hy_record r = {
            .start = sqlite3_column_int64(s, 0), .end = sqlite3_column_int64(s, 1), .work = (uint8_t)work};
        const uint16_t process = pids ? hy_threads_process(&c->threads, sqlite3_column_int64(s, 3)) : 0;
        r.call = hy_calls_find(&c->calls, process, (uint32_t)sqlite3_column_int64(s, 2));
        c->unlaunched += r.call == HY_NONE_U32;
        find_owner(c, &r, r.call == HY_NONE_U32 ? HY_NONE_U32 : c->calls.calls[r.call].range, process,
                   sqlite3_column_int64(s, 4));
        add_record(c, &r);
    }
    sqlite3_finalize(s);
    return status;
}

static int by_start(const void *a, const void *b)
{
    const struct hy_record *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

static bool sorted(const struct hy_capture *c)
{
    for (size_t i = 1; i < c->n; i++)
        if (by_start(&c->records[i - 1], &c->records[i]) > 0)
            return false;
    return true;
}

static hy_status read_work(struct hy_capture *c)
{
    hy_status status = HY_OK;
    for (size_t i = 0; i < sizeof sources / sizeof *sources && status == HY_OK; i++)
        if (hy_export_has(&c->file, sources[i].table))
            status = read_records(c, sources[i].table, sources[i].work);
    if (status == HY_OK && c->in_steps == 0)
        status = hy_fail(HY_NO_DATA, "%s: none of its %zu records of the device was launched in one of its %u %s steps",
                         c->file.path, c->n, c->ranges.counted, c->ranges.kind);
    if (status == HY_OK && !sorted(c))
        qsort(c->records, c->n, sizeof *c->records, by_start);
    return status;
}

/* Each record in the order of its start to the rows of its range. */
static void add_work(struct hy_capture *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct hy_record *r = &c->records[i];
        if (r->step == HY_NONE_U32 || c->ranges.steps[r->step].use != HY_STEP_COUNTED)
            continue;
        struct hy_total *const rows[] = {hy_capture_op(c, r->range), hy_capture_place(c, r->range)};
        for (int k = 0; k < 2; k++) {
            rows[k]->kernels += r->work == HY_WORK_KERNEL;
            rows[k]->copies += r->work == HY_WORK_COPY;
            rows[k]->sets += r->work == HY_WORK_SET;
            hy_total_busy(rows[k], r->start, r->end);
        }
    }
}

/* ---- all of it -------------------------------------------------------------------------------------------- */
hy_status hy_capture_read(struct hy_capture *c, const char *path, const char *step)
{
    memset(c, 0, sizeof *c);
    hy_status status = hy_export_open(&c->file, path);
    if (status == HY_OK)
        status = hy_ranges_read(&c->ranges, &c->file, &c->names, &c->threads, step);
    if (status == HY_OK)
        status = hy_calls_read(&c->calls, &c->file, &c->names, &c->threads, &c->ranges);
    if (status == HY_OK)
        status = hy_nodes_read(&c->nodes, &c->file, &c->threads);
    if (status == HY_OK) {
        add_host(c);
        status = read_work(c);
    }
    if (status == HY_OK)
        add_work(c);
    if (status)
        hy_capture_fini(c);
    return status;
}

void hy_capture_fini(struct hy_capture *c)
{
    hy_export_close(&c->file);
    hy_names_fini(&c->names);
    hy_threads_fini(&c->threads);
    hy_ranges_fini(&c->ranges);
    hy_calls_fini(&c->calls);
    hy_nodes_fini(&c->nodes);
    hy_totals_fini(&c->ops);
    hy_totals_fini(&c->places);
    free(c->records);
    memset(c, 0, sizeof *c);
}
