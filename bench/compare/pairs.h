/* The study's questions as pairs of kernel calls that answer them: what does one design cost against the other? Both
 * sides are checked against the reference, then timed in turns within one process, and the ratio comes with its
 * interval. */
#ifndef HY_BENCH_COMPARE_PAIRS_H
#define HY_BENCH_COMPARE_PAIRS_H

#include "bench/compare/pair.h"

struct hy_pairs_options {
    const char *filter; /* extended expression on "pair/pass/dtype"; NULL: all */
    bool small;         /* sizes of the small profile */
    bool f32_only;
    double budget; /* seconds for all */
    uint64_t seed; /* of operands and turns */
};

typedef hy_status hy_pairs_sink(void *ctx, const struct hy_pair_row *row);

/* Measures on the CPU what the filter selects, rows in the table's order. HY_BAD_INPUT: a filter that is none or
 * selects nothing; HY_CHECK_FAILED at the end where a kernel was wrong; HY_INTERRUPTED; else what the sink said. */
hy_status hy_pairs_run(const struct hy_pairs_options *o, hy_pairs_sink *sink, void *ctx, bool (*interrupted)(void));

/* The same selection without measuring: names and shapes. */
hy_status hy_pairs_list(const struct hy_pairs_options *o, hy_pairs_sink *sink, void *ctx);

#endif
