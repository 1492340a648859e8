#include "bench/harness/micro_google.h"

#include <math.h>
#include <stdlib.h>

#include "bench/harness/build.h"
#include "bench/harness/env.h"
#include "bench/harness/micro_aggregate.h"
#include "kernels/base/file.h"
#include "kernels/base/threads.h"
#include "report/table/csv.h"

/* ---- what either format says of a row ------------------------------------------------- */

/* google-benchmark's user counters, in the order of their names, as it sorts them. */
enum counter { CI_HIGH, CI_LOW, ERROR_SHARE, FLOPS, ROOF, COUNTERS };
static const char *const counter_names[COUNTERS] = {"ci95_high", "ci95_low", "error_share", "flops_per_second",
                                                    "roof_pct"};

struct entry {
    const struct hy_micro_row *row; /* for an aggregate its first repetition */
    size_t benchmark;
    const char *aggregate; /* NULL: a repetition */
    bool share;            /* of an aggregate: its figures are shares of 1, not times */
    size_t iterations;
    double time, bytes_per_second, counters[COUNTERS]; /* time in the unit; NaN: none */
    enum hy_quality quality;
};
typedef void entry_fn(void *ctx, const struct entry *e, const struct hy_google_style *style);

static const struct hy_time_unit *unit_of(const struct hy_google_style *style)
{
    return style->unit ? style->unit : hy_time_unit("ns");
}

static void hand_row(entry_fn *take, void *ctx, const struct hy_micro_row *row, size_t benchmark,
                     const struct hy_google_style *style)
{
    const double unit = unit_of(style)->ns;
    struct entry e = {.row = row, .benchmark = benchmark, .bytes_per_second = NAN, .quality = row->conditions.quality};
    for (int i = 0; i < COUNTERS; i++)
        e.counters[i] = NAN;
    e.counters[ERROR_SHARE] = row->error_share;
    if (!row->skip_reason) {
        e.iterations = row->ns.n;
        e.time = row->ns.median / unit;
        e.bytes_per_second = row->gbps * 1e9;
        e.counters[CI_HIGH] = row->ns.ci_high / unit;
        e.counters[CI_LOW] = row->ns.ci_low / unit;
        e.counters[FLOPS] = row->gflops * 1e9;
        e.counters[ROOF] = row->roof_pct;
    }
    take(ctx, &e, style);
}

static void hand_aggregate(entry_fn *take, void *ctx, const struct entry *first, const struct hy_micro_aggregates *a,
                           enum hy_aggregate which, const struct hy_google_style *style)
{
    struct entry e = *first;
    const struct hy_aggregate_figures *f = &a->of[which];
    e.aggregate = hy_aggregate_name(which);
    e.share = which == HY_AGGREGATE_CV;
    e.iterations = a->n;
    e.quality = a->quality;
    e.time = e.share ? f->ns : f->ns / unit_of(style)->ns;
    e.bytes_per_second = e.share ? f->gbps : f->gbps * 1e9;
    for (int i = 0; i < COUNTERS; i++)
        e.counters[i] = NAN;
    e.counters[FLOPS] = e.share ? f->gflops : f->gflops * 1e9;
    take(ctx, &e, style);
}

/* Every entry, in google-benchmark's order. */
static void each_entry(const struct hy_micro_rows *r, const struct hy_google_style *style, entry_fn *take, void *ctx)
{
    const size_t benchmarks = hy_micro_benchmarks(r);
    for (size_t b = 0; b < benchmarks; b++) {
        struct hy_micro_aggregates a;
        const bool aggregates = hy_micro_aggregate(&a, r, b);
        for (size_t i = b; i < r->n && !(aggregates && style->aggregates_only); i += benchmarks)
            hand_row(take, ctx, &r->rows[i], b, style);
        const struct entry first = {.row = &r->rows[b], .benchmark = b};
        for (int i = 0; i < HY_AGGREGATES && aggregates; i++)
            hand_aggregate(take, ctx, &first, &a, (enum hy_aggregate)i, style);
    }
}

static char *name_of(const struct entry *e)
{
    char *name = hy_micro_name(e->row);
    if (e->aggregate == NULL)
        return name;
    char *full = hy_format("%s_%s", name, e->aggregate);
    free(name);
    return full;
}

/* ---- JSON -------------------------------------------------------------------------- */
static json_t *cache(const char *type, int level, size_t bytes, int sharing)
{
    return json_pack("{s:s, s:i, s:I, s:i}", "type", type, "level", level, "size", (json_int_t)bytes, "num_sharing",
                     sharing);
}

static json_t *context(const char *executable)
{
    struct hy_machine m;
    char now[32];
    double load[3] = {0};
    hy_machine_get(&m);
    hy_time_utc(now);
    (void)getloadavg(load, 3);
    json_t *root =
        json_pack("{s:{s:s, s:s, s:i, s:i, s:b, s:[o,o,o], s:[f,f,f], s:s, s:s, s:i, s:s, s:s}, s:[]}", "context",
                  "date", now, "executable", executable, "num_cpus", m.cores, "mhz_per_cpu", (int)m.clock_mhz,
                  "cpu_scaling_enabled", 0, "caches", cache("Data", 1, m.l1d_bytes, 1),
                  cache("Unified", 2, m.l2_bytes, 1), cache("Unified", 3, m.llc_bytes, m.cores), "load_avg", load[0],
                  load[1], load[2], "library_build_type", "release", "library_version", HY_VERSION,
                  "json_schema_version", 1, "hymbench_git_sha", hy_build_git_sha(), "cpu_model", m.cpu, "benchmarks");
    HY_ASSERT(root, "a string of the context is not UTF-8");
    return root;
}

/* jansson refuses NaN and infinities: such a field is left out. */
static void set_real(json_t *row, const char *key, double value)
{
    if (isfinite(value))
        json_object_set_new(row, key, json_real(value));
}

static void set_text(json_t *row, const char *key, const char *value)
{
    json_object_set_new(row, key, json_string(value));
}

static void set_integer(json_t *row, const char *key, size_t value)
{
    json_object_set_new(row, key, json_integer((json_int_t)value));
}

static void add_json(void *ctx, const struct entry *e, const struct hy_google_style *style)
{
    json_t *b = json_object(), *rows = ctx;
    char *name = name_of(e), *run_name = hy_micro_name(e->row);
    const char *skipped = e->aggregate ? NULL : e->row->skip_reason;
    HY_ASSERT(b, "out of memory for JSON");
    set_text(b, "name", name);
    set_integer(b, "family_index", e->benchmark);
    set_integer(b, "per_family_instance_index", 0);
    set_text(b, "run_name", run_name);
    set_text(b, "run_type", e->aggregate ? "aggregate" : "iteration");
    set_integer(b, "repetitions", (size_t)e->row->repetitions);
    if (!e->aggregate)
        set_integer(b, "repetition_index", (size_t)e->row->repetition);
    set_integer(b, "threads", (size_t)hy_threads());
    if (e->aggregate) {
        set_text(b, "aggregate_name", e->aggregate);
        set_text(b, "aggregate_unit", e->share ? "percentage" : "time");
    }
    if (skipped) {
        json_object_set_new(b, "error_occurred", json_true());
        set_text(b, "error_message", skipped);
    }
    set_integer(b, "iterations", e->iterations);
    set_real(b, "real_time", e->time);
    set_real(b, "cpu_time", e->time);
    set_text(b, "time_unit", unit_of(style)->name);
    set_real(b, "bytes_per_second", e->bytes_per_second);
    for (int i = 0; i < COUNTERS; i++)
        set_real(b, counter_names[i], e->counters[i]);
    if (!skipped)
        set_text(b, "quality", hy_quality_name(e->quality));
    set_text(b, "label", e->row->shape);
    free(run_name);
    free(name);
    json_array_append_new(rows, b);
}

json_t *hy_google_json(const char *executable, const struct hy_micro_rows *rows, const struct hy_google_style *style)
{
    json_t *root = context(executable);
    each_entry(rows, style, add_json, json_object_get(root, "benchmarks"));
    return root;
}

/* ---- CSV --------------------------------------------------------------------------- */
static void add_csv(void *ctx, const struct entry *e, const struct hy_google_style *style)
{
    struct hy_csv_writer *w = ctx;
    char *name = name_of(e);
    const char *skipped = e->aggregate ? NULL : e->row->skip_reason;
    hy_csv_put_text(w, name);
    if (skipped) {
        for (int i = 0; i < 6; i++)
            hy_csv_put_missing(w);
    } else {
        hy_csv_put_integer(w, (int64_t)e->iterations);
        hy_csv_put_float(w, e->time);
        hy_csv_put_float(w, e->time);
        hy_csv_put_text(w, e->share ? NULL : unit_of(style)->name);
        hy_csv_put_float(w, e->bytes_per_second);
        hy_csv_put_missing(w);
    }
    hy_csv_put_text(w, e->row->shape);
    hy_csv_put_text(w, skipped ? "true" : NULL);
    hy_csv_put_text(w, skipped);
    for (int i = 0; i < COUNTERS; i++)
        hy_csv_put_float(w, e->counters[i]);
    hy_csv_end_row(w);
    free(name);
}

void hy_google_csv(FILE *out, const struct hy_micro_rows *rows, const struct hy_google_style *style)
{
    static const char *const columns[] = {"name",           "iterations",       "real_time",        "cpu_time",
                                          "time_unit",      "bytes_per_second", "items_per_second", "label",
                                          "error_occurred", "error_message"};
    struct hy_csv_writer w;
    hy_csv_writer_init(&w, out);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        hy_csv_put_text(&w, columns[i]);
    for (int i = 0; i < COUNTERS; i++)
        hy_csv_put_text(&w, counter_names[i]);
    hy_csv_end_row(&w);
    each_entry(rows, style, add_csv, &w);
}
