/* Rates of a record's training and evaluation: those of the steps and batches that nobody disturbed, summed over
 * resumes. The tallies are figures of the record, so that its JSON keeps them. */
#ifndef HY_BENCH_RUN_RATES_H
#define HY_BENCH_RUN_RATES_H

#include "bench/harness/verdict.h"
#include "bench/run/record.h"

struct hy_tally hy_record_train_tally(const struct hy_record *r);
struct hy_tally hy_record_eval_tally(const struct hy_record *r);
void hy_record_set_train_tally(struct hy_record *r, const struct hy_tally *t);
void hy_record_set_eval_tally(struct hy_record *r, const struct hy_tally *t);

/* What a session of training comes to, in place of what `r` said; `before`: of the sessions before it. */
void hy_record_set_conditions(struct hy_record *r, const struct hy_conditions *before, struct hy_watch *watch);

double hy_record_train_rate(const struct hy_record *r); /* content tokens per second; NaN before the first step */
double hy_record_eval_rate(const struct hy_record *r);  /* targets per second */

/* Its timed rows: the training, each cell of scaling.csv that has a rate, the profile once. */
void hy_record_judge(const struct hy_record *r, struct hy_verdict *v);

#endif
