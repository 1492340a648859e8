/* What the machine was measured to do at best: the object `peaks` of env.json. */
#ifndef HY_REPORT_FINDINGS_PEAKS_H
#define HY_REPORT_FINDINGS_PEAKS_H

#include "report/table/data.h"

/* GFLOP/s under that key ("sgemm_gflops"); NaN where it was not measured, or where the machine has none. */
double hy_env_peak(const struct hy_run_data *d, const char *name);

/* GB/s of a level of memory, under older programs' keys too; NaN as above. */
enum { HY_ENV_L1, HY_ENV_L2, HY_ENV_LLC, HY_ENV_MEMORY, HY_ENV_LEVELS };
enum { HY_ENV_READ, HY_ENV_WRITE, HY_ENV_COPY, HY_ENV_TRAFFICS };
double hy_env_bandwidth(const struct hy_run_data *d, int level, int traffic);

#endif
