/* Rounds of an alternating bench: a disturbed one is laid aside and taken again, after a pause for the others to go.
 * Of what was taken never more than half is dropped: where as many rounds again as were asked for did not give enough
 * undisturbed ones, all of them count, and the quality is `disturbed`. */
#ifndef HY_BENCH_HARNESS_ROUNDS_H
#define HY_BENCH_HARNESS_ROUNDS_H

#include "bench/harness/watch.h"

enum { HY_MOST_ROUNDS = 2 * 1001 };

struct hy_rounds {
    int asked; /* at most half of HY_MOST_ROUNDS */
    int taken, kept;
    int in_a_row; /* disturbed ones */
    bool aside[HY_MOST_ROUNDS];
};

/* Whether another round is to be taken: it is number r->taken, of at most 2 * asked. */
bool hy_rounds_more(const struct hy_rounds *r);
void hy_rounds_end(struct hy_rounds *r, bool disturbed); /* waits after a disturbed one */

/* The median over the rounds that count; values (taken) stay as they are. */
double hy_rounds_median(const struct hy_rounds *r, const double *values);

/* Of the rounds, whose time `w` watched: its share, the rounds dropped. */
struct hy_conditions hy_rounds_conditions(const struct hy_rounds *r, struct hy_watch *w, bool memory_binds);

#endif
