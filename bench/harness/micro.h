/* The kernel microbenchmark: every row of the op tables, first held against the
 * double reference, then timed in the very same call. */
#ifndef HY_BENCH_HARNESS_MICRO_H
#define HY_BENCH_HARNESS_MICRO_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/harness/axes.h"
#include "bench/harness/conditions.h"
#include "bench/harness/roofs.h"
#include "bench/harness/stats.h"
#include "bench/instrument/nvml.h"
#include "kernels/base/trace.h"
#include "kernels/sizes.h"

struct hy_micro_options {
    const char *filter;  /* POSIX extended expression on "kernel/case/hot"; a leading - excludes; NULL = all */
    struct hy_axes axes; /* zeroed = none */
    bool small;          /* the small profile's sizes instead of the study's */
    bool main_only;      /* one case per op */
    bool best_only;      /* of every op and pass only the kernel that the models run */
    struct hy_stop_rule rule;
    double budget;   /* seconds for everything, shared evenly among the rows; 0 = no limit */
    uint64_t seed;   /* of the operands */
    int repetitions; /* the whole list so many times */
    const struct hy_trace *trace;
    struct hy_observer *observer; /* borrowed, of who runs several; NULL: one of its own */
    struct hy_checked_kept *kept; /* borrowed; NULL: every row is checked anew. Of the host's rows at their own sizes */
    bool in_turns;          /* another program runs the same in turns with it: what the clock does it does to both */
    struct hy_roofs *roofs; /* of the CPU, looked at between the rows; NULL with `device`, or where peaks are given */
    const struct hy_peaks *peaks; /* these instead; NULL = those of `roofs`, or of the open GPU */
    bool device;                  /* the rows for the open GPU instead of the CPU's */
    const char *const *metrics;   /* (n_metrics) hardware counters of a GPU: counted instead of taking times */
    int n_metrics;
};
extern const struct hy_micro_options hy_micro_defaults;

/* One hardware counter of one call. */
struct hy_micro_count {
    const char *metric, *unit;
    double value; /* NaN where the kernel was skipped */
};

struct hy_micro_row {
    const char *kernel, *op, *pass, *backend, *isa, *dtype, *case_name; /* borrowed, static */
    char shape[HY_SHAPE_TEXT];
    bool cold;
    const char *skip_reason; /* NULL = measured; else valid during the call of the sink */
    bool failed;             /* skipped because the result was wrong */
    double error_share;      /* of the tolerance; NaN where nothing was checked */
    struct hy_stats ns;      /* of one call */
    const char *stop_reason;
    double flops, bytes;  /* of one call, as the op declares them */
    double footprint;     /* distinct ones of the bytes */
    enum hy_peak compute; /* the rate of its arithmetic */
    double gflops, gbps, roof_pct;
    enum hy_bound bound;
    uint64_t seed;
    double clock_mhz;          /* 0 = unknown */
    struct hy_nvml_sample gpu; /* a GPU's state while it was sampled; NaN on the host */
    double host_bound_pct;     /* samples that the host queued too late for the device; NaN on the host */
    struct hy_conditions conditions;
    int repetition, repetitions;
    const struct hy_micro_count *counts; /* (n_counts) valid during the call of the sink; NULL: times were taken */
    int n_counts, passes;                /* passes: how often the call ran to be counted */
    const char *chip;                    /* "GH100", of a counted row */
};

/* Receives the rows in order; a status other than HY_OK ends the run. */
typedef hy_status hy_micro_sink(void *ctx, const struct hy_micro_row *row);

/* On a device the operands lie there, times are the device's own, and cold means that its L2 was flushed.
 * HY_BAD_INPUT for a bad expression, sizes no kernel takes, nothing selected, or a metric the GPU lacks;
 * HY_NO_DATA with the reason when hardware counters are not to be had;
 * HY_CHECK_FAILED at the end when a kernel was wrong (naming the first; the
 * others were measured); else what the sink said. `interrupted` (may be NULL) is
 * asked between rows: HY_INTERRUPTED. */
hy_status hy_micro_run(const struct hy_micro_options *o, hy_micro_sink *sink, void *ctx, bool (*interrupted)(void));

/* An undisturbed row may not be past its roof by more than this: its work is declared too high, or the peak too low. */
#define HY_MOST_ROOF_PCT 105

/* Enters roof_pct and bound of a timed row by these peaks: once more when the run is over, which may have seen better
 * ones since the row was taken. */
void hy_micro_hold(struct hy_micro_row *row, const struct hy_peaks *peaks);

/* The same selection without running anything: rows hold names and shapes only. */
hy_status hy_micro_list(const struct hy_micro_options *o, hy_micro_sink *sink, void *ctx);

/* What hy_micro_run() would refuse of the filter, the axes and the sizes, in no time. */
hy_status hy_micro_check(const struct hy_micro_options *o);

#endif
