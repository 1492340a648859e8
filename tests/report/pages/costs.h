/* What a made run folder lacks: the tables of measurements, for the variants of its results. */
#ifndef HY_TESTS_REPORT_PAGES_COSTS_H
#define HY_TESTS_REPORT_PAGES_COSTS_H

#include <stdbool.h>

/* Adds ops.csv, kv.csv, scaling.csv, kernels.csv, pairs.csv, samples.csv, reference.csv and env.json to a folder of
 * folder_of(). `doubtful`: every other row does not hold. */
void add_costs(const char *dir, bool doubtful);

/* The text of one page of a folder; a number that is none, or a format left over, fails the test. malloc'd. */
struct hy_doc;
struct hy_report;
char *said_by(const char *dir, void (*page)(struct hy_doc *d, const struct hy_report *r));

/* Fails where the text lacks, or holds, the part. */
void says(const char *text, const char *part);
void is_silent(const char *text, const char *part);

#endif
