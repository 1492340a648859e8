/* Writes the tables of a run folder from the study and the records. */
#ifndef HY_BENCH_RUN_TABLES_H
#define HY_BENCH_RUN_TABLES_H

#include "bench/cli/material.h"
#include "bench/run/record.h"

struct hy_tables {
    const char *dir, *run; /* the folder; what its rows call it */
    const struct hy_study *study;
    const struct hy_material *material;
    const char *device, *precision;
    const struct hy_record
        *records; /* (n), one per variant, seed and rate; the first of a variant is its first seed's */
    int n;
};

/* What is known before training: variants.csv, kv.csv, reference.csv. */
hy_status hy_tables_of_study(const struct hy_tables *t);

/* What the records say: ablation_results.csv, runs.csv, evaluation.csv and the like; of a variant whose rates were
 * swept by the rate that hy_choose_rate() says now. */
hy_status hy_tables_of_records(const struct hy_tables *t);

#endif
