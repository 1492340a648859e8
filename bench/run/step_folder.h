/* A folder with what is known of single training steps: ops.csv, counters.csv, env.json. Variant after variant may be
 * measured into the same one; `hymbench ops` reads it, as it reads a study's. */
#ifndef HY_BENCH_RUN_STEP_FOLDER_H
#define HY_BENCH_RUN_STEP_FOLDER_H

#include "bench/harness/peaks.h"
#include "bench/measure/profile.h"
#include "bench/measure/profile_perf.h"
#include "models/config/study.h"

struct hy_step_folder {
    const char *dir; /* made where it is missing */
    const struct hy_study *study;
    const char *variant;
    struct hy_backend backend;
    const struct hy_peaks *peaks;
    const struct hy_profile *profile;
    const struct hy_perf_profile *perf; /* NULL: was not asked for */
};

/* Writes the variant's rows in the place of those that it has there; other variants' stay. env.json is written where
 * there is none. HY_BAD_INPUT: a table there is damaged, or the folder cannot be made. */
hy_status hy_step_folder_put(const struct hy_step_folder *f);

#endif
