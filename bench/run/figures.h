/* The figures of records as cells of runs.csv and ablation_results.csv, as report/table/figures.inc asks. */
#ifndef HY_BENCH_RUN_FIGURES_H
#define HY_BENCH_RUN_FIGURES_H

#include "bench/run/record.h"
#include "report/table/columns.h"

/* The cells of one run. */
void hy_figures_put_run(struct hy_table *runs, const struct hy_record *r);

/* The cells of a variant: averages over the records `of` (n) of its seeds that count; all empty for n = 0. */
void hy_figures_put_result(struct hy_table *results, const struct hy_record *const *of, int n);

#endif
