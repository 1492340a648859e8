/* Tables of kernels: what micro --csv writes, and kernels.csv of a run folder. */
#include <stdlib.h>
#include <string.h>

#include "bench/compare/side_read.h"
#include "kernels/base/file.h"
#include "report/table/columns.h"
#include "report/table/csv.h"
#include "report/table/kernel_rows.h"

static hy_status check(const struct hy_csv *t, const char *path)
{
    static const char *const needed[] = {"kernel", "case", "cold", "median_ns"};
    const char *lacks = hy_csv_lacks(t, needed, sizeof needed / sizeof *needed);
    return lacks ? hy_fail(HY_BAD_INPUT,
                           "%s has no column '%s': it is no table of kernels; compare takes run folders, what micro "
                           "--csv or --json writes, and programs",
                           path, lacks)
                 : HY_OK;
}

static void read_row(struct hy_side *s, const struct hy_csv *t, size_t row)
{
    if (hy_kernel_skipped(t, row))
        return;
    char *subject = hy_format("%s/%s/%s", hy_csv_text_of(t, row, "kernel"), hy_csv_text_of(t, row, "case"),
                              strcmp(hy_csv_text_of(t, row, "cold"), "1") == 0 ? "cold" : "hot");
    const struct hy_row_spec spec = {
        .subject = subject, .metric = "time", .unit = "ns", .shape = hy_csv_text_of(t, row, "shape")};
    const double handover = hy_csv_number_of(t, row, "handover_ns");
    const double low = hy_csv_number_of(t, row, "ci95_low_ns"), high = hy_csv_number_of(t, row, "ci95_high_ns"),
                 samples = hy_csv_number_of(t, row, "samples");
    const bool interval = low > 0 && high >= low;
    const double lower = hy_csv_number_of(t, row, "q1_ns");
    const struct hy_observation seen = {.value = hy_csv_number_of(t, row, "median_ns"),
                                        .lower = lower > 0 ? lower : 0,
                                        .pair = HY_NO_PAIR,
                                        .state = handover > 0 ? handover : 0,
                                        .low = interval ? low : 0,
                                        .high = interval ? high : 0,
                                        .samples = samples > 0 ? (long)samples : 0};
    hy_side_see(hy_side_row(s, &spec), seen, hy_kernel_quality(t, row) == HY_ROW_OK);
    free(subject);
    hy_side_fact(s, "device", hy_csv_text_of(t, row, "device"));
    hy_side_fact(s, "machine", hy_csv_text_of(t, row, "machine"));
    hy_side_fact(s, "threads", hy_csv_text_of(t, row, "threads"));
}

hy_status hy_side_read_kernels(struct hy_side *s, const char *path)
{
    struct hy_csv t;
    hy_status status = hy_csv_read(&t, path, HY_CSV_COMPLETE);
    if (status)
        return status;
    status = check(&t, path);
    for (size_t row = 0; row < t.rows && status == HY_OK; row++)
        read_row(s, &t, row);
    if (status == HY_OK && t.rows > 0)
        hy_side_version(s, hy_csv_text_of(&t, 0, "git_sha"), strcmp(hy_csv_text_of(&t, 0, "dirty"), "1") == 0);
    hy_csv_fini(&t);
    return status;
}
