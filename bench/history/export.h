/* A history in the formats that other trackers read. */
#ifndef HY_BENCH_HISTORY_EXPORT_H
#define HY_BENCH_HISTORY_EXPORT_H

#include <stdio.h>

#include "bench/history/nights.h"

/* bencher   Bencher Metric Format of the newest night: {"name": {"latency": {"value": ..}}}
 * smaller   github-action-benchmark's customSmallerIsBetter, of the newest night; bigger: customBiggerIsBetter
 * google    google-benchmark's JSON (schema 1) of the newest night's times
 * otava     a CSV of all nights, a column a series, as Apache Otava's csv importer reads it
 * csv       a row a point */
#define HY_EXPORT_FORMATS "bencher|smaller|bigger|google|otava|csv"

/* Doubtful points are left out, except of csv, which says so. Errors of the stream stay in ferror(). */
void hy_history_export(FILE *out, const struct hy_nights *n, const char *format);

#endif
