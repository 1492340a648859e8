/* night.csv: what a night measures about itself. */
#ifndef HY_BENCH_HISTORY_NIGHT_CSV_H
#define HY_BENCH_HISTORY_NIGHT_CSV_H

#include "bench/compare/side.h"

/* Adds its rows to *s; a folder without the file has none. Columns metric, subject, unit, value, exact, more_is_better
 * (0, 1), samples, quality. HY_BAD_INPUT with file and line: a column is missing, a cell is not what it should be. */
hy_status hy_night_csv_read(struct hy_side *s, const char *dir);

#endif
