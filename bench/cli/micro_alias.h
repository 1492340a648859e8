/* google-benchmark's option names, so that tools made for it drive hymbench micro. */
#ifndef HY_BENCH_CLI_MICRO_ALIAS_H
#define HY_BENCH_CLI_MICRO_ALIAS_H

#include "kernels/base/status.h"

/* A copy of argv (NULL at its end) in which every --benchmark_...=value is
 * spelled our way; other arguments are borrowed as they are. HY_BAD_INPUT for an
 * alias without its value, with one that google-benchmark would not take either, or without a counterpart here.
 * hy_alias_fini() releases it, also after a failure. */
struct hy_alias {
    char **argv;  /* (argc) */
    char **owned; /* (owned_count) the strings made here */
    int argc, owned_count;
};
hy_status hy_alias_init(struct hy_alias *a, int argc, char **argv);
void hy_alias_fini(struct hy_alias *a); /* NULL and zeroed are fine */

#endif
