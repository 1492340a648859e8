/* Which of the rates that a study sweeps a variant is reported with. */
#ifndef HY_BENCH_RUN_CHOICE_H
#define HY_BENCH_RUN_CHOICE_H

#include "bench/run/record.h"

/* The place of the rate (hy_study_rate) whose best validation perplexity is the lowest, as a geometric mean over seeds;
 * -1 while there is no record of the variant in records (n). A rate of which fewer seeds came out sound is behind one
 * of more. Seeds that not every rate was tried with do not count, unless there is no other. Test samples are not looked
 * at.
 */
int hy_choose_rate(const struct hy_study *s, const char *variant, const struct hy_record *records, int n);

#endif
