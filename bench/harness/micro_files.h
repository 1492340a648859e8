/* The files of one microbenchmark: all are open before anything is measured, and each appears when it is complete. */
#ifndef HY_BENCH_HARNESS_MICRO_FILES_H
#define HY_BENCH_HARNESS_MICRO_FILES_H

#include "bench/harness/micro_google.h"

/* Paths, borrowed, NULL where a file is not asked for; the rest zeroed. */
struct hy_micro_files {
    const char *csv;        /* our table: kernels.csv's columns, or counters.csv's */
    const char *json;       /* google-benchmark's JSON */
    const char *google_csv; /* and its CSV */
    struct hy_table table;
    struct hy_new_file json_file, google_csv_file;
};

/* HY_BAD_INPUT where one cannot be written, or two are the same; then none is left open. `counts`: the table is that of
 * counters, whose rows the caller puts as they come. */
hy_status hy_micro_files_open(struct hy_micro_files *f, bool counts);

/* Fills and closes them all; of failures the last is said, and what could be written is there. */
hy_status hy_micro_files_write(struct hy_micro_files *f, const struct hy_micro_rows *rows,
                               const struct hy_google_style *style);

/* Leaves no file; after a write: nothing. */
void hy_micro_files_abort(struct hy_micro_files *f);

/* The same JSON to a stream that the caller looks after, without a file. */
void hy_micro_write_json(FILE *out, const struct hy_micro_rows *rows, const struct hy_google_style *style);

#endif
