/* What was found in the series of a history, and what became of it: one row per series and first night of a change. */
#ifndef HY_BENCH_HISTORY_VERDICTS_H
#define HY_BENCH_HISTORY_VERDICTS_H

#include "bench/history/detect.h"
#include "bench/history/nights.h"

enum hy_verdict_state {
    HY_STATE_SUSPECTED, /* found, not asked about yet */
    HY_STATE_CONFIRMED, /* measured again in turns with the last good commit, or exact */
    HY_STATE_REFUTED,   /* measured again in turns, and it is not so */
    HY_STATE_UNSETTLED, /* measured again, and the time was over before it was clear */
    HY_STATES
};
const char *hy_state_name(enum hy_verdict_state s); /* "suspected", ... */

struct hy_alarm {
    int64_t series, good, bad; /* ids: of the series, of the runs of the last good and the first bad night */
    enum hy_suspect kind;
    enum hy_verdict_state state;
    bool worse;
    double ratio, low, high, p; /* of the nights; of the turns once they were taken */
    char *how;                  /* confirmed how, a sentence; "" while it is suspected */
    int64_t at;                 /* when it was found: the time of the night that was looked at */
};

struct hy_alarms {
    struct hy_alarm *rows; /* (n) the newest first */
    size_t n;
};

/* since: findings of nights from then on, 0: all. */
hy_status hy_alarms_load(struct hy_alarms *f, struct hy_history *h, int64_t since);
void hy_alarms_fini(struct hy_alarms *f); /* zeroed is fine */

/* Enters one, in place of an older one of the same series and first bad night. */
hy_status hy_alarm_keep(struct hy_history *h, const struct hy_alarm *f);

/* "hy_a/c/hot time is 5.2 % slower [4.8, 5.6] since 1234567..89abcde (2026-11-02), confirmed in turns: ..."; malloc'd.
 */
char *hy_alarm_sentence(const struct hy_nights *n, const struct hy_alarm *f);

#endif
