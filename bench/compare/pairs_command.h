/* What `micro --pairs` does. */
#ifndef HY_BENCH_COMPARE_PAIRS_COMMAND_H
#define HY_BENCH_COMPARE_PAIRS_COMMAND_H

#include "bench/compare/pairs.h"
#include "bench/harness/verdict.h"

/* Measures (list: only names) to the terminal, and to `csv` (NULL: nowhere). HY_NO_DATA at the end where more than a
 * tenth of the rows does not hold; errors as hy_pairs_run(). */
hy_status hy_pairs_command(const struct hy_pairs_options *o, const char *csv, bool list, bool (*interrupted)(void));

/* pairs.csv of a run: smoke in a second, the full sizes in some seconds. Timed rows are added to *verdict. */
hy_status hy_pairs_table_write(const char *profile, const char *dir, const char *run, const char *corpus,
                               struct hy_verdict *verdict, bool (*interrupted)(void));

#endif
