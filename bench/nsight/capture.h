/* A capture of nsys taken apart: what the device did in the counted steps, and for which of the program's ranges.
 *
 * Work belongs to the innermost range that was open on the thread that launched it, when it was launched: however late
 * the device came to it. What a graph replays belongs to the range in which its node was recorded, where the file says
 * so, else to the step that launched the graph. */
#ifndef HY_BENCH_NSIGHT_CAPTURE_H
#define HY_BENCH_NSIGHT_CAPTURE_H

#include "bench/nsight/calls.h"
#include "bench/nsight/nodes.h"
#include "bench/nsight/totals.h"

enum hy_work { HY_WORK_KERNEL, HY_WORK_COPY, HY_WORK_SET, HY_WORK_GRAPH, HY_WORKS };

struct hy_record { /* of the device */
    int64_t start, end;
    uint32_t call;  /* that launched it, or none */
    uint32_t range; /* it belongs to; none outside steps that are of use */
    uint32_t step;  /* into ranges.steps; none likewise */
    uint8_t work;   /* enum hy_work; a graph: traced as a whole, its kernels unknown */
};

struct hy_capture {
    struct hy_export file;
    struct hy_names names;
    struct hy_threads threads;
    struct hy_ranges ranges;
    struct hy_calls calls;
    struct hy_nodes nodes;
    struct hy_record *records; /* (n) by start */
    size_t n, room;
    struct hy_totals ops;               /* rows of ops.csv, by op */
    struct hy_totals places;            /* by the ranges' names, layers together */
    size_t in_steps, in_whole, outside; /* records of counted steps, of HY_STEP_WHOLE, of neither */
    size_t unlaunched;                  /* of the last: their calls are not in the file */
    size_t replayed, placed;            /* in counted steps from graphs; those of them whose range is known */
    size_t graphs;                      /* in counted steps, traced as a whole */
};

/* Reads a file that nsys exported; `step` as for hy_ranges_read(). Fails as hy_export_open() and hy_ranges_read() do,
 * and with HY_NO_DATA where nothing was launched in the steps. *c must not move; on failure it is empty. */
hy_status hy_capture_read(struct hy_capture *c, const char *path, const char *step);
void hy_capture_fini(struct hy_capture *c); /* zeroed is fine */

/* Rows of ops and places for a range: made at first use. */
struct hy_total *hy_capture_op(struct hy_capture *c, uint32_t range);
struct hy_total *hy_capture_place(struct hy_capture *c, uint32_t range);

#endif
