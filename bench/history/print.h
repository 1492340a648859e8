/* A history on the terminal. */
#ifndef HY_BENCH_HISTORY_PRINT_H
#define HY_BENCH_HISTORY_PRINT_H

#include <stdio.h>

#include "bench/history/check.h"

/* Errors of the stream stay in ferror(). */
void hy_history_list_nights(FILE *out, const struct hy_nights *n); /* the newest first */
void hy_history_list_series(FILE *out, const struct hy_nights *n);

/* Each series night by night, with its change points and what was found in it. */
void hy_history_show(FILE *out, const struct hy_nights *n, const struct hy_alarms *f);

/* Each series as a chart of characters, `columns` wide. */
void hy_history_plot(FILE *out, const struct hy_nights *n, int columns);

/* What a check looked at and found; Markdown: as a list. */
void hy_history_say(FILE *out, const struct hy_checked *c, bool markdown);

/* Confirmed changes for the worse, the newest first, those of all series that are loaded. */
size_t hy_history_regressions(FILE *out, const struct hy_nights *n, const struct hy_alarms *f);

#endif
