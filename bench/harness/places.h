/* The operands of a call at several places in memory, which are measured in turns. What fits into a cache takes longer
 * where its pages happen to fall into the same sets: rmsnorm on 1.3 MB took 16.3 to 19.5 us, to 0.2 % the same again in
 * the same pages, and no two starts of a program have the same. Over many places that is an average. */
#ifndef HY_BENCH_HARNESS_PLACES_H
#define HY_BENCH_HARNESS_PLACES_H

#include <stddef.h>

#include "kernels/trial/op_case.h"
#include "kernels/trial/op_operands.h"

enum { HY_MOST_PLACES = 48 };

struct hy_places {
    enum hy_op_id op;
    struct op_operands *at[HY_MOST_PLACES]; /* the first is the one that was checked */
    int n, now, most;
};

/* At first there is `first`, which it takes; copies of these operands of `op` are made when their turn comes, as many
 * as fit in 96 MiB. */
void hy_places_open(struct hy_places *p, enum hy_op_id op, struct op_operands *first);
void hy_places_next(struct hy_places *p);
void hy_places_close(struct hy_places *p); /* zeroed is fine */

const union hy_args *hy_places_args(const struct hy_places *p);         /* at the place in turn */
const void *hy_places_memory(const struct hy_places *p, size_t *bytes); /* the same, see op_operands_memory() */

#endif
