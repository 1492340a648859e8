/* What the numbers say, in sentences, each with the caveat that belongs beside it. */
#ifndef HY_REPORT_FINDINGS_FINDINGS_H
#define HY_REPORT_FINDINGS_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/findings/audit.h"
#include "report/findings/effects.h"
#include "report/table/data.h"

struct hy_finding {
    char *title;
    char *text;   /* what was measured */
    char *caveat; /* why not to read more into it; "" when there is nothing to add */
    bool key;     /* belongs on the first page */
};

struct hy_findings {
    struct hy_finding *item;
    size_t count;
};

/* Differences of perplexity are in percent of the first variant named; lower
 * perplexity is better. A comparison is left out when one of its variants is not in the
 * run, and says so when one has no usable result. */
void hy_findings_make(struct hy_findings *f, const struct hy_run_data *d, const struct hy_audit *audit,
                      const struct hy_effects *effects);
void hy_findings_fini(struct hy_findings *f); /* NULL is fine */

/* How the second variant's sizes differ beyond its block, by the facts of variants.csv: "B has twice the query heads
 * and a wider feed-forward layer." where n_heads is the same; "" where they do not, or are not known. malloc'd. */
char *hy_findings_size_caveat(const struct hy_run_data *d, const char *base, const char *other);

#endif
