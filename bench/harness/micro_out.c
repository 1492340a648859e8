#include "bench/harness/micro_out.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    hy_table_float(t, "handover_ns", row->conditions.handover_ns);
    hy_conditions_put(t, &row->conditions);
    hy_table_float(t, "host_bound_pct", row->host_bound_pct);
}

void hy_micro_put(struct hy_table *t, const struct hy_micro_row *row)
{
    struct hy_machine machine;
    hy_machine_get(&machine);
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
    hy_table_text(t, "machine", machine.cpu);
    hy_table_integer(t, "threads", hy_threads());
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
        hy_table_text(t, "source", "measured");
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

static const struct hy_time_unit units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
enum { UNITS = sizeof units / sizeof *units };

const struct hy_time_unit *hy_time_unit(const char *name)
{
    for (int i = 0; i < UNITS; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

void hy_time_text(char text[32], double ns, const struct hy_time_unit *unit)
{
    const double v = unit ? ns / unit->ns : 0;
    if (unit) {
        snprintf(text, 32, "%.*f %s", v < 1 ? 3 : v < 10 ? 2 : v < 100 ? 1 : 0, v, unit->name);
        return;
    }
    int i = 0;
    while (i < UNITS - 1 && ns >= 1000 * units[i].ns)
        i++;
    snprintf(text, 32, "%.4g %s", ns / units[i].ns, units[i].name);
}

void hy_micro_print(FILE *out, const struct hy_micro_row *row, const struct hy_time_unit *unit)
{
    char *name = hy_micro_name(row), median[32];
    if (row->skip_reason) {
        fprintf(out, "%-52s skipped: %s\n", name, row->skip_reason);
    } else if (row->counts) {
        for (int i = 0; i < row->n_counts; i++)
            fprintf(out, "%-52s %-44s %14.9g  %s\n", name, row->counts[i].metric, row->counts[i].value,
                    row->counts[i].unit);
    } else {
        hy_time_text(median, row->ns.median, unit);
        const bool ok = row->conditions.quality == HY_QUALITY_OK;
        fprintf(out, "%-52s %11s %6.2f%% %8.2f %8.2f %6.1f%% %-7s %6.3f%s%s\n", name, median, row->ns.noise_pct,
                row->gflops, row->gbps, row->roof_pct, hy_bound_name(row->bound), row->error_share, ok ? "" : "  ",
                ok ? "" : hy_quality_name(row->conditions.quality));
    }
    free(name);
}
