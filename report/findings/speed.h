/* Who trains fastest, and what that costs in perplexity. */
#ifndef HY_REPORT_FINDINGS_SPEED_H
#define HY_REPORT_FINDINGS_SPEED_H

#include <stdbool.h>

#include "report/findings/finding.h"
#include "report/table/data.h"

/* False: no variant has a training rate. Rates that do not hold are left out and counted. */
bool hy_speed_finding(struct hy_finding *f, const struct hy_run_data *d);

#endif
