/* What the numbers of a run do not say, in plain words: each limit is read from the run folder's tables, and is there
 * only where it holds. */
#ifndef HY_REPORT_FINDINGS_LIMITS_H
#define HY_REPORT_FINDINGS_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/findings/audit.h"
#include "report/findings/effects.h"
#include "report/findings/extent.h"
#include "report/table/data.h"

enum hy_limit_group {
    HY_LIMIT_COMPLETE, /* what of the run is missing or broken */
    HY_LIMIT_QUALITY,  /* what a difference of perplexity may come from */
    HY_LIMIT_SPEED,    /* where times, rates and memory hold */
    HY_LIMIT_GROUPS
};

struct hy_limit {
    enum hy_limit_group group;
    const char *name; /* what it is about: "Seeds" */
    char *text;       /* whole sentences */
    bool warning;     /* a reader must know it before any number: it stands on the first page too */
};

struct hy_limits {
    struct hy_limit *item; /* ordered by group */
    size_t count;
};

/* In the language of the moment (doc/say.h). */
void hy_limits_make(struct hy_limits *l, const struct hy_run_data *d, const struct hy_audit *audit,
                    const struct hy_effects *effects, const struct hy_extent *extent);
void hy_limits_fini(struct hy_limits *l); /* NULL is fine */

#endif
