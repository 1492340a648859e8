/* What changed in a night, series by series, and whether it is so. */
#ifndef HY_BENCH_HISTORY_CHECK_H
#define HY_BENCH_HISTORY_CHECK_H

#include "bench/history/verdicts.h"

struct hy_checked {
    struct hy_nights nights; /* the last ones of every series */
    struct hy_alarms alarms; /* of the night that was looked at, confirmed and worse ones first */
    size_t looked;           /* series with a point in that night */
    size_t too_few;          /* of these: with too few nights before it */
    size_t exact;            /* of these: exact quantities */
    size_t asked;            /* suspects that were measured again and refuted before, for the same commit */
};

/* Looks at every series of the newest night of each machine (until: of the newest night then, 0: now), by hy_detect()
 * and hy_suspects(), enters what is suspected, and lets go of what is not any more. Changes of exact quantities are
 * confirmed by being there. HY_NO_DATA where there is no night. */
hy_status hy_history_check(struct hy_checked *c, struct hy_history *h, int64_t until);
void hy_checked_fini(struct hy_checked *c); /* zeroed is fine */

struct hy_confirm {
    double budget; /* seconds of measuring, for all together */
    bool progress;
    bool (*interrupted)(void);
};

/* Measures the suspects again, in turns with the last good commit, and enters what came of it: kernels by micro, step
 * times and training rates by bench-step, prefill and decode rates by bench-decode. What cannot be measured alone
 * (memory, build time) is confirmed once three nights agree. A commit that does not build leaves its suspects
 * unsettled. HY_INTERRUPTED: those that have no verdict stay suspected. */
hy_status hy_history_confirm(struct hy_checked *c, struct hy_history *h, const struct hy_confirm *how);

/* The exit code: HY_CHECK_FAILED where something got worse and is confirmed, HY_NO_DATA where it is suspected or
 * unsettled. The sentence names the first. */
hy_status hy_checked_verdict(const struct hy_checked *c);

#endif
