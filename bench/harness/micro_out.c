#include "bench/harness/micro_out.h"

#include <math.h>
#include <stdlib.h>

#include "bench/harness/build.h"
#include "bench/harness/env.h"
#include "kernels/base/file.h"
#include "kernels/base/threads.h"

char *hy_micro_name(const struct hy_micro_row *row)
{
    return hy_format("%s/%s/%s", row->kernel, row->case_name, row->cold ? "cold" : "hot");
}

/* ---- kernels.csv ------------------------------------------------------------------ */
static void put_times(struct hy_table *t, const struct hy_micro_row *row)
{
    const struct hy_stats *s = &row->ns;
    hy_table_integer(t, "samples", (int64_t)s->n);
    hy_table_float(t, "median_ns", s->median);
    hy_table_float(t, "ci95_low_ns", s->ci_low);
    hy_table_float(t, "ci95_high_ns", s->ci_high);
    hy_table_float(t, "mean_ns", s->mean);
    hy_table_float(t, "sd_ns", s->sd);
    hy_table_float(t, "min_ns", s->min);
    hy_table_float(t, "q1_ns", s->q1);
    hy_table_float(t, "q3_ns", s->q3);
    hy_table_float(t, "noise_pct", s->noise_pct);
    hy_table_integer(t, "outliers", (int64_t)s->outliers);
    hy_table_text(t, "stop_reason", row->stop_reason);
    hy_table_float(t, "gflops", row->gflops);
    hy_table_float(t, "gbps", row->gbps);
    hy_table_float(t, "roof_pct", row->roof_pct);
    hy_table_text(t, "bound", hy_bound_name(row->bound));
    hy_table_float(t, "clock_mhz", row->clock_mhz > 0 ? row->clock_mhz : NAN);
    hy_table_float(t, "power_w", row->gpu.power_w);
    hy_table_float(t, "temperature_c", row->gpu.temperature_c);
    hy_table_text(t, "throttle", row->gpu.throttle);
    hy_conditions_put(t, &row->conditions);
}

void hy_micro_put(struct hy_table *t, const struct hy_micro_row *row)
{
    hy_table_text(t, "kernel", row->kernel);
    hy_table_text(t, "op", row->op);
    hy_table_text(t, "pass", row->pass);
    hy_table_text(t, "backend", row->backend);
    hy_table_text(t, "isa", row->isa);
    hy_table_text(t, "dtype", row->dtype);
    hy_table_text(t, "case", row->case_name);
    hy_table_text(t, "shape", row->shape);
    hy_table_integer(t, "cold", row->cold);
    hy_table_float(t, "flops", row->flops);
    hy_table_float(t, "bytes", row->bytes);
    hy_table_float(t, "error_share", row->error_share);
    hy_table_integer(t, "skipped", row->skip_reason != NULL);
    hy_table_text(t, "skip_reason", row->skip_reason);
    hy_table_integer(t, "seed", (int64_t)row->seed);
    hy_table_text(t, "git_sha", hy_build_git_sha());
    hy_table_integer(t, "dirty", hy_build_dirty());
    hy_table_text(t, "compiler", hy_build_compiler());
    hy_table_text(t, "flags", hy_build_flags());
    hy_table_text(t, "device", row->backend);
    if (row->skip_reason == NULL)
        put_times(t, row);
    hy_table_rest_missing(t);
    hy_table_end_row(t);
}

/* ---- counters.csv ----------------------------------------------------------------- */
void hy_micro_put_counts(struct hy_table *t, const struct hy_micro_row *row)
{
    for (int i = 0; i < row->n_counts; i++) {
        hy_table_text(t, "kernel", row->kernel);
        hy_table_text(t, "op", row->op);
        hy_table_text(t, "pass", row->pass);
        hy_table_text(t, "dtype", row->dtype);
        hy_table_text(t, "case", row->case_name);
        hy_table_text(t, "shape", row->shape);
        hy_table_integer(t, "cold", row->cold);
        hy_table_text(t, "metric", row->counts[i].metric);
        hy_table_float(t, "value", row->counts[i].value);
        hy_table_text(t, "unit", row->counts[i].unit);
        hy_table_integer(t, "replays", row->passes);
        hy_table_float(t, "flops", row->flops);
        hy_table_float(t, "bytes", row->bytes);
        hy_table_text(t, "skip_reason", row->skip_reason);
        hy_table_text(t, "chip", row->chip);
        hy_table_integer(t, "seed", (int64_t)row->seed);
        hy_table_text(t, "git_sha", hy_build_git_sha());
        hy_table_integer(t, "dirty", hy_build_dirty());
        hy_table_end_row(t);
    }
}

/* ---- text -------------------------------------------------------------------------- */
void hy_micro_print_header(FILE *out, bool counts)
{
    if (counts) {
        fprintf(out, "%-52s %-44s %14s  %s\n", "kernel/case/cache", "metric", "value", "unit");
        return;
    }
    fprintf(out, "%-52s %11s %7s %8s %8s %7s %-7s %6s\n", "kernel/case/cache", "median", "noise", "GFLOP/s", "GB/s",
            "roof", "bound", "error");
}

static void print_time(char text[32], double ns)
{
    static const struct {
        double scale;
        const char *unit;
    } units[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
    int i = 0;
    while (i < 3 && ns >= 1000 * units[i].scale)
        i++;
    snprintf(text, 32, "%.4g %s", ns / units[i].scale, units[i].unit);
}

void hy_micro_print(FILE *out, const struct hy_micro_row *row)
{
    char *name = hy_micro_name(row), median[32];
    if (row->skip_reason) {
        fprintf(out, "%-52s skipped: %s\n", name, row->skip_reason);
    } else if (row->counts) {
        for (int i = 0; i < row->n_counts; i++)
            fprintf(out, "%-52s %-44s %14.9g  %s\n", name, row->counts[i].metric, row->counts[i].value,
                    row->counts[i].unit);
    } else {
        print_time(median, row->ns.median);
        const bool ok = row->conditions.quality == HY_QUALITY_OK;
        fprintf(out, "%-52s %11s %6.2f%% %8.2f %8.2f %6.1f%% %-7s %6.3f%s%s\n", name, median, row->ns.noise_pct,
                row->gflops, row->gbps, row->roof_pct, hy_bound_name(row->bound), row->error_share, ok ? "" : "  ",
                ok ? "" : hy_quality_name(row->conditions.quality));
    }
    free(name);
}

/* ---- JSON -------------------------------------------------------------------------- */
static json_t *cache(const char *type, int level, size_t bytes, int sharing)
{
    return json_pack("{s:s, s:i, s:I, s:i}", "type", type, "level", level, "size", (json_int_t)bytes, "num_sharing",
                     sharing);
}

json_t *hy_micro_json_open(const char *executable)
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

void hy_micro_json_add(json_t *root, const struct hy_micro_row *row)
{
    json_t *rows = json_object_get(root, "benchmarks");
    char *name = hy_micro_name(row);
    json_t *b =
        json_pack("{s:s, s:i, s:i, s:s, s:s, s:i, s:i, s:i}", "name", name, "family_index", (int)json_array_size(rows),
                  "per_family_instance_index", 0, "run_name", name, "run_type", "iteration", "repetitions",
                  row->repetitions, "repetition_index", row->repetition, "threads", hy_threads());
    HY_ASSERT(b, "the name of a kernel is UTF-8");
    free(name);
    json_object_set_new(b, "label", json_string(row->shape));
    if (row->skip_reason) {
        json_object_set_new(b, "error_occurred", json_true());
        json_object_set_new(b, "error_message", json_string(row->skip_reason));
        json_object_set_new(b, "iterations", json_integer(0));
    } else {
        json_object_set_new(b, "iterations", json_integer((json_int_t)row->ns.n));
        set_real(b, "real_time", row->ns.median);
        set_real(b, "cpu_time", row->ns.median);
        json_object_set_new(b, "time_unit", json_string("ns"));
        set_real(b, "bytes_per_second", row->gbps * 1e9);
        set_real(b, "flops_per_second", row->gflops * 1e9);
        set_real(b, "ci95_low", row->ns.ci_low);
        set_real(b, "ci95_high", row->ns.ci_high);
        set_real(b, "roof_pct", row->roof_pct);
        json_object_set_new(b, "quality", json_string(hy_quality_name(row->conditions.quality)));
    }
    set_real(b, "error_share", row->error_share);
    json_array_append_new(rows, b);
}
