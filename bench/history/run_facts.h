/* What env.json says of a run: when and on what it was made, and what its figures depend on. */
#ifndef HY_BENCH_HISTORY_RUN_FACTS_H
#define HY_BENCH_HISTORY_RUN_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernels/base/status.h"

struct hy_run_facts {
    char identity[65]; /* SHA-256 of env.json */
    int64_t at;        /* seconds since 1970 */
    char *sha;         /* "" where nobody says */
    bool dirty;
    char *machine; /* "AMD EPYC, 2 cores, 32 GiB"; with a GPU its name behind that */
    char *threads, *precision, *profile;
    char *build;              /* what times depend on besides: compiler, flags, ISA, libraries */
    char *corpus;             /* what is learned from */
    double clock_ns, copy_ns; /* yardsticks; NaN: not known */
};

/* HY_BAD_INPUT: there is none, it is not JSON, or says no time. On failure *f is empty. */
hy_status hy_run_facts_read(struct hy_run_facts *f, const char *dir);
void hy_run_facts_fini(struct hy_run_facts *f); /* zeroed is fine */

/* "AMD EPYC, 2 cores, 32 GiB" of what hy_env_json() gives; malloc'd. */
char *hy_machine_class(const json_t *env);

#endif
