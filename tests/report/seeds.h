/* Further seeds of a variant in a run folder of a test. */
#ifndef HY_TESTS_REPORT_SEEDS_H
#define HY_TESTS_REPORT_SEEDS_H

/* The row of a variant in runs.csv once more, under another seed, with another best perplexity and status. */
void add_seed(const char *dir, const char *variant, int seed, double ppl, const char *status);

#endif
