/* What a training step of a variant spends, op by op: its rows of ops.csv, summed over layers. */
#ifndef HY_REPORT_FINDINGS_STEP_OPS_H
#define HY_REPORT_FINDINGS_STEP_OPS_H

#include <stddef.h>

#include "report/table/data.h"

enum hy_step_part { HY_STEP_FORWARD, HY_STEP_BACKWARD, HY_STEP_UPDATE, HY_STEP_PARTS };

struct hy_op_sum {
    const char *op;           /* borrowed from the table */
    double ms[HY_STEP_PARTS]; /* 0 where the op has none */
    double all_ms;            /* of the three */
    double calls, flops, bytes;
    double roof_pct; /* least time by the peaks over the time, of the rows that know it; NaN where none does */
};

struct hy_step_ops {
    struct hy_op_sum *item; /* the costliest first */
    size_t count;
    double ms; /* of the whole step */
};

/* Empty where the variant has no row of a training step. */
void hy_step_ops_make(struct hy_step_ops *s, const struct hy_run_data *d, const char *variant);
void hy_step_ops_fini(struct hy_step_ops *s); /* zeroed is fine */

const struct hy_op_sum *hy_step_ops_find(const struct hy_step_ops *s, const char *op); /* or NULL */

/* The best-ranked variant whose profile holds, else the best-ranked that has one; NULL where none has. */
const struct hy_variant *hy_step_ops_of(const struct hy_run_data *d);

#endif
