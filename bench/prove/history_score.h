/* Alarms over made-up series, sorted into true and false ones. */
#ifndef HY_BENCH_PROVE_HISTORY_SCORE_H
#define HY_BENCH_PROVE_HISTORY_SCORE_H

#include <stdio.h>

#include "bench/prove/history_world.h"

/* What a rule has said of one series. */
struct hy_said {
    size_t found;      /* nights it took to find the step, 1: on its first; 0: not yet */
    size_t false_near; /* the place of the last false alarm, from 1 on; 0: none */
};

enum { HY_NEVER = 31 }; /* a step that was not found in fewer nights */

/* Of one rule, summed over series. */
struct hy_score {
    size_t series_nights, false_ones;
    size_t steps[HY_STEP_SIZES], in_time[HY_STEP_SIZES]; /* in time: within three nights */
    size_t nights[HY_NEVER + 1];                         /* how many 5 % steps took so many */
};

/* Whether an alarm at `place` on night `night` means the step: three nights early to five late, in its direction. */
bool hy_means_step(const struct hy_simulated *s, size_t night, size_t place, bool slower);

/* A false one within three nights of the last false one is the same again, unless each counts. */
void hy_score_alarm(struct hy_score *a, struct hy_said *said, const struct hy_simulated *s, size_t night, size_t place,
                    bool is_true, bool each);

/* Enters what became of the series' step. */
void hy_score_close(struct hy_score *a, const struct hy_said *said, const struct hy_simulated *s, size_t n_nights);

void hy_score_add(struct hy_score *to, const struct hy_score *a);

/* A row of the table, and the two lines above the first. */
void hy_score_head(FILE *out);
void hy_score_row(FILE *out, const char *kind, const char *rule, const struct hy_score *a);

#endif
