/* The history as a page: files that a browser opens from the disk, without a server. */
#ifndef HY_BENCH_HISTORY_HTML_H
#define HY_BENCH_HISTORY_HTML_H

#include "bench/history/nights.h"
#include "bench/history/verdicts.h"

/* Writes index.html, what it shows (series.js; data/0.js, data/1.js, ...) and what it is drawn with into `dir`, which
 * is made if it is not there; index.html comes last. HY_BAD_INPUT: a folder that cannot be written; HY_RUN_FAILED:
 * disk. */
hy_status hy_history_html(const char *dir, const struct hy_nights *n, const struct hy_alarms *f);

#endif
