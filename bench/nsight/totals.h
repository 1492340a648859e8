/* Sums over a capture's steps by op, pass and layer. */
#ifndef HY_BENCH_NSIGHT_TOTALS_H
#define HY_BENCH_NSIGHT_TOTALS_H

#include "bench/nsight/ranges.h"

struct hy_total {
    uint32_t name;                 /* of hy_names */
    int32_t layer;                 /* -1: outside the layers, or all */
    uint8_t pass;                  /* enum hy_range_pass */
    bool is_op;                    /* else what a step does outside its ops */
    int64_t calls, recorded;       /* ranges in the counted steps; ranges in which replayed work was recorded */
    int64_t bytes, recorded_bytes; /* their payloads */
    int64_t kernels, copies, sets;
    int64_t busy_ns;  /* at least one of its kernels, copies and sets ran: the union */
    int64_t until_ns; /* to which that is known */
    int64_t gap_ns;   /* nothing ran, before work of its */
    int64_t host_ns;  /* the ranges' own time on the host, without the ranges inside */
};

struct hy_totals {
    struct hy_total *rows; /* (n) in the order of first use */
    uint32_t n, room, last;
};

/* The row of that name, pass and layer, made where there is none. */
uint32_t hy_totals_row(struct hy_totals *t, uint32_t name, uint8_t pass, int32_t layer);
void hy_totals_fini(struct hy_totals *t); /* zeroed is fine */

/* Work of [start, end) for the row; starts ascend from call to call. */
void hy_total_busy(struct hy_total *row, int64_t start, int64_t end);

/* Calls of one step: replays have no range of their own, so the recording's count. */
double hy_total_calls(const struct hy_total *row, uint32_t steps);
double hy_total_bytes(const struct hy_total *row, uint32_t steps); /* NaN where ranges carry none */

#endif
