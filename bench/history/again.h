/* A series measured again, two commits in turns on this machine: what settles a suspicion. */
#ifndef HY_BENCH_HISTORY_AGAIN_H
#define HY_BENCH_HISTORY_AGAIN_H

#include <stdbool.h>

#include "bench/compare/turns.h"
#include "bench/history/nights.h"

/* What measures a series. */
struct hy_work {
    bool any; /* false: it cannot be measured alone */
    enum hy_turns_work what;
    char variant[96];   /* of a step and of decoding */
    int context, batch; /* of decoding */
    const char *metric; /* of the row that tells; NULL: the kernel's */
};

/* Kernels are measured by micro, step times and training rates by bench-step, prefill and decode rates by bench-decode;
 * nothing measures memory, perplexity, or the time of a build alone. */
struct hy_work hy_work_of(const struct hy_series *s);

/* Whether one launch measures both. */
bool hy_work_together(const struct hy_series *a, const struct hy_series *b);

/* The row of a comparison that tells of the series; NULL: there is none. */
const struct hy_compared *hy_work_row(const struct hy_comparison *c, const struct hy_series *s);

/* False verdicts allowed: fewer than elsewhere, since every one of them is an alarm. */
#define HY_CONFIRM_ALPHA 0.01

struct hy_again {
    const char *good, *bad; /* commits; this program stands for the one it was built of, others are built */
    const struct hy_series *const *series; /* (n) that are measured together, n >= 1 */
    size_t n;
    double budget; /* seconds of measuring; building is not counted */
    bool progress;
    bool (*interrupted)(void);
};

/* As hy_turns_run(): sides (2) and *c are open afterwards unless it failed otherwise than by HY_INTERRUPTED. */
hy_status hy_measure_again(const struct hy_again *a, struct hy_side sides[2], struct hy_comparison *c);

#endif
