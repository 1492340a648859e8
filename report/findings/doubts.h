/* How many times of a run do not hold, because others had the machine or its clock fell. */
#ifndef HY_REPORT_FINDINGS_DOUBTS_H
#define HY_REPORT_FINDINGS_DOUBTS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/table/data.h"

struct hy_doubt {
    size_t doubtful, all;
};

struct hy_doubts {
    struct hy_doubt trainings; /* rows of runs.csv */
    struct hy_doubt cells;     /* measured rows of scaling.csv */
    struct hy_doubt profiles;  /* variants with a profile in ops.csv */
    bool watched;              /* runs.csv says of each training whether it holds */
};

struct hy_doubts hy_doubts_of(const struct hy_run_data *d);
size_t hy_doubts_sum(const struct hy_doubts *d); /* of the doubtful */

#endif
