/* The rows of a run, kept until its end: only then are the peaks known that they are held against. */
#ifndef HY_BENCH_HARNESS_MICRO_ROWS_H
#define HY_BENCH_HARNESS_MICRO_ROWS_H

#include "bench/harness/micro.h"

/* Zeroed at first. */
struct hy_micro_rows {
    struct hy_micro_row *rows; /* (n) without counts; each owns its skip_reason */
    size_t n, room;
};
void hy_micro_rows_add(struct hy_micro_rows *r, const struct hy_micro_row *row);
void hy_micro_rows_fini(struct hy_micro_rows *r);

/* How many benchmarks there are: the rows of one repetition. Benchmark b's repetitions are the rows b, b + count,
 * b + 2 count ... for the whole list is repeated; an interrupted run has fewer of the last ones. */
size_t hy_micro_benchmarks(const struct hy_micro_rows *r);

/* A machine may be slow for seconds without a word (another guest in the same core's caches): repetitions, which lie a
 * whole list apart and have operands of their own, tell. Others only ever slow a call down, so that the fastest
 * undisturbed repetition of a benchmark is what it takes, if most repetitions come within 3 % of it: those hold, slower
 * ones are `drifted`. Where fewer do, nothing says which is right, and all are. One alone is left as it is. */
void hy_micro_rows_agree(struct hy_micro_rows *r);

/* Up to here the machine itself may have been faster at that moment than in all that its peaks were taken in, as
 * where another guest leaves the core: the row is `drifted`. Beyond, no machine explains it. */
#define HY_DRIFT_ROOF_PCT 125

/* Holds each timed row against the peaks as they are now; nothing where `roofs` is NULL. Undisturbed rows
 * past a roof all of whose peaks are quiet are `drifted`, or HY_CHECK_FAILED, naming the first. */
hy_status hy_micro_rows_settle(struct hy_micro_rows *r, const struct hy_roofs *roofs);

#endif
