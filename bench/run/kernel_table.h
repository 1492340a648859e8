/* kernels.csv of a run: the microbenchmark within the profile's time. */
#ifndef HY_BENCH_RUN_KERNEL_TABLE_H
#define HY_BENCH_RUN_KERNEL_TABLE_H

#include "bench/harness/roofs.h"
#include "bench/harness/verdict.h"
#include "models/config/study.h"

/* Checks and times, for every op and pass, the kernel the models ran, on the CPU, whose roofs are given, or (NULL) the
 * open GPU. Smoke: small sizes, a few seconds; otherwise the study's full sizes. HY_CHECK_FAILED when a
 * kernel was wrong, or past its roof; the table is written all the same. Its timed rows are added to
 * *verdict. */
hy_status hy_kernel_table_write(const struct hy_study *s, struct hy_roofs *roofs, const char *dir, const char *run,
                                const char *corpus, struct hy_verdict *verdict);

#endif
