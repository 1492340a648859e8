/* What the numbers say, in whole sentences, each with the caveat that belongs beside it. */
#ifndef HY_REPORT_FINDINGS_FINDINGS_H
#define HY_REPORT_FINDINGS_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/findings/audit.h"
#include "report/findings/effects.h"
#include "report/findings/extent.h"
#include "report/findings/finding.h"
#include "report/table/data.h"

struct hy_findings {
    struct hy_finding *item; /* in the order of the first page */
    size_t count;
    struct hy_extent extent; /* of the run they are of */
};

/* In the language of the moment (doc/say.h). Differences of perplexity are in percent of the first variant named; lower
 * perplexity is better. A variant without a usable result is in no sentence but the one that says so. */
void hy_findings_make(struct hy_findings *f, const struct hy_run_data *d, const struct hy_audit *audit,
                      const struct hy_effects *effects);
void hy_findings_fini(struct hy_findings *f); /* NULL is fine */

const struct hy_finding *hy_findings_find(const struct hy_findings *f, const char *name); /* or NULL */

/* ---- what the headline figures are taken from ------------------------------------------------------- */
/* Split against fused: the first effect that claims the implementation and has a result; NULL: none. */
const struct hy_effect *hy_findings_blocks(const struct hy_effects *e);

/* The component that moves perplexity most, among those that were changed alone: decided ones first, then by the size
 * of the change. NULL: none was changed alone, or none has a result. */
const struct hy_effect *hy_findings_component(const struct hy_effects *e);

/* The KV cache of the best variant that has both branches and shares or windows its cache, else of the best with both
 * branches. */
struct hy_saving {
    const struct hy_variant *variant; /* NULL: no variant has the numbers */
    double bytes, plain;              /* and of the same model without sharing and without window */
    double reduction;                 /* attention layers over layers that own a cache; NaN */
    bool measured;                    /* bytes: of the buffers that were allocated, else by the formula */
};
struct hy_saving hy_findings_saving(const struct hy_run_data *d);

/* How the second variant's sizes differ beyond its block, by the facts of variants.csv: "B has 2.00 times the query
 * heads of A." "B has a wider feed-forward layer than A." where n_heads is the same; "" where they do not, or are not
 * known. malloc'd. */
char *hy_findings_size_caveat(const struct hy_run_data *d, const char *base, const char *other);

#endif
