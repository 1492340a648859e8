/* Two lists of kernel calls timed in turns within one process. */
#ifndef HY_BENCH_COMPARE_PAIRS_TURNS_H
#define HY_BENCH_COMPARE_PAIRS_TURNS_H

#include "bench/compare/pair.h"
#include "bench/harness/places.h"

struct hy_pair_side {
    hy_kernel_fn *run[HY_PAIR_CALLS];
    struct op_trial *trials[HY_PAIR_CALLS]; /* which the operands point into */
    struct hy_places places[HY_PAIR_CALLS]; /* (calls) of their operands */
    int calls;
};

/* Blocks ABBA or BAAB, drawn; each gives two pairs, and the next one finds its operands at their next places. A pair in
 * which others were at work is laid aside and taken again; of what was taken never more than half is dropped. Ends when
 * the interval of the ratio is narrower than 1 %, after at least 12 pairs, or after `seconds`. Fills in times, ratio
 * and conditions of *row. */
void hy_pair_turns(struct hy_pair_row *row, struct hy_pair_side sides[HY_PAIR_SIDES], struct hy_observer *observer,
                   double seconds, uint64_t seed);

#endif
