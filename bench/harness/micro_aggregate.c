#include "bench/harness/micro_aggregate.h"

#include <stdlib.h>

#include "kernels/base/file.h"

const char *hy_aggregate_name(enum hy_aggregate a)
{
    static const char *const names[HY_AGGREGATES] = {"mean", "median", "stddev", "cv"};
    return names[a];
}

static bool timed(const struct hy_micro_row *row)
{
    return row->skip_reason == NULL && row->ns.n > 0;
}

static bool holds(const struct hy_micro_row *row)
{
    return timed(row) && row->conditions.quality == HY_QUALITY_OK;
}

static void all_of(double of[HY_AGGREGATES], double *values, size_t n)
{
    struct hy_stats s;
    hy_stats_of(&s, values, n, values);
    of[HY_AGGREGATE_MEAN] = s.mean;
    of[HY_AGGREGATE_MEDIAN] = s.median;
    of[HY_AGGREGATE_SD] = s.sd;
    of[HY_AGGREGATE_CV] = s.mean > 0 ? s.sd / s.mean : 0;
}

bool hy_micro_aggregate(struct hy_micro_aggregates *a, const struct hy_micro_rows *r, size_t b)
{
    const size_t stride = hy_micro_benchmarks(r);
    size_t with_times = 0, that_hold = 0;
    *a = (struct hy_micro_aggregates){.quality = HY_QUALITY_OK};
    for (size_t i = b; i < r->n; i += stride) {
        with_times += timed(&r->rows[i]);
        that_hold += holds(&r->rows[i]);
    }
    if (with_times < 2)
        return false;
    const bool all = that_hold < 2;
    double *ns = calloc(3 * with_times, sizeof *ns), *gflops = ns + with_times, *gbps = gflops + with_times;
    HY_ASSERT(ns, "out of memory for the repetitions of a row");
    for (size_t i = b; i < r->n; i += stride) {
        const struct hy_micro_row *row = &r->rows[i];
        if (!(all ? timed(row) : holds(row)))
            continue;
        if (a->quality == HY_QUALITY_OK)
            a->quality = row->conditions.quality;
        ns[a->n] = row->ns.median;
        gflops[a->n] = row->gflops;
        gbps[a->n++] = row->gbps;
    }
    double of[3][HY_AGGREGATES];
    all_of(of[0], ns, a->n);
    all_of(of[1], gflops, a->n);
    all_of(of[2], gbps, a->n);
    for (int i = 0; i < HY_AGGREGATES; i++)
        a->of[i] = (struct hy_aggregate_figures){of[0][i], of[1][i], of[2][i]};
    free(ns);
    return true;
}

void hy_micro_print_aggregates(FILE *out, const struct hy_micro_row *row, const struct hy_micro_aggregates *a,
                               const struct hy_time_unit *unit)
{
    char *name = hy_micro_name(row), time[32];
    for (int i = 0; i < HY_AGGREGATES; i++) {
        const struct hy_aggregate_figures *f = &a->of[i];
        char *full = hy_format("%s_%s", name, hy_aggregate_name((enum hy_aggregate)i));
        hy_time_text(time, f->ns, unit);
        if (i == HY_AGGREGATE_CV)
            fprintf(out, "%-52s %9.2f %% %7s %6.2f %% %6.2f %%", full, 100 * f->ns, "", 100 * f->gflops, 100 * f->gbps);
        else
            fprintf(out, "%-52s %11s %7s %8.2f %8.2f", full, time, "", f->gflops, f->gbps);
        const bool ok = a->quality == HY_QUALITY_OK;
        fprintf(out, "%s%s\n", ok ? "" : "  ", ok ? "" : hy_quality_name(a->quality));
        free(full);
    }
    free(name);
}
