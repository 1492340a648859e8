/* What `ncu --csv` printed: its raw page (a row per launch, a column per metric, units in the second line) and its
 * details page (a row per launch and metric). */
#ifndef HY_BENCH_NSIGHT_NCU_FILE_H
#define HY_BENCH_NSIGHT_NCU_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "report/table/csv.h"

/* Means over the launches of one kernel with one shape in one range. */
struct hy_ncu_count {
    char *kernel, *place, *pass, *shape, *chip; /* place: the innermost range of domain hymbench; "" outside any */
    bool continues;                             /* the range is of a step that continues sequences */
    char *metric, *unit;                        /* in base units: ncu_units.h */
    double sum;
    long n;
};

struct hy_ncu {
    struct hy_ncu_count *counts; /* (n) in the order of the file */
    size_t n, room;
    size_t launches;
    size_t passed_over; /* lines of ncu and of the program among the rows */
    size_t no_numbers;  /* cells of metrics that are texts */
};

/* HY_BAD_INPUT with line and fault: no such CSV, another page, a torn or damaged one, numbers of another locale.
 * HY_NO_DATA: no kernel in it, counters that the user may not read, or another program's kernels. On failure *n is
 * empty. */
hy_status hy_ncu_read(struct hy_ncu *n, const char *path);
void hy_ncu_fini(struct hy_ncu *n); /* zeroed is fine */

#endif
