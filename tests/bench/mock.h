/* The libraries of tests/mock, which stand for what comes with a GPU. */
#ifndef HY_TESTS_BENCH_MOCK_H
#define HY_TESTS_BENCH_MOCK_H

#include "tests/mock/cupti.h"

/* "<folder of this program>/mock_<name>.so", in static memory. */
const char *mock_path(const char *name);

/* An exported function of it as a plain pointer, for memcpy into one of its type; fails the test where it lacks. */
void *mock_symbol(const char *name, const char *symbol);

/* The CUPTI one, made the library that hy_cupti_load() finds. */
struct mock_cupti {
    mock_cupti_launch_fn *launch;
    mock_cupti_again_fn *again;
    mock_cupti_reverse_fn *reverse;
    mock_cupti_drop_fn *drop;
    mock_cupti_counts_fn *counts;
};
void mock_cupti_use(struct mock_cupti *m);

#endif
