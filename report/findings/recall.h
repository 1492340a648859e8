/* The recall task: the share of queries answered right, by how many key/value pairs a sample shows. */
#ifndef HY_REPORT_FINDINGS_RECALL_H
#define HY_REPORT_FINDINGS_RECALL_H

#include <stdbool.h>
#include <stddef.h>

#include "report/findings/finding.h"
#include "report/table/data.h"

enum { HY_MOST_PAIRS = 12 };

/* The numbers of pairs that occur in mqar.csv, in its order, which ascends; returns how many: 0 without the table. */
size_t hy_recall_counts(const struct hy_run_data *d, double pairs[HY_MOST_PAIRS]);

/* The share over all seeds of the variant, 0 to 1; NaN without queries. */
double hy_recall_accuracy(const struct hy_run_data *d, const char *variant, double pairs);

/* Who answers most queries of the hardest samples. False: the run has no such task. */
bool hy_recall_finding(struct hy_finding *f, const struct hy_run_data *d);

#endif
