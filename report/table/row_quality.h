/* Whether the times of a row hold: the column `quality` of runs.csv, scaling.csv, ops.csv and kernels.csv. */
#ifndef HY_REPORT_TABLE_ROW_QUALITY_H
#define HY_REPORT_TABLE_ROW_QUALITY_H

#include <stddef.h>

#include "report/table/csv.h"
#include "report/table/data.h"

/* No sentence of the report rests on a row that is not HY_ROW_OK. */
enum hy_row_quality {
    HY_ROW_OK,        /* "ok", and rows of programs that did not look */
    HY_ROW_DISTURBED, /* others had the processors for too much of the time */
    HY_ROW_DRIFTED,   /* clock or memory ran slower than elsewhere in the run */
};
enum hy_row_quality hy_row_quality(const struct hy_csv *t, size_t row);

/* The program whose file a row of ops.csv or counters.csv was imported from, "nsys", "ncu"; "" of one that was
 * measured. */
const char *hy_row_source(const struct hy_csv *t, size_t row);

/* Behind a figure whose row does not hold: a dagger, a double dagger; "" behind one that does. */
const char *hy_row_mark(enum hy_row_quality quality);

/* Of a variant's rates: of all its trainings the worst; of the cell of scaling.csv that its prefill and decode rates
 * come from (its first); of its op profile. */
enum hy_row_quality hy_training_quality(const struct hy_run_data *d, const char *variant);
enum hy_row_quality hy_decoding_quality(const struct hy_run_data *d, const char *variant);
enum hy_row_quality hy_profile_quality(const struct hy_run_data *d, const char *variant);

/* Where a variant's op profile is from, as hy_row_source(). */
const char *hy_profile_source(const struct hy_run_data *d, const char *variant);

#endif
