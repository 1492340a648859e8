/* The program as it was at another commit, built beside the tree. */
#ifndef HY_BENCH_COMPARE_CHECKOUT_H
#define HY_BENCH_COMPARE_CHECKOUT_H

#include <stdbool.h>

#include "kernels/base/status.h"

struct hy_checkout {
    char *sha;     /* 40 hex digits */
    char *program; /* path of its hymbench */
};

/* Makes a worktree of `ref` under build/against and builds the program there, unless one of that commit is there
 * already. HY_BAD_INPUT: this is no git checkout, there is no such commit, or it does not build (with the build's last
 * lines); HY_RUN_FAILED: git or make cannot be started. */
hy_status hy_checkout_build(struct hy_checkout *c, const char *ref, bool progress);
void hy_checkout_fini(struct hy_checkout *c); /* zeroed is fine; what was built stays */

/* HY_BAD_INPUT, naming some of them, where files differ from the last commit: what runs is then no commit. */
hy_status hy_checkout_clean(void);

/* The commits after `good` up to `bad` along the first parents, good before them, one a line, the oldest first,
 * malloc'd. HY_BAD_INPUT: no git checkout, no such commits, or good is no ancestor of bad. */
hy_status hy_checkout_between(const char *good, const char *bad, char **commits);

/* The first line of a commit's message, malloc'd; "" where there is none. */
char *hy_checkout_subject(const char *commit);

/* The commit of the tree, 40 hex digits, malloc'd; NULL outside a checkout. */
char *hy_checkout_head(void);

#endif
