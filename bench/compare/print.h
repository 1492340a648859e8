/* A comparison as text, Markdown, and compare.csv. */
#ifndef HY_BENCH_COMPARE_PRINT_H
#define HY_BENCH_COMPARE_PRINT_H

#include <stdio.h>

#include "bench/compare/comparison.h"

/* Who was compared, how many rows came to what, the rows that changed (all: every one), and what took no part. Errors
 * of the stream stay in ferror(). */
void hy_comparison_text(FILE *out, const struct hy_comparison *c, bool all);
void hy_comparison_markdown(FILE *out, const struct hy_comparison *c, bool all);

/* Every row, those of one side too, with compare.csv's columns. HY_BAD_INPUT where `path` cannot be written. */
hy_status hy_comparison_csv(const char *path, const struct hy_comparison *c);

/* "2 regressed, 1 improved, 40 same, 5 inconclusive of 48 rows; 3 took no part: disturbed or drifted"; malloc'd. */
char *hy_comparison_sentence(const struct hy_comparison *c);

#endif
