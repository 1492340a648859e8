/* The figures of the page, as scripts. */
#ifndef HY_BENCH_HISTORY_HTML_DATA_H
#define HY_BENCH_HISTORY_HTML_DATA_H

#include <stdio.h>

#include "bench/history/nights.h"
#include "bench/history/verdicts.h"

enum {
    HY_HTML_SERIES = 64,  /* series in one file of data */
    HY_HTML_COLUMNS = 30, /* nights of the map */
    HY_HTML_NIGHTS = 400, /* nights in which changes of level are looked for */
};

/* var hymbench_history = {...}: all that the front page shows.
 *
 *   made, columns, per_file
 *
 *   nights      [[time, sha, dirty, machine], ...]
 *
 *   machines, conditions   texts, to which numbers in `nights` and `series` point
 *
 *   series      [{id, subject, metric, ..., on, last, heat}, ...]; on: its machine, -1 without a point;
 *               last: [night, value, low, high, holds]; heat: the last nights of the machine, in thousandths of the
 *               level before them, or of the first ones of a young series; 0 without a point, negative where doubtful
 *
 *   findings    [{series, good, bad, state, ...}, ...]; good, bad: nights, -1 where they are not there */
void hy_html_overview(FILE *out, const struct hy_nights *n, const struct hy_alarms *f);

/* hymbench_data(file, {"12": {...}, ...}): the points of series [from, to), by the series' id.
 *
 *   night, value, low, high, samples   of each point, in order; samples only where known
 *   factor    what a value times it would have been in the newest night's machine; only if `norm`, "clock" or "copy"
 *   doubtful  which points are
 *   changes   [[point, p, before, after], ...]: where the level changes, values times factor */
void hy_html_data(FILE *out, const struct hy_nights *n, size_t file, size_t from, size_t to);

#endif
